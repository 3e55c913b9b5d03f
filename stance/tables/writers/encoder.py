"""What the writers of all formats share: the columns of an output, its lines, and packing."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.optional import load_extra
from stance.tables.formats import Format, load_encoder

if TYPE_CHECKING:
    from stance.columns import Columns
    from stance.tables.output_streams import Assemble

RowColumn = tuple[np.ndarray, list[str] | str]
"""A column of rows to be written: an array, and what its numbers stand for.

Integers and a list: each is the index of a text in it, -1 that of the last. Numbers and a str: each
is written as it is, NaN and what is below zero, which is missing, as the str."""


def join_in_python(between: list[str], columns: list[RowColumn], first: int, last: int, /) -> bytes:
    """Return the rows from `first` to `last`, exclusive, as UTF-8: the rule of `join_rows`."""
    row = "%s".join(piece.replace("%", "%%") for piece in between)
    cells = [_as_text(array[first:last], texts) for array, texts in columns]
    return "".join(map(row.__mod__, zip(*cells, strict=True))).encode()


try:
    from stance.scoring._scorer import join_rows
except ImportError:  # it was not built
    join_rows = join_in_python

_PIECE: Final = 2**20  # characters to encode at a time, about
_ROW: Final = 1000  # characters of the results in one row, about


@dataclass(frozen=True)
class RowEncoder(ABC):
    """Turns labelled rows, and the cells carried beside them, into bytes; one subclass per format.

    Attributes
    ----------
    table_format : Format
        Its format and packing.
    carried : dict of str to str
        The name in the output of each column that is carried along, in order. The key None stands
        for the name of the file that a row is from.
    results : tuple of str
        The result columns, in order.
    excel : {",", ";"} or None
        Write for spreadsheets, with this delimiter: a byte order mark, and an apostrophe before
        what a spreadsheet would take for a formula (CSV and TSV only).
    types : dict of str to pyarrow.DataType
        The types of the carried columns, as far as the source has types (Parquet only).
    """

    table_format: Format
    carried: Mapping[str | None, str]
    results: tuple[str, ...]
    excel: str | None = None
    types: Mapping[str | None, Any] = field(default_factory=dict)

    @property
    def assemble(self) -> Assemble | None:
        """Makes the output from a file of all that was encoded; None if that is the output."""
        return None

    @abstractmethod
    def begin(self, no_rows: Columns) -> Iterator[bytes]:
        """Yield what comes before the rows, such as a header.

        Parameters
        ----------
        no_rows : Columns
            The result columns, without a row: what they are named and what they hold.
        """

    @abstractmethod
    def rows(
        self,
        carried: Mapping[str | None, Sequence[Any]],
        row_numbers: np.ndarray,
        labelled: Columns,
    ) -> Iterator[bytes]:
        """Yield rows.

        Parameters
        ----------
        carried : dict of str to sequence
            The cells of each carried column.
        row_numbers : ndarray of int of shape (n_rows,)
            For each row of the output, the index of the cells that it carries along.
        labelled : Columns
            At least the result columns, of n_rows rows.
        """


def encoder_of(
    table_format: Format,
    carried: Mapping[str | None, str],
    results: tuple[str, ...],
    excel: str | None = None,
    types: Mapping[str | None, Any] | None = None,
) -> RowEncoder:
    """Make the encoder of a format, with the attributes of `RowEncoder`."""
    return load_encoder(table_format)(table_format, carried, results, excel, types or {})


def encode_rows(
    between: list[str], columns: list[RowColumn], carried: Sequence[Sequence[str]]
) -> Iterator[bytes]:
    """Encode rows, a few at a time: many rows may carry the same long cell.

    Parameters
    ----------
    between : list of str, of length n_columns + 1
        What stands before, between and after the cells of a row.
    columns : list of (ndarray, list of str or str)
        As `result_cells` and `indexed_texts` give them, of the same length.
    carried : sequence of sequence of str
        The cells that the rows carry, by column.
    """
    row_size = _ROW + sum(max(map(len, cells), default=0) for cells in carried)
    count = max(1, _PIECE // row_size)
    n_rows = len(columns[0][0]) if columns else 0
    for first in range(0, n_rows, count):
        yield join_rows(between, columns, first, min(first + count, n_rows))


def packed(pieces: Iterable[bytes], packing: str) -> Iterator[bytes]:
    """Pack pieces as one member of a gzip file or one frame of zstd; a file may have several."""
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


def indexed_texts(indexes: np.ndarray, texts: list[str]) -> RowColumn:
    """Return the column of rows of which each has one of some texts."""
    return np.ascontiguousarray(indexes, dtype=np.int64), texts


def result_cells(
    columns: Sequence[str], labelled: Columns, missing: str, write: Callable[[Any], str]
) -> Iterator[RowColumn]:
    """Yield result columns as `encode_rows` takes them; floats get six decimals.

    Parameters
    ----------
    columns : sequence of str
        The names of the columns.
    labelled : Columns
        Their values.
    missing : str
        What to write where a value is missing.
    write : callable
        Writes a value that is no number: a name, a label, a status, or False or True.
    """
    for column in columns:
        array = labelled.arrays[column]
        if column in labelled.names:  # code -1 is the last
            yield indexed_texts(array, [*map(write, labelled.names[column]), missing])
        elif array.dtype.kind == "O":
            yield np.arange(len(array), dtype=np.int64), list(map(write, array.tolist()))
        else:
            number = np.float64 if array.dtype.kind == "f" else np.int64
            yield np.ascontiguousarray(array, dtype=number), missing


def _as_text(array: np.ndarray, texts: list[str] | str) -> list[str]:
    values = array.tolist()
    if isinstance(texts, list):
        return [texts[index] for index in values]
    if array.dtype.kind == "f":
        # The operator % takes half the time of an f-string; only NaN differs from itself.
        return ["%.6f" % value if value == value else texts for value in values]  # noqa: PLR0124, UP031
    return [str(value) if value >= 0 else texts for value in values]
