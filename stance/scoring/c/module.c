/* The extension module stance.scoring._scorer: scores paragraphs straight from their UTF-8.

   This file has what Python sees. The work is done in the headers, which are included into this one
   translation unit, so that the compiler can inline across all of them and nothing but
   PyInit__scorer is exported. In the order in which a paragraph meets them:

       words.h          finds where words begin and end
       sip_hash.h       hashes what strangers may choose
       string_table.h   turns words into numbers
       names.h          masks the names of sides, which leaves tokens
       trie.h           finds the columns of word n-grams
       bloom_filter.h   rejects most word n-grams that are no feature
       ngram_pool.h     keeps the columns of the character n-grams of each word
       score.h          turns tokens into n-gram counts, logits and probabilities
       buffers.h        fills the paragraph's row of Python's buffers

   blocks.h splits a document of plain paragraphs, before any of this.
   records.h reads the rows of a CSV, before all of it; rows.h writes rows, after it.
   model.h and workspace.h define the data. build.h makes a model from Python's arrays, and learn.h
   adds words to it, in the forms that word_forms.h and stemmer.h give them.
   stance/scoring/compiled.py drives the module and makes sure that no word is learned while
   paragraphs are scored; stance/scoring/_scorer.pyi documents the functions. */

#include "blocks.h"
#include "buffers.h"
#include "build.h"
#include "common.h"
#include "learn.h"
#include "model.h"
#include "records.h"
#include "rows.h"
#include "words.h"
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
    free_strings(&self->words);
    free(self->name_roles);
    free(self->ngrams.items);
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
    self->generation = ++last_generation;
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

PyDoc_STRVAR(forget_doc, "forget()\n--\n\nForget the words that were not met twice since the last call.");

static PyObject *scorer_forget(Scorer *self, PyObject *Py_UNUSED(nothing))
{
    if (!check_idle(self))
        return NULL;
    forget_rare(self);
    self->generation = ++last_generation;
    Py_RETURN_NONE;
}

