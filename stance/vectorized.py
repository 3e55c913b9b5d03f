"""Score many paragraphs by NumPy: exact too, for where the compiled scorer cannot be had."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

import numpy as np

from stance.features import UNSCALED, character_features, valence_features
from stance.heads import softmax
from stance.layout import BlockArrays, Layout
from stance.tokens import SIDE, Token, fold, is_joined, is_plain, list_words, split_words, stem

CHUNK: Final = 512
"""Paragraphs that are scored at a time."""
MOST_WORDS: Final = 200_000
"""Words that are remembered before all are forgotten."""


class Vectorized:
    """The engine behind any model."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._blocks = [_ENGINES[block.name](block) for block in layout.blocks]
        self._lock = threading.Lock()  # words are numbered as they come
        self._numbers: dict[str, int] = {}
        self._tokens: list[Token] = []
        self._plain: list[bool] = []
        self._known: list[bool] = []

    def score(self, texts: list[str], parts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return probabilities of shape (n_paragraphs, n_outputs), familiarity, and numbers of tokens."""
        with self._lock:
            try:
                chunks = [self._chunk(texts[at : at + CHUNK], parts[at : at + CHUNK]) for at in range(0, len(texts), CHUNK)]
            except BaseException:  # an interrupt, too: no word may stay half learned
                self._forget()
                raise
        if not chunks:
            return np.empty((0, self._layout.intercepts.shape[1])), np.empty(0), np.empty(0, dtype=np.int64)
        logits, familiarity, words = (np.concatenate(column) for column in zip(*chunks, strict=True))
        return np.hstack([softmax(logits[:, here]) for here in self._layout.outputs.values()]), familiarity, words

    def _chunk(self, texts: Sequence[str], parts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if len(self._tokens) > MOST_WORDS:
            self._forget()
        numbers = [self._read(text) for text in texts]
        words = np.asarray([len(row) for row in numbers])
        row = np.repeat(np.arange(len(texts)), words)
        token = np.fromiter(chain.from_iterable(numbers), dtype=np.int64, count=len(row))
        plain = np.asarray(self._plain, dtype=bool)[token]
        known = plain & np.asarray(self._known, dtype=bool)[token]
        n_plain = np.bincount(row, weights=plain, minlength=len(texts))
        n_known = np.bincount(row, weights=known, minlength=len(texts))
        logits = self._layout.intercepts[parts]
        for block in self._blocks:
            block.add(logits, row, token, self._tokens, parts)
        return logits, np.divide(n_known, n_plain, out=np.zeros(len(texts)), where=n_plain > 0), words

    def _read(self, text: str) -> list[int]:
        """Number the words of a paragraph, names masked."""
        words = self._masked(text)
        try:
            return [self._numbers[word] for word in words]
        except KeyError:
            return [self._learn(word) for word in words]

    def _masked(self, text: str) -> list[str]:
        """Do what `mask_words` does, without the offsets, which only names of several words need."""
        social_media = self._layout.social_media
        words = list_words(text, social_media=social_media)
        if self._layout.gazetteer is None:
            return words
        found: list[tuple[str, int, int]] = []

        def joined(at: int) -> bool:
            if not found:
                found.extend(split_words(text, social_media=social_media))
            return is_joined(text, found[at - 1], found[at])

        out, at = [], 0
        for first, n_words in self._layout.gazetteer.find(words, joined):
            out += [*words[at:first], SIDE]
            at = first + n_words
        return out + words[at:]

    def _learn(self, word: str) -> int:
        if word not in self._numbers:
            folded = word if word == SIDE else fold(word)
            self._numbers[word] = len(self._tokens)
            self._tokens.append(Token(folded, word if word == SIDE else stem(folded), 0, 0))
            self._plain.append(word != SIDE and is_plain(folded))
            self._known.append(self._tokens[-1].stem in self._layout.words)
        return self._numbers[word]

    def _forget(self) -> None:
        for kept in (self._tokens, self._plain, self._known):
            kept.clear()
        self._numbers.clear()
        for block in self._blocks:
            block.forget()


class _Block:
    """Counts the features of one block, and adds what they say to the logits."""

    def __init__(self, block: BlockArrays) -> None:
        self.block = block
        self.column = {feature: column for column, feature in enumerate(block.features)}
        if len(self.column) < len(block.features):
            raise ValueError("`features` must each occur once.")

    def places(self, row: np.ndarray, token: np.ndarray, tokens: Sequence[Token]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield rows and columns of known features, as often as they occur."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drop what was kept by the number of a token."""

    def add(self, logits: np.ndarray, row: np.ndarray, token: np.ndarray, tokens: Sequence[Token], parts: np.ndarray) -> None:
        """Add sublinear counts times idf, scaled to length 1, times the weights."""
        bits = len(self.block.features).bit_length()
        places = (rows << bits | columns for rows, columns in self.places(row, token, tokens))
        keys = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *places]))
        if not len(keys):
            return
        first = _starts(keys)
        counts = np.diff(first, append=len(keys))
        at, column = keys[first] >> bits, keys[first] & (1 << bits) - 1
        values = self.block.rows[0].take(column, axis=0) if len(self.block.rows) == 1 else self.block.rows[parts[at], column]
        values *= np.log(counts * np.e)[:, None]  # 1 + log(count)
        values[:, -1] **= 2
        edges = _starts(at)  # of the paragraphs that have features
        sums = np.add.reduceat(values, edges, axis=0)
        norms = np.sqrt(sums[:, -1:])
        scale = 1.0 if self.block.name in UNSCALED else 1.0 / np.where(norms > 0, norms, 1.0)
        logits[at[edges, None], self.block.outputs] += scale * sums[:, :-1]


