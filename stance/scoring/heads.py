"""One label column of a fitted model as plain arrays: its features, weights, and which labels it cannot rule out."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from stance.options import check_level
from stance.text.features import UNSCALED, block_features
from stance.text.tokens import SIDE, Token, is_plain


@dataclass(frozen=True)
class Block:
    """One TF-IDF block of a head: its n-gram lengths, its features from column `first` on, and the lexicon of the block "valence"."""

    name: str
    ngram_range: tuple[int, int]
    features: tuple[str, ...]
    first: int
    lexicon: Mapping[str, int] | None = None

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The column of each feature."""
        return {feature: column for column, feature in enumerate(self.features, start=self.first)}

    def places(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int, int]]:
        """Yield column, first and last token of each known feature."""
        for occurrence in block_features(self.name, tokens, self.ngram_range, self.lexicon):
            column = self.columns.get(occurrence.feature)
            if column is not None:
                yield column, occurrence.first, occurrence.last

    def layout(self) -> dict[str, Any]:
        """Return what ``<head>.features.json`` holds."""
        lexicon = {"lexicon": self.lexicon} if self.lexicon else {}
        return {
            "name": self.name,
            "ngram_range": self.ngram_range,
            "features": self.features,
            **lexicon,
        }


@dataclass(frozen=True)
class Head:
    """One label column: features, weights and temperature.

    Attributes
    ----------
    name : str
        The label column ("stance").
    classes : tuple of str
        Labels in sorted order.
    blocks : tuple of Block
        Features, each block scaled to length 1 by itself, except for those in `UNSCALED`.
    idf : ndarray of shape (n_features,)
        Inverse document frequencies.
    weights : ndarray of shape (n_features, n_classes)
        Coefficients, already divided by the temperature.
    intercept : ndarray of shape (n_classes,)
        Intercepts, already divided by the temperature.
    scores : ndarray of shape (n_rows,)
        Sorted ``1 - p(true label)`` of rows that the fit did not see (split conformal prediction).
    copies : dict of str to tuple of ndarray
        By target, the weights and intercept that hold for it instead: those shared by all targets, plus its own.
    """

    name: str
    classes: tuple[str, ...]
    blocks: tuple[Block, ...]
    idf: np.ndarray
    weights: np.ndarray
    intercept: np.ndarray
    scores: np.ndarray
    copies: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def aim(self, target: str | None) -> Head:
        """Return the head as it holds for a target; for None or an unknown one, the shared part, which is the head itself."""
        if target is None or target not in self.copies:
            return self
        weights, intercept = self.copies[target]
        return replace(self, weights=weights, intercept=intercept)

    def logits(self, paragraphs: Sequence[Sequence[Token]]) -> np.ndarray:
        """Return the logits, of shape (n_paragraphs, n_classes)."""
        out = np.tile(self.intercept, (len(paragraphs), 1))
        for row, tokens in enumerate(paragraphs):
            columns, values = self.features(tokens)
            if columns:
                out[row] += np.asarray(values) @ self.weights[columns]
        return out

    def features(self, tokens: Sequence[Token]) -> tuple[list[int], list[float]]:
        """Return the columns and TF-IDF values of the known features of a paragraph."""
        columns: list[int] = []
        values: list[float] = []
        for block in self.blocks:
            places = np.fromiter((column for column, _, _ in block.places(tokens)), dtype=np.int64)
            found, counts = np.unique(places, return_counts=True)
            columns += found.tolist()
            values += self._weigh(block, found, counts).tolist()
        return columns, values

    def contributions(self, tokens: Sequence[Token]) -> np.ndarray:
        """Share each logit out over the tokens that gave it.

        Returns
        -------
        ndarray of shape (n_tokens, n_classes)
            A feature's part of the logit is shared equally by its occurrences, and by the tokens of each. The sum over
            tokens, plus the intercept, is the logit.
        """
        out = np.zeros((len(tokens), len(self.classes)))
        for block in self.blocks:
            column, first, last = (
                np.asarray(list(block.places(tokens)), dtype=np.int64).reshape(-1, 3).T
            )
            found, which, counts = np.unique(column, return_inverse=True, return_counts=True)
            shares = (self._weigh(block, found, counts) / counts)[:, None] * self.weights[found]
            parts = shares[which] / (last + 1 - first)[:, None]
            for step in range(1 + (last - first).max(initial=-1)):
                inside = first + step <= last
                np.add.at(out, first[inside] + step, parts[inside])
        return out

    def _weigh(self, block: Block, columns: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Return the TF-IDF values of the features of a block."""
        values = (1 + np.log(counts)) * self.idf[columns]
        norm = 1.0 if block.name in UNSCALED else float(np.sqrt(values @ values)) or 1.0
        return np.asarray(values / norm)

    def is_uncertain(self, probabilities: np.ndarray, level: float) -> np.ndarray:
        """Tell for each row whether the labels that cannot be ruled out at `level` are other than one.

        Parameters
        ----------
        probabilities : ndarray of shape (n_paragraphs, n_classes)
            What `softmax` gave.
        level : float
            Share of paragraphs, like those trained on, whose set of labels must hold the true one.

        Returns
        -------
        ndarray of bool, of shape (n_paragraphs,)

        References
        ----------
        Vovk, Gammerman and Shafer (2005). Algorithmic Learning in a Random World. Springer.
        """
        return np.asarray((self.kept(probabilities, level)).sum(axis=1) != 1)

    def kept(self, probabilities: np.ndarray, level: float) -> np.ndarray:
        """Return the conformal sets, as a bool ndarray of shape (n_paragraphs, n_classes)."""
        check_level(level)
        rank = math.ceil((len(self.scores) + 1) * level)
        limit = self.scores[rank - 1] if rank <= len(self.scores) else 1.0
        return np.asarray(1.0 - probabilities <= limit)


def measure_familiarity(tokens: Sequence[Token], words: Container[str]) -> float:
    """Return the share of a paragraph's words that are in `words`; names of sides, numbers and marks do not count, 0 without others."""
    known = [token.stem in words for token in tokens if token.stem != SIDE and is_plain(token.word)]
    return sum(known) / len(known) if known else 0.0


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities, row by row, without overflow."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
