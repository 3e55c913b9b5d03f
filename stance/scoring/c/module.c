/* The extension module stance.scoring._scorer: scores paragraphs straight from their UTF-8.

   This file has what Python sees. The work is done in the headers, which are included into this one
   translation unit, so that the compiler can inline across all of them and nothing but
   PyInit__scorer is exported. In the order in which a paragraph meets them:

       words.h          finds where words begin and end
       sip_hash.h       hashes what strangers may choose
       string_table.h   turns words into numbers
       names.h          masks the names of sides, which leaves tokens
       trie.h           finds the columns of n-grams
       bloom_filter.h   rejects most n-grams that are no feature
       ngram_pool.h     keeps the columns of the character n-grams of each word
       frames.h         finds in which order cue words stand
       score.h          turns tokens into n-gram counts, logits and probabilities
       buffers.h        fills the paragraph's row of Python's buffers

   blocks.h splits documents of plain paragraphs, before any of this; cells.h takes them from the
   cells of a column. html.h reads HTML, before that. records.h reads the rows of a CSV, before all
   of it; rows.h writes rows, after it. functions.h has what Python calls of these. languages.h
   names the language of texts that the model hardly knows, after it; language_table.h is how Python
   asks for that. model.h and workspace.h define the data. build.h makes a model from Python's
   arrays, and learn.h adds words to it, in the forms that word_forms.h and stemmer.h give them.
   stance/scoring/compiled.py drives the module and makes sure that no word is learned while
   paragraphs are scored; stance/scoring/_scorer.pyi documents the functions. */

#include "buffers.h"
#include "build.h"
#include "common.h"
#include "functions.h"
#include "language_table.h"
#include "learn.h"
#include "model.h"
#include "workspace.h"

/* ---- making and freeing a scorer ----------------------------------------------------------- */

static void scorer_dealloc(Scorer *self)
{
    while (self->idle_workspaces) {
        Workspace *workspace = self->idle_workspaces;
        self->idle_workspaces = workspace->next;
        free_workspace(workspace);
    }
    for (int i = 0; i < self->n_blocks; i++)
        free_block(&self->blocks[i]);
    for (int name_case = 0; name_case < N_CASES; name_case++)
        free_names(&self->names[name_case]);
    free_cues(&self->cues);
    free(self->intercepts);
    free(self->head_bounds);
    free_strings(&self->stems);
    free(self->is_familiar);
    free_vocabulary(&self->words);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* The order matters: blocks and familiar words number the stems, by which unigrams are listed, and
   the mark of a side is one of them. */
static int read_model(Scorer *self, PyObject *arguments)
{
    PyObject *head_bounds, *intercepts, *blocks, *familiar, *any_case, *exact_case, *side, *cues;
    if (!PyArg_ParseTuple(arguments, "OiOO!O!OOOO!", &head_bounds, &self->n_copies, &intercepts,
                          &PyList_Type, &blocks, &PyList_Type, &familiar, &any_case, &exact_case,
                          &side, &PyTuple_Type, &cues))
        return 0;
    if (self->n_copies < 1) {
        PyErr_Format(PyExc_ValueError, "`n_copies` must be at least 1; got %d.", self->n_copies);
        return 0;
    }
    if (!read_heads(self, head_bounds))
        return 0;
    size_t n_intercepts = (size_t)self->n_copies * (size_t)self->n_outputs;
    self->intercepts = copy_doubles(intercepts, n_intercepts, "intercepts");
    if (!self->intercepts || !read_blocks(self, blocks) || !read_familiar(self, familiar))
        return 0;
    for (int i = 0; i < self->n_blocks; i++)
        if (!list_unigrams(self, &self->blocks[i]))
            return 0;
    return read_names(&self->names[ANY_CASE], any_case) &&
           read_names(&self->names[EXACT_CASE], exact_case) && read_cues(&self->cues, cues) &&
           learn_side(self, side);
}

static PyObject *scorer_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    if (keywords && PyDict_GET_SIZE(keywords))
        return PyErr_Format(PyExc_TypeError, "Scorer takes no keywords.");
    Scorer *self = (Scorer *)type->tp_alloc(type, 0); /* zeroed */
    if (!self)
        return NULL;
    self->number = ++last_scorer;
    for (int count = 1; count < N_SUBLINEAR; count++)
        self->sublinear[count] = 1.0 + log((double)count);
    if (!read_model(self, arguments))
        Py_CLEAR(self);
    return (PyObject *)self;
}

/* ---- learning words ------------------------------------------------------------------------ */

static int check_idle(const Scorer *self)
{
    if (self->n_running)
        PyErr_SetString(PyExc_RuntimeError,
                        "no word may be learned or forgotten while paragraphs are scored.");
    return !self->n_running;
}

