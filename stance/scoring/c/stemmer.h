/* Snowball's English stemmer, also called Porter2: "ceasefires" -> "ceasefir".

   Written from its published description, https://snowballstem.org/algorithms/english/stemmer.html
   (M. F. Porter and the Snowball project), in the order of that page and with its names: R1 and R2,
   steps 0 to 5. The lists of exceptions are those of Snowball 3.1, as PyStemmer 3.1 has them:
   stance/text/words.py asks that for stems, and tests hold this file to it.

   A word is an array of code points, because the rules count letters. Where a step has a table, its
   suffixes stand longest first, since only the longest that a word ends in is considered, whether
   or not it may then be replaced. No step makes a word longer than it was at first. */

#ifndef STANCE_STEMMER_H
#define STANCE_STEMMER_H

#include "common.h"

/* A folded word that is being stemmed. R1 and R2 are regions at its end, which stay where they are
   while endings are cut: a suffix lies in one if it begins at or after it. */
typedef struct {
    uint32_t *letters;
    size_t n;
    size_t r1, r2; /* where the regions begin */
} Stem;

/* A string of ASCII and its length. It lies in the table that holds it, near the next one. */
typedef struct {
    char letters[8];
    uint8_t n;
} Letters;

#define LETTERS(string) {string, sizeof string - 1}
#define LENGTH_OF(table) (sizeof(table) / sizeof *(table))

/* What a step does to a word that ends in a suffix. */
typedef struct {
    Letters suffix, replacement;
    const char *after; /* the letter before must be one of these; NULL if it may be any */
    int in_r2;         /* the suffix must lie in R2, whatever region the step asks for */
} SuffixRule;

#define REPLACE(suffix, replacement) {LETTERS(suffix), LETTERS(replacement), NULL, 0}
#define REPLACE_AFTER(suffix, replacement, letters) \
    {LETTERS(suffix), LETTERS(replacement), letters, 0}
#define CUT(suffix) REPLACE(suffix, "")

/* ---- letters, suffixes, regions ------------------------------------------------------------- */

/* "y" is one; "Y" marks a y that is a consonant. */
static int is_vowel(uint32_t letter)
{
    return letter == 'a' || letter == 'e' || letter == 'i' || letter == 'o' || letter == 'u' ||
           letter == 'y';
}

static int has_vowel(const uint32_t *letters, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_vowel(letters[i]))
            return 1;
    return 0;
}

static int are_letters(const uint32_t *letters, Letters wanted)
{
    for (size_t i = wanted.n; i > 0; i--) /* the last first: there, suffixes differ most */
        if (letters[i - 1] != (unsigned char)wanted.letters[i - 1])
            return 0;
    return 1;
}

static int ends_in(const Stem *word, Letters suffix)
{
    return suffix.n <= word->n && are_letters(word->letters + word->n - suffix.n, suffix);
}

/* Whether a word ends in a suffix of ASCII that is given as a literal. */
#define ENDS_IN(word, suffix) ends_in(word, (Letters)LETTERS(suffix))

/* Whether the first `n` letters of a word are one of a list. */
static int is_one_of(const Stem *word, size_t n, const Letters *list, size_t n_listed)
{
    for (size_t i = 0; i < n_listed; i++)
        if (list[i].n == n && are_letters(word->letters, list[i]))
            return 1;
    return 0;
}

static int is_among(uint32_t letter, const char *letters)
{
    return letter && letter < 128 && strchr(letters, (int)letter);
}

/* Put a replacement where a suffix begins, at `start`; it is not longer than the suffix. */
static void replace_ending(Stem *word, size_t start, Letters replacement)
{
    for (size_t i = 0; i < replacement.n; i++)
        word->letters[start + i] = (unsigned char)replacement.letters[i];
    word->n = start + replacement.n;
}

/* Whether the last letter of a word is one of those that the suffixes of a table end in: few words
   need then be compared with each. */
static int may_end(const Stem *word, const char *last_letters)
{
    uint32_t last = word->n ? word->letters[word->n - 1] : 0;
    for (const char *letter = last_letters; *letter; letter++)
        if (last == (unsigned char)*letter)
            return 1;
    return 0;
}

