/* A shortcut through the rules of stance/text/html.py: HTML becomes text, and each piece of that
   keeps its place in the source.

   The rules live in Python, as regular expressions. Here a text is read once, and each tag, entity
   and run of white space is found as they find it. A text where that is in doubt is given up: in a
   name they may take other letters than ASCII for ASCII's (the Kelvin sign for a k). Python hands
   over what each tag becomes, and what decodes entities. Tests compare the results.

   Example: "<p>Stop &amp; talk" becomes three pieces,

       "\n\n"      of source 0 to 3
       "Stop "     of source 3 to 8
       "&"         of source 8 to 13
       " talk"     of source 13 to 18 */

#ifndef STANCE_HTML_H
#define STANCE_HTML_H

#include "blocks.h"
#include "build.h"
#include "common.h"

#define MAX_TAG_NAME 16 /* characters; no name of the tables is longer */
#define MAX_UNREAD 16   /* kinds of elements that are not read; the last one is comments */
#define COMMENT (MAX_UNREAD - 1)

#define NO_CLOSING (-1)
#define UNSURE_CLOSING (-2)

/* The next end of an element that is not read, so that it is not searched for again. */
typedef struct {
    int is_known;
    Py_ssize_t start, end; /* NO_CLOSING if there is none */
} Closing;

/* A piece of the text: where it begins, and the span of the source that it stands for. */
typedef struct {
    int64_t start, source_start, source_end;
} HtmlPiece;

typedef struct {
    Characters source;
    Py_ssize_t end;     /* of the part that is read */
    PyObject *tags;     /* what a tag becomes, by its name with "/" before that of an end */
    PyObject *unread;   /* numbers of elements that are not read, by name */
    PyObject *unescape; /* what decodes an entity */
    int joins_lines;    /* there are tags of blocks: line breaks are spaces */
    Closing closings[MAX_UNREAD];
    Py_UCS4 *text;
    size_t n, capacity;
    HtmlPiece *pieces;
    size_t n_pieces, pieces_capacity;
} HtmlReader;

/* What begins at a character. */
typedef enum {
    NO_TOKEN,
    TAG,    /* becomes `replacement` */
    UNREAD, /* the beginning of an element that is left out */
    ENTITY,
    SPACE,
    UNSURE,   /* only Python knows */
    NOT_READ, /* an error is set */
} HtmlTokenKind;

typedef struct {
    HtmlTokenKind kind;
    Py_ssize_t end;
    PyObject *replacement;       /* borrowed from `tags`; NULL if it becomes nothing */
    int element;                 /* number of an element that is left out */
    char name[MAX_TAG_NAME + 2]; /* of that, in lower case */
} HtmlToken;

/* A token that needs no name. */
static HtmlToken make_token(HtmlTokenKind kind, Py_ssize_t end)
{
    return (HtmlToken){kind, end, NULL, COMMENT, ""};
}

/* Return a character of the part that is read; 0, which begins nothing, after it. */
static ALWAYS_INLINE Py_UCS4 html_character(const HtmlReader *reader, Py_ssize_t i)
{
    return i < reader->end ? PyUnicode_READ(reader->source.size, reader->source.data, i) : 0;
}

static int is_ascii_letter(Py_UCS4 point)
{
    return (point | 0x20) - 'a' < 26 && point < 128;
}

static int is_ascii_digit(Py_UCS4 point)
{
    return point - '0' < 10;
}

static int is_hex_digit(Py_UCS4 point)
{
    return is_ascii_digit(point) || (is_ascii_letter(point) && (point | 0x20) <= 'f');
}

static int is_letter_or_digit_of_ascii(Py_UCS4 point)
{
    return is_ascii_letter(point) || is_ascii_digit(point);
}

/* Whether letters of the source, from `i` on, are those of a string in lower case. */
static int is_at(const HtmlReader *reader, Py_ssize_t i, const char *lower)
{
    for (; *lower; i++, lower++) {
        Py_UCS4 point = character_at(&reader->source, i);
        if ((is_ascii_letter(point) ? point | 0x20 : point) != (unsigned char)*lower)
            return 0;
    }
    return 1;
}

