"""Score many paragraphs by NumPy and SciPy: exact too, for where the compiled scorer cannot be had."""

from __future__ import annotations

import threading
from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain, islice
from typing import Final

import numpy as np
from scipy.sparse import coo_array, csr_array

from stance.scoring.arrays import BlockArrays, Layout
from stance.scoring.heads import softmax
from stance.text.features import UNSCALED, runs_of_characters, valence_features
from stance.text.tokens import (
    SIDE,
    Token,
    fold_all,
    is_joined,
    is_plain,
    list_words,
    split_words,
    stem_all,
)

CHUNK: Final = 1024
"""Paragraphs that are scored at a time."""
MOST_WORDS: Final = 200_000
"""Words that are remembered before all are forgotten."""
PLAIN: Final = 1
KNOWN: Final = 2
ALONE: Final = 4
LEADS: Final = 8
SECOND: Final = 16
"""Flags of a word: counts for familiarity, is familiar, is a name, may lead a longer one, may be the second word of one."""


class Vectorized:
    """The engine behind any model."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._blocks = [_ENGINES[block.name](block) for block in layout.blocks]
        self._lock = threading.Lock()  # words are numbered as they come
        self._forget()

    def score(
        self, texts: list[str], parts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return probabilities of shape (n_paragraphs, n_outputs), familiarity, and numbers of tokens."""
        with self._lock:
            try:
                chunks = [
                    self._chunk(texts[at : at + CHUNK], parts[at : at + CHUNK])
                    for at in range(0, len(texts), CHUNK)
                ]
            except BaseException:  # an interrupt, too: no word may stay half learned
                self._forget()
                raise
        if not chunks:
            return (
                np.empty((0, self._layout.intercepts.shape[1])),
                np.empty(0),
                np.empty(0, dtype=np.int64),
            )
        logits, familiarity, words = (
            np.concatenate(column) for column in zip(*chunks, strict=True)
        )
        return (
            np.hstack([softmax(logits[:, here]) for here in self._layout.outputs.values()]),
            familiarity,
            words,
        )

    def _chunk(
        self, texts: Sequence[str], parts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if len(self._tokens) > MOST_WORDS:
            self._forget()
        words = [list_words(text, social_media=self._layout.social_media) for text in texts]
        token = np.fromiter(
            map(self._numbers.__getitem__, chain.from_iterable(words)), dtype=np.int64
        )
        self._learn(
            list(islice(reversed(self._numbers), len(self._numbers) - len(self._tokens)))[::-1]
        )
        row = np.repeat(np.arange(len(texts)), [len(found) for found in words])
        if self._layout.gazetteer is not None:
            row, token = self._mask(texts, words, row, token)
        flags = np.frombuffer(self._flags, dtype=np.uint8)[token]
        n_plain, n_known = (
            np.bincount(row, weights=flags & flag == flag, minlength=len(texts))
            for flag in (PLAIN, PLAIN | KNOWN)
        )
        logits = self._layout.intercepts[parts]
        for block in self._blocks:
            block.add(logits, block.count(row, token, self._tokens, len(texts)), parts)
        familiarity = np.divide(n_known, n_plain, out=np.zeros(len(texts)), where=n_plain > 0)
        return logits, familiarity, np.bincount(row, minlength=len(texts))

    def _mask(
        self, texts: Sequence[str], words: Sequence[list[str]], row: np.ndarray, token: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Put `SIDE` for names, as `mask_words` does; Python is asked only where one of several words may stand."""
        gazetteer, social_media = self._layout.gazetteer, self._layout.social_media
        assert gazetteer is not None
        flags = np.frombuffer(self._flags, dtype=np.uint8)[token]
        alone = np.flatnonzero(flags & ALONE)
        pairs = np.flatnonzero(
            (flags[:-1] & LEADS > 0) & (flags[1:] & SECOND > 0) & (row[:-1] == row[1:])
        )
        asked = np.unique(row[pairs])
        token[alone[~np.isin(row[alone], asked)]] = 0
        keep = np.ones(len(row), dtype=bool)
        for at, start in zip(asked.tolist(), np.searchsorted(row, asked).tolist(), strict=True):
            for first, n_words in gazetteer.find(
                words[at], _joiner(texts[at], social_media=social_media)
            ):
                token[start + first] = 0
                keep[start + first + 1 : start + first + n_words] = False
        return row[keep], token[keep]

    def _learn(self, words: list[str]) -> None:
        folded = fold_all(words)
        stems = stem_all(folded)
        self._tokens += [Token(*pair, 0, 0) for pair in zip(folded, stems, strict=True)]
        known, gazetteer = self._layout.words, self._layout.gazetteer
        for word, fold, stem in zip(words, folded, stems, strict=True):
            flags = PLAIN * is_plain(fold) | KNOWN * (stem in known)
            if gazetteer is not None:
                alone, leads, second = gazetteer.roles(word)
                flags |= ALONE * alone | LEADS * leads | SECOND * second
            self._flags.append(flags)

    def _forget(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(None, {SIDE: 0})
        self._numbers.default_factory = self._numbers.__len__
        self._tokens = [Token(SIDE, SIDE, 0, 0)]
        self._flags = bytearray(1)
        for block in self._blocks:
            block.forget()


def _joiner(text: str, *, social_media: bool) -> Callable[[int], bool]:
    """Return what tells whether a word and the one before it may stand inside one name: offsets are found when first asked for."""
    words = split_words(text, social_media=social_media)
    found: list[tuple[str, int, int]] = []

    def joined(at: int) -> bool:
        found.extend(islice(words, max(0, at + 1 - len(found))))
        return is_joined(text, found[at - 1], found[at])

    return joined


class _Block:
    """Counts the features of one block, and adds what they say to the logits."""

    def __init__(self, block: BlockArrays) -> None:
        self.block = block
        self.column = {feature: column for column, feature in enumerate(block.features)}
        if len(self.column) < len(block.features):
            raise ValueError("`features` must each occur once.")
        self._rows = np.ascontiguousarray(block.rows[:, :, :-1])
        self._squares = block.rows[0, :, -1] ** 2

    def count(
        self, row: np.ndarray, token: np.ndarray, tokens: Sequence[Token], n_rows: int
    ) -> csr_array:
        """Count known features, as an array of shape (n_rows, n_features)."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drop what was kept by the number of a token."""

    def add(self, logits: np.ndarray, counts: csr_array, parts: np.ndarray) -> None:
        """Add sublinear counts times idf, scaled to length 1, times the weights."""
        counts.data = 1 + np.log(counts.data)
        norms = np.sqrt(
            csr_array((counts.data**2, counts.indices, counts.indptr), shape=counts.shape)
            @ self._squares
        )
        scale = (
            np.ones(len(norms))
            if self.block.name in UNSCALED
            else 1 / np.where(norms > 0, norms, 1)
        )
        if len(self._rows) == 1:
            sums = counts @ self._rows[0]
        else:
            sums = np.empty((len(logits), len(self.block.outputs)))
            for part in np.unique(parts):
                here = np.flatnonzero(parts == part)
                sums[here] = counts[here] @ self._rows[part]
        logits[:, self.block.outputs] += scale[:, None] * sums

    def _matrix(self, row: np.ndarray, column: np.ndarray, n_rows: int) -> csr_array:
        return coo_array(
            (np.ones(len(row)), (row, column)), shape=(n_rows, len(self.column))
        ).tocsr()


class _Words(_Block):
    """Runs of stems, found in a tree: a node is a run, its key the node before it and the stem that it adds."""

    def __init__(self, block: BlockArrays) -> None:
        super().__init__(block)
        self._stems: dict[str, int] = {}
        nodes: dict[tuple[int, int], int] = {}
        columns = {}
        for feature, column in self.column.items():
            node = -1
            for part in feature.split(" "):
                node = nodes.setdefault(
                    (node, self._stems.setdefault(part, len(self._stems))), len(nodes)
                )
            columns[node] = column
        keys = np.asarray(
            [(node + 1) * len(self._stems) + part for node, part in nodes], dtype=np.int64
        )
        self._order = np.argsort(keys)
        self._keys = keys[self._order]
        self._roots = np.full(len(self._stems) + 1, -1)  # the last: of what is no stem
        for (parent, stem), here in nodes.items():
            if parent < 0:
                self._roots[stem] = here
        self._columns = np.asarray(
            [columns.get(node, -1) for node in range(len(nodes))], dtype=np.int64
        )

    def count(
        self, row: np.ndarray, token: np.ndarray, tokens: Sequence[Token], n_rows: int
    ) -> csr_array:
        """Count runs, the shorter first."""
        self._numbers.extend(
            self._stems.get(known.stem, -1) for known in tokens[len(self._numbers) :]
        )
        parts = np.frombuffer(self._numbers, dtype=np.int64)[token]
        first = np.flatnonzero(self._roots[parts] >= 0)
        node = self._roots[parts[first]]
        rows, columns = [], []
        for length in range(self.block.ngram_range[1]):
            if length:
                first, node = self._lengthen(first, node, length, row, parts)
            column = self._columns[node]
            rows.append(row[first[column >= 0]])
            columns.append(column[column >= 0])
        return self._matrix(np.concatenate(rows), np.concatenate(columns), n_rows)

    def _lengthen(
        self, first: np.ndarray, node: np.ndarray, length: int, row: np.ndarray, parts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Add a stem to runs of a length; those that are none of the tree's are left out."""
        good = np.flatnonzero(
            (first + length < len(row)) & (parts.take(first + length, mode="clip") >= 0)
        )
        good = good[row[first[good]] == row[first[good] + length]]
        keys = (node[good] + 1) * len(self._stems) + parts[first[good] + length]
        slot = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        found = self._keys[slot] == keys
        return first[good[found]], self._order[slot[found]]

    def forget(self) -> None:
        """Drop the numbers of stems."""
        self._numbers = array("q")


class _Characters(_Block):
    """Runs of characters, found once for each word: those of a paragraph are its words' added up."""

    def count(
        self, row: np.ndarray, token: np.ndarray, tokens: Sequence[Token], n_rows: int
    ) -> csr_array:
        """Count runs."""
        for known in tokens[len(self._starts) - 1 :]:
            runs = (
                runs_of_characters(known.word, self.block.ngram_range) if known.word != SIDE else ()
            )
            self._grams.extend(
                [column for run in runs if (column := self.column.get(run)) is not None]
            )
            self._starts.append(len(self._grams))
        self._ones.extend([1.0] * (len(self._grams) - len(self._ones)))
        starts, grams, ones = (
            np.frombuffer(kept, dtype=kept.typecode)
            for kept in (self._starts, self._grams, self._ones)
        )
        by_word = csr_array((ones, grams, starts), shape=(len(tokens), len(self.column)))
        ends = np.searchsorted(row, np.arange(n_rows + 1))
        return csr_array((np.ones(len(row)), token, ends), shape=(n_rows, len(tokens))) @ by_word

    def forget(self) -> None:
        """Drop the columns of words."""
        self._grams, self._starts, self._ones = array("i"), array("i", [0]), array("d")


class _Valence(_Block):
    """What a lexicon says of words, by their neighbours: made paragraph by paragraph."""

    def count(
        self, row: np.ndarray, token: np.ndarray, tokens: Sequence[Token], n_rows: int
    ) -> csr_array:
        """Count what is said."""
        edges = np.flatnonzero(np.diff(row, prepend=-1))
        rows, columns = list[int](), list[int]()
        for here, numbers in zip(
            row[edges].tolist(), np.split(token, edges[1:]) if len(row) else (), strict=True
        ):
            occurrences = valence_features(
                [tokens[number] for number in numbers.tolist()], self.block.lexicon or {}
            )
            columns += (self.column[occurrence.feature] for occurrence in occurrences)
            rows += [here] * (len(columns) - len(rows))
        return self._matrix(
            np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64), n_rows
        )


_ENGINES: Final[dict[str, type[_Block]]] = {
    "words": _Words,
    "characters": _Characters,
    "valence": _Valence,
}
