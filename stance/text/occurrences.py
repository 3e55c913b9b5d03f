"""Find where the features of a model occur, in many paragraphs at once.

It finds what `stance.text.features.block_features` yields, as arrays: one call for many paragraphs
and no object per feature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, chain, repeat
from typing import NamedTuple

import numpy as np

from stance.text.features import block_features, runs_of_characters
from stance.text.tokens import SIDE, Token
from stance.text.words import MAX_WORD_CHARACTERS, REMEMBERED_WORDS


class Occurrences(NamedTuple):
    """Where features occur.

    Attributes
    ----------
    column : ndarray of int, of shape (n_occurrences,)
        The column of each feature.
    first, last : ndarray of int, of shape (n_occurrences,)
        Its first and last token (inclusive), counted through all paragraphs.
    """

    column: np.ndarray
    first: np.ndarray
    last: np.ndarray


class FeatureFinder:
    """Finds the known features of one feature block.

    Parameters
    ----------
    block : {"words", "characters", "valence", "frames"}
        The feature block.
    ngram_range : tuple of int
        Shortest and longest n-gram, both included.
    columns : dict of str to int
        The column of each known feature.
    lexicon : dict of str to int, optional
        As in `block_features`.

    Examples
    --------
    >>> from stance.text.tokens import make_tokens
    >>> finder = FeatureFinder("words", (1, 2), {"no": 0, "no truce": 1})
    >>> finder.find([make_tokens("No truce, no deal."), make_tokens("No")])
    Occurrences(column=array([0, 0, 0, 1]), first=array([0, 2, 4, 0]), last=array([0, 2, 4, 1]))
    """

    def __init__(
        self,
        block: str,
        ngram_range: tuple[int, int],
        columns: Mapping[str, int],
        lexicon: Mapping[str, int] | None = None,
    ) -> None:
        self._block = block
        self._ngram_range = ngram_range
        self._columns = columns
        self._lexicon = lexicon
        self._columns_of_words: dict[str, tuple[int, ...]] = {}

    def find(self, paragraphs: Sequence[Sequence[Token]]) -> Occurrences:
        """Return the occurrences in paragraphs; those in one paragraph in the order of the block's
        `block_features`.
        """
        if self._block == "words":
            return self._find_words(paragraphs)
        if self._block == "characters":
            return self._find_characters(paragraphs)
        starts = accumulate(map(len, paragraphs), initial=0)
        triples = [
            (self._columns.get(feature, -1), start + first, start + last)
            for start, tokens in zip(starts, paragraphs, strict=False)
            for feature, first, last in block_features(
                self._block, tokens, self._ngram_range, self._lexicon
            )
        ]
        # The shape holds if there are none.
        column, first, last = np.asarray(triples, dtype=np.int64).reshape(-1, 3).T
        known = column >= 0
        return Occurrences(column[known], first[known], last[known])

    def _find_words(self, paragraphs: Sequence[Sequence[Token]]) -> Occurrences:
        """Look up the n-grams of all stems in a row, but keep none of two paragraphs."""
        stems = [token.stem for tokens in paragraphs for token in tokens]
        row = number_rows(paragraphs)
        by_length = [np.empty((3, 0), dtype=np.int64)]  # the shape holds if there are none
        shortest, longest = self._ngram_range
        for length in range(shortest, min(longest, len(stems)) + 1):
            n = len(stems) - length + 1
            ngrams = map(" ".join, zip(*(stems[start:] for start in range(length)), strict=False))
            column = np.fromiter(map(self._columns.get, ngrams, repeat(-1)), np.int64, n)
            first = np.flatnonzero((column >= 0) & (row[:n] == row[length - 1 :]))
            by_length.append(np.stack([column[first], first, first + length - 1]))
        return Occurrences(*np.concatenate(by_length, axis=1))

    def _find_characters(self, paragraphs: Sequence[Sequence[Token]]) -> Occurrences:
        known = [self._find_in_word(token.word) for tokens in paragraphs for token in tokens]
        token = np.repeat(np.arange(len(known)), [*map(len, known)])
        column = np.fromiter(chain.from_iterable(known), dtype=np.int64, count=len(token))
        return Occurrences(column, token, token)

    def _find_in_word(self, word: str) -> tuple[int, ...]:
        """Return the columns of the known runs of characters of a word, and remember them."""
        key = word[:MAX_WORD_CHARACTERS]  # a megabyte without a space must not be kept
        columns = self._columns_of_words.get(key)
        if columns is None:
            runs = [] if word == SIDE else runs_of_characters(key, self._ngram_range)
            columns = tuple(self._columns[run] for run in runs if run in self._columns)
            if len(self._columns_of_words) >= REMEMBERED_WORDS:
                self._columns_of_words.clear()
            self._columns_of_words[key] = columns
        return columns


def number_rows(paragraphs: Sequence[Sequence[Token]]) -> np.ndarray:
    """Return the number of the paragraph of each token of all paragraphs."""
    return np.repeat(np.arange(len(paragraphs)), [*map(len, paragraphs)])
