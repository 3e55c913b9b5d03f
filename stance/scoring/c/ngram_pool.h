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
#include "words.h"

/* How many items of the pool the sums of a block take. */
static ALWAYS_INLINE size_t n_sum_items(int width)
{
    return sizeof(double) / sizeof(int32_t) * ((size_t)width + 1);
}

/* Return where in the pool a word's n-grams of one block begin. */
static ALWAYS_INLINE const int32_t *find_ngrams(const Scorer *scorer, const Token *token,
                                                const FeatureBlock *block)
{
    const int32_t *ngrams = scorer->ngrams.items + token->ngrams;
    for (const FeatureBlock *before = scorer->blocks; before < block; before++)
        if (before->kind == CHARACTERS)
            ngrams += 1 + n_sum_items(before->width) + (size_t)ngrams[0];
    return ngrams;
}

/* A word with a space on each side, and where its characters begin: " no " has bounds 0 1 2 3 4. */
typedef struct {
    char bytes[1 + 4 * MAX_WORD_CHARACTERS + 1];
    size_t bounds[1 + MAX_WORD_CHARACTERS + 1 + 1];
    size_t n; /* characters, spaces included */
} PaddedWord;

static void append_character(PaddedWord *padded, const unsigned char *character, size_t length)
{
    size_t offset = padded->bounds[padded->n];
    memcpy(padded->bytes + offset, character, length);
    padded->bounds[++padded->n] = offset + length;
}

static void pad_word(PaddedWord *padded, const unsigned char *cursor, const unsigned char *end)
{
    const unsigned char space = ' ';
    memset(padded->bytes, 0, sizeof padded->bytes); /* make_key loads bytes beyond the end, too */
    padded->n = padded->bounds[0] = 0;
    append_character(padded, &space, 1);
    for (size_t length; cursor < end && padded->n <= MAX_WORD_CHARACTERS; cursor += length) {
        decode(cursor, end, &length);
        append_character(padded, cursor, length);
    }
    append_character(padded, &space, 1);
}

/* Make the keys of a word's n-grams of `size` characters, and prefetch where each is looked up. The
   tables of a model exceed the processor's inner caches; one look-up after the other would mostly
   wait. Return how many keys there are. */
static size_t make_ngram_keys(const FeatureBlock *block, const PaddedWord *padded, size_t size,
                              StringKey *keys)
{
    size_t n = 0;
    for (size_t first = 0; first + size <= padded->n; first++) {
        size_t start = padded->bounds[first], length = padded->bounds[first + size] - start;
        keys[n] = make_key(padded->bytes + start, length, sizeof padded->bytes - start);
        PREFETCH(&block->ngrams.slots[keys[n++].hash & (block->ngrams.n_slots - 1)]);
    }
    return n;
}

/* Append one block's columns of a word to the pool, and add up their rows. The pool has room. */
static size_t append_columns(NgramPool *pool, const FeatureBlock *block, const PaddedWord *padded,
                             double *sums)
{
    StringKey keys[1 + MAX_WORD_CHARACTERS + 1];
    size_t n_columns = 0, row_length = (size_t)block->width + 1;
    int32_t *columns = pool->items + pool->n;
    for (size_t size = (size_t)block->min_n; size <= (size_t)block->max_n; size++) {
        size_t n_keys = block->ngrams.n ? make_ngram_keys(block, padded, size, keys) : 0;
        for (size_t i = 0; i < n_keys; i++) {
            int32_t column = find_key(&block->ngrams, &keys[i]);
            if (column < 0)
                continue;
            PREFETCH(block->rows + (size_t)column * row_length);
            columns[n_columns++] = column;
        }
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
    if (!RESERVE(pool->items, pool->capacity, start + 1 + n_items + max_columns))
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
static int append_ngrams(const Scorer *scorer, NgramPool *pool, const unsigned char *folded,
                         size_t length)
{
    PaddedWord padded;
    if (folded)
        pad_word(&padded, folded, folded + length);
    for (int i = 0; i < scorer->n_blocks; i++)
        if (scorer->blocks[i].kind == CHARACTERS &&
            !append_block(pool, &scorer->blocks[i], folded ? &padded : NULL))
            return 0;
    return 1;
}

#endif