/* Apply the rule of the longest suffix of a table, if that lies in the region from `region` on. */
static void apply_rules(Stem *word, size_t region, const SuffixRule *rules, size_t n_rules)
{
    for (const SuffixRule *rule = rules; rule < rules + n_rules; rule++) {
        if (!ends_in(word, rule->suffix))
            continue;
        size_t start = word->n - rule->suffix.n;
        int follows = !rule->after || (start && is_among(word->letters[start - 1], rule->after));
        if (start >= (rule->in_r2 ? word->r2 : region) && follows)
            replace_ending(word, start, rule->replacement);
        return;
    }
}

/* Return where the region begins that follows the first non-vowel after a vowel, from `start` on.
 */
static size_t find_region(const Stem *word, size_t start)
{
    size_t i = start;
    while (i < word->n && !is_vowel(word->letters[i]))
        i++;
    while (i < word->n && is_vowel(word->letters[i]))
        i++;
    return i < word->n ? i + 1 : word->n;
}

/* Beginnings after which R1 begins at once, so that unlike words do not get one stem: general and
   generous, university and universe, past and paste. */
static const Letters BEGINNINGS[] = {
    LETTERS("univers"), LETTERS("commun"), LETTERS("arsen"), LETTERS("emerg"), LETTERS("gener"),
    LETTERS("inter"),   LETTERS("later"),  LETTERS("organ"), LETTERS("past"),
};

static void find_regions(Stem *word)
{
    word->r1 = find_region(word, 0);
    for (size_t i = 0; i < LENGTH_OF(BEGINNINGS); i++)
        if (BEGINNINGS[i].n <= word->n && are_letters(word->letters, BEGINNINGS[i]))
            word->r1 = BEGINNINGS[i].n;
    word->r2 = find_region(word, word->r1);
}

/* Whether the first `n` letters end in a short syllable: a vowel between two non-vowels, of which
   the second is not w, x or Y (rap, shred); a word of a vowel and a non-vowel (on); past. */
static int ends_in_short_syllable(const Stem *word, size_t n)
{
    const uint32_t *end = word->letters + n;
    const Letters past = LETTERS("past");
    if (n == 2)
        return is_vowel(end[-2]) && !is_vowel(end[-1]);
    if (n >= past.n && are_letters(end - past.n, past))
        return 1;
    return n > 2 && !is_vowel(end[-3]) && is_vowel(end[-2]) && !is_vowel(end[-1]) &&
           !is_among(end[-1], "wxY");
}

/* ---- the steps ------------------------------------------------------------------------------ */

/* A y that begins a word or follows a vowel is a consonant (yes, boy), and becomes Y. */
static void mark_consonant_ys(Stem *word)
{
    for (size_t i = 0; i < word->n; i++)
        if (word->letters[i] == 'y' && (!i || is_vowel(word->letters[i - 1])))
            word->letters[i] = 'Y';
}

/* Step 0: possessives. */
static void cut_apostrophe(Stem *word)
{
    static const SuffixRule rules[] = {CUT("'s'"), CUT("'s"), CUT("'")};
    apply_rules(word, 0, rules, LENGTH_OF(rules));
}

/* Step 1a: plurals. */
static void cut_plural(Stem *word)
{
    if (ENDS_IN(word, "sses"))
        word->n -= 2;
    else if (ENDS_IN(word, "ied") || ENDS_IN(word, "ies"))
        word->n -= word->n > 4 ? 2 : 1; /* cries -> cri, ties -> tie */
    else if (ENDS_IN(word, "us") || ENDS_IN(word, "ss"))
        return;
    else if (ENDS_IN(word, "s") && word->n > 2 && has_vowel(word->letters, word->n - 2))
        word->n--; /* gaps -> gap; gas and this stay */
}

