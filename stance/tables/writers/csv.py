"""Write CSV and TSV: labelled rows, rows that could not be read, and any other rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from stance.errors import InputError
from stance.tables.encodings import original_bytes
from stance.tables.formats import Format
from stance.tables.writers.encoder import (
    RowEncoder,
    encode_rows,
    indexed_texts,
    packed,
    result_cells,
)
from stance.tables.writers.values import carried_text

if TYPE_CHECKING:
    import numpy as np

    from stance.columns import Columns
    from stance.tables.rows import Fault

# What a formula in a spreadsheet may begin with: signs, full-width ones too, after white space that
# the spreadsheet leaves out.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class CsvEncoder(RowEncoder):
    """Writes CSV: a header, and one line per row, with nothing where a value is missing."""

    @property
    def delimiter(self) -> str:
        """What stands between two cells."""
        return self.excel or ","

    def begin(self, no_rows: Columns) -> Iterator[bytes]:
        """Yield the header."""
        del no_rows
        names = [*self.carried.values(), *self.results]
        cells = [_without_formula(name) for name in names] if self.excel else names
        header = _csv_line(cells, self.delimiter)
        encoded = header.encode("utf-8-sig" if self.excel else "utf-8")
        return packed([encoded], self.table_format.packing)

    def rows(
        self,
        carried: Mapping[str | None, Sequence[Any]],
        row_numbers: np.ndarray,
        labelled: Columns,
    ) -> Iterator[bytes]:
        """Yield rows, as in `RowEncoder.rows`."""
        cells = [
            [self._carried_cell(value) for value in carried[column]] for column in self.carried
        ]
        columns = [
            *(indexed_texts(row_numbers, column) for column in cells),
            *result_cells(self.results, labelled, "", self._result_cell),
        ]
        if len(columns) == 1:  # an empty line would be read as no row
            array, texts = columns[0]
            marked = [text or '""' for text in ([texts] if isinstance(texts, str) else texts)]
            columns = [(array, marked[0] if isinstance(texts, str) else marked)]
        between = ["", *[self.delimiter] * (len(columns) - 1), "\n"]
        return packed(encode_rows(between, columns, cells), self.table_format.packing)

    def _carried_cell(self, value: Any) -> str:
        text = carried_text(value)
        return csv_quoted(_without_formula(text) if self.excel else text, self.delimiter)

    def _result_cell(self, value: Any) -> str:
        text = csv_cell(value)
        if self.excel and isinstance(value, str):  # a label; a number may be negative
            text = _without_formula(text)
        return csv_quoted(text, self.delimiter)


class TsvEncoder(CsvEncoder):
    """Writes TSV: CSV with tabs for commas."""

    @property
    def delimiter(self) -> str:
        """What stands between two cells."""
        return "\t"


def check_excel(excel: str | None, table_format: Format) -> None:
    """Check that what is written for spreadsheets is a format that they take.

    Raises
    ------
    InputError
        If it is another format, or the delimiter is unknown.
    """
    if excel not in (None, ",", ";"):
        raise InputError(f"`excel` must be ',' or ';'; got {excel!r}.")
    if excel and table_format.kind not in ("csv", "tsv"):
        raise InputError(
            f"`excel` is for csv and tsv; the output is {table_format.kind}. Leave it out."
        )


def csv_cell(value: Any) -> str:
    """Write a result as text: None as nothing, a float with six decimals, true or false.

    >>> [csv_cell(value) for value in (None, 0.5, True, "a, b")]
    ['', '0.500000', 'true', 'a, b']
    """
    return f"{value:.6f}" if isinstance(value, float) else carried_text(value)


def csv_quoted(text: str, delimiter: str = ",") -> str:
    """Quote a cell if CSV needs it.

    >>> print(csv_quoted("a"), csv_quoted("a, b"), csv_quoted('the "b" side'))
    a "a, b" "the ""b"" side"
    """
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if delimiter in text or "\n" in text or "\r" in text else text


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a header and rows as CSV, with each cell as `csv_cell` writes it."""
    yield _csv_line(columns).encode()
    for row in rows:
        yield _csv_line([csv_cell(value) for value in row]).encode()


def fault_lines(
    faults: Sequence[Fault], file: str | None, *, header: bool, excel: bool = False
) -> Iterator[bytes]:
    """Yield rows that could not be read as CSV, each byte for byte as it stands in its file.

    Parameters
    ----------
    faults : sequence of Fault
        The rows.
    file : str or None
        The name of their file, for a first column "file"; None for no such column.
    header : bool
        Whether a header comes first.
    excel : bool, default=False
        Whether cells that a spreadsheet would take for a formula get an apostrophe.
    """
    where = [] if file is None else [file]
    if header and faults:
        yield _csv_line([*(["file"] if where else []), "row", "line", "reason", "raw"]).encode()
    for fault in faults:
        cells = [*where, str(fault.row), str(fault.line), fault.reason, fault.raw]
        safe = [_without_formula(cell) for cell in cells] if excel else cells
        yield original_bytes(_csv_line(safe))


def _csv_line(cells: Sequence[str], delimiter: str = ",") -> str:
    return delimiter.join(csv_quoted(cell, delimiter) for cell in cells) + "\n"


def _without_formula(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula.

    >>> _without_formula("=1+1"), _without_formula("a truce")
    ("'=1+1", 'a truce')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
