/* The type LanguageTable: what Python hands over of the table of languages, and how it asks. */

#ifndef STANCE_LANGUAGE_TABLE_H
#define STANCE_LANGUAGE_TABLE_H

#include "build.h"
#include "languages.h"

static void language_table_dealloc(LanguageTable *self)
{
    free(self->text.characters);
    free_strings(&self->text.words);
    free(self->text.sets);
    free_strings(&self->words);
    free(self->word_sets);
    free_trie(&self->endings);
    free(self->ending_sets);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* Read the script of each language from bytes. */
static int read_language_scripts(LanguageTable *table, PyObject *scripts)
{
    const unsigned char *numbers = (const unsigned char *)PyBytes_AS_STRING(scripts);
    if (PyBytes_GET_SIZE(scripts) > MAX_LANGUAGES)
        return set_value_error("`scripts` must hold at most 64 languages.");
    table->n_languages = (int)PyBytes_GET_SIZE(scripts);
    for (int i = 0; i < table->n_languages; i++) {
        if (numbers[i] >= MAX_SCRIPTS)
            return set_value_error("a script must be less than 64.");
        table->scripts[i] = numbers[i];
    }
    return 1;
}

/* Read the letters of each script from a list of (first, last, script). */
static int read_script_letters(LanguageTable *table, PyObject *ranges)
{
    for (size_t point = 0; point < N_POINTS; point++)
        table->points[point].script = NO_SCRIPT;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(ranges); i++) {
        int first, last, script;
        PyObject *range = PyList_GET_ITEM(ranges, i);
        if (!PyTuple_Check(range))
            return set_value_error("`ranges` must hold tuples.");
        if (!PyArg_ParseTuple(range, "iii;a range", &first, &last, &script))
            return 0;
        if (first < 0 || last >= N_POINTS || script < 0 || script >= MAX_SCRIPTS)
            return set_value_error("`ranges` must hold code points below 65536 and scripts.");
        for (int point = first; point <= last; point++)
            table->points[point].script = (uint8_t)script;
    }
    return 1;
}

/* Read a str and its set of languages from a dict, as `PyDict_Next` goes through it. Return 1, 0 at
   its end, or -1 with an error set. `letters` is to be freed. */
static int next_set(PyObject *dict, Py_ssize_t *position, uint32_t **letters, size_t *n,
                    LanguageSet *set)
{
    PyObject *key, *value;
    *letters = NULL;
    if (!PyDict_Next(dict, position, &key, &value))
        return 0;
    if (!PyUnicode_Check(key) || !PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "a set of languages must be an int, by str.");
        return -1;
    }
    *set = PyLong_AsUnsignedLongLong(value);
    if (PyErr_Occurred())
        return -1;
    *n = (size_t)PyUnicode_GetLength(key);
    *letters = malloc((*n + 1) * sizeof **letters);
    if (*letters && PyUnicode_AsUCS4(key, *letters, (Py_ssize_t)*n + 1, 1))
        return 1;
    PyErr_NoMemory();
    return -1;
}

/* Read the languages that have each word in their list. */
static int read_language_words(LanguageTable *table, PyObject *dict)
{
    Py_ssize_t position = 0;
    uint32_t *letters;
    size_t n;
    LanguageSet set;
    int status;
    table->word_sets = malloc(((size_t)PyDict_GET_SIZE(dict) + 1) * sizeof *table->word_sets);
    if (!table->word_sets)
        return set_memory_error();
    while ((status = next_set(dict, &position, &letters, &n, &set)) > 0) {
        int32_t number = add_string(&table->words, (const char *)letters, n * sizeof *letters);
        free(letters);
        if (number < 0)
            return set_memory_error();
        table->word_sets[number] = set;
    }
    free(letters);
    return status == 0;
}

/* Add an ending, from its last letter on; its column in the trie is the number of its set. Return 0
   with an error set if there is no memory. */
static int add_ending(Trie *trie, const uint32_t *letters, size_t n, int32_t column,
                      int32_t *n_nodes)
{
    TrieNode root = {ROOT, -1}, *node = &root;
    if (!reserve_edges(trie, (size_t)*n_nodes + n))
        return set_memory_error();
    for (; n; n--) {
        node = add_child(trie, edge_key(node->number, (int32_t)letters[n - 1]), *n_nodes);
        *n_nodes += node->number == *n_nodes; /* it is new */
    }
    node->column = column;
    return 1;
}

