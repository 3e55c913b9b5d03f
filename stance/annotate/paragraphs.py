"""The paragraphs of a page: a table of texts, or the readings of several people where they differ.

A row is a dict of str, as it stands in the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stance.annotate.questions import PAGE_COLUMNS, Question
from stance.annotate.readings import YES, name_paragraphs, read_readings
from stance.errors import InputError, TableError
from stance.results import paragraph_id
from stance.tables.inputs import Inputs
from stance.tables.writers.values import carried_text

Row = dict[str, str]


@dataclass(frozen=True)
class Reading:
    """What one reader gave a paragraph.

    Attributes
    ----------
    reader : str
        Who read it.
    labels : dict of str to str
        The label of each head; empty where none was given.
    note : str
        What the reader wrote beside it.
    """

    reader: str
    labels: Mapping[str, str]
    note: str = ""


@dataclass(frozen=True)
class Item:
    """A paragraph of a page.

    Attributes
    ----------
    key : str
        Its ``paragraph_id``.
    text : str
        What is read.
    row : dict of str to str
        Its row in the table.
    readings : tuple of Reading
        Of those who differ on it, on a page that settles.
    """

    key: str
    text: str
    row: Row
    readings: tuple[Reading, ...] = field(default=())

    def disputed(self, head: str) -> bool:
        """Return whether readers gave the paragraph different labels of a head."""
        return len({reading.labels[head] for reading in self.readings} - {""}) > 1


def read_rows(table: Any, encoding: str | None) -> tuple[list[str], list[Row], str]:
    """Read a whole table; return its columns, its rows, and what errors call it.

    Raises
    ------
    TableError
        If a row cannot be read.
    """
    if hasattr(table, "itertuples"):
        columns = [str(column) for column in table.columns]
        rows = [_as_row(columns, cells) for cells in table.itertuples(index=False)]
        return columns, rows, "the table"
    name = str(table) if isinstance(table, (str, Path)) else ", ".join(map(str, table))
    with Inputs(table, encoding=encoding) as inputs:
        chunks = [chunk for _, chunk, _ in inputs.chunks(inputs.columns)]
        columns = inputs.columns
    faults = sum(len(chunk.faults) for chunk in chunks)
    if faults:
        raise TableError(
            f"{name} must be a whole table; {faults:,} of its rows could not be read. Mend them."
        )
    rows = [
        _as_row(columns, cells)
        for chunk in chunks
        for cells in zip(*(chunk.columns[column] for column in columns), strict=True)
    ]
    return columns, rows, name


def read_settled(table: Any, encoding: str | None) -> tuple[list[str], list[Row], str]:
    """Read the readings of several people, each row with an id; return what `read_rows` does.

    Raises
    ------
    TableError
        If a file cannot be read whole.
    """
    frame, name = read_readings(table, encoding=encoding)
    if "reader" in frame:
        frame = frame.assign(paragraph_id=name_paragraphs(frame))
    columns, rows, _ = read_rows(frame, encoding)
    return columns, rows, name


def _as_row(columns: Sequence[str], cells: Iterable[Any]) -> Row:
    return dict(zip(columns, map(carried_text, cells), strict=True))


def check_columns(columns: Sequence[str], wanted: Sequence[str], name: str, hint: str) -> None:
    """Check that a table has some columns; the hint says what to do.

    Raises
    ------
    TableError
        If one is missing.
    """
    for column in wanted:
        if column not in columns:
            raise TableError(
                f"{name} must have the column {column!r}; its columns are {list(columns)!r}. {hint}"
            )


def read_items(rows: Sequence[Row], text: str, name: str) -> list[Item]:
    """Return the paragraphs of rows that have a text.

    Rows without ``paragraph_id`` are named by their numbers, as ``stance score --unit row`` does.

    Raises
    ------
    TableError
        If a paragraph occurs twice, or no row has a text.
    """
    items = [
        Item(row.get("paragraph_id") or paragraph_id(number, -1, -1), row[text], row)
        for number, row in enumerate(rows)
        if row[text].strip()
    ]
    if not items:
        raise TableError(f"{name} must hold texts in column {text!r}; it holds none.")
    seen: set[str] = set()
    for item in items:
        if item.key in seen:
            raise TableError(
                f"{name} must hold each paragraph once; paragraph_id {item.key!r} occurs more than "
                "once. For the readings of several people pass settle=True (--settle)."
            )
        seen.add(item.key)
    return items


def read_disputes(
    rows: Sequence[Row], text: str, questions: Sequence[Question], name: str
) -> list[Item]:
    """Return the paragraphs to which readers gave different labels, each with their readings.

    Rows without a label, and those of someone who settled (column ``settles``), are no readings.

    Raises
    ------
    TableError, InputError
        If the readings of a paragraph do not belong together, or no readers differ.
    """
    by_key: dict[str, list[Row]] = {}
    for row in rows:
        if row.get("settles", "").lower() not in YES:
            by_key.setdefault(row["paragraph_id"], []).append(row)
    items = []
    for key, same in by_key.items():
        if len({row[text] for row in same}) > 1:
            raise TableError(
                f"{name} must hold one text for paragraph {key!r}; its rows have several. "
                "Give readings of one page."
            )
        given = [_reading(row, questions, name) for row in same]
        readings = tuple(reading for reading in given if any(reading.labels.values()))
        if len({reading.reader for reading in readings}) < len(readings):
            raise TableError(
                f"{name} must hold one row of each reader for paragraph {key!r}; one reader has "
                "several. Leave one of them."
            )
        items.append(Item(key, same[0][text], same[0], readings))
    disputes = [item for item in items if any(item.disputed(q.head) for q in questions)]
    if not disputes:
        raise InputError(
            f"there must be something to settle; on the {len(items):,} paragraphs of {name} no "
            "two readers differ. Give the tables of all readers together."
        )
    return disputes


def _reading(row: Row, questions: Sequence[Question], name: str) -> Reading:
    labels = {question.head: row[question.head].strip() for question in questions}
    for question in questions:
        if labels[question.head] not in ("", *question.labels):
            raise InputError(
                f"{name}, column {question.head!r} must hold the labels {list(question.labels)!r}; "
                f"got {labels[question.head]!r}. Name all labels with labels= (--labels), or the "
                "model that has them (--model)."
            )
    return Reading(row["reader"], labels, row.get("note", ""))


def carried_columns(columns: Sequence[str], text: str, questions: Sequence[Question]) -> list[str]:
    """Return the columns to carry along: not those of the page, nor any that tell a label.

    >>> carried_columns(["id", "body", "tone", "tone_p_angry"], "body", [Question("tone", ())])
    ['id']
    """
    heads = [question.head for question in questions]
    starts = tuple(f"{head}_{end}" for head in heads for end in ("p_", "probability", "uncertain"))
    dropped = {text, *PAGE_COLUMNS, *heads, "sentiment", "sentiment_score"}
    return [column for column in columns if column not in dropped and not column.startswith(starts)]
