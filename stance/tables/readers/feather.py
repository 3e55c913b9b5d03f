"""Read Feather, which is Arrow's file format, as chunks of rows."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from stance.errors import TableError
from stance.optional import load_extra
from stance.tables.rows import ROWS, Chunk, ReadOptions
from stance.tables.streams import ByteSource

# Of the file system and of pyarrow, whose errors inherit from them; a damaged length is any number.
_ERRORS: Final = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    OverflowError,
    NotImplementedError,
    MemoryError,
)


class FeatherTable:
    """An open Feather file (version 2), as a `TableReader`.

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        The names of its columns.
    types : dict of str to pyarrow.DataType
        What each column holds.
    """

    def __init__(self, source: ByteSource, options: ReadOptions) -> None:
        del options  # the file says all
        pa = load_extra("pyarrow", "io", "reading Feather")
        self.name = source.name
        stream = source.stream
        if not getattr(stream, "seekable", bool)():
            stream = io.BytesIO(stream.read())
        try:
            self._file = pa.ipc.open_file(stream)
        except _ERRORS as error:
            raise TableError(
                f"{self.name} must be a Feather file; {error}. Name its format, or fetch it again."
            ) from error
        self.columns = list(self._file.schema.names)
        self.types: Mapping[str, Any] = {field.name: field.type for field in self._file.schema}

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows in chunks, with the cells of the given columns."""
        n_rows = 0
        try:
            for index in range(self._file.num_record_batches):
                batch = self._file.get_batch(index).select(list(columns))
                batch.validate(full=True)  # a damaged one would be read beyond its end
                for start in range(0, batch.num_rows, ROWS):
                    rows = batch.slice(start, ROWS)
                    cells = {column: rows.column(column).to_pylist() for column in columns}
                    yield Chunk(range(n_rows, n_rows + rows.num_rows), cells, [])
                    n_rows += rows.num_rows
        except TableError:
            raise
        except _ERRORS as error:
            raise TableError(
                f"{self.name} must be whole, with values that can be read; {error}. "
                "Fetch it again, or leave the column out."
            ) from error
