"""Read and write CSV as checked rows; no row lost.

pandas' reader shifts a row with one field too many and turns "NA" into nothing; this one is the standard library's, and
checks every row.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import itertools
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from stance.errors import TableError

DELIMITERS: Final = (",", ";", "\t", "|")
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_LONGEST: Final = 64 * 2**20  # characters of a record: the longest books are a tenth of it

# One cell may be a whole book; the standard library stops at 131,072 characters unless told.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Fault:
    """A row that cannot be read: its number (from 0), the line it begins at (from 1), why, and its text as it stands in the file."""

    row: int
    line: int
    reason: str
    raw: str

    def message(self) -> str:
        """Say what is wrong in one sentence."""
        return f"line {self.line} {self.reason}."


@dataclass
class Table:
    """An open table: iterate once over its rows, each a number (from 0) and a list of str as long as `columns`.

    Attributes
    ----------
    columns : list of str
        The header.
    faults : list of Fault
        Rows that were passed over so far.
    """

    name: str
    columns: list[str]
    _records: Iterator[tuple[int, str, list[str] | str]]
    faults: list[Fault] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        row = 0
        for line, raw, record in self._records:
            if record == [] and len(self.columns) > 1:  # a blank line is no row; in a table of one column it is an empty cell
                continue
            cells = record or [""]
            if isinstance(cells, str):
                self.faults.append(Fault(row, line, cells, raw))
            elif len(cells) != len(self.columns):
                reason = f"has {len(cells)} fields where the header has {len(self.columns)}"
                self.faults.append(Fault(row, line, reason, raw))
            else:
                yield row, cells
            row += 1


@contextlib.contextmanager
def read_rows(source: Path | IO[bytes], *, encoding: str | None = None, delimiter: str | None = None) -> Iterator[Table]:
    """Open a CSV for reading row by row, in memory of one row.

    Parameters
    ----------
    source : Path or binary file
        What to read.
    encoding : str, optional
        By default what the byte order mark says, or else UTF-8.
    delimiter : str, optional
        By default the one of ``, ; tab |`` that parts the header into most fields.

    Yields
    ------
    Table
        Its header is read; nothing else is.

    Raises
    ------
    TableError
        If the file cannot be opened or decoded, holds no header, or names a column twice.
    """
    name = str(source) if isinstance(source, Path) else getattr(source, "name", "standard input")
    with contextlib.ExitStack() as stack:
        if isinstance(source, Path):
            try:
                raw: IO[bytes] = stack.enter_context(source.open("rb"))
            except OSError as error:
                raise TableError(f"{name} must be a file that can be read; {error.strerror or error}. Check the path.") from error
        else:
            raw = source
        buffered = raw if hasattr(raw, "peek") else stack.enter_context(_borrowed(raw))
        lines = _decoded(stack, buffered, name, encoding or _encoding(buffered))
        header = next(lines, "")
        records = _records(lines, header, delimiter or _delimiter(header))
        _, _, columns = next(records, (1, "", []))
        if isinstance(columns, str) or not columns:
            raise TableError(f"{name} must begin with a header; it {columns or 'is empty'}. Name the columns in its first line.")
        # Spreadsheets write empty names for empty columns.
        columns = [column or f"column {number}" for number, column in enumerate(columns, start=1)]
        twice = sorted({column for column in columns if columns.count(column) > 1})
        if twice:
            raise TableError(f"{name} must name each column once; {twice!r} occur more than once. Rename them.")
        yield Table(name, columns, records)


@contextlib.contextmanager
def _borrowed(raw: Any) -> Iterator[io.BufferedReader]:
    buffered = io.BufferedReader(raw)
    yield buffered
    buffered.detach()  # whoever opened it closes it


def _encoding(source: Any) -> str:
    start = source.peek(4)[:4]
    return next((name for bom, name in _BOMS if start.startswith(bom)), "utf-8")


def _decoded(stack: contextlib.ExitStack, source: Any, name: str, encoding: str) -> Iterator[str]:
    try:
        text = io.TextIOWrapper(source, encoding=encoding, newline="")
    except LookupError as error:
        raise TableError(f"`encoding` must be one that Python knows; got {encoding!r}.") from error
    stack.callback(text.detach)  # whoever opened the source closes it
    return _lines(text, name, encoding)


def _lines(text: io.TextIOWrapper, name: str, encoding: str) -> Iterator[str]:
    count = 0
    try:
        for line in text:  # `yield from` would close the file that the caller opened
            count += 1
            yield line
    except UnicodeError as error:
        raise TableError(
            f"{name} must be {encoding}; {error.reason if isinstance(error, UnicodeDecodeError) else error}, after line {count}. "
            "Pass its encoding (cp1252 is what Excel on Windows writes)."
        ) from error


def _delimiter(header: str) -> str:
    counts = {d: len(next(csv.reader([header], delimiter=d), [])) for d in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: counts[delimiter])


class _EndlessRecordError(Exception):
    """A quotation mark was opened and not closed for longer than any row is."""


def _records(lines: Iterator[str], header: str, delimiter: str) -> Iterator[tuple[int, str, list[str] | str]]:
    """Yield (first line number, raw text, fields, or what is wrong) of each record.

    After a quotation mark that is never closed only its first line is at fault: reading goes on with the next.
    """
    if len(delimiter) != 1:
        raise TableError(f"`delimiter` must be one character; got {delimiter!r}.")
    rest: Iterator[str] = itertools.chain([header] if header else [], lines)
    count = 0
    while True:
        taken: list[str] = []
        reader = csv.reader(_tapped(rest, taken), delimiter=delimiter, strict=True)
        try:
            for record in reader:
                yield count + 1, "".join(taken), record
                count += len(taken)
                taken.clear()
            return
        except (csv.Error, _EndlessRecordError) as error:
            endless = isinstance(error, _EndlessRecordError) or "end of data" in str(error)
            bad = taken[:1] if endless else list(taken)
            yield count + 1, "".join(bad), "opens a quotation that is not closed" if endless else f"cannot be read ({error})"
            count += len(bad)
            rest = itertools.chain(taken[len(bad) :], rest)


def _tapped(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    size = 0
    for line in lines:
        size = len(line) + (size if taken else 0)
        taken.append(line)
        if size > _LONGEST:
            raise _EndlessRecordError
        yield line


def csv_cell(value: Any) -> str:
    """Write a result as text: nothing for None, six decimals for a float, true or false.

    >>> [csv_cell(value) for value in (None, 0.5, True, "a, b")]
    ['', '0.500000', 'true', 'a, b']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.6f}" if isinstance(value, float) else str(value)


