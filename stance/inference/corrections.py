"""Find the confusion matrix that a report's shares are corrected with, and say in words what that assumes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from stance.errors import InputError
from stance.inference.shares import check_confusion
from stance.model import Model


@dataclass(frozen=True)
class Correction:
    """A confusion matrix to correct shares with, or None; and what it was measured on, or why there is none."""

    confusion: np.ndarray | None
    origin: str


def find_corrections(model: Model, annotated: str | Path | None) -> dict[str, Correction]:
    """Find the confusion matrix of each head, and say where it is from, or why there is none that can be used."""
    found: dict[str, tuple[Any, str]] = {}
    if annotated is not None:
        for head, (matrix, left_out) in _measure(model, Path(annotated)).items():
            where = f"{matrix.sum():,} paragraphs annotated in {Path(annotated).name}"
            if left_out:
                where += f"; {left_out:,} more were left out, because the model knows too few of their words to label them"
            found[head] = (
                matrix,
                f"What the model confuses was measured on {where}. {_ASSUMED['own']}",
            )
    else:
        for head, figures in model.facts.get("cross_validation", {}).items():
            if "confusion" in figures:
                matrix = np.asarray(figures["confusion"])
                where = f"{matrix.sum():,} paragraphs that it had not been trained on (cross-validation)"
                found[head] = (
                    matrix,
                    f"What the model confuses was measured on {where}. {_ASSUMED['model']}",
                )
    return {head: _correction(*found.get(head, (None, _ASSUMED["none"]))) for head in model.labels}


def _measure(model: Model, annotated: Path) -> dict[str, tuple[np.ndarray, int]]:
    """Return each head's confusion matrix on what the model labels, as shares are of that only, and how many rows it does not label."""
    from stance.training.evaluation import read_rows_for

    rows = read_rows_for(model, annotated)
    found = model.label_cells(rows.texts, unit="row")
    measured = {}
    for head, labels in model.labels.items():
        codes = found.arrays[head]
        matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
        given = np.asarray([labels.index(label) for label in rows.labels[head]])
        np.add.at(matrix, (given[codes >= 0], codes[codes >= 0]), 1)
        measured[head] = (matrix, int((codes < 0).sum()))
    return measured


_ASSUMED: Final = {
    "own": "The correction assumes that they are a fair sample of the print scored.",
    "model": "The correction assumes that this print is confused in the same way, and real print is not quite: the shipped model was "
    "trained on composed paragraphs, and on real news copy its corrected shares were further from the readers' than the counted ones. "
    "Take the gap between the two as a measure of doubt. Intervals that hold need paragraphs of your own print, annotated: a hundred, "
    "better three hundred, passed as --annotated.",
    "none": "No held-out confusion matrix comes with this model: shares are raw, as they were counted.",
}


def _correction(matrix: Any, origin: str) -> Correction:
    if matrix is not None:
        try:
            check_confusion(matrix)
        except InputError:
            return Correction(
                None,
                f"{origin} They are too few of some label to correct with: shares are raw, as they were counted.",
            )
    return Correction(matrix, origin)