/* After "ed" or "ing" was cut: luxuriat -> luxuriate, hopp -> hop, hop -> hope. */
static void mend_ending(Stem *word)
{
    static const Letters doubles[] = {LETTERS("bb"), LETTERS("dd"), LETTERS("ff"),
                                      LETTERS("gg"), LETTERS("mm"), LETTERS("nn"),
                                      LETTERS("pp"), LETTERS("rr"), LETTERS("tt")};
    if (ENDS_IN(word, "at") || ENDS_IN(word, "bl") || ENDS_IN(word, "iz")) {
        word->letters[word->n++] = 'e';
        return;
    }
    for (size_t i = 0; i < LENGTH_OF(doubles); i++)
        if (ends_in(word, doubles[i])) {
            int stays = word->n == 3 && is_among(word->letters[0], "aeo"); /* add, egg, off */
            word->n -= !stays;
            return;
        }
    if (word->n == word->r1 && ends_in_short_syllable(word, word->n))
        word->letters[word->n++] = 'e';
}

/* Replace "ying" after a single consonant, dying -> die, and return 1; return 1, too, if a word in
   "ing" must stay as it is. */
static int is_kept_before_ing(Stem *word, size_t start)
{
    static const Letters kept[] = {LETTERS("inn"),  LETTERS("out"),  LETTERS("cann"),
                                   LETTERS("herr"), LETTERS("earr"), LETTERS("even")};
    if (start == 2 && word->letters[1] == 'y' && !is_vowel(word->letters[0])) {
        replace_ending(word, 1, (Letters)LETTERS("ie"));
        return 1;
    }
    return is_one_of(word, start, kept, LENGTH_OF(kept));
}

/* Step 1b: past tenses and participles. */
static void cut_participle(Stem *word)
{
    static const Letters suffixes[] = {LETTERS("eedly"), LETTERS("ingly"), LETTERS("edly"),
                                       LETTERS("eed"),   LETTERS("ing"),   LETTERS("ed")};
    static const Letters kept_before_eed[] = {LETTERS("succ"), LETTERS("proc"), LETTERS("exc")};
    const Letters *suffix = suffixes;
    if (!may_end(word, "dgy"))
        return;
    while (suffix < suffixes + LENGTH_OF(suffixes) && !ends_in(word, *suffix))
        suffix++;
    if (suffix == suffixes + LENGTH_OF(suffixes))
        return;
    size_t start = word->n - suffix->n;
    if (!strncmp(suffix->letters, "eed", 3)) {
        if (start >= word->r1 &&
            !is_one_of(word, start, kept_before_eed, LENGTH_OF(kept_before_eed)))
            word->n = start + 2; /* agreed -> agree */
        return;
    }
    if (!strcmp(suffix->letters, "ing") && is_kept_before_ing(word, start))
        return;
    if (!has_vowel(word->letters, start))
        return; /* bring, shed */
    word->n = start;
    mend_ending(word);
}

/* Step 1c: cry -> cri; by and say stay. */
static void turn_y_to_i(Stem *word)
{
    if (word->n > 2 && is_among(word->letters[word->n - 1], "yY") &&
        !is_vowel(word->letters[word->n - 2]))
        word->letters[word->n - 1] = 'i';
}

/* Step 2, in R1. */
static void shorten_suffix(Stem *word)
{
    static const SuffixRule rules[] = {
        REPLACE("ational", "ate"),
        REPLACE("ization", "ize"),
        REPLACE("iveness", "ive"),
        REPLACE("fulness", "ful"),
        REPLACE("ousness", "ous"),
        REPLACE("tional", "tion"),
        REPLACE("biliti", "ble"),
        REPLACE("lessli", "less"),
        REPLACE("fulli", "ful"),
        REPLACE("ousli", "ous"),
        REPLACE("entli", "ent"),
        REPLACE("aliti", "al"),
        REPLACE("iviti", "ive"),
        REPLACE("alism", "al"),
        REPLACE("ation", "ate"),
        REPLACE("ogist", "og"),
        REPLACE("abli", "able"),
        REPLACE("alli", "al"),
        REPLACE("anci", "ance"),
        REPLACE("enci", "ence"),
        REPLACE("izer", "ize"),
        REPLACE("ator", "ate"),
        REPLACE("bli", "ble"),
        REPLACE_AFTER("ogi", "og", "l"),
        REPLACE_AFTER("li", "", "cdeghkmnrt"),
    };
    if (word->r1 < word->n && may_end(word, "ilnsrtm"))
        apply_rules(word, word->r1, rules, LENGTH_OF(rules));
}

