/* The buffers that Python hands over for all texts, and how one text fills its row of them. */

#ifndef STANCE_BUFFERS_H
#define STANCE_BUFFERS_H

#include "build.h"
#include "model.h"
#include "names.h"
#include "score.h"
#include "workspace.h"

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

/* Score known words into one row of the buffers. Return 0 if there is no memory. */
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

/* Score a text, or let it wait if it has unknown words. Return 0 if there is no memory. */
static int score_text(const Scorer *scorer, Workspace *workspace, const Text *text,
                      const Buffers *buffers, Py_ssize_t row)
{
    size_t first = workspace->n_words;
    Py_ssize_t n_unknown = read_words(scorer, workspace, text);
    size_t n_words = workspace->n_words - first;
    if (n_unknown < 0)
        return 0;
    if (n_unknown) {
        if (!RESERVE(workspace->pending, workspace->pending_capacity, workspace->n_pending + 1))
            return 0;
        workspace->pending[workspace->n_pending++] = (PendingParagraph){row, first, n_words};
        return 1;
    }
    workspace->n_words = first; /* the next text may overwrite the words */
    return score_row(scorer, workspace, workspace->words + first, n_words, buffers, row);
}

typedef enum { SCORED, OUT_OF_MEMORY, NOT_LEARNED } PendingStatus;

static PendingStatus score_paragraph(const Scorer *scorer, Workspace *workspace,
                                     const PendingParagraph *paragraph, const Buffers *buffers)
{
    Word *words = workspace->words + paragraph->first_word;
    Py_ssize_t n_unknown = look_up_words(scorer, workspace, words, paragraph->n_words);
    if (n_unknown > 0)
        return NOT_LEARNED;
    if (n_unknown < 0 ||
        !score_row(scorer, workspace, words, paragraph->n_words, buffers, paragraph->row))
        return OUT_OF_MEMORY;
    return SCORED;
}

#endif
