/* Take in words as written, with what Python says of them.

   The rules of words (folding, stemming, possessives) live in stance/text/words.py only. Python is
   asked once per distinct word, and the answer is kept; scoring then runs without Python. */

#ifndef STANCE_LEARN_H
#define STANCE_LEARN_H

#include "build.h"
#include "model.h"
#include "ngram_pool.h"

/* A word as Python describes it; see `learn` in _scorer.pyi. */
typedef struct {
    PyObject *written, *folded, *stem, *bare, *folded_bare;
    int is_plain;
    uint32_t cue_class;
} WordForms;

/* Return the number of a str; -1 if it is not in the table, or with an error set. */
static int32_t find_str(const StringTable *table, PyObject *str)
{
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(str, &length);
    return bytes ? find_string(table, bytes, (size_t)length) : -1;
}

static int begins_name(const NameTable *names, int32_t word)
{
    return word >= 0 && names->first_name[word] < names->first_name[word + 1];
}

static NameRoles find_roles(const Scorer *scorer, const WordForms *forms)
{
    const StringTable *folded = &scorer->names[ANY_CASE].words;
    const StringTable *exact = &scorer->names[EXACT_CASE].words;
    NameRoles roles = {{find_str(folded, forms->folded), find_str(exact, forms->written)}, {0, 0}};
    if (forms->bare == forms->written) /* it has no possessive */
        memcpy(roles.bare, roles.whole, sizeof roles.bare);
    else {
        roles.bare[ANY_CASE] = find_str(folded, forms->folded_bare);
        roles.bare[EXACT_CASE] = find_str(exact, forms->bare);
    }
    return roles;
}

static uint32_t find_flags(const Scorer *scorer, const WordForms *forms, int32_t stem,
                           const NameRoles *roles)
{
    uint32_t flags = forms->cue_class << CLASS_SHIFT;
    if (forms->is_plain)
        flags |= IS_PLAIN;
    if (stem >= 0 && scorer->is_familiar[stem])
        flags |= IS_FAMILIAR;
    if (PyUnicode_GET_LENGTH(forms->written) <= MAX_ABBREVIATION)
        flags |= IS_SHORT;
    for (int name_case = 0; name_case < N_CASES; name_case++)
        if (begins_name(&scorer->names[name_case], roles->bare[name_case]))
            flags |= MAY_BEGIN_NAME;
    return flags;
}

/* Add a word whose n-grams were appended to the pool last. */
static int add_word(Scorer *scorer, const char *bytes, size_t length, Token token, NameRoles roles)
{
    if (!RESERVE(scorer->name_roles, scorer->roles_capacity, scorer->words.n + 1))
        return set_memory_error();
    int32_t number = add_string(&scorer->words, bytes, length);
    if (number < 0)
        return set_memory_error();
    scorer->words.entries[number].token = token;
    scorer->name_roles[number] = roles;
    return 1;
}

/* Learn a word unless it is known. Return 0 with an error set if that fails. */
static int learn_word(Scorer *scorer, const WordForms *forms)
{
    Py_ssize_t length, folded_length;
    const char *bytes = PyUnicode_AsUTF8AndSize(forms->written, &length);
    if (!bytes)
        return 0;
    const char *folded = PyUnicode_AsUTF8AndSize(forms->folded, &folded_length);
    if (!folded)
        return 0;
    if (find_string(&scorer->words, bytes, (size_t)length) >= 0)
        return 1;
    if (forms->cue_class >= MAX_CLASSES) {
        PyErr_Format(PyExc_ValueError, "the class of a word must be less than %d; got %d.",
                     MAX_CLASSES, (int)forms->cue_class);
        return 0;
    }
    NameRoles roles = find_roles(scorer, forms);
    Token token = {find_str(&scorer->stems, forms->stem), 0, scorer->n_pool};
    if (PyErr_Occurred())
        return 0;
    token.flags = find_flags(scorer, forms, token.stem, &roles);
    if (!append_ngrams(scorer, (const unsigned char *)folded, (size_t)folded_length))
        return set_memory_error();
    return add_word(scorer, bytes, (size_t)length, token, roles);
}

/* Learn the mark that stands for every masked name. It is the first word, has a stem but no
   characters and no class, and cannot be met in a text. */
static int learn_side(Scorer *scorer, PyObject *side)
{
    const NameRoles none = {{-1, -1}, {-1, -1}};
    Token token = {find_str(&scorer->stems, side), 0, scorer->n_pool};
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(side, &length);
    if (!bytes)
        return 0;
    if (!append_ngrams(scorer, NULL, 0))
        return set_memory_error();
    return add_word(scorer, bytes, (size_t)length, token, none);
}

/* Return where a word's n-grams end in the pool. */
static size_t pool_end(const Scorer *scorer, size_t word)
{
    return word + 1 < scorer->words.n ? scorer->words.entries[word + 1].token.ngrams
                                      : scorer->n_pool;
}

/* Forget the words that were not met twice since the last call. The others move up, in their order,
   as do their bytes and n-grams. Example: of the words side (0), truce (1), lamp (2) and war (3),
   where lamp is rare, war becomes 2. Called twice in a row, this forgets every word. */
static void forget_rare(Scorer *scorer)
{
    StringTable *words = &scorer->words;
    size_t n = 0, n_bytes = 0, n_pool = 0;
    for (size_t word = 0; word < words->n; word++) {
        StringEntry entry = words->entries[word];
        size_t n_items = pool_end(scorer, word) - entry.token.ngrams;
        if (word != SIDE && !(entry.token.flags & IS_MET_AGAIN))
            continue;
        memmove(words->bytes + n_bytes, words->bytes + entry.start, entry.length);
        memmove(scorer->ngram_pool + n_pool, scorer->ngram_pool + entry.token.ngrams,
                n_items * sizeof *scorer->ngram_pool);
        entry.start = (uint32_t)n_bytes;
        entry.token.ngrams = n_pool;
        entry.token.flags &= ~(uint32_t)(IS_MET | IS_MET_AGAIN);
        words->entries[n] = entry;
        scorer->name_roles[n++] = scorer->name_roles[word];
        n_bytes += entry.length;
        n_pool += n_items;
    }
    words->n = n;
    words->n_bytes = n_bytes;
    scorer->n_pool = n_pool;
    refill_slots(words);
}

#endif
