"""Measure a model on annotated paragraphs."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stance.annotate.readings import read_readings, shown_rows
from stance.annotate.whole_tables import cells
from stance.errors import StanceWarning, TableError
from stance.model import Model, as_model
from stance.scoring.heads import Head
from stance.training.learned_rows import FACT, find_learned
from stance.training.metrics import measure_calibration_error, measure_interval, measure_macro_f1

if TYPE_CHECKING:
    import pandas as pd

    from stance.training.annotated import Annotated

_NOT_KNOWN = (
    "whether it was trained on these paragraphs is unknown: "
    "the model keeps no digests of all it learned from"
)
KEPT = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Shares of the paragraphs, surest first, on which accuracy is measured."""


@dataclass(frozen=True)
class Evaluation:
    """How well one head does.

    Attributes
    ----------
    labels : tuple of str
        In sorted order.
    n_paragraphs : int
        Paragraphs measured on.
    precision, recall, f1, support : dict of str to float
        By label.
    macro_f1 : float
        Mean of `f1`.
    macro_f1_interval : tuple of float
        95% bootstrap interval, resampling whole documents if they are known.
    confusion : ndarray of shape (n_classes, n_classes)
        Rows are annotations, columns predictions, both in the order of `labels`.
    calibration_error : float
        Expected calibration error over ten bins.
    level : float
        The confidence level of the prediction sets.
    coverage : float
        Share of paragraphs whose prediction set contains the annotation.
    uncertain : float
        Share of paragraphs whose prediction set does not have exactly one label.
    kept : dict of float to float
        Accuracy on the surest 100%, 90%, ... of the paragraphs.
    learned : int or None
        How many of the paragraphs the model was trained on; None if it cannot tell, as one trained
        on counts or with `private`.
    """

    labels: tuple[str, ...]
    n_paragraphs: int
    precision: dict[str, float]
    recall: dict[str, float]
    f1: dict[str, float]
    support: dict[str, float]
    macro_f1: float
    macro_f1_interval: tuple[float, float]
    confusion: np.ndarray
    calibration_error: float
    level: float
    coverage: float
    uncertain: float
    kept: dict[float, float]
    learned: int | None = None

    def __str__(self) -> str:
        low, high = self.macro_f1_interval
        accuracies = ", ".join(f"{share:.0%}: {value:.3f}" for share, value in self.kept.items())
        return "\n".join(
            [
                f"{self.n_paragraphs:,} paragraphs; "
                f"macro-F1 {self.macro_f1:.3f} (95%: {low:.3f} to {high:.3f})",
                *self._absent_labels(),
                "",
                *self._label_lines(),
                "",
                *self._confusion_lines(),
                "",
                f"expected calibration error {self.calibration_error:.3f}",
                f"sets at level {self.level}: hold the annotation {self.coverage:.1%}, "
                f"uncertain {self.uncertain:.1%}",
                f"accuracy on the surest {accuracies}",
                _NOT_KNOWN
                if self.learned is None
                else f"trained on {self.learned:,} of these paragraphs",
            ]
        )

    def _absent_labels(self) -> Iterator[str]:
        if absent := [label for label in self.labels if not self.support[label]]:
            yield (
                f"labels that no paragraph is annotated with, {', '.join(absent)}, "
                "count as an F1 of 0 in macro-F1"
            )

    def _label_lines(self) -> Iterator[str]:
        width = max(map(len, self.labels))
        yield f"{'label':<{width}}  precision  recall     F1  paragraphs"
        for label in self.labels:
            yield (
                f"{label:<{width}}  {self.precision[label]:9.3f}  {self.recall[label]:6.3f}"
                f"  {self.f1[label]:5.3f}  {self.support[label]:10.0f}"
            )

    def _confusion_lines(self) -> Iterator[str]:
        width = max(map(len, self.labels))
        yield "rows: annotated; columns: predicted"
        yield f"{'':<{width}}  " + "  ".join(self.labels)
        for label, row in zip(self.labels, self.confusion, strict=True):
            cells = (f"{count:>{len(name)}d}" for count, name in zip(row, self.labels, strict=True))
            yield f"{label:<{width}}  " + "  ".join(cells)


