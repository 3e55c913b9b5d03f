"""Read Feather, which is Arrow's file format, and Arrow's streams, as chunks of rows."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


ARROW_STREAM: Final = b"\xff\xff\xff\xff"
"""How a stream of Arrow begins; a file begins with its name."""


class FeatherTable:
    """An open Feather file (version 2), or a stream of Arrow that was saved, as a `TableReader`.

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        The names of its columns.
    types : dict of str to pyarrow.DataType
        What each column holds.
    """

    _batches: Iterable[Any]

    def __init__(self, source: ByteSource, options: ReadOptions) -> None:
        del options  # the file says all
        pa = load_extra("pyarrow", "io", "reading Feather")
        self.name = source.name
        stream = source.stream
        if not getattr(stream, "seekable", bool)():
            stream = io.BytesIO(stream.read())
        is_stream = stream.read(len(ARROW_STREAM)) == ARROW_STREAM
        stream.seek(0)
        try:
            reader = pa.ipc.open_stream(stream) if is_stream else pa.ipc.open_file(stream)
        except _ERRORS as error:
            raise TableError(
                f"{self.name} must be a Feather file; {error}. Name its format, or fetch it again."
            ) from error
        self._n_batches = 0 if is_stream else int(reader.num_record_batches)
        self._batches = reader if is_stream else map(reader.get_batch, range(self._n_batches))
        self.columns = list(reader.schema.names)
        self.types: Mapping[str, Any] = {field.name: field.type for field in reader.schema}

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows in chunks, with the cells of the given columns."""
        n_rows = 0
        try:
            for index, whole in enumerate(self._batches):
                batch = whole.select(list(columns))
                batch.validate(full=True)  # a damaged one would be read beyond its end
                for start in range(0, batch.num_rows, ROWS):
                    rows = batch.slice(start, ROWS)
                    cells = {column: rows.column(column).to_pylist() for column in columns}
                    done = index + (start + rows.num_rows) / batch.num_rows
                    share = done / self._n_batches if self._n_batches else None
                    yield Chunk(range(n_rows, n_rows + rows.num_rows), cells, [], share)
                    n_rows += rows.num_rows
        except TableError:
            raise
        except _ERRORS as error:
            raise TableError(
                f"{self.name} must be whole, with values that can be read; {error}. "
                "Fetch it again, or leave the column out."
            ) from error
