"""Read the print that figures are about: a labelled table, its groups, articles and weights."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from stance.annotate.whole_tables import cells, read_table
from stance.dates.days import PERIODS, find_date_column, read_day, write_periods
from stance.errors import InputError, StanceWarning, TableError
from stance.options import ARTICLE
from stance.results import column_name
from stance.show.figure_table import EMPTY

if TYPE_CHECKING:
    import pandas as pd

COPY_OF: Final = "copy_of"
"""The column of `stance.mark_copies`: of which paragraph each is a copy."""
COUNTED: Final = ("labelled", "unfamiliar", "language")
"""Statuses of the paragraphs that shares are of; from the last two the model withheld its label."""
_NEXT_TO_0: Final = 1e-100
_ADVICE: Final = {
    "paragraph_id": "Score it first: `stance score` writes that column.",
    "month": "It is made from dates: score again, and carry these along (--keep date).",
    "year": "It is made from dates: score again, and carry these along (--keep date).",
}


@dataclass(frozen=True)
class Print:
    """The paragraphs of a labelled table that can convey a stance.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per paragraph, labelled or withheld, numbered from 0, with all columns.
    heads : dict of str to list of str
        The labels that the model gave, by head.
    articles : ndarray of int, of shape (n_paragraphs,)
        The article of each.
    weights : ndarray of shape (n_paragraphs,)
        What each counts.
    name : str
        What errors call the table.
    left_out : frozenset of str
        The ids of paragraphs that were left out: copies, and those without a value.
    n_copies : int
        How many of these are copies.
    """

    frame: pd.DataFrame
    heads: dict[str, list[str]]
    articles: np.ndarray
    weights: np.ndarray
    name: str
    left_out: frozenset[str] = frozenset()
    n_copies: int = 0
    _known: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.frame)

    def given(self, head: str) -> pd.Series[Any]:
        """Return the label that the model gave each paragraph, NaN where it withheld one."""
        if ("given", head) not in self._known:
            given = cells(self.frame[head])
            if "status" in self.frame:
                given = given.where((self.frame["status"] == "labelled").to_numpy())
            self._known["given", head] = given
        return cast("pd.Series[Any]", self._known["given", head])

    def codes(self, head: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the labels that the model gave, "" where it withheld one, and each one's code."""
        if ("codes", head) not in self._known:
            given = self.given(head).fillna("").to_numpy(dtype=str)
            self._known["codes", head] = np.unique(given, return_inverse=True)
        return cast("tuple[np.ndarray, np.ndarray]", self._known["codes", head])

    def probabilities(self, head: str, labels: Sequence[str]) -> np.ndarray | None:
        """Return the probabilities of the labels, NaN where withheld; None if there are none."""
        columns = tuple(column_name(head, label) for label in labels)
        if not set(columns) <= set(self.frame.columns):
            return None
        if columns not in self._known:
            numbers = [as_numbers(self.frame[column]).to_numpy(dtype=float) for column in columns]
            self._known[columns] = np.column_stack(numbers)
        return cast("np.ndarray", self._known[columns])

    def find(self, ids: Sequence[str]) -> np.ndarray:
        """Return the numbers of paragraphs by their ids; -1 for those that are not here."""
        if "numbers" not in self._known:
            own = self.frame["paragraph_id"].astype(str).tolist()
            self._known["numbers"] = {name: number for number, name in enumerate(own)}
        numbers: dict[str, int] = self._known["numbers"]
        return np.asarray([numbers.get(name, -1) for name in ids], dtype=np.int64)

    def groups(self, by: Sequence[str]) -> list[tuple[tuple[Any, ...], np.ndarray]]:
        """Return each group's values, and the numbers of its paragraphs."""
        if not by:
            return [((), np.arange(len(self)))]
        try:
            grouped = self.frame.groupby(list(by), dropna=False, sort=True, observed=True).indices
        except TypeError as error:  # of lists and dicts
            raise InputError(
                f"the columns {list(by)!r} must hold text, numbers or dates to group by; some "
                "cells hold lists or objects. Name others."
            ) from error
        return [
            (key if isinstance(key, tuple) else (key,), np.asarray(rows))
            for key, rows in grouped.items()
        ]


def read_print(
    labelled: pd.DataFrame | str | Path | Print,
    *,
    heads: str | Sequence[str] | None = None,
    by: Sequence[str] = (),
    article: str | None = None,
    weights: str | None = None,
    without_copies: bool = False,
) -> Print:
    """Read a labelled table, all of it or without what `stance.mark_copies` marked as copies.

    One that was read before is taken as it is.

    Raises
    ------
    TableError
        If a column is missing, a paragraph occurs twice, or there is none.
    """
    if isinstance(labelled, Print):  # a simulation estimates from one print many times
        return labelled
    frame, name = read_table(labelled)
    periods = [column for column in by if column in PERIODS and find_date_column(frame.columns)]
    wanted = ["paragraph_id", *(column for column in by if column not in periods)]
    _check_columns(frame, [*wanted, *filter(None, (article, weights))], name)
    if "status" in frame:
        frame = frame[frame["status"].isin(COUNTED)]
    frame = _add_periods(frame.reset_index(drop=True), by, name)
    if not len(frame):
        raise TableError(f"{name} must hold labelled paragraphs; it holds none. Score it again.")
    is_copy = _find_copies(frame, name) if without_copies else np.zeros(len(frame), dtype=bool)
    left_out = frozenset(frame["paragraph_id"][is_copy].astype(str))
    frame = frame[~is_copy].reset_index(drop=True)
    repeated = frame["paragraph_id"].duplicated()
    if repeated.any():
        first = frame["paragraph_id"][repeated].iloc[0]
        raise TableError(
            f"{name} must hold each paragraph once; paragraph_id {first!r} occurs more than once. "
            "Score with a key of unique values (--key)."
        )
    chosen = _find_heads(frame, heads, name)
    if article is None and ARTICLE in frame:
        article = ARTICLE
    ids = frame["paragraph_id"].astype(str)
    names = frame[article].astype(str) if article else ids.str.rpartition(":")[0]
    counts = np.ones(len(frame)) if weights is None else _read_weights(frame[weights], name)
    codes = np.unique(names.to_numpy(dtype=str), return_inverse=True)[1]
    return Print(frame, chosen, codes, counts, name, left_out, len(left_out))


