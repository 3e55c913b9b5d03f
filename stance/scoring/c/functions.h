/* The functions of the module that need no scorer, as Python calls them. */

#ifndef STANCE_FUNCTIONS_H
#define STANCE_FUNCTIONS_H

#include "cells.h"
#include "html.h"
#include "records.h"
#include "rows.h"
#include "sip_hash.h"
#include "word_forms.h"
#include "words.h"
#include "workspace.h"

PyDoc_STRVAR(word_bounds_doc,
             "word_bounds(text)\n--\n\n"
             "Return the byte offsets (start, end) of the words of a str or of UTF-8.");

static PyObject *word_bounds(PyObject *Py_UNUSED(module), PyObject *object)
{
    Text text;
    if (!read_text(object, &text))
        return NULL;
    PyObject *bounds = PyList_New(0);
    const unsigned char *cursor = text.start;
    for (Span word; bounds && next_word(cursor, text.start + text.length, &word);) {
        PyObject *pair = Py_BuildValue("nn", (Py_ssize_t)(word.start - text.start),
                                       (Py_ssize_t)(word.end - text.start));
        if (!pair || PyList_Append(bounds, pair))
            Py_CLEAR(bounds);
        Py_XDECREF(pair);
        cursor = word.end;
    }
    Py_DECREF(text.object);
    return bounds;
}

PyDoc_STRVAR(may_join_doc, "may_join(gap, after_short)\n--\n\n"
                           "Return whether what stands between two words may stand inside a name.");

static PyObject *may_join(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *gap;
    int after_short;
    Text text;
    if (!PyArg_ParseTuple(arguments, "Op", &gap, &after_short) || !read_text(gap, &text))
        return NULL;
    int joins = is_joint(text.start, text.start + text.length, after_short);
    Py_DECREF(text.object);
    return PyBool_FromLong(joins);
}

PyDoc_STRVAR(word_forms_doc,
             "word_forms(word)\n--\n\n"
             "Return a word folded, stemmed, without its possessive, and whether it\n"
             "counts for familiarity.");

static PyObject *word_forms(PyObject *Py_UNUSED(module), PyObject *word)
{
    FoldedWord folded = {0};
    char room[4 * MAX_WORD_CHARACTERS];
    PyObject *result = NULL;
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(word, &length);
    if (!bytes)
        return NULL;
    Utf8 written = {bytes, (size_t)length};
    if (!fold_word(written, &folded))
        set_memory_error();
    else {
        Utf8 stem = stem_word(&folded, room), bare = cut_possessive(written);
        result = Py_BuildValue("s#s#s#O", folded.bytes, (Py_ssize_t)folded.length, stem.bytes,
                               (Py_ssize_t)stem.length, bare.bytes, (Py_ssize_t)bare.length,
                               is_plain_word(&folded) ? Py_True : Py_False);
    }
    free(folded.bytes);
    return result;
}

PyDoc_STRVAR(hash_bytes_doc, "hash_bytes(content, low, high)\n--\n\n"
                             "Return the SipHash-1-3 of bytes under a secret of two integers.");

static PyObject *hash_bytes(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    const char *bytes;
    Py_ssize_t length;
    unsigned long long low, high;
    if (!PyArg_ParseTuple(arguments, "y#KK", &bytes, &length, &low, &high))
        return NULL;
    HashSecret secret = {low, high};
    return PyLong_FromUnsignedLongLong(sip_hash(bytes, (size_t)length, (size_t)length, secret));
}

PyDoc_STRVAR(plain_cells_doc,
             "plain_cells(cells, longest, keeps_html)\n--\n\n"
             "Return one byte per cell: 1 if it is a text that needs no rule of Python, else 0.");

static PyObject *plain_cells(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *cells;
    PlainCell plain;
    if (!PyArg_ParseTuple(arguments, "O!np", &PyList_Type, &cells, &plain.longest,
                          &plain.keeps_html))
        return NULL;
    PyObject *result = PyBytes_FromStringAndSize(NULL, PyList_GET_SIZE(cells));
    for (Py_ssize_t i = 0; result && i < PyList_GET_SIZE(cells); i++)
        PyBytes_AS_STRING(result)[i] = (char)is_plain_cell(PyList_GET_ITEM(cells, i), &plain);
    return result;
}

