/* A shortcut through the rules of stance/text/paragraphs.py for texts of plain paragraphs.

   The rules live in Python. Here a text is read once, and only tests are made that settle a rule at
   once: as long as no line may be a bullet, heading mark, quotation or wrapped, every line with a
   letter or digit is a block. At the first other line the text is given up, and Python splits it. A
   block that may be a heading, caption, credit or boilerplate is left to stance/text/kinds.py and
   stance/text/boilerplate.py. Tests compare the blocks with Python's. */

#ifndef STANCE_BLOCKS_H
#define STANCE_BLOCKS_H

#include "common.h"
#include "words.h"

/* The limits of stance/text/kinds.py and stance/text/paragraphs.py: no heading, caption or credit
   has more characters, no heading or credit more words, and no wrapped line is wider. */
#define MAX_KIND_CHARACTERS 400
#define MAX_KIND_WORDS 14
#define MAX_WRAP_WIDTH 132

/* Those of stance/text/boilerplate.py: of boilerplate, of such as its beginning does not tell, and
   of a headline. */
#define MAX_BOILERPLATE 300
#define MAX_BOILERPLATE_LINE 120
#define MAX_HEADLINE 200

static uint8_t latin_line_end[256]; /* is_line_end of Latin-1 */

static void fill_line_ends(void)
{
    for (Py_UCS4 point = 0; point < 256; point++)
        latin_line_end[point] = (uint8_t)Py_UNICODE_ISLINEBREAK(point);
}

/* The characters of a str, of 1, 2 or 4 bytes each. */
typedef struct {
    int size;
    const void *data;
    Py_ssize_t length;
} Characters;

/* A line, without white space around it. */
typedef struct {
    Py_ssize_t start, end;
    Py_ssize_t n_words; /* that begin after white space with a letter or digit; none is counted
                           beyond MAX_KIND_WORDS + 1 */
    int has_colon;
    int is_text; /* has a letter or digit */
} Line;

static ALWAYS_INLINE Py_UCS4 character_at(const Characters *text, Py_ssize_t i)
{
    return i < text->length ? PyUnicode_READ(text->size, text->data, i) : 0;
}

/* Whether str.splitlines ends a line here. */
static ALWAYS_INLINE int is_line_end(Py_UCS4 point)
{
    return point < 256 ? latin_line_end[point] : (point | 1) == 0x2029;
}

static ALWAYS_INLINE int is_letter_or_digit(Py_UCS4 point)
{
    return point != '_' && is_word_character(point);
}

/* Read the line that begins at `start`, and return where the next one begins. */
static ALWAYS_INLINE Py_ssize_t read_line(const Characters *text, Py_ssize_t start, Line *line)
{
    Py_ssize_t i = start;
    int after_space = 1;
    *line = (Line){start, start, 0, 0, 0};
    for (; i < text->length && line->n_words <= MAX_KIND_WORDS; i++) {
        Py_UCS4 point = PyUnicode_READ(text->size, text->data, i);
        if (is_line_end(point))
            break;
        line->has_colon |= point == ':';
        if ((after_space || !line->is_text) && is_letter_or_digit(point)) {
            line->n_words += after_space;
            line->is_text = 1;
        }
        after_space = Py_UNICODE_ISSPACE(point);
    }
    for (; i < text->length && !is_line_end(PyUnicode_READ(text->size, text->data, i)); i++)
        line->has_colon |= PyUnicode_READ(text->size, text->data, i) == ':';
    line->end = i;
    while (line->start < i && Py_UNICODE_ISSPACE(character_at(text, line->start)))
        line->start++;
    while (line->end > line->start && Py_UNICODE_ISSPACE(character_at(text, line->end - 1)))
        line->end--;
    int is_two = character_at(text, i) == '\r' && character_at(text, i + 1) == '\n';
    return i + (i < text->length) + is_two;
}

/* Whether a line may begin with a bullet, or the mark of a heading or quotation. A letter or a
   quotation mark begins none, unless it is as in "a)"; nor does a number that no full stop or
   bracket follows. */
static int may_have_mark(const Characters *text, const Line *line)
{
    Py_UCS4 first = character_at(text, line->start), second = character_at(text, line->start + 1);
    if (second == ')')
        return 1;
    if (first >= '0' && first <= '9') {
        Py_UCS4 third = character_at(text, line->start + 2);
        return second == '.' || third == '.' || third == ')';
    }
    return !Py_UNICODE_ISALPHA(first) && first != '"' && first != '\'' && first != 0x201c &&
           first != 0x2018;
}

/* Whether a line with a colon may be a caption: it begins as "Photo:", "Image:" or "Caption:" do,
   or has a colon, with or without white space, before its last full stop or after it. */
static int may_name_photographer(const Characters *text, const Line *line)
{
    Py_UCS4 first = character_at(text, line->start);
    if (first >= 128 || strchr("pPiIcC", (int)first))
        return 1;
    Py_ssize_t i = line->end - 1;
    for (; i > line->start && character_at(text, i) != '.'; i--)
        if (character_at(text, i) == ':')
            return 1;
    Py_UCS4 before = i > line->start ? character_at(text, i - 1) : ':';
    return before == ':' || Py_UNICODE_ISSPACE(before);
}

/* Whether a line ends with a bracket, as "A lamp burns. (Reuters)" does, or the same before a full
   stop. */
static int ends_with_bracket(const Characters *text, const Line *line)
{
    Py_UCS4 last = character_at(text, line->end - 1);
    if (last == '.' && line->end - line->start > 1)
        last = character_at(text, line->end - 2);
    return last == ')' || last == ']';
}

