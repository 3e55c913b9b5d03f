"""Read what `stance score` wrote, column by column, together with the texts that it labelled."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from stance.dates.days import PERIODS
from stance.errors import TableError
from stance.report.labelled_rows import (
    LISTED_CHARACTERS,
    MAX_WHOLE_CHARACTERS,
    LabelledRows,
    parse_rows,
)
from stance.results import column_name
from stance.tables.readers.csv import CsvTable, read_rows

_NEEDED: Final = ("row", "start", "end", "kind", "status", "familiarity")


class _ScoredTable:
    """The scored table, read alongside; `record` is its row `number` (-1 before the first)."""

    def __init__(self, table: CsvTable) -> None:
        self.name, self.columns = table.name, list(table.columns)
        self.number = -1
        self.record: list[str] = []
        self._records = iter(table)

    def advance(self, row: int) -> None:
        """Read on to a row, unless it has been passed."""
        while self.number < row:
            numbered = next(self._records, None)
            if numbered is None or numbered[0] > row:
                raise TableError(
                    f"{self.name} must be the table that was scored; it has no row {row}. "
                    "Check --source."
                )
            self.number, self.record = numbered

    def names_file(self, file: str, row: int) -> bool:
        """Return whether `file` is a cell of the source, carried along, and not a table's name."""
        return (
            "file" in self.columns
            and self.number == row
            and self.record[self.columns.index("file")] == file
        )


