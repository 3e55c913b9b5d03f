"""How far readers agree: Cohen's kappa, Krippendorff's alpha, and what they differ on."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.annotate.columns import find_label_columns
from stance.annotate.readings import name_paragraphs, read_readings, settling_rows, shown_rows
from stance.annotate.whole_tables import cells
from stance.errors import InputError, StanceWarning, TableError

if TYPE_CHECKING:
    import pandas as pd

COPIES: Final = 30
"""Readers who agree on each of so many paragraphs have hardly read them apart."""
FEW_ARTICLES: Final = 15
"""An interval from fewer articles is too short."""
_COLUMNS: Final = ("head", "label", "readers", "measure", "value", "low", "high", "n", "agree")


@dataclass(frozen=True)
class Agreement:
    """What `measure_agreement` gives.

    Attributes
    ----------
    figures : pandas.DataFrame
        One row per head, label (empty: all labels) and readers: ``head``, ``label``, ``readers``,
        ``measure`` ("kappa" of two readers, "alpha" of all), ``value``, ``low``, ``high``, ``n``
        (paragraphs that both, or at least two, read) and ``agree`` (the share of them, or of their
        pairs of readings, with one label).
    disagreements : pandas.DataFrame
        All readings of the paragraphs that readers differ on, paragraph by paragraph.
    notes : list of str
        Sentences on what the figures rest on.
    """

    figures: pd.DataFrame
    disagreements: pd.DataFrame
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return self.figures.round(3).to_string(index=False, na_rep="")


def measure_agreement(
    *tables: pd.DataFrame | str | Path,
    head: str | Sequence[str] | None = None,
    article: str | None = None,
    level: float = 0.95,
    n_resamples: int = 999,
    random_state: int = 0,
) -> Agreement:
    """Measure how far readers agree on the labels of the same paragraphs.

    Parameters
    ----------
    *tables : pandas.DataFrame, str or Path
        Tables of readings, or what other annotation tools exported. Where a file names no reader,
        its own name is the reader's.
    head : str or sequence of str, optional
        Label columns; by default all that the tables have.
    article : str, optional
        The column that names each paragraph's article; by default what ``paragraph_id`` says. A
        bootstrap draws whole articles.
    level : float, default=0.95
        Of the intervals.
    n_resamples : int, default=999
        Bootstrap samples.
    random_state : int, default=0
        Draws the samples.

    Returns
    -------
    Agreement

    Raises
    ------
    InputError
        If there are not two readers, or no paragraph was read by two of them.
    TableError
        If a column is missing.

    Notes
    -----
    The figures of one label take it against the rest. A row that settles what others differ on is
    no reading, and a paragraph that one reader read twice counts with the last reading.

    References
    ----------
    .. [1] Cohen (1960). A coefficient of agreement for nominal scales. Educational and
           Psychological Measurement 20(1).
    .. [2] Krippendorff (2019). Content Analysis. 4th edition, chapter 12. Sage.

    Examples
    --------
    >>> import pandas as pd, stance
    >>> ann = pd.DataFrame({"paragraph_id": [f"{n}:0-9" for n in range(8)], "reader": "ann"})
    >>> ann["stance"] = ["opposed", "neutral"] * 4
    >>> bob = ann.assign(reader="bob", stance=["opposed", "neutral"] * 3 + ["neutral"] * 2)
    >>> agreement = stance.measure_agreement(ann, bob)
    >>> agreement.figures.query("label == ''")[["measure", "value", "n", "agree"]].round(2)
      measure  value  n  agree
    0   kappa   0.75  8   0.88
    1   alpha   0.76  8   0.88
    """
    import pandas as pd

    frame, name = read_readings(tables)
    _check_readers(frame, name)
    heads = _heads(frame, head, name)
    readings, notes = _own_readings(frame, heads)
    articles = _articles(readings, article, name)
    records: list[dict[str, Any]] = []
    for column in heads:
        table = _Table(readings, column, articles)
        if not table.n:
            raise InputError(
                f"two readers must have read the same paragraphs; in column {column!r} no "
                "paragraph has two readings. Give both the same sample."
            )
        records += table.figures(level, n_resamples, random_state)
        notes += table.notes()
    figures = pd.DataFrame(records, columns=list(_COLUMNS))
    return Agreement(figures, _disagreements(readings, heads), notes)


def _check_readers(frame: pd.DataFrame, name: str) -> None:
    if "paragraph_id" not in frame and "text" not in frame:
        raise TableError(
            f"{name} must have the column 'paragraph_id' or 'text'; its columns are "
            f"{list(frame.columns)!r}."
        )
    readers = cells(frame["reader"]).nunique() if "reader" in frame else 0
    if readers < 2:
        raise InputError(
            f"there must be the readings of at least two readers; there are those of {readers}. "
            "Pass a table for each, or name them in column 'reader'."
        )


def _heads(frame: pd.DataFrame, head: str | Sequence[str] | None, name: str) -> list[str]:
    if head is None:
        return find_label_columns(frame, name)
    heads = [head] if isinstance(head, str) else list(head)
    for column in heads:
        if column not in frame:
            raise TableError(
                f"{name} must have the column {column!r}; its columns are {list(frame.columns)!r}."
            )
    return heads


def _own_readings(frame: pd.DataFrame, heads: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return one row per reader and paragraph, with cells as str, and notes."""
    labels = {head: cells(frame[head]) for head in heads}
    own = frame.assign(**labels, reader=cells(frame["reader"]), _paragraph=name_paragraphs(frame))
    is_read = own[list(heads)].notna().any(axis=1) & own["reader"].notna()
    own = own[is_read & ~settling_rows(frame)]
    repeated = own.duplicated(["_paragraph", "reader"], keep="last")
    notes = []
    if repeated.any():
        notes.append(
            f"{int(repeated.sum()):,} paragraphs were read again by the same reader; the last "
            "reading counts."
        )
    own = own[~repeated].reset_index(drop=True)
    if n_shown := int(shown_rows(own).sum()):
        notes.append(
            f"{n_shown:,} readings were made with the model's label in view, which draws readers "
            "together: they may agree too well."
        )
    return own, notes


