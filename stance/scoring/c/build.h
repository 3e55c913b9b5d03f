/* Build a model from the lists and arrays of Python.

   Everything that is later used as an index is checked here once, so that scoring need not check:
   whatever a damaged or forged model file holds, no memory but the model's own is read. Functions
   return 0 with a Python error set if they fail. */

#ifndef STANCE_BUILD_H
#define STANCE_BUILD_H

#include "common.h"
#include "model.h"
#include "string_table.h"
#include "trie.h"
#include "words.h"

static int set_value_error(const char *message)
{
    PyErr_SetString(PyExc_ValueError, message);
    return 0;
}

static int set_memory_error(void)
{
    PyErr_NoMemory();
    return 0;
}

/* Copy a contiguous buffer of `n` items of `item_size` bytes. */
static void *copy_buffer(PyObject *object, size_t item_size, size_t n, const char *name)
{
    Py_buffer view;
    void *copy = NULL;
    if (PyObject_GetBuffer(object, &view, PyBUF_C_CONTIGUOUS))
        return NULL;
    if (view.itemsize != (Py_ssize_t)item_size || (size_t)view.len != n * item_size)
        PyErr_Format(PyExc_ValueError, "`%s` must hold %zu items of %zu bytes; got %zd bytes.",
                     name, n, item_size, view.len);
    else if (!(copy = malloc((size_t)view.len + 1)))
        PyErr_NoMemory();
    else
        memcpy(copy, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return copy;
}

static int32_t *copy_int32(PyObject *object, size_t n, const char *name)
{
    return copy_buffer(object, sizeof(int32_t), n, name);
}

static double *copy_doubles(PyObject *object, size_t n, const char *name)
{
    return copy_buffer(object, sizeof(double), n, name);
}

/* Check that low <= item < high for all items. */
static int all_between(const int32_t *items, size_t n, int32_t low, size_t high, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (items[i] < low || (int64_t)items[i] >= (int64_t)high) {
            PyErr_Format(PyExc_ValueError, "`%s` must be at least %d and less than %zu; got %d.",
                         name, (int)low, high, (int)items[i]);
            return 0;
        }
    return 1;
}

/* Return the UTF-8 of an item of a list; NULL with an error set if it is not a str. */
static const char *list_item_utf8(PyObject *list, Py_ssize_t i, size_t *length)
{
    Py_ssize_t n_bytes;
    const char *bytes = PyUnicode_AsUTF8AndSize(PyList_GET_ITEM(list, i), &n_bytes);
    *length = bytes ? (size_t)n_bytes : 0;
    return bytes;
}

/* Number the strings of a list in its order. */
static int add_distinct_strings(StringTable *table, PyObject *list, const char *name)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        size_t length;
        const char *bytes = list_item_utf8(list, i, &length);
        if (!bytes)
            return 0;
        int32_t number = add_string(table, bytes, length);
        if (number < 0)
            return set_memory_error();
        if (number != i) {
            PyErr_Format(PyExc_ValueError, "`%s` must hold each string once.", name);
            return 0;
        }
    }
    return 1;
}

/* Add the word n-gram of a column, "a b c", whose stems are numbered as they come. The trie has
   free edges for max_n nodes more. */
static int add_word_ngram(Scorer *scorer, FeatureBlock *block, const char *bytes, size_t length,
                          int32_t column, int32_t *n_nodes)
{
    const char *end = bytes + length;
    TrieNode root = {ROOT, -1}, *node = &root;
    int n_stems = 0;
    for (const char *start = bytes; start <= end; n_stems++) {
        const char *space = memchr(start, ' ', (size_t)(end - start));
        const char *stem_end = space ? space : end;
        if (stem_end == start || n_stems == block->max_n)
            return set_value_error("`features` of words must be runs of stems separated by single "
                                   "spaces.");
        int32_t stem = add_string(&scorer->stems, start, (size_t)(stem_end - start));
        if (stem < 0)
            return set_memory_error();
        node = add_child(&block->trie, edge_key(node->number, stem), *n_nodes);
        *n_nodes += node->number == *n_nodes; /* it is new */
        start = stem_end + 1;
    }
    if (n_stems < block->min_n || node->column >= 0)
        return set_value_error(
            "`features` of words must be distinct runs of min_n to max_n stems.");
    node->column = column;
    return 1;
}

