"""The familiarity below which a paragraph gets no label, measured on what a model learns from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from stance.scoring.heads import measure_familiarity
from stance.text.tokens import Token
from stance.training.annotated import Annotated
from stance.training.counted.counts import Counts

FAMILIARITY_THRESHOLD: Final = 0.5
"""The share of a paragraph's words that a model must have seen to label it."""
UNFAMILIAR_ROWS: Final = 0.01
"""A model of few rows asks for less, so that at most this share of its own rows gets no label."""


def measure_counted_threshold(counts: Counts | None) -> float:
    """Return the familiarity threshold of a model of counts alone, as for texts.

    A stem is familiar if it occurs in another fold; what was left out of a paragraph is not.
    """
    if counts is None:
        return FAMILIARITY_THRESHOLD
    block = counts.blocks["words"]
    stems = counts.stems()
    columns = [number for number, feature in enumerate(block.features) if feature in stems]
    matrix = block.matrix[:, columns]
    known = np.empty(counts.n_rows)
    for fold in np.unique(counts.folds):
        inside = counts.folds == fold
        elsewhere = np.asarray(matrix[~inside].sum(axis=0)).ravel() > 0
        known[inside] = np.asarray(matrix[inside] @ elsewhere.astype(float)).ravel()
    shares = np.minimum(known / counts.lengths, 1.0)
    return min(FAMILIARITY_THRESHOLD, float(np.quantile(shares, UNFAMILIAR_ROWS)))


def measure_threshold(rows: Annotated, tokens: Sequence[Sequence[Token]]) -> float:
    """Return the familiarity below which a paragraph gets no label.

    It is `FAMILIARITY_THRESHOLD`, or less if too many of the model's own rows would fall below it
    when what their group alone has taught is left out.
    """
    groups = rows.groups or [str(row) for row in range(len(rows.texts))]
    groups_by_stem: dict[str, set[str]] = {}
    for group, paragraph in zip(groups, tokens, strict=True):
        for token in paragraph:
            groups_by_stem.setdefault(token.stem, set()).add(group)
    familiarities = [
        measure_familiarity(
            paragraph, {token.stem for token in paragraph if groups_by_stem[token.stem] != {group}}
        )
        for group, paragraph in zip(groups, tokens, strict=True)
    ]
    return min(FAMILIARITY_THRESHOLD, float(np.quantile(familiarities, UNFAMILIAR_ROWS)))
