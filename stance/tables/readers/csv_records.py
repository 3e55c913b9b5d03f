"""Parse lines of CSV into records; each record keeps the lines it came from, and none is lost."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stance.errors import TableError
from stance.tables.rows import CHARACTERS, LONGEST_RECORD, Lines

try:
    from stance.scoring._scorer import read_records
except ImportError:  # it was not built: the standard library parses all
    read_records = None  # type: ignore[assignment]

_MOST_LINES: Final = 2**18  # lines of one record: even empty ones take up memory
_NO_DELIMITERS: Final = ('"', "\n", "\r")  # what the extension does not take for one

# One cell may be a whole book; by default the standard library refuses 131,073 characters.
csv.field_size_limit(2**31 - 1)


@dataclass
class Records:
    """Records that were parsed together.

    Attributes
    ----------
    records : list of list of str
        The fields of each record; none for a record that could not be parsed.
    lines : list of str
        The lines of all records, with their ends.
    reasons : dict of int to str
        Why a record could not be parsed, by its index.
    """

    records: list[list[str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    _line_counts: list[int] = field(default_factory=list)  # of each record

    def add(
        self, records: list[list[str]], line_counts: Iterable[int], lines: Sequence[str]
    ) -> None:
        """Add records that were parsed."""
        self.records += records
        self._line_counts += line_counts
        self.lines += lines

    def add_fault(self, lines: Sequence[str], reason: str) -> None:
        """Add a record that could not be parsed."""
        self.reasons[len(self.records)] = reason
        self.add([[]], [len(lines)], lines)

    def starts(self) -> list[int]:
        """Return the index of the line on which each record begins, and at last their number."""
        return list(itertools.accumulate(self._line_counts, initial=0))


class PlainRows(NamedTuple):
    """Rows without a fault, of complete records.

    Attributes
    ----------
    n_rows, n_lines : int
        How many they are, and how many lines they take up.
    columns : list of list of str
        The cells of the wanted columns.
    """

    n_rows: int
    n_lines: int
    columns: list[list[str]]


class RecordParser:
    """Turns lines into records.

    A quotation that is never closed would make one record of the rest of the file. If a record is
    not closed at the end of the file, or grows longer than any may be, only its first line is a
    fault, and the next line begins a record.
    """

    def __init__(self, lines: Lines, delimiter: str) -> None:
        if len(delimiter) != 1:
            raise TableError(f"`delimiter` must be one character; got {delimiter!r}.")
        self._lines = lines
        self._delimiter = delimiter
        self._pending: list[str] = []  # the lines of a record that is not closed yet
        self._open = (0, 0)  # lines and characters of such a record that are not taken yet
        self._likely = CHARACTERS  # the characters of the next chunk
        self._more = True

    def read(self, rows: int, characters: int) -> Records:
        """Read records: at least one, from about so many lines and characters; none at the end."""
        parsed = Records()
        self._pending += self._lines.take(*self._open)
        self._open = (0, 0)
        while self._more and not parsed.records:
            # An open record is parsed again with as many new lines: the work stays linear.
            n_characters = sum(map(len, self._pending))
            fresh = self._lines.take(max(rows, len(self._pending)), max(characters, n_characters))
            self._more = bool(fresh)
            self._parse(parsed, self._pending + fresh)
        return parsed

    def read_plain(
        self, rows: int, characters: int, n_columns: int, wanted: list[int]
    ) -> PlainRows | None:
        """Read what `read` would, if the extension is built and surely reads the same; or nothing.

        Parameters
        ----------
        rows, characters : int
            As for `read`: a chunk ends where it would end otherwise.
        n_columns : int
            The number of fields of each record.
        wanted : list of int
            The numbers of the columns to read.
        """
        if read_records is None or self._delimiter in _NO_DELIMITERS:
            return None
        if self._pending:
            self._open = len(self._pending), sum(map(len, self._pending))
            self._lines.give_back(self._pending)
            self._pending = []
        n_open, n_known = self._open
        if 2 * (n_known + characters) > LONGEST_RECORD:  # near the length at which a line is cut
            return None
        # As little as is needed: the shorter the text, the better it fits into the caches.
        for ahead in (min(self._likely, characters), characters):
            text, start, is_whole = self._lines.peek(n_known + ahead)
            limits = start + n_known, max(rows, n_open), max(characters, n_known), is_whole
            read = read_records(text, start, *limits, self._delimiter, n_columns, wanted)
            if read or is_whole or ahead == characters:
                break
        self._likely = characters
        if not read:
            return None
        end, n_lines, n_rows, limit, columns = read
        pending = io.StringIO(text[end:limit], newline="").readlines()
        if _is_endless(pending):
            return None
        self._lines.skip_to(end)
        self._likely = (limit - start) * 9 // 8
        self._open = len(pending), limit - end
        return PlainRows(n_rows, n_lines, columns)

    def give_back(self, lines: list[str]) -> None:
        """Put lines back, to be parsed next."""
        self._lines.give_back(lines + self._pending)
        self._pending, self._more = [], True

    def _parse(self, parsed: Records, lines: list[str]) -> None:
        """Parse lines up to the beginning of an open record, which stays pending."""
        rest = iter(lines)
        n_parsed = 0
        while True:
            records, line_counts, n_failed, reason = _parse_to_error(rest, self._delimiter)
            end = n_parsed + sum(line_counts)
            parsed.add(records, line_counts, lines[n_parsed:end])
            n_parsed = end
            if not reason or "end of data" in reason:
                break
            parsed.add_fault(lines[end : end + n_failed], f"cannot be read ({reason})")
            n_parsed += n_failed
        self._pending = lines[n_parsed:]
        if self._pending and (not self._more or _is_endless(self._pending)):
            parsed.add_fault(self._pending[:1], "opens a quotation that is not closed")
            self._lines.give_back(self._pending[1:])
            self._pending, self._more = [], True


def _parse_to_error(
    lines: Iterator[str], delimiter: str
) -> tuple[list[list[str]], list[int], int, str]:
    """Parse lines up to the first error.

    Returns
    -------
    records : list of list of str
    line_counts : list of int
        The number of lines of each record.
    n_failed : int
        The number of lines that were taken for the record of the error.
    reason : str
        The error; "" if there is none.
    """
    records: list[list[str]] = []
    line_counts: list[int] = []
    n_lines = 0
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for record in reader:
            records.append(record)
            line_counts.append(reader.line_num - n_lines)
            n_lines = reader.line_num
    except csv.Error as error:
        return records, line_counts, reader.line_num - n_lines, str(error)
    return records, line_counts, 0, ""


def _is_endless(lines: Sequence[str]) -> bool:
    return len(lines) > _MOST_LINES or sum(map(len, lines)) > LONGEST_RECORD
