"""Join annotated paragraphs to the print they were drawn from, and read how they were drawn."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.annotate.readings import Annotated, given_labels, read_readings, shown_rows
from stance.annotate.whole_tables import cells
from stance.errors import InputError, StanceWarning, TableError
from stance.inference.prints import Print, as_numbers
from stance.results import column_name

if TYPE_CHECKING:
    import pandas as pd

DREW_ARTICLES: Final = "draw articles"
"""What `stance draw` writes as ``drawn_from`` where whole articles were drawn."""
DESIGNS: Final = ("random", "articles", "elsewhere")
"""How paragraphs may have been drawn, where their table does not say so."""
_UNLIKELY: Final = 0.001
"""A random sample is called unlike its print if chance alone does this to one in a thousand."""


@dataclass(frozen=True)
class Annotations:
    """The annotated paragraphs of one head, joined to their print.

    Attributes
    ----------
    rows : ndarray of int, of shape (n_annotated,)
        Which paragraphs of the print they are.
    labels : list of str
        The labels of the head: the model's and the readers'.
    outcomes : ndarray of shape (n_annotated, n_labels)
        The share of each paragraph's readings that gave it each label.
    probabilities : ndarray of shape (n_annotated,)
        With which they were drawn; NaN if each had the same chance.
    strata : ndarray of int, of shape (n_annotated,)
        Within which they were drawn.
    by_article : bool
        Whether whole articles were drawn.
    notes : list of str
        Sentences on what was drawn, annotated and left out.
    """

    rows: np.ndarray
    labels: list[str]
    outcomes: np.ndarray
    probabilities: np.ndarray
    strata: np.ndarray
    by_article: bool
    notes: list[str] = field(default_factory=list)


def read_annotations(
    print_: Print, annotated: Annotated, head: str, design: str | None
) -> Annotations:
    """Read the annotated paragraphs of one head.

    Raises
    ------
    InputError
        If it is not known how they were drawn, or they were chosen rather than drawn.
    TableError
        If they are not paragraphs of this print, or a column or label is wrong.
    """
    frame, name = read_readings(annotated)
    frame = _drop_empty(frame)
    for column in ("paragraph_id", head):
        if column not in frame.columns:
            raise TableError(
                f"{name} must have the column {column!r}; its columns are {list(frame.columns)!r}. "
                "Draw the paragraphs with `stance draw`, and fill in their labels."
            )
    if print_.left_out:
        is_left_out = frame["paragraph_id"].astype(str).isin(print_.left_out)
        frame = frame[~is_left_out].reset_index(drop=True)
    known = _check_design(frame, name, design)
    rows = _join(print_, frame, name)
    _check_texts(print_, frame, rows)
    given = given_labels(frame, head)
    labels = _labels(print_, given, head, name)
    annotated_rows = np.flatnonzero(given.notna().to_numpy())
    if not len(annotated_rows):
        raise TableError(
            f"{name} must hold annotations in column {head!r}; it holds none. Annotate first."
        )
    unique, numbers = np.unique(rows[annotated_rows], return_inverse=True)
    outcomes = np.zeros((len(unique), len(labels)))
    codes = np.asarray([labels.index(label) for label in given.iloc[annotated_rows]])
    np.add.at(outcomes, (numbers, codes), 1)
    outcomes /= outcomes.sum(axis=1, keepdims=True)
    first = annotated_rows[np.unique(numbers, return_index=True)[1]]
    probabilities, strata, notes = _read_draw(frame, rows, given, first, known)
    by_article = design == "articles" or _drew_articles(frame)
    shown = np.unique(rows[shown_rows(frame).to_numpy() & given.notna().to_numpy()])
    notes = [f"{head}: {len(unique):,} paragraphs are annotated.", *notes, *_shown_note(shown)]
    result = Annotations(unique, labels, outcomes, probabilities, strata, by_article, notes)
    if not known:
        _check_withheld(print_, result, head)
    if not known and not by_article:
        _warn_if_unlike(print_, result, head)
    return result


def _drop_empty(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop the columns of a draw that are wholly empty: the table was not drawn."""
    of_draw = [name for name in ("stratum", "probability", "drawn_from") if name in frame]
    return frame.drop(columns=[name for name in of_draw if cells(frame[name]).isna().all()])


def _check_design(frame: pd.DataFrame, name: str, design: str | None) -> bool:
    """Return whether the table says with which probability each paragraph was drawn."""
    if design is not None and design not in DESIGNS:
        raise InputError(f"`design` must be one of {list(DESIGNS)!r}; got {design!r}.")
    if "drawn_from" in frame and "suggest" in frame["drawn_from"].tolist():
        raise InputError(
            f"{name} must be drawn, not chosen; it holds paragraphs of `stance suggest`, which "
            "are unlike the others on purpose. Train on them, and draw a sample with `stance draw`."
        )
    if "probability" not in frame:
        if design is None:
            raise InputError(
                f"how the paragraphs of {name} were drawn must be known; it has no column "
                "'probability'. Draw them with `stance draw`; or, if each paragraph of the print "
                "had the same chance, pass design='random' (--design random)."
            )
        return False
    missing = int(cells(frame["probability"]).isna().sum())
    if missing:
        raise InputError(
            f"{name}, column 'probability' must be filled; {missing:,} of {len(frame):,} rows lack "
            "it. Leave out the rows that were not drawn."
        )
    return True


def _drew_articles(frame: pd.DataFrame) -> bool:
    return "drawn_from" in frame and DREW_ARTICLES in frame["drawn_from"].tolist()