PyDoc_STRVAR(forget_doc,
             "forget()\n--\n\nForget the words that were not met twice since the last call.");

static PyObject *scorer_forget(Scorer *self, PyObject *Py_UNUSED(nothing))
{
    if (!check_idle(self))
        return NULL;
    forget_rare(&self->words);
    Py_RETURN_NONE;
}

static PyObject *scorer_size(Scorer *self, void *Py_UNUSED(nothing))
{
    size_t size_of_word = sizeof(StringEntry) + sizeof(StringSlot) + sizeof(NameRoles);
    const StringTable *strings = &self->words.strings;
    const NgramPool *pool = &self->words.ngrams;
    return PyLong_FromSize_t(strings->n_bytes + strings->n * size_of_word +
                             pool->n * sizeof *pool->items);
}

PyDoc_STRVAR(reset_after_fork_doc,
             "reset_after_fork()\n--\n\n"
             "In the child of a fork: forget the threads that scored in its parent.");

static PyObject *scorer_reset_after_fork(Scorer *self, PyObject *Py_UNUSED(nothing))
{
    self->n_running = 0;
    Py_RETURN_NONE;
}

/* ---- scoring ------------------------------------------------------------------------------- */

/* Score the texts of a workspace, without the GIL, into the rows from `first` on. */
static int score_texts(Scorer *self, Workspace *workspace, const Buffers *buffers, Py_ssize_t first)
{
    int ok = 1;
    self->n_running++;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0, n; ok && i < workspace->n_texts; i += n) {
        n = score_group(self, workspace, buffers, i, first + i);
        ok = n > 0;
    }
    Py_END_ALLOW_THREADS
    self->n_running--;
    return ok || set_memory_error();
}

static int check_range(const Buffers *buffers, PyObject *list, Py_ssize_t first, Py_ssize_t last)
{
    if (0 <= first && first <= last && last <= buffers->n && last <= PyList_GET_SIZE(list))
        return 1;
    return set_misfit_error();
}

static int read_texts(Workspace *workspace, PyObject *list, Py_ssize_t first, Py_ssize_t last)
{
    for (Py_ssize_t i = first; i < last; i++) {
        if (!read_text(PyList_GET_ITEM(list, i), &workspace->texts[workspace->n_texts]))
            return 0;
        workspace->n_texts++;
    }
    return 1;
}

/* The name of a capsule that owns a workspace with new words. */
static const char NEW_WORDS[] = "stance.scoring._scorer new words";

static void free_new_words(PyObject *capsule)
{
    free_workspace(PyCapsule_GetPointer(capsule, NEW_WORDS));
}

/* Return the new words, or None. The workspace goes into them, or back to the scorer. */
static PyObject *hand_over(Scorer *self, Workspace *workspace)
{
    if (!workspace->new_words.strings.n) {
        release_workspace(self, workspace);
        Py_RETURN_NONE;
    }
    release_texts(workspace);
    PyObject *new_words = PyCapsule_New(workspace, NEW_WORDS, free_new_words);
    if (!new_words)
        release_workspace(self, workspace);
    return new_words;
}

PyDoc_STRVAR(score_doc,
             "score(texts, first, last, copies, probabilities, familiarity, n_tokens)\n--\n\n"
             "Score ``texts[first:last]`` into the buffers of all texts.\n\n"
             "Return the words that were not known, for `learn`, or None.");

static PyObject *scorer_score(Scorer *self, PyObject *arguments)
{
    PyObject *list, *result = NULL;
    Py_ssize_t first, last;
    Buffers buffers;
    if (!PyArg_ParseTuple(arguments, "O!nny*w*w*w*", &PyList_Type, &list, &first, &last,
                          &buffers.copies, &buffers.probabilities, &buffers.familiarity,
                          &buffers.n_tokens))
        return NULL;
    Workspace *workspace = NULL;
    if (check_buffers(self, &buffers) && check_range(&buffers, list, first, last) &&
        check_copies(self, &buffers, first, last - first))
        workspace = take_workspace(self, last - first);
    if (workspace) {
        if (read_texts(workspace, list, first, last) &&
            score_texts(self, workspace, &buffers, first))
            result = hand_over(self, workspace);
        else
            release_workspace(self, workspace);
    }
    release_buffers(&buffers);
    return result;
}

PyDoc_STRVAR(learn_doc, "learn(new_words)\n--\n\nLearn words that `score` returned, once.");

static PyObject *scorer_learn(Scorer *self, PyObject *capsule)
{
    Workspace *workspace = check_idle(self) ? PyCapsule_GetPointer(capsule, NEW_WORDS) : NULL;
    if (!workspace)
        return NULL;
    if (workspace->scorer_number != self->number) {
        set_value_error("the new words must be those of this scorer.");
        return NULL;
    }
    if (!learn_words(self, &workspace->new_words))
        return NULL;
    PyCapsule_SetDestructor(capsule, NULL);
    PyCapsule_SetName(capsule, NULL); /* it is used up: no other call finds a pointer in it */
    release_workspace(self, workspace);
    Py_RETURN_NONE;
}