/* ---- tags ----------------------------------------------------------------------------------- */

/* Return where the next "<" or ">" is, or the end. */
static Py_ssize_t find_bracket(const HtmlReader *reader, Py_ssize_t i)
{
    while (i < reader->end && html_character(reader, i) != '<' && html_character(reader, i) != '>')
        i++;
    return i;
}

/* Return where a tag ends that has attributes from `start` on; -1 if it does not end, or has a
   quotation that is not closed before the next "<". */
static Py_ssize_t skip_quoted_attributes(const HtmlReader *reader, Py_ssize_t start)
{
    for (Py_ssize_t i = start; i < reader->end; i++) {
        Py_UCS4 point = html_character(reader, i);
        if (point == '>')
            return i + 1;
        if (point == '<')
            return -1;
        if (point != '"' && point != '\'')
            continue;
        do
            i++;
        while (i < reader->end && html_character(reader, i) != point &&
               html_character(reader, i) != '<');
        if (html_character(reader, i) != point)
            return -1;
    }
    return -1;
}

/* Return where a tag ends whose name ends at `i` (_ATTRIBUTES in Python, and ">"); -1 if it does
   not end. */
static Py_ssize_t skip_attributes(const HtmlReader *reader, Py_ssize_t i)
{
    Py_UCS4 point = html_character(reader, i);
    if (point == '>')
        return i + 1;
    if (point == '/')
        return html_character(reader, i + 1) == '>' ? i + 2 : -1;
    if (i >= reader->end || !Py_UNICODE_ISSPACE(point))
        return -1;
    Py_ssize_t end = skip_quoted_attributes(reader, i + 1);
    if (end >= 0)
        return end;
    i = find_bracket(reader, i + 1);
    return html_character(reader, i) == '>' ? i + 1 : -1;
}

/* Read "<!--", "<!doctype html>", "<?xml ... ?>" and the like. */
static HtmlToken read_declaration(const HtmlReader *reader, Py_ssize_t start)
{
    static const char data[] = "<![cdata[";
    Py_ssize_t n_data = sizeof data - 1;
    Py_UCS4 next = html_character(reader, start + 2);
    if (start + 4 <= reader->end && is_at(reader, start, "<!--"))
        return make_token(UNREAD, start + 4);
    if (start + n_data <= reader->end && is_at(reader, start, data))
        return make_token(TAG, start + n_data);
    if (html_character(reader, start + 1) == '!' && !is_ascii_letter(next))
        return make_token(next >= 128 && is_word_character(next) ? UNSURE : NO_TOKEN, start);
    Py_ssize_t end = find_bracket(reader, start + 2);
    return make_token(html_character(reader, end) == '>' ? TAG : NO_TOKEN, end + 1);
}

/* Return the kind of a tag by its name, which begins with "/" where an element ends; NO_TOKEN if
   the tables lack it. */
static HtmlToken look_up_tag(const HtmlReader *reader, const char *name, Py_ssize_t length)
{
    HtmlToken token = make_token(NO_TOKEN, 0);
    PyObject *key = PyUnicode_FromStringAndSize(name, length);
    PyObject *element = key ? PyDict_GetItemWithError(reader->unread, key) : NULL;
    token.replacement = key ? PyDict_GetItemWithError(reader->tags, key) : NULL;
    if (token.replacement)
        token.kind = TAG;
    if (element) {
        token.kind = UNREAD;
        token.element = (int)PyLong_AsLong(element);
        memcpy(token.name, name, (size_t)length + 1);
        if (token.element < 0 || token.element >= COMMENT)
            PyErr_SetString(PyExc_ValueError, "`unread` must hold numbers from 0 to 14.");
    }
    if (token.replacement && !PyUnicode_Check(token.replacement))
        PyErr_SetString(PyExc_TypeError, "`tags` must hold str.");
    Py_XDECREF(key);
    if (PyErr_Occurred())
        token.kind = NOT_READ;
    return token;
}