def _starts(values: np.ndarray) -> np.ndarray:
    """Return where each run of equal values begins."""
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1])


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
                node = nodes.setdefault((node, self._stems.setdefault(part, len(self._stems))), len(nodes))
            columns[node] = column
        keys = np.asarray([(node + 1) * len(self._stems) + part for node, part in nodes], dtype=np.int64)
        self._order = np.argsort(keys)
        self._keys = keys[self._order]
        self._columns = np.asarray([columns.get(node, -1) for node in range(len(nodes))])
        self._numbers: list[int] = []

    def places(self, row: np.ndarray, token: np.ndarray, tokens: Sequence[Token]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield rows and columns, shorter runs first."""
        self._numbers += (self._stems.get(known.stem, -1) for known in tokens[len(self._numbers) :])
        if not len(self._keys):
            return
        parts = np.asarray(self._numbers, dtype=np.int64)[token]
        first, node = np.arange(len(row)), np.full(len(row), -1, dtype=np.int64)
        for length in range(self.block.ngram_range[1]):
            inside = first + length < len(row)
            first, node = first[inside], node[inside]
            here = parts[first + length]
            keys = (node + 1) * len(self._stems) + here
            slot = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            found = (here >= 0) & (row[first] == row[first + length]) & (self._keys[slot] == keys)
            first, node = first[found], self._order[slot[found]]
            column = self._columns[node]
            yield row[first[column >= 0]], column[column >= 0]

    def forget(self) -> None:
        """Drop the numbers of stems."""
        self._numbers.clear()


class _Characters(_Block):
    """Runs of characters, found once for each word."""

    def __init__(self, block: BlockArrays) -> None:
        super().__init__(block)
        self.forget()

    def places(self, row: np.ndarray, token: np.ndarray, tokens: Sequence[Token]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield rows and columns, in the order of the words."""
        for known in tokens[len(self._starts) - 1 :]:
            found = (self.column.get(occurrence.feature) for occurrence in character_features([known], self.block.ngram_range))
            self._grams.extend(column for column in found if column is not None)
            self._starts.append(len(self._grams))
        starts = np.frombuffer(self._starts, dtype=np.int64)
        sizes = np.diff(starts)[token]
        shift = starts[token] - np.concatenate([[0], np.cumsum(sizes)[:-1]])
        yield np.repeat(row, sizes), np.frombuffer(self._grams, dtype=np.int64)[np.arange(sizes.sum()) + np.repeat(shift, sizes)]

    def forget(self) -> None:
        """Drop the columns of words."""
        self._grams, self._starts = array("q"), array("q", [0])


class _Valence(_Block):
    """What a lexicon says of words, by their neighbours: made paragraph by paragraph."""

    def places(self, row: np.ndarray, token: np.ndarray, tokens: Sequence[Token]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the row and columns of each paragraph."""
        edges = np.flatnonzero(np.diff(row, prepend=-1))
        for here, numbers in zip(row[edges], np.split(token, edges[1:]) if len(row) else (), strict=True):
            occurrences = valence_features([tokens[number] for number in numbers.tolist()], self.block.lexicon or {})
            columns = np.asarray([self.column[occurrence.feature] for occurrence in occurrences], dtype=np.int64)
            yield np.full(len(columns), here), columns


_ENGINES: Final[dict[str, type[_Block]]] = {"words": _Words, "characters": _Characters, "valence": _Valence}