def evaluate(
    model: Model | str | Path,
    table: pd.DataFrame | str | Path | Sequence[str | Path],
    *,
    text: str = "text",
    documents: str | None = None,
    level: float = 0.9,
    encoding: str | None = None,
) -> dict[str, Evaluation]:
    """Measure a model on annotated paragraphs.

    Parameters
    ----------
    model : Model, str or Path
        A model from `load` or `train`, or a model folder or zip.
    table : pandas.DataFrame, str, Path or sequence of str or Path
        Annotated rows, with a column for at least one of the model's heads. Rows without a label
        are left out and counted.
    text : str, default="text"
        The column of paragraphs.
    documents : str, optional
        The column that names the document of each paragraph.
    level : float, default=0.9
        Confidence level of the prediction sets.
    encoding : str, optional
        Encoding of the CSV, as in `stance.tables.read_rows`.

    Returns
    -------
    dict of str to Evaluation
        By head that the table has. All paragraphs count, also those too unfamiliar to be labelled.

    Raises
    ------
    TableError
        If a column or label is missing, or a label is not one of the model's.
    """
    model = as_model(model)
    rows = read_rows_for(model, table, text=text, documents=documents, encoding=encoding)
    known = _find_known(model, rows)
    probabilities = model.frozen.probabilities(rows.texts)
    evaluations = {}
    for head, labels in rows.labels.items():
        annotated = rows.of_head(head)
        has_label = np.asarray([bool(label) for label in labels])
        evaluations[head] = measure_head(
            model.frozen.heads[head],
            annotated.labels[head],
            probabilities[head][has_label],
            groups=annotated.groups,
            level=level,
            learned=None if known is None else int(known[has_label].sum()),
        )
    return evaluations


def _find_known(model: Model, rows: Annotated) -> np.ndarray | None:
    """Return which paragraphs the model was trained on, and warn; None if it cannot tell."""
    known = find_learned(model.facts, rows.texts)
    if known.any():
        warnings.warn(
            f"the model was trained on {int(known.sum()):,} of the {len(known):,} paragraphs of "
            f"{rows.name}: the figures are too good. Measure it on others.",
            StanceWarning,
            stacklevel=3,
        )
    elif FACT not in model.facts or "print" in model.facts:
        return None
    return known


def read_rows_for(
    model: Model,
    table: pd.DataFrame | str | Path | Sequence[str | Path],
    *,
    text: str = "text",
    documents: str | None = None,
    encoding: str | None = None,
) -> Annotated:
    """Read annotated paragraphs whose labels are the model's.

    Parameters and errors are those of `evaluate`.
    """
    from stance.training.annotated import read_annotated

    frame, name = read_readings(table, encoding=encoding)
    if n_shown := int(shown_rows(frame).sum()):
        warnings.warn(
            f"{n_shown:,} rows of {name} were read with the model's label in view, which draws "
            "readers toward it: the figures are too good. Measure it on others.",
            StanceWarning,
            stacklevel=3,
        )
    heads = [head for head in model.labels if head in frame and cells(frame[head]).notna().any()]
    rows = read_annotated(
        frame,
        text=text,
        labels=heads or [*model.labels],
        groups=documents,
        name=name,
        needs_all=False,
    )
    for head, labels in rows.labels.items():
        for row, label in enumerate(labels, start=1):
            if label and label not in model.labels[head]:
                raise TableError(
                    f"{rows.name}, row {row}, column {head!r} must be one of the model's labels "
                    f"{list(model.labels[head])!r}; got {label!r}. Rename or drop it."
                )
    return rows


def measure_head(
    head: Head,
    annotations: list[str],
    probabilities: np.ndarray,
    *,
    groups: list[str] | None,
    level: float,
    learned: int | None = None,
) -> Evaluation:
    """Measure one head's probabilities, of shape (n_paragraphs, n_classes), against annotations."""
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    labels = head.classes
    best = probabilities.argmax(axis=1)
    predictions = [labels[column] for column in best]
    annotated = np.asarray([labels.index(label) for label in annotations])
    columns = precision_recall_fscore_support(
        annotations, predictions, labels=list(labels), zero_division=0
    )
    precision, recall, f1, support = (
        {label: float(value) for label, value in zip(labels, column, strict=True)}
        for column in columns
    )
    sets = head.prediction_sets(probabilities, level)
    surest_first = np.argsort(-probabilities.max(axis=1), kind="stable")
    right = (best == annotated)[surest_first]
    return Evaluation(
        labels=labels,
        n_paragraphs=len(annotations),
        precision=precision,
        recall=recall,
        f1=f1,
        support=support,
        macro_f1=measure_macro_f1(annotations, predictions, labels),
        macro_f1_interval=measure_interval(annotations, predictions, labels, groups=groups),
        confusion=confusion_matrix(annotations, predictions, labels=list(labels)),
        calibration_error=measure_calibration_error(annotations, probabilities, labels),
        level=level,
        coverage=float(sets[np.arange(len(annotated)), annotated].mean()),
        uncertain=float((sets.sum(axis=1) != 1).mean()),
        kept={share: float(right[: max(1, round(share * len(right)))].mean()) for share in KEPT},
        learned=learned,
    )
