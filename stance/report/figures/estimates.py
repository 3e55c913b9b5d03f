"""Find where the shares of a report come from: annotated paragraphs, a matrix, or counts alone.

One rule decides, that of `stance.estimate_shares`: paragraphs that were drawn from this print and
read give estimates with intervals; paragraphs of unknown origin give inverted counts, marked as
resting on equal error rates; without any, shares are raw and have no interval.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stance.dates.days import make_bins, read_day
from stance.inference.corrections import Correction, find_corrections
from stance.inference.shares import invert_confusion
from stance.report.charts import Point
from stance.report.counts import TableCounts

if TYPE_CHECKING:
    import pandas as pd

    from stance.model import Model

WHOLE: Final = ("", "")
"""The key of the shares of the whole table; others are (column, value)."""
PERIOD: Final = "period of the report"
"""The column of a key whose value is the number of a bin of time."""
_ARTICLE_WEIGHT: Final = "weight of the report"
RAW: Final = (
    "These shares are raw: the model's labels, counted, with its errors in them. They have no "
    "interval, because one would say that only chance is in doubt. For figures to print, draw "
    "paragraphs of this table, read them, and pass them with --annotated (stance draw)."
)
EQUAL_RATES: Final = (
    "Marked: this takes the error rates that were measured on other paragraphs to hold here, which "
    "nobody has checked."
)


class Estimated(NamedTuple):
    """The estimated shares of one group.

    ``figures`` has shares, low and high ends, of shape (3, n_labels), in the order of the model's
    labels; NaN where too few paragraphs were annotated.
    """

    figures: np.ndarray
    annotated: int
    estimator: str


@dataclass(frozen=True, kw_only=True)
class ShareSource:
    """Where the shares of one head come from.

    Attributes
    ----------
    kind : {"raw", "estimated", "inverted"}
        "estimated" from annotated paragraphs of this print, "inverted" by a confusion matrix.
    notes : sequence of str
        Sentences on what the shares rest on.
    estimates : dict of tuple to Estimated
        By key.
    correction : Correction or None
        The matrix that shares are inverted with; of raw shares, the one that is offered.
    design_effect : float
        For inverted shares.
    """

    kind: str = "raw"
    notes: Sequence[str] = (RAW,)
    estimates: Mapping[tuple[str, str], Estimated] = field(default_factory=dict)
    correction: Correction | None = None
    design_effect: float = 1.0

    def points(self, counts: np.ndarray, key: tuple[str, str] = WHOLE) -> list[Point]:
        """Return one point per label, for what was counted in the group of a key."""
        shares = (counts / counts.sum()).tolist()
        if key in self.estimates:
            columns = self.estimates[key].figures.T.tolist()
            return [
                Point(share) if np.isnan(figures).any() else Point(share, *figures)
                for share, figures in zip(shares, columns, strict=True)
            ]
        return self.inverted(counts) if self.kind == "inverted" else [Point(s) for s in shares]

    def inverted(self, counts: np.ndarray) -> list[Point]:
        """Return one point per label, corrected by the matrix."""
        assert self.correction is not None
        shares = invert_confusion(
            counts, self.correction.confusion, design_effect=self.design_effect
        )
        columns = (shares.raw, shares.estimate, shares.low, shares.high)
        return [Point(*values) for values in zip(*(c.tolist() for c in columns), strict=True)]


def find_sources(
    model: Model,
    counts: TableCounts,
    labelled: Path,
    cells: Mapping[str, list[str]],
    annotated: str | Path | None,
    design: str | None,
) -> dict[str, ShareSource]:
    """Find where the shares of each head come from.

    Parameters
    ----------
    model : Model
        The model that labelled the table.
    counts : TableCounts
        What was counted.
    labelled : Path
        The labelled table.
    cells : dict of str to sequence of str
        The cells of the columns to group by and of the date, for each row of the table.
    annotated : str, Path or None
        Annotated paragraphs: of this print, with paragraph_id; or others, with their texts.
    design : str or None
        As in `stance.estimate_shares`.

    Raises
    ------
    InputError, TableError
        If the annotated paragraphs do not fit the table, or it is not known how they were drawn.
    """
    if annotated is not None and design != "elsewhere" and _has_ids(annotated):
        return _estimate(model, counts, labelled, cells, annotated, design)
    inverts = annotated is not None
    sources = {}
    for head, correction in find_corrections(model, annotated).items():
        effect = counts.heads[head].design_effect.measure() if counts.unit == "paragraph" else 1.0
        usable = correction if correction.confusion is not None else None
        if inverts and usable:
            notes = (EQUAL_RATES, correction.origin)
            sources[head] = ShareSource(
                kind="inverted", notes=notes, correction=usable, design_effect=effect
            )
        else:
            because = [RAW, correction.origin] if inverts else [RAW]
            sources[head] = ShareSource(notes=because, correction=usable, design_effect=effect)
    return sources


def needs_cells(annotated: str | Path | None, design: str | None) -> bool:
    """Return whether shares will be estimated, which needs each row's group."""
    return annotated is not None and design != "elsewhere" and _has_ids(annotated)


