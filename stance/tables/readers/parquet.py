"""Read Parquet as chunks of rows."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from stance.errors import TableError
from stance.optional import load_extra
from stance.tables.rows import CHARACTERS, ROWS, Chunk, ReadOptions
from stance.tables.streams import ByteSource

if TYPE_CHECKING:
    import pyarrow as pa

_ERRORS: Final = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    NotImplementedError,
    MemoryError,
)
"""OSError of the file system, and the others of pyarrow, whose errors inherit from them."""


class ParquetTable:
    """An open Parquet file, as a `TableReader`.

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
        pq = load_extra("pyarrow.parquet", "io", "reading Parquet")
        self.name = source.name
        try:
            self._file = pq.ParquetFile(self._seekable(source.stream))
        except _ERRORS as error:
            raise TableError(
                f"{self.name} must be a Parquet file; {error}. Name its format, or fetch it again."
            ) from error
        schema = self._file.schema_arrow
        self.columns = list(schema.names)
        self.types: Mapping[str, Any] = {field.name: field.type for field in schema}

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows in chunks, with the cells of the given columns."""
        n_rows = 0
        try:
            for batch in self._file.iter_batches(
                batch_size=self._chunk_size(), columns=list(columns)
            ):
                cells = {column: self._cells(column, batch.column(column)) for column in columns}
                end = n_rows + batch.num_rows
                yield Chunk(range(n_rows, end), cells, [], end / self._file.metadata.num_rows)
                n_rows = end
        except TableError:
            raise
        except _ERRORS as error:
            raise TableError(
                f"{self.name} must be whole; it cannot be read to its end: {error}. Fetch it again."
            ) from error

    def _chunk_size(self) -> int:
        """Return how many rows of average size fit into a chunk."""
        metadata = self._file.metadata
        groups = map(metadata.row_group, range(metadata.num_row_groups))
        n_bytes = sum(group.total_byte_size for group in groups)
        n_rows: int = CHARACTERS * metadata.num_rows // max(n_bytes, 1)
        return max(1, min(ROWS, n_rows))

    def _cells(self, column: str, cells: pa.Array) -> list[Any]:
        try:
            return cast(list[Any], cells.to_pylist())
        # Bytes that are not UTF-8; a date after the year 9999; a type that Python does not have.
        except (ValueError, OverflowError, NotImplementedError) as error:
            raise TableError(
                f"{self.name} must hold values that can be read; column {column!r} holds one that "
                f"cannot: {error}. Mend it, or leave the column out."
            ) from error

    def _seekable(self, stream: Any) -> Any:
        """Return a stream that can be rewound: the stream itself, or a temporary copy of it."""
        if getattr(stream, "seekable", bool)():
            return stream
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed, and so removed, with the table
        weakref.finalize(self, copy.close)
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        return copy