/* Add the character n-gram of a column. One of another length than the block's is left out: no word
   has it. The trie has free edges for max_n nodes more. */
static int add_character_ngram(FeatureBlock *block, const char *bytes, size_t length,
                               int32_t column, int32_t *n_nodes)
{
    const unsigned char *cursor = (const unsigned char *)bytes, *end = cursor + length;
    uint32_t characters[MAX_NGRAM];
    int n = 0;
    for (size_t n_bytes; cursor < end && n < block->max_n; cursor += n_bytes)
        characters[n++] = decode(cursor, end, &n_bytes);
    if (cursor < end || n < block->min_n)
        return 1;
    int n_first = (int)n_first_characters(block);
    TrieNode *node = add_child(&block->trie, first_key(characters, (size_t)n_first), *n_nodes);
    *n_nodes += node->number == *n_nodes; /* it is new */
    for (int i = n_first; i < n; i++) {
        uint64_t key = edge_key(node->number, (int32_t)characters[i]);
        node = add_child(&block->trie, key, *n_nodes);
        *n_nodes += node->number == *n_nodes;
    }
    if (node->column >= 0)
        return set_value_error("`features` must hold each string once.");
    node->column = column;
    return 1;
}

static int build_trie(Scorer *scorer, FeatureBlock *block, PyObject *features)
{
    int32_t n_nodes = ROOT + 1;
    if (!reserve_edges(&block->trie, block->n_features + 1)) /* nearly every one is a node */
        return set_memory_error();
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(features); i++) {
        size_t length;
        const char *bytes = list_item_utf8(features, i, &length);
        if (!bytes)
            return 0;
        if (n_nodes > INT32_MAX / 2 ||
            !reserve_edges(&block->trie, (size_t)(n_nodes + block->max_n)))
            return set_memory_error();
        int32_t column = (int32_t)i;
        if (block->kind == WORDS ? !add_word_ngram(scorer, block, bytes, length, column, &n_nodes)
                                 : !add_character_ngram(block, bytes, length, column, &n_nodes))
            return 0;
    }
    return 1;
}

/* Read the columns of frames from a list of int, their numbers. */
static int read_frames(FeatureBlock *block, PyObject *features)
{
    if (!reserve_edges(&block->trie, (size_t)PyList_GET_SIZE(features) + 1))
        return set_memory_error();
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(features); i++) {
        long long number = PyLong_AsLongLong(PyList_GET_ITEM(features, i));
        if (number == -1 && PyErr_Occurred())
            return 0;
        TrieNode *node = number < 0 ? NULL : add_child(&block->trie, (uint64_t)number, (int32_t)i);
        if (!node || node->column >= 0)
            return set_value_error("`features` of frames must be distinct numbers of 0 or more.");
        node->column = (int32_t)i;
    }
    return 1;
}

/* Read the weights of a block; its last column, the idf, is squared. */
static int read_rows(const Scorer *scorer, FeatureBlock *block, PyObject *rows)
{
    size_t n_rows = (size_t)scorer->n_copies * block->n_features;
    size_t row_length = (size_t)block->width + 1;
    block->rows = copy_doubles(rows, n_rows * row_length, "rows");
    for (size_t i = 0; block->rows && i < n_rows; i++) {
        double *idf = &block->rows[i * row_length + row_length - 1];
        *idf *= *idf;
    }
    return block->rows != NULL;
}

static int read_features(Scorer *scorer, FeatureBlock *block, PyObject *features)
{
    return block->kind == FRAMES ? read_frames(block, features)
                                 : build_trie(scorer, block, features);
}