PyDoc_STRVAR(split_texts_doc,
             "split_texts(cells, longest, keeps_html, kinds, beginnings, split)\n--\n\n"
             "Return the blocks of all cells, how many each has, and their texts.");

static PyObject *split_texts(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *cells, *split, *result = NULL;
    PlainCell plain;
    Kinds kinds;
    if (!PyArg_ParseTuple(arguments, "O!np(nnn)O!O", &PyList_Type, &cells, &plain.longest,
                          &plain.keeps_html, &kinds.paragraph, &kinds.doubtful, &kinds.unnamed,
                          &PyTuple_Type, &kinds.beginnings, &split))
        return NULL;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(kinds.beginnings); i++)
        if (!PyUnicode_Check(PyTuple_GET_ITEM(kinds.beginnings, i)))
            return PyErr_Format(PyExc_TypeError, "`beginnings` must hold str.");
    Py_ssize_t n = PyList_GET_SIZE(cells);
    Blocks blocks = {NULL, 0, 0, PyList_New(0)};
    PyObject *counts = PyBytes_FromStringAndSize(NULL, n * (Py_ssize_t)sizeof(int64_t));
    int ok = blocks.texts && counts;
    for (Py_ssize_t i = 0; ok && i < n; i++) {
        size_t n_before = blocks.n;
        PyObject *cell = Py_NewRef(PyList_GET_ITEM(cells, i));
        ok = split_cell(cell, &plain, &kinds, split, &blocks);
        Py_DECREF(cell);
        int64_t count = (int64_t)(blocks.n - n_before);
        memcpy(PyBytes_AS_STRING(counts) + i * (Py_ssize_t)sizeof count, &count, sizeof count);
        if (ok && PyList_GET_SIZE(cells) != n)
            ok = set_value_error("`cells` must stay as they are.");
    }
    if (ok)
        result = Py_BuildValue("y#OO", blocks.items ? (const char *)blocks.items : "",
                               (Py_ssize_t)(blocks.n * sizeof *blocks.items), counts, blocks.texts);
    free(blocks.items);
    Py_XDECREF(counts);
    Py_XDECREF(blocks.texts);
    return result;
}

PyDoc_STRVAR(read_html_doc,
             "read_html(source, start, end, tags, unread, unescape)\n--\n\n"
             "Return the text of HTML and the places of its pieces; None if Python must read it.");

static PyObject *read_html(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    HtmlReader reader = {0};
    PyObject *str, *result = NULL;
    Py_ssize_t start, end;
    if (!PyArg_ParseTuple(arguments, "UnnO!O!O", &str, &start, &end, &PyDict_Type, &reader.tags,
                          &PyDict_Type, &reader.unread, &reader.unescape))
        return NULL;
    reader.source =
        (Characters){PyUnicode_KIND(str), PyUnicode_DATA(str), PyUnicode_GET_LENGTH(str)};
    if (start < 0 || start > end || end > reader.source.length) {
        set_value_error("`start` and `end` must be in the source.");
        return NULL;
    }
    int status = find_block_tag(&reader);
    reader.end = end;
    if (status > 0)
        status = read_part(&reader, start);
    if (status > 0) {
        Py_ssize_t n_bytes = (Py_ssize_t)(reader.n_pieces * sizeof *reader.pieces);
        PyObject *text =
            PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, reader.text, (Py_ssize_t)reader.n);
        result = Py_BuildValue("Ny#", text, n_bytes ? (const char *)reader.pieces : "", n_bytes);
    } else if (!status)
        result = Py_NewRef(Py_None);
    free(reader.text);
    free(reader.pieces);
    return result;
}

PyDoc_STRVAR(paragraph_ids_doc,
             "paragraph_ids(keys, starts, ends)\n--\n\n"
             "Return the names of paragraphs by the keys of their cells and their places in them.");

