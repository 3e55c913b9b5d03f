"""Read and check the annotated paragraphs that a model learns from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.errors import TableError
from stance.results import column_name, result_columns

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Annotated:
    """Checked rows of a table: texts, labels by head, what must stay together in cross-validation, what each text is about."""

    texts: list[str]
    labels: dict[str, list[str]]
    groups: list[str] | None
    targets: list[str] | None = None
    name: str = "the table"


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
        Naming file, row and column: a column that is not there, a missing text or label, two labels that differ in case only.
    """
    import pandas as pd

    name = "the table" if isinstance(table, pd.DataFrame) else str(table)
    for head in labels:
        _check_name(head)
    frame = table if isinstance(table, pd.DataFrame) else read_frame(Path(table), encoding)
    others = [target_column] if target_column else []
    for column in (text, *labels, *([groups] if groups else []), *others):
        if column not in frame.columns:
            raise TableError(
                f"{name} must hold column {column!r}; its columns are {list(frame.columns)!r}."
            )
    if not len(frame):
        raise TableError(f"{name} must hold annotated rows; it holds none. Add some.")
    columns = {column: _check_column(frame[column], name) for column in (text, *labels, *others)}
    for head in labels:
        _check_case(columns[head], f"{name}, column {head!r}")
        _check_collisions(head, columns[head])
    groups_ = [str(group) for group in _check_groups(frame[groups], name)] if groups else None
    targets = columns[target_column] if target_column else None
    return Annotated(
        columns[text], {head: columns[head] for head in labels}, groups_, targets, name
    )


def _check_name(head: str) -> None:
    reserved = {"row", "text", "paragraphs", "labelled", *result_columns({})}
    if not re.fullmatch(r"\w[\w -]*", head) or head in reserved:
        raise TableError(
            f"a label column must have a plain name that no result has; got {head!r}. Rename it."
        )


def _check_collisions(head: str, labels: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for label in sorted(set(labels)):
        other = seen.setdefault(column_name(head, label), label)
        if other != label:
            raise TableError(
                f"the labels of {head!r} must differ in more than signs; got {other!r} and {label!r}. Rename one."
            )


def _check_groups(values: Any, name: str) -> Any:
    missing = values.isna() | (values.astype(str).str.strip() == "")
    if missing.any():
        row = int(missing.to_numpy().argmax()) + 1
        raise TableError(
            f"{name}, row {row}, column {values.name!r} must name a group; it is missing. Fill it in, or drop the row."
        )
    return values


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


def _check_column(values: Any, name: str) -> list[str]:
    for row, value in enumerate(values, start=1):
        if not isinstance(value, str) or not value.strip():
            raise TableError(
                f"{name}, row {row}, column {values.name!r} must hold text; got {value!r}. Fill it in, or drop the row."
            )
    return [str(value) for value in values]


def _check_case(labels: Sequence[str], where: str) -> None:
    seen: dict[str, str] = {}
    for row, label in enumerate(labels, start=1):
        known = seen.setdefault(label.strip().casefold(), label)
        if known != label:
            raise TableError(
                f"{where}, row {row} must name a label as the other rows do; got {label!r} beside {known!r}. Use one."
            )