class LabelledTable:
    """An open labelled table, to be read once.

    Attributes
    ----------
    columns : list of str
        Columns that `batches` can hand on: those of the labelled table, then those of the source.
    has_texts : bool
        Whether blocks come with their text.
    faults : int
        Rows of the labelled table that could not be read, so far.
    """

    def __init__(
        self,
        table: CsvTable,
        labels: Mapping[str, Sequence[str]],
        source: CsvTable | None,
        text: str | None,
    ) -> None:
        self._table, self._labels = table, labels
        self._source = _ScoredTable(source) if source else None
        self.columns = list(
            dict.fromkeys([*table.columns, *(self._source.columns if self._source else ())])
        )
        self._needed = self._find_needed()
        named = source or text or "text" in table.columns
        self._text = (text or "text") if named else None
        self.has_texts = self._text is not None
        self._text_position = self._find_column(self._text) if self._text else None
        self.faults = 0
        self._document = ("", -1)  # file and row of the last block
        self._last_rows: dict[str, int] = {}  # by file

    def position(self) -> int:
        """Return how many bytes of the labelled table have been taken."""
        return self._table.position()

    def batches(
        self, cells: Sequence[str] = (), *, dates: str | None = None, day_first: bool | None = None
    ) -> Iterator[LabelledRows]:
        """Read the table, with the cells of some `columns`.

        Where there is no column "month" or "year", its cells are made from those of the column
        `dates`, which must be asked for too; `day_first` is that of `read_day`.

        Raises
        ------
        TableError
            At once, if there is no such column; while reading, if a row is not what `stance score`
            writes, or the two tables do not belong together.
        """
        made = [name for name in cells if dates and name in PERIODS and name not in self.columns]
        batches = self._read({name: self._find_column(name) for name in cells if name not in made})
        return (rows.with_periods(made, dates, day_first) for rows in batches)

    def _find_needed(self) -> list[str]:
        """Return the columns of figures, all of which the labelled table must have."""
        needed = [*_NEEDED]
        for head, names in self._labels.items():
            needed += [head, *(column_name(head, name) for name in names), f"{head}_uncertain"]
        missing = [column for column in needed if column not in self._table.columns]
        if missing:
            raise TableError(
                f"{self._table.name} must be a table that stance score wrote, by paragraph or row, "
                f"with the model given; it has no column {missing[0]!r}; the columns are "
                f"{self._table.columns!r}. Score it again, or pass the model that made it "
                "(--model)."
            )
        return needed

    def _find_column(self, name: str) -> int | None:
        """Return where a column is in the source; None for one of the labelled table alone."""
        if self._source and name in self._source.columns:
            return self._source.columns.index(name)
        if name in self._table.columns:
            return None
        if name in PERIODS:  # without dates: with them it is made
            raise TableError(
                f"column {name!r} is made from a column of dates; no name says which that is; the "
                f"columns are {self.columns!r}. Name it with `date` (--date), or score again and "
                "keep it (--keep)."
            )
        raise TableError(
            f"there is no column {name!r}; the columns are {self.columns!r}. Check its name."
        )

    def _read(self, positions: Mapping[str, int | None]) -> Iterator[LabelledRows]:
        own = [name for name, position in positions.items() if position is None]
        if self._text and self._text_position is None:
            own.append(self._text)
        if "file" in self._table.columns:
            own.append("file")
        for chunk in self._table.chunks(list(dict.fromkeys([*self._needed, *own]))):
            self.faults += len(chunk.faults)
            rows = self._parse(chunk.numbers, chunk.columns)
            yield self._with_texts(rows, chunk.columns, positions)

    def _parse(self, numbers: Sequence[int], columns: Mapping[str, Sequence[str]]) -> LabelledRows:
        try:
            return parse_rows(numbers, columns, self._labels)
        except ValueError as error:
            if len(numbers) > 1:  # which row is it?
                for index, number in enumerate(numbers):
                    self._parse([number], {name: [cells[index]] for name, cells in columns.items()})
            raise TableError(
                f"{self._table.name}, row {numbers[0] + 1} must hold what stance score wrote; "
                f"{error}. Score it again, or pass the model that made it (--model)."
            ) from error

    def _with_texts(
        self,
        rows: LabelledRows,
        columns: Mapping[str, Sequence[str]],
        positions: Mapping[str, int | None],
    ) -> LabelledRows:
        """Add texts and cells, and read the source on as far as the rows go."""
        of_source = {name: position for name, position in positions.items() if position is not None}
        read: dict[str, list[str]] = {name: [] for name in of_source}
        texts: list[str] = []
        whole: tuple[int, str] | None = None
        for index, (file, row) in enumerate(zip(rows.files, rows.rows, strict=True)):
            self._check_order(file, row)
            record = self._read_source(file, row)
            for name, position in of_source.items():
                read[name].append(record[position])
            text = self._text_of(rows, columns, record, index)
            if len(text) > MAX_WHOLE_CHARACTERS:
                if whole is None and rows.statuses[index] == "labelled":
                    whole = index, text
                text = text[:LISTED_CHARACTERS]
            texts.append(text)
        cells = {name: read[name] if name in read else columns[name] for name in positions}
        return replace(rows, texts=texts, cells=cells, whole=whole)

    def _text_of(
        self,
        rows: LabelledRows,
        columns: Mapping[str, Sequence[str]],
        record: Sequence[str],
        index: int,
    ) -> str:
        start, end = rows.starts[index], rows.ends[index]
        if self._text is None or end <= start:
            return ""
        position = self._text_position
        cell = columns[self._text][index] if position is None else record[position]
        return self._slice(cell, start, end, rows.rows[index])

    def _check_order(self, file: str, row: int) -> None:
        """Refuse a block of a document that was left before: its blocks must come together."""
        last = self._last_rows.get(file, -1)
        if (file, row) != self._document and row <= last:
            within, order = "", "'row'"
            if "file" in self._table.columns:
                within, order = " within each 'file'", "'file' and 'row'"
            raise TableError(
                f"{self._table.name} must keep the order of its column 'row'{within}; {row} comes "
                f"after {last}. Sort it by {order}, and report on tables of several runs one by "
                "one."
            )
        self._document = (file, row)
        self._last_rows[file] = row

    def _read_source(self, file: str, row: int) -> list[str]:
        """Return the row of the source that a block is of; nothing without a source."""
        if self._source is None:
            return []
        self._source.advance(row)
        if len(self._last_rows) > 1 and not self._source.names_file(file, row):
            first = next(iter(self._last_rows))
            raise TableError(
                f"{self._table.name} must come from one scored table to be read with it; its "
                f"column 'file' holds {first!r} and {file!r}. Report on one file at a time, or "
                "score with --keep all and leave out --source."
            )
        return self._source.record

    def _slice(self, cell: str, start: int, end: int, row: int) -> str:
        """Take a paragraph out of its cell; a cell of just its length is the paragraph itself."""
        is_paragraph = self._source is None and len(cell) < end - start  # HTML, without its tags
        if len(cell) == end - start or is_paragraph:
            return cell
        if len(cell) < end:
            name = self._source.name if self._source else self._table.name
            raise TableError(
                f"{name}, row {row} must hold a text of at least {end} characters; it has "
                f"{len(cell)}. Name the table and the column that were scored (--source, --text)."
            )
        return cell[start:end]


@contextlib.contextmanager
def read_labelled(
    path: Path,
    labels: Mapping[str, Sequence[str]],
    *,
    source: Path | None = None,
    text: str | None = None,
    encoding: str | None = None,
) -> Iterator[LabelledTable]:
    """Open a labelled table, to be read once; some thousand rows are in memory at a time.

    Parameters
    ----------
    path : Path
        A CSV that `stance score` wrote with unit "paragraph" or "row".
    labels : dict of str to sequence of str
        The labels of each head.
    source : Path, optional
        The table that was scored; each paragraph is a slice of its cell.
    text : str, optional
        The column of texts in `source`; without a source, a column of the labelled table that holds
        each paragraph or the whole cell. By default "text", where there is such a column.
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
        yield LabelledTable(table, labels, texts, text)
