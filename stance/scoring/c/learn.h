/* Take in words as written, with what scoring needs to know of each.

   A word's forms are worked out once (word_forms.h), and what follows from them is kept: scoring
   compares numbers only. That is done by the thread that meets the word, in its workspace, where
   the word is known at once; it is added to the scorer while no thread scores. */

#ifndef STANCE_LEARN_H
#define STANCE_LEARN_H

#include "build.h"
#include "model.h"
#include "ngram_pool.h"
#include "word_forms.h"
#include "workspace.h"

static int32_t find_utf8(const StringTable *table, Utf8 string)
{
    return find_string(table, string.bytes, string.length);
}

/* A word is looked up in several tables: its hash is worked out once. */
static StringKey make_utf8_key(Utf8 string)
{
    return make_key(string.bytes, string.length, string.length);
}

/* Return the key of a form of a word. It is often that of another form, which need not be hashed
   again: most words are written as they are folded, and many have no ending. */
static StringKey make_form_key(Utf8 form, const StringKey *other)
{
    if (form.length == other->length && !memcmp(form.bytes, other->bytes, form.length))
        return *other;
    return make_utf8_key(form);
}

static int begins_name(const NameTable *names, int32_t word)
{
    return word >= 0 && names->first_name[word] < names->first_name[word + 1];
}

/* Find as which words of names a word counts. `room` is for folding it without its possessive: that
   need not be what `folded` begins with, since a sigma at the end of a word is folded in its own
   way. Return 0 if there is no memory. */
static int find_roles(const Scorer *scorer, const StringKey *written_key, const StringKey *folded,
                      FoldedWord *room, NameRoles *roles)
{
    Utf8 written = {written_key->bytes, written_key->length};
    const StringTable *any_case = &scorer->names[ANY_CASE].words;
    const StringTable *exact_case = &scorer->names[EXACT_CASE].words;
    Utf8 bare = cut_possessive(written);
    roles->whole[ANY_CASE] = find_key(any_case, folded);
    roles->whole[EXACT_CASE] = find_key(exact_case, written_key);
    memcpy(roles->bare, roles->whole, sizeof roles->bare);
    if (bare.length == written.length)
        return 1;
    if (!fold_word(bare, room))
        return 0;
    StringKey folded_bare = make_utf8_key((Utf8){room->bytes, room->length});
    roles->bare[ANY_CASE] = find_key(any_case, &folded_bare);
    roles->bare[EXACT_CASE] = find_utf8(exact_case, bare);
    return 1;
}

static int is_negator(const CueTable *cues, const StringKey *folded)
{
    static const char ending[] = "n't";
    const size_t n = sizeof ending - 1;
    return (folded->length >= n && !memcmp(folded->bytes + folded->length - n, ending, n)) ||
           find_key(&cues->negators, folded) >= 0;
}

/* Return the class of a word as a cue (number_cue_classes in stance/text/features.py). */
static uint32_t find_class(const CueTable *cues, const StringKey *folded, const StringKey *stem)
{
    if (cues->negation == NO_CLASS)
        return NO_CLASS;
    if (is_negator(cues, folded))
        return (uint32_t)cues->negation;
    int32_t number = find_key(&cues->stems, stem);
    return number < 0 ? NO_CLASS : cues->classes[number];
}

/* Return the flags of a word whose stem and roles are known, its class aside. */
static uint32_t find_flags(const Scorer *scorer, Utf8 written, const FoldedWord *folded,
                           int32_t stem, const NameRoles *roles)
{
    uint32_t flags = 0;
    if (is_plain_word(folded))
        flags |= IS_PLAIN;
    if (stem >= 0 && scorer->is_familiar[stem])
        flags |= IS_FAMILIAR;
    if (is_short_word(written, MAX_ABBREVIATION))
        flags |= IS_SHORT;
    for (int name_case = 0; name_case < N_CASES; name_case++)
        if (begins_name(&scorer->names[name_case], roles->bare[name_case]))
            flags |= MAY_BEGIN_NAME;
    return flags;
}

/* Work out what scoring needs to know of a word, and append its n-grams to a pool. Return 0 if
   there is no memory. */
static int describe_word(const Scorer *scorer, Utf8 written, FoldingRoom *room, NgramPool *pool,
                         Token *token, NameRoles *roles)
{
    FoldedWord *folded = &room->whole;
    char stem_room[4 * MAX_WORD_CHARACTERS];
    if (!fold_word(written, folded))
        return 0;
    StringKey written_key = make_utf8_key(written);
    StringKey folded_key = make_form_key((Utf8){folded->bytes, folded->length}, &written_key);
    StringKey stem_key = make_form_key(stem_word(folded, stem_room), &folded_key);
    prefetch_slot(&scorer->names[ANY_CASE].words, &folded_key);
    prefetch_slot(&scorer->stems, &stem_key);
    /* What was prefetched comes while the n-grams are found. */
    token->ngrams = pool->n;
    if (!append_ngrams(scorer, pool, folded) ||
        !find_roles(scorer, &written_key, &folded_key, &room->bare, roles))
        return 0;
    token->stem = find_key(&scorer->stems, &stem_key);
    token->flags = find_class(&scorer->cues, &folded_key, &stem_key) << CLASS_SHIFT |
                   find_flags(scorer, written, folded, token->stem, roles);
    return 1;
}

/* Add a new word. Return its number, or -1 if there is no memory. */
static int32_t add_word(Vocabulary *words, const StringKey *key, Token token, NameRoles roles)
{
    if (!RESERVE(words->roles, words->roles_capacity, words->strings.n + 1))
        return -1;
    int32_t number = add_new_key(&words->strings, key);
    if (number >= 0) {
        words->strings.entries[number].token = token;
        words->roles[number] = roles;
    }
    return number;
}