static PyObject *scorer_size(Scorer *self, void *Py_UNUSED(nothing))
{
    size_t size_of_word = sizeof(StringEntry) + sizeof(StringSlot) + sizeof(NameRoles);
    return PyLong_FromSize_t(self->words.n_bytes + self->words.n * size_of_word +
                             self->ngrams.n * sizeof *self->ngrams.items);
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

/* Score the texts of a workspace, without the GIL, into the rows from `first` on, and describe the
   words that are not known yet. */
static int score_texts(Scorer *self, Workspace *workspace, const Buffers *buffers, Py_ssize_t first)
{
    int ok = 1;
    self->n_running++;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; ok && i < workspace->n_texts; i++)
        ok = score_text(self, workspace, &workspace->texts[i], buffers, first + i);
    ok = ok && describe_words(self, workspace);
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

/* The name of a capsule that owns a workspace with pending paragraphs. */
static const char PENDING[] = "stance.scoring._scorer pending";

static void free_pending(PyObject *capsule)
{
    free_workspace(PyCapsule_GetPointer(capsule, PENDING));
}

/* Return the pending paragraphs, or None. The workspace goes into them, or back to the scorer. */
static PyObject *hand_over(Scorer *self, Workspace *workspace)
{
    if (!workspace->n_pending) {
        release_workspace(self, workspace);
        Py_RETURN_NONE;
    }
    PyObject *pending = PyCapsule_New(workspace, PENDING, free_pending);
    if (!pending)
        release_workspace(self, workspace);
    return pending;
}

PyDoc_STRVAR(score_doc,
             "score(texts, first, last, copies, probabilities, familiarity, n_tokens)\n--\n\n"
             "Score ``texts[first:last]`` into the buffers of all texts.\n\n"
             "Return the paragraphs with words that must be learned first, or None. `learn` takes\n"
             "them, then `score_pending`.");

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

PyDoc_STRVAR(learn_doc, "learn(pending)\n--\n\nLearn the unknown words of pending paragraphs.");

static PyObject *scorer_learn(Scorer *self, PyObject *capsule)
{
    Workspace *workspace = check_idle(self) ? PyCapsule_GetPointer(capsule, PENDING) : NULL;
    if (!workspace)
        return NULL;
    if (workspace->generation != self->generation) {
        set_misfit_error();
        return NULL;
    }
    if (!learn_words(self, workspace))
        return NULL;
    Py_RETURN_NONE;
}

/* Return the workspace of a capsule, which keeps it; NULL with an error set if it does not fit. */
static Workspace *check_pending(const Scorer *self, PyObject *capsule, const Buffers *buffers)
{
    Workspace *workspace = PyCapsule_GetPointer(capsule, PENDING);
    if (!workspace)
        return NULL;
    int ok = workspace->generation == self->generation || set_misfit_error();
    for (size_t i = 0; ok && i < workspace->n_pending; i++) {
        Py_ssize_t row = workspace->pending[i].row;
        ok = row < buffers->n ? check_copies(self, buffers, row, 1) : set_misfit_error();
    }
    return ok ? workspace : NULL;
}

PyDoc_STRVAR(score_pending_doc,
             "score_pending(pending, copies, probabilities, familiarity, n_tokens)\n--\n\n"
             "Score the paragraphs that waited, once, after their words were learned.");

static PyObject *scorer_score_pending(Scorer *self, PyObject *arguments)
{
    PyObject *capsule;
    Buffers buffers;
    if (!PyArg_ParseTuple(arguments, "Oy*w*w*w*", &capsule, &buffers.copies, &buffers.probabilities,
                          &buffers.familiarity, &buffers.n_tokens))
        return NULL;
    Workspace *workspace = NULL;
    if (check_buffers(self, &buffers))
        workspace = check_pending(self, capsule, &buffers);
    if (workspace) {
        PyCapsule_SetDestructor(capsule, NULL);
        PyCapsule_SetName(capsule, NULL); /* it is used up: no other call finds a pointer in it */
        forget_unknown(workspace);
        PendingStatus status = SCORED;
        self->n_running++;
        Py_BEGIN_ALLOW_THREADS
        for (size_t i = 0; status == SCORED && i < workspace->n_pending; i++)
            status = score_paragraph(self, workspace, &workspace->pending[i], &buffers);
        Py_END_ALLOW_THREADS
        self->n_running--;
        release_workspace(self, workspace);
        if (status == OUT_OF_MEMORY)
            PyErr_NoMemory();
        else if (status == NOT_LEARNED)
            set_value_error("the words of pending paragraphs must be learned first.");
    }
    release_buffers(&buffers);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* ---- the type and the module --------------------------------------------------------------- */

PyDoc_STRVAR(scorer_doc, "Scorer(head_bounds, n_copies, intercepts, blocks, familiar,\n"
                         "               names_in_any_case, names_in_exact_case, side, cues)\n--\n\n"
                         "Score paragraphs with the arrays of a frozen model.");

static PyMethodDef scorer_methods[] = {
    {"learn", (PyCFunction)scorer_learn, METH_O, learn_doc},
    {"forget", (PyCFunction)scorer_forget, METH_NOARGS, forget_doc},
    {"reset_after_fork", (PyCFunction)scorer_reset_after_fork, METH_NOARGS, reset_after_fork_doc},
    {"score", (PyCFunction)scorer_score, METH_VARARGS, score_doc},
    {"score_pending", (PyCFunction)scorer_score_pending, METH_VARARGS, score_pending_doc},
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

PyDoc_STRVAR(word_forms_doc, "word_forms(word)\n--\n\n"
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

PyDoc_STRVAR(unknown_words_doc, "unknown_words(pending)\n--\n\n"
                                "Return the words that pending paragraphs wait for.");

static PyObject *unknown_words(PyObject *Py_UNUSED(module), PyObject *capsule)
{
    const Workspace *workspace = PyCapsule_GetPointer(capsule, PENDING);
    if (!workspace)
        return NULL;
    const StringTable *unknown = &workspace->unknown;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < unknown->n; i++) {
        const StringEntry *entry = &unknown->entries[i];
        PyObject *word = PyUnicode_DecodeUTF8(unknown->bytes + entry->start,
                                              (Py_ssize_t)entry->length, "strict");
        if (!word || PyList_Append(list, word))
            Py_CLEAR(list);
        Py_XDECREF(word);
    }
    return list;
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

PyDoc_STRVAR(split_plain_doc,
             "split_plain(text, kind)\n--\n\n"
             "Return starts, ends, kinds (or None) and texts of the blocks of a text of plain\n"
             "paragraphs; None if Python must split it.");

static PyObject *split_plain(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *text, *kind, *result = NULL;
    if (!PyArg_ParseTuple(arguments, "UU", &text, &kind))
        return NULL;
    Blocks blocks;
    BlocksStatus status = ALL_FOUND;
    for (int i = 0; i < N_LISTS; i++)
        if (!(blocks.lists[i] = PyList_New(0)))
            status = FAILED;
    if (status == ALL_FOUND)
        status = find_blocks_of_str(text, kind, &blocks);
    if (status == ALL_FOUND)
        result = PyTuple_Pack(N_LISTS, blocks.lists[STARTS], blocks.lists[ENDS],
                              blocks.lists[KINDS], blocks.lists[TEXTS]);
    else if (status == GIVEN_UP)
        result = Py_NewRef(Py_None);
    free_blocks(&blocks);
    return result;
}

/* Check that a list holds numbers of columns, and return as many new lists; NULL with an error set if
   not. */
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

static PyMethodDef module_functions[] = {
    {"hash_bytes", hash_bytes, METH_VARARGS, hash_bytes_doc},
    {"word_forms", word_forms, METH_O, word_forms_doc},
    {"unknown_words", unknown_words, METH_O, unknown_words_doc},
    {"word_bounds", word_bounds, METH_O, word_bounds_doc},
    {"may_join", may_join, METH_VARARGS, may_join_doc},
    {"read_records", read_records, METH_VARARGS, read_records_doc},
    {"join_rows", join_rows, METH_VARARGS, join_rows_doc},
    {"split_plain", split_plain, METH_VARARGS, split_plain_doc},
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
    if (!draw_hash_secret() || PyType_Ready(&scorer_type))
        return NULL;
    PyObject *module = PyModule_Create(&module_definition);
    if (!module)
        return NULL;
    if (PyModule_AddObjectRef(module, "Scorer", (PyObject *)&scorer_type) ||
        PyModule_AddIntMacro(module, MAX_BLOCKS) || PyModule_AddIntMacro(module, MAX_OUTPUTS) ||
        PyModule_AddIntMacro(module, MAX_NGRAM) || PyModule_AddIntMacro(module, MAX_CLASSES) ||
        PyModule_AddIntMacro(module, MAX_WORD_CHARACTERS) ||
        PyModule_AddIntMacro(module, MAX_KIND_CHARACTERS) ||
        PyModule_AddIntMacro(module, MAX_KIND_WORDS) ||
        PyModule_AddIntMacro(module, MAX_WRAP_WIDTH)) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
