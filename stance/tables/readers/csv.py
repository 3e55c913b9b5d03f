"""Read CSV as checked rows; no row lost.

pandas' reader shifts a row with one field too many and turns "NA" into nothing; this one is the standard library's, and
checks every row. Where pyarrow is installed it parses what it is sure to parse alike.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from stance.errors import TableError
from stance.tables.encodings import is_whole, read_text
from stance.tables.readers.csv_pyarrow import PlainRows, parse_plain
from stance.tables.rows import CHARACTERS, LONGEST_RECORD, ROWS, Chunk, Fault, Lines
from stance.tables.streams import Source, open_source

DELIMITERS: Final = (",", ";", "\t", "|")
_MOST_LINES: Final = 2**18  # of a record: they weigh, even if they are empty

# One cell may be a whole book; the standard library stops at 131,072 characters unless told.
csv.field_size_limit(2**31 - 1)


@dataclass
class _Records:
    """What was parsed at once: each record's fields, and the lines of all; by record, why it cannot be parsed."""

    records: list[list[str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    _counts: list[int] = field(default_factory=list)  # of the lines of each record

    def add(
        self,
        records: list[list[str]],
        counts: Iterable[int],
        lines: Sequence[str],
        reason: str = "",
    ) -> None:
        if reason:
            self.reasons[len(self.records)] = reason
        self.records += records
        self._counts += counts
        self.lines += lines

    def starts(self) -> list[int]:
        """Tell at which of the lines each record begins, and where the last ends."""
        return list(itertools.accumulate(self._counts, initial=0))


class _Parser:
    """Turns lines into records; after a quotation mark that is never closed only its first line is at fault."""

    def __init__(self, lines: Lines, delimiter: str) -> None:
        if len(delimiter) != 1:
            raise TableError(f"`delimiter` must be one character; got {delimiter!r}.")
        self.lines = lines
        self.delimiter = delimiter
        self.n_columns = (
            0  # once it is known, lines that are surely parsed alike by pyarrow go to it
        )
        self._pending: list[str] = []  # the beginning of a record
        self._more = True

    def read(self, rows: int, characters: int) -> _Records | PlainRows:
        """Read records until there is at least one, from about so many lines and characters; none at the end."""
        found = _Records()
        while self._more and not found.records:
            # An unfinished record is parsed again with as much again, so that the work stays linear.
            fresh = self.lines.take(
                max(rows, len(self._pending)), max(characters, sum(map(len, self._pending)))
            )
            self._more = bool(fresh)
            lines = self._pending + fresh
            plain = (
                parse_plain(lines, self.delimiter, self.n_columns)
                if fresh and self.n_columns
                else None
            )
            if plain and not self._is_endless(rest := lines[plain.n_lines :]):
                self._pending = rest
                return plain
            self._parse(found, lines)
        return found

    def _is_endless(self, pending: list[str]) -> bool:
        return len(pending) > _MOST_LINES or sum(map(len, pending)) > LONGEST_RECORD

    def give_back(self, lines: list[str]) -> None:
        """Put lines before those that are still to be parsed."""
        self.lines.give_back(lines + self._pending)
        self._pending, self._more = [], True

    def _parse(self, found: _Records, lines: list[str]) -> None:
        """Parse lines up to the beginning of an unfinished record, which is kept."""
        rest = iter(lines)
        at = 0
        while True:
            records: list[list[str]] = []
            counts: list[int] = []
            reader = csv.reader(rest, delimiter=self.delimiter, strict=True)
            read = 0
            reason = ""
            try:
                for record in reader:
                    records.append(record)
                    counts.append(reader.line_num - read)
                    read = reader.line_num
            except csv.Error as error:
                reason = str(error)
            found.add(records, counts, lines[at : at + read])
            at += read
            if not reason or "end of data" in reason:
                break
            bad = reader.line_num - read
            found.add([[]], [bad], lines[at : at + bad], f"cannot be read ({reason})")
            at += bad
        self._pending = lines[at:]
        if self._pending and (not self._more or self._is_endless(self._pending)):
            found.add([[]], [1], self._pending[:1], "opens a quotation that is not closed")
            self.lines.give_back(self._pending[1:])
            self._pending, self._more = [], True


class Table:
    """An open CSV: iterate once, over its rows or in chunks.

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        The header.
    faults : list of Fault
        Rows that iterating passed over so far; `chunks` hands them out instead.
    """

    def __init__(
        self, source: Source, *, encoding: str | None = None, delimiter: str | None = None
    ) -> None:
        self.name = source.name
        self.faults: list[Fault] = []
        text = read_text(source.stream, source.name, encoding)
        lines = Lines(text.blocks)
        first = lines.take(1, 1)
        lines.give_back(first)
        self._encoding = text.encoding
        self._parser = _Parser(lines, delimiter or _delimiter("".join(first)))
        self._row = 0
        self.columns = self._header()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for chunk in self.chunks(self.columns):
            self.faults += chunk.faults
            yield from zip(
                chunk.numbers, map(list, zip(*chunk.columns.values(), strict=True)), strict=True
            )

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows, some at a time, with the columns named."""
        at = [(column, self.columns.index(column)) for column in columns]
        while True:
            found = self._parser.read(ROWS, CHARACTERS)
            if isinstance(found, PlainRows):
                self._line += found.n_lines
                yield Chunk(
                    self._count(len(found.table)),
                    {column: found.column(index) for column, index in at},
                    [],
                )
            elif found.records:
                numbers, records, faults = self._check(found)
                self._line += len(found.lines)
                yield Chunk(
                    numbers,
                    {column: [record[index] for record in records] for column, index in at},
                    faults,
                )
            else:
                break
            self._parser.n_columns = len(
                self.columns
            )  # not for the first: many tables are smaller than pyarrow's import is slow

    def _count(self, n_rows: int) -> range:
        """Number rows that follow those numbered so far."""
        self._row += n_rows
        return range(self._row - n_rows, self._row)

    def _header(self) -> list[str]:
        found = self._parser.read(1, 1)
        assert isinstance(found, _Records)
        lines = found.lines[: found.starts()[min(1, len(found.records))]]
        self._parser.give_back(
            found.lines[len(lines) :]
        )  # after a header of several lines, rows may have been read with it
        self._line = 1 + len(lines)
        columns = found.records[0] if found.records else []
        if not columns:
            wrong = found.reasons.get(0, "is empty") if found.records else "is empty"
            raise TableError(
                f"{self.name} must begin with a header; it {wrong}. Name the columns in its first line."
            )
        if not is_whole("".join(lines)):
            raise TableError(
                f"{self.name} must be {self._encoding}; its header is not. Pass its encoding."
            )
        # Spreadsheets write empty names for empty columns.
        columns = [column or f"column {number}" for number, column in enumerate(columns, start=1)]
        twice = sorted({column for column in columns if columns.count(column) > 1})
        if twice:
            raise TableError(
                f"{self.name} must name each column once; {twice!r} occur more than once. Rename them."
            )
        return columns

    def _check(self, found: _Records) -> tuple[Sequence[int], list[list[str]], list[Fault]]:
        """Part the rows from what is none, and number both."""
        count = len(found.records)
        whole = is_whole("".join(line for line in found.lines if not line.isascii()))
        if whole and not found.reasons and set(map(len, found.records)) == {len(self.columns)}:
            return self._count(count), found.records, []
        numbers: list[int] = []
        records: list[list[str]] = []
        faults: list[Fault] = []
        for at, (record, (start, end)) in enumerate(
            zip(found.records, itertools.pairwise(found.starts()), strict=True)
        ):
            if (
                not record and at not in found.reasons and len(self.columns) > 1
            ):  # a blank line is no row
                continue
            cells = record or [""]  # in a table of one column it is an empty cell
            raw = "".join(found.lines[start:end])
            reason = found.reasons.get(at) or self._find_reason(cells, whole or is_whole(raw))
            if reason:
                faults.append(Fault(self._row, self._line + start, reason, raw))
            else:
                numbers.append(self._row)
                records.append(cells)
            self._row += 1
        return numbers, records, faults

    def _find_reason(self, cells: Sequence[str], whole: bool) -> str | None:
        if len(cells) != len(self.columns):
            return f"has {len(cells)} fields where the header has {len(self.columns)}"
        return None if whole else f"is not {self._encoding.removesuffix('-sig')}"


def _delimiter(header: str) -> str:
    counts = {d: len(next(csv.reader([header], delimiter=d), [])) for d in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: counts[delimiter])


@contextlib.contextmanager
def read_rows(
    source: Path | IO[bytes],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    packing: str | None = None,
) -> Iterator[Table]:
    """Open a CSV for reading, in memory of a chunk of rows.

    Parameters
    ----------
    source : Path or binary file
        What to read.
    encoding : str, optional
        By default what the file shows, as in `stance.tables.encodings.read_text`.
    delimiter : str, optional
        By default the one of ``, ; tab |`` that parts the header into most fields.
    packing : {"", "gz", "zst"}, optional
        By default what the name says.

    Yields
    ------
    Table
        Its header is read; rows are read on the way.

    Raises
    ------
    TableError
        If the file cannot be opened or decoded, holds no header, or names a column twice.
    """
    with open_source(source, packing) as opened:
        yield Table(opened, encoding=encoding, delimiter=delimiter)