def leave_out_empty(print_: Print, columns: Sequence[str]) -> tuple[Print, list[str]]:
    """Return a print without the paragraphs that lack a value of some columns, and a note on them.

    Raises
    ------
    TableError
        If none is left.
    """
    columns = [name for name in columns if name in print_.frame]
    filled = np.ones(len(print_), dtype=bool)
    for name in columns:
        filled &= cells(print_.frame[name]).notna().to_numpy()
    if filled.all():
        return print_, []
    if not filled.any():
        raise TableError(
            f"{print_.name} must have a paragraph with a value of each of {columns!r}; it has "
            "none. Name other columns."
        )
    left_out = print_.frame["paragraph_id"][~filled].astype(str)
    kept = replace(
        print_,
        frame=print_.frame[filled].reset_index(drop=True),
        articles=np.unique(print_.articles[filled], return_inverse=True)[1],
        weights=print_.weights[filled],
        left_out=print_.left_out | frozenset(left_out),
    )
    names = " or ".join(columns)
    return kept, [f"{len(left_out):,} paragraphs without {names} are left out."]


def _add_periods(frame: pd.DataFrame, by: Sequence[str], name: str) -> pd.DataFrame:
    """Add the columns month and year to a table of dates that is to be grouped by them."""
    periods = [column for column in PERIODS if column in by and column not in frame]
    date = find_date_column(frame.columns)
    if not periods or date is None:
        return frame
    written = cells(frame[date]).fillna("")
    days = [read_day(cell) for cell in written]
    unread = [cell for cell, day in zip(written, days, strict=True) if cell and day is None]
    if unread:
        warnings.warn(
            f"{name}, column {date!r}: {len(unread):,} dates cannot be read in one way only, such "
            f"as {unread[0][:30]!r}; their {periods[0]} is left empty. Write them as 2024-04-08.",
            StanceWarning,
            stacklevel=4,
        )
    return frame.assign(**write_periods(days, periods))


def group_name(values: Sequence[Any]) -> str:
    """Name a group by its values.

    >>> group_name(["Bell", None]), group_name(["", 2.5])
    ('Bell, (empty)', '(empty), 2.5')
    """
    names = ["" if value is None or value != value else str(value) for value in values]  # noqa: PLR0124
    return ", ".join(name or EMPTY for name in names)


def _find_copies(frame: pd.DataFrame, name: str) -> np.ndarray:
    if COPY_OF not in frame:
        raise TableError(
            f"{name} must have the column {COPY_OF!r}, to leave copies out; its columns are "
            f"{list(frame.columns)!r}. Mark them with `stance copies`."
        )
    return np.asarray(cells(frame[COPY_OF]).notna())


def as_numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column as numbers; NaN for what is none, is infinite or beyond any measure.

    Numbers next to 0 become 0: nothing can be divided by them.
    """
    import pandas as pd

    try:
        values = pd.to_numeric(column, errors="coerce").astype(float)
    except (TypeError, OverflowError):  # of whole numbers that no float holds
        texts = column.map(lambda cell: str(cell) if isinstance(cell, (int, float, str)) else "")
        values = pd.to_numeric(texts, errors="coerce").astype(float)
    numbers = values.to_numpy(dtype=float, copy=True)
    numbers[~(abs(numbers) <= 1 / _NEXT_TO_0)] = np.nan
    numbers[abs(numbers) < _NEXT_TO_0] = 0.0
    return pd.Series(numbers, index=column.index, name=column.name)


def _find_heads(
    frame: pd.DataFrame, heads: str | Sequence[str] | None, name: str
) -> dict[str, list[str]]:
    """Return the labels of each head that is asked for, or of all that the table has."""
    if heads is None:
        names = [str(column) for column in frame.columns]
        chosen = [column for column in names if f"{column}_probability" in names]
    else:
        chosen = [heads] if isinstance(heads, str) else list(heads)
    if not chosen:
        raise TableError(
            f"{name} must be a table that stance score wrote; no column has its probability "
            "beside it. Name the column of labels (head, --head)."
        )
    _check_columns(frame, chosen, name)
    return {head: sorted(set(cells(frame[head]).dropna())) for head in chosen}


def _check_columns(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    for column in columns:
        if column not in frame.columns:
            raise TableError(
                f"{name} must have the column {column!r}; its columns are {list(frame.columns)!r}. "
                + _ADVICE.get(column, "Score again, and carry it along (--keep).")
            )


def _read_weights(column: pd.Series[Any], name: str) -> np.ndarray:
    weights = as_numbers(column).to_numpy(dtype=float)
    if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
        raise InputError(
            f"{name}, column {column.name!r} must hold weights of at least 0; some are not. "
            "Fill them in."
        )
    return weights
