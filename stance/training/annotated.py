"""Read and check the annotated paragraphs that a model learns from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stance.errors import TableError
from stance.results import column_name, result_columns
from stance.scoring.sums import digest

if TYPE_CHECKING:
    import pandas as pd

RESERVED: Final = frozenset({"row", "text", "paragraphs", "labelled", *result_columns({})})
"""Names that a label column cannot have: labelled tables and reports use them for other columns."""


@dataclass(frozen=True)
class Annotated:
    """The checked rows of a table.

    Attributes
    ----------
    texts : list of str
        Paragraphs.
    labels : dict of str to list of str
        The labels of each head, one per paragraph.
    groups : list of str or None
        The group of each paragraph (voice, author, outlet): cross-validation keeps a group whole.
    targets : list of str or None
        What each paragraph takes a stance on.
    name : str
        What errors call the table: its path, if it was read from a file.
    """

    texts: list[str]
    labels: dict[str, list[str]]
    groups: list[str] | None
    targets: list[str] | None = None
    name: str = "the table"

    def sha256(self) -> str:
        """Return a digest of all that a model learns from: texts, labels, groups, targets."""
        content = (self.texts, self.labels, self.groups)
        return digest(repr((*content, self.targets) if self.targets else content).encode())


def read_annotated(
    table: pd.DataFrame | str | Path,
    *,
    text: str,
    labels: Sequence[str],
    groups: str | None,
    target_column: str | None = None,
    encoding: str | None = None,
) -> Annotated:
    """Read and check annotated rows.

    Raises
    ------
    TableError
        If a column, text or label is missing, or two labels differ only in case or punctuation.
        The message names file, row and column.
    """
    import pandas as pd

    name = "the table" if isinstance(table, pd.DataFrame) else str(table)
    for head in labels:
        _check_name(head)
    frame = table if isinstance(table, pd.DataFrame) else read_frame(Path(table), encoding)
    others = [column for column in (groups, target_column) if column is not None]
    _check_table(frame, [text, *labels, *others], name)
    texts = _read_texts(frame[text], name)
    label_columns = {head: _read_texts(frame[head], name) for head in labels}
    targets = None if target_column is None else _read_texts(frame[target_column], name)
    for head, column in label_columns.items():
        _check_case(column, f"{name}, column {head!r}")
        _check_collisions(head, column)
    return Annotated(
        texts,
        label_columns,
        None if groups is None else _read_groups(frame[groups], name),
        targets,
        name,
    )


def read_frame(path: Path, encoding: str | None) -> pd.DataFrame:
    """Read a whole CSV as str.

    Raises
    ------
    TableError
        If a row of it cannot be read.
    """
    import pandas as pd

    from stance.tables.readers.csv import read_rows

    with read_rows(path, encoding=encoding) as table:
        rows = [row for _, row in table]
    if table.faults:
        raise TableError(
            f"{path} must be a whole table; {table.faults[0].message()} Mend it first."
        )
    return pd.DataFrame(rows, columns=table.columns)


def _check_name(head: str) -> None:
    if not re.fullmatch(r"\w[\w -]*", head) or head in RESERVED:
        raise TableError(
            "a label column must have a plain name that no result column has; "
            f"got {head!r}. Rename it."
        )


def _check_table(frame: pd.DataFrame, wanted: Sequence[str], name: str) -> None:
    for column in wanted:
        if column not in frame.columns:
            raise TableError(
                f"{name} must have the column {column!r}; its columns are {list(frame.columns)!r}."
            )
    if not len(frame):
        raise TableError(f"{name} must have annotated rows; it has none. Add some.")


def _read_texts(column: pd.Series[Any], name: str) -> list[str]:
    for row, value in enumerate(column, start=1):
        if not isinstance(value, str) or not value.strip():
            raise TableError(
                f"{name}, row {row}, column {column.name!r} must be text; got {value!r}. "
                "Fill it in, or drop the row."
            )
    return [str(value) for value in column]


def _read_groups(column: pd.Series[Any], name: str) -> list[str]:
    missing = column.isna() | (column.astype(str).str.strip() == "")
    if missing.any():
        row = int(missing.to_numpy().argmax()) + 1
        raise TableError(
            f"{name}, row {row}, column {column.name!r} must name a group; it is missing. "
            "Fill it in, or drop the row."
        )
    return [str(group) for group in column]


def _check_case(labels: Sequence[str], where: str) -> None:
    first_spellings: dict[str, str] = {}
    for row, label in enumerate(labels, start=1):
        first = first_spellings.setdefault(label.strip().casefold(), label)
        if first != label:
            raise TableError(
                f"{where}, row {row} must spell a label as the other rows do; "
                f"got {label!r} beside {first!r}. Use one."
            )


def _check_collisions(head: str, labels: Sequence[str]) -> None:
    """Refuse labels whose probabilities would have columns of one name ("for it", "for-it")."""
    labels_by_column: dict[str, str] = {}
    for label in sorted(set(labels)):
        other = labels_by_column.setdefault(column_name(head, label), label)
        if other != label:
            raise TableError(
                f"the labels of {head!r} must differ in more than punctuation; "
                f"got {other!r} and {label!r}. Rename one."
            )