/* Read (kind, min_n, max_n, features, outputs, rows). */
static int read_block(Scorer *scorer, FeatureBlock *block, PyObject *tuple)
{
    PyObject *features, *outputs, *rows;
    if (!PyArg_ParseTuple(tuple, "iiiO!OO;a block", &block->kind, &block->min_n, &block->max_n,
                          &PyList_Type, &features, &outputs, &rows))
        return 0;
    if (block->kind < 0 || block->kind >= N_KINDS) {
        PyErr_Format(PyExc_ValueError, "the kind of a block must be 0 to %d; got %d.", N_KINDS - 1,
                     block->kind);
        return 0;
    }
    Py_ssize_t width = PyObject_Length(outputs);
    if (width < 0)
        return 0;
    if (width < 1 || width > scorer->n_outputs) {
        PyErr_Format(PyExc_ValueError, "`outputs` must hold 1 to %d items; got %zd.",
                     scorer->n_outputs, width);
        return 0;
    }
    if (block->min_n < 1 || block->max_n < block->min_n || block->max_n > MAX_NGRAM) {
        PyErr_Format(PyExc_ValueError, "n-grams must be of 1 to %d; got %d to %d.", MAX_NGRAM,
                     block->min_n, block->max_n);
        return 0;
    }
    block->width = (int)width;
    block->n_features = (size_t)PyList_GET_SIZE(features);
    block->outputs = copy_int32(outputs, (size_t)width, "outputs");
    if (!block->outputs ||
        !all_between(block->outputs, (size_t)width, 0, (size_t)scorer->n_outputs, "outputs") ||
        !read_rows(scorer, block, rows))
        return 0;
    return read_features(scorer, block, features);
}

/* Read (words, first_name, name_start, name_words). */
static int read_names(NameTable *names, PyObject *tuple)
{
    PyObject *words, *first_name, *name_start, *name_words;
    if (!PyArg_ParseTuple(tuple, "O!OOO;names", &PyList_Type, &words, &first_name, &name_start,
                          &name_words) ||
        !add_distinct_strings(&names->words, words, "words of names"))
        return 0;
    Py_ssize_t n_starts = PyObject_Length(name_start), n_items = PyObject_Length(name_words);
    if (n_starts < 0 || n_items < 0)
        return 0;
    if (n_starts < 1)
        return set_value_error("`name_start` must hold one item more than there are names.");
    size_t n_words = names->words.n, n = (size_t)n_starts;
    names->first_name = copy_int32(first_name, n_words + 1, "first_name");
    if (!names->first_name || !all_between(names->first_name, n_words + 1, 0, n, "first_name"))
        return 0;
    names->name_start = copy_int32(name_start, n, "name_start");
    if (!names->name_start ||
        !all_between(names->name_start, n, 0, (size_t)n_items + 1, "name_start"))
        return 0;
    names->name_words = copy_int32(name_words, (size_t)n_items, "name_words");
    return names->name_words &&
           all_between(names->name_words, (size_t)n_items, 0, n_words, "name_words");
}

static int check_class(int cue_class)
{
    if (cue_class >= NO_CLASS && cue_class < MAX_CLASSES)
        return 1;
    PyErr_Format(PyExc_ValueError, "the class of a word must be less than %d; got %d.", MAX_CLASSES,
                 cue_class);
    return 0;
}

/* Copy `n` bytes that must be classes. Return NULL with an error set if that fails. */
static uint8_t *copy_classes(PyObject *object, size_t n, const char *what)
{
    uint8_t *classes = copy_buffer(object, 1, n, what);
    for (size_t i = 0; classes && i < n; i++)
        if (!check_class(classes[i])) {
            free(classes);
            return NULL;
        }
    return classes;
}

