"""Read and check the annotated paragraphs that a model learns from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stance.annotate.columns import RESERVED, find_label_columns
from stance.annotate.readings import read_readings, settle
from stance.annotate.whole_tables import cells
from stance.errors import TableError
from stance.options import NAME_TEXT
from stance.results import column_name
from stance.training.counted.near_copies import find_near_copies

if TYPE_CHECKING:
    import pandas as pd

FEW_ROWS: Final = 20
"""Of a label with fewer rows, one row more or less right moves its recall by over a twentieth."""


@dataclass(frozen=True)
class Annotated:
    """The checked rows of a table.

    Attributes
    ----------
    texts : list of str
        Paragraphs.
    labels : dict of str to list of str
        The labels of each head, one per paragraph; "" where it has none.
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

    def of_head(self, head: str) -> Annotated:
        """Return the paragraphs that have a label of one head, with that head alone."""
        rows = [row for row, label in enumerate(self.labels[head]) if label]
        return replace(
            self,
            texts=[self.texts[row] for row in rows],
            labels={head: [self.labels[head][row] for row in rows]},
            groups=self.groups and [self.groups[row] for row in rows],
            targets=self.targets and [self.targets[row] for row in rows],
        )


def read_annotated(
    table: pd.DataFrame | str | Path | Sequence[str | Path],
    *,
    text: str,
    labels: Sequence[str] | None,
    groups: str | None,
    target_column: str | None = None,
    encoding: str | None = None,
    name: str | None = None,
    needs_all: bool = True,
) -> Annotated:
    """Read and check annotated rows; those that have no label yet are left out and counted.

    Parameters
    ----------
    table : pandas.DataFrame, str, Path or sequence of str or Path
        As in `read_readings`.
    text : str
        The column of paragraphs.
    labels : sequence of str or None
        Label columns; None for those that the table has, and none for all texts.
    groups, target_column : str or None
        As in `train`.
    encoding : str, optional
        Of CSV and JSON.
    name : str, optional
        What errors call the table; by default its path.
    needs_all : bool, default=True
        Refuse a table on which readers agree in none of the rows of a head; else the head is left
        out.

    Raises
    ------
    TableError
        If a column or text is missing, or two labels differ only in case or punctuation. The
        message names file, row and column.
    """
    frame, path = read_readings(table, encoding=encoding)
    name = name or path
    heads = find_label_columns(frame, name) if labels is None else list(labels)
    for head in heads:
        _check_name(head)
    others = [column for column in (groups, target_column) if column is not None]
    if text not in frame.columns:
        raise TableError(
            f"{name} must have the column {text!r}; its columns are {list(frame.columns)!r}. "
            f"{NAME_TEXT} If they are in another table with the same paragraph_id, put both into a "
            "folder, and name that."
        )
    _check_table(frame, [*heads, *others], name)
    frame = settle(frame, heads, name)
    label_columns = {head: _read_labels(frame[head], name) for head in heads}
    empty = [head for head, labels in label_columns.items() if not any(labels)]
    if empty and needs_all:
        raise TableError(
            f"{name} must hold annotations in column {empty[0]!r} on which readers agree; it holds "
            "none. Annotate first, settle them, or leave the column out."
        )
    for head in empty:
        del label_columns[head]
    return Annotated(
        _read_texts(frame[text], name),
        label_columns,
        None if groups is None else _read_groups(frame[groups], name),
        None if target_column is None else _read_texts(frame[target_column], name),
        name,
    )


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
                f"{name} must have the column {column!r}; its columns are {list(frame.columns)!r}. "
                "Check its name."
            )
    if not len(frame):
        raise TableError(f"{name} must have annotated rows; it has none. Add some.")


def _read_texts(column: pd.Series[Any], name: str) -> list[str]:
    for row, value in zip(column.index.tolist(), column, strict=True):
        if not isinstance(value, str) or not value.strip():
            raise TableError(
                f"{name}, row {row + 1}, column {column.name!r} must be text; got {value!r}. "
                "Fill it in, or drop the row."
            )
    return [str(value) for value in column]


def _read_labels(column: pd.Series[Any], name: str) -> list[str]:
    labels = cells(column).fillna("")
    _check_case(labels, f"{name}, column {column.name!r}")
    _check_collisions(str(column.name), [label for label in labels if label])
    return list(labels)


def _read_groups(column: pd.Series[Any], name: str) -> list[str]:
    missing = cells(column).isna()
    if missing.any():
        row = column.index[missing].tolist()[0] + 1
        raise TableError(
            f"{name}, row {row}, column {column.name!r} must name a group; it is missing. "
            "Fill it in, or drop the row."
        )
    return [str(group) for group in column]


def _check_case(labels: pd.Series[Any], where: str) -> None:
    first_spellings: dict[str, str] = {}
    for row, label in zip(labels.index.tolist(), labels, strict=True):
        first = first_spellings.setdefault(label.casefold(), label)
        if first != label:
            raise TableError(
                f"{where}, row {row + 1} must spell a label as the other rows do; "
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


def find_cautions(rows: Annotated) -> Iterator[str]:
    """Yield a sentence for each thing about annotated rows that their figures do not show."""
    n_copies = count_copies_across_groups(rows)
    if n_copies:
        advice = "drop them" if rows.groups else "name what they share with `groups` (--groups)"
        yield (
            f"{n_copies:,} of {len(rows.texts):,} texts nearly repeat one that cross-validation "
            f"may learn from: the figures are optimistic. Check them, and {advice}."
        )
    for head in rows.labels:
        counts = Counter(label for label in rows.labels[head] if label)
        few = {label: count for label, count in sorted(counts.items()) if count < FEW_ROWS}
        if few:
            listed = ", ".join(f"{label!r} ({count})" for label, count in few.items())
            yield (
                f"{head}: fewer than {FEW_ROWS} rows have the label {listed}; the figures say "
                "little of it. Annotate more."
            )


def count_copies_across_groups(rows: Annotated) -> int:
    """Return how many texts nearly repeat an earlier one of another group."""
    groups = rows.groups or list(map(str, range(len(rows.texts))))
    return sum(
        original is not None and groups[original] != groups[row]
        for row, original in enumerate(find_near_copies(rows.texts))
    )