/* ---- the type and the module --------------------------------------------------------------- */

PyDoc_STRVAR(scorer_doc,
             "Scorer(head_bounds, n_copies, intercepts, blocks, familiar,\n"
             "               names_in_any_case, names_in_exact_case, side, cues)\n--\n\n"
             "Score paragraphs with the arrays of a frozen model.");

static PyMethodDef scorer_methods[] = {
    {"learn", (PyCFunction)scorer_learn, METH_O, learn_doc},
    {"forget", (PyCFunction)scorer_forget, METH_NOARGS, forget_doc},
    {"reset_after_fork", (PyCFunction)scorer_reset_after_fork, METH_NOARGS, reset_after_fork_doc},
    {"score", (PyCFunction)scorer_score, METH_VARARGS, score_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef scorer_properties[] = {
    {"size", (getter)scorer_size, NULL, "How many bytes the learned words take up, roughly.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject scorer_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "stance.scoring._scorer.Scorer",
    .tp_doc = scorer_doc,
    .tp_basicsize = sizeof(Scorer),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = scorer_new,
    .tp_dealloc = (destructor)scorer_dealloc,
    .tp_methods = scorer_methods,
    .tp_getset = scorer_properties,
};

PyDoc_STRVAR(list_words_doc, "list_words(new_words)\n--\n\n"
                             "Return words that `score` returned as a list of str.");

static PyObject *list_words(PyObject *Py_UNUSED(module), PyObject *capsule)
{
    const Workspace *workspace = PyCapsule_GetPointer(capsule, NEW_WORDS);
    if (!workspace)
        return NULL;
    const StringTable *strings = &workspace->new_words.strings;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < strings->n; i++) {
        const StringEntry *entry = &strings->entries[i];
        PyObject *word = PyUnicode_DecodeUTF8(strings->bytes + entry->start,
                                              (Py_ssize_t)entry->length, "strict");
        if (!word || PyList_Append(list, word))
            Py_CLEAR(list);
        Py_XDECREF(word);
    }
    return list;
}

static PyMethodDef module_functions[] = {
    {"hash_bytes", hash_bytes, METH_VARARGS, hash_bytes_doc},
    {"word_forms", word_forms, METH_O, word_forms_doc},
    {"list_words", list_words, METH_O, list_words_doc},
    {"word_bounds", word_bounds, METH_O, word_bounds_doc},
    {"may_join", may_join, METH_VARARGS, may_join_doc},
    {"read_records", read_records, METH_VARARGS, read_records_doc},
    {"join_rows", join_rows, METH_VARARGS, join_rows_doc},
    {"plain_cells", plain_cells, METH_VARARGS, plain_cells_doc},
    {"split_texts", split_texts, METH_VARARGS, split_texts_doc},
    {"read_html", read_html, METH_VARARGS, read_html_doc},
    {"paragraph_ids", paragraph_ids, METH_VARARGS, paragraph_ids_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module_definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "stance.scoring._scorer",
    .m_doc = "The compiled scorer.",
    .m_size = -1,
    .m_methods = module_functions,
};

PyMODINIT_FUNC PyInit__scorer(void)
{
    fill_ascii_tables();
    fill_line_ends();
    if (!draw_hash_secret() || PyType_Ready(&scorer_type) || PyType_Ready(&language_table_type))
        return NULL;
    PyObject *module = PyModule_Create(&module_definition);
    if (!module)
        return NULL;
    if (PyModule_AddObjectRef(module, "Scorer", (PyObject *)&scorer_type) ||
        PyModule_AddObjectRef(module, "LanguageTable", (PyObject *)&language_table_type) ||
        PyModule_AddIntMacro(module, MAX_BLOCKS) || PyModule_AddIntMacro(module, MAX_OUTPUTS) ||
        PyModule_AddIntMacro(module, MAX_NGRAM) || PyModule_AddIntMacro(module, MAX_CLASSES) ||
        PyModule_AddIntMacro(module, MAX_WORD_CHARACTERS) ||
        PyModule_AddIntMacro(module, MAX_KIND_CHARACTERS) ||
        PyModule_AddIntMacro(module, MAX_KIND_WORDS) ||
        PyModule_AddIntMacro(module, MAX_WRAP_WIDTH) ||
        PyModule_AddIntMacro(module, MAX_BOILERPLATE) ||
        PyModule_AddIntMacro(module, MAX_BOILERPLATE_LINE) ||
        PyModule_AddIntMacro(module, MAX_HEADLINE)) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