/* Whether a line is too long for a heading or credit, and no caption. */
static int is_plain_paragraph(const Characters *text, const Line *line)
{
    if (line->end - line->start > MAX_KIND_CHARACTERS)
        return 1;
    return line->n_words > MAX_KIND_WORDS && !ends_with_bracket(text, line) &&
           !(line->has_colon && may_name_photographer(text, line));
}

/* The numbers that Python has for what is said of a block's kind. */
typedef struct {
    Py_ssize_t paragraph; /* surely one */
    Py_ssize_t doubtful;  /* one, unless it is boilerplate or a headline */
    Py_ssize_t unnamed;
    PyObject *beginnings; /* a tuple of str, in lower case, with which boilerplate begins */
} Kinds;

/* Whether a line may begin with a str, whatever its case. Beyond ASCII only quotation marks surely
   have no other case that is in ASCII, as the Kelvin sign has. */
static int may_begin_with(const Characters *text, const Line *line, PyObject *beginning)
{
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(beginning); i++) {
        Py_UCS4 point = character_at(text, line->start + i);
        if (point >= 128)
            return point != 0x201c && point != 0x2018;
        if (point >= 'A' && point <= 'Z')
            point |= 0x20;
        if (point != PyUnicode_READ_CHAR(beginning, i))
            return 0;
    }
    return 1;
}

/* Whether a plain paragraph is surely neither boilerplate nor a headline that is repeated. */
static int is_settled(const Characters *text, const Line *line, PyObject *beginnings)
{
    Py_ssize_t length = line->end - line->start;
    if (length > MAX_BOILERPLATE)
        return 1;
    Py_UCS4 first = character_at(text, line->start), last = character_at(text, line->end - 1);
    int ends_sentence = last == '.' || last == '!' || last == '?' || last == '"' || last == 0x201d;
    if (length <= MAX_BOILERPLATE_LINE || (length <= MAX_HEADLINE && !ends_sentence))
        return 0;
    if (first == '(' || (first >= '0' && first <= '9'))
        return 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(beginnings); i++)
        if (may_begin_with(text, line, PyTuple_GET_ITEM(beginnings, i)))
            return 0;
    return 1;
}

static Py_ssize_t find_kind(const Characters *text, const Line *line, const Kinds *kinds)
{
    if (!is_plain_paragraph(text, line))
        return kinds->unnamed;
    return is_settled(text, line, kinds->beginnings) ? kinds->paragraph : kinds->doubtful;
}

/* A block: its characters, and the number of its kind. */
typedef struct {
    int64_t start, end, kind;
} Block;

/* The blocks of many texts. */
typedef struct {
    Block *items;
    size_t n, capacity;
    PyObject *texts; /* a list of the str of each */
} Blocks;

/* Append an object to a list, and give it up; NULL stands for an error that is set. */
static int append_and_release(PyObject *list, PyObject *object)
{
    int ok = object && !PyList_Append(list, object);
    Py_XDECREF(object);
    return ok;
}

/* Append a block, and give its text up. Return 0 with an error set if that fails. */
static int append_text_block(Blocks *blocks, Block block, PyObject *text)
{
    if (!append_and_release(blocks->texts, text))
        return 0;
    if (!RESERVE(blocks->items, blocks->capacity, blocks->n + 1)) {
        PyErr_NoMemory();
        return 0;
    }
    blocks->items[blocks->n++] = block;
    return 1;
}

/* Forget all blocks but the first n. Return 0 with an error set if that fails. */
static int cut_blocks(Blocks *blocks, size_t n)
{
    blocks->n = n;
    return !PyList_SetSlice(blocks->texts, (Py_ssize_t)n, PY_SSIZE_T_MAX, NULL);
}

typedef enum { ALL_FOUND, GIVEN_UP, FAILED } BlocksStatus;

/* Append the blocks of a str, whose characters are `text`. */
static ALWAYS_INLINE BlocksStatus find_blocks(PyObject *str, Characters text, const Kinds *kinds,
                                              Blocks *blocks)
{
    Py_ssize_t n_lines = 0; /* of the group, which a line without letter or digit ends */
    int has_wide_line = 0;
    Line line;
    for (Py_ssize_t start = 0; start < text.length;) {
        start = read_line(&text, start, &line);
        if (line.is_text) {
            if (may_have_mark(&text, &line))
                return GIVEN_UP;
            Block block = {line.start, line.end, find_kind(&text, &line, kinds)};
            if (!append_text_block(blocks, block, PyUnicode_Substring(str, line.start, line.end)))
                return FAILED;
            n_lines++;
            has_wide_line |= line.end - line.start > MAX_WRAP_WIDTH;
        }
        if (!line.is_text || start == text.length) {
            if (n_lines > 1 && !has_wide_line)
                return GIVEN_UP;
            n_lines = has_wide_line = 0;
        }
    }
    return ALL_FOUND;
}

/* As above, compiled once per size of characters, so that the innermost loops need not ask. */
static BlocksStatus find_blocks_of_str(PyObject *str, const Kinds *kinds, Blocks *blocks)
{
    const void *data = PyUnicode_DATA(str);
    Py_ssize_t length = PyUnicode_GET_LENGTH(str);
    switch (PyUnicode_KIND(str)) {
    case PyUnicode_1BYTE_KIND:
        return find_blocks(str, (Characters){PyUnicode_1BYTE_KIND, data, length}, kinds, blocks);
    case PyUnicode_2BYTE_KIND:
        return find_blocks(str, (Characters){PyUnicode_2BYTE_KIND, data, length}, kinds, blocks);
    default:
        return find_blocks(str, (Characters){PyUnicode_4BYTE_KIND, data, length}, kinds, blocks);
    }
}

#endif
