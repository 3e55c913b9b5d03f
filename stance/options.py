"""The cells and columns of a user's table: what can be labelled, and under which names results stand beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Final

from stance.errors import InputError

_WORD: Final = re.compile(
    r"[^\W_]"
)  # what str.isalnum says, without a step of Python for each character
UNITS: Final = ("paragraph", "row", "document")
TOO_LONG: Final = object()  # stands in a batch for a text of more characters than the run takes


def cell_status(cell: Any) -> str | None:
    """Name what keeps a cell from being labelled, or None.

    >>> [cell_status(cell) for cell in (None, float("nan"), 7, TOO_LONG, "  ", "A truce.")]
    ['missing', 'missing', 'not text', 'too long', 'empty', None]
    """
    if type(cell) is str:  # nearly every cell
        return None if _WORD.search(cell) else "empty"
    if cell is TOO_LONG:
        return "too long"
    if (
        cell is None
        or type(cell).__name__ in ("NAType", "NaTType")
        or (isinstance(cell, float) and math.isnan(cell))
    ):
        return "missing"
    if not isinstance(cell, str):
        return "not text"
    return None if _WORD.search(cell) else "empty"


def check_unit(unit: str) -> None:
    """Refuse a unit that there is not."""
    if unit not in UNITS:
        raise InputError(f"`unit` must be one of {list(UNITS)!r}; got {unit!r}.")


def check_columns(
    columns: Sequence[Any], text: str, keep: str | Sequence[str], target_column: str | None = None
) -> list[Any]:
    """Return the columns to carry along, or say which columns there are."""
    kept = (
        list(columns)
        if keep == "all"
        else [keep]
        if isinstance(keep, str)
        else list(dict.fromkeys(keep))
    )
    read = [text] if target_column is None else [text, target_column]
    for column in (*read, *kept):
        if column not in columns:
            raise InputError(f"there is no column {column!r}; the columns are {list(columns)!r}.")
    check_once(columns, [*read, *kept])
    return kept


def check_once(columns: Sequence[Any], wanted: Sequence[Any]) -> None:
    """Refuse a column of which there are several."""
    for column in wanted:
        if list(columns).count(column) > 1:
            raise InputError(
                f"column {column!r} must occur once; it occurs {list(columns).count(column)} times. Rename one."
            )


def carried_names(kept: Sequence[Any], taken: Sequence[str]) -> dict[Any, Any]:
    """Name the carried columns so that none clashes with a result.

    >>> carried_names(["id", "tone"], ["row", "tone"])
    {'id': 'id', 'tone': 'input_tone'}
    """
    names: dict[Any, Any] = {}
    for column in kept:
        name = column
        while name in taken or name in names.values():
            name = f"input_{name}"
        names[column] = name
    return names


def choose_columns(columns: str | Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    """Return the result columns to write, in the order asked for, or say which there are.

    >>> choose_columns("all", ["row", "tone"]), choose_columns(["tone"], ["row", "tone"])
    (('row', 'tone'), ('tone',))
    """
    chosen = tuple(
        there
        if columns == "all"
        else [columns]
        if isinstance(columns, str)
        else dict.fromkeys(columns)
    )
    unknown = [column for column in chosen if column not in there]
    if unknown or not chosen:
        raise InputError(
            f"`columns` must be some of the result columns; got {unknown or list(chosen)!r}. There are {list(there)!r}."
        )
    return chosen