/* Return the number of a word that the scorer does not know, which `describe_new_words` describes;
   -1 if there is no memory. */
static int32_t number_new_word(const Scorer *scorer, Workspace *workspace, const StringKey *key)
{
    int32_t number = add_key(&workspace->new_words.strings, key);
    return number < 0 ? -1 : number + (int32_t)scorer->words.strings.n;
}

/* Describe the new words of a workspace that are not yet. Threads may do so side by side, without
   the GIL. Return 0 if there is no memory. */
static int describe_new_words(const Scorer *scorer, Workspace *workspace)
{
    Vocabulary *words = &workspace->new_words;
    const StringTable *strings = &words->strings;
    if (!RESERVE(words->roles, words->roles_capacity, strings->n))
        return 0;
    for (; workspace->n_described < strings->n; workspace->n_described++) {
        StringEntry *entry = &strings->entries[workspace->n_described];
        Utf8 written = {strings->bytes + entry->start, entry->length};
        if (!describe_word(scorer, written, &workspace->room, &words->ngrams, &entry->token,
                           &words->roles[workspace->n_described]))
            return 0;
    }
    return 1;
}

/* Return where a word's n-grams end in the pool. */
static size_t pool_end(const Vocabulary *words, size_t word)
{
    const StringTable *strings = &words->strings;
    return word + 1 < strings->n ? strings->entries[word + 1].token.ngrams : words->ngrams.n;
}

/* Learn a word of a workspace that the scorer does not know. Return 0 if there is no memory. */
static int copy_word(Vocabulary *words, const StringKey *key, const Vocabulary *from, size_t number)
{
    Token token = from->strings.entries[number].token;
    NgramPool *pool = &words->ngrams;
    size_t start = token.ngrams, n_items = pool_end(from, number) - start;
    if (!RESERVE(pool->items, pool->capacity, pool->n + n_items))
        return 0;
    token.ngrams = pool->n;
    if (add_word(words, key, token, from->roles[number]) < 0)
        return 0;
    if (n_items) /* else there may be no array yet, which memcpy must not be given */
        memcpy(pool->items + pool->n, from->ngrams.items + start, n_items * sizeof *pool->items);
    pool->n += n_items;
    return 1;
}

/* How many words are looked up together: their slots, anywhere in a table that exceeds the
   processor's caches, are prefetched first. */
#define N_LEARNED_TOGETHER 16

/* Learn the words of a workspace. One that another thread met, too, was met at least twice. Return
   0 with an error set if there is no memory. */
static int learn_words(Scorer *scorer, const Vocabulary *from)
{
    Vocabulary *words = &scorer->words;
    const StringTable *strings = &from->strings;
    StringKey keys[N_LEARNED_TOGETHER];
    for (size_t first = 0, n; first < strings->n; first += n) {
        for (n = 0; n < N_LEARNED_TOGETHER && first + n < strings->n; n++) {
            const StringEntry *entry = &strings->entries[first + n];
            keys[n] = make_key(strings->bytes + entry->start, entry->length,
                               strings->n_bytes - entry->start);
            prefetch_slot(&words->strings, &keys[n]);
        }
        for (size_t i = 0; i < n; i++) {
            int32_t known = find_key(&words->strings, &keys[i]);
            if (known >= 0)
                words->strings.entries[known].token.flags |= IS_MET | IS_MET_AGAIN;
            else if (!copy_word(words, &keys[i], from, first + i))
                return set_memory_error();
        }
    }
    return 1;
}

/* Learn the mark that stands for every masked name. It is the first word, has a stem but no
   characters and no class, and cannot be met in a text. */
static int learn_side(Scorer *scorer, PyObject *side)
{
    const NameRoles none = {{-1, -1}, {-1, -1}};
    Utf8 written;
    Py_ssize_t length;
    written.bytes = PyUnicode_AsUTF8AndSize(side, &length);
    if (!written.bytes)
        return 0;
    written.length = (size_t)length;
    StringKey key = make_utf8_key(written);
    Token token = {find_key(&scorer->stems, &key), 0, 0};
    if (!append_ngrams(scorer, &scorer->words.ngrams, NULL) ||
        add_word(&scorer->words, &key, token, none) < 0)
        return set_memory_error();
    return 1;
}

/* Forget the words that were not met twice since the last call. The others move up, in their order,
   as do their bytes and n-grams. Example: of the words side (0), truce (1), lamp (2) and war (3),
   where lamp is rare, war becomes 2. Called twice in a row, this forgets every word. */
static void forget_rare(Vocabulary *words)
{
    StringTable *strings = &words->strings;
    NgramPool *pool = &words->ngrams;
    size_t n = 0, n_bytes = 0, n_pool = 0;
    for (size_t word = 0; word < strings->n; word++) {
        StringEntry entry = strings->entries[word];
        size_t n_items = pool_end(words, word) - entry.token.ngrams;
        if (word != SIDE && !(entry.token.flags & IS_MET_AGAIN))
            continue;
        memmove(strings->bytes + n_bytes, strings->bytes + entry.start, entry.length);
        if (n_items)
            memmove(pool->items + n_pool, pool->items + entry.token.ngrams,
                    n_items * sizeof *pool->items);
        entry.start = (uint32_t)n_bytes;
        entry.token.ngrams = n_pool;
        entry.token.flags &= ~(uint32_t)(IS_MET | IS_MET_AGAIN);
        strings->entries[n] = entry;
        words->roles[n++] = words->roles[word];
        n_bytes += entry.length;
        n_pool += n_items;
    }
    strings->n = n;
    strings->n_bytes = n_bytes;
    pool->n = n_pool;
    refill_slots(strings);
}

#endif