/* Read what may be a tag, from its "<" on. */
static HtmlToken read_tag(const HtmlReader *reader, Py_ssize_t start)
{
    char name[MAX_TAG_NAME + 3];
    Py_ssize_t i = start + 1, length = 0, first_mark = 0;
    Py_UCS4 point = html_character(reader, i);
    if (point == '!' || point == '?')
        return read_declaration(reader, start);
    if (point == '/')
        name[length++] = (char)html_character(reader, i++);
    Py_ssize_t name_start = i;
    for (; i < reader->end; i++) {
        point = html_character(reader, i);
        int is_mark = point == '-' || point == ':';
        if (!is_mark && !is_word_character(point))
            break;
        if (point >= 128)
            return make_token(UNSURE, start);
        if (is_mark && !first_mark)
            first_mark = i;
        if (length <= MAX_TAG_NAME + 1)
            name[length++] = (char)(point | (is_ascii_letter(point) ? 0x20 : 0));
    }
    Py_ssize_t end = i > name_start ? skip_attributes(reader, i) : -1;
    if (end < 0)
        return make_token(NO_TOKEN, start);
    name[length] = '\0';
    HtmlToken token = length <= MAX_TAG_NAME + 1 ? look_up_tag(reader, name, length)
                                                 : make_token(NO_TOKEN, 0);
    if (token.kind == NO_TOKEN && first_mark > name_start && first_mark + 1 < i)
        token.kind = TAG; /* of somebody's own, as "o:p" */
    token.end = end;
    return token;
}

/* ---- entities and white space --------------------------------------------------------------- */

/* Read what may be an entity, from its "&" on: "&amp;", "&#38;", "&#x26;". */
static HtmlToken read_entity(const HtmlReader *reader, Py_ssize_t start)
{
    Py_ssize_t i = start + 1, least = 2, most = 32;
    int (*is_part)(Py_UCS4) = is_letter_or_digit_of_ascii;
    if (html_character(reader, i) == '#') {
        int is_hex = (html_character(reader, ++i) | 0x20) == 'x';
        i += is_hex;
        least = 1;
        most = is_hex ? 6 : 7;
        is_part = is_hex ? is_hex_digit : is_ascii_digit;
    } else if (is_ascii_digit(html_character(reader, i)))
        return make_token(NO_TOKEN, start);
    Py_ssize_t first = i;
    while (is_part(html_character(reader, i)))
        i++;
    Py_UCS4 after = html_character(reader, i);
    if (after >= 128 && is_word_character(after))
        return make_token(UNSURE, start);
    int is_whole = after == ';' && i - first >= least && i - first <= most;
    return make_token(is_whole ? ENTITY : NO_TOKEN, i + 1);
}

/* Read white space: all of it is a token, unless it is a single space, which stays as it is. */
static HtmlToken read_space(const HtmlReader *reader, Py_ssize_t start)
{
    Py_ssize_t i = start + 1;
    while (i < reader->end && Py_UNICODE_ISSPACE(html_character(reader, i)))
        i++;
    int is_single = i == start + 1 && html_character(reader, start) == ' ';
    return make_token(is_single ? NO_TOKEN : SPACE, i);
}

/* Whether white space has a blank line (_BLANK_LINE in Python): two line feeds, or two returns
   without a line feed between them. */
static int has_blank_line(const HtmlReader *reader, Py_ssize_t start, Py_ssize_t end)
{
    int n_feeds = 0, n_returns = 0;
    for (Py_ssize_t i = start; i < end; i++) {
        Py_UCS4 point = html_character(reader, i);
        n_feeds += point == '\n';
        n_returns = point == '\n' ? 0 : n_returns + (point == '\r');
        if (n_feeds == 2 || n_returns == 2)
            return 1;
    }
    return 0;
}

