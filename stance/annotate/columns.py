"""The columns of the table of readings, and which of a table's columns hold labels.

A table of readings has one row per paragraph and reader, with an empty label until it is read::

    paragraph_id, text, reader, <head>..., note, seconds, stratum, probability, drawn_from,
    model_shown

and whatever else is carried along. `stance draw` and `stance suggest` write it without labels, the
annotation page fills it in, and every command that takes annotations reads it. Only the text, or
the paragraph_id, and one label column are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from stance.annotate.whole_tables import cells
from stance.errors import InputError
from stance.results import result_columns

if TYPE_CHECKING:
    import pandas as pd

BEFORE_LABELS: Final = ("paragraph_id", "text", "reader")
AFTER_LABELS: Final = (
    "note",
    "seconds",
    "stratum",
    "probability",
    "drawn_from",
    "model_shown",
)
SETTLES: Final = "settles"
"""The column that says "yes" where a row settles what other readers differ on."""
HEADS: Final = ("stance", "tone")
RESERVED: Final = frozenset(
    {*BEFORE_LABELS, *AFTER_LABELS, SETTLES}
    | {"row", "paragraphs", "labelled", *result_columns({})}
)
"""Names that a label column cannot have: tables and reports use them for other columns."""
_MOST_LABELS: Final = 20
"""A column with more different values is hardly one of labels."""


def empty_readings(frame: pd.DataFrame, heads: Iterable[str], **known: Any) -> pd.DataFrame:
    """Return paragraphs as a table of readings that are still to be made.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns ``paragraph_id`` and, where it is known, ``text``; others follow at the
        end.
    heads : iterable of str
        Label columns, which stay empty.
    known : sequence or str
        Values of columns of `AFTER_LABELS`; the others stay empty.

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"paragraph_id": ["a:0-9"], "text": ["A truce."], "outlet": ["Bell"]})
    >>> print(*empty_readings(one, ["stance"]))
    paragraph_id text reader stance note seconds stratum probability drawn_from model_shown outlet
    """
    own = [*BEFORE_LABELS, *heads, *AFTER_LABELS]
    import pandas as pd

    if "text" not in frame:
        own.remove("text")
    empty = dict.fromkeys((name for name in own if name not in frame), "")
    filled = dict(frame.items()) | empty | known
    others = [name for name in frame.columns if name not in own]
    return pd.DataFrame({name: filled[name] for name in (*own, *others)}, index=frame.index)


def find_label_columns(frame: pd.DataFrame, name: str) -> list[str]:
    """Return the columns that hold labels.

    They are those between ``reader`` and ``note`` in a table of readings, and else ``stance`` and
    ``tone``.

    Raises
    ------
    InputError
        If there are none. The message lists the columns that could be meant.
    """
    names = [str(column) for column in frame.columns]
    between = list_label_columns(names)
    labelled = [head for head in between if cells(frame[head]).notna().any()]
    if labelled:
        return labelled
    candidates = [column for column in names if _may_be_labels(column, frame)]
    raise InputError(
        f"{name} must have label columns; {_describe(candidates, between)} "
        "Name them with labels (--labels)."
    )


def _describe(candidates: Sequence[str], empty: Sequence[str]) -> str:
    if empty:
        return f"{list(empty)!r} have no labels yet."
    if candidates:
        return f"it is not clear which they are. They may be among {list(candidates)!r}."
    return "no column has a few values that recur."


def list_label_columns(names: Sequence[str]) -> list[str]:
    """Return the label columns of a table of readings, or else ``stance`` and ``tone``."""
    inside: Sequence[str] = ()
    if {"reader", "note"} <= set(names):
        inside = names[names.index("reader") + 1 : names.index("note")]
    heads = [name for name in inside if name not in RESERVED]
    return heads or [head for head in HEADS if head in names]


def _may_be_labels(column: str, frame: pd.DataFrame) -> bool:
    values = cells(frame[column]).dropna()
    return column not in RESERVED and 2 <= values.nunique() <= min(_MOST_LABELS, len(values) // 2)
