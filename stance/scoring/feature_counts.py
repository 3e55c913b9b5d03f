"""Count the features of many paragraphs at once with NumPy and SciPy.

The words of all paragraphs come as three arrays, one entry per word: `row`, the paragraph that it
stands in, in ascending order; `token`, its number in the list `tokens`; and `begins_sentence`,
whether a sentence ends right before it. With the tokens ``[‹side›, no, truce]``, the paragraphs
"No truce" and "No. No!" are ``row = [0, 0, 1, 1]``, ``token = [1, 2, 1, 1]`` and
``begins_sentence = [False, False, False, True]``.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array

from stance.scoring.arrays import BlockArrays
from stance.text.cues import CUE_CLASSES, find_frames, join_cues, number_frame
from stance.text.features import (
    UNSCALED,
    number_cue_classes,
    runs_of_characters,
    valence_features,
)
from stance.text.tokens import SIDE, Token


class WordArrays(NamedTuple):
    """The words of some paragraphs, as the module says, each array of shape (n_words,)."""

    row: np.ndarray
    token: np.ndarray
    begins_sentence: np.ndarray


class FeatureCounts:
    """Counts the features of one block, and adds their weights to the logits."""

    def __init__(self, block: BlockArrays) -> None:
        self.block = block
        self.columns = {feature: column for column, feature in enumerate(block.features)}
        if len(self.columns) < len(block.features):
            raise ValueError("`features` must each occur once.")
        self._weights = np.ascontiguousarray(block.rows[:, :, :-1])
        self._squared_idf = block.rows[0, :, -1] ** 2

    def count(self, words: WordArrays, tokens: Sequence[Token], n_rows: int) -> csr_array:
        """Return how often each feature occurs, of shape (n_rows, n_features)."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drop what was stored about `tokens`: their numbers are given out anew."""

    def add(self, logits: np.ndarray, counts: csr_array, copies: np.ndarray) -> None:
        """Add TF-IDF values times weights to the logits, in place; `counts` is overwritten.

        A value is ``(1 + log(count)) * idf``, and those of a row are scaled to length 1. The
        weights in `BlockArrays.rows` have been multiplied by the idf, so it is left out here.
        """
        counts.data = 1 + np.log(counts.data)
        squares = csr_array((counts.data**2, counts.indices, counts.indptr), shape=counts.shape)
        lengths = np.sqrt(squares @ self._squared_idf)
        if self.block.name in UNSCALED:
            scale = np.ones(len(lengths))
        else:
            scale = 1 / np.where(lengths > 0, lengths, 1)
        logits[:, self.block.outputs] += scale[:, None] * self._weigh(counts, copies)

    def _weigh(self, counts: csr_array, copies: np.ndarray) -> np.ndarray:
        """Multiply each row by the weights of its copy."""
        if len(self._weights) == 1:
            return np.asarray(counts @ self._weights[0])
        sums = np.empty((len(copies), len(self.block.outputs)))
        for copy in np.unique(copies):
            rows = np.flatnonzero(copies == copy)
            sums[rows] = counts[rows] @ self._weights[copy]
        return sums

    def _matrix(self, rows: np.ndarray, columns: np.ndarray, n_rows: int) -> csr_array:
        shape = (n_rows, len(self.columns))
        return coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()