static HtmlToken read_token(const HtmlReader *reader, Py_ssize_t i)
{
    Py_UCS4 point = html_character(reader, i);
    if (point == '<')
        return read_tag(reader, i);
    if (point == '&')
        return read_entity(reader, i);
    if (point == ']')
        return make_token(i + 3 <= reader->end && is_at(reader, i, "]]>") ? TAG : NO_TOKEN, i + 3);
    return Py_UNICODE_ISSPACE(point) ? read_space(reader, i) : make_token(NO_TOKEN, i);
}

/* ---- elements that are not read ------------------------------------------------------------- */

/* Return where the end of an element ends, "-->" of a comment or "</script >", that begins at `i`;
   NO_CLOSING if it does not begin there, UNSURE_CLOSING if only Python knows. */
static Py_ssize_t read_closing(const HtmlReader *reader, const HtmlToken *token, Py_ssize_t i)
{
    if (token->element == COMMENT)
        return is_at(reader, i, "-->") ? i + 3 : NO_CLOSING;
    if (!is_at(reader, i, "</"))
        return NO_CLOSING;
    i += 2;
    for (const char *letter = token->name; *letter; letter++, i++)
        if (!is_at(reader, i, (char[]){*letter, '\0'})) {
            Py_UCS4 other = character_at(&reader->source, i);
            return other >= 128 && is_word_character(other) ? UNSURE_CLOSING : NO_CLOSING;
        }
    while (Py_UNICODE_ISSPACE(character_at(&reader->source, i)))
        i++;
    return character_at(&reader->source, i) == '>' ? i + 1 : NO_CLOSING;
}

/* Find the first end of an element from `i` on. Return 0 if only Python knows. */
static int find_closing(const HtmlReader *reader, const HtmlToken *token, Py_ssize_t i,
                        Closing *closing)
{
    *closing = (Closing){1, NO_CLOSING, NO_CLOSING};
    for (; i < reader->source.length; i++) {
        Py_ssize_t end = read_closing(reader, token, i);
        if (end == UNSURE_CLOSING)
            return 0;
        if (end != NO_CLOSING) {
            *closing = (Closing){1, i, end};
            return 1;
        }
    }
    return 1;
}

/* Return where an element ends that is not read; where nothing ends it, it is only its tag. Return
   UNSURE_CLOSING if only Python knows. */
static Py_ssize_t skip_element(HtmlReader *reader, const HtmlToken *token)
{
    Closing *closing = &reader->closings[token->element];
    int is_behind = closing->end >= 0 && closing->start < token->end;
    if ((!closing->is_known || is_behind) && !find_closing(reader, token, token->end, closing))
        return UNSURE_CLOSING;
    return closing->end >= 0 ? closing->end : token->end;
}

/* ---- pieces --------------------------------------------------------------------------------- */

/* Make room for a piece, and note it unless it is empty. Return 0 with an error set if there is no
   memory. */
static int add_piece(HtmlReader *reader, Py_ssize_t n, Py_ssize_t source_start,
                     Py_ssize_t source_end)
{
    if (!RESERVE(reader->text, reader->capacity, reader->n + (size_t)n) ||
        !RESERVE(reader->pieces, reader->pieces_capacity, reader->n_pieces + 1))
        return set_memory_error();
    reader->pieces[reader->n_pieces] =
        (HtmlPiece){(int64_t)reader->n, source_start, source_end};
    reader->n_pieces += n > 0;
    return 1;
}

static int append_copy(HtmlReader *reader, Py_ssize_t start, Py_ssize_t end)
{
    if (start >= end)
        return 1;
    if (!add_piece(reader, end - start, start, end))
        return 0;
    for (Py_ssize_t i = start; i < end; i++)
        reader->text[reader->n++] = html_character(reader, i);
    return 1;
}

