/* Name the language of a text that a model hardly knows.

   The rules, and what their numbers mean, are those of stance/text/languages.py, which also has the
   table of languages; it is handed over once. A set of languages is a number with a bit for each:
   of the word "la", the bits of Spanish, French, Italian, ... Tests compare what both find. */

#ifndef STANCE_LANGUAGES_H
#define STANCE_LANGUAGES_H

#include "common.h"
#include "string_table.h"
#include "trie.h"
#include "word_forms.h"

#define MAX_LANGUAGES 64
#define MAX_SCRIPTS 64
#define LATIN 0          /* the number of this script */
#define NO_SCRIPT 0xff   /* of what is no letter of the others */
#define N_POINTS 0x10000 /* code points that may be in a script, or a mark */
#define MAX_MARKS 256
#define NO_LANGUAGE (-1)

typedef uint64_t LanguageSet;

/* What a code point says. */
typedef struct {
    uint8_t script;
    uint8_t mark; /* number of its languages in `mark_sets`; 0 if it marks none */
} PointRole;

/* The numbers of the rules. */
typedef struct {
    Py_ssize_t max_characters;
    double min_script_share, min_evidence, min_share, clearly_home;
} LanguageLimits;

/* The words of a text, in memory that is used again for the next one. No other code of Python runs
   while they are in use, so that one thread at a time does. */
typedef struct {
    uint32_t *characters; /* of the text, in lower case */
    size_t n, capacity;
    StringTable words; /* the distinct ones, as code points */
    LanguageSet *sets; /* whose lists have each word */
    size_t sets_capacity;
    size_t n_letters, n_of_script[MAX_SCRIPTS]; /* of all words, each as often as it occurs */
} TextWords;

typedef struct {
    PyObject_HEAD
    LanguageLimits limits;
    int n_languages;
    uint8_t scripts[MAX_LANGUAGES]; /* by language */
    PointRole points[N_POINTS];
    LanguageSet mark_sets[MAX_MARKS];
    StringTable words; /* of the lists, as code points */
    LanguageSet *word_sets;
    Trie endings; /* from the last letter to the first */
    LanguageSet *ending_sets; /* by column of the trie */
    TextWords text;
} LanguageTable;

static int lowest_bit(LanguageSet set)
{
#ifdef __GNUC__
    return __builtin_ctzll(set);
#else
    int bit = 0;
    for (; !(set & 1); set >>= 1)
        bit++;
    return bit;
#endif
}

/* ---- the words of a text -------------------------------------------------------------------- */

/* Whether [^\W\d_] matches. */
static int is_letter(uint32_t point)
{
    if (point < 128)
        return point >= 'a' && point <= 'z'; /* the text is in lower case */
    return Py_UNICODE_ISALNUM((Py_UCS4)point) && !Py_UNICODE_ISDECIMAL((Py_UCS4)point);
}

static int lower_by_python(TextWords *text, PyObject *str, Py_ssize_t n)
{
    PyObject *beginning = PyUnicode_Substring(str, 0, n);
    PyObject *lower = beginning ? PyObject_CallMethod(beginning, "lower", NULL) : NULL;
    int ok = lower != NULL;
    if (ok) {
        text->n = (size_t)PyUnicode_GET_LENGTH(lower);
        ok = RESERVE(text->characters, text->capacity, text->n) || set_memory_error();
    }
    if (ok && text->n)
        ok = PyUnicode_AsUCS4(lower, text->characters, (Py_ssize_t)text->n, 0) != NULL;
    Py_XDECREF(lower);
    Py_XDECREF(beginning);
    return ok;
}

/* Put the first `n` characters of a str in lower case. Return 0 with an error set if that fails. */
static int lower_characters(TextWords *text, PyObject *str, Py_ssize_t n)
{
    int kind = PyUnicode_KIND(str);
    const void *data = PyUnicode_DATA(str);
    text->n = (size_t)n;
    if (!RESERVE(text->characters, text->capacity, text->n))
        return set_memory_error();
    for (Py_ssize_t i = 0; i < n; i++) {
        uint32_t point = PyUnicode_READ(kind, data, i);
        if (is_lowered_by_python(point))
            return lower_by_python(text, str, n);
        text->characters[i] = lower_character(point);
    }
    return 1;
}

/* Note a word of the text, unless it was met before. Return 0 with an error set if there is no
   memory. */
static int add_text_word(LanguageTable *table, const uint32_t *letters, size_t n)
{
    TextWords *text = &table->text;
    size_t n_bytes = n * sizeof *letters, n_words = text->words.n;
    StringKey key = make_key((const char *)letters, n_bytes, n_bytes);
    if (!RESERVE(text->sets, text->sets_capacity, n_words + 1) || add_key(&text->words, &key) < 0)
        return set_memory_error();
    if (text->words.n > n_words) {
        int32_t number = find_key(&table->words, &key);
        text->sets[n_words] = number < 0 ? 0 : table->word_sets[number];
    }
    return 1;
}

/* Find the words of the text, and count the letters of each script. Return 0 with an error set if
   there is no memory. */
