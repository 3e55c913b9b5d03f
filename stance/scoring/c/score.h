/* From tokens to probabilities: count n-grams, weigh them by TF-IDF, add up, softmax.

   Per head, a label's logit is its intercept plus, for each block of features,

       sum of weight(label, f) * idf(f) * (1 + ln count(f)), over the n-grams f of the paragraph,

   divided by the block's norm, the root of the sum of (idf(f) * (1 + ln count(f)))^2.
   FeatureBlock.rows holds the products that do not depend on the paragraph. */

#ifndef STANCE_SCORE_H
#define STANCE_SCORE_H

#include "frames.h"
#include "model.h"
#include "ngram_pool.h"
#include "trie.h"
#include "workspace.h"

/* While row i is added, the row that will be needed 12 rows later, columns[i + 12], is prefetched.

   Rows are read in the order of a paragraph's n-grams, which to the processor is random, and the
   tables exceed its inner caches (in the shipped model, 35,000 rows of 9 doubles and as many of 6:
   2.5 and 1.7 MB). A row that is not asked for early takes longer to come than to be added. Scoring
   takes some 5% longer without this; distances of 8 to 24 rows are equally good. */
#define N_ROWS_AHEAD 12

/* Above this number of character n-grams, a paragraph's rows are added once per distinct n-gram.

   Below it, the sums of its words (ngram_pool.h) are added, which is faster by a fifth. They count
   the row of an n-gram as often as it occurs, and repeated n-grams are then corrected (add_rows). A
   paragraph of news has some 550 n-grams, of which 60 occur more than once. In a long text, the
   sums and the corrections grow far beyond their difference, and rounding errors show: 1e-8 in a
   text of 253,000 n-grams, where 1e-9 is promised. */
#define MAX_SUMMED_NGRAMS 16384

typedef struct {
    size_t n_seen;       /* distinct columns in counter->seen */
    size_t n_seen_twice; /* columns in counter->seen_twice */
    size_t n_total;      /* n-grams, each as often as it occurs */
} NgramTotals;

/* Count the word n-grams: from each token on, follow the trie as far as the text agrees with it. */
static NgramTotals count_word_ngrams(const FeatureBlock *block, const TextToken *tokens, size_t n,
                                     NgramCounter *counter)
{
    int32_t *counts = counter->counts, *seen = counter->seen;
    size_t n_seen = 0;
    for (size_t first = 0; first < n; first++) {
        TrieNode node = tokens[first].stem < 0 ? NO_NODE : block->unigrams[tokens[first].stem];
        for (size_t last = first; node.number >= 0;) {
            if (node.column >= 0) {
                seen[n_seen] = node.column;
                n_seen += !counts[node.column]++;
            }
            last++;
            if (last >= n || last >= first + (size_t)block->max_n || tokens[last].stem < 0)
                break;
            node = find_child(&block->trie, node.number, tokens[last].stem);
        }
    }
    return (NgramTotals){n_seen, 0, 0};
}

/* Count the character n-grams of all tokens, and add the sums that were kept for each. */
static ALWAYS_INLINE NgramTotals count_character_ngrams(const Scorer *scorer,
                                                        const FeatureBlock *block, int width,
                                                        const TextToken *tokens, size_t n,
                                                        NgramCounter *counter, double *sums)
{
    int32_t *counts = counter->counts, *seen = counter->seen, *seen_twice = counter->seen_twice;
    NgramTotals totals = {0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        const int32_t *items = find_ngrams(scorer, tokens[i].ngrams, block);
        int32_t n_columns = *items++;
        totals.n_total += (size_t)n_columns;
        for (int output = 0; output <= width; output++, items += n_sum_items(0)) {
            double word_sum;
            memcpy(&word_sum, items, sizeof word_sum);
            sums[output] += word_sum;
        }
        /* Each column is written to the end of both lists, which then grow by 0 or 1. A branch
           would be mispredicted too often: new and repeated n-grams alternate without a pattern. */
        for (; n_columns > 0; n_columns--) {
            int32_t column = *items++, count = counts[column]++;
            seen[totals.n_seen] = column;
            totals.n_seen += count == 0;
            seen_twice[totals.n_seen_twice] = column;
            totals.n_seen_twice += count == 1;
        }
    }
    return totals;
}

/* Add the rows of `n` columns, weighed by their sublinear counts, and to sums[width] their squares
   for the norm. If `are_summed`, the sums count each row as often as it occurs already, and are
   corrected. Example: the weight of an n-gram that occurs 3 times is 1 + ln 3 = 2.10; the sums have
   3 * row, and (2.10 - 3) * row is added. */
