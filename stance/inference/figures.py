"""Shares of labels that can be printed: the estimator follows from how paragraphs were drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.errors import InputError
from stance.inference.estimation import Estimate, Population, Sample, estimate
from stance.inference.learned import set_apart
from stance.inference.predictors import make_predictors
from stance.inference.prints import Print, read_print
from stance.inference.samples import Annotations, read_annotations
from stance.inference.shares import count_labels, invert_confusion, measure_design_effect

if TYPE_CHECKING:
    import pandas as pd

    from stance.model import Model

POPULATIONS: Final = ("this print", "the outlets")
MIN_ANNOTATED: Final = 10
"""Fewer annotated paragraphs of a group give no figure."""
RAW: Final = "raw: as counted, not corrected"
INVERTED: Final = "inverted: takes error rates from other print to hold here"
TOO_FEW: Final = f"none: fewer than {MIN_ANNOTATED} annotated"
_COLUMNS: Final = ("head", "label", "share", "low", "high", "n", "estimator")


def estimate_shares(
    labelled: pd.DataFrame | str | Path,
    annotated: pd.DataFrame | str | Path | None = None,
    by: str | Sequence[str] | None = None,
    population: str = "this print",
    *,
    head: str | Sequence[str] | None = None,
    design: str | None = None,
    article: str | None = None,
    weights: str | None = None,
    model: Model | str | Path | None = None,
    text: str = "text",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the share of each label in a labelled print, with intervals.

    Parameters
    ----------
    labelled : pandas.DataFrame, str or Path
        What `stance score` wrote with unit "paragraph" or "row", in any format.
    annotated : pandas.DataFrame, str or Path, optional
        Some of its paragraphs, with column ``paragraph_id`` and the reader's label in the column of
        the head; best what `stance draw` wrote, filled in. A row without a label is not annotated
        yet; a paragraph with several rows gets the mean of its readings. Without it, shares are
        those counted, called raw, and have no interval.
    by : str or sequence of str, optional
        Columns of `labelled`: one set of shares for each group. Each is estimated from the
        annotated paragraphs of that group alone.
    population : {"this print", "the outlets"}, default="this print"
        What the shares are of: these paragraphs, or all that appears where they come from, of which
        these articles are a sample.
    head : str or sequence of str, optional
        By default all heads in the table.
    design : {"random", "articles", "elsewhere"}, optional
        How the paragraphs were drawn, where `annotated` lacks the columns that `stance draw`
        writes: each with the same chance; whole articles, each with the same chance; or from other
        print, which needs `model`.
    article : str, optional
        The column that names each paragraph's article; by default each input row is one.
    weights : str, optional
        A column of what each paragraph counts (circulation).
    model : Model, str or Path, optional
        What labelled the print; design "elsewhere" needs it. Paragraphs that it was trained on are
        refused. Where it was adapted to some of them, its labels before that are taken.
    text : str, default="text"
        The column of texts in `annotated`, which is read where `model` is given.
    level : float, default=0.95
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row per group, head and label: the columns of `by`, then ``head``, ``label``, ``share``,
        ``low``, ``high``, ``n`` (annotated paragraphs) and ``estimator``. A group with fewer than
        ten annotated paragraphs has no figure. ``attrs["notes"]`` says in sentences what the
        figures rest on.

    Raises
    ------
    InputError
        If it is not known how the paragraphs were drawn, or they were chosen rather than drawn.
    TableError
        If a table cannot be read, lacks a column, or does not belong to the other.

    Notes
    -----
    How often the intervals hold the true share is in benchmarks/FIGURES.md.

    Examples
    --------
    >>> import pandas as pd, stance
    >>> print_ = pd.DataFrame({"paragraph_id": [f"{n}:0-9" for n in range(400)]})
    >>> print_["stance"] = ["opposed", "neutral", "neutral", "neutral"] * 100
    >>> drawn = print_.sample(100, random_state=0)  # and read by hand: each fifth was opposed
    >>> drawn["stance"] = ["opposed", "neutral", "neutral", "neutral", "neutral"] * 20
    >>> shares = stance.estimate_shares(print_, drawn, head="stance", design="random")
    >>> shares[["label", "share", "n", "estimator"]].round(2)
         label  share    n        estimator
    0  neutral    0.8  100  counted by hand
    1  opposed    0.2  100  counted by hand
    """
    import pandas as pd

    if population not in POPULATIONS:
        raise InputError(f"`population` must be one of {list(POPULATIONS)!r}; got {population!r}.")
    columns = [by] if isinstance(by, str) else list(by or ())
    print_ = read_print(labelled, heads=head, by=columns, article=article, weights=weights)
    heads = heads_to_estimate(print_, annotated, head)
    records: list[dict[str, Any]] = []
    notes = [_population_note(print_, population)]
    if annotated is not None and design != "elsewhere":
        print_, learned_notes = set_apart(print_, annotated, model, text)
        notes += learned_notes
    for name in heads:
        if annotated is None:
            records += _raw_records(print_, name, columns)
        elif design == "elsewhere":
            records += _inverted_records(print_, name, columns, annotated, model, text, level)
        else:
            annotations = read_annotations(print_, annotated, name, design)
            notes += annotations.notes
            for values, rows in print_.groups(columns):
                result = estimate_group(print_, name, annotations, rows, population, level)
                group = dict(zip(columns, values, strict=True))
                records += _records(group, name, annotations.labels, *result)
    if annotated is None:
        notes.append("No paragraph was annotated: these are counts of the model's labels.")
    frame = pd.DataFrame(records, columns=[*columns, *_COLUMNS])
    frame.attrs["notes"] = notes
    return frame


