/* Where words begin and end in UTF-8, and what may stand between two words of one name.

   The rules are those of the regular expressions in stance/text/words.py (WORD) and
   stance/text/names.py (_JOINT, _AFTER_ABBREVIATION); where sentences end is that of
   stance/text/words.py (_SENTENCE_END). Tests compare both at every code point. */

#ifndef STANCE_WORDS_H
#define STANCE_WORDS_H

#include "common.h"

#define NO_CHARACTER 0xfffd /* U+FFFD, which is no part of a word and no space */

typedef struct {
    const unsigned char *start, *end;
    int begins_sentence; /* a sentence ends between the word before and this one */
} Span;

#define ELLIPSIS 0x2026

static uint8_t ascii_word[128];         /* is_word_character of ASCII */
static uint8_t ascii_sentence_end[128]; /* ends_sentence of ASCII */

static void fill_ascii_tables(void)
{
    for (Py_UCS4 point = 0; point < 128; point++)
        ascii_word[point] = point == '_' || Py_UNICODE_ISALNUM(point);
    for (const char *mark = ".!?;:\n"; *mark; mark++)
        ascii_sentence_end[(unsigned char)*mark] = 1;
}

/* Decode the character at `cursor`, before `end`, and set `length` to the number of its bytes. A
   byte that is not part of valid UTF-8 is one NO_CHARACTER. Surrogates may be encoded, as three
   bytes. */
static uint32_t decode(const unsigned char *cursor, const unsigned char *end, size_t *length)
{
    /* By n_more; a smaller point is overlong. */
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    uint32_t lead = *cursor;
    *length = 1;
    if (lead < 0x80)
        return lead;
    size_t n_more = (lead >> 5) == 6 ? 1 : (lead >> 4) == 14 ? 2 : (lead >> 3) == 30 ? 3 : 0;
    if (!n_more || (size_t)(end - cursor) <= n_more)
        return NO_CHARACTER;
    uint32_t point = lead & (0x3f >> n_more);
    for (size_t i = 1; i <= n_more; i++) {
        if ((cursor[i] & 0xc0) != 0x80)
            return NO_CHARACTER;
        point = point << 6 | (cursor[i] & 0x3f);
    }
    if (point < smallest[n_more] || point > 0x10ffff)
        return NO_CHARACTER;
    *length = n_more + 1;
    return point;
}

/* Whether \w matches: asks the interpreter's own tables, as the module re does. */
static int is_word_character(uint32_t point)
{
    return point < 128 ? ascii_word[point] : Py_UNICODE_ISALNUM((Py_UCS4)point);
}

static int is_apostrophe(uint32_t point)
{
    return point == '\'' || point == 0x2019;
}

/* Return the end of the word characters that begin at `cursor`; `cursor` if there are none. */
static ALWAYS_INLINE const unsigned char *skip_word_characters(const unsigned char *cursor,
                                                               const unsigned char *end)
{
    for (size_t length;; cursor += length) {
        while (cursor < end && *cursor < 0x80 && ascii_word[*cursor])
            cursor++;
        if (cursor == end || *cursor < 0x80 || !is_word_character(decode(cursor, end, &length)))
            return cursor;
    }
}

/* Return where the next word begins, or `end`; set `ends_sentence` to whether a sentence ends
   before that. */
static ALWAYS_INLINE const unsigned char *
skip_to_word(const unsigned char *cursor, const unsigned char *end, int *ends_sentence)
{
    int is_end = 0;
    for (size_t length;; cursor += length) {
        while (cursor < end && *cursor < 0x80 && !ascii_word[*cursor])
            is_end |= ascii_sentence_end[*cursor++];
        if (cursor == end || *cursor < 0x80)
            break;
        uint32_t point = decode(cursor, end, &length);
        if (is_word_character(point))
            break;
        is_end |= point == ELLIPSIS;
    }
    *ends_sentence = is_end;
    return cursor;
}

/* Find the next word from `cursor` on: runs of word characters joined by single apostrophes
   (don't). Return 0 if there is none. The search goes on at `word->end`. */
static int next_word(const unsigned char *cursor, const unsigned char *end, Span *word)
{
    word->start = skip_to_word(cursor, end, &word->begins_sentence);
    if (word->start == end)
        return 0;
    word->end = skip_word_characters(word->start, end);
    while (word->end < end && (*word->end == '\'' || *word->end >= 0x80)) {
        size_t length;
        if (!is_apostrophe(decode(word->end, end, &length)))
            break;
        const unsigned char *after = word->end + length;
        const unsigned char *run_end = skip_word_characters(after, end);
        if (run_end == after)
            break;
        word->end = run_end;
    }
    return 1;
}

/* Whether all characters are white space, and there is one. */
static int is_space(const unsigned char *cursor, const unsigned char *end)
{
    if (cursor == end)
        return 0;
    for (size_t length; cursor < end; cursor += length)
        if (!Py_UNICODE_ISSPACE((Py_UCS4)decode(cursor, end, &length)))
            return 0;
    return 1;
}

/* Whether what stands between two words may stand inside a name: white space (South Sudan), one
   mark (Ben-Gvir, U.S), an apostrophe and white space, and after a short word a full stop and white
   space (St. Petersburg). */
static int is_joint(const unsigned char *cursor, const unsigned char *end, int after_short)
{
    size_t length;
    if (cursor >= end)
        return 0;
    uint32_t first = decode(cursor, end, &length);
    int is_hyphen = first == '-' || first == 0x2010 || first == 0x2011;
    const unsigned char *rest = cursor + length;
    if (rest == end && (is_hyphen || first == '.' || is_apostrophe(first)))
        return 1;
    if (is_apostrophe(first) || (first == '.' && after_short))
        return is_space(rest, end);
    return is_space(cursor, end);
}

#endif