def _join(print_: Print, frame: pd.DataFrame, name: str) -> np.ndarray:
    rows = print_.find(frame["paragraph_id"].astype(str).tolist())
    if (rows < 0).any():
        first = frame["paragraph_id"].iloc[int(np.argmax(rows < 0))]
        print_name = print_.name if print_.name != name else "the labelled table"
        raise TableError(
            f"{name} must hold paragraphs of {print_name}; {int((rows < 0).sum()):,} are not in "
            f"it, such as {first!r}. Annotate this print, or pass design='elsewhere' "
            "(--design elsewhere) with a model."
        )
    return rows


def _check_texts(print_: Print, frame: pd.DataFrame, rows: np.ndarray) -> None:
    """Warn of annotated texts that differ from the labelled ones, where both tables have texts."""
    if "text" not in frame or not {"text", "start", "end"} <= set(print_.frame.columns):
        return
    there = print_.frame.iloc[rows]
    starts, ends = there["start"].astype(int), there["end"].astype(int)
    differ = [
        bool(text) and text not in (whole, whole[start:end])
        for text, whole, start, end in zip(
            frame["text"].fillna("").astype(str), there["text"].astype(str), starts, ends,
            strict=True,
        )
    ]  # fmt: skip
    if any(differ):
        first = frame["paragraph_id"].iloc[differ.index(True)]
        message = (
            f"{sum(differ):,} annotated texts differ from the labelled ones, such as that of "
            f"{first!r}; their annotations may be of other paragraphs."
        )
        warnings.warn(message, StanceWarning, stacklevel=5)


def _labels(print_: Print, given: pd.Series[Any], head: str, name: str) -> list[str]:
    """Return all labels of a head; refuse those that the model cannot have given."""
    known = set(print_.heads[head])
    for label in sorted(set(given.dropna()) - known):
        if column_name(head, label) not in print_.frame.columns and len(known) > 1:
            columns = [name for name in print_.frame if str(name).startswith(f"{head}_p_")]
            if columns:
                raise TableError(
                    f"{name}, column {head!r} must hold labels of the model; got {label!r}. "
                    f"They are {sorted(known)!r}."
                )
        known.add(label)
    return sorted(known)


def _read_draw(
    frame: pd.DataFrame, rows: np.ndarray, given: pd.Series[Any], first: np.ndarray, known: bool
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return the probability and stratum of each annotated paragraph, and notes on the rest.

    What was drawn stands in random order, so that its first half is a sample too: each
    probability is multiplied by the share of its stratum that is annotated.
    """
    if not known:
        return np.full(len(first), np.nan), np.zeros(len(first), dtype=np.int64), []
    strata = np.zeros(len(frame), dtype=np.int64)
    if "stratum" in frame:
        strata = np.unique(frame["stratum"].astype(str), return_inverse=True)[1]
    probabilities = as_numbers(frame["probability"]).to_numpy(dtype=float)
    if not ((probabilities > 0) & (probabilities <= 1)).all():
        raise InputError("`probability` must be above 0 and at most 1 in each row. Draw again.")
    is_done = np.isin(rows, rows[given.notna().to_numpy()])
    done_share = np.ones(len(frame))
    skipped = not_reached = 0
    for stratum in np.unique(strata):
        inside = np.flatnonzero(strata == stratum)
        unique, firsts = np.unique(rows[inside], return_index=True)
        done = is_done[inside[np.sort(firsts)]]
        done_share[inside] = done.mean()
        last = int(np.flatnonzero(done).max(initial=-1))
        skipped += int((~done[: last + 1]).sum())
        not_reached += len(unique) - last - 1
    notes = []
    if skipped:
        notes.append(
            "1 drawn paragraph was skipped; the figures take it to be like the rest."
            if skipped == 1
            else f"{skipped:,} drawn paragraphs were skipped; the figures take them to be like the "
            "rest."
        )
    if not_reached:
        notes.append(
            "1 drawn paragraph is not annotated yet; the others are a sample."
            if not_reached == 1
            else f"{not_reached:,} drawn paragraphs are not annotated yet; the others are a sample."
        )
    return probabilities[first] * done_share[first], strata[first], notes


def _shown_note(shown: np.ndarray) -> list[str]:
    if not len(shown):
        return []
    return [
        f"{len(shown):,} of them were read with the model's label in view, which draws readers "
        "toward it: the figures may agree with the model too well."
    ]


def _check_withheld(print_: Print, annotations: Annotations, head: str) -> None:
    """Refuse a sample that leaves out the paragraphs from which the model withheld a label."""
    withheld = print_.given(head).isna().to_numpy()
    expected = withheld.mean() * len(annotations.rows)
    if expected >= 5 and not withheld[annotations.rows].any():
        raise InputError(
            f"the annotated paragraphs must be of all the print; none is of the "
            f"{int(withheld.sum()):,} from which the model withheld a label, where some "
            f"{expected:.0f} should be. Draw from all with `stance draw`."
        )


def _warn_if_unlike(print_: Print, annotations: Annotations, head: str) -> None:
    """Warn if a sample that is said to be random got other labels than its print."""
    from scipy.stats import chi2

    codes = print_.codes(head)[1]
    shares = np.bincount(codes) / len(codes)
    counts = np.bincount(codes[annotations.rows], minlength=len(shares))
    expected = shares * counts.sum()
    statistic = ((counts - expected) ** 2 / expected).sum()
    if expected.min() >= 1 and chi2.sf(statistic, len(shares) - 1) < _UNLIKELY:
        warnings.warn(
            f"the annotated paragraphs got other labels of {head!r} from the model than the rest "
            "of the print, more so than chance explains. Check that each had the same chance.",
            StanceWarning,
            stacklevel=5,
        )
