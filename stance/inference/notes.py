"""What is said beside figures: what they are of, each reader's own, and unfamiliar print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from stance.annotate.readings import Annotated, read_readings
from stance.annotate.whole_tables import cells
from stance.inference.groups import MIN_ANNOTATED, estimate_group
from stance.inference.prints import COPY_OF, Print, as_numbers, group_name
from stance.inference.samples import read_annotations

_POINTS: Final = 0.02
"""What is less is no matter, however sure it is."""
_ERRORS: Final = 4.0
"""Standard errors that a difference must exceed: chance does that to one group in 15,000."""

_MIN_ARTICLES: Final = 10
_MOST_SENTENCES: Final = 12  # on differences; more are not read


def drift_notes(print_: Print, by: Sequence[str]) -> list[str]:
    """Name the groups of a print that are less familiar to the model than the others.

    A group is named if the share of its paragraphs that are unfamiliar is higher, or the share of
    familiar words in its paragraphs lower, than in all other groups together: by two points, and by
    more than chance explains, over articles.

    Parameters
    ----------
    print_ : Print
        The print.
    by : sequence of str
        The columns of its groups: months, outlets.

    Returns
    -------
    list of str
        A sentence on each such group.
    """
    groups = print_.groups(by)
    measures = _measures(print_) if len(groups) > 1 else []
    if not measures:
        return []
    notes = []
    for values, rows in groups:
        inside = np.zeros(len(print_), dtype=bool)
        inside[rows] = True
        changes = [
            words.format(values_[inside].mean(), values_[~inside].mean())
            for words, sign, values_ in measures
            if _is_higher(sign * values_, inside, print_.articles)
        ]
        if changes:
            notes.append(
                f"Print leaves the familiar in {group_name(values)}: "
                f"{' and '.join(changes)}. The model's labels are worth less there; figures that "
                "are not corrected by annotated paragraphs of it may be wrong."
            )
    return notes


def _measures(print_: Print) -> list[tuple[str, int, np.ndarray]]:
    """Return what is measured of each paragraph: words, whether more is worse (1), values."""
    measures = []
    if "status" in print_.frame:
        unfamiliar = print_.frame["status"].isin(("unfamiliar", "language")).to_numpy(dtype=float)
        measures.append(
            ("{:.0%} of its paragraphs are unfamiliar, {:.0%} elsewhere", 1, unfamiliar)
        )
    if "familiarity" in print_.frame:
        familiarity = as_numbers(print_.frame["familiarity"]).to_numpy(dtype=float)
        if np.isfinite(familiarity).any():
            mean = float(np.nanmean(familiarity))
            words = "{:.0%} of the words of a paragraph are familiar, {:.0%} elsewhere"
            measures.append((words, -1, np.where(np.isnan(familiarity), mean, familiarity)))
    return measures


def _is_higher(values: np.ndarray, inside: np.ndarray, articles: np.ndarray) -> bool:
    """Return whether the mean inside is higher than outside by more than chance explains."""
    difference = values[inside].mean() - values[~inside].mean()
    variance = sum(_variance(values[rows], articles[rows]) for rows in (inside, ~inside))
    return bool(difference > max(_POINTS, _ERRORS * float(np.sqrt(variance))))


def _variance(values: np.ndarray, articles: np.ndarray) -> float:
    """Return the variance of a mean over articles; infinite if they are too few to tell."""
    sums = np.bincount(np.unique(articles, return_inverse=True)[1], values - values.mean())
    if len(sums) < _MIN_ARTICLES:
        return float("inf")
    return float(sums @ sums * len(sums) / (len(sums) - 1) / len(values) ** 2)


def reader_notes(
    print_: Print,
    annotated: Annotated,
    head: str,
    design: str | None,
    population: str,
    level: float,
) -> list[str]:
    """Say what the shares of all the print are under each reader, where there are several."""
    frame, _ = read_readings(annotated)
    if "reader" not in frame or head not in frame:
        return []
    readers = cells(frame["reader"])
    if readers.nunique() < 2:
        return []
    counts = readers[cells(frame[head]).notna()].value_counts()
    notes = []
    for reader in sorted(counts.index[counts >= MIN_ANNOTATED]) if len(counts) > 1 else ():
        own = frame[(readers == reader).to_numpy()].reset_index(drop=True)
        annotations = read_annotations(print_, own, head, design)
        rows = np.arange(len(print_))
        n, result = estimate_group(print_, head, annotations, rows, population, level)
        if result is not None:
            limits = zip(annotations.labels, result.shares, result.low, result.high, strict=True)
            shares = ", ".join(
                f"{label} {share:.1%} ({low:.1%} to {high:.1%})"
                for label, share, low, high in limits
            )
            notes.append(f"{head} as {reader} reads it ({n:,} paragraphs): {shares}.")
    return notes


def difference_notes(head: str, records: Sequence[Mapping[str, Any]], level: float) -> list[str]:
    """Say in sentences what the differences of one head are, if they are few, and that they hold.

    Parameters
    ----------
    head : str
        The head.
    records : sequence of dict
        The rows of `stance.compare`; NaN where there is no figure.
    level : float
        With which the intervals hold together.
    """
    given = [record for record in records if not np.isnan(record["difference"])]
    pairs = {(record["group"], record["other"]) for record in given}
    labels = {record["label"] for record in given}
    if not given:
        return [
            f"{head}: no difference is given, as no two groups have enough annotated paragraphs. "
            "Draw more of each with `stance draw --by`, or name columns with fewer values."
        ]
    holds = "the interval holds" if len(given) == 1 else "the intervals hold together"
    family = (
        f"{head}: {_counted(len(given), 'difference')} ({_counted(len(pairs), 'pair')} of groups, "
        f"{_counted(len(labels), 'label')}): {holds} in {level:.0%} of samples."
    )
    return [family, *(map(_difference_note, given) if len(given) <= _MOST_SENTENCES else ())]


def _counted(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def _difference_note(record: Mapping[str, Any]) -> str:
    """Say one difference as it may be printed, with the higher share first."""
    higher, lower = record["group"], record["other"]
    points = [100 * record[name] for name in ("difference", "low", "high")]
    if points[0] < 0:
        higher, lower = lower, higher
        points = [-points[0], -points[2], -points[1]]
    difference, low, high = points
    verdict = "" if low > 0 else " Which of the two has more cannot be told from this sample."
    return (
        f"{record['label']}: {difference:.1f} points more in {higher} than in {lower} "
        f"({low:.1f} to {high:.1f}).{verdict}"
    )


def population_note(print_: Print, population: str) -> str:
    """Say in a sentence what shares are of."""
    withheld = 0
    if "status" in print_.frame:
        withheld = len(print_) - print_.frame["status"].tolist().count("labelled")
    n_articles = int(print_.articles.max()) + 1
    note = f"Shares of {len(print_):,} paragraphs of {n_articles:,} articles"
    if withheld:
        note += f"; the model withheld its label from {withheld:,} of them"
    if print_.n_copies:
        note += f"; {print_.n_copies:,} copies are left out"
    elif COPY_OF in print_.frame and (n_copies := cells(print_.frame[COPY_OF]).notna().sum()):
        note += f"; {n_copies:,} are copies, which without_copies (--without-copies) leaves out"
    if population == "the outlets":
        return f"{note}; the articles stand for all that appears where they come from."
    return f"{note}; they are of this print alone."
