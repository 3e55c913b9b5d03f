/* What one thread works in: a paragraph's words, its tokens, and the counts of its n-grams.

   Workspaces are made when threads first need them and used again, so that scoring a paragraph
   allocates nothing. A paragraph with words that are not learned yet stays in its workspace,
   pending, until they are; the words need not be read again. */

#ifndef STANCE_WORKSPACE_H
#define STANCE_WORKSPACE_H

#include "common.h"
#include "model.h"
#include "string_table.h"

/* So that no count of n-grams overflows. */
#define MAX_TEXT_BYTES (INT32_MAX - 64)

/* A word of a paragraph. */
typedef struct {
    StringKey key;  /* its bytes lie in a Text */
    int32_t number; /* in Scorer.words; -1 as long as it is not known */
    int32_t begins_sentence;
} Word;

/* A text in UTF-8. The object, which may be another than the user's, keeps the bytes alive. */
typedef struct {
    PyObject *object;
    const unsigned char *start;
    Py_ssize_t length;
} Text;

typedef struct {
    Py_ssize_t row;
    size_t first_word, n_words; /* in Workspace.words */
} PendingParagraph;

/* How often each n-gram of a block occurs in a paragraph. The counts are zero between paragraphs.
   Each list has one item more than there are columns, which is written but never read (score.h). */
typedef struct {
    int32_t *counts;     /* by column */
    int32_t *seen;       /* columns that occur */
    int32_t *seen_twice; /* columns that occur at least twice */
} NgramCounter;

typedef struct Workspace {
    struct Workspace *next; /* of the idle ones */
    uint64_t generation;    /* of the words whose numbers it holds */
    Text *texts;
    Py_ssize_t n_texts;
    Word *words; /* of the pending paragraphs, then of the current one */
    size_t n_words, words_capacity;
    Token *tokens; /* of the current paragraph: its words, with one token per masked name */
    size_t tokens_capacity;
    PendingParagraph *pending;
    size_t n_pending, pending_capacity;
    StringTable unknown; /* words to be learned, each with its token ... */
    NgramPool unknown_ngrams;
    NameRoles *unknown_roles; /* ... and roles, once `describe_words` has been called */
    size_t roles_capacity;
    int n_counters;
    NgramCounter counters[MAX_BLOCKS];
} Workspace;

/* Read a str or bytes. Lone surrogates, which UTF-8 lacks, become the three bytes they would have.
   Return 0 with an error set if that fails. */
static int read_text(PyObject *object, Text *text)
{
    if (PyUnicode_Check(object) && PyUnicode_IS_COMPACT_ASCII(object))
        *text = (Text){Py_NewRef(object), PyUnicode_DATA(object), PyUnicode_GET_LENGTH(object)};
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
        *text =
            (Text){bytes, (const unsigned char *)PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes)};
    }
    if (text->length < MAX_TEXT_BYTES)
        return 1;
    PyErr_Format(PyExc_OverflowError, "a paragraph must be under 2 GB; got %zd bytes.",
                 text->length);
    Py_CLEAR(text->object);
    return 0;
}

static void forget_unknown(Workspace *workspace)
{
    free_strings(&workspace->unknown);
    free(workspace->unknown_ngrams.items);
    free(workspace->unknown_roles);
    workspace->unknown_ngrams = (NgramPool){NULL, 0, 0};
    workspace->unknown_roles = NULL;
    workspace->roles_capacity = 0;
}

/* Forget the texts and what was read from them. The GIL is held. */
static void clear_workspace(Workspace *workspace)
{
    for (Py_ssize_t i = 0; i < workspace->n_texts; i++)
        Py_DECREF(workspace->texts[i].object);
    free(workspace->texts);
    workspace->texts = NULL;
    workspace->n_texts = 0;
    workspace->n_words = workspace->n_pending = 0;
    forget_unknown(workspace);
}

static void free_workspace(Workspace *workspace)
{
    clear_workspace(workspace);
    for (int i = 0; i < workspace->n_counters; i++) {
        free(workspace->counters[i].counts);
        free(workspace->counters[i].seen);
        free(workspace->counters[i].seen_twice);
    }
    free(workspace->words);
    free(workspace->tokens);
    free(workspace->pending);
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
    workspace->generation = scorer->generation;
    workspace->texts = malloc(((size_t)n_texts + 1) * sizeof *workspace->texts);
    if (workspace->texts)
        return workspace;
    release_workspace(scorer, workspace);
    PyErr_NoMemory();
    return NULL;
}

#endif
