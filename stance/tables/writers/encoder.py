"""What the writers of all formats share: the columns of an output, its lines, and packing."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from stance.optional import load_extra
from stance.tables.formats import Format, load_encoder

if TYPE_CHECKING:
    import numpy as np

    from stance.columns import Columns
    from stance.tables.output_streams import Assemble

_PIECE: Final = 2**20  # characters to encode at a time, about
_LINE: Final = 1000  # characters of the results in one line, about


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


def encode_lines(lines: Iterator[str], carried: Sequence[Sequence[str]]) -> Iterator[bytes]:
    """Encode lines, a few at a time: many lines may carry the same long cell.

    Parameters
    ----------
    lines : iterator of str
        Without their ends.
    carried : sequence of sequence of str
        The cells that the lines carry, by column.
    """
    line_size = _LINE + sum(max(map(len, cells), default=0) for cells in carried)
    count = max(1, _PIECE // line_size)
    while batch := list(islice(lines, count)):
        yield ("\n".join(batch) + "\n").encode()


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


def columns_as_text(
    columns: Sequence[str], labelled: Columns, missing: str, write: Callable[[Any], str]
) -> Iterator[list[str]]:
    """Yield result columns as text; floats have six decimals.

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
        values = labelled.arrays[column].tolist()
        if column in labelled.names:
            names = [*map(write, labelled.names[column]), missing]  # code -1 is the last
            yield [names[code] for code in values]
        elif labelled.arrays[column].dtype.kind == "O":
            yield list(map(write, values))
        elif labelled.arrays[column].dtype.kind == "f":
            # The operator % takes half the time of an f-string; only NaN differs from itself.
            yield ["%.6f" % value if value == value else missing for value in values]  # noqa: PLR0124, UP031
        else:
            yield [str(value) if value >= 0 else missing for value in values]