static ALWAYS_INLINE void add_rows(const Scorer *scorer, const FeatureBlock *block, int width,
                                   int32_t copy, const int32_t *columns, size_t n,
                                   const int32_t *counts, int are_summed, double *sums)
{
    size_t row_length = (size_t)width + 1;
    const double *rows = block->rows + (size_t)copy * block->n_features * row_length;
    for (size_t i = 0; i < n; i++) {
        if (!are_summed && i + N_ROWS_AHEAD < n)
            PREFETCH(rows + (size_t)columns[i + N_ROWS_AHEAD] * row_length);
        const double *row = rows + (size_t)columns[i] * row_length;
        int32_t count = counts[columns[i]], n_summed = are_summed ? count : 0;
        double weight = sublinear_weight(scorer, count);
        for (int output = 0; output < width; output++)
            sums[output] += (weight - n_summed) * row[output];
        sums[width] += (weight * weight - n_summed) * row[width];
    }
}

/* Add to the logits what one block says: the sums of its rows, divided by the norm. */
static ALWAYS_INLINE void add_block_of_width(const Scorer *scorer, Workspace *workspace, int index,
                                             int width, size_t n_tokens, int32_t copy, double *sums,
                                             double *logits)
{
    const FeatureBlock *block = &scorer->blocks[index];
    const TextToken *tokens = workspace->tokens;
    NgramCounter *counter = &workspace->counters[index];
    size_t size_of_sums = ((size_t)width + 1) * sizeof *sums;
    NgramTotals totals;
    memset(sums, 0, size_of_sums);
    if (block->kind == WORDS)
        totals = count_word_ngrams(block, tokens, n_tokens, counter);
    else if (block->kind == FRAMES)
        totals = (NgramTotals){count_frames(scorer, block, tokens, n_tokens, counter), 0, 0};
    else
        totals = count_character_ngrams(scorer, block, width, tokens, n_tokens, counter, sums);
    /* The sums of words are those of copy 0. */
    if (block->kind != CHARACTERS || copy || totals.n_total > MAX_SUMMED_NGRAMS) {
        memset(sums, 0, size_of_sums);
        add_rows(scorer, block, width, copy, counter->seen, totals.n_seen, counter->counts, 0,
                 sums);
    } else
        add_rows(scorer, block, width, copy, counter->seen_twice, totals.n_seen_twice,
                 counter->counts, 1, sums);
    for (size_t i = 0; i < totals.n_seen; i++)
        counter->counts[counter->seen[i]] = 0;
    double scale = sums[width] > 0 ? 1.0 / sqrt(sums[width]) : 1.0;
    for (int output = 0; output < width; output++)
        logits[block->outputs[output]] += scale * sums[output];
}

/* The usual widths are compiled separately: given a constant width, the compiler unrolls the
   innermost loops and keeps the sums in registers, which saves some 8% of the time. Models have
   three stances (width 3) and five tones (width 5), and a block of features that both heads share
   has width 8. Any other width takes the general loop, with the same result. */
static void add_block(const Scorer *scorer, Workspace *workspace, int index, size_t n_tokens,
                      int32_t copy, double *logits)
{
    double sums[MAX_OUTPUTS + 1];
    int width = scorer->blocks[index].width;
    switch (width) {
    case 3:
        add_block_of_width(scorer, workspace, index, 3, n_tokens, copy, sums, logits);
        break;
    case 5:
        add_block_of_width(scorer, workspace, index, 5, n_tokens, copy, sums, logits);
        break;
    case 8:
        add_block_of_width(scorer, workspace, index, 8, n_tokens, copy, sums, logits);
        break;
    default:
        add_block_of_width(scorer, workspace, index, width, n_tokens, copy, sums, logits);
    }
}

/* Turn the logits of one head into probabilities, in place. The largest logit is subtracted, so
   that exp cannot overflow. */
static void softmax(double *logits, int n)
{
    double largest = logits[0], sum = 0;
    for (int i = 1; i < n; i++)
        largest = logits[i] > largest ? logits[i] : largest;
    for (int i = 0; i < n; i++) {
        logits[i] = exp(logits[i] - largest);
        sum += logits[i];
    }
    for (int i = 0; i < n; i++)
        logits[i] /= sum;
}

/* Return the share of plain words that the model has seen; 0 if there is none. */
static double measure_familiarity(const TextToken *tokens, size_t n)
{
    size_t n_plain = 0, n_familiar = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t flags = tokens[i].flags;
        n_plain += (flags & IS_PLAIN) != 0;
        n_familiar += (flags & IS_PLAIN) && (flags & IS_FAMILIAR);
    }
    return n_plain ? (double)n_familiar / (double)n_plain : 0.0;
}

/* Turn the tokens of a workspace into the probabilities of all heads, one after the other. */
static void score_tokens(const Scorer *scorer, Workspace *workspace, size_t n_tokens, int32_t copy,
                         double *probabilities)
{
    size_t n_outputs = (size_t)scorer->n_outputs;
    const double *intercepts = scorer->intercepts + (size_t)copy * n_outputs;
    memcpy(probabilities, intercepts, n_outputs * sizeof *probabilities);
    for (int i = 0; i < scorer->n_blocks; i++)
        add_block(scorer, workspace, i, n_tokens, copy, probabilities);
    const int32_t *bounds = scorer->head_bounds;
    for (int head = 0; head < scorer->n_heads; head++)
        softmax(probabilities + bounds[head], bounds[head + 1] - bounds[head]);
}

#endif
