"""Read what `stance score` wrote, a paragraph at a time, together with the texts it was made from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stance.errors import TableError
from stance.labels import STATUSES
from stance.results import HeadResult, LabelledParagraph, column_name
from stance.tables.readers.csv import Table, read_rows

_PLACE: Final = ("row", "start", "end", "kind", "status", "familiarity")


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One row of a labelled table.

    Attributes
    ----------
    row : int
        Which row of the scored table it came from.
    block : LabelledParagraph
        Its labels as the table gives them, without evidence; `text` is empty where no text is at hand.
    carried : tuple of str
        The cells of the columns asked for.
    file : str
        Which of several scored tables it came from (column "file"); empty where the labelled table does not tell.
    """

    row: int
    block: LabelledParagraph
    carried: tuple[str, ...]
    file: str = ""


class LabelledTable:
    """An open labelled table: iterate once over its rows.

    Attributes
    ----------
    columns : list of str
        Columns that may be asked for: those of the labelled table and, after them, of the source.
    has_texts : bool
        Whether blocks come with their text.
    """

    def __init__(
        self,
        table: Table,
        labels: Mapping[str, Sequence[str]],
        carry: Sequence[str],
        source: Table | None,
        text: str | None,
    ) -> None:
        self._table, self._labels, self._source = table, labels, source
        self.columns = list(dict.fromkeys([*table.columns, *(source.columns if source else ())]))
        self._at = {name: at for at, name in enumerate(table.columns)}
        self._check_columns()
        self._text = self._place(text or "text") if source or text or "text" in self._at else None
        self._carry = [self._place(column) for column in carry]
        self._sources = iter(source) if source else iter(())
        self._read: tuple[int, list[str]] = (-1, [])
        self.has_texts = self._text is not None

    @property
    def faults(self) -> int:
        """Rows of the labelled table that could not be read."""
        return len(self._table.faults)

    def _check_columns(self) -> None:
        needed = [*_PLACE]
        for head, names in self._labels.items():
            needed += [head, *(column_name(head, name) for name in names), f"{head}_uncertain"]
        missing = [column for column in needed if column not in self._at]
        if missing:
            raise TableError(
                f"{self._table.name} must be a table that stance score wrote, by paragraph or row, with the model given; it has no column "
                f"{missing[0]!r}; the columns are {self._table.columns!r}. Score it again, or pass the model that made it (--model)."
            )

    def _place(self, column: str) -> tuple[bool, int]:
        """Return whether a column is the source's, and its number; the labelled table's own goes first, but for the text."""
        if self._source and (column not in self._at or column in self._source.columns):
            if column in self._source.columns:
                return True, self._source.columns.index(column)
        elif column in self._at:
            return False, self._at[column]
        raise TableError(
            f"there is no column {column!r}; the columns are {self.columns!r}. Check its name."
        )

    def __iter__(self) -> Iterator[LabelledRow]:
        self._document = ("", -1)
        self._last: dict[str, int] = {}  # row read, by file
        for number, record in self._table:
            try:
                yield self._labelled(record)
            except TableError:
                raise
            except (ValueError, KeyError) as error:
                raise TableError(
                    f"{self._table.name}, row {number + 1} must hold what stance score wrote; {error}. Score it again, or pass the "
                    "model that made it (--model)."
                ) from error

    def _labelled(self, record: list[str]) -> LabelledRow:
        row, status = int(record[self._at["row"]]), record[self._at["status"]]
        file = record[self._at["file"]] if "file" in self._at else ""
        self._enter(file, row)
        if status not in STATUSES:
            raise ValueError(f"status {status!r} is none of {list(STATUSES)!r}")
        start, end = (int(record[self._at[name]] or 0) for name in ("start", "end"))
        self._read_source(file, row)
        text = (
            self._cut(self._cell(self._text, record), start, end, row)
            if self._text and end > start
            else ""
        )
        results = (
            {head: self._result(head, record) for head in self._labels}
            if status == "labelled"
            else {}
        )
        familiarity = record[self._at["familiarity"]]
        kind = record[self._at["kind"]]
        block = LabelledParagraph(
            text, start, end, kind, status, results, float(familiarity) if familiarity else None
        )
        return LabelledRow(
            row, block, tuple(self._cell(place, record) for place in self._carry), file
        )

    def _enter(self, file: str, row: int) -> None:
        """Refuse a row of a document that was left before: blocks of one document come together."""
        last = self._last.get(file, -1)
        if (file, row) != self._document and row <= last:
            where, order = (
                (" within each 'file'", "'file' and 'row'") if "file" in self._at else ("", "'row'")
            )
            raise TableError(
                f"{self._table.name} must keep the order of its column 'row'{where}; {row} comes after {last}. Sort it by {order}, and "
                "report on tables of several runs one by one."
            )
        self._document = (file, row)
        self._last[file] = row

    def _result(self, head: str, record: list[str]) -> HeadResult:
        label = record[self._at[head]]
        probabilities = {
            name: float(record[self._at[column_name(head, name)]]) for name in self._labels[head]
        }
        if label not in probabilities:
            raise ValueError(f"{head} {label!r} is none of {list(probabilities)!r}")
        return HeadResult(label, probabilities, record[self._at[f"{head}_uncertain"]] == "true")

    def _cell(self, place: tuple[bool, int], record: list[str]) -> str:
        from_source, at = place
        return self._read[1][at] if from_source else record[at]

    def _read_source(self, file: str, row: int) -> None:
        while self._source and self._read[0] < row:
            found = next(self._sources, None)
            if found is None or found[0] > row:
                raise TableError(
                    f"{self._source.name} must be the table that was scored; it has no row {row}. Check --source."
                )
            self._read = found
        if self._source and len(self._last) > 1 and not self._carries(file, row):
            raise TableError(
                f"{self._table.name} must be of one scored table to be read with it; its column 'file' holds {next(iter(self._last))!r} "
                f"and {file!r}. Report on one file at a time, or score with --keep all and leave out --source."
            )

    def _carries(self, file: str, row: int) -> bool:
        """Tell whether `file` is a cell of the source, carried along, and not the name of another table."""
        columns = self._source.columns if self._source else []
        return (
            "file" in columns
            and self._read[0] == row
            and self._read[1][columns.index("file")] == file
        )

    def _cut(self, cell: str, start: int, end: int, row: int) -> str:
        """Take a paragraph out of its cell, or take the cell if it holds nothing else."""
        if len(cell) == end - start:
            return cell
        if len(cell) < end:
            where = self._source.name if self._source else self._table.name
            raise TableError(
                f"{where}, row {row} must hold a text of at least {end} characters; it has {len(cell)}. Name the table and the column "
                "that were scored (--source, --text)."
            )
        return cell[start:end]


@contextlib.contextmanager
def read_labelled(
    path: Path,
    labels: Mapping[str, Sequence[str]],
    *,
    carry: Sequence[str] = (),
    source: Path | None = None,
    text: str | None = None,
    encoding: str | None = None,
) -> Iterator[LabelledTable]:
    """Open a labelled table for reading row by row, in memory of one row.

    Parameters
    ----------
    path : Path
        A CSV that `stance score` wrote with unit "paragraph" or "row".
    labels : dict of str to sequence of str
        The labels of each head.
    carry : sequence of str, default=()
        Columns to hand on, of the labelled table or of the source.
    source : Path, optional
        The table that was scored; each paragraph is cut out of its cell.
    text : str, optional
        The column of texts in `source`; without a source, a column of the labelled table that holds each paragraph or
        the whole cell. By default "text", where there is such a column.
    encoding : str, optional
        Of `source`.

    Yields
    ------
    LabelledTable

    Raises
    ------
    TableError
        If a table cannot be read, a column is missing, or the two tables do not belong together.
    """
    with contextlib.ExitStack() as stack:
        table = stack.enter_context(read_rows(path))
        texts = stack.enter_context(read_rows(source, encoding=encoding)) if source else None
        yield LabelledTable(table, labels, carry, texts, text)