/* Step 3, in R1. */
static void shorten_again(Stem *word)
{
    static const SuffixRule rules[] = {
        REPLACE("ational", "ate"),
        REPLACE("tional", "tion"),
        REPLACE("alize", "al"),
        REPLACE("icate", "ic"),
        REPLACE("iciti", "ic"),
        {LETTERS("ative"), LETTERS(""), NULL, 1},
        REPLACE("ical", "ic"),
        CUT("ness"),
        CUT("ful"),
    };
    if (word->r1 < word->n && may_end(word, "elis"))
        apply_rules(word, word->r1, rules, LENGTH_OF(rules));
}

/* Step 4, in R2. */
static void cut_suffix(Stem *word)
{
    static const SuffixRule rules[] = {
        CUT("ement"), CUT("ance"), CUT("ence"), CUT("able"), CUT("ible"),
        CUT("ment"),  CUT("ant"),  CUT("ent"),  CUT("ism"),  CUT("ate"),
        CUT("iti"),   CUT("ous"),  CUT("ive"),  CUT("ize"),  REPLACE_AFTER("ion", "", "st"),
        CUT("al"),    CUT("er"),   CUT("ic"),
    };
    if (word->r2 < word->n && may_end(word, "etnlrcsim"))
        apply_rules(word, word->r2, rules, LENGTH_OF(rules));
}

/* Step 5: a last e, or one l of two. */
static void cut_last_letter(Stem *word)
{
    if (word->n < 2)
        return;
    size_t start = word->n - 1;
    if (ENDS_IN(word, "e")) {
        if (start >= word->r2 || (start >= word->r1 && !ends_in_short_syllable(word, start)))
            word->n--;
    } else if (ENDS_IN(word, "ll") && start >= word->r2)
        word->n--;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Words that the steps would spoil, each with its stem. */
static const struct {
    Letters word, stem;
} EXCEPTIONS[] = {
    {LETTERS("skis"), LETTERS("ski")},      {LETTERS("skies"), LETTERS("sky")},
    {LETTERS("idly"), LETTERS("idl")},      {LETTERS("gently"), LETTERS("gentl")},
    {LETTERS("ugly"), LETTERS("ugli")},     {LETTERS("early"), LETTERS("earli")},
    {LETTERS("only"), LETTERS("onli")},     {LETTERS("singly"), LETTERS("singl")},
    {LETTERS("sky"), LETTERS("sky")},       {LETTERS("news"), LETTERS("news")},
    {LETTERS("howe"), LETTERS("howe")},     {LETTERS("atlas"), LETTERS("atlas")},
    {LETTERS("cosmos"), LETTERS("cosmos")}, {LETTERS("bias"), LETTERS("bias")},
    {LETTERS("andes"), LETTERS("andes")},
};

/* Return whether a word is an exception, and replace it by its stem if so. */
static int stem_exception(Stem *word)
{
    for (size_t i = 0; i < LENGTH_OF(EXCEPTIONS); i++)
        if (is_one_of(word, word->n, &EXCEPTIONS[i].word, 1)) {
            replace_ending(word, 0, EXCEPTIONS[i].stem);
            return 1;
        }
    return 0;
}

/* Stem a folded word in place. Return its stem, which begins at the word's first letter, or at its
   second if an apostrophe stood first. */
static Stem stem_letters(uint32_t *letters, size_t n)
{
    Stem word = {letters, n, 0, 0};
    if (n < 3 || stem_exception(&word))
        return word;
    if (*letters == '\'')
        word = (Stem){letters + 1, n - 1, 0, 0};
    mark_consonant_ys(&word);
    find_regions(&word);
    cut_apostrophe(&word);
    cut_plural(&word);
    cut_participle(&word);
    turn_y_to_i(&word);
    shorten_suffix(&word);
    shorten_again(&word);
    cut_suffix(&word);
    cut_last_letter(&word);
    for (size_t i = 0; i < word.n; i++)
        if (word.letters[i] == 'Y')
            word.letters[i] = 'y';
    return word;
}

#endif