/* Append a str, as Python should have given it. */
static int append_replacement(HtmlReader *reader, PyObject *str, Py_ssize_t source_start,
                              Py_ssize_t source_end)
{
    Py_ssize_t n = PyUnicode_GetLength(str); /* -1 with an error set for anything else */
    if (n < 0 || !add_piece(reader, n, source_start, source_end))
        return 0;
    for (Py_ssize_t i = 0; i < n; i++)
        reader->text[reader->n++] = PyUnicode_READ_CHAR(str, i);
    return 1;
}

static int append_ascii(HtmlReader *reader, const char *string, Py_ssize_t source_start,
                        Py_ssize_t source_end)
{
    if (!add_piece(reader, (Py_ssize_t)strlen(string), source_start, source_end))
        return 0;
    while (*string)
        reader->text[reader->n++] = (unsigned char)*string++;
    return 1;
}

static int append_entity(HtmlReader *reader, Py_ssize_t start, Py_ssize_t end)
{
    char entity[40]; /* has at most 34 characters, all of ASCII */
    for (Py_ssize_t i = start; i < end; i++)
        entity[i - start] = (char)html_character(reader, i);
    PyObject *str = PyUnicode_FromStringAndSize(entity, end - start);
    PyObject *decoded = str ? PyObject_CallOneArg(reader->unescape, str) : NULL;
    int ok = decoded && append_replacement(reader, decoded, start, end);
    Py_XDECREF(decoded);
    Py_XDECREF(str);
    return ok;
}

/* Append what a token becomes, that begins at `start` and stands for the source up to `end`. */
static int append_token(HtmlReader *reader, const HtmlToken *token, Py_ssize_t start,
                        Py_ssize_t end)
{
    if (token->kind == ENTITY)
        return append_entity(reader, start, end);
    if (token->kind == SPACE && !reader->joins_lines)
        return append_copy(reader, start, end);
    if (token->kind == SPACE)
        return append_ascii(reader, has_blank_line(reader, start, end) ? "\n\n" : " ", start, end);
    if (token->kind == TAG && token->replacement)
        return append_replacement(reader, token->replacement, start, end);
    return 1;
}

/* Return where the next character is that may begin a token, or the end. */
static Py_ssize_t skip_plain(const HtmlReader *reader, Py_ssize_t i)
{
    for (; i < reader->end; i++) {
        Py_UCS4 point = html_character(reader, i);
        if (point == '<' || point == '&' || point == ']' || Py_UNICODE_ISSPACE(point))
            break;
    }
    return i;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Read the part from `start` on. Return 1, 0 if only Python can, or -1 with an error set. */
static int read_part(HtmlReader *reader, Py_ssize_t start)
{
    Py_ssize_t kept = start; /* what stands before it was appended, or is left out */
    for (Py_ssize_t i = skip_plain(reader, start); i < reader->end; i = skip_plain(reader, i)) {
        HtmlToken token = read_token(reader, i);
        if (token.kind == UNSURE)
            return 0;
        if (token.kind == NOT_READ)
            return -1;
        if (token.kind == NO_TOKEN) {
            i++;
            continue;
        }
        if (i >= kept) { /* else it is in an element that is not read */
            Py_ssize_t end = token.kind == UNREAD ? skip_element(reader, &token) : token.end;
            if (end < 0)
                return 0;
            if (!append_copy(reader, kept, i) || !append_token(reader, &token, i, end))
                return -1;
            kept = end;
        }
        i = token.end;
    }
    return append_copy(reader, kept, reader->end) ? 1 : -1;
}

/* Look for a tag that becomes something, as those of blocks do, anywhere in the source. Return 1 if
   that is known, 0 if only Python knows, or -1 with an error set. */
static int find_block_tag(HtmlReader *reader)
{
    reader->end = reader->source.length;
    for (Py_ssize_t i = 0; i < reader->end && !reader->joins_lines; i++) {
        if (html_character(reader, i) != '<')
            continue;
        HtmlToken token = read_tag(reader, i);
        if (token.kind >= UNSURE)
            return token.kind == UNSURE ? 0 : -1;
        reader->joins_lines = token.replacement && PyUnicode_GET_LENGTH(token.replacement);
    }
    return 1;
}

#endif
