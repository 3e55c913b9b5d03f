"""Turn a paragraph into tokens: its words, with stems, and the names of sides masked.

Every token is a slice of the user's own text: ``text[token.start:token.end]``. Training and scoring
share this module, so that they cannot differ.

What a word is and how it is stemmed, `stance.text.words` says; how names are found among the words,
`stance.text.names`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from stance.text.names import NamesByFirstWord, Phrases, is_joined
from stance.text.words import bare, ends_sentence, fold, fold_all, list_words, split_words, stem

SIDE: Final = "‹side›"
"""What stands in place of the name of a side; no word of a text contains its quotation marks."""


class Token(NamedTuple):
    """A word of a paragraph, or the name of a side.

    Attributes
    ----------
    word, stem : str
        The word in lower case, and without its ending; both are `SIDE` for the name of a side.
    start, end : int
        Character offsets into the paragraph, end exclusive.
    begins_sentence : bool, default=False
        Whether a sentence ends between the token before and this one; False for the first token.
    """

    word: str
    stem: str
    start: int
    end: int
    begins_sentence: bool = False


class Gazetteer:
    """Names of sides, matched longest first over the words of a text.

    Parameters
    ----------
    names : iterable of str
        Names as they are written in print ("Israel", "Ben-Gvir", "South Sudan"). A name matches in
        any casing, and with a possessive.
    exact : iterable of str, default=()
        Names that are also words (Turkey, US): they match in the casing given here only, so that
        "TURKEY" is no name.

    Examples
    --------
    >>> gazetteer = Gazetteer(["Sudan", "South Sudan"], exact=["US"])
    >>> tokens = make_tokens("South Sudan's envoy told us of the US plan", gazetteer)
    >>> [token.word for token in tokens]
    ['‹side›', 'envoy', 'told', 'us', 'of', 'the', '‹side›', 'plan']
    """

    def __init__(self, names: Iterable[str], exact: Iterable[str] = ()) -> None:
        self.names = tuple(sorted(set(names)))
        self.exact = tuple(sorted(set(exact)))

    def __reduce__(self) -> tuple[type[Gazetteer], tuple[tuple[str, ...], tuple[str, ...]]]:
        return Gazetteer, (self.names, self.exact)

    @cached_property
    def phrases(self) -> tuple[Phrases, Phrases]:
        """The words of each name by the first: folded for `names`, as written for `exact`.

        >>> Gazetteer(["South Sudan"], exact=["US"]).phrases
        ({'south': {('south', 'sudan')}}, {'US': {('US',)}})
        """
        any_case: Phrases = {}
        for name in self.names:
            words = fold_all(list_words(name))
            any_case.setdefault(bare(words[0]), set()).add(tuple(words))
        exact_case: Phrases = {}
        for name in self.exact:
            words = list_words(name)
            exact_case.setdefault(bare(words[0]), set()).add(tuple(words))
        return any_case, exact_case

    @cached_property
    def _by_first_word(self) -> NamesByFirstWord:
        return NamesByFirstWord(*self.phrases)

    @cached_property
    def _second_words(self) -> frozenset[str]:
        return frozenset(
            fold(words[1])
            for by_first_word in self.phrases
            for names in by_first_word.values()
            for words in names
            if len(words) > 1
        )

    def roles(self, word: str) -> tuple[bool, bool, bool]:
        """Return what a word as written may be.

        Returns
        -------
        is_name, leads, is_second : bool
            Whether it is a name by itself, the first word of a longer name, the second of one.

        Examples
        --------
        >>> gazetteer = Gazetteer(["Sudan", "South Sudan"])
        >>> gazetteer.roles("Sudan's"), gazetteer.roles("south")
        ((True, False, True), (False, True, False))
        """
        candidates = self._by_first_word[word]
        return (
            candidates is not None and candidates.is_name,
            candidates is not None and bool(candidates.longer),
            not self._second_words.isdisjoint((fold(word), fold(bare(word)))),
        )

    def find(
        self, words: Sequence[str], joined: Callable[[int], bool]
    ) -> Iterator[tuple[int, int]]:
        """Find the names among the words of a text: at each word the longest.

        Parameters
        ----------
        words : sequence of str
            The words as written.
        joined : callable
            Takes the index of a word; returns whether it and the word before it may stand inside
            one name (`is_joined`).

        Yields
        ------
        first, n_words : int
            In order; names do not overlap.
        """
        by_first_word = self._by_first_word
        end = 0
        for first, word in enumerate(words):
            candidates = by_first_word[word]
            if candidates is None or first < end:
                continue
            n_words = candidates.match(words, first, joined)
            if n_words:
                end = first + n_words
                yield first, n_words


def mask_words(
    text: str, gazetteer: Gazetteer | None, *, social_media: bool = False
) -> Iterator[tuple[str, int, int]]:
    """Yield the words of a paragraph, each with its start and end; `SIDE` for each name of a side.

    >>> list(mask_words("South Sudan agreed", Gazetteer(["South Sudan"])))
    [('‹side›', 0, 11), ('agreed', 12, 18)]
    """
    words = list(split_words(text, social_media=social_media))
    if gazetteer is None:
        yield from words
        return
    end = 0
    for first, n_words in gazetteer.find(
        [word for word, _, _ in words],
        lambda index: is_joined(text, words[index - 1], words[index]),
    ):
        yield from words[end:first]
        end = first + n_words
        yield SIDE, words[first][1], words[end - 1][2]
    yield from words[end:]


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
        Split hashtags into words where the case changes, and take emoticons, emoji, "!" and "?" as
        words.

    Returns
    -------
    list of Token
        In the order of the text.

    Examples
    --------
    >>> tokens = make_tokens("No truce. They won’t agreed")
    >>> [token.stem for token in tokens]
    ['no', 'truce', 'they', "won't", 'agre']
    >>> [token.word for token in tokens if token.begins_sentence]
    ['they']
    """
    tokens: list[Token] = []
    before = 0  # where the token before ends
    for word, start, end in mask_words(text, gazetteer, social_media=social_media):
        gap = text[before:start] if before else ""
        begins_sentence = gap not in ("", " ") and ends_sentence(gap, 0, len(gap))
        folded = SIDE if word is SIDE else fold(word)
        stemmed = SIDE if word is SIDE else stem(folded)
        tokens.append(Token(folded, stemmed, start, end, begins_sentence))
        before = end
    return tokens
