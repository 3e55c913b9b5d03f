/* Take the cells of a column: which need no rule of Python, the blocks of each, and their names.

   What stance/scoring/blocks.py and stance/results.py do cell by cell is done here for most cells;
   any other cell is left to Python. */

#ifndef STANCE_CELLS_H
#define STANCE_CELLS_H

#include "blocks.h"
#include "build.h"
#include "common.h"
#include "rows.h"

/* What makes a cell plain. */
typedef struct {
    Py_ssize_t longest; /* characters */
    int keeps_html;     /* tags and entities are read as text */
} PlainCell;

static int has_character(PyObject *str, Py_UCS4 point)
{
    return PyUnicode_FindChar(str, point, 0, PyUnicode_GET_LENGTH(str), 1) >= 0;
}

/* Whether a cell is a str that can be labelled, is not too long, and surely is no HTML. */
static int is_plain_cell(PyObject *cell, const PlainCell *plain)
{
    if (!PyUnicode_Check(cell) || PyUnicode_GetLength(cell) > plain->longest)
        return 0;
    if (!plain->keeps_html && (has_character(cell, '<') || has_character(cell, '&')))
        return 0;
    Py_ssize_t i = 0, length = PyUnicode_GET_LENGTH(cell);
    while (i < length && !is_letter_or_digit(PyUnicode_READ_CHAR(cell, i)))
        i++;
    return i < length;
}

/* Append the blocks that Python gives: lists of starts, ends, kinds and texts. Return 0 with an
   error set if that fails. */
static int append_given_blocks(PyObject *given, Blocks *blocks)
{
    PyObject *starts, *ends, *kinds, *texts;
    if (!PyTuple_Check(given) ||
        !PyArg_ParseTuple(given, "O!O!O!O!", &PyList_Type, &starts, &PyList_Type, &ends,
                          &PyList_Type, &kinds, &PyList_Type, &texts))
        return PyErr_Occurred() ? 0 : set_value_error("`split` must return a tuple.");
    Py_ssize_t n = PyList_GET_SIZE(starts);
    if (PyList_GET_SIZE(ends) != n || PyList_GET_SIZE(kinds) != n || PyList_GET_SIZE(texts) != n)
        return set_value_error("`split` must return lists of one length.");
    for (Py_ssize_t i = 0; i < n; i++) {
        Block block = {PyLong_AsSsize_t(PyList_GET_ITEM(starts, i)),
                       PyLong_AsSsize_t(PyList_GET_ITEM(ends, i)),
                       PyLong_AsSsize_t(PyList_GET_ITEM(kinds, i))};
        if (PyErr_Occurred() ||
            !append_text_block(blocks, block, Py_NewRef(PyList_GET_ITEM(texts, i))))
            return 0;
    }
    return 1;
}

/* Append the blocks of a cell; `split` gives those of one that is not plain. Return 0 with an error
   set if that fails. */
static int split_cell(PyObject *cell, const PlainCell *plain, const Kinds *kinds, PyObject *split,
                      Blocks *blocks)
{
    if (is_plain_cell(cell, plain)) {
        size_t n = blocks->n;
        BlocksStatus status = find_blocks_of_str(cell, kinds, blocks);
        if (status != GIVEN_UP)
            return status == ALL_FOUND;
        if (!cut_blocks(blocks, n))
            return 0;
    }
    PyObject *given = PyObject_CallOneArg(split, cell);
    int ok = given && append_given_blocks(given, blocks);
    Py_XDECREF(given);
    return ok;
}

/* Return a name for a paragraph, as `paragraph_id` of stance/results.py does; NULL with an error
   set if that fails. */
static PyObject *name_paragraph(PyObject *key, int64_t start, int64_t end)
{
    char digits[48], *last = digits + sizeof digits, *first = last;
    if (start >= 0) {
        first = write_digits(first, (uint64_t)end, 1);
        *--first = '-';
        first = write_digits(first, (uint64_t)start, 1);
    }
    *--first = ':';
    PyObject *place = PyUnicode_FromStringAndSize(first, last - first);
    PyObject *name = place ? PyObject_Format(key, NULL) : NULL;
    PyObject *result = name ? PyUnicode_Concat(name, place) : NULL;
    Py_XDECREF(name);
    Py_XDECREF(place);
    return result;
}

#endif