/* Read the languages that each ending may mark. */
static int read_language_endings(LanguageTable *table, PyObject *dict)
{
    Py_ssize_t position = 0;
    uint32_t *letters;
    size_t n;
    int32_t column = 0, n_nodes = ROOT + 1;
    int status;
    table->ending_sets = malloc(((size_t)PyDict_GET_SIZE(dict) + 1) * sizeof *table->ending_sets);
    if (!table->ending_sets || !reserve_edges(&table->endings, 1))
        return set_memory_error();
    while ((status = next_set(dict, &position, &letters, &n, &table->ending_sets[column])) > 0) {
        int ok = add_ending(&table->endings, letters, n, column++, &n_nodes);
        free(letters);
        if (!ok)
            return 0;
    }
    free(letters);
    return status == 0;
}

/* Read the languages that each letter may mark. */
static int read_language_marks(LanguageTable *table, PyObject *dict)
{
    Py_ssize_t position = 0;
    uint32_t *letters;
    size_t n;
    LanguageSet set;
    int n_marks = 0, status; /* the first set, number 0, stays empty */
    while ((status = next_set(dict, &position, &letters, &n, &set)) > 0) {
        int ok = n == 1 && *letters < N_POINTS && ++n_marks < MAX_MARKS;
        if (ok) {
            table->points[*letters].mark = (uint8_t)n_marks;
            table->mark_sets[n_marks] = set;
        }
        free(letters);
        if (!ok)
            return set_value_error("`letters` must hold at most 255 letters below 65536.");
    }
    free(letters);
    return status == 0;
}

static PyObject *language_table_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    PyObject *scripts, *ranges, *words, *endings, *letters;
    LanguageLimits limits;
    if ((keywords && PyDict_GET_SIZE(keywords)) ||
        !PyArg_ParseTuple(arguments, "SO!O!O!O!(ndddd)", &scripts, &PyList_Type, &ranges,
                          &PyDict_Type, &words, &PyDict_Type, &endings, &PyDict_Type, &letters,
                          &limits.max_characters, &limits.min_script_share, &limits.min_evidence,
                          &limits.min_share, &limits.clearly_home))
        return PyErr_Occurred() ? NULL
                                : PyErr_Format(PyExc_TypeError, "LanguageTable takes no keywords.");
    LanguageTable *self = (LanguageTable *)type->tp_alloc(type, 0); /* zeroed */
    if (!self)
        return NULL;
    self->limits = limits;
    if (!read_language_scripts(self, scripts) || !read_script_letters(self, ranges) ||
        !read_language_words(self, words) || !read_language_endings(self, endings) ||
        !read_language_marks(self, letters))
        Py_CLEAR(self);
    return (PyObject *)self;
}

PyDoc_STRVAR(language_table_find_doc,
             "find(text, home)\n--\n\n"
             "Return the number of the language of a text, or -1 if it is `home` or unknown.");

static PyObject *language_table_find(LanguageTable *self, PyObject *arguments)
{
    PyObject *str;
    int home;
    if (!PyArg_ParseTuple(arguments, "Ui", &str, &home))
        return NULL;
    if (home < 0 || home >= self->n_languages) {
        PyErr_Format(PyExc_ValueError, "`home` must be at least 0 and less than %d; got %d.",
                     self->n_languages, home);
        return NULL;
    }
    Py_ssize_t n = PyUnicode_GET_LENGTH(str);
    n = n < self->limits.max_characters ? n : self->limits.max_characters;
    if (!lower_characters(&self->text, str, n) || !find_text_words(self))
        return NULL;
    return PyLong_FromLong(find_language(self, home));
}

PyDoc_STRVAR(language_table_doc, "LanguageTable(scripts, ranges, words, endings, letters, limits)\n"
                                 "--\n\nNames languages by the rules of stance.text.languages.");

static PyMethodDef language_table_methods[] = {
    {"find", (PyCFunction)language_table_find, METH_VARARGS, language_table_find_doc},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject language_table_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "stance.scoring._scorer.LanguageTable",
    .tp_doc = language_table_doc,
    .tp_basicsize = sizeof(LanguageTable),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = language_table_new,
    .tp_dealloc = (destructor)language_table_dealloc,
    .tp_methods = language_table_methods,
};

#endif
