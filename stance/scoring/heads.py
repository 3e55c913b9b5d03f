"""One label column of a fitted model as plain arrays: features, weights, prediction sets."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate, groupby, islice
from operator import itemgetter
from typing import Any, Final

import numpy as np

from stance.options import check_level
from stance.text.features import PAIRED, UNSCALED
from stance.text.occurrences import FeatureFinder, Occurrences, number_rows
from stance.text.tokens import SIDE, Token
from stance.text.words import is_plain

SURE: Final = 0.6
"""A label under this probability is always uncertain."""
_TOGETHER: Final = 4096
"""Tokens, about, whose contributions are worked out at once: enough to call NumPy rarely."""


@dataclass(frozen=True)
class FeatureBlock:
    """The features of one kind that a head uses.

    Attributes
    ----------
    name : {"words", "characters", "valence", "frames"}
        The kind.
    ngram_range : tuple of int
        Lengths of the shortest and the longest n-gram.
    features : tuple of str
        In the order of their columns.
    first : int
        Column of the first feature in the arrays of the head.
    lexicon : dict of str to int, optional
        Valence of each word, for the block "valence".
    """

    name: str
    ngram_range: tuple[int, int]
    features: tuple[str, ...]
    first: int
    lexicon: Mapping[str, int] | None = None

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The column of each feature."""
        return {feature: column for column, feature in enumerate(self.features, start=self.first)}

    def occurrences(self, paragraphs: Sequence[Sequence[Token]]) -> Occurrences:
        """Find the known features of paragraphs, as `FeatureFinder.find` does."""
        return self._finder.find(paragraphs)

    @cached_property
    def _finder(self) -> FeatureFinder:
        return FeatureFinder(self.name, self.ngram_range, self.columns, self.lexicon)

    def description(self) -> dict[str, Any]:
        """Return what ``<head>.features.json`` stores about the block."""
        lexicon = {"lexicon": self.lexicon} if self.lexicon else {}
        return {
            "name": self.name,
            "ngram_range": self.ngram_range,
            "features": self.features,
            **lexicon,
        }


