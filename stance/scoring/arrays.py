"""The arrays of all heads of a model side by side, from which a backend scores paragraphs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from stance.scoring.heads import FeatureBlock, Head
from stance.text.tokens import Gazetteer


class BlockArrays(NamedTuple):
    """A feature block of one head, or of several heads with the same features.

    Attributes
    ----------
    name : {"words", "characters", "valence", "frames"}
        The kind of features.
    ngram_range : tuple of int
        Lengths of the shortest and the longest n-gram.
    features : list of str, of length n_features
        In the order of the rows.
    outputs : ndarray of int32, of shape (width,)
        The columns of `ModelArrays.intercepts`, one per label, that the weights add to.
    rows : ndarray of shape (n_copies, n_features, width + 1)
        One row per feature: its weights times its idf, then its idf. Copy 0 holds the weights
        that all targets share, copy k those of ``targets[k - 1]``.
    lexicon : dict of str to int, optional
        Valence of each word, for the block "valence".
    """

    name: str
    ngram_range: tuple[int, int]
    features: list[str]
    outputs: np.ndarray
    rows: np.ndarray
    lexicon: Mapping[str, int] | None


class ModelArrays(NamedTuple):
    """The arrays of all heads side by side: the outputs are the labels of all heads in a row.

    Attributes
    ----------
    outputs : dict of str to slice
        By head, the columns of its labels.
    intercepts : ndarray of shape (n_copies, n_outputs)
        Copy 0 is what all targets share, then one copy per target.
    blocks : list of BlockArrays
        Features; those that several heads share stand here once.
    gazetteer : Gazetteer or None
        The names that are masked.
    words : collection of str
        Familiar stems.
    social_media : bool
        As in `make_tokens`.
    """

    outputs: dict[str, slice]
    intercepts: np.ndarray
    blocks: list[BlockArrays]
    gazetteer: Gazetteer | None
    words: Collection[str]
    social_media: bool


class Backend(Protocol):
    """Turns paragraphs into probabilities.

    Attributes
    ----------
    name : {"compiled", "numpy"}
        Which one it is.
    why : str
        Why it is in use.
    """

    name: str
    why: str

    def score(
        self, texts: list[str], copies: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Score paragraphs.

        Parameters
        ----------
        texts : list of str, of length n_paragraphs
            Paragraphs.
        copies : ndarray of int32, of shape (n_paragraphs,)
            Which copy of the weights to use for each.

        Returns
        -------
        probabilities : ndarray of shape (n_paragraphs, n_outputs)
            They sum to 1 within each head.
        familiarity : ndarray of shape (n_paragraphs,)
            As in `measure_familiarity`.
        n_tokens : ndarray of int, of shape (n_paragraphs,)
            How many tokens each has.
        """


class _HeadBlock(NamedTuple):
    """A feature block of one head with its arrays, before heads are put side by side."""

    block: FeatureBlock
    idf: np.ndarray
    outputs: np.ndarray
    weights: list[np.ndarray]  # by copy, each of shape (n_features, n_classes)


def number_outputs(heads: Mapping[str, Head]) -> dict[str, slice]:
    """Return the columns of each head's labels where the labels of all heads stand in a row.

    With three stances and five tones: ``{"stance": slice(0, 3), "tone": slice(3, 8)}``.
    """
    outputs, first = {}, 0
    for name, head in heads.items():
        outputs[name] = slice(first, first + len(head.classes))
        first += len(head.classes)
    return outputs


def number_copies(heads: Mapping[str, Head]) -> dict[str, int]:
    """Return the number of each target's copy of the weights; copy 0 is for no known target."""
    targets = dict.fromkeys(target for head in heads.values() for target in head.copies)
    return {target: number for number, target in enumerate(targets, start=1)}


def arrange_model(
    heads: Mapping[str, Head],
    gazetteer: Gazetteer | None,
    words: Collection[str],
    *,
    social_media: bool,
) -> ModelArrays:
    """Put the arrays of all heads side by side; heads with the same features share a block."""
    outputs = number_outputs(heads)
    targets = (None, *number_copies(heads))
    aimed_heads = {name: [head.aim(target) for target in targets] for name, head in heads.items()}
    groups: list[list[_HeadBlock]] = []
    for name, aimed in aimed_heads.items():
        for head_block in _head_blocks(aimed, outputs[name]):
            group = next((group for group in groups if _same_features(group[0], head_block)), None)
            if group:
                group.append(head_block)
            else:
                groups.append([head_block])
    intercepts = np.hstack([[head.intercept for head in aimed] for aimed in aimed_heads.values()])
    blocks = [_arrange_block(group) for group in groups]
    return ModelArrays(outputs, intercepts, blocks, gazetteer, words, social_media)


def _head_blocks(aimed: Sequence[Head], outputs: slice) -> Iterator[_HeadBlock]:
    """Yield the feature blocks of one head, given once per copy of its weights."""
    head = aimed[0]
    for block in head.blocks:
        columns = slice(block.first, block.first + len(block.features))
        yield _HeadBlock(
            block,
            head.idf[columns],
            np.arange(outputs.start, outputs.stop, dtype=np.int32),
            [copy.weights[columns] for copy in aimed],
        )


def _same_features(one: _HeadBlock, other: _HeadBlock) -> bool:
    return (
        one.block.name == other.block.name
        and one.block.ngram_range == other.block.ngram_range
        and one.block.lexicon == other.block.lexicon
        and np.array_equal(one.idf, other.idf)
        and one.block.features == other.block.features
    )


def _arrange_block(group: Sequence[_HeadBlock]) -> BlockArrays:
    """Put the weights of heads with the same features side by side.

    If stance has 3 labels and tone 5, a feature's row is its 3 + 5 weights times its idf, then its
    idf: one row of memory gives all that a paragraph with this feature needs. Frequent features
    (low idf) come first, so that the rows in use lie close together in the processor's caches.
    """
    block, idf = group[0].block, group[0].idf
    outputs = np.concatenate([head_block.outputs for head_block in group])
    order = np.argsort(idf, kind="stable")
    rows = np.empty((len(group[0].weights), len(order), len(outputs) + 1))
    rows[:, :, -1] = sorted_idf = idf[order]
    for copy, copy_rows in enumerate(rows):
        weights_by_label = (
            weights for head_block in group for weights in head_block.weights[copy].T
        )
        # One label at a time, because one column fits into the processor's caches.
        for column, weights in enumerate(weights_by_label):
            copy_rows[:, column] = weights[order] * sorted_idf
    features = np.array(block.features, dtype=object)[order].tolist()
    return BlockArrays(block.name, block.ngram_range, features, outputs, rows, block.lexicon)
