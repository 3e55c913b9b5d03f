"""Split a text into words, and bring each word into the form in which it is compared.

A *word* is a run of letters, digits and underscores. An apostrophe inside it belongs to it
("don't"); everything else separates words ("cease-fire" is two). In posts, hashtags are split too,
and emoticons, emoji, "!" and "?" are words.

- A *folded* word is in lower case, with straight apostrophes: "DON’T" -> "don't".
- A *stem* is a folded word without its ending: "ceasefires" -> "ceasefir".
- A *bare* word has lost its possessive: "Israel's" -> "Israel".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

WORD: Final = re.compile(r"\w+(?:['’]\w+)*")
"""A word: it contains apostrophes, straight or curly, but does not begin or end with one."""
MAX_WORD_CHARACTERS: Final = 64
"""A longer word is not stemmed, and only its first 64 characters give n-grams.

No English word is that long, and a megabyte without a space must not reach the stemmer. The
compiled scorer uses the same number.
"""
REMEMBERED_WORDS: Final = 65_536
"""How many words are kept with their folded form, stem and names; a month of news has that many."""

_SENTENCE_ENDS: Final = frozenset(".!?;:\n…")
"""What ends a sentence, where it stands between two words."""
# Patterns of rare or many characters take milliseconds to compile, which a start need not wait for;
# `re` remembers them once they are used.
_POST_WORD: Final = rf"""
    \#?{WORD.pattern}                       # a word or a hashtag
    | (?<!\S)                               # an emoticon, with white space or nothing around it:
      (?: [:;=] [-'^]? [)(DPp/|\]\[*]       #     eyes, perhaps a nose, a mouth, as in :) ;-( =D
        | <3 )                              #     or a heart
      (?!\S)
    | !+ | \?+                              # marks of exclamation or question, which make one word
    | [\u2600-\u27bf\U0001f000-\U0001faff]  # an emoji
    """
_POSSESSIVE: Final = re.compile(r"['’][sS]\Z")


def list_words(text: str, *, social_media: bool = False) -> list[str]:
    """List the words that `split_words` yields, without their offsets."""
    if social_media:
        return [word for word, _, _ in split_words(text, social_media=True)]
    return WORD.findall(text)


def split_words(text: str, *, social_media: bool = False) -> Iterator[tuple[str, int, int]]:
    """Yield each word as written, with its start and end in the text.

    Parameters
    ----------
    text : str
        Any text.
    social_media : bool, default=False
        Split hashtags into words, and yield emoticons, emoji, "!" and "?" too. A row of "!" or "?"
        is one word: the first of them, with the offsets of all.

    Examples
    --------
    >>> [word for word, _, _ in split_words("“Don’t stop,” she said; the cease-fire's 3rd day.")]
    ['Don’t', 'stop', 'she', 'said', 'the', 'cease', "fire's", '3rd', 'day']
    >>> list(split_words("#TruceNow!! :)", social_media=True))
    [('Truce', 1, 6), ('Now', 6, 9), ('!', 9, 11), (':)', 12, 14)]
    """
    if not social_media:
        for match in WORD.finditer(text):
            yield match[0], *match.span()
        return
    for match in re.finditer(_POST_WORD, text, re.VERBOSE):
        word, (start, end) = match[0], match.span()
        if word[0] == "#":
            yield from _split_hashtag(text, start + 1, end)
        else:
            yield word[0] if word[0] in "!?" else word, start, end


def ends_sentence(text: str, start: int, end: int) -> bool:
    """Return whether a sentence ends in ``text[start:end]``, which stands between two words.

    >>> [ends_sentence(gap, 0, len(gap)) for gap in (", ", ". ", " … ", "\\n", " - ")]
    [False, True, True, True, False]
    """
    return not _SENTENCE_ENDS.isdisjoint(text[start:end])


def find_sentence_starts(text: str, *, social_media: bool = False) -> list[bool]:
    """Return for each word of `split_words` whether a sentence ends right before it.

    >>> find_sentence_starts("No, she said. No truce!")
    [False, False, False, True, False]
    """
    if not social_media:
        # No word contains the mark of an end, so that the words of each piece can be counted.
        starts: list[bool] = []
        for piece in re.split(f"[{''.join(_SENTENCE_ENDS)}]", text):
            n_words = len(WORD.findall(piece))
            starts += [bool(starts), *[False] * (n_words - 1)] if n_words else []
        return starts
    spans = [(start, end) for _, start, end in split_words(text, social_media=True)]
    gaps = ((end, start) for (_, end), (start, _) in pairwise(spans))
    return [False, *(ends_sentence(text, *gap) for gap in gaps)][: len(spans)]


def _split_hashtag(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield the words of a hashtag; `start` is the offset after its "#".

    >>> [word for word, _, _ in _split_hashtag("NATOWins2day", 0, 12)]
    ['NATO', 'Wins', '2', 'day']
    """
    word_start = start
    for offset in range(start + 1, end):
        if _begins_word(text[offset - 1], text[offset], text[offset + 1 : min(offset + 2, end)]):
            yield text[word_start:offset], word_start, offset
            word_start = offset
    yield text[word_start:end], word_start, end


def _begins_word(before: str, character: str, after: str) -> bool:
    """Return whether a word of a hashtag begins at a character, from its two neighbours.

    A capital begins one if no capital stands before it ("truceNow") or a small letter follows it
    ("NATOWins"); other characters begin one where digits begin or end ("good2day").
    """
    if character.isupper():
        return not before.isupper() or after.islower()
    return character.isdigit() != before.isdigit()


def fold_all(words: Iterable[str]) -> list[str]:
    """Put words in lower case, and curly apostrophes straight.

    >>> fold_all(["DON’T", "Truce"])
    ["don't", 'truce']
    """
    return [word.lower().replace("’", "'") for word in words]


@lru_cache(maxsize=REMEMBERED_WORDS)
def fold(word: str) -> str:
    """Fold one word as `fold_all` does, and remember it."""
    return fold_all([word])[0]


@lru_cache(maxsize=REMEMBERED_WORDS)
def stem(word: str) -> str:
    """Cut the ending of a folded word (Snowball's English stemmer), and remember the stem.

    >>> [stem(word) for word in ("ceasefires", "don't", "calling")]
    ['ceasefir', "don't", 'call']
    """
    return word if len(word) > MAX_WORD_CHARACTERS else str(_load_stemmer().stemWord(word))


def stem_all(words: Sequence[str]) -> list[str]:
    """Cut the endings of folded words as `stem` does, all in one call, remembering none."""
    if max(map(len, words), default=0) <= MAX_WORD_CHARACTERS:
        return list(_load_stemmer().stemWords(words))
    return [stem(word) for word in words]


@lru_cache(maxsize=1)
def _load_stemmer():  # type: ignore[no-untyped-def]  # PyStemmer ships no types
    import Stemmer

    return Stemmer.Stemmer("english", 0)


def bare(word: str) -> str:
    """Cut the possessive of a word as written.

    >>> [bare(word) for word in ("Israel's", "Hamas", "U’S")]
    ['Israel', 'Hamas', 'U']
    """
    return _POSSESSIVE.sub("", word) if word[-1] in "sS" else word


def is_plain(word: str) -> bool:
    """Return whether a folded word counts for familiarity: not a number, not marks only.

    >>> [is_plain(word) for word in ("truce", "3rd", "__", "!")]
    [True, False, False, False]
    """
    return not word[0].isdigit() and (
        word.isalnum() or any(character.isalnum() for character in word)
    )