static int find_text_words(LanguageTable *table)
{
    TextWords *text = &table->text;
    empty_strings(&text->words);
    text->n_letters = 0;
    memset(text->n_of_script, 0, sizeof text->n_of_script);
    for (size_t i = 0; i < text->n; i++) {
        size_t start = i;
        for (; i < text->n && is_letter(text->characters[i]); i++) {
            uint32_t point = text->characters[i];
            uint8_t script = point < N_POINTS ? table->points[point].script : NO_SCRIPT;
            if (script < MAX_SCRIPTS)
                text->n_of_script[script]++;
        }
        text->n_letters += i - start;
        if (i > start && !add_text_word(table, text->characters + start, i - start))
            return 0;
    }
    return 1;
}

/* Return the number of the script of most letters, or NO_SCRIPT (_script_of in Python). */
static int find_script(const LanguageTable *table)
{
    const TextWords *text = &table->text;
    size_t n_of_distinct_words = text->words.n_bytes / sizeof *text->characters;
    size_t n_not_latin = text->n_letters - text->n_of_script[LATIN];
    if (2 * n_not_latin <= n_of_distinct_words)
        return LATIN;
    double enough = table->limits.min_script_share * (double)n_not_latin;
    for (int script = LATIN + 1; script < MAX_SCRIPTS; script++)
        if ((double)text->n_of_script[script] > enough)
            return script;
    return NO_SCRIPT;
}

/* ---- what the words say --------------------------------------------------------------------- */

/* Return the languages that an ending of a word, or one of its letters, may mark. */
static LanguageSet find_marked(const LanguageTable *table, const uint32_t *letters, size_t n)
{
    LanguageSet set = 0;
    TrieNode node = {ROOT, -1};
    for (size_t length = 1; length < n; length++) {
        node = find_child(&table->endings, node.number, (int32_t)letters[n - length]);
        if (node.number < 0)
            break;
        if (node.column >= 0)
            set |= table->ending_sets[node.column];
    }
    for (size_t i = 0; i < n; i++)
        if (letters[i] < N_POINTS)
            set |= table->mark_sets[table->points[letters[i]].mark];
    return set;
}

/* How many words speak for each language, in halves. */
typedef struct {
    int all[MAX_LANGUAGES];
    int not_home[MAX_LANGUAGES]; /* of the words that the home language lacks */
} Evidence;

static void add_halves(int *halves, LanguageSet set, int n)
{
    for (; set; set &= set - 1)
        halves[lowest_bit(set)] += n;
}

/* Count the words that speak for each language (_evidence in Python). */
static void count_evidence(const LanguageTable *table, LanguageSet home, Evidence *evidence)
{
    const TextWords *text = &table->text;
    memset(evidence, 0, sizeof *evidence);
    for (size_t word = 0; word < text->words.n; word++) {
        const StringEntry *entry = &text->words.entries[word];
        size_t n = entry->length / sizeof *text->characters;
        LanguageSet set = text->sets[word];
        int weight = set && n > 1 ? 2 : 1;
        if (!set) {
            const char *bytes = text->words.bytes + entry->start; /* aligned, as all lengths are */
            set = find_marked(table, (const uint32_t *)(const void *)bytes, n);
        }
        add_halves(evidence->all, set, weight);
        if (!(text->sets[word] & home))
            add_halves(evidence->not_home, set, weight);
    }
}

/* Return the language of a script with most evidence, by default the first; never `home`. */
static int find_best(const LanguageTable *table, const int *halves, int script, int home)
{
    int best = NO_LANGUAGE;
    for (int number = 0; number < table->n_languages; number++)
        if (table->scripts[number] == script && number != home &&
            (best == NO_LANGUAGE || halves[number] > halves[best]))
            best = number;
    return best;
}

/* Count the words of the home language that all languages of a set lack. */
static size_t count_home_words(const TextWords *text, LanguageSet home, LanguageSet others)
{
    size_t n = 0;
    for (size_t word = 0; word < text->words.n; word++)
        n += (text->sets[word] & home) && !(text->sets[word] & others);
    return n;
}

/* Return the language of the words of a text, or NO_LANGUAGE if it is the home language, or cannot
   be said. */
static int find_language(const LanguageTable *table, int home)
{
    const TextWords *text = &table->text;
    const LanguageLimits *limits = &table->limits;
    LanguageSet home_bit = (LanguageSet)1 << home;
    double n_words = (double)text->words.n;
    int script = find_script(table), is_home_script = script == table->scripts[home];
    Evidence evidence;
    if (script == NO_SCRIPT ||
        (is_home_script && (double)count_home_words(text, home_bit, ~home_bit) >=
                               limits->clearly_home * n_words))
        return NO_LANGUAGE;
    count_evidence(table, home_bit, &evidence);
    int best = find_best(table, evidence.all, script, home);
    if (!is_home_script || best == NO_LANGUAGE)
        return best;
    double found = evidence.not_home[best] / 2.0;
    double n_home = (double)count_home_words(text, home_bit, (LanguageSet)1 << best);
    int is_other = found >= limits->min_evidence && found >= limits->min_share * n_words &&
                   found > n_home;
    return is_other ? best : NO_LANGUAGE;
}

#endif
