"""Write .xlsx: a sheet of labelled rows, and one that says what each column is."""

from __future__ import annotations

import errno
import json
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Final

from stance.errors import StanceWarning
from stance.optional import load_extra
from stance.tables.writers.column_meanings import column_meaning
from stance.tables.writers.encoder import RowEncoder
from stance.tables.writers.values import carried_text

if TYPE_CHECKING:
    import numpy as np

    from stance.columns import Columns
    from stance.tables.output_streams import Assemble

_MAX_ROWS: Final = 2**20 - 1  # of a sheet, below its header
_MAX_CELL: Final = 32_767  # characters
_MAX_WIDTH: Final = 60  # of a column, in characters
_TEXT_WIDTH: Final = 80
# A workbook says when it was made. A fixed day keeps the bytes of a run that was resumed the same.
_CREATED: Final = datetime(2000, 1, 1)
_LARGEST_EXACT: Final = 2**53  # a spreadsheet has floats only


class WorkbookEncoder(RowEncoder):
    """Writes each row as a line of JSON, from which `assemble` makes the workbook."""

    @property
    def assemble(self) -> Assemble:
        """Makes the workbook."""
        return partial(_assemble, n_carried=len(self.carried))

    def begin(self, no_rows: Columns) -> Iterator[bytes]:
        """Yield the names of the columns."""
        del no_rows
        load_extra("xlsxwriter", "io", "writing .xlsx")  # before any work is done
        yield _line([*self.carried.values(), *self.results])

    def rows(
        self,
        carried: Mapping[str | None, Sequence[Any]],
        row_numbers: np.ndarray,
        labelled: Columns,
    ) -> Iterator[bytes]:
        """Yield rows, as in `RowEncoder.rows`."""
        indexes = row_numbers.tolist()
        cells = [list(map(_cell, carried[column])) for column in self.carried]
        columns = [
            *([column[index] for index in indexes] for column in cells),
            *(labelled.values(column) for column in self.results),
        ]
        return map(_line, zip(*columns, strict=True))


def _line(cells: Iterable[Any]) -> bytes:
    return json.dumps(list(cells)).encode() + b"\n"


def _cell(value: Any) -> Any:
    """Return what JSON can carry for a cell; dates as ``{"date": ...}``.

    >>> _cell(7), _cell(date(2024, 5, 1)), _cell(float("nan")), _cell([1])
    (7, {'date': '2024-05-01'}, None, '[1]')
    """
    if isinstance(value, (datetime, date, time)) and getattr(value, "tzinfo", None) is None:
        return {type(value).__name__: value.isoformat()}
    is_number = isinstance(value, (int, float)) and abs(value) <= _LARGEST_EXACT
    if is_number or isinstance(value, bool):
        return value
    return carried_text(value) or None


_PARSERS: Final[Mapping[str, Any]] = {"datetime": datetime, "date": date, "time": time}
_DATE_FORMATS: Final = {
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "date": "yyyy-mm-dd",
    "time": "hh:mm:ss",
}


class _Workbook:
    """A workbook that is written from top to bottom, and needs little memory for that."""

    def __init__(self, output: IO[bytes], names: Sequence[str], n_carried: int) -> None:
        xlsxwriter = load_extra("xlsxwriter", "io", "writing .xlsx")
        self.book = xlsxwriter.Workbook(
            output, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
        )
        self.book.set_properties({"created": _CREATED})
        self.names = names
        self._n_carried = n_carried
        self._bold = self.book.add_format({"bold": True, "bottom": 1})
        self._dates = {
            kind: self.book.add_format({"num_format": written})
            for kind, written in _DATE_FORMATS.items()
        }
        self._wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self._share = self.book.add_format({"num_format": "0.00"})
        self.n_cut = 0
        self._n_sheets = 0

    def add_labels(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows into as many sheets as they need."""
        sheet: Any = None
        number = _MAX_ROWS
        for row in rows:
            if number == _MAX_ROWS:
                sheet, number = self._add_sheet(), 0
            number += 1
            for column, value in enumerate(row):
                self._write(sheet, number, column, value)
        if sheet is None:
            self._add_sheet()

    def _add_sheet(self) -> Any:
        self._n_sheets += 1
        suffix = f" {self._n_sheets}" if self._n_sheets > 1 else ""
        sheet = self.book.add_worksheet(f"labels{suffix}")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(self.names):
            width = min(max(len(name) + 2, 10), _MAX_WIDTH)
            is_text = name == "text"
            style = self._wrapped if is_text else None
            sheet.set_column(column, column, _TEXT_WIDTH if is_text else width, style)
            sheet.write_string(0, column, name, self._bold)
        return sheet

    def _write(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, dict):
            ((kind, written),) = value.items()
            moment = _PARSERS[kind].fromisoformat(written)
            if kind != "time" and moment.year < 1900:  # a spreadsheet knows no earlier day
                sheet.write_string(row, column, written)
            else:
                sheet.write_datetime(row, column, moment, self._dates[kind])
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, str):
            self.n_cut += len(value) > _MAX_CELL
            sheet.write_string(row, column, value[:_MAX_CELL])  # never a formula or a link
        else:
            is_share = isinstance(value, float) and column >= self._n_carried
            sheet.write_number(row, column, value, self._share if is_share else None)

    def add_columns(self) -> None:
        """Add the sheet that says what each column is."""
        sheet = self.book.add_worksheet("columns")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 100)
        sheet.write_row(0, 0, ["column", "what it is"], self._bold)
        for number, name in enumerate(self.names):
            is_carried = number < self._n_carried
            meaning = "carried along from your table" if is_carried else column_meaning(name)
            sheet.write_string(number + 1, 0, name)
            sheet.write_string(number + 1, 1, meaning)


class _PatientFile:
    """A file whose first error waits, and ends all writing.

    A zip that an error cuts off would write to it again when it is freed.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.error: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._file, name)

        def call(*arguments: Any) -> Any:
            try:
                return 0 if self.error else attribute(*arguments)
            except OSError as error:
                self.error = error
                return 0

        return call if callable(attribute) else attribute


def _assemble(lines: IO[bytes], output: IO[bytes], *, n_carried: int) -> None:
    """Make a workbook from a file of lines of JSON, the first of which has the names."""
    patient: Any = _PatientFile(output)
    workbook = _Workbook(patient, json.loads(next(lines)), n_carried)
    workbook.add_labels(map(json.loads, lines))
    workbook.add_columns()
    try:
        workbook.book.close()
    except load_extra("xlsxwriter", "io", "writing .xlsx").exceptions.FileCreateError as error:
        # Of a temporary file; what is no error of the system is a file beyond 4 GB.
        reason = error.args[0]
        patient.error = (
            reason if isinstance(reason, OSError) else OSError(errno.EFBIG, "File too large")
        )
    if patient.error:
        raise patient.error
    if workbook.n_cut:
        warnings.warn(
            f"{workbook.n_cut:,} cells were cut at {_MAX_CELL:,} characters, the most that a "
            "workbook takes. Write .parquet or .csv to keep them whole.",
            StanceWarning,
            stacklevel=2,
        )
