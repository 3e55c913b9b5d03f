/* The buffers that Python hands over for all texts, and how one text fills its row of them. */

#ifndef STANCE_BUFFERS_H
#define STANCE_BUFFERS_H

#include "build.h"
#include "model.h"
#include "names.h"
#include "score.h"
#include "workspace.h"

/* Texts are read in groups of about this many words, whose new words are described together before
   the texts are scored: what that needs, code and tables, then stays in the processor's caches. The
   words of a group, 40 bytes each, must leave room there: with 32,768, texts whose words are all
   known take some 5% longer. */
#define MAX_GROUP_WORDS 4096

/* The buffers of all texts: which copy of the weights each takes, and where its results go. */
typedef struct {
    Py_buffer copies, probabilities, familiarity, n_tokens;
    Py_ssize_t n;
} Buffers;

static void release_buffers(Buffers *buffers)
{
    PyBuffer_Release(&buffers->copies);
    PyBuffer_Release(&buffers->probabilities);
    PyBuffer_Release(&buffers->familiarity);
    PyBuffer_Release(&buffers->n_tokens);
}

static int set_misfit_error(void)
{
    return set_value_error("the buffers must fit the texts.");
}

/* Check that all buffers have the same number of rows, and set it. */
static int check_buffers(const Scorer *scorer, Buffers *buffers)
{
    Py_ssize_t n = buffers->n = buffers->copies.len / (Py_ssize_t)sizeof(int32_t);
    if (buffers->copies.len == n * (Py_ssize_t)sizeof(int32_t) &&
        buffers->probabilities.len == n * scorer->n_outputs * (Py_ssize_t)sizeof(double) &&
        buffers->familiarity.len == n * (Py_ssize_t)sizeof(double) &&
        buffers->n_tokens.len == n * (Py_ssize_t)sizeof(int64_t))
        return 1;
    return set_misfit_error();
}

/* Check the copies that n texts from a row on take. */
static int check_copies(const Scorer *scorer, const Buffers *buffers, Py_ssize_t row, Py_ssize_t n)
{
    const int32_t *copies = buffers->copies.buf;
    return all_between(copies + row, (size_t)n, 0, (size_t)scorer->n_copies, "copies");
}

/* Score the words of a text into one row of the buffers. Return 0 if there is no memory. */
static int score_row(const Scorer *scorer, Workspace *workspace, const Word *words, size_t n,
                     const Buffers *buffers, Py_ssize_t row)
{
    Py_ssize_t n_tokens = mask_names(scorer, workspace, words, n);
    if (n_tokens < 0)
        return 0;
    int32_t copy = ((const int32_t *)buffers->copies.buf)[row];
    double *probabilities = (double *)buffers->probabilities.buf + row * scorer->n_outputs;
    score_tokens(scorer, workspace, (size_t)n_tokens, copy, probabilities);
    double familiarity = measure_familiarity(workspace->tokens, (size_t)n_tokens);
    ((double *)buffers->familiarity.buf)[row] = familiarity;
    ((int64_t *)buffers->n_tokens.buf)[row] = n_tokens;
    return 1;
}

/* Score a group of texts, from number `first` on, into the rows from `row` on. Return how many
   texts it has, or -1 if there is no memory. */
static Py_ssize_t score_group(const Scorer *scorer, Workspace *workspace, const Buffers *buffers,
                              Py_ssize_t first, Py_ssize_t row)
{
    Py_ssize_t n = 0;
    workspace->n_words = 0;
    do {
        if (!read_words(scorer, workspace, &workspace->texts[first + n++]))
            return -1;
    } while (first + n < workspace->n_texts && workspace->n_words < MAX_GROUP_WORDS);
    if (!describe_new_words(scorer, workspace))
        return -1;
    const Word *words = workspace->words;
    for (Py_ssize_t i = 0; i < n; i++) {
        size_t n_words = workspace->texts[first + i].n_words;
        if (!score_row(scorer, workspace, words, n_words, buffers, row + i))
            return -1;
        words += n_words;
    }
    return n;
}

#endif
