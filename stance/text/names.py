"""Find names of one or several words among the words of a text.

A name stands where all its words stand in a row, joined as the words of one name are
(`is_joined`); its last word may be a possessive. Of several names that begin at one word, the
longest counts. Since few words begin a name, names are looked up by their first word
(`NamesByFirstWord`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from stance.text.words import REMEMBERED_WORDS, bare, fold

Phrases = dict[str, set[tuple[str, ...]]]
"""The words of each name, by the first of them without its possessive."""

# White space, or one hyphen, apostrophe or full stop joins the words of a name: Ben-Gvir, U.S.
_JOINT: Final = re.compile(r"['’]?\s+|[-‐‑.'’]")
# A full stop and white space join them only after an initial or "St": St. Petersburg.
_AFTER_ABBREVIATION: Final = re.compile(r"\.\s+")
_MAX_ABBREVIATION: Final = 2  # characters

# How the words of a name are compared with those of a text: in any casing, or as written.
_FORMS: Final[tuple[Callable[[str], str], ...]] = (fold, str)


class Name(NamedTuple):
    """The words of a name, and the form in which they are compared with those of a text."""

    words: tuple[str, ...]
    form: Callable[[str], str]  # one of `_FORMS`

    def is_last_word(self, word: str) -> bool:
        """Return whether the name may end with a word as written, which may be a possessive."""
        return self.form(word) == self.words[-1] or self.form(bare(word)) == self.words[-1]

    def stands_at(self, words: Sequence[str], first: int, joined: Callable[[int], bool]) -> bool:
        """Return whether the name stands among the words of a text, from the word `first` on."""
        last = first + len(self.words) - 1
        if last >= len(words) or not self.is_last_word(words[last]):
            return False
        return all(
            (index == last or self.form(words[index]) == word) and (index == first or joined(index))
            for index, word in enumerate(self.words, start=first)
        )


class Candidates(NamedTuple):
    """The names that may begin with a certain word of a text.

    Attributes
    ----------
    is_name : bool
        Whether the word is a name by itself.
    longer : tuple of Name
        The names of several words, the longest first.
    second_words : frozenset of str
        The folded second words of `longer`. Few words that follow "the" are among them, so that
        most look-ups end here.
    """

    is_name: bool
    longer: tuple[Name, ...]
    second_words: frozenset[str]

    def match(self, words: Sequence[str], first: int, joined: Callable[[int], bool]) -> int:
        """Return the number of words of the longest name at the word `first`; 0 for no name."""
        if first + 1 < len(words) and self._may_continue(words[first + 1]):
            for name in self.longer:
                if name.stands_at(words, first, joined):
                    return len(name.words)
        return int(self.is_name)

    def _may_continue(self, word: str) -> bool:
        return fold(word) in self.second_words or fold(bare(word)) in self.second_words


class NamesByFirstWord(dict[str, Candidates | None]):
    """The names of a gazetteer, looked up by a word of a text that they may begin with.

    ``names[word]`` are the candidates for a word as written; None for most words, which begin no
    name. They are collected when a word is first looked up, and kept: every word of every text is.

    Parameters
    ----------
    any_case, exact_case : dict of str to set of tuple of str
        The two halves of `Gazetteer.phrases`.

    Examples
    --------
    >>> any_case = {"sudan": {("sudan",)}, "south": {("south", "sudan")}}
    >>> names = NamesByFirstWord(any_case, exact_case={"US": {("US",)}})
    >>> names["Sudan's"]
    Candidates(is_name=True, longer=(), second_words=frozenset())
    >>> names["SOUTH"].is_name, [name.words for name in names["SOUTH"].longer]
    (False, [('south', 'sudan')])
    >>> names["envoy"], names["us"]
    (None, None)
    """

    def __init__(self, any_case: Phrases, exact_case: Phrases) -> None:
        super().__init__()
        self._phrases = (any_case, exact_case)

    def __missing__(self, word: str) -> Candidates | None:
        if len(self) >= REMEMBERED_WORDS:
            self.clear()
        self[word] = candidates = self._collect(word)
        return candidates

    def _collect(self, word: str) -> Candidates | None:
        first_word = bare(word)
        names = [
            Name(words, form)
            for by_first_word, form in zip(self._phrases, _FORMS, strict=True)
            for words in by_first_word.get(form(first_word), ())
        ]
        is_name = any(len(name.words) == 1 and name.is_last_word(word) for name in names)
        longer = [name for name in names if len(name.words) > 1]
        longer.sort(key=lambda name: len(name.words), reverse=True)
        if not is_name and not longer:
            return None
        return Candidates(is_name, tuple(longer), frozenset(fold(name.words[1]) for name in longer))


def is_joined(text: str, before: tuple[str, int, int], word: tuple[str, int, int]) -> bool:
    """Return whether two neighbouring words, with their starts and ends, may be of one name.

    >>> is_joined("St. Paul. Go", ("St", 0, 2), ("Paul", 4, 8))
    True
    >>> is_joined("St. Paul. Go", ("Paul", 4, 8), ("Go", 10, 12))
    False
    """
    gap = before[2], word[1]
    if _JOINT.fullmatch(text, *gap):
        return True
    return len(before[0]) <= _MAX_ABBREVIATION and bool(_AFTER_ABBREVIATION.fullmatch(text, *gap))