def _has_ids(annotated: str | Path) -> bool:
    from stance.annotate.whole_tables import read_table

    return "paragraph_id" in read_table(annotated)[0].columns


def _estimate(
    model: Model,
    counts: TableCounts,
    labelled: Path,
    cells: Mapping[str, list[str]],
    annotated: str | Path,
    design: str | None,
) -> dict[str, ShareSource]:
    from stance.annotate.whole_tables import read_table

    read = read_table(annotated)[0]
    frame = read_table(labelled)[0].assign(**cells)
    groups: list[str | None] = [None, *counts.by]
    if counts.date and counts.days:
        frame[PERIOD] = _number_periods(counts, frame[counts.date].tolist())
        groups.append(PERIOD)
    weights = None
    if counts.unit == "article":
        frame[_ARTICLE_WEIGHT] = _weigh_articles(frame, counts.article)
        weights = _ARTICLE_WEIGHT
    options = {"design": design, "weights": weights, "article": counts.article}
    sources = {}
    for head, labels in model.labels.items():
        if head not in read.columns:
            sources[head] = ShareSource(correction=None)
            continue
        estimates, notes = _estimate_head(frame, read, head, labels, groups, options)
        whole = estimates[WHOLE]
        kind = "raw" if np.isnan(whole.figures).any() else "estimated"
        origin = f"Estimator: {whole.estimator}, from {Path(annotated).name}."
        notes = [*([RAW] if kind == "raw" else []), origin, *notes]
        sources[head] = ShareSource(kind=kind, notes=notes, estimates=estimates)
    return sources


def _estimate_head(
    frame: pd.DataFrame,
    annotated: pd.DataFrame,
    head: str,
    labels: Sequence[str],
    groups: Sequence[str | None],
    options: Mapping[str, Any],
) -> tuple[dict[tuple[str, str], Estimated], list[str]]:
    """Estimate the shares of one head in the whole table, and in each group of some columns."""
    from stance.inference.figures import estimate_shares

    estimates: dict[tuple[str, str], Estimated] = {}
    notes: list[str] = []
    for column in groups:
        with warnings.catch_warnings(action="default" if column is None else "ignore"):
            shares = estimate_shares(frame, annotated, column, head=head, **options)
        if column is None:
            notes = list(shares.attrs["notes"])
        for value, rows in [("", shares)] if column is None else shares.groupby(column):
            key = (column or "", str(value))
            estimates[key] = _read_estimate(rows.set_index("label"), labels)
    return estimates, notes


def _read_estimate(rows: pd.DataFrame, labels: Sequence[str]) -> Estimated:
    """Bring one group's shares into the order of the model's labels; it may never give some."""
    figures = rows[["share", "low", "high"]].astype(float)
    filled = figures.reindex(list(labels))
    if figures.notna().all(axis=None):
        filled = filled.fillna({"share": 0.0, "low": 0.0, "high": 0.0})
    return Estimated(filled.to_numpy().T, int(rows["n"].iloc[0]), str(rows["estimator"].iloc[0]))


def _number_periods(counts: TableCounts, cells: Sequence[str]) -> list[str]:
    """Return the number of each row's bin, empty for a row without a date."""
    bins = make_bins(counts.days)
    number_of: Callable[[Any], int] = bins.number_of
    numbers = {day: str(number_of(day)) for day in counts.days}
    days = (read_day(cell, counts.day_first) for cell in cells)
    return [numbers.get(day, "") if day else "" for day in days]


def _weigh_articles(frame: pd.DataFrame, article: str | None) -> np.ndarray:
    """Return the weight with which the paragraphs of each article add up to one."""
    from stance.inference.prints import COUNTED

    counted = frame["status"].isin(COUNTED)
    articles = frame["paragraph_id"].astype(str).str.rpartition(":")[0]
    if article is not None:
        articles = frame[article].astype(str)
    sizes = counted.groupby(articles).transform("sum")
    return np.asarray(1 / sizes.clip(lower=1), dtype=float)
