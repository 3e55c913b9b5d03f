/* The forms in which a word is compared: folded, bare and stemmed.

   The rules are those of stance/text/words.py, and tests compare the two. Whatever differs between
   versions of Unicode is asked of the interpreter's own tables, one character at a time. The few
   words whose lower case is more than that of their characters are put in lower case by Python. */

#ifndef STANCE_WORD_FORMS_H
#define STANCE_WORD_FORMS_H

#include "common.h"
#include "model.h"
#include "stemmer.h"
#include "words.h"

/* Lower case depends on the neighbours of the one (a Greek word has another sigma at its end), and
   makes two characters of the other (i and a dot). No other character is like them, in any Python
   so far. */
#define CAPITAL_SIGMA 0x3a3
#define CAPITAL_I_WITH_DOT 0x130

static int is_lowered_by_python(uint32_t point)
{
    return point == CAPITAL_SIGMA || point == CAPITAL_I_WITH_DOT;
}

/* Return the lower case of any other character. */
static ALWAYS_INLINE uint32_t lower_character(uint32_t point)
{
    if (point < 128) /* most are; nothing need be asked */
        return point | (point >= 'A' && point <= 'Z' ? 'a' - 'A' : 0);
    return Py_UNICODE_TOLOWER((Py_UCS4)point);
}

/* Bytes of UTF-8, which need not be NULL-terminated. */
typedef struct {
    const char *bytes;
    size_t length;
} Utf8;

/* A folded word, in memory that is used again for the next one. */
typedef struct {
    char *bytes;
    size_t length, capacity;
    uint32_t characters[MAX_WORD_CHARACTERS]; /* the first ones, as code points */
    size_t n_characters;                      /* of the whole word */
} FoldedWord;

/* The memory in which words are folded. */
typedef struct {
    FoldedWord whole, bare;
} FoldingRoom;

static void free_folding_room(FoldingRoom *room)
{
    free(room->whole.bytes);
    free(room->bare.bytes);
    memset(room, 0, sizeof *room);
}

/* Write a code point as UTF-8; return how many bytes that took. */
static size_t encode(uint32_t point, char *bytes)
{
    size_t n_more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n_more; i > 0; i--, point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3f));
    bytes[0] = (char)(leads[n_more] | point);
    return n_more + 1;
}

/* Append the characters of a word, each in lower case and apostrophes straight. Return 0 at one
   that only Python can put in lower case, -1 if there is no memory. */
static int fold_characters(Utf8 word, FoldedWord *folded)
{
    const unsigned char *cursor = (const unsigned char *)word.bytes, *end = cursor + word.length;
    folded->length = folded->n_characters = 0;
    if (!RESERVE(folded->bytes, folded->capacity, 2 * word.length)) /* no character grows more */
        return -1;
    for (size_t length; cursor < end; cursor += length, folded->n_characters++) {
        uint32_t point = decode(cursor, end, &length);
        if (is_lowered_by_python(point))
            return 0;
        point = is_apostrophe(point) ? '\'' : lower_character(point);
        if (folded->n_characters < MAX_WORD_CHARACTERS)
            folded->characters[folded->n_characters] = point;
        folded->length += encode(point, folded->bytes + folded->length);
    }
    return 1;
}

/* Fold a word of which Python knows the lower case, with the GIL or without. Return 0 if there is
   no memory. */
static int fold_by_python(Utf8 word, FoldedWord *folded)
{
    Py_ssize_t length;
    const char *bytes = NULL;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *str = PyUnicode_DecodeUTF8(word.bytes, (Py_ssize_t)word.length, "surrogatepass");
    PyObject *lower = str ? PyObject_CallMethod(str, "lower", NULL) : NULL;
    if (lower)
        bytes = PyUnicode_AsUTF8AndSize(lower, &length);
    int ok = bytes && fold_characters((Utf8){bytes, (size_t)length}, folded) > 0;
    Py_XDECREF(lower);
    Py_XDECREF(str);
    PyErr_Clear();
    PyGILState_Release(state);
    return ok;
}

/* Put a word in lower case, and its apostrophes straight. Return 0 if there is no memory. */
static int fold_word(Utf8 word, FoldedWord *folded)
{
    int status = fold_characters(word, folded);
    return status ? status > 0 : fold_by_python(word, folded);
}

/* Return a word as written without its possessive: "s" after an apostrophe, straight or curly. */
static Utf8 cut_possessive(Utf8 word)
{
    static const char *const endings[] = {"'s", "'S", "\xe2\x80\x99s", "\xe2\x80\x99S"};
    for (size_t i = 0; i < LENGTH_OF(endings); i++) {
        size_t length = strlen(endings[i]);
        if (word.length >= length && !memcmp(word.bytes + word.length - length, endings[i], length))
            return (Utf8){word.bytes, word.length - length};
    }
    return word;
}

/* Return the stem of a folded word. Its bytes lie in `room`, or are those of the word itself, which
   is not stemmed if it is too long. */
static Utf8 stem_word(const FoldedWord *folded, char room[4 * MAX_WORD_CHARACTERS])
{
    uint32_t letters[MAX_WORD_CHARACTERS];
    size_t n = folded->n_characters, n_bytes = 0;
    if (n > MAX_WORD_CHARACTERS)
        return (Utf8){folded->bytes, folded->length};
    memcpy(letters, folded->characters, n * sizeof *letters);
    Stem stem = stem_letters(letters, n);
    for (size_t i = 0; i < stem.n; i++)
        n_bytes += encode(stem.letters[i], room + n_bytes);
    return (Utf8){room, n_bytes};
}

/* Whether a folded word counts for familiarity: not a number, not marks only. */
static int is_plain_word(const FoldedWord *folded)
{
    const unsigned char *start = (const unsigned char *)folded->bytes;
    const unsigned char *end = start + folded->length, *cursor = start;
    size_t length;
    if (start == end || Py_UNICODE_ISDIGIT((Py_UCS4)decode(start, end, &length)))
        return 0;
    for (; cursor < end; cursor += length)
        if (Py_UNICODE_ISALNUM((Py_UCS4)decode(cursor, end, &length)))
            return 1;
    return 0;
}

/* Whether a word has at most `most` characters. */
static int is_short_word(Utf8 word, size_t most)
{
    const unsigned char *cursor = (const unsigned char *)word.bytes, *end = cursor + word.length;
    size_t n = 0;
    for (size_t length; cursor < end && n <= most; cursor += length, n++)
        decode(cursor, end, &length);
    return n <= most;
}

#endif
