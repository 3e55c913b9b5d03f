/* What one thread works in: a paragraph's words, its tokens, and the counts of its n-grams.

   Workspaces are made when threads first need them and used again, so that scoring a paragraph
   allocates nothing. Words that the scorer does not know yet are described in the workspace of the
   thread that meets them, and known there at once; the scorer learns them later, while no thread
   scores. */

#ifndef STANCE_WORKSPACE_H
#define STANCE_WORKSPACE_H

#include "common.h"
#include "model.h"
#include "string_table.h"
#include "word_forms.h"

/* So that no count of n-grams overflows. */
#define MAX_TEXT_BYTES (INT32_MAX - 64)

/* Memory for new words that an idle workspace keeps; 1,024 paragraphs whose words are all new take
   some 26 MB. */
#define MAX_KEPT_BYTES ((size_t)32 << 20)

/* A word of a paragraph. */
typedef struct {
    StringKey key;  /* its bytes lie in a Text */
    int32_t number; /* in Scorer.words; new ones are numbered on from there */
    int32_t begins_sentence;
} Word;

/* A word of a paragraph, or a masked name. */
typedef struct {
    int32_t stem;
    uint32_t flags;
    const int32_t *ngrams; /* in a pool */
} TextToken;

/* A text in UTF-8. The object, which may be another than the user's, keeps the bytes alive. */
typedef struct {
    PyObject *object;
    const unsigned char *start;
    Py_ssize_t length;
    size_t n_words;
} Text;

/* How often each n-gram of a block occurs in a paragraph. The counts are zero between paragraphs.
   Each list has one item more than there are columns, which is written but never read (score.h). */
typedef struct {
    int32_t *counts;     /* by column */
    int32_t *seen;       /* columns that occur */
    int32_t *seen_twice; /* columns that occur at least twice */
} NgramCounter;

typedef struct Workspace {
    struct Workspace *next; /* of the idle ones */
    uint64_t scorer_number; /* whose it is */
    Text *texts;
    Py_ssize_t n_texts;
    Word *words; /* of a group of texts, one after the other */
    size_t n_words, words_capacity;
    TextToken *tokens; /* of the current paragraph: its words, with one token per masked name */
    size_t tokens_capacity;
    Vocabulary new_words; /* to be learned; the first `n_described` have token and roles */
    size_t n_described;
    FoldingRoom room;
    int n_counters;
    NgramCounter counters[MAX_BLOCKS];
} Workspace;

/* Read a str or bytes. Lone surrogates, which UTF-8 lacks, become the three bytes they would have.
   Return 0 with an error set if that fails. */
static int read_text(PyObject *object, Text *text)
{
    if (PyUnicode_Check(object) && PyUnicode_IS_COMPACT_ASCII(object))
        *text = (Text){Py_NewRef(object), PyUnicode_DATA(object), PyUnicode_GET_LENGTH(object), 0};
    else {
        PyObject *bytes = NULL;
        if (PyBytes_Check(object))
            bytes = Py_NewRef(object);
        else if (PyUnicode_Check(object))
            /* PyUnicode_AsUTF8AndSize would leave a copy inside the user's str. */
            bytes = PyUnicode_AsEncodedString(object, "utf-8", "surrogatepass");
        else
            PyErr_Format(PyExc_TypeError, "a paragraph must be a str; got %.100s.",
                         Py_TYPE(object)->tp_name);
        if (!bytes)
            return 0;
        const char *start = PyBytes_AS_STRING(bytes);
        *text = (Text){bytes, (const unsigned char *)start, PyBytes_GET_SIZE(bytes), 0};
    }
    if (text->length < MAX_TEXT_BYTES)
        return 1;
    PyErr_Format(PyExc_OverflowError, "a paragraph must be under 2 GB; got %zd bytes.",
                 text->length);
    Py_CLEAR(text->object);
    return 0;
}

/* Let go of the texts. The GIL is held. */
static void release_texts(Workspace *workspace)
{
    for (Py_ssize_t i = 0; i < workspace->n_texts; i++)
        Py_DECREF(workspace->texts[i].object);
    free(workspace->texts);
    workspace->texts = NULL;
    workspace->n_texts = 0;
}

/* Forget new words. Their memory, unless it is much, is kept for those of the next texts: the
   system clears pages before it hands them out, which took a tenth of the time of texts of new
   words. */
static void forget_new_words(Workspace *workspace)
{
    Vocabulary *words = &workspace->new_words;
    const StringTable *strings = &words->strings;
    size_t n_bytes = strings->bytes_capacity + strings->n_slots * sizeof *strings->slots +
                     strings->capacity * sizeof *strings->entries +
                     words->roles_capacity * sizeof *words->roles +
                     words->ngrams.capacity * sizeof *words->ngrams.items;
    if (n_bytes > MAX_KEPT_BYTES)
        free_vocabulary(words);
    empty_strings(&words->strings);
    words->ngrams.n = 0;
    workspace->n_described = 0;
}

/* Forget the texts and what was read from them. The GIL is held. */
static void clear_workspace(Workspace *workspace)
{
    release_texts(workspace);
    forget_new_words(workspace);
    free_folding_room(&workspace->room);
}

static void free_workspace(Workspace *workspace)
{
    clear_workspace(workspace);
    free_vocabulary(&workspace->new_words);
    for (int i = 0; i < workspace->n_counters; i++) {
        free(workspace->counters[i].counts);
        free(workspace->counters[i].seen);
        free(workspace->counters[i].seen_twice);
    }
    free(workspace->words);
    free(workspace->tokens);
    free(workspace);
}

static void release_workspace(Scorer *scorer, Workspace *workspace)
{
    clear_workspace(workspace);
    workspace->next = scorer->idle_workspaces;
    scorer->idle_workspaces = workspace;
}

/* Return NULL if there is no memory. */
static Workspace *make_workspace(const Scorer *scorer)
{
    Workspace *workspace = calloc(1, sizeof *workspace);
    if (!workspace)
        return NULL;
    workspace->scorer_number = scorer->number;
    for (int i = 0; i < scorer->n_blocks; i++) {
        NgramCounter *counter = &workspace->counters[workspace->n_counters++];
        size_t length = scorer->blocks[i].n_features + 1;
        counter->counts = calloc(length, sizeof *counter->counts);
        counter->seen = malloc(length * sizeof *counter->seen);
        counter->seen_twice = malloc(length * sizeof *counter->seen_twice);
        if (!counter->counts || !counter->seen || !counter->seen_twice) {
            free_workspace(workspace);
            return NULL;
        }
    }
    return workspace;
}

/* Take a workspace with room for some texts; NULL with an error set if there is no memory. */
static Workspace *take_workspace(Scorer *scorer, Py_ssize_t n_texts)
{
    Workspace *workspace = scorer->idle_workspaces;
    if (workspace)
        scorer->idle_workspaces = workspace->next;
    else if (!(workspace = make_workspace(scorer))) {
        PyErr_NoMemory();
        return NULL;
    }
    workspace->texts = malloc(((size_t)n_texts + 1) * sizeof *workspace->texts);
    if (workspace->texts)
        return workspace;
    release_workspace(scorer, workspace);
    PyErr_NoMemory();
    return NULL;
}

#endif