def _articles(readings: pd.DataFrame, article: str | None, name: str) -> pd.Series[Any]:
    """Return the article of each row: as a column names it, or as its id does; or else itself."""
    if article is None:
        names = readings["_paragraph"]
        if "paragraph_id" not in readings:
            return names
        return names.str.rpartition(":")[0].where(names.str.contains(":"), names)
    if article not in readings:
        raise TableError(
            f"{name} must have the column {article!r}; its columns are {list(readings.columns)!r}."
        )
    return readings[article].astype(str)


class _Table:
    """The readings of one head: which label each reader gave each paragraph."""

    def __init__(self, readings: pd.DataFrame, head: str, articles: pd.Series[Any]) -> None:
        given = readings[readings[head].notna()]
        by_reader = given.pivot(index="_paragraph", columns="reader", values=head)
        by_reader = by_reader[by_reader.notna().sum(axis=1) >= 2]
        self.head = head
        self.n = len(by_reader)
        self.readers = [str(reader) for reader in by_reader.columns]
        self.labels = sorted(set(given[head]))
        codes = {label: code for code, label in enumerate(self.labels)}
        # of shape (n_paragraphs, n_readers); -1 where a reader gave no label
        self.codes = by_reader.replace(codes).fillna(-1).to_numpy().astype(int)
        names = articles.groupby(readings["_paragraph"]).first().loc[by_reader.index]
        self.articles = np.unique(names.to_numpy(dtype=str), return_inverse=True)[1]

    def figures(
        self, level: float, n_resamples: int, random_state: int
    ) -> Iterator[dict[str, Any]]:
        """Yield the figures of all labels, then of each label against the rest."""
        n_labels = len(self.labels)
        for label in [None, *range(n_labels)] if n_labels > 2 else [None]:
            codes, size = self.codes, n_labels
            if label is not None:
                codes, size = np.where(codes < 0, -1, codes == label), 2
            for readers, measure, matrices in _matrices(codes, size, self.readers):
                n = int((matrices.sum(axis=(1, 2)) > 0).sum())
                record = (self.head, "" if label is None else self.labels[label], readers)
                values = _bootstrap(
                    matrices, self.articles, measure, level, n_resamples, random_state
                )
                agree = np.trace(matrices.sum(axis=0)) / matrices.sum()
                figures = (*record, _NAMES[measure], *values, n, float(agree))
                yield dict(zip(_COLUMNS, figures, strict=True))

    def notes(self) -> Iterator[str]:
        """Say what the figures rest on; warn of readings that look like copies."""
        n_articles = len(set(self.articles.tolist()))
        yield f"{self.head}: {self.n:,} paragraphs of {n_articles:,} articles have two readings."
        if n_articles < FEW_ARTICLES:
            yield f"{self.head}: intervals from {n_articles} articles are too short."
        for first, second in itertools.combinations(range(len(self.readers)), 2):
            pair = self.codes[:, [first, second]]
            pair = pair[(pair >= 0).all(axis=1)]
            if len(pair) >= COPIES and (pair[:, 0] == pair[:, 1]).all():
                warnings.warn(
                    f"{self.readers[first]!r} and {self.readers[second]!r} gave each of "
                    f"{len(pair):,} paragraphs the same label of {self.head!r}, as copies would. "
                    "Check that they read apart.",
                    StanceWarning,
                    stacklevel=3,
                )


