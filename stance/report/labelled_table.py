"""Read what `stance score` wrote, one paragraph at a time, together with the texts it labelled."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from stance.errors import TableError
from stance.labels import STATUSES
from stance.results import HeadResult, LabelledParagraph, column_name
from stance.tables.readers.csv import CsvTable, read_rows

_NEEDED: Final = ("row", "start", "end", "kind", "status", "familiarity")


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One row of a labelled table.

    Attributes
    ----------
    number : int
        Its number in the labelled table, from 0: no other row has it.
    row : int
        Which row of the scored table it came from.
    block : LabelledParagraph
        Its labels as the table gives them, without evidence; `text` is empty if there are no texts.
    cells : dict of str to str
        The cells of the columns asked for, by name.
    file : str
        Which of several scored tables it came from (column "file"); empty where the labelled table
        does not say.
    """

    number: int
    row: int
    block: LabelledParagraph
    cells: Mapping[str, str] = field(default_factory=dict)
    file: str = ""


class _Column(NamedTuple):
    """Where the cells of a column are."""

    in_source: bool
    position: int


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
        Columns that `rows` can hand on: those of the labelled table, then those of the source.
    has_texts : bool
        Whether blocks come with their text.
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
        self._indexes = {name: index for index, name in enumerate(table.columns)}
        self.columns = list(
            dict.fromkeys([*table.columns, *(self._source.columns if self._source else ())])
        )
        self._check_columns()
        # By head: the index of its label, each label with that of its probability, of "uncertain".
        self._columns_of = {
            head: (
                self._indexes[head],
                [(name, self._indexes[column_name(head, name)]) for name in names],
                self._indexes[f"{head}_uncertain"],
            )
            for head, names in labels.items()
        }
        named = source or text or "text" in self._indexes
        self._text = self._find_column(text or "text") if named else None
        self.has_texts = self._text is not None
        self._row, self._start, self._end = (
            self._indexes[name] for name in ("row", "start", "end")
        )
        self._kind, self._status, self._familiarity = (
            self._indexes[name] for name in ("kind", "status", "familiarity")
        )
        self._file = self._indexes.get("file")
        self._document = ("", -1)  # file and row of the last block
        self._last_rows: dict[str, int] = {}  # by file

    @property
    def faults(self) -> int:
        """Number of rows of the labelled table that could not be read."""
        return len(self._table.faults)

    def position(self) -> int:
        """Return how many bytes of the labelled table have been taken."""
        return self._table.position()

    def rows(self, cells: Sequence[str] = ()) -> Iterator[LabelledRow]:
        """Read the table, with the cells of some `columns`.

        Raises
        ------
        TableError
            At once, if there is no such column; while reading, if a row is not what `stance score`
            writes, or the two tables do not belong together.
        """
        columns = {name: self._find_column(name) for name in cells}
        return self._read(columns)

    def _check_columns(self) -> None:
        needed = [*_NEEDED]
        for head, names in self._labels.items():
            needed += [head, *(column_name(head, name) for name in names), f"{head}_uncertain"]
        missing = [column for column in needed if column not in self._indexes]
        if missing:
            raise TableError(
                f"{self._table.name} must be a table that stance score wrote, by paragraph or row, "
                f"with the model given; it has no column {missing[0]!r}; the columns are "
                f"{self._table.columns!r}. Score it again, or pass the model that made it "
                "(--model)."
            )

    def _find_column(self, name: str) -> _Column:
        """Find a column: in the source if it has one of this name, else in the labelled table."""
        if self._source and name in self._source.columns:
            return _Column(True, self._source.columns.index(name))
        if name in self._indexes:
            return _Column(False, self._indexes[name])
        raise TableError(
            f"there is no column {name!r}; the columns are {self.columns!r}. Check its name."
        )

    def _read(self, columns: Mapping[str, _Column]) -> Iterator[LabelledRow]:
        for number, record in self._table:
            try:
                yield self._labelled_row(number, record, columns)
            except TableError:
                raise
            except (ValueError, KeyError) as error:
                raise TableError(
                    f"{self._table.name}, row {number + 1} must hold what stance score wrote; "
                    f"{error}. Score it again, or pass the model that made it (--model)."
                ) from error

    def _labelled_row(
        self, number: int, record: list[str], columns: Mapping[str, _Column]
    ) -> LabelledRow:
        row = int(record[self._row])
        file = "" if self._file is None else record[self._file]
        self._check_order(file, row)
        block = self._block(record, file, row)
        cells = {name: self._cell(column, record) for name, column in columns.items()}
        return LabelledRow(number, row, block, cells, file)

    def _check_order(self, file: str, row: int) -> None:
        """Refuse a block of a document that was left before: its blocks must come together."""
        last = self._last_rows.get(file, -1)
        if (file, row) != self._document and row <= last:
            within, order = "", "'row'"
            if "file" in self._indexes:
                within, order = " within each 'file'", "'file' and 'row'"
            raise TableError(
                f"{self._table.name} must keep the order of its column 'row'{within}; {row} comes "
                f"after {last}. Sort it by {order}, and report on tables of several runs one by "
                "one."
            )
        self._document = (file, row)
        self._last_rows[file] = row

    def _block(self, record: list[str], file: str, row: int) -> LabelledParagraph:
        status = record[self._status]
        if status not in STATUSES:
            raise ValueError(f"status {status!r} is not one of {list(STATUSES)!r}")
        start, end = int(record[self._start] or 0), int(record[self._end] or 0)
        self._read_source(file, row)
        text = ""
        if self._text and end > start:
            text = self._slice(self._cell(self._text, record), start, end, row)
        results = {}
        if status == "labelled":
            results = {head: self._result(head, record) for head in self._columns_of}
        familiarity = record[self._familiarity]
        return LabelledParagraph(
            text=text,
            start=start,
            end=end,
            kind=record[self._kind],
            status=status,
            results=results,
            familiarity=float(familiarity) if familiarity else None,
        )

    def _result(self, head: str, record: list[str]) -> HeadResult:
        own, of_labels, uncertain = self._columns_of[head]
        label = record[own]
        probabilities = {name: float(record[index]) for name, index in of_labels}
        if label not in probabilities:
            raise ValueError(f"{head} {label!r} is not one of {list(probabilities)!r}")
        return HeadResult(label, probabilities, record[uncertain] == "true")

    def _cell(self, column: _Column, record: list[str]) -> str:
        if column.in_source:
            assert self._source is not None
            return self._source.record[column.position]
        return record[column.position]

    def _read_source(self, file: str, row: int) -> None:
        if self._source is None:
            return
        self._source.advance(row)
        if len(self._last_rows) > 1 and not self._source.names_file(file, row):
            first = next(iter(self._last_rows))
            raise TableError(
                f"{self._table.name} must come from one scored table to be read with it; its "
                f"column 'file' holds {first!r} and {file!r}. Report on one file at a time, or "
                "score with --keep all and leave out --source."
            )

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
    """Open a labelled table, to be read row by row; one row is in memory at a time.

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
