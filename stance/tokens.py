"""Turn a paragraph into tokens: words, stems, names of the sides masked.

A token keeps its place: ``text[token.start:token.end]`` is what stood in the user's own text. Training and scoring share
this module, so they cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

SIDE: Final = "‹side›"
"""What stands in place of the name of a side. The quotation marks keep it apart from every word of a text."""

# A word may hold apostrophes, straight or curly, but not begin or end with one: don't, O’Brien, Hamas' -> Hamas.
_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")
_POSSESSIVE: Final = re.compile(r"['’][sS]\Z")
# What else speaks in a post: emoticons, marks of exclamation and question, emoji.
_SOCIAL: Final = re.compile(r"#?\w+(?:['’]\w+)*|(?<!\S)(?:[:;=][-'^]?[)(DPp/|\]\[*]|<3)(?!\S)|!+|\?+|[\u2600-\u27bf\U0001f000-\U0001faff]")
# The parts of one name are joined by white space, one hyphen, apostrophe or full stop: South Sudan, Ben-Gvir, U.S; a full
# stop and a space only after an initial or "St".
_JOINT: Final = re.compile(r"['’]?\s+|[-‐‑.'’]")
_ABBREVIATED: Final = re.compile(r"\.\s+")


class Token(NamedTuple):
    """A word of a paragraph, or the name of a side.

    Attributes
    ----------
    word, stem : str
        The word in lower case, and without its ending; both are `SIDE` for the name of a side.
    start, end : int
        Character offsets into the paragraph, end exclusive.
    """

    word: str
    stem: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower a word; a curly apostrophe counts as a straight one.

    >>> fold("DON’T")
    "don't"
    """
    return word.lower().replace("’", "'")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Cut the ending of a folded word (Snowball's English stemmer).

    >>> [stem(word) for word in ("ceasefires", "don't", "calling")]
    ['ceasefir', "don't", 'call']
    """
    # Nothing that long is an English word, and a stemmer need not see a megabyte without a space.
    return word if len(word) > 64 else str(_snowball().stemWord(word))


@lru_cache(maxsize=1)
def _snowball():  # type: ignore[no-untyped-def]  # PyStemmer ships no types
    import Stemmer

    return Stemmer.Stemmer("english", 0)


def split_words(text: str, *, social_media: bool = False) -> Iterator[tuple[str, int, int]]:
    """Yield each word with its offsets; of a post, also its marks, and the parts of each hashtag.

    >>> [word for word, _, _ in split_words("“Don’t stop,” she said; the cease-fire's 3rd day.")]
    ['Don’t', 'stop', 'she', 'said', 'the', 'cease', "fire's", '3rd', 'day']
    >>> [word for word, _, _ in split_words("#TruceNow!! :)", social_media=True)]
    ['Truce', 'Now', '!', ':)']
    """
    for match in (_SOCIAL if social_media else _WORD).finditer(text):
        word, start, end = match.group(), match.start(), match.end()
        if social_media and word[0] == "#":
            yield from ((text[first:last], first, last) for first, last in _split_hashtag(text, start + 1, end))
        else:
            yield word[0] if word[0] in "!?" else word, start, end


def _split_hashtag(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a hashtag, which begin where the case or kind of its characters says so."""
    first = start
    for at in range(start + 1, end + 1):
        if at == end or _begins_part(text[at - 1], text[at], text[at + 1 : min(at + 2, end)]):
            yield first, at
            first = at


def _begins_part(before: str, here: str, after: str) -> bool:
    if here.isupper():
        return not before.isupper() or after.islower()
    return here.isdigit() != before.isdigit()


class Gazetteer:
    """Names of sides, matched longest first over the words of a text.

    Parameters
    ----------
    names : iterable of str
        Names as they are written in print ("Israel", "Ben-Gvir", "South Sudan"). A name also matches its possessive
        and, except for the names in `exact`, any casing.
    exact : iterable of str, default=()
        Names that are also words (Turkey, US): matched only as written here, and in no all-capital text.

    Examples
    --------
    >>> gazetteer = Gazetteer(["Sudan", "South Sudan"], exact=["US"])
    >>> [token.word for token in make_tokens("South Sudan's envoy told us of the US plan", gazetteer)]
    ['‹side›', 'envoy', 'told', 'us', 'of', 'the', '‹side›', 'plan']
    """

    def __init__(self, names: Iterable[str], exact: Iterable[str] = ()) -> None:
        self.names = tuple(sorted(set(names)))
        self.exact = tuple(sorted(set(exact)))
        self._phrases: dict[str, set[tuple[str, ...]]] = {}
        self._exact: dict[str, set[tuple[str, ...]]] = {}
        for table, listed, form in ((self._phrases, self.names, fold), (self._exact, self.exact, str)):
            for name in listed:
                words = tuple(form(word) for word, _, _ in split_words(name))
                table.setdefault(_bare(words[0]), set()).add(words)

    def match(self, words: list[tuple[str, int, int]], first: int, text: str) -> int:
        """Count the words of the longest name that begins at word `first`; 0 where none does."""
        bare = _bare(words[first][0])
        longest = 0
        for table, form in ((self._phrases, fold), (self._exact, str)):
            for phrase in table.get(form(bare), ()):
                if len(phrase) > longest and _holds(words, first, phrase, form, text):
                    longest = len(phrase)
        return longest


def _holds(words: list[tuple[str, int, int]], first: int, phrase: tuple[str, ...], form: Callable[[str], str], text: str) -> bool:
    """Tell whether a name stands at word `first`; its last word may be a possessive."""
    if first + len(phrase) > len(words):
        return False
    for step, wanted in enumerate(phrase):
        word, start, _ = words[first + step]
        if form(word) != wanted and (step < len(phrase) - 1 or form(_bare(word)) != wanted):
            return False
        if step:
            before, _, end = words[first + step - 1]
            if not _JOINT.fullmatch(text, end, start) and not (len(before) < 3 and _ABBREVIATED.fullmatch(text, end, start)):
                return False
    return True


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word)


def make_tokens(text: str, gazetteer: Gazetteer | None = None, *, social_media: bool = False) -> list[Token]:
    """Split a paragraph into stemmed tokens, each name of a side replaced by `SIDE`.

    Parameters
    ----------
    text : str
        One paragraph.
    gazetteer : Gazetteer, optional
        The names to mask; None masks nothing.
    social_media : bool, default=False
        Part hashtags into words where the case changes, and take emoticons, emoji, "!" and "?" as words.

    Returns
    -------
    list of Token
        In the order of the text.

    Examples
    --------
    >>> [token.stem for token in make_tokens("They won’t agreed", None)]
    ['they', "won't", 'agre']
    """
    words = list(split_words(text, social_media=social_media))
    tokens = []
    at = 0
    while at < len(words):
        word, start, end = words[at]
        masked = gazetteer.match(words, at, text) if gazetteer else 0
        if masked:
            tokens.append(Token(SIDE, SIDE, start, words[at + masked - 1][2]))
        else:
            tokens.append(Token(fold(word), stem(fold(word)), start, end))
        at += masked or 1
    return tokens