class _Lines:
    """Ends lines with a line feed only; the csv module quotes a lone carriage return only if its own lines end in CRLF."""

    def __init__(self, target: IO[str]) -> None:
        self.target = target

    def write(self, line: str) -> None:
        self.target.write(line.removesuffix("\r\n") + "\n")


def write_rows(target: IO[str], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a header and rows as CSV; return how many rows."""
    writer = csv.writer(_Lines(target))
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        count += 1
    return count


@contextlib.contextmanager
def replacing(path: Path, *, force: bool) -> Iterator[IO[str]]:
    """Open a new file that takes its place under `path` only once it is whole.

    Raises
    ------
    TableError
        If something stands there and `force` is not set, or nothing can be written there.
    """
    if path.exists() and not force:
        raise TableError(f"{path} must not exist yet; it does. Choose another path, or pass force (--force).")
    if path.exists() and not path.is_file():  # a device or a pipe cannot be replaced
        with path.open("w", encoding="utf-8", newline="") as target:
            yield target
        return
    whole = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=whole.parent, prefix=f".{whole.name}.")
    except OSError as error:
        raise TableError(f"{path} cannot be written; {error.strerror or error}. Choose another folder.") from error
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as target:
            yield target
        scratch.chmod(0o666 & ~_umask())
        scratch.replace(whole)
    except BaseException:
        scratch.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def standard_input() -> IO[bytes]:
    """Return standard input as bytes."""
    return sys.stdin.buffer
