"""Turn a paragraph into tokens: words, stems, names of the sides masked.

A token keeps its place: ``text[token.start:token.end]`` is what stood in the user's own text. Training and scoring share
this module, so they cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

SIDE: Final = "‹side›"
"""What stands in place of the name of a side. The quotation marks keep it apart from every word of a text."""

# A word may hold apostrophes, straight or curly, but not begin or end with one: don't, O’Brien, Hamas' -> Hamas.
_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")
_POSSESSIVE: Final = re.compile(r"['’][sS]\Z")
# What else speaks in a post: emoticons, marks of exclamation and question, emoji.
_SOCIAL: Final = re.compile(
    r"#?\w+(?:['’]\w+)*|(?<!\S)(?:[:;=][-'^]?[)(DPp/|\]\[*]|<3)(?!\S)|!+|\?+|[\u2600-\u27bf\U0001f000-\U0001faff]"
)
# The parts of one name are joined by white space, one hyphen, apostrophe or full stop: South Sudan, Ben-Gvir, U.S; a full
# stop and a space only after an initial or "St".
_JOINT: Final = re.compile(r"['’]?\s+|[-‐‑.'’]")
_ABBREVIATED: Final = re.compile(r"\.\s+")
_REMEMBERED: Final = 65_536  # words about which something is kept; news of a month has that many


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


def fold_all(words: Iterable[str]) -> list[str]:
    """Lower words; a curly apostrophe counts as a straight one.

    >>> fold_all(["DON’T"])
    ["don't"]
    """
    return [word.lower().replace("’", "'") for word in words]


@lru_cache(maxsize=_REMEMBERED)
def fold(word: str) -> str:
    """Lower one word as `fold_all` does."""
    return fold_all([word])[0]


@lru_cache(maxsize=_REMEMBERED)
def stem(word: str) -> str:
    """Cut the ending of a folded word (Snowball's English stemmer).

    >>> [stem(word) for word in ("ceasefires", "don't", "calling")]
    ['ceasefir', "don't", 'call']
    """
    # Nothing that long is an English word, and a stemmer need not see a megabyte without a space.
    return word if len(word) > 64 else str(_snowball().stemWord(word))


def stem_all(words: Sequence[str]) -> list[str]:
    """Cut the endings of many folded words at once, as `stem` does."""
    if max(map(len, words), default=0) <= 64:
        return list(_snowball().stemWords(words))
    return [stem(word) for word in words]


def is_plain(word: str) -> bool:
    """Tell whether a folded word is one: not a number, not marks only.

    >>> [is_plain(word) for word in ("truce", "3rd", "__", "!")]
    [True, False, False, False]
    """
    return not word[0].isdigit() and (
        word.isalnum() or any(character.isalnum() for character in word)
    )


@lru_cache(maxsize=1)
def _snowball():  # type: ignore[no-untyped-def]  # PyStemmer ships no types
    import Stemmer

    return Stemmer.Stemmer("english", 0)


def list_words(text: str, *, social_media: bool = False) -> list[str]:
    """List the words that `split_words` yields."""
    return (
        [word for word, _, _ in split_words(text, social_media=True)]
        if social_media
        else _WORD.findall(text)
    )


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
            yield from (
                (text[first:last], first, last)
                for first, last in _split_hashtag(text, start + 1, end)
            )
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

    def __reduce__(self) -> tuple[type[Gazetteer], tuple[tuple[str, ...], tuple[str, ...]]]:
        return Gazetteer, (self.names, self.exact)

    @cached_property
    def phrases(self) -> tuple[dict[str, set[tuple[str, ...]]], dict[str, set[tuple[str, ...]]]]:
        """The words of each name, by its first without a possessive: folded for any casing, as written for the exact one."""
        tables: tuple[dict[str, set[tuple[str, ...]]], ...] = ({}, {})
        for table, listed, folded in zip(
            tables, (self.names, self.exact), (True, False), strict=True
        ):
            for name in listed:
                words = tuple(fold_all(list_words(name)) if folded else list_words(name))
                table.setdefault(bare(words[0]), set()).add(words)
        return tables[0], tables[1]

    @cached_property
    def _led_by(self) -> _LedBy:
        return _LedBy(self.phrases)

    @cached_property
    def _seconds(self) -> frozenset[str]:
        return frozenset(
            fold(phrase[1])
            for table in self.phrases
            for phrases in table.values()
            for phrase in phrases
            if len(phrase) > 1
        )

    def roles(self, word: str) -> tuple[bool, bool, bool]:
        """Tell of a word as written whether it is a name, whether it may lead a longer one, and be the second word of one."""
        led = self._led_by[word]
        return (
            led is not None and led.alone,
            led is not None and bool(led.phrases),
            not self._seconds.isdisjoint((fold(word), fold(bare(word)))),
        )

    def find(
        self, words: Sequence[str], joined: Callable[[int], bool]
    ) -> Iterator[tuple[int, int]]:
        """Find the names among the words of a text, the longest at each place.

        Parameters
        ----------
        words : sequence of str
            The words as written.
        joined : callable
            Tells whether a word and the one before it may stand inside one name (`is_joined`).

        Yields
        ------
        first, n_words : int
            In order; names do not overlap.
        """
        led_by = self._led_by
        end = 0
        for first, word in enumerate(words):
            led = led_by[word]
            if led is None or first < end:
                continue
            longest = int(led.alone)
            if led.may_lead(words[first + 1 : first + 2]):
                longest = next(
                    (
                        len(phrase)
                        for phrase, form in led.phrases
                        if _holds(words, first, phrase, form, joined)
                    ),
                    longest,
                )
            if longest:
                end = first + longest
                yield first, longest


class _Led(NamedTuple):
    """The names that a word may lead: whether it is one, and those of several words."""

    alone: bool
    phrases: tuple[
        tuple[tuple[str, ...], Callable[[str], str]], ...
    ]  # the longest first, with the form their words are compared in
    seconds: frozenset[
        str
    ]  # their folded second words: most words that follow "the" are none of them

    def may_lead(self, following: Sequence[str]) -> bool:
        """Tell from the next word, if there is one, whether a name of several words can stand here."""
        return bool(following) and (
            fold(following[0]) in self.seconds or fold(bare(following[0])) in self.seconds
        )


class _LedBy(dict[str, _Led | None]):
    """What each word as written may lead; None for most."""

    def __init__(self, tables: tuple[dict[str, set[tuple[str, ...]]], ...]) -> None:
        super().__init__()
        self._tables = tables

    def __missing__(self, word: str) -> _Led | None:
        if len(self) >= _REMEMBERED:
            self.clear()
        name = bare(word)
        phrases = [
            (phrase, form)
            for table, form in zip(self._tables, _FORMS, strict=True)
            for phrase in table.get(form(name), ())
        ]
        alone = any(
            len(phrase) == 1 and _holds([word], 0, phrase, form, bool) for phrase, form in phrases
        )
        longer = tuple(
            sorted(
                ((phrase, form) for phrase, form in phrases if len(phrase) > 1),
                key=lambda pair: -len(pair[0]),
            )
        )
        self[word] = found = (
            _Led(alone, longer, frozenset(fold(phrase[1]) for phrase, _ in longer))
            if alone or longer
            else None
        )
        return found


def _holds(
    words: Sequence[str],
    first: int,
    phrase: tuple[str, ...],
    form: Callable[[str], str],
    joined: Callable[[int], bool],
) -> bool:
    """Tell whether a name stands at word `first`; its last word may be a possessive."""
    last = first + len(phrase) - 1
    if last >= len(words) or (
        form(words[last]) != phrase[-1] and form(bare(words[last])) != phrase[-1]
    ):
        return False
    return all(
        (at == last or form(words[at]) == wanted) and (at == first or joined(at))
        for at, wanted in enumerate(phrase, start=first)
    )


def is_joined(text: str, before: tuple[str, int, int], here: tuple[str, int, int]) -> bool:
    """Tell whether two neighbouring words, with their offsets, may stand inside one name."""
    gap = before[2], here[1]
    return bool(
        _JOINT.fullmatch(text, *gap) or (len(before[0]) < 3 and _ABBREVIATED.fullmatch(text, *gap))
    )


def bare(word: str) -> str:
    """Cut a possessive.

    >>> [bare(word) for word in ("Israel's", "Hamas", "U’S")]
    ['Israel', 'Hamas', 'U']
    """
    return _POSSESSIVE.sub("", word) if word[-1] in "sS" else word


_FORMS: Final[tuple[Callable[[str], str], ...]] = (fold, str)  # in any casing, in the exact one


def mask_words(
    text: str, gazetteer: Gazetteer | None, *, social_media: bool = False
) -> Iterator[tuple[str, int, int]]:
    """Yield the words of a paragraph with their offsets; `SIDE` for each name of a side.

    >>> [word for word, _, _ in mask_words("South Sudan agreed", Gazetteer(["South Sudan"]))]
    ['‹side›', 'agreed']
    """
    found = list(split_words(text, social_media=social_media))
    if gazetteer is None:
        yield from found
        return
    at = 0
    for first, n_words in gazetteer.find(
        [word for word, _, _ in found], lambda here: is_joined(text, found[here - 1], found[here])
    ):
        yield from found[at:first]
        at = first + n_words
        yield SIDE, found[first][1], found[at - 1][2]
    yield from found[at:]


def make_tokens(
    text: str, gazetteer: Gazetteer | None = None, *, social_media: bool = False
) -> list[Token]:
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
    return [
        Token(SIDE, SIDE, start, end)
        if word is SIDE
        else Token(fold(word), stem(fold(word)), start, end)
        for word, start, end in mask_words(text, gazetteer, social_media=social_media)
    ]
