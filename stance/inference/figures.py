"""Shares of labels that can be printed: the estimator follows from how paragraphs were drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.annotate.readings import Annotated, Readings, read_readings
from stance.errors import InputError
from stance.inference.articles import ArticleShare, article_shares
from stance.inference.estimation import Estimate
from stance.inference.groups import MIN_ANNOTATED, estimate_group
from stance.inference.learned import set_apart
from stance.inference.notes import drift_notes, population_note, reader_notes
from stance.inference.prints import Print, read_print
from stance.inference.samples import Annotations, read_annotations
from stance.inference.shares import count_labels, invert_confusion, measure_design_effect
from stance.options import check_confidence

if TYPE_CHECKING:
    import pandas as pd

    from stance.model import Model

UNITS: Final = ("paragraph", "article")
POPULATIONS: Final = ("this print", "the outlets")
RAW: Final = "raw: as counted, not corrected"
INVERTED: Final = "inverted: takes error rates from other print to hold here"
TOO_FEW: Final = f"none: fewer than {MIN_ANNOTATED} annotated"
TOO_FEW_ARTICLES: Final = f"none: fewer than {MIN_ANNOTATED} articles annotated whole"
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
    unit: str = "paragraph",
    weights: str | None = None,
    without_copies: bool = False,
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
        The column that names each paragraph's article; by default ``article``, if there is such a
        column, or else each input row is one.
    unit : {"paragraph", "article"}, default="paragraph"
        "article" gives two shares per label: of articles with any paragraph of it, and of articles
        with mostly (more than half) such paragraphs. Whole articles must have been drawn.
    weights : str, optional
        A column of what each paragraph counts (circulation).
    without_copies : bool, default=False
        Leave out the paragraphs that `mark_copies` marked as copies, so that each counts once.
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

    _check_options(population, unit, design, weights)
    check_confidence(level)
    columns = [by] if isinstance(by, str) else list(dict.fromkeys(by or ()))
    if reserved := [column for column in columns if column in _COLUMNS]:
        raise InputError(
            f"`by` must not name a column that the result has too; got {reserved[0]!r}. Rename it."
        )
    print_ = read_print(
        labelled,
        heads=head,
        by=columns,
        article=article,
        weights=weights,
        without_copies=without_copies,
    )
    given: Annotated | None = annotated
    if annotated is not None and design != "elsewhere":
        given = read_readings(annotated)  # once for all that look into it
    heads = heads_to_estimate(print_, given, head)
    records: list[dict[str, Any]] = []
    notes = [population_note(print_, population), *drift_notes(print_, columns)]
    if isinstance(given, Readings):
        print_, learned_notes = set_apart(print_, given, model, text)
        notes += learned_notes
    for name in heads:
        if unit == "article":
            shares, share_notes = article_shares(
                print_, given, name, columns,
                design=design, population=population, level=level, minimum=MIN_ANNOTATED,
            )  # fmt: skip
            records += [_article_record(columns, name, share, given) for share in shares]
            notes += share_notes
        elif annotated is None or given is None:
            records += _raw_records(print_, name, columns)
        elif design == "elsewhere":
            records += _inverted_records(print_, name, columns, annotated, model, text, level)
        else:
            annotations = read_annotations(print_, given, name, design)
            notes += annotations.notes
            notes += reader_notes(print_, given, name, design, population, level)
            records += _estimated_records(print_, name, columns, annotations, population, level)
    if annotated is None:
        notes.append("No paragraph was annotated: these are counts of the model's labels.")
    frame = pd.DataFrame(records, columns=[*columns, *_COLUMNS])
    frame.attrs["notes"] = notes
    return frame


def _check_options(population: str, unit: str, design: str | None, weights: str | None) -> None:
    if population not in POPULATIONS:
        raise InputError(f"`population` must be one of {list(POPULATIONS)!r}; got {population!r}.")
    if unit not in UNITS:
        raise InputError(f"`unit` must be one of {list(UNITS)!r}; got {unit!r}.")
    if design == "elsewhere" and (weights or unit == "article"):
        raise InputError(
            "`weights` and unit 'article' must be left out for design 'elsewhere': a confusion "
            "matrix corrects counts of paragraphs only."
        )


def heads_to_estimate(print_: Print, annotated: Any, head: str | Sequence[str] | None) -> list[str]:
    """Return the heads asked for, or those that the annotated table has too."""
    if head is not None or annotated is None:
        return list(print_.heads)
    frame, name = read_readings(annotated)
    shared = [head for head in print_.heads if head in frame]
    if not shared:
        raise InputError(
            f"{name} must have a column of readers' labels for one of {list(print_.heads)!r}; its "
            f"columns are {list(frame.columns)!r}. Fill in what `stance draw` wrote."
        )
    return shared


def _estimated_records(
    print_: Print,
    head: str,
    by: Sequence[str],
    annotations: Annotations,
    population: str,
    level: float,
) -> Iterator[dict[str, Any]]:
    for values, rows in print_.groups(by):
        result = estimate_group(print_, head, annotations, rows, population, level)
        yield from _records(dict(zip(by, values, strict=True)), head, annotations.labels, *result)


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
    """Name the estimator; say what unequal weights leave of the sample."""
    if result.effective_n < 0.99 * n:
        return f"{result.estimator}, {result.weighting} (worth {result.effective_n:.0f})"
    return result.estimator


def _article_record(
    by: Sequence[str], head: str, share: ArticleShare, annotated: Any
) -> dict[str, Any]:
    figures: tuple[Any, ...] = (np.nan, np.nan, np.nan, share.n, TOO_FEW_ARTICLES)
    if annotated is None:
        figures = (share.counted, np.nan, np.nan, 0, RAW)
    elif share.estimate is not None:
        limits = (share.estimate.shares, share.estimate.low, share.estimate.high)
        values = [float(each[1]) for each in limits]
        figures = (*values, share.n, describe(share.estimate, share.n))
    record = (head, f"{share.measure} {share.label}", *figures)
    return dict(zip(by, share.values, strict=True)) | dict(zip(_COLUMNS, record, strict=True))


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
