/* Read the words of a paragraph, and mask the names of sides among them.

   Names are matched before anything is counted, so that no side can change a label. The rules are
   those of Gazetteer.find in stance/text/tokens.py: the longest name at each word, from left to
   right, without overlap. */

#ifndef STANCE_NAMES_H
#define STANCE_NAMES_H

#include "model.h"
#include "words.h"
#include "workspace.h"

/* Look up the words that have no number yet. Return how many are unknown, which are added to
   `workspace->unknown`, or -1 if there is no memory. */
static Py_ssize_t look_up_words(const Scorer *scorer, Workspace *workspace, Word *words, size_t n)
{
    const StringTable *known = &scorer->words;
    Py_ssize_t n_unknown = 0;
    /* The first slot of a word, which read_words prefetched, is nearly always its own. Prefetch the
       entry that it names; it has come when the next loop compares it. */
    for (size_t i = 0; i < n; i++) {
        int32_t number = known->slots[tag_of(&words[i].key) & (known->n_slots - 1)].number;
        PREFETCH(&known->entries[number < 0 ? SIDE : number]);
    }
    for (size_t i = 0; i < n; i++) {
        if (words[i].number < 0)
            words[i].number = find_key(known, &words[i].key);
        if (words[i].number >= 0)
            continue;
        n_unknown++;
        if (add_key(&workspace->unknown, &words[i].key) < 0)
            return -1;
    }
    return n_unknown;
}

/* Append the words of a text to `workspace->words` and look them up. Return how many are unknown,
   or -1 if there is no memory. */
static Py_ssize_t read_words(const Scorer *scorer, Workspace *workspace, const Text *text)
{
    const StringTable *known = &scorer->words;
    const unsigned char *end = text->start + text->length;
    size_t first = workspace->n_words;
    Span word;
    for (const unsigned char *cursor = text->start; next_word(cursor, end, &word);) {
        if (!RESERVE(workspace->words, workspace->words_capacity, workspace->n_words + 1))
            return -1;
        StringKey key = make_key((const char *)word.start, (size_t)(word.end - word.start),
                                 (size_t)(end - word.start));
        prefetch_slot(known, &key);
        workspace->words[workspace->n_words++] = (Word){key, -1, word.begins_sentence};
        cursor = word.end;
    }
    return look_up_words(scorer, workspace, workspace->words + first, workspace->n_words - first);
}

/* Whether two neighbouring words may stand inside one name. */
static int are_joined(const Scorer *scorer, const Word *word, const Word *next)
{
    const char *gap = word->key.bytes + word->key.length;
    int after_short = LOAD_RELAXED(scorer->words.entries[word->number].token.flags) & IS_SHORT;
    return is_joint((const unsigned char *)gap, (const unsigned char *)next->key.bytes,
                    after_short);
}

static size_t name_length(const NameTable *names, int32_t name)
{
    return (size_t)(names->name_start[name + 1] - names->name_start[name]);
}

/* Whether a name stands at the first of `n` words. */
static int matches_name(const Scorer *scorer, int name_case, int32_t name, const Word *words,
                        size_t n)
{
    const NameTable *names = &scorer->names[name_case];
    const int32_t *wanted = names->name_words + names->name_start[name];
    size_t length = name_length(names, name);
    if (length > n)
        return 0;
    for (size_t i = 0; i < length; i++) {
        const NameRoles *roles = &scorer->name_roles[words[i].number];
        int is_last = i == length - 1;
        if (roles->whole[name_case] != wanted[i] &&
            !(is_last && roles->bare[name_case] == wanted[i]))
            return 0;
        if (i && !are_joined(scorer, &words[i - 1], &words[i]))
            return 0;
    }
    return 1;
}

/* Return the length of the longest name that stands at the first of `n` words; 0 if none does. */
static size_t match_longest_name(const Scorer *scorer, const Word *words, size_t n)
{
    size_t longest = 0;
    for (int name_case = 0; name_case < N_CASES; name_case++) {
        const NameTable *names = &scorer->names[name_case];
        int32_t word = scorer->name_roles[words[0].number].bare[name_case];
        if (word < 0)
            continue;
        for (int32_t name = names->first_name[word]; name < names->first_name[word + 1]; name++) {
            size_t length = name_length(names, name);
            if (length > longest && matches_name(scorer, name_case, name, words, n))
                longest = length;
        }
    }
    return longest;
}

/* Fill `workspace->tokens` from `n` known words. Return how many tokens there are, or -1 if there
   is no memory. */
static Py_ssize_t mask_names(const Scorer *scorer, Workspace *workspace, const Word *words,
                             size_t n)
{
    StringEntry *entries = scorer->words.entries;
    size_t n_tokens = 0;
    if (!RESERVE(workspace->tokens, workspace->tokens_capacity, n))
        return -1;
    for (size_t i = 0; i < n;) {
        Token *token = &entries[words[i].number].token;
        size_t n_masked = 0;
        uint32_t flags = note_meeting(token);
        if (flags & MAY_BEGIN_NAME)
            n_masked = match_longest_name(scorer, words + i, n - i);
        /* Counting comes next. Two cache lines of 16 items hold the n-grams of most words. */
        PREFETCH(scorer->ngrams.items + token->ngrams);
        PREFETCH(scorer->ngrams.items + token->ngrams + 16);
        if (n_masked) {
            token = &entries[SIDE].token;
            flags = LOAD_RELAXED(token->flags);
        }
        flags |= words[i].begins_sentence ? BEGINS_SENTENCE : 0;
        workspace->tokens[n_tokens++] = (Token){token->stem, flags, token->ngrams};
        i += n_masked ? n_masked : 1;
    }
    return (Py_ssize_t)n_tokens;
}

#endif