/* Read (negation, negators, stems, classes, links, traits, joins). */
static int read_cues(CueTable *cues, PyObject *tuple)
{
    PyObject *negators, *stems, *classes, *links, *traits, *joins;
    if (!PyArg_ParseTuple(tuple, "iO!O!OOOO;cues", &cues->negation, &PyList_Type, &negators,
                          &PyList_Type, &stems, &classes, &links, &traits, &joins) ||
        !check_class(cues->negation) ||
        !add_distinct_strings(&cues->negators, negators, "negators") ||
        !add_distinct_strings(&cues->stems, stems, "stems of cues"))
        return 0;
    const size_t n_joins = MAX_CLASSES * MAX_CLASSES;
    cues->classes = copy_classes(classes, cues->stems.n, "classes of cues");
    cues->links = cues->classes ? copy_classes(links, MAX_CLASSES, "links") : NULL;
    cues->traits = cues->links ? copy_buffer(traits, 1, MAX_CLASSES, "traits") : NULL;
    cues->joins = cues->traits ? copy_buffer(joins, 1, 2 * n_joins, "joins") : NULL;
    for (size_t i = 0; cues->joins && i < n_joins; i++)
        if (!check_class(cues->joins[i].both))
            return 0;
    return cues->joins != NULL;
}

/* Read the familiar stems. No stem is numbered after this. */
static int read_familiar(Scorer *scorer, PyObject *familiar)
{
    size_t length;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(familiar); i++) {
        const char *bytes = list_item_utf8(familiar, i, &length);
        if (!bytes)
            return 0;
        if (add_string(&scorer->stems, bytes, length) < 0)
            return set_memory_error();
    }
    scorer->is_familiar = calloc(scorer->stems.n + 1, 1);
    if (!scorer->is_familiar)
        return set_memory_error();
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(familiar); i++) {
        const char *bytes = list_item_utf8(familiar, i, &length);
        scorer->is_familiar[find_string(&scorer->stems, bytes, length)] = 1;
    }
    return 1;
}

/* Once all stems are numbered, list the nodes of single stems. */
static int list_unigrams(const Scorer *scorer, FeatureBlock *block)
{
    if (block->kind != WORDS)
        return 1;
    block->unigrams = malloc((scorer->stems.n + 1) * sizeof *block->unigrams);
    if (!block->unigrams)
        return set_memory_error();
    for (size_t stem = 0; stem < scorer->stems.n; stem++)
        block->unigrams[stem] = find_child(&block->trie, ROOT, (int32_t)stem);
    return 1;
}

/* Read where the outputs of each head begin, and where the last ones end. */
static int read_heads(Scorer *scorer, PyObject *head_bounds)
{
    Py_ssize_t n = PyObject_Length(head_bounds);
    if (n < 0)
        return 0;
    if (n < 2 || n > MAX_OUTPUTS) {
        PyErr_Format(PyExc_ValueError, "`head_bounds` must hold 2 to %d items; got %zd.",
                     MAX_OUTPUTS, n);
        return 0;
    }
    scorer->n_heads = (int)n - 1;
    int32_t *bounds = scorer->head_bounds = copy_int32(head_bounds, (size_t)n, "head_bounds");
    if (!bounds || !all_between(bounds, (size_t)n, 0, MAX_OUTPUTS + 1, "head_bounds"))
        return 0;
    for (int head = 0; head < scorer->n_heads; head++)
        if (bounds[0] || bounds[head] >= bounds[head + 1])
            return set_value_error("`head_bounds` must rise from 0.");
    scorer->n_outputs = bounds[scorer->n_heads];
    return 1;
}

static int read_blocks(Scorer *scorer, PyObject *blocks)
{
    if (PyList_GET_SIZE(blocks) > MAX_BLOCKS) {
        PyErr_Format(PyExc_ValueError, "`blocks` must hold at most %d items; got %zd.", MAX_BLOCKS,
                     PyList_GET_SIZE(blocks));
        return 0;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(blocks); i++)
        if (!read_block(scorer, &scorer->blocks[scorer->n_blocks++], PyList_GET_ITEM(blocks, i)))
            return 0;
    return 1;
}

#endif
