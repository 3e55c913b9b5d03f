"""Turn labelled cells and the cells carried beside them into the bytes of CSV, TSV, JSONL or Arrow, whole columns at a time."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from itertools import islice
from math import isfinite, isnan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stance.errors import InputError
from stance.optional import load_extra
from stance.tables.encodings import restored
from stance.tables.formats import Format

if TYPE_CHECKING:
    import pyarrow as pa

    from stance.columns import Columns
    from stance.tables.rows import Fault

_PIECE: Final = 2**20  # characters that are encoded at once, about
_LINE: Final = 1000  # characters of the results in a line, about
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Layout(NamedTuple):
    """How an output is laid out.

    Attributes
    ----------
    format : Format
        Its format and packing.
    carried : dict of str to str
        The name in the output of each column that is carried along, in order; None stands for the name of the file.
    results : tuple of str
        The result columns, in order.
    excel_safe : bool
        Whether a carried cell that a spreadsheet would take for a formula gets an apostrophe before it (CSV and TSV).
    types : dict of str to pyarrow.DataType
        What carried columns hold, where the source tells.
    """

    format: Format
    carried: Mapping[str | None, str]
    results: tuple[str, ...]
    excel_safe: bool = False
    types: Mapping[str | None, Any] = MappingProxyType({})

    def begin(self, none: Columns) -> Iterator[bytes]:
        """Yield what stands before the rows: a header, or the schema of `none`, result columns without a row."""
        names = [*self.carried.values(), *self.results]
        if self.format.kind == "jsonl":
            return iter(())
        if self.format.kind == "parquet":
            batch = _batch(
                self, {column: [] for column in self.carried}, np.empty(0, dtype=int), none
            )
            return iter([batch.schema.serialize().to_pybytes()])
        cells = [_disarmed(name) for name in names] if self.excel_safe else names
        return packed([_csv_line(cells, _delimiter(self)).encode()], self.format.packing)

    def rows(
        self, carried: Mapping[str | None, Sequence[Any]], at: np.ndarray, labelled: Columns
    ) -> Iterator[bytes]:
        """Yield rows.

        Parameters
        ----------
        carried : dict of str to sequence
            Cells by column.
        at : ndarray of int of shape (n_rows,)
            Which of the cells each row carries along.
        labelled : Columns
            The result columns, and perhaps others.
        """
        if self.format.kind == "parquet":
            return iter([_batch(self, carried, at, labelled).serialize().to_pybytes()])
        write = self._json_lines if self.format.kind == "jsonl" else self._csv_lines
        return packed(write(carried, at.tolist(), labelled), self.format.packing)

    def _csv_lines(
        self, carried: Mapping[str | None, Sequence[Any]], at: list[int], labelled: Columns
    ) -> Iterator[bytes]:
        delimiter = _delimiter(self)

        def kept(value: Any) -> str:
            text = carried_text(value)
            return csv_quoted(_disarmed(text) if self.excel_safe else text, delimiter)

        cells = [[kept(value) for value in carried[column]] for column in self.carried]
        results = _columns_as_text(
            self, labelled, "", lambda value: csv_quoted(csv_cell(value), delimiter)
        )
        columns = [*([column[row] for row in at] for column in cells), *results]
        if len(columns) == 1:  # an empty line would be no row
            columns = [[cell or '""' for cell in columns[0]]]
        return _pieces(map(delimiter.join, zip(*columns, strict=True)), cells)

    def _json_lines(
        self, carried: Mapping[str | None, Sequence[Any]], at: list[int], labelled: Columns
    ) -> Iterator[bytes]:
        cells = [[_json(value) for value in carried[column]] for column in self.carried]
        columns = [
            *([column[row] for row in at] for column in cells),
            *_columns_as_text(self, labelled, "null", _json),
        ]
        template = ", ".join(
            _json(name).replace("%", "%%") + ": %s"
            for name in (*self.carried.values(), *self.results)
        )
        return _pieces(map(("{" + template + "}").__mod__, zip(*columns, strict=True)), cells)


def _delimiter(layout: Layout) -> str:
    return "\t" if layout.format.kind == "tsv" else ","


def _pieces(lines: Iterator[str], carried: Sequence[Sequence[str]]) -> Iterator[bytes]:
    """Encode lines, some at a time: a long cell that many lines carry is never there many times at once."""
    count = max(1, _PIECE // (_LINE + sum(max(map(len, cells), default=0) for cells in carried)))
    while held := list(islice(lines, count)):
        yield ("\n".join(held) + "\n").encode()


def packed(pieces: Iterable[bytes], packing: str) -> Iterator[bytes]:
    """Pack pieces as one whole: members of gzip, and frames of zstd, may follow each other in a file."""
    if packing == "gz":
        packer = zlib.compressobj(wbits=31)
        yield from filter(None, map(packer.compress, pieces))
        yield packer.flush()
    elif packing == "zst":
        pa = load_extra("pyarrow", "io", "writing .zst")
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, "zstd") as stream:
            for piece in pieces:
                stream.write(piece)
        yield sink.getvalue().to_pybytes()
    else:
        yield from pieces


def _columns_as_text(
    layout: Layout, labelled: Columns, missing: str, written: Callable[[Any], str]
) -> Iterator[list[str]]:
    """Write result columns as text: six decimals for a float, `missing` where there is no value."""
    for column in layout.results:
        values = labelled.arrays[column].tolist()
        if column in labelled.names:
            names = [*map(written, labelled.names[column]), missing]  # code -1 is the last
            yield [names[code] for code in values]
        elif labelled.arrays[column].dtype.kind == "f":
            yield ["%.6f" % value if value == value else missing for value in values]  # noqa: PLR0124, UP031 - NaN; twice the speed
        else:
            yield [str(value) if value >= 0 else missing for value in values]


def _json(value: Any) -> str:
    try:
        return _JSON.encode(value)
    except ValueError:  # a number that JSON has not
        return _JSON.encode(_finite(value))


def _finite(value: Any) -> Any:
    """Put None for NaN, and its name for infinity, however deep.

    >>> _finite({"a": [float("nan"), float("inf"), 1.0]})
    {'a': [None, 'inf', 1.0]}
    """
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    if isinstance(value, float) and not isfinite(value):
        return None if isnan(value) else str(value)
    return value


def _batch(
    layout: Layout, carried: Mapping[str | None, Sequence[Any]], at: np.ndarray, labelled: Columns
) -> pa.RecordBatch:
    pa = load_extra("pyarrow", "io", "writing Parquet")
    arrays = {}
    for column, name in layout.carried.items():
        kind = layout.types.get(column, pa.string())
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        values = (
            carried[column]
            if column in layout.types
            else [None if value is None else carried_text(value) for value in carried[column]]
        )
        try:
            arrays[name] = pa.array(values, type=kind).take(pa.array(at))
        except NotImplementedError:  # pyarrow takes rows of most types, not of string_view
            arrays[name] = pa.array([values[row] for row in at.tolist()], type=kind)
    for column in layout.results:
        array = labelled.arrays[column]
        if column in labelled.names:
            names = labelled.names[column]
            kind = pa.bool_() if names == (False, True) else pa.string()
            arrays[column] = pa.array(list(names), type=kind).take(pa.array(array, mask=array < 0))
        else:
            arrays[column] = pa.array(
                array, mask=np.isnan(array) if array.dtype.kind == "f" else (array < 0)
            )
    return pa.RecordBatch.from_pydict(arrays)


def csv_cell(value: Any) -> str:
    """Write a result as text: nothing for None, six decimals for a float, true or false.

    >>> [csv_cell(value) for value in (None, 0.5, True, "a, b")]
    ['', '0.500000', 'true', 'a, b']
    """
    return f"{value:.6f}" if isinstance(value, float) else carried_text(value)


def carried_text(value: Any) -> str:
    """Write a cell of the user's as text: nothing for None or NaN, lists and the like as JSON, all else as it stands.

    >>> [carried_text(value) for value in ("007", None, 0.1, True, date(2020, 5, 1), [1, "a"])]
    ['007', '', '0.1', 'true', '2020-05-01', '[1, "a"]']
    """
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (bool, list, dict)):
        return _json(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


_JSON: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=carried_text)


def csv_quoted(text: str, delimiter: str = ",") -> str:
    """Quote a cell where CSV asks for it.

    >>> print(csv_quoted("a"), csv_quoted("a, b"), csv_quoted('the "b" side'))
    a "a, b" "the ""b"" side"
    """
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if delimiter in text or "\n" in text or "\r" in text else text


def fault_lines(faults: Sequence[Fault], file: str | None, *, header: bool) -> Iterator[bytes]:
    """Write rows that cannot be read as CSV, each as it stands in its file, byte for byte."""
    where = [] if file is None else [file]
    if header and faults:
        yield _csv_line([*(["file"] if where else []), "row", "line", "reason", "raw"]).encode()
    for fault in faults:
        yield restored(
            _csv_line([*where, str(fault.row), str(fault.line), fault.reason, fault.raw])
        )


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Write a header and rows as CSV, each cell as `csv_cell` does."""
    yield _csv_line(columns).encode()
    for row in rows:
        yield _csv_line([csv_cell(value) for value in row]).encode()


def _csv_line(cells: Sequence[str], delimiter: str = ",") -> str:
    return delimiter.join(csv_quoted(cell, delimiter) for cell in cells) + "\n"


def _disarmed(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula.

    >>> _disarmed("=1+1"), _disarmed("a truce")
    ("'=1+1", 'a truce')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def check_excel_safe(excel_safe: bool, layout: Format) -> None:
    """Refuse to guard against formulas in a format that has none."""
    if excel_safe and layout.kind not in ("csv", "tsv"):
        raise InputError(
            f"`excel_safe` is for csv and tsv; the output is {layout.kind}. Leave it out."
        )
