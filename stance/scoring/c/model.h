/* The arrays of a frozen model, and the words that a scorer has learned.

   Outputs are the labels of all heads, side by side; those of one head are contiguous. The shipped
   model has 8: outputs 0 to 2 are its stances, 3 to 7 its tones.

   Copies of the weights: copy 0 is for texts without a stance target, each further one for one
   stance target. Most models have copy 0 only. */

#ifndef STANCE_MODEL_H
#define STANCE_MODEL_H

#include "common.h"
#include "string_table.h"
#include "trie.h"
#include <math.h>

#define MAX_BLOCKS 64
#define MAX_OUTPUTS 4096
#define MAX_NGRAM 64

/* A word gives the character n-grams of its first 64 characters; a longer one is not stemmed
   (stance/text/words.py). */
#define MAX_WORD_CHARACTERS 64

/* Characters of a word that a full stop may abbreviate (stance/text/names.py). */
#define MAX_ABBREVIATION 2

/* Counts whose sublinear weight is read from a table; few paragraphs have an n-gram more often. */
#define N_SUBLINEAR 256

/* The word that stands for every masked name of a side. */
#define SIDE 0

/* Kinds of feature blocks; the numbers are those of stance/scoring/compiled.py. */
enum { WORDS, CHARACTERS, FRAMES, N_KINDS };

/* The features that some heads share, and the weights of these heads.

   `rows` has one row of width + 1 numbers per copy and feature: a weight times idf for each output,
   then idf squared, which the norm of a paragraph adds up. The row of feature f in copy c begins at
   (c * n_features + f) * (width + 1). Example: with width 8, the row of feature 2 in copy 0 is
   rows[18] to rows[26]; rows[18] belongs to outputs[0], and rows[26] is idf squared. */
typedef struct {
    int kind;         /* WORDS, CHARACTERS or FRAMES */
    int min_n, max_n; /* lengths of its n-grams */
    int width;        /* how many outputs it adds to */
    int32_t *outputs; /* which, `width` of them */
    size_t n_features;
    double *rows;

    /* Of words and characters: runs of stems, or of characters. Of frames: an edge from the root
       for each, whose key is its number (number_frame in stance/text/cues.py). */
    Trie trie;

    /* Of words: the root's child of each stem, so that only longer n-grams are looked up; NO_NODE
       if there is none. */
    TrieNode *unigrams;
} FeatureBlock;

/* How many characters of an n-gram the first edge stands for (trie.h). */
static ALWAYS_INLINE size_t n_first_characters(const FeatureBlock *block)
{
    return block->min_n < MAX_FIRST ? (size_t)block->min_n : MAX_FIRST;
}

/* Names of sides match in any case ("Kenya"); those that are also words, as written only ("US"). */
enum { ANY_CASE, EXACT_CASE, N_CASES };

/* The names of one case, numbered, those with the same first word side by side. Their words are
   numbered, too. Example: "Sudan" (name 0), "South Sudan" (1) and "South Korea" (2) have the words
   Sudan (0), South (1) and Korea (2), and

       first_name  0 1 3 3     word 1 (South) begins names 1 and 2, word 2 (Korea) none
       name_start  0 1 3 5     name 1 is name_words[1] and name_words[2]
       name_words  0 1 0 1 2 */
typedef struct {
    StringTable words;
    int32_t *first_name; /* by word, and one more */
    int32_t *name_start; /* by name, and one more */
    int32_t *name_words;
} NameTable;

/* As which words of names a word counts, by case; -1 for none. "Sudan's" counts as written
   ("sudan's" in any case) anywhere in a name, and without its possessive ("sudan") at its end. */
typedef struct {
    int32_t whole[N_CASES];
    int32_t bare[N_CASES];
} NameRoles;

/* What the characters of words say (ngram_pool.h). */
typedef struct {
    int32_t *items;
    size_t n, capacity;
} NgramPool;

/* Words as written, with what scoring needs to know of each. */
typedef struct {
    StringTable strings;
    NameRoles *roles; /* by word */
    size_t roles_capacity;
    NgramPool ngrams;
} Vocabulary;

/* What a class of cue words, or a link of a chain, does in a sentence (stance/text/cues.py). */
enum { IS_PART = 1, IS_MENTION = 2, IS_REVERSING = 4, IS_VERDICT = 8, IS_DOUBLED = 16 };

/* Which class two neighbouring cues have together, NO_CLASS if they stay two; and how many words
   the second may stand behind the first. */
typedef struct {
    uint8_t both, reach;
} CueJoin;

/* The classes of cue words, which blocks of frames need: negators are known by their folded form,
   all others by their stem. */
typedef struct {
    int negation; /* the class of negators; NO_CLASS if no block needs classes */
    StringTable negators;
    StringTable stems;
    uint8_t *classes; /* by number of the stem */
    uint8_t *links;   /* as which class each one stands in chains; NO_CLASS if it does not */
    uint8_t *traits;  /* by class */
    CueJoin *joins;   /* at first * MAX_CLASSES + second */
} CueTable;

typedef struct {
    PyObject_HEAD int n_blocks, n_outputs, n_heads, n_copies;
    FeatureBlock blocks[MAX_BLOCKS];
    double *intercepts;   /* n_copies x n_outputs */
    int32_t *head_bounds; /* where the outputs of each head begin, and where the last ones end */
    StringTable stems;    /* of features and familiar words */
    uint8_t *is_familiar; /* by stem */
    NameTable names[N_CASES];
    CueTable cues;
    double sublinear[N_SUBLINEAR]; /* 1 + ln(count) */

    Vocabulary words; /* what `learn` adds to and `forget` empties */
    uint64_t number;  /* no two the same in a process */
    int n_running;    /* threads that score without the GIL: nothing may be learned or forgotten */
    struct Workspace *idle_workspaces;
} Scorer;

static uint64_t last_scorer; /* its number; changed under the GIL */

static ALWAYS_INLINE double sublinear_weight(const Scorer *scorer, int32_t count)
{
    return count < N_SUBLINEAR ? scorer->sublinear[count] : 1.0 + log((double)count);
}

static void free_block(FeatureBlock *block)
{
    free(block->outputs);
    free(block->rows);
    free_trie(&block->trie);
    free(block->unigrams);
}

static void free_vocabulary(Vocabulary *words)
{
    free_strings(&words->strings);
    free(words->roles);
    free(words->ngrams.items);
    memset(words, 0, sizeof *words);
}

static void free_cues(CueTable *cues)
{
    free_strings(&cues->negators);
    free_strings(&cues->stems);
    free(cues->classes);
    free(cues->links);
    free(cues->traits);
    free(cues->joins);
}

static void free_names(NameTable *names)
{
    free_strings(&names->words);
    free(names->first_name);
    free(names->name_start);
    free(names->name_words);
}

#endif