@dataclass(frozen=True)
class Head:
    """One label column of a model: a linear classifier with calibrated probabilities.

    The probabilities of a paragraph are ``softmax(tfidf @ weights + intercept)``. Training divides
    weights and intercept by a temperature, one per head, chosen so that the probabilities match
    how often a label is right on rows that the fit did not see.

    Attributes
    ----------
    name : str
        The label column ("stance").
    classes : tuple of str
        Labels in sorted order.
    blocks : tuple of FeatureBlock
        Each is scaled to length 1 on its own, except for those in `UNSCALED`.
    idf : ndarray of shape (n_features,)
        Inverse document frequencies.
    weights : ndarray of shape (n_features, n_classes)
        Coefficients, already divided by the temperature.
    intercept : ndarray of shape (n_classes,)
        Intercepts, already divided by the temperature.
    nonconformity : ndarray of shape (n_rows, 2) or (n_rows,)
        Of rows that the fit did not see: the number of the true label, and ``1 - p(true label)``,
        sorted by both. Without the first column, one limit serves all labels.
    copies : dict of str to tuple of ndarray
        By target, the weights and intercept to use instead: those that all targets share, plus
        the target's own.
    """

    name: str
    classes: tuple[str, ...]
    blocks: tuple[FeatureBlock, ...]
    idf: np.ndarray
    weights: np.ndarray
    intercept: np.ndarray
    nonconformity: np.ndarray
    copies: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def aim(self, target: str | None) -> Head:
        """Return the head for one target; for None or an unknown target, the shared head itself."""
        if target is None or target not in self.copies:
            return self
        weights, intercept = self.copies[target]
        return replace(self, weights=weights, intercept=intercept)

    def logits(self, paragraphs: Sequence[Sequence[Token]]) -> np.ndarray:
        """Return the logits, of shape (n_paragraphs, n_classes)."""
        logits = np.tile(self.intercept, (len(paragraphs), 1))
        for row, tokens in enumerate(paragraphs):
            columns, values = self.features(tokens)
            if columns:
                logits[row] += np.asarray(values) @ self.weights[columns]
        return logits

    def features(self, tokens: Sequence[Token]) -> tuple[list[int], list[float]]:
        """Return the columns and the TF-IDF values of a paragraph's known features."""
        by_block = [block.occurrences([tokens])[0] for block in self.blocks]
        columns, counts = np.unique(np.concatenate(by_block), return_counts=True)
        values = self._tfidf(np.zeros_like(columns), columns, counts)  # of this one paragraph
        return columns.tolist(), values.tolist()

    def contributions(self, tokens: Sequence[Token]) -> np.ndarray:
        """Split each logit over the tokens that produced it.

        What a feature adds to a logit is split equally over its occurrences, and what an
        occurrence adds equally over its tokens: the first and the last one in the blocks in
        `PAIRED`, all from the first to the last one in others.

        Returns
        -------
        ndarray of shape (n_tokens, n_classes)
            The sum over tokens, plus the intercept, is the logit.

        Examples
        --------
        Both features below have the TF-IDF value 0.71. "no" adds 0.71 * 1 to the second logit;
        "no truce" adds 0.71 * 2, one half of it for each of its words.

        >>> from stance.text.tokens import make_tokens
        >>> block = FeatureBlock("words", (1, 2), ("no", "no truce"), first=0)
        >>> weights = np.array([[0.0, 1.0], [0.0, 2.0]])
        >>> labels, no_rows = ("neutral", "opposed"), np.empty(0)
        >>> head = Head("stance", labels, (block,), np.ones(2), weights, np.zeros(2), no_rows)
        >>> head.contributions(make_tokens("No truce")).round(2)
        array([[0.  , 1.41],
               [0.  , 0.71]])
        """
        labels = range(len(self.classes))
        return np.stack([*self.contributions_of_each([tokens] * len(labels), labels)], axis=1)

    def contributions_of_each(
        self, paragraphs: Sequence[Sequence[Token]], labels: Sequence[int]
    ) -> Iterator[list[float]]:
        """Yield what the tokens of each paragraph add to the logit of its label."""
        return iter(contributions_of_heads([self], paragraphs, [labels])[0])

    def add_up(
        self, row: np.ndarray, by_block: Sequence[Occurrences], labels: np.ndarray
    ) -> np.ndarray:
        """Return what tokens add to the logits of the labels of their paragraphs.

        Parameters
        ----------
        row : ndarray of int, of shape (n_tokens,)
            The number of the paragraph of each.
        by_block : sequence of Occurrences
            Of the features of each block.
        labels : ndarray of int, of shape (n_paragraphs,)
            The number of the label of each paragraph.
        """
        column, first, _ = np.concatenate(by_block, axis=1)
        added = self._values(row[first], column) * self.weights[column, labels[row[first]]]
        tokens, per_token = list[np.ndarray](), list[np.ndarray]()
        end = 0
        for block, (_, first, last) in zip(self.blocks, by_block, strict=True):
            begin, end = end, end + len(first)
            n_tokens = np.full_like(first, 2) if block.name in PAIRED else 1 + last - first
            values = added[begin:end] / n_tokens
            # To the first token of every occurrence, then to the second of those with two, ...
            for step in range(n_tokens.max(initial=0)):
                longer = step < n_tokens
                token = last if step and block.name in PAIRED else first + step
                tokens.append(token[longer])
                per_token.append(values[longer])
        if not tokens:
            return np.zeros(len(row))
        # Floats are added one by one in this order, whatever stands beside a paragraph.
        return np.bincount(np.concatenate(tokens), np.concatenate(per_token), minlength=len(row))

    def occurrence_contributions(
        self, block: FeatureBlock, tokens: Sequence[Token]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what each occurrence of a feature of a block adds to the logits.

        Returns
        -------
        first, last : ndarray of int, of shape (n_occurrences,)
            Its tokens.
        contributions : ndarray of shape (n_occurrences, n_classes)
        """
        column, first, last = block.occurrences([tokens])
        values = self._values(np.zeros_like(column), column)
        return first, last, values[:, None] * self.weights[column]

    def _values(self, row: np.ndarray, column: np.ndarray) -> np.ndarray:
        """Return the TF-IDF value of each occurrence, a feature's being split equally over its."""
        keys, feature, counts = np.unique(
            row * len(self.idf) + column, return_inverse=True, return_counts=True
        )
        rows, columns = np.divmod(keys, len(self.idf))
        return np.asarray((self._tfidf(rows, columns, counts) / counts)[feature])

    def _tfidf(self, rows: np.ndarray, columns: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Return the TF-IDF value of each column that occurs in a row, of its count there."""
        values = np.asarray((1 + np.log(counts)) * self.idf[columns])
        if not len(values):
            return values
        part = rows * len(self.blocks) + self._block_of_column[columns]
        lengths = np.sqrt(np.bincount(part, values**2))[part]
        scaled = self._is_scaled[columns] & (lengths > 0)
        return np.asarray(values / np.where(scaled, lengths, 1.0))

    @cached_property
    def _block_of_column(self) -> np.ndarray:
        sizes = [len(block.features) for block in self.blocks]
        return np.repeat(np.arange(len(sizes)), sizes)

    @cached_property
    def _is_scaled(self) -> np.ndarray:
        scaled = np.asarray([block.name not in UNSCALED for block in self.blocks])
        return np.asarray(scaled[self._block_of_column])

    def is_uncertain(self, probabilities: np.ndarray, level: float) -> np.ndarray:
        """Return for each row whether more than one label, or none, is plausible at a level.

        A row whose most probable label has a probability under `SURE` is uncertain at any level.

        Parameters
        ----------
        probabilities : ndarray of shape (n_paragraphs, n_classes)
            Calibrated probabilities.
        level : float
            Confidence level of the prediction sets, as in `prediction_sets`.

        Returns
        -------
        ndarray of bool, of shape (n_paragraphs,)
        """
        several = self.prediction_sets(probabilities, level).sum(axis=1) != 1
        return np.asarray(several | (probabilities.max(axis=1, initial=0.0) < SURE))

    def prediction_sets(self, probabilities: np.ndarray, level: float) -> np.ndarray:
        """Return which labels are plausible for each row: its prediction set.

        Of paragraphs like those trained on, a share of `level` has the true label in its set
        (split conformal prediction): a label is left out if its ``1 - p`` is higher than that of
        the true label in this share of the rows that the fit did not see. Where the limit is taken
        label by label, this holds for the paragraphs of each label, however common they are.

        Parameters
        ----------
        probabilities : ndarray of shape (n_paragraphs, n_classes)
            Calibrated probabilities.
        level : float
            Confidence level, from 0.5 to 0.99.

        Returns
        -------
        ndarray of bool, of shape (n_paragraphs, n_classes)

        References
        ----------
        Vovk, Gammerman and Shafer (2005). Algorithmic Learning in a Random World. Springer.

        Examples
        --------
        Nine rows: at level 0.8 the limit is the eighth smallest of their values, 0.8, so that a
        label needs a probability of at least 0.2.

        >>> block, rows = FeatureBlock("words", (1, 1), (), first=0), np.arange(1, 10) / 10
        >>> empty = np.empty((0, 2))
        >>> head = Head("stance", ("no", "yes"), (block,), empty[:, 0], empty, np.zeros(2), rows)
        >>> head.prediction_sets(np.array([[0.9, 0.1], [0.6, 0.4]]), 0.8)
        array([[ True, False],
               [ True,  True]])
        """
        check_level(level)
        if self.nonconformity.ndim == 1:
            return np.asarray(1.0 - probabilities <= _limit(self.nonconformity, level))
        limits = [_limit(values, level) for values in self._nonconformity_of_labels]
        return np.asarray(1.0 - probabilities <= np.asarray(limits))

    @cached_property
    def _nonconformity_of_labels(self) -> list[np.ndarray]:
        label, values = self.nonconformity.T
        return [values[label == number] for number in range(len(self.classes))]


def contributions_of_heads(
    heads: Sequence[Head], paragraphs: Sequence[Sequence[Token]], labels: Sequence[Sequence[int]]
) -> list[list[list[float]]]:
    """Return by head what the tokens of each paragraph add to the logit of the head's label.

    They are worked out for many paragraphs at once: a text of 300,000 one-letter paragraphs would
    take minutes if NumPy was called for each. The features of a block that heads share are looked
    for once.
    """
    contributions: list[list[list[float]]] = [[] for _ in heads]
    groups = (end // _TOGETHER for end in accumulate(map(len, paragraphs)))
    for _, members in groupby(zip(groups, paragraphs, *labels, strict=True), key=itemgetter(0)):
        _, together, *their_labels = zip(*members, strict=True)
        row = number_rows(together)
        blocks = {id(block): block for head in heads for block in head.blocks}
        occurrences = {number: block.occurrences(together) for number, block in blocks.items()}
        for head, of_head, labels_of_head in zip(heads, contributions, their_labels, strict=True):
            by_block = [occurrences[id(block)] for block in head.blocks]
            values = iter(head.add_up(row, by_block, np.asarray(labels_of_head)).tolist())
            of_head.extend([*islice(values, len(tokens))] for tokens in together)
    return contributions


def _limit(values: np.ndarray, level: float) -> float:
    """Return the value that a share `level` of sorted values does not exceed; 1 for too few."""
    rank = math.ceil((len(values) + 1) * level)
    return float(values[rank - 1]) if rank <= len(values) else 1.0


def measure_familiarity(tokens: Sequence[Token], words: Container[str]) -> float:
    """Return the share of a paragraph's words whose stems are in `words`.

    Masked names, numbers and punctuation do not count; a paragraph of nothing else gets 0.
    """
    known = [token.stem in words for token in tokens if token.stem != SIDE and is_plain(token.word)]
    return sum(known) / len(known) if known else 0.0


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities, row by row, without overflow."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
