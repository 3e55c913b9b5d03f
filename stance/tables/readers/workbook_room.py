"""How many cells a workbook makes room for, worked out before any room is made.

What reads a sheet makes a rectangle that reaches from its first cell to its last. One cell in row
1,048,576 and column XFD makes that 17 billion cells, and the process is ended for lack of memory,
without an error that could be caught.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final
from xml.parsers import expat

from stance.errors import TableError
from stance.tables.rows import MAX_CELLS

UNPACKING_ERRORS: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError)
"""What a damaged zip raises, and one that is packed in a way that Python does not know."""
MAX_BYTES: Final = 2**30  # of one file in the workbook, unpacked
MAX_TOTAL: Final = 2**31  # of all of them: each is looked at
_BLOCK: Final = 2**22
_TAG: Final = re.compile(rb"<(?:[\w.-]+:)?(?:row|c)[\s/>]")
# Attributes are passed as a whole: `r="A1"` may also stand in the value of another.
_TAG_WITH_PLACE: Final = re.compile(
    rb"""<(?:[\w.-]+:)?(?:row|c)\s+(?:[^\s=<>"']+\s*=\s*(?:"[^"<]*"|'[^'<]*')\s*)*?"""
    rb"""r\s*=\s*["'][A-Za-z]*\d"""
)
_PLACE: Final = re.compile(rb"""[\s"']r\s*=\s*["']([A-Za-z]{0,9})(\d{1,19})""")


def check_room(stream: IO[bytes], name: str) -> None:
    """Check that the sheets of a workbook are not too large to be read.

    Parameters
    ----------
    stream : binary file
        The workbook; seekable, and left at its start. An .xls, which has at most 65,536 rows, is
        not looked at.
    name : str
        What messages call it.

    Raises
    ------
    TableError
        If a sheet has room for more than `MAX_CELLS`, or a file in it is larger than `MAX_BYTES`.
    """
    is_zip = zipfile.is_zipfile(stream)
    stream.seek(0)
    if not is_zip:
        return
    with zipfile.ZipFile(stream) as archive:
        total = sum(member.file_size for member in archive.infolist())
        if total > MAX_TOTAL:
            raise TableError(
                f"{name} must have at most {MAX_TOTAL >> 20:,} MB of files in it; it has "
                f"{total >> 20:,}. Save it as .csv, or split it."
            )
        for member in archive.infolist():
            if member.file_size > MAX_BYTES:
                raise TableError(
                    f"{name} must have files of at most {MAX_BYTES >> 20:,} MB in it; "
                    f"{member.filename!r} has {member.file_size >> 20:,}. Save it as .csv, or "
                    "split it."
                )
            if not member.filename.lower().endswith(".xml"):
                continue
            n_rows, n_columns = _measure(archive, member)
            if n_rows * n_columns > MAX_CELLS:
                raise TableError(
                    f"{name} must have room for at most {MAX_CELLS:,} cells in a sheet; one has "
                    f"{n_rows:,} rows and {n_columns:,} columns. Delete what stands far from the "
                    "table, or save the table as .csv."
                )
    stream.seek(0)


def _measure(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[int, int]:
    """Return the number of the last row and of the last column of a sheet; 0 for other files."""
    if not member.filename.endswith("content.xml"):  # where an .ods has its sheets
        with archive.open(member) as file:
            extent = _find_places(file)
        if extent is not None and extent[0] * extent[1] <= MAX_CELLS:
            return extent
    # A cell does not say where it is, or is far away: it may be empty, and take no room.
    with archive.open(member) as file:
        return _Extent().measure(file)


def _find_places(file: IO[bytes]) -> tuple[int, int] | None:
    """Return the last row and column that are named; None if a row or cell has no name.

    Parsing the XML would take longer than reading the workbook.
    """
    n_rows = n_columns = 0
    for block in _blocks(file):
        if len(_TAG.findall(block)) != len(_TAG_WITH_PLACE.findall(block)):
            return None
        places = set(_PLACE.findall(block))
        n_rows = max(n_rows, *(int(row) for _, row in places), 0)
        n_columns = max(n_columns, *map(_column_number, {letters for letters, _ in places}), 0)
    return n_rows, n_columns


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file in blocks that end where a tag does."""
    rest: list[bytes] = []  # joined once: a file may go on for a gigabyte without a tag
    while block := file.read(_BLOCK):
        whole, end, last = block.rpartition(b">")
        if end:
            yield b"".join([*rest, whole, end])
            rest.clear()
        rest.append(last)
    yield b"".join(rest)


def _column_number(letters: bytes) -> int:
    """Return the number of a column, from 1; 0 without letters.

    >>> _column_number(b"A"), _column_number(b"XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


class _Extent:
    """Finds the last row and column that hold anything, while the XML of a sheet is parsed.

    In an .xlsx, a row or cell stands where it says, or after the one before; in an .ods it may be
    repeated.
    """

    def __init__(self) -> None:
        self._rows = self._columns = 0
        self._row = self._column = 0
        self._repeats = 1

    def measure(self, file: IO[bytes]) -> tuple[int, int]:
        """Return the numbers of the last row and column.

        Raises
        ------
        BadZipFile
            If it is not XML, or defines entities or attributes: what reads the workbook takes less
            care, and would see other cells.
        """
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = _refuse_definitions
        try:
            while block := file.read(_BLOCK):
                parser.Parse(block)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise zipfile.BadZipFile(f"a file in it is not XML: {error}") from error
        return self._rows, self._columns

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        values = {"r": attributes.get("r", "")}  # under no other name is it a place
        for key, value in attributes.items():
            name = key.rpartition(":")[2]
            if name != "r":  # of two numbers, the larger one
                values[name] = max(values.get(name, ""), value, key=_as_number)
        if local in ("table", "sheetData"):
            self._row, self._repeats = 0, 1
        elif local in ("row", "table-row"):
            self._row = _number(values, "r") or self._row + self._repeats
            self._repeats = _number(values, "number-rows-repeated") or 1
            self._column = 0
        elif local in ("c", "table-cell", "covered-table-cell"):
            self._place(values)
        if local in ("v", "is", "t", "p") or "value-type" in values:
            self._rows = max(self._rows, self._row + self._repeats - 1)
            self._columns = max(self._columns, self._column)

    def _place(self, values: dict[str, str]) -> None:
        place = re.fullmatch(r"([A-Za-z]+)(\d+)", values.get("r", ""))
        if place:
            self._row, self._column = int(place[2]), _column_number(place[1].encode())
        else:
            self._column += _number(values, "number-columns-repeated") or 1


def _refuse_definitions(*_: object) -> None:
    raise zipfile.BadZipFile("a file in it defines what its XML means, as no workbook does")


def _number(values: dict[str, str], name: str) -> int:
    return _as_number(values.get(name, ""))


def _as_number(value: str) -> int:
    return int(value) if value.isdecimal() and len(value) < 20 else 0
