/* Write rows of a table in UTF-8: the compiled `join_rows` of stance/tables/writers/encoder.py.
   Tests compare the bytes. */

#ifndef STANCE_ROWS_H
#define STANCE_ROWS_H

#include "build.h"
#include "common.h"

/* A column of the rows, as `join_rows` takes it: an array, and what its numbers stand for. */
typedef struct {
    Py_buffer array; /* of int64 or double; its `obj` is NULL until it is there */
    int is_float;
    PyObject *texts; /* a list that the array indexes, or a str: then the array holds numbers, and
                        the str stands for a missing one */
} RowColumn;

typedef struct {
    char *bytes;
    size_t length, capacity;
} Output;

static int append_bytes(Output *output, const char *bytes, size_t length)
{
    if (!RESERVE(output->bytes, output->capacity, output->length + length))
        return set_memory_error();
    if (length) /* else there may be no array yet, which memcpy must not be given */
        memcpy(output->bytes + output->length, bytes, length);
    output->length += length;
    return 1;
}

static int append_str(Output *output, PyObject *str)
{
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(str, &length);
    return bytes && append_bytes(output, bytes, (size_t)length);
}

/* Write a number backwards, as at least so many digits; return where they begin. */
static char *write_digits(char *end, uint64_t number, int at_least)
{
    for (; number || at_least > 0; number /= 10, at_least--)
        *--end = (char)('0' + number % 10);
    return end;
}

static int append_integer(Output *output, int64_t number)
{
    char digits[24], *end = digits + sizeof digits, *start = write_digits(end, (uint64_t)number, 1);
    return append_bytes(output, start, (size_t)(end - start));
}

/* Append a number with six decimals, as "%.6f" does. A million times a number under 1000 is known
   to 1e-7, so the nearest integer is right unless the number lies half-way between two. */
static int append_decimals(Output *output, double number)
{
    double millionths = fabs(number) * 1e6, below = floor(millionths);
    if (millionths < 1e9 && fabs(millionths - below - 0.5) > 1e-3) {
        uint64_t rounded = (uint64_t)below + (millionths - below > 0.5);
        char digits[24], *end = digits + sizeof digits;
        char *start = write_digits(end, rounded % 1000000, 6);
        *--start = '.';
        start = write_digits(start, rounded / 1000000, 1);
        if (signbit(number))
            *--start = '-';
        return append_bytes(output, start, (size_t)(end - start));
    }
    char *text = PyOS_double_to_string(number, 'f', 6, 0, NULL);
    int ok = text && append_bytes(output, text, strlen(text));
    PyMem_Free(text);
    return ok;
}

static int append_cell(Output *output, const RowColumn *column, Py_ssize_t row)
{
    PyObject *texts = column->texts;
    if (column->is_float) {
        double number = ((const double *)column->array.buf)[row];
        return isnan(number) ? append_str(output, texts) : append_decimals(output, number);
    }
    int64_t number = ((const int64_t *)column->array.buf)[row];
    if (PyUnicode_Check(texts))
        return number < 0 ? append_str(output, texts) : append_integer(output, number);
    int64_t n_texts = PyList_GET_SIZE(texts), index = number == -1 ? n_texts - 1 : number;
    if (index < 0 || index >= n_texts)
        return set_value_error("every code must be that of a text.");
    return append_str(output, PyList_GET_ITEM(texts, (Py_ssize_t)index));
}

/* Read a column: a tuple of an array and a list or str. */
static int read_row_column(PyObject *object, Py_ssize_t last, RowColumn *column)
{
    PyObject *array;
    if (!PyTuple_Check(object) || !PyArg_ParseTuple(object, "OO", &array, &column->texts) ||
        PyObject_GetBuffer(array, &column->array, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT))
        return PyErr_Occurred() ? 0 : set_value_error("a column must be a tuple.");
    const char *format = column->array.format;
    column->is_float = !strcmp(format, "d");
    int is_integer = column->array.itemsize == 8 && (!strcmp(format, "l") || !strcmp(format, "q"));
    int has_texts = PyUnicode_Check(column->texts) ||
                    (PyList_Check(column->texts) && is_integer);
    if ((column->is_float || is_integer) && has_texts && column->array.len / 8 >= last)
        return 1;
    return set_value_error("a column must be an array of float64 and a str, or of int64 and a list "
                           "or str, with a number for each row.");
}

/* Append a row: each cell after its piece of `between`, and the last piece. */
static int append_row(Output *output, PyObject *between, const RowColumn *columns,
                      Py_ssize_t n_columns, Py_ssize_t row)
{
    for (Py_ssize_t i = 0; i < n_columns; i++)
        if (!append_str(output, PyList_GET_ITEM(between, i)) ||
            !append_cell(output, &columns[i], row))
            return 0;
    return append_str(output, PyList_GET_ITEM(between, n_columns));
}

/* Return the rows from `first` to `last`, exclusive, as bytes; NULL with an error set if that
   fails. */
static PyObject *join_columns(PyObject *between, PyObject *list, Py_ssize_t first, Py_ssize_t last)
{
    Py_ssize_t n_columns = PyList_GET_SIZE(list), n_read = 0;
    RowColumn *columns = PyMem_Calloc((size_t)n_columns + 1, sizeof *columns);
    Output output = {NULL, 0, 0};
    int ok = columns || set_memory_error();
    for (; ok && n_read < n_columns; n_read++)
        ok = read_row_column(PyList_GET_ITEM(list, n_read), last, &columns[n_read]);
    for (Py_ssize_t row = first; ok && row < last; row++)
        ok = append_row(&output, between, columns, n_columns, row);
    PyObject *bytes =
        ok ? PyBytes_FromStringAndSize(output.bytes, (Py_ssize_t)output.length) : NULL;
    free(output.bytes);
    for (Py_ssize_t i = 0; i < n_read; i++)
        PyBuffer_Release(&columns[i].array); /* does nothing to one that was not read */
    PyMem_Free(columns);
    return bytes;
}

#endif
