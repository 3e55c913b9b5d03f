"""The arrays of all heads of a model side by side: what scores paragraphs starts from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from stance.scoring.heads import Block, Head
from stance.text.tokens import Gazetteer


class BlockArrays(NamedTuple):
    """The features of one or several heads that share them.

    Attributes
    ----------
    name : str
        "words", "characters" or "valence".
    ngram_range : tuple of int
        Shortest and longest run.
    features : list of str, of length n_features
        In the order of the columns.
    outputs : ndarray of int32, of shape (width,)
        Which logits they add to.
    rows : ndarray of shape (n_parts, n_features, width + 1)
        Weights times idf, then idf; one part for what all targets share, then one a target.
    lexicon : dict of str to int, optional
        Of the block "valence".
    """

    name: str
    ngram_range: tuple[int, int]
    features: list[str]
    outputs: np.ndarray
    rows: np.ndarray
    lexicon: Mapping[str, int] | None


class Layout(NamedTuple):
    """The arrays of all heads side by side.

    Attributes
    ----------
    outputs : dict of str to slice
        Those of each head.
    targets : tuple of str
        Those that have a part of their own.
    intercepts : ndarray of shape (n_parts, n_outputs)
        By part.
    blocks : list of BlockArrays
        Features, those that several heads share but once.
    gazetteer : Gazetteer or None
        The names that are masked.
    words : collection of str
        Familiar stems.
    social_media : bool
        As in `make_tokens`.
    """

    outputs: dict[str, slice]
    targets: tuple[str, ...]
    intercepts: np.ndarray
    blocks: list[BlockArrays]
    gazetteer: Gazetteer | None
    words: Collection[str]
    social_media: bool


class Engine(Protocol):
    """What turns paragraphs into probabilities."""

    def score(
        self, texts: list[str], parts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return probabilities of shape (n_paragraphs, n_outputs), familiarity, and numbers of tokens; `parts` is int32."""


class _Piece(NamedTuple):
    """A block of one head: its idf, its outputs, and its weights part by part."""

    block: Block
    idf: np.ndarray
    outputs: np.ndarray
    weights: list[np.ndarray]


def make_layout(
    heads: Mapping[str, Head],
    gazetteer: Gazetteer | None,
    words: Collection[str],
    *,
    social_media: bool,
) -> Layout:
    """Put the arrays of all heads side by side; heads with the same features share a block."""
    outputs, first = {}, 0
    groups: list[list[_Piece]] = []
    targets = tuple(dict.fromkeys(target for head in heads.values() for target in head.copies))
    aimed = [[head.aim(target) for target in (None, *targets)] for head in heads.values()]
    for name, parts in zip(heads, aimed, strict=True):
        head = parts[0]
        outputs[name] = slice(first, first + len(head.classes))
        columns = np.arange(first, first + len(head.classes), dtype=np.int32)
        first += len(head.classes)
        for block in head.blocks:
            here = slice(block.first, block.first + len(block.features))
            piece = _Piece(block, head.idf[here], columns, [part.weights[here] for part in parts])
            group = next((group for group in groups if _same_features(group[0], piece)), None)
            if group:
                group.append(piece)
            else:
                groups.append([piece])
    intercepts = np.stack(
        [np.concatenate([parts[at].intercept for parts in aimed]) for at in range(1 + len(targets))]
    )
    return Layout(
        outputs,
        targets,
        intercepts,
        [_lay(group) for group in groups],
        gazetteer,
        words,
        social_media,
    )


def _same_features(one: _Piece, other: _Piece) -> bool:
    names = [
        (piece.block.name, piece.block.ngram_range, piece.block.lexicon) for piece in (one, other)
    ]
    return (
        names[0] == names[1]
        and np.array_equal(one.idf, other.idf)
        and one.block.features == other.block.features
    )


def _lay(group: Sequence[_Piece]) -> BlockArrays:
    """Put the weights of pieces that share their features side by side, the frequent features first: they share the processor's caches."""
    block, idf = group[0].block, group[0].idf
    outputs = np.concatenate([piece.outputs for piece in group])
    order = np.argsort(idf, kind="stable")
    rows = np.empty((len(group[0].weights), len(order), len(outputs) + 1))
    rows[:, :, -1] = sorted_idf = idf[order]
    for part, row in enumerate(rows):
        columns = (column for piece in group for column in piece.weights[part].T)
        for at, column in enumerate(
            columns
        ):  # one at a time, as it fits into the processor's caches
            row[:, at] = column[order] * sorted_idf
    features = [block.features[column] for column in order.tolist()]
    return BlockArrays(block.name, block.ngram_range, features, outputs, rows, block.lexicon)
