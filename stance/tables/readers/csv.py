"""Read CSV as checked rows; no row is lost.

pandas' reader shifts a row with one field too many and turns "NA" into nothing. So rows are parsed
by the standard library, and each is checked. Where all rows of a chunk are well-formed, the
extension parses them, if it was built.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Final

from stance.errors import TableError
from stance.tables.encodings import is_whole, read_text
from stance.tables.readers.csv_records import RecordParser, Records
from stance.tables.rows import CHARACTERS, ROWS, Chunk, Fault, Lines, ReadOptions
from stance.tables.streams import ByteSource, open_source

DELIMITERS: Final = (",", ";", "\t", "|")


class CsvTable:
    """An open CSV, as a `TableReader`: iterate once, over its rows or in chunks.

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        The header.
    types : dict
        Empty: every cell is text.
    faults : list of Fault
        The rows that iterating over rows has left out so far, as they could not be read. `chunks`
        hands them out instead.
    """

    types: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, source: ByteSource, options: ReadOptions) -> None:
        self.name = source.name
        self.faults: list[Fault] = []
        self._source = source
        text = read_text(source.stream, source.name, options.encoding, source.note_share)
        lines = self._lines = Lines(text.blocks)
        first_line = lines.take(1, 1)
        lines.give_back(first_line)
        self._encoding = text.encoding
        self._parser = RecordParser(
            lines, options.delimiter or _find_delimiter("".join(first_line))
        )
        self._n_rows = 0
        self.columns, self._n_lines = self._read_header()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for chunk in self.chunks(self.columns):
            self.faults += chunk.faults
            rows = map(list, zip(*chunk.columns.values(), strict=True))
            yield from zip(chunk.numbers, rows, strict=True)

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows in chunks, with the cells of the given columns."""
        positions = {column: index for index, column in enumerate(self.columns)}
        indexes = [positions[column] for column in columns]
        while True:
            plain = self._parser.read_plain(ROWS, CHARACTERS, len(self.columns), indexes)
            if plain:
                cells = dict(zip(columns, plain.columns, strict=True))
                self._n_lines += plain.n_lines
                self._source.text_share = self._lines.share_taken()
                yield Chunk(self._next_numbers(plain.n_rows), cells, [])
                continue
            parsed = self._parser.read(ROWS, CHARACTERS)
            if not parsed.records:
                break
            numbers, rows, faults = self._check(parsed)
            cells = {
                column: [row[index] for row in rows]
                for column, index in zip(columns, indexes, strict=True)
            }
            self._n_lines += len(parsed.lines)
            self._source.text_share = self._lines.share_taken()
            yield Chunk(numbers, cells, faults)

    def position(self) -> int:
        """Return how many bytes of the file have been taken."""
        return self._source.position()

    def _read_header(self) -> tuple[list[str], int]:
        """Return the names of the columns, and the number of lines of the header."""
        parsed = self._parser.read(1, 1)
        lines = parsed.lines[: parsed.starts()[min(1, len(parsed.records))]]
        # After a header of several lines, rows may have been read with it.
        self._parser.give_back(parsed.lines[len(lines) :])
        columns = parsed.records[0] if parsed.records else []
        if not columns:
            raise TableError(
                f"{self.name} must begin with a header; it {parsed.reasons.get(0, 'is empty')}. "
                "Name the columns in its first line."
            )
        if not is_whole("".join(lines)):
            raise TableError(
                f"{self.name} must be {self._encoding}; its header is not. Pass its encoding."
            )
        # Spreadsheets write empty names for empty columns.
        columns = [column or f"column {number}" for number, column in enumerate(columns, start=1)]
        repeated = sorted(column for column, count in Counter(columns).items() if count > 1)
        if repeated:
            raise TableError(
                f"{self.name} must name each column once; {repeated!r} occur more than once. "
                "Rename them."
            )
        return columns, len(lines)

    def _check(self, parsed: Records) -> tuple[Sequence[int], list[list[str]], list[Fault]]:
        """Separate valid rows from faulty ones; number both in file order."""
        all_whole = is_whole("".join(line for line in parsed.lines if not line.isascii()))
        widths = set(map(len, parsed.records))
        if all_whole and not parsed.reasons and widths == {len(self.columns)}:
            return self._next_numbers(len(parsed.records)), parsed.records, []
        numbers: list[int] = []
        rows: list[list[str]] = []
        faults: list[Fault] = []
        bounds = itertools.pairwise(parsed.starts())
        for index, (record, (start, end)) in enumerate(zip(parsed.records, bounds, strict=True)):
            if not record and index not in parsed.reasons and len(self.columns) > 1:
                continue  # a blank line is no row
            cells = record or [""]  # in a table of one column it is an empty cell
            raw = "".join(parsed.lines[start:end])
            reason = parsed.reasons.get(index)
            reason = reason or self._find_reason(cells, all_whole or is_whole(raw))
            if reason:
                faults.append(Fault(self._n_rows, self._n_lines + start + 1, reason, raw))
            else:
                numbers.append(self._n_rows)
                rows.append(cells)
            self._n_rows += 1
        return numbers, rows, faults

    def _next_numbers(self, n_rows: int) -> range:
        """Number the next rows of the file."""
        self._n_rows += n_rows
        return range(self._n_rows - n_rows, self._n_rows)

    def _find_reason(self, cells: Sequence[str], whole: bool) -> str | None:
        if len(cells) != len(self.columns):
            return f"has {len(cells)} fields where the header has {len(self.columns)}"
        return None if whole else f"is not {self._encoding.removesuffix('-sig')}"


class TsvTable(CsvTable):
    """An open TSV: a CSV with tabs for commas, unless another delimiter is given."""

    def __init__(self, source: ByteSource, options: ReadOptions) -> None:
        super().__init__(source, options._replace(delimiter=options.delimiter or "\t"))


def _find_delimiter(header: str) -> str:
    counts = {d: len(next(csv.reader([header], delimiter=d), [])) for d in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: counts[delimiter])


@contextlib.contextmanager
def read_rows(
    source: Path | IO[bytes],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    packing: str | None = None,
) -> Iterator[CsvTable]:
    """Open a CSV for reading, in memory of one chunk of rows.

    Parameters
    ----------
    source : Path or binary file
        What to read.
    encoding : str, optional
        By default what the file shows, as in `stance.tables.encodings.read_text`.
    delimiter : str, optional
        By default the one of ``, ; tab |`` that splits the header into most fields.
    packing : {"", "gz", "zst"}, optional
        By default as the name shows.

    Yields
    ------
    CsvTable
        Its header has been read; its rows are read as they are asked for.

    Raises
    ------
    TableError
        If the file cannot be opened or decoded, has no header, or names a column twice.
    """
    with open_source(source, packing) as opened:
        yield CsvTable(opened, ReadOptions(encoding, delimiter))
