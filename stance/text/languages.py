"""Name the language of a text that is not in the language of a model.

The table ``stance/data/languages.csv`` lists, for each language, its script, letters and endings
that mark it, and frequent words: those that hold sentences together, and some of war and truce.

1. The script of most letters decides which languages it can be. Some scripts stand for one.
2. Of these, it is the language with most words of the text in its list. A word of one letter counts
   half, and so does a word of no list that has a mark of the language.
3. It must have two words that the language of the model lacks, and more of them than that one has
   of its own. A name ("El Fasher", "Médecins Sans Frontières") is no proof.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from stance.data import read_data
from stance.text.words import stem_all

SUSPICIOUS_FAMILIARITY: Final = 0.85
"""A paragraph in which a model knows this share of the words is not searched.

Of 2,330 published English paragraphs that the shipped model had not seen, 10 have less; of the 68
sentences in other languages of the tests, all, and none more than 0.56.
"""
NO_LANGUAGE: Final = -1
"""The number of no language: of a text in the home language, or in one that cannot be said."""
_ENOUGH_KNOWN: Final = 0.5  # of the list of a language, in a model that was trained on it
_MIN_EVIDENCE: Final = 2.0  # words of the other language; one may be a name
_MIN_SHARE: Final = 0.15  # of the different words of a text
_CLEARLY_HOME: Final = 0.15  # of the different words of a text, those of no other list
_MAX_CHARACTERS: Final = 600  # nothing is learned from more
_ENDINGS: Final = (2, 3, 4, 5)  # letters of the endings of the table

_WORD: Final = re.compile(r"[^\W\d_]+")
# The letters of each script, as ranges. Korean and Japanese use Chinese characters too, so they
# come first.
_LATIN: Final = "A-Za-zª-ªº-ºÀ-ʯᴀ-ỿﬀ-ﬆＡ-ｚ"
_NOT_LATIN: Final = re.compile(rf"[^\W\d_{_LATIN}]+")
_SCRIPTS: Final = {
    "Kana": "ぁ-ヿ",
    "Hangul": "ᄀ-ᇿ㄰-㆏가-힣",
    "Han": "㐀-䶿一-鿿\uf900-\ufaff",  # the last ones, if typed, are easily normalized to others
    "Cyrillic": "Ѐ-ԯ",
    "Arabic": "؀-ۿݐ-ݿﭐ-﷿ﹰ-﻿",
    "Hebrew": "֐-׿",
    "Greek": "Ͱ-Ͽἀ-῿",
    "Devanagari": "ऀ-ॿ",
    "Bengali": "ঀ-৿",
    "Thai": "฀-๿",
    "Georgian": "Ⴀ-ჿ",
    "Armenian": "԰-֏",
}
_MIN_SCRIPT_SHARE: Final = 0.1  # of letters not Latin; Japanese has fewer kana than han


class _Languages(NamedTuple):
    """The table: names and scripts by number, and the numbers of languages by what marks them."""

    names: tuple[str, ...]
    scripts: tuple[str, ...]
    words: dict[str, tuple[int, ...]]
    endings: dict[str, tuple[int, ...]]
    letters: dict[str, tuple[int, ...]]


@lru_cache(maxsize=1)
def _load_languages() -> _Languages:
    # Not the module csv: it need not be loaded to label a text, and no word has a comma.
    rows = [line.split(",") for line in read_data("languages.csv").splitlines()[1:]]
    names, scripts, mark_lists, word_lists = zip(*rows, strict=True)
    words, marks = (_numbers_by(map(str.split, lists)) for lists in (word_lists, mark_lists))
    endings = {mark[1:]: marks.pop(mark) for mark in list(marks) if mark.startswith("-")}
    return _Languages(names, scripts, words, endings, marks)


def _numbers_by(lists: Iterable[Iterable[str]]) -> dict[str, tuple[int, ...]]:
    """Return for each item the numbers of the lists that have it.

    >>> _numbers_by(["ab", "b"])
    {'a': (0,), 'b': (0, 1)}
    """
    numbers: dict[str, tuple[int, ...]] = {}
    for number, items in enumerate(lists):
        for item in dict.fromkeys(items):
            numbers[item] = (*numbers.get(item, ()), number)
    return numbers


def home_language(stems: Collection[str]) -> str | None:
    """Name the language that a model was trained on, or None if that cannot be said.

    Parameters
    ----------
    stems : collection of str
        The stems of its training paragraphs.

    Examples
    --------
    >>> home_language({"guerra"}) is None
    True
    """
    languages = _load_languages()
    words = list(languages.words)
    totals: Counter[int] = Counter()
    known: Counter[int] = Counter()
    for word, stem in zip(words, stem_all(words), strict=True):
        totals.update(languages.words[word])
        if stem in stems:
            known.update(languages.words[word])
    if not known:
        return None
    best = max(known, key=lambda number: known[number] / totals[number])
    return languages.names[best] if known[best] >= _ENOUGH_KNOWN * totals[best] else None


def name_language(text: str, home: str) -> str | None:
    """Name the language of a text if it is another than that of a model, or return None.

    Parameters
    ----------
    text : str
        One paragraph.
    home : str
        The language of the model, one of `stance.LANGUAGES`.

    Examples
    --------
    >>> texts = ("No a la tregua.", "Нет перемирию!", "Médecins Sans Frontières said no.", "No.")
    >>> [name_language(text, "English") for text in texts]
    ['Spanish', 'Russian', None, None]
    """
    names = _load_languages().names
    number = find_language(text, names.index(home))
    return None if number == NO_LANGUAGE else names[number]


def find_language(text: str, home: int) -> int:
    """Return the number of a language as `name_language` names it, or `NO_LANGUAGE`.

    The compiled scorer does the same in a tenth of the time (`describe_rules`).
    """
    text = text[:_MAX_CHARACTERS].lower()
    words = set(_WORD.findall(text))
    script = _script_of(text, words)
    if script is None:
        return NO_LANGUAGE
    if script == _load_languages().scripts[home]:
        return _other_language(words, script, home)
    return _best(_evidence(words), script)


def describe_rules() -> tuple[Any, ...]:
    """Return the table and the limits as `LanguageTable` of the compiled scorer takes them."""
    languages = _load_languages()
    scripts = ["Latin", *_SCRIPTS]
    ranges = [
        (ord(letters[start]), ord(letters[start + 2]), number)
        for number, letters in enumerate((_LATIN, *_SCRIPTS.values()))
        for start in range(0, len(letters), len("a-z"))
    ]
    words, endings, letters = (
        {item: sum(1 << number for number in numbers) for item, numbers in table.items()}
        for table in (languages.words, languages.endings, languages.letters)
    )
    endings = {ending: sets for ending, sets in endings.items() if len(ending) in _ENDINGS}
    limits = _MAX_CHARACTERS, _MIN_SCRIPT_SHARE, _MIN_EVIDENCE, _MIN_SHARE, _CLEARLY_HOME
    return bytes(map(scripts.index, languages.scripts)), ranges, words, endings, letters, limits


def _script_of(text: str, words: Collection[str]) -> str | None:
    """Name the script of most letters; None for one that the table does not have.

    >>> _script_of("a truce", {"a", "truce"}), _script_of("停火", {"停火"})
    ('Latin', 'Han')
    """
    if text.isascii():
        return "Latin"
    letters = "".join(_NOT_LATIN.findall(text))
    if len(letters) <= sum(map(len, words)) / 2:
        return "Latin"
    for name, letters_of_script in _SCRIPTS.items():
        # Compiled here, and then remembered by `re`: that would take 6 ms of each start.
        runs = re.findall(f"[{letters_of_script}]+", letters)
        if sum(map(len, runs)) > _MIN_SCRIPT_SHARE * len(letters):
            return name
    return None


def _evidence(words: Collection[str]) -> list[float]:
    """Count for each language, by number, the words that speak for it."""
    languages = _load_languages()
    letters = languages.letters.keys() & set("".join(words))
    halves = [0] * len(languages.names)
    for word in words:
        numbers: Collection[int] | None = languages.words.get(word)
        weight = 2 if numbers and len(word) > 1 else 1
        for number in _marked(word, letters) if numbers is None else numbers:
            halves[number] += weight
    return [count / 2 for count in halves]


def _marked(word: str, letters: Collection[str]) -> Collection[int]:
    """Return the languages that an ending of a word, or one of some letters, may mark.

    >>> names = _load_languages().names
    >>> sorted(names[number] for number in _marked("ñandú", "ñ"))
    ['Spanish']
    """
    languages = _load_languages()
    marked: list[int] = []
    for length in _ENDINGS:
        if length < len(word) and (numbers := languages.endings.get(word[-length:])):
            marked += numbers
    for letter in letters:
        if letter in word:
            marked += languages.letters[letter]
    return set(marked) if marked else ()


def _best(evidence: Sequence[float], script: str, home: int | None = None) -> int:
    """Return the language of a script with most evidence, by default the first; never `home`.

    The home language may be the only one of its script (Greek): then it is none.
    """
    scripts = enumerate(_load_languages().scripts)
    numbers = [number for number, name in scripts if name == script and number != home]
    return max(numbers, key=evidence.__getitem__, default=NO_LANGUAGE)


def _other_language(words: set[str], script: str, home: int) -> int:
    """Return the language of a text in the script of the home language; none for that one."""
    words_by_language = _load_languages().words
    home_words = {word for word in words if home in words_by_language.get(word, ())}
    only_home = sum(words_by_language[word] == (home,) for word in home_words)
    if only_home >= _CLEARLY_HOME * len(words):  # nearly every text; the rest is ten times dearer
        return NO_LANGUAGE
    of_all = _evidence(words)
    best = _best(of_all, script, home)
    if best == NO_LANGUAGE:
        return NO_LANGUAGE
    evidence = of_all[best] - _evidence(home_words)[best]
    n_home = sum(best not in words_by_language[word] for word in home_words)
    is_other = evidence >= max(_MIN_EVIDENCE, _MIN_SHARE * len(words)) and evidence > n_home
    return best if is_other else NO_LANGUAGE