def _matrices(
    codes: np.ndarray, n_labels: int, readers: Sequence[str]
) -> Iterator[tuple[str, Callable[[np.ndarray], np.ndarray], np.ndarray]]:
    """Yield names of readers, a measure, and what each paragraph adds to its matrix."""
    for first, second in itertools.combinations(range(len(readers)), 2):
        yield f"{readers[first]}, {readers[second]}", kappa, _pairs(codes, first, second, n_labels)
    both = np.zeros((len(codes), n_labels, n_labels))
    for first, second in itertools.permutations(range(len(readers)), 2):
        both += _pairs(codes, first, second, n_labels)
    n_readings = (codes >= 0).sum(axis=1)
    yield "all", alpha, both / (n_readings - 1)[:, None, None]


def _pairs(codes: np.ndarray, first: int, second: int, n_labels: int) -> np.ndarray:
    """Return a matrix for each paragraph: 1 at the labels of two readers who both read it."""
    matrices = np.zeros((len(codes), n_labels, n_labels))
    rows = np.flatnonzero((codes[:, first] >= 0) & (codes[:, second] >= 0))
    matrices[rows, codes[rows, first], codes[rows, second]] = 1
    return matrices


def kappa(matrices: np.ndarray) -> np.ndarray:
    """Return Cohen's kappa of matrices of counts, of shape (..., n_labels, n_labels).

    NaN where both readers gave one label only.

    >>> kappa(np.array([[20, 5], [10, 15]])).round(3).item()
    0.4
    """
    total = matrices.sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = np.trace(matrices, axis1=-2, axis2=-1) / total
        expected = (matrices.sum(axis=-1) * matrices.sum(axis=-2)).sum(axis=-1) / total**2
        return np.asarray((observed - expected) / (1 - expected))


def alpha(coincidences: np.ndarray) -> np.ndarray:
    """Return Krippendorff's nominal alpha of coincidences, of shape (..., n_labels, n_labels).

    NaN where all readings have one label.

    >>> alpha(np.array([[8, 1], [1, 10]])).round(3).item()
    0.808
    """
    total = coincidences.sum(axis=(-2, -1))
    sizes = coincidences.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = 1 - np.trace(coincidences, axis1=-2, axis2=-1) / total
        expected = (total**2 - (sizes**2).sum(axis=-1)) / (total * (total - 1))
        return np.asarray(1 - observed / expected)


_NAMES: Final = {kappa: "kappa", alpha: "alpha"}


def _bootstrap(
    matrices: np.ndarray,
    articles: np.ndarray,
    measure: Callable[[np.ndarray], np.ndarray],
    level: float,
    n_resamples: int,
    random_state: int,
) -> tuple[float, float, float]:
    """Return a measure and its percentile interval; a bootstrap draws whole articles."""
    by_article = np.zeros((int(articles.max()) + 1, *matrices.shape[1:]))
    np.add.at(by_article, articles, matrices)
    by_article = by_article[by_article.any(axis=(1, 2))]
    value = float(measure(by_article.sum(axis=0)))
    n = len(by_article)
    random = np.random.default_rng(random_state)
    times = random.multinomial(n, [1 / n] * n, n_resamples) if n else np.zeros((0, 0))
    values = measure(np.tensordot(times, by_article, axes=1)) if n else np.zeros(0)
    values = values[np.isfinite(values)]
    if n < 2 or not len(values):
        return value, float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return value, float(low), float(high)


def _disagreements(readings: pd.DataFrame, heads: Sequence[str]) -> pd.DataFrame:
    """Return all readings of the paragraphs that got several labels of a head, side by side."""
    n_labels = readings.groupby("_paragraph")[list(heads)].nunique()
    disputed = n_labels.index[(n_labels > 1).any(axis=1)]
    rows = readings[readings["_paragraph"].isin(disputed)]
    rows = rows.assign(_order=rows.groupby("_paragraph", sort=False).ngroup())
    rows = rows.sort_values(["_order", "reader"], kind="stable")
    return rows.drop(columns=["_order", "_paragraph"]).reset_index(drop=True)
