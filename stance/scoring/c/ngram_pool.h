/* What the characters of each learned word say, worked out once when the word is learned.

   A word's character n-grams are always the same, so their columns and the sums of their rows are
   kept. To score a paragraph, the sums of its words are added: width + 1 additions per word,
   instead of per n-gram (" truce " alone has 5 of 3 characters, 4 of 4 and 3 of 5). Only n-grams
   that occur more than once need a correction (score.h).

   The pool is one array of int32_t. Per word and block of characters, in the order of the blocks:

       n | sums: width + 1 doubles, i.e. 2 * (width + 1) items | n columns

   With one block of characters, of width 5, "truce" takes 1 + 12 + 12 items, and its columns begin
   at Token.ngrams + 13. The doubles are not aligned, and hence copied before use. */

#ifndef STANCE_NGRAM_POOL_H
#define STANCE_NGRAM_POOL_H

#include "model.h"
#include "trie.h"
#include "word_forms.h"

/* How many items of the pool the sums of a block take. */
static ALWAYS_INLINE size_t n_sum_items(int width)
{
    return sizeof(double) / sizeof(int32_t) * ((size_t)width + 1);
}

/* Return where a word's n-grams of one block begin, which are those of all blocks at first. */
static ALWAYS_INLINE const int32_t *find_ngrams(const Scorer *scorer, const int32_t *ngrams,
                                                const FeatureBlock *block)
{
    for (const FeatureBlock *before = scorer->blocks; before < block; before++)
        if (before->kind == CHARACTERS)
            ngrams += 1 + n_sum_items(before->width) + (size_t)ngrams[0];
    return ngrams;
}

/* A word with a space on each side: " truce ". */
typedef struct {
    uint32_t characters[1 + MAX_WORD_CHARACTERS + 1];
    size_t n;
} PaddedWord;

static void pad_word(PaddedWord *padded, const FoldedWord *folded)
{
    size_t n = folded->n_characters;
    n = n < MAX_WORD_CHARACTERS ? n : MAX_WORD_CHARACTERS;
    padded->characters[0] = padded->characters[n + 1] = ' ';
    memcpy(padded->characters + 1, folded->characters, n * sizeof *folded->characters);
    padded->n = n + 2;
}

/* A run of characters that is followed in the trie. */
typedef struct {
    size_t start;       /* in the word */
    uint64_t key, hash; /* of the edge to its last character */
    int32_t node;       /* where that edge leads */
} Run;

/* Note the edge that a run goes on by, unless the filter knows that there is none. `runs` grows by
   1 or 0, without a branch, which would be mispredicted too often. Return how many there are. */
static ALWAYS_INLINE size_t note_edge(const Trie *trie, Run *runs, size_t n, size_t start,
                                      uint64_t key)
{
    uint64_t hash = hash_edge(key);
    runs[n] = (Run){start, key, hash, ROOT};
    PREFETCH(&trie->edges[hash & (trie->n_edges - 1)]);
    return n + (size_t)may_contain(&trie->filter, hash);
}

/* Keep the runs whose edges there are, and append the columns of those that are features. Return
   how many runs are left. */
static ALWAYS_INLINE size_t look_up_runs(const Trie *trie, Run *runs, size_t n, int32_t *columns,
                                         size_t *n_columns)
{
    size_t n_found = 0;
    for (size_t i = 0; i < n; i++) {
        const TrieEdge *edge = probe_edges(trie, runs[i].key, runs[i].hash);
        if (edge->key != runs[i].key)
            continue;
        runs[n_found++] = (Run){runs[i].start, 0, 0, edge->child.number};
        columns[*n_columns] = edge->child.column;
        *n_columns += edge->child.column >= 0;
    }
    return n_found;
}

/* Find the columns of a word's n-grams, the shorter first. Return how many there are.

   All runs of the first length are looked up, then those that go on from one that is there, and so
   on: where no feature begins with "xqu", no longer run is looked up. The table of edges exceeds
   the processor's inner caches, and one look-up after the other would mostly wait. So all runs of
   a length are prefetched first. */
static size_t find_columns(const FeatureBlock *block, const PaddedWord *padded, int32_t *columns)
{
    const Trie *trie = &block->trie;
    Run runs[1 + MAX_WORD_CHARACTERS + 1 + 1];
    size_t n_runs = 0, n_columns = 0, size = n_first_characters(block);
    for (size_t start = 0; start + size <= padded->n; start++)
        n_runs = note_edge(trie, runs, n_runs, start, first_key(padded->characters + start, size));
    n_runs = look_up_runs(trie, runs, n_runs, columns, &n_columns);
    while (n_runs && ++size <= (size_t)block->max_n) {
        size_t n = 0;
        for (size_t i = 0; i < n_runs && runs[i].start + size <= padded->n; i++) {
            size_t start = runs[i].start;
            int32_t last = (int32_t)padded->characters[start + size - 1];
            n = note_edge(trie, runs, n, start, edge_key(runs[i].node, last));
        }
        n_runs = look_up_runs(trie, runs, n, columns, &n_columns);
    }
    return n_columns;
}

/* Append one block's columns of a word to the pool, and add up their rows. The pool has room for
   one column more than there can be, which is written but does not count. */
static size_t append_columns(NgramPool *pool, const FeatureBlock *block, const PaddedWord *padded,
                             double *sums)
{
    size_t row_length = (size_t)block->width + 1;
    int32_t *columns = pool->items + pool->n;
    size_t n_columns = find_columns(block, padded, columns);
    for (size_t i = 0; i < n_columns; i++) {
        const double *row = block->rows + (size_t)columns[i] * row_length;
        PREFETCH(row);
        PREFETCH(row + row_length - 1); /* in the next cache line, half of the time */
    }
    for (size_t i = 0; i < n_columns; i++) {
        const double *row = block->rows + (size_t)columns[i] * row_length; /* of copy 0 */
        for (size_t output = 0; output < row_length; output++)
            sums[output] += row[output];
    }
    pool->n += n_columns;
    return n_columns;
}

/* Append what one block says of a word; nothing of a masked name, which is NULL. Return 0 if there
   is no memory. */
static int append_block(NgramPool *pool, const FeatureBlock *block, const PaddedWord *padded)
{
    size_t n_sums = (size_t)block->width + 1, n_items = n_sum_items(block->width);
    size_t max_columns = padded ? padded->n * (size_t)(block->max_n - block->min_n + 1) : 0;
    size_t start = pool->n;
    if (!RESERVE(pool->items, pool->capacity, start + 1 + n_items + max_columns + 1))
        return 0;
    double sums[MAX_OUTPUTS + 1];
    memset(sums, 0, n_sums * sizeof *sums);
    pool->n = start + 1 + n_items;
    size_t n_columns = padded ? append_columns(pool, block, padded, sums) : 0;
    pool->items[start] = (int32_t)n_columns;
    memcpy(pool->items + start + 1, sums, n_sums * sizeof *sums);
    return 1;
}

/* Append to a pool what all blocks of characters say of a folded word; NULL for a masked name.
   Return 0 if there is no memory. */
static int append_ngrams(const Scorer *scorer, NgramPool *pool, const FoldedWord *folded)
{
    PaddedWord padded;
    if (folded)
        pad_word(&padded, folded);
    for (int i = 0; i < scorer->n_blocks; i++)
        if (scorer->blocks[i].kind == CHARACTERS &&
            !append_block(pool, &scorer->blocks[i], folded ? &padded : NULL))
            return 0;
    return 1;
}

#endif