static PyObject *paragraph_ids(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *keys, *names = NULL;
    Py_buffer starts, ends;
    if (!PyArg_ParseTuple(arguments, "O!y*y*", &PyList_Type, &keys, &starts, &ends))
        return NULL;
    Py_ssize_t n = PyList_GET_SIZE(keys);
    if (starts.len != n * (Py_ssize_t)sizeof(int64_t) || ends.len != starts.len)
        set_value_error("every paragraph must have a key, a start and an end.");
    else
        names = PyList_New(0);
    for (Py_ssize_t i = 0; names && i < n && i < PyList_GET_SIZE(keys); i++) {
        PyObject *key = Py_NewRef(PyList_GET_ITEM(keys, i));
        if (!append_and_release(names, name_paragraph(key, ((const int64_t *)starts.buf)[i],
                                                      ((const int64_t *)ends.buf)[i])))
            Py_CLEAR(names);
        Py_DECREF(key);
    }
    PyBuffer_Release(&starts);
    PyBuffer_Release(&ends);
    return names;
}

/* Check that a list holds numbers of columns, and return as many new lists; NULL with an error set
   if not. */
static PyObject *make_columns(PyObject *wanted, Py_ssize_t n_columns)
{
    PyObject *columns = PyList_New(0);
    for (Py_ssize_t i = 0; columns && i < PyList_GET_SIZE(wanted); i++) {
        Py_ssize_t number = PyLong_AsSsize_t(PyList_GET_ITEM(wanted, i));
        if (number < 0 || number >= n_columns) {
            set_value_error("`wanted` must hold numbers of columns.");
            Py_CLEAR(columns);
        } else if (!append_and_release(columns, PyList_New(0)))
            Py_CLEAR(columns);
    }
    return columns;
}

PyDoc_STRVAR(read_records_doc,
             "read_records(text, start, first_fresh, max_lines, max_characters, is_whole,\n"
             "             delimiter, n_columns, wanted)\n--\n\n"
             "Return where the complete records of CSV end, their lines, their number, where the\n"
             "limit is, and their wanted cells; None if Python must read them.");

static PyObject *read_records(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    Records records = {0};
    int delimiter, is_whole;
    if (!PyArg_ParseTuple(arguments, "UnnnnpCnO!", &records.str, &records.position,
                          &records.first_fresh, &records.max_lines, &records.max_characters,
                          &is_whole, &delimiter, &records.n_columns, &PyList_Type,
                          &records.wanted))
        return NULL;
    if (records.position < 0 || records.n_columns < 1) {
        set_value_error("`start` must be at least 0 and `n_columns` at least 1.");
        return NULL;
    }
    records.delimiter = (Py_UCS4)delimiter;
    records.columns = make_columns(records.wanted, records.n_columns);
    if (!records.columns)
        return NULL;
    records.fields = PyMem_Calloc((size_t)records.n_columns, sizeof *records.fields);
    RecordStatus status = records.fields ? read_records_of_str(&records) : NO_MEMORY;
    if (!records.fields)
        PyErr_NoMemory();
    PyMem_Free(records.fields);
    if (status == AT_END && is_whole && ends_with_line_feed(records.str))
        status = AT_LIMIT;
    PyObject *result = NULL;
    if (records.n_rows && status == AT_LIMIT)
        result = Py_BuildValue("nnnnO", records.end, records.n_ended, records.n_rows,
                               records.position, records.columns);
    else if (status != NO_MEMORY)
        result = Py_NewRef(Py_None);
    Py_DECREF(records.columns);
    return result;
}

PyDoc_STRVAR(join_rows_doc,
             "join_rows(between, columns, first, last)\n--\n\n"
             "Return the rows from first to last, exclusive, as UTF-8.");

static PyObject *join_rows(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *between, *columns;
    Py_ssize_t first, last;
    if (!PyArg_ParseTuple(arguments, "O!O!nn", &PyList_Type, &between, &PyList_Type, &columns,
                          &first, &last))
        return NULL;
    if (PyList_GET_SIZE(between) != PyList_GET_SIZE(columns) + 1 || first < 0) {
        set_value_error("`between` must have one str more than there are columns.");
        return NULL;
    }
    return join_columns(between, columns, first, last);
}

#endif
