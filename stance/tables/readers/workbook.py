"""Read a sheet of a workbook: .xlsx, .xls and .ods."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from stance.errors import InputError, StanceWarning, TableError
from stance.optional import load_extra
from stance.tables.readers.batches import chunks_of
from stance.tables.readers.workbook_room import UNPACKING_ERRORS, check_room
from stance.tables.rows import Chunk, ReadOptions
from stance.tables.streams import ByteSource

EXPLAINING_SHEET: Final = "columns"
"""The second sheet of the workbooks that this package writes."""
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
"""The name of the part of a protected .xlsx that holds the workbook."""
EXCEL_CELL: Final = 32_767
"""Characters of the longest cell of Excel, which cuts off what is longer without a word."""


class WorkbookTable:
    """A sheet of a workbook, as a `TableReader`; its first row that is not empty has the names.

    Cells come as str, int, float, bool, date, time or datetime; an empty one as None. Rows are
    numbered from 0 below the names, with empty rows counted, so that row 0 is row 2 of most sheets.

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        The names of its columns; one without a name is called by its letter, as in "column C".
    types : dict
        Empty: a column may have cells of any type.
    """

    types: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, source: ByteSource, options: ReadOptions) -> None:
        self.name = source.name
        rows = self._read(source, options.sheet)
        header = next((number for number, row in enumerate(rows) if any(map(_is_filled, row))), -1)
        if header < 0:
            raise TableError(
                f"{self.name} must have a row of column names; the sheet is empty. "
                "Name another with sheet (--sheet)."
            )
        last = max(number for number, row in enumerate(rows) if any(map(_is_filled, row)))
        self._rows = rows[header + 1 : last + 1]
        names = rows[header]
        filled = [
            index
            for index, name in enumerate(names)
            if _is_filled(name) or any(_is_filled(row[index]) for row in self._rows)
        ]
        self._indexes = {_column_name(names[index], index): index for index in filled}
        self.columns = [_column_name(names[index], index) for index in filled]
        self._warn_of_cuts()

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows in chunks, with the cells of the given columns."""
        indexes = [self._indexes[column] for column in columns]
        rows = ([_value(row[index]) for index in indexes] for row in self._rows)
        return chunks_of(columns, rows, len(self._rows))

    def _read(self, source: ByteSource, sheet: str | None) -> list[list[Any]]:
        calamine = load_extra("python_calamine", "io", "reading a workbook")
        content = source.stream.read()
        try:
            check_room(io.BytesIO(content), self.name)
            workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
            name = self._choose(workbook, sheet)
            rows: list[list[Any]] = workbook.get_sheet_by_name(name).to_python(
                skip_empty_area=False
            )
        except TableError:
            raise
        except calamine.PasswordError as error:
            raise _password_error(self.name) from error
        # A damaged zip is told by what looks into it first.
        except (calamine.CalamineError, *UNPACKING_ERRORS) as error:
            if _ENCRYPTED in content:
                raise _password_error(self.name) from error
            raise TableError(
                f"{self.name} must be a workbook that can be read; {error}. "
                "Open it in a spreadsheet, and save it again."
            ) from error
        return rows

    def _choose(self, workbook: Any, sheet: str | None) -> str:
        names: list[str] = workbook.sheet_names
        if sheet is not None:
            if sheet not in names:
                raise InputError(f"there is no sheet {sheet!r}; the sheets are {names!r}.")
            return sheet
        if set(names[1:]) - {EXPLAINING_SHEET}:
            warnings.warn(
                f"{self.name} is read from its first sheet, {names[0]!r}; it also has "
                f"{names[1:]!r}. Name another with sheet (--sheet).",
                StanceWarning,
                stacklevel=2,
            )
        return names[0]

    def _warn_of_cuts(self) -> None:
        full = [
            len(cell) == EXCEL_CELL for row in self._rows for cell in row if isinstance(cell, str)
        ]
        if any(full):
            warnings.warn(
                f"{self.name} has {sum(full):,} cells of exactly {EXCEL_CELL:,} characters, where "
                "Excel cuts off the rest. Take these texts from their source.",
                StanceWarning,
                stacklevel=2,
            )


def _password_error(name: str) -> TableError:
    return TableError(f"{name} must not need a password; it does. Save a copy without one.")


def _is_filled(cell: Any) -> bool:
    return cell is not None and cell != ""


def _column_name(name: Any, index: int) -> str:
    """Return the name of a column, or its letter.

    >>> _column_name("body", 0), _column_name(2024.0, 1), _column_name("", 27)
    ('body', '2024', 'column AB')
    """
    if _is_filled(name):
        return str(_value(name))
    letters = ""
    number = index + 1
    while number:
        number, remainder = divmod(number - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return f"column {letters}"


def _value(cell: Any) -> Any:
    """Return a cell as it is shown: a whole number without a point, and nothing as None.

    >>> [_value(cell) for cell in (7.0, 2.5, "", "a truce", True)]
    [7, 2.5, None, 'a truce', True]
    """
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell
