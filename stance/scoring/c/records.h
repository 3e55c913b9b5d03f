/* Parse well-formed CSV, as the module csv of the standard library does with strict=True.

   What may be a fault is not decided here: at a record with another number of fields, at text after
   a closing quotation mark, at a carriage return without line feed, and at half of a surrogate
   pair, which stands for a byte that could not be decoded, everything is left to
   stance/tables/readers/csv_records.py. Tests compare the cells. */

#ifndef STANCE_RECORDS_H
#define STANCE_RECORDS_H

#include "blocks.h"
#include "common.h"

/* A field, without the quotation marks around it. */
typedef struct {
    Py_ssize_t start, end;
    int has_doubled; /* a quotation mark in it is doubled */
} Field;

typedef enum { IN_RECORDS, AT_LIMIT, AT_END, NOT_PLAIN, NO_MEMORY } RecordStatus;

/* What is parsed, and how far. */
typedef struct {
    PyObject *str;
    Py_UCS4 delimiter;
    Py_ssize_t n_columns;
    Field *fields;      /* of one record */
    PyObject *wanted;   /* a list of the numbers of columns */
    PyObject *columns;  /* for each of them the list of its cells */
    Py_ssize_t first_fresh; /* where the lines begin that count toward the limits */
    Py_ssize_t max_lines, max_characters;
    Py_ssize_t position, n_lines, n_fresh; /* so far; lines that count */
    Py_ssize_t end, n_ended, n_rows;       /* of the complete records; their lines */
} Records;

/* Return whether a code point is half of a surrogate pair. */
static ALWAYS_INLINE int is_surrogate(Py_UCS4 point)
{
    return (point & 0xfffff800) == 0xd800;
}

/* Go past the end of a line, a line feed or both characters of CRLF. */
static ALWAYS_INLINE RecordStatus end_line(const Characters *text, Records *records)
{
    if (character_at(text, records->position) == '\r')
        records->position++;
    if (character_at(text, records->position) != '\n')
        return NOT_PLAIN;
    records->position++;
    records->n_lines++;
    Py_ssize_t size = records->position - records->first_fresh;
    records->n_fresh += size > 0;
    return size >= records->max_characters || records->n_fresh >= records->max_lines ? AT_LIMIT
                                                                                     : IN_RECORDS;
}

/* Read a field up to its closing quotation mark, and go past that. */
static ALWAYS_INLINE RecordStatus read_quoted(const Characters *text, Records *records,
                                              Field *field)
{
    field->start = ++records->position;
    while (records->position < text->length) {
        Py_UCS4 point = character_at(text, records->position);
        if (point == '\n' || point == '\r') {
            RecordStatus status = end_line(text, records);
            if (status != IN_RECORDS)
                return status;
        } else if (point != '"') {
            if (is_surrogate(point))
                return NOT_PLAIN;
            records->position++;
        } else if (character_at(text, records->position + 1) == '"') {
            field->has_doubled = 1;
            records->position += 2;
        } else {
            field->end = records->position++;
            return IN_RECORDS;
        }
    }
    return AT_END;
}

/* Read a field that begins with no quotation mark: in it, they are like any other character. */
static ALWAYS_INLINE RecordStatus read_bare(const Characters *text, Records *records, Field *field)
{
    for (; records->position < text->length; records->position++) {
        Py_UCS4 point = character_at(text, records->position);
        if (is_surrogate(point))
            return NOT_PLAIN;
        if (point == records->delimiter || point == '\n' || point == '\r') {
            field->end = records->position;
            return IN_RECORDS;
        }
    }
    return AT_END;
}

/* Return a str in which each quotation mark that is doubled is single, and give the str up; NULL
   with an error set if that fails. */
static PyObject *undouble(PyObject *cell)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(cell), n_doubled = 0, n_copied = 0;
    for (Py_ssize_t i = 0; (i = PyUnicode_FindChar(cell, '"', i, length, 1)) >= 0; i += 2)
        n_doubled++;
    PyObject *result = PyUnicode_New(length - n_doubled, PyUnicode_MAX_CHAR_VALUE(cell));
    for (Py_ssize_t start = 0; result && start < length;) {
        Py_ssize_t end = PyUnicode_FindChar(cell, '"', start, length, 1);
        Py_ssize_t n = (end < 0 ? length : end + 1) - start; /* the first of two marks stays */
        PyUnicode_CopyCharacters(result, n_copied, cell, start, n);
        n_copied += n;
        start += n + 1;
    }
    Py_DECREF(cell);
    return result;
}

/* Return the cell that a field holds; NULL with an error set if that fails. */
static PyObject *make_cell(PyObject *str, const Field *field)
{
    PyObject *cell = PyUnicode_Substring(str, field->start, field->end);
    return cell && field->has_doubled ? undouble(cell) : cell;
}

/* Keep the wanted cells of a record that is complete. */
static RecordStatus end_record(Records *records, RecordStatus status)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(records->wanted); i++) {
        Py_ssize_t number = PyLong_AsSsize_t(PyList_GET_ITEM(records->wanted, i));
        PyObject *cells = PyList_GET_ITEM(records->columns, i);
        if (!append_and_release(cells, make_cell(records->str, &records->fields[number])))
            return NO_MEMORY;
    }
    records->end = records->position;
    records->n_ended = records->n_lines;
    records->n_rows++;
    return status;
}

static ALWAYS_INLINE RecordStatus read_record(const Characters *text, Records *records)
{
    for (Py_ssize_t column = 0;; records->position++) {
        Field field = {records->position, 0, 0};
        RecordStatus status = character_at(text, records->position) == '"'
                                  ? read_quoted(text, records, &field)
                                  : read_bare(text, records, &field);
        if (status != IN_RECORDS)
            return status;
        if (records->position == text->length)
            return AT_END;
        records->fields[column++] = field;
        int has_more = character_at(text, records->position) == records->delimiter;
        if (has_more != (column < records->n_columns))
            return NOT_PLAIN;
        if (!has_more) {
            status = end_line(text, records);
            return status == NOT_PLAIN ? status : end_record(records, status);
        }
    }
}

/* Read records from a position on, up to a limit or the end of the text. */
static ALWAYS_INLINE RecordStatus read_records_of(Characters text, Records *records)
{
    RecordStatus status = IN_RECORDS;
    while (status == IN_RECORDS)
        status = records->position < text.length ? read_record(&text, records) : AT_END;
    return status;
}

/* As above, compiled once per size of characters. */
static RecordStatus read_records_of_str(Records *records)
{
    const void *data = PyUnicode_DATA(records->str);
    Py_ssize_t length = PyUnicode_GET_LENGTH(records->str);
    switch (PyUnicode_KIND(records->str)) {
    case PyUnicode_1BYTE_KIND:
        return read_records_of((Characters){PyUnicode_1BYTE_KIND, data, length}, records);
    case PyUnicode_2BYTE_KIND:
        return read_records_of((Characters){PyUnicode_2BYTE_KIND, data, length}, records);
    default:
        return read_records_of((Characters){PyUnicode_4BYTE_KIND, data, length}, records);
    }
}

static int ends_with_line_feed(PyObject *str)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(str);
    return length && PyUnicode_READ_CHAR(str, length - 1) == '\n';
}

#endif
