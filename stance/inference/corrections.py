"""Find the confusion matrix that shares are corrected with, and say in words what that assumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from stance.errors import InputError
from stance.inference.shares import check_confusion
from stance.model import Model
from stance.training.learned_rows import count_learned

if TYPE_CHECKING:
    import pandas as pd

_OWN_PRINT: Final = "The correction assumes that they are a fair sample of the print scored."
_OTHER_PRINT: Final = (
    "The correction assumes that this print is confused in the same way as what the matrix was "
    "measured on, and no two outlets are quite. Take the gap between the counted and the "
    "corrected share as a measure of doubt. Intervals that hold need paragraphs of your own print, "
    "annotated: a hundred, better three hundred, passed as --annotated."
)
_NO_MATRIX: Final = (
    "No held-out confusion matrix comes with this model: shares are raw, as they were counted."
)
_TOO_FEW: Final = (
    "They are too few of some label to correct with: shares are raw, as they were counted."
)


@dataclass(frozen=True)
class Correction:
    """A confusion matrix to correct shares with, or None, and what it was measured on.

    Attributes
    ----------
    confusion : ndarray of shape (n_classes, n_classes) or None
        Held-out counts: rows are annotations, columns predictions. None leaves shares as counted.
    origin : str
        A sentence for readers: what the matrix was measured on and assumes, or why there is none.
    """

    confusion: np.ndarray | None
    origin: str


def find_corrections(model: Model, annotated: str | Path | None) -> dict[str, Correction]:
    """Find the confusion matrix of each head.

    Parameters
    ----------
    model : Model
        The model that labelled the print.
    annotated : str, Path or None
        A CSV of paragraphs of the same print, annotated. None takes the matrix of the model's own
        cross-validation, where it comes with one.

    Returns
    -------
    dict of str to Correction
        By head.
    """
    if annotated is not None:
        return _measure_corrections(model, Path(annotated))
    measured = model.facts.get("cross_validation", {})
    return {
        head: _shipped_correction(measured.get(head, {}).get("confusion")) for head in model.labels
    }


def _shipped_correction(confusion: list[list[int]] | None) -> Correction:
    """Return the correction by the matrix that comes with a model, if one does."""
    if confusion is None:
        return Correction(None, _NO_MATRIX)
    matrix = np.asarray(confusion)
    sample = f"{matrix.sum():,} paragraphs that it had not been trained on (cross-validation)"
    return _usable(matrix, _origin(sample, _OTHER_PRINT))


def _measure_corrections(model: Model, annotated: Path) -> dict[str, Correction]:
    """Measure each head's matrix on the annotated paragraphs that the model labels.

    Shares are of labelled paragraphs only, so that the others must not count here either.
    """
    from stance.training.evaluation import read_rows_for

    rows = read_rows_for(model, annotated)
    predicted = model.label_cells(rows.texts, unit="row").arrays
    corrections = find_corrections(model, None)
    for head, given in rows.labels.items():
        codes = predicted[head][[bool(label) for label in given]]
        matrix = _confusion(rows.of_head(head).labels[head], codes, model.labels[head])
        sample = f"{matrix.sum():,} paragraphs annotated in {annotated.name}"
        if left_out := int((codes < 0).sum()):
            sample += (
                f"; {left_out:,} more were left out, because the model knows too few of their "
                "words to label them"
            )
        corrections[head] = _usable(matrix, _origin(sample, _OWN_PRINT))
    return corrections


def measure_confusion(
    model: Model, annotated: pd.DataFrame | str | Path, head: str, text: str
) -> tuple[np.ndarray, list[str]]:
    """Return one head's confusion matrix on annotated paragraphs, and the order of its labels.

    Raises
    ------
    InputError
        If the model has no such head, a label is one that it cannot give, or it learned from some
        of the paragraphs.
    """
    from stance.training.annotated import read_annotated

    if head not in model.labels:
        raise InputError(f"`head` must be among {list(model.labels)!r}; got {head!r}.")
    labels = list(model.labels[head])
    rows = read_annotated(annotated, text=text, labels=[head], groups=None)
    unknown = sorted(set(rows.labels[head]) - set(labels))
    if unknown:
        raise InputError(
            f"{rows.name}, column {head!r} must hold labels of the model; got {unknown!r}. "
            f"They are {labels!r}."
        )
    if learned := count_learned(model.facts, rows.texts):
        raise InputError(
            f"{rows.name} must hold paragraphs that the model did not learn from; it learned from "
            f"{learned:,} of {len(rows.texts):,}. Annotate others."
        )
    codes = model.label_cells(rows.texts, unit="row").arrays[head]
    return _confusion(rows.labels[head], codes, labels), labels


def _confusion(annotated: Sequence[str], codes: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """Count annotations (rows) against predicted codes (columns), where there is a prediction."""
    given = np.asarray([labels.index(label) for label in annotated])
    matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(matrix, (given[codes >= 0], codes[codes >= 0]), 1)
    return matrix


def _origin(sample: str, assumption: str) -> str:
    return f"What the model confuses was measured on {sample}. {assumption}"


def _usable(matrix: np.ndarray, origin: str) -> Correction:
    """Return a correction by the matrix, or one without it where it cannot be inverted."""
    try:
        check_confusion(matrix)
    except InputError:
        return Correction(None, f"{origin} {_TOO_FEW}")
    return Correction(matrix, origin)