def heads_to_estimate(print_: Print, annotated: Any, head: str | Sequence[str] | None) -> list[str]:
    """Return the heads asked for, or those that the annotated table has too."""
    if head is not None or annotated is None:
        return list(print_.heads)
    from stance.annotate.readings import read_readings

    frame, name = read_readings(annotated)
    shared = [head for head in print_.heads if head in frame]
    if not shared:
        raise InputError(
            f"{name} must have a column of readers' labels for one of {list(print_.heads)!r}; its "
            f"columns are {list(frame.columns)!r}."
        )
    return shared


def estimate_group(
    print_: Print,
    head: str,
    annotations: Annotations,
    rows: np.ndarray,
    population: str,
    level: float = 0.95,
    minimum: int = MIN_ANNOTATED,
) -> tuple[int, Estimate | None]:
    """Estimate the shares in one group from the annotated paragraphs in it.

    Returns
    -------
    n : int
        Number of annotated paragraphs in the group.
    estimate : Estimate or None
        None if they are fewer than `minimum`.
    """
    sampled = np.isin(annotations.rows, rows)
    n = int(sampled.sum())
    if n < minimum:
        return n, None
    positions = np.searchsorted(rows, annotations.rows[sampled])
    probabilities = annotations.probabilities[sampled]
    if np.isnan(probabilities).any():  # each of these paragraphs had the same chance
        probabilities = _equal_probabilities(print_, annotations, rows, positions)
    sample = Sample(
        positions,
        annotations.outcomes[sampled],
        probabilities,
        np.unique(annotations.strata[sampled], return_inverse=True)[1],
        annotations.by_article,
    )
    group = Population(
        make_predictors(print_, head, annotations.labels, rows, positions),
        print_.weights[rows],
        print_.articles[rows],
    )
    superpopulation = population == "the outlets"
    return n, estimate(group, sample, superpopulation=superpopulation, level=level)


def _equal_probabilities(
    print_: Print, annotations: Annotations, rows: np.ndarray, positions: np.ndarray
) -> np.ndarray:
    """Return the share that was annotated: of the paragraphs, or of the articles drawn whole."""
    if not annotations.by_article:
        return np.full(len(positions), len(positions) / len(rows))
    articles = print_.articles[rows]
    share = len(np.unique(articles[positions])) / len(np.unique(articles))
    return np.full(len(positions), share)


def _records(
    group: dict[str, Any], head: str, labels: Sequence[str], n: int, result: Estimate | None
) -> Iterator[dict[str, Any]]:
    for code, label in enumerate(labels):
        share = low = high = float("nan")
        estimator = TOO_FEW
        if result is not None:
            share, low, high = (
                float(values[code]) for values in (result.shares, result.low, result.high)
            )
            estimator = describe(result, n)
        values = (head, label, share, low, high, n, estimator)
        yield group | dict(zip(_COLUMNS, values, strict=True))


def describe(result: Estimate, n: int) -> str:
    """Name the estimator; say what unequal probabilities leave of the sample."""
    if result.effective_n < 0.99 * n:
        return f"{result.estimator}, inverse-probability weighted (worth {result.effective_n:.0f})"
    return result.estimator


def _raw_records(print_: Print, head: str, by: Sequence[str]) -> Iterator[dict[str, Any]]:
    labels = print_.heads[head]
    for values, rows in print_.groups(by):
        given = print_.given(head).iloc[rows]
        weights = print_.weights[rows][given.notna().to_numpy()]
        given = given.dropna()
        for label in labels:
            share = np.average(given == label, weights=weights) if weights.sum() else np.nan
            record = (head, label, float(share), np.nan, np.nan, 0, RAW)
            yield dict(zip(by, values, strict=True)) | dict(zip(_COLUMNS, record, strict=True))


def _inverted_records(
    print_: Print,
    head: str,
    by: Sequence[str],
    annotated: pd.DataFrame | str | Path,
    model: Model | str | Path | None,
    text: str,
    level: float,
) -> Iterator[dict[str, Any]]:
    """Correct counts by what the model confuses in other print."""
    from stance.inference.corrections import measure_confusion
    from stance.model import as_model

    if model is None or level != 0.95:
        raise InputError(
            "design 'elsewhere' must have the `model` that labelled the print (--model), and has "
            "intervals of 95% only."
        )
    confusion, labels = measure_confusion(as_model(model), annotated, head, text)
    for values, rows in print_.groups(by):
        given = print_.given(head).iloc[rows]
        articles = print_.articles[rows][given.notna().to_numpy()]
        names = given.dropna().tolist()
        if not names:
            continue
        effect = measure_design_effect(names, labels, articles.tolist())
        shares = invert_confusion(count_labels(names, labels), confusion, design_effect=effect)
        columns = (shares.estimate.tolist(), shares.low.tolist(), shares.high.tolist())
        for label, share, low, high in zip(labels, *columns, strict=True):
            record = (head, label, share, low, high, int(confusion.sum()), INVERTED)
            yield dict(zip(by, values, strict=True)) | dict(zip(_COLUMNS, record, strict=True))


def _population_note(print_: Print, population: str) -> str:
    """Say what the shares are of."""
    withheld = 0
    if "status" in print_.frame:
        withheld = int((print_.frame["status"] != "labelled").sum())
    n_articles = len(np.unique(print_.articles))
    note = f"Shares of {len(print_):,} paragraphs of {n_articles:,} articles"
    if withheld:
        note += f"; the model withheld its label from {withheld:,} of them"
    if population == "the outlets":
        return f"{note}; the articles stand for all that appears where they come from."
    return f"{note}; they are of this print alone."
