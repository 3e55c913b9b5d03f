/* Read the words of a paragraph, and mask the names of sides among them.

   Names are matched before anything is counted, so that no side can change a label. The rules are
   those of Gazetteer.find in stance/text/tokens.py: the longest name at each word, from left to
   right, without overlap. */

#ifndef STANCE_NAMES_H
#define STANCE_NAMES_H

#include "learn.h"
#include "model.h"
#include "words.h"
#include "workspace.h"

/* Number the words of a text. Return 0 if there is no memory. */
static int number_words(const Scorer *scorer, Workspace *workspace, Word *words, size_t n)
{
    const StringTable *known = &scorer->words.strings;
    const StringTable *new_words = &workspace->new_words.strings;
    /* The first slot of a word, which read_words prefetched, is nearly always its own. Prefetch the
       entry that it names; it has come when the next loop compares it. A word whose slot is free is
       looked up among the new ones. */
    for (size_t i = 0; i < n; i++) {
        int32_t number = known->slots[tag_of(&words[i].key) & (known->n_slots - 1)].number;
        if (number >= 0)
            PREFETCH(&known->entries[number]);
        else
            prefetch_slot(new_words, &words[i].key);
    }
    for (size_t i = 0; i < n; i++) {
        int32_t number = find_key(known, &words[i].key);
        if (number < 0 && (number = number_new_word(scorer, workspace, &words[i].key)) < 0)
            return 0;
        words[i].number = number;
    }
    return 1;
}

/* Append the words of a text to those of its group, and number them. Return 0 if there is no
   memory. */
static int read_words(const Scorer *scorer, Workspace *workspace, Text *text)
{
    const unsigned char *end = text->start + text->length;
    size_t first = workspace->n_words;
    Span word;
    for (const unsigned char *cursor = text->start; next_word(cursor, end, &word);) {
        if (!RESERVE(workspace->words, workspace->words_capacity, workspace->n_words + 1))
            return 0;
        StringKey key = make_key((const char *)word.start, (size_t)(word.end - word.start),
                                 (size_t)(end - word.start));
        prefetch_slot(&scorer->words.strings, &key);
        workspace->words[workspace->n_words++] = (Word){key, -1, word.begins_sentence};
        cursor = word.end;
    }
    text->n_words = workspace->n_words - first;
    return number_words(scorer, workspace, workspace->words + first, text->n_words);
}

/* Where a word is known, and as what. */
typedef struct {
    const Vocabulary *words;
    size_t number;
} KnownWord;

static ALWAYS_INLINE KnownWord find_word(const Scorer *scorer, const Workspace *workspace,
                                         int32_t number)
{
    size_t n = scorer->words.strings.n, index = (size_t)number;
    return index < n ? (KnownWord){&scorer->words, index}
                     : (KnownWord){&workspace->new_words, index - n};
}

static ALWAYS_INLINE Token *token_of(KnownWord word)
{
    return &word.words->strings.entries[word.number].token;
}

static ALWAYS_INLINE const NameRoles *roles_of(const Scorer *scorer, const Workspace *workspace,
                                               const Word *word)
{
    KnownWord known = find_word(scorer, workspace, word->number);
    return &known.words->roles[known.number];
}

/* Whether two neighbouring words may stand inside one name. */
static int are_joined(const Scorer *scorer, const Workspace *workspace, const Word *word)
{
    const Word *next = word + 1;
    const char *gap = word->key.bytes + word->key.length;
    Token *token = token_of(find_word(scorer, workspace, word->number));
    int after_short = LOAD_RELAXED(token->flags) & IS_SHORT;
    return is_joint((const unsigned char *)gap, (const unsigned char *)next->key.bytes,
                    after_short);
}

static size_t name_length(const NameTable *names, int32_t name)
{
    return (size_t)(names->name_start[name + 1] - names->name_start[name]);
}

/* Whether a name stands at the first of `n` words. */
static int matches_name(const Scorer *scorer, const Workspace *workspace, int name_case,
                        int32_t name, const Word *words, size_t n)
{
    const NameTable *names = &scorer->names[name_case];
    const int32_t *wanted = names->name_words + names->name_start[name];
    size_t length = name_length(names, name);
    if (length > n)
        return 0;
    for (size_t i = 0; i < length; i++) {
        const NameRoles *roles = roles_of(scorer, workspace, &words[i]);
        int is_last = i == length - 1;
        if (roles->whole[name_case] != wanted[i] &&
            !(is_last && roles->bare[name_case] == wanted[i]))
            return 0;
        if (i && !are_joined(scorer, workspace, &words[i - 1]))
            return 0;
    }
    return 1;
}

/* Return the length of the longest name that stands at the first of `n` words; 0 if none does. */
static size_t match_longest_name(const Scorer *scorer, const Workspace *workspace,
                                 const Word *words, size_t n)
{
    const NameRoles *roles = roles_of(scorer, workspace, words);
    size_t longest = 0;
    for (int name_case = 0; name_case < N_CASES; name_case++) {
        const NameTable *names = &scorer->names[name_case];
        int32_t word = roles->bare[name_case];
        if (word < 0)
            continue;
        for (int32_t name = names->first_name[word]; name < names->first_name[word + 1]; name++) {
            size_t length = name_length(names, name);
            if (length > longest && matches_name(scorer, workspace, name_case, name, words, n))
                longest = length;
        }
    }
    return longest;
}

/* Fill `workspace->tokens` from the words of a text. Return how many tokens there are, or -1 if
   there is no memory. */
static Py_ssize_t mask_names(const Scorer *scorer, Workspace *workspace, const Word *words,
                             size_t n)
{
    size_t n_tokens = 0, n_known = scorer->words.strings.n;
    StringEntry *known = scorer->words.strings.entries;
    StringEntry *new = workspace->new_words.strings.entries;
    const int32_t *pool = scorer->words.ngrams.items, *new_pool = workspace->new_words.ngrams.items;
    if (!RESERVE(workspace->tokens, workspace->tokens_capacity, n))
        return -1;
    for (size_t i = 0; i < n;) {
        size_t index = (size_t)words[i].number, n_masked = 0;
        int is_known = index < n_known;
        Token *token = is_known ? &known[index].token : &new[index - n_known].token;
        uint32_t flags = note_meeting(token);
        if (flags & MAY_BEGIN_NAME)
            n_masked = match_longest_name(scorer, workspace, words + i, n - i);
        if (n_masked) {
            token = &known[SIDE].token;
            is_known = 1;
            flags = LOAD_RELAXED(token->flags);
        }
        flags |= words[i].begins_sentence ? BEGINS_SENTENCE : 0;
        const int32_t *ngrams = (is_known ? pool : new_pool) + token->ngrams;
        /* Counting comes next. Two cache lines of 16 items hold the n-grams of most words. */
        PREFETCH(ngrams);
        PREFETCH(ngrams + 16);
        workspace->tokens[n_tokens++] = (TextToken){token->stem, flags, ngrams};
        i += n_masked ? n_masked : 1;
    }
    return (Py_ssize_t)n_tokens;
}

#endif