class WordCounts(FeatureCounts):
    """N-grams of stems, looked up in a tree of which each node is an n-gram.

    A node is found by its key: its parent (the n-gram without the last stem, -1 for a single
    stem) and its last stem, as one number, ``(parent + 1) * n_stems + stem``. The features "no"
    and "no truce" have the stems no = 0 and truce = 1, and give the nodes ::

        0  "no"        parent -1, stem 0    key (-1 + 1) * 2 + 0 = 0
        1  "no truce"  parent  0, stem 1    key ( 0 + 1) * 2 + 1 = 3

    The keys are kept in order, so that `numpy.searchsorted` looks up many at once.
    """

    def __init__(self, block: BlockArrays) -> None:
        super().__init__(block)
        self._stems: dict[str, int] = {}
        nodes: dict[tuple[int, int], int] = {}  # the number of each node, by parent and stem
        column_of_node = {}
        for feature, column in self.columns.items():
            node = -1
            for part in feature.split(" "):
                stem = self._stems.setdefault(part, len(self._stems))
                node = nodes.setdefault((node, stem), len(nodes))
            column_of_node[node] = column
        keys = [(parent + 1) * len(self._stems) + stem for parent, stem in nodes]
        unsorted_keys = np.asarray(keys, dtype=np.int64)
        self._order = np.argsort(unsorted_keys)
        self._keys = unsorted_keys[self._order]
        self._roots = np.full(len(self._stems) + 1, -1)  # the last is for stem -1: in no feature
        for (parent, stem), node in nodes.items():
            if parent < 0:
                self._roots[stem] = node
        columns = [column_of_node.get(node, -1) for node in range(len(nodes))]
        self._columns = np.asarray(columns, dtype=np.int64)  # -1: only the beginning of a feature
        self._stem_of_token = array("q")

    def count(self, words: WordArrays, tokens: Sequence[Token], n_rows: int) -> csr_array:
        """Count n-grams: first those of one stem, then those of two that begin with these, ..."""
        new_tokens = tokens[len(self._stem_of_token) :]
        self._stem_of_token.extend(self._stems.get(each.stem, -1) for each in new_tokens)
        row = words.row
        stems = np.frombuffer(self._stem_of_token, dtype=np.int64)[words.token]
        starts = np.flatnonzero(self._roots[stems] >= 0)
        nodes = self._roots[stems[starts]]
        rows, columns = [], []
        for length in range(self.block.ngram_range[1]):
            if length:
                starts, nodes = self._lengthen(starts, nodes, length, row, stems)
            column = self._columns[nodes]
            rows.append(row[starts[column >= 0]])
            columns.append(column[column >= 0])
        return self._matrix(np.concatenate(rows), np.concatenate(columns), n_rows)

    def _lengthen(
        self,
        starts: np.ndarray,
        nodes: np.ndarray,
        length: int,
        row: np.ndarray,
        stems: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Add one stem to n-grams of a length; drop those that are not in the tree.

        An n-gram at word 4 with two stems goes on with word 6, if that is in the same paragraph,
        its stem is in a feature, and the tree has a node for the three stems.
        """
        next_stems = stems.take(starts + length, mode="clip")
        candidates = np.flatnonzero((starts + length < len(row)) & (next_stems >= 0))
        same_row = row[starts[candidates]] == row[starts[candidates] + length]
        candidates = candidates[same_row]
        keys = (nodes[candidates] + 1) * len(self._stems) + next_stems[candidates]
        slots = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        is_node = self._keys[slots] == keys
        return starts[candidates[is_node]], self._order[slots[is_node]]

    def forget(self) -> None:
        """Drop the stems of tokens."""
        self._stem_of_token = array("q")


class CharacterCounts(FeatureCounts):
    """N-grams of characters, found once per word and summed over the words of a paragraph.

    The columns of the n-grams of token t are ``grams[starts[t] : starts[t + 1]]``: with ``starts
    = [0, 0, 3]``, token 0 (a masked name) has none, and token 1 the first three. These arrays are
    the sparse matrix (tokens x features); its product with (paragraphs x tokens) is the count.
    """

    def __init__(self, block: BlockArrays) -> None:
        super().__init__(block)
        self._grams, self._starts, self._ones = array("i"), array("i", [0]), array("d")

    def count(self, words: WordArrays, tokens: Sequence[Token], n_rows: int) -> csr_array:
        """Count n-grams."""
        for each in tokens[len(self._starts) - 1 :]:
            is_name = each.word == SIDE
            runs = [] if is_name else runs_of_characters(each.word, self.block.ngram_range)
            known = [column for run in runs if (column := self.columns.get(run)) is not None]
            self._grams.extend(known)
            self._starts.append(len(self._grams))
        self._ones.extend([1.0] * (len(self._grams) - len(self._ones)))
        ones, grams, starts = (
            np.frombuffer(values, dtype=values.typecode)
            for values in (self._ones, self._grams, self._starts)
        )
        by_token = csr_array((ones, grams, starts), shape=(len(tokens), len(self.columns)))
        ends = np.searchsorted(words.row, np.arange(n_rows + 1))
        by_row = csr_array(
            (np.ones(len(words.row)), words.token, ends), shape=(n_rows, len(tokens))
        )
        return by_row @ by_token

    def forget(self) -> None:
        """Drop the n-grams of tokens."""
        self._grams, self._starts, self._ones = array("i"), array("i", [0]), array("d")


class ValenceCounts(FeatureCounts):
    """The valence of words, which depends on the words before them: one paragraph at a time."""

    def count(self, words: WordArrays, tokens: Sequence[Token], n_rows: int) -> csr_array:
        """Count features of valence."""
        row = words.row
        edges = np.flatnonzero(np.diff(row, prepend=-1))  # where each paragraph with words begins
        paragraphs = np.split(words.token, edges[1:]) if len(row) else ()
        rows, columns = list[int](), list[int]()
        for number, paragraph in zip(row[edges].tolist(), paragraphs, strict=True):
            paragraph_tokens = [tokens[each] for each in paragraph.tolist()]
            occurrences = valence_features(paragraph_tokens, self.block.lexicon or {})
            columns += (self.columns[occurrence.feature] for occurrence in occurrences)
            rows += [number] * (len(columns) - len(rows))
        return self._matrix(
            np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64), n_rows
        )


class FrameCounts(FeatureCounts):
    """Frames, one sentence at a time, from the numbers of the classes of its cues."""

    def __init__(self, block: BlockArrays) -> None:
        super().__init__(block)
        for feature in self.columns:
            number_frame(feature)  # which raises ValueError unless it is one
        self._class_of_token = array("q")

    def count(self, words: WordArrays, tokens: Sequence[Token], n_rows: int) -> csr_array:
        """Count frames: of the words, those of a class are kept, and cut into sentences."""
        new_tokens = tokens[len(self._class_of_token) :]
        new_words = [token.word for token in new_tokens]
        new_stems = [token.stem for token in new_tokens]
        self._class_of_token.extend(number_cue_classes(new_words, new_stems))
        classes = np.frombuffer(self._class_of_token, dtype=np.int64)[words.token]
        sentence = np.cumsum(words.begins_sentence | (np.diff(words.row, prepend=-1) > 0))
        cues = np.flatnonzero(classes)
        starts = np.flatnonzero(np.diff(sentence[cues], prepend=-1))
        indexes, names = cues.tolist(), [CUE_CLASSES[number - 1] for number in classes[cues]]
        rows, columns = list[int](), list[int]()
        for start, end in itertools.pairwise([*starts.tolist(), len(cues)]):
            joined = join_cues(zip(indexes[start:end], names[start:end], strict=True))
            frames = find_frames(tuple(name for _, name in joined))
            known = [self.columns[frame.name] for frame in frames if frame.name in self.columns]
            columns += known
            rows += [int(words.row[indexes[start]])] * len(known)
        return self._matrix(
            np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64), n_rows
        )

    def forget(self) -> None:
        """Drop the classes of tokens."""
        self._class_of_token = array("q")


COUNTS: Final[dict[str, type[FeatureCounts]]] = {
    "words": WordCounts,
    "characters": CharacterCounts,
    "valence": ValenceCounts,
    "frames": FrameCounts,
}
