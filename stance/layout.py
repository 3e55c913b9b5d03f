"""The arrays of all heads of a model side by side: what scores paragraphs starts from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from stance.heads import Head
from stance.tokens import Gazetteer


@dataclass(frozen=True)
class BlockArrays:
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


@dataclass(frozen=True)
class Layout:
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

    def score(self, texts: list[str], parts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return probabilities of shape (n_paragraphs, n_outputs), familiarity, and numbers of tokens; `parts` is int32."""


def make_layout(heads: Mapping[str, Head], gazetteer: Gazetteer | None, words: Collection[str], *, social_media: bool) -> Layout:
    """Put the arrays of all heads side by side; heads with the same features share a block."""
    outputs, first = {}, 0
    groups: list[tuple[BlockArrays, np.ndarray]] = []
    targets = tuple(dict.fromkeys(target for head in heads.values() for target in head.copies))
    aimed = [[head.aim(target) for target in (None, *targets)] for head in heads.values()]
    for name, parts in zip(heads, aimed, strict=True):
        head = parts[0]
        outputs[name] = slice(first, first + len(head.classes))
        columns = np.arange(first, first + len(head.classes), dtype=np.int32)
        first += len(head.classes)
        for block in head.blocks:
            here = slice(block.first, block.first + len(block.features))
            idf = head.idf[here]
            order = np.argsort(idf, kind="stable")  # the frequent first, so that they share the processor's caches
            rows = np.stack([part.weights[here][order] * idf[order, None] for part in parts])
            features = [block.features[column] for column in order.tolist()]
            _add(groups, BlockArrays(block.name, block.ngram_range, features, columns, rows, block.lexicon), idf[order])
    intercepts = np.stack([np.concatenate([parts[at].intercept for parts in aimed]) for at in range(1 + len(targets))])
    return Layout(outputs, targets, intercepts, [_with_idf(*group) for group in groups], gazetteer, words, social_media)


def _add(groups: list[tuple[BlockArrays, np.ndarray]], block: BlockArrays, idf: np.ndarray) -> None:
    for at, (known, its_idf) in enumerate(groups):
        same = (known.name, known.ngram_range, known.lexicon) == (block.name, block.ngram_range, block.lexicon)
        if same and np.array_equal(its_idf, idf) and known.features == block.features:
            outputs = np.concatenate([known.outputs, block.outputs])
            rows = np.concatenate([known.rows, block.rows], axis=2)
            groups[at] = (BlockArrays(block.name, block.ngram_range, block.features, outputs, rows, block.lexicon), idf)
            return
    groups.append((block, idf))


def _with_idf(block: BlockArrays, idf: np.ndarray) -> BlockArrays:
    last = np.broadcast_to(idf[:, None], (*block.rows.shape[:2], 1))
    rows = np.ascontiguousarray(np.concatenate([block.rows, last], axis=2))
    return BlockArrays(block.name, block.ngram_range, block.features, block.outputs, rows, block.lexicon)
