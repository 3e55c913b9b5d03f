"""Read Parquet as chunks of rows."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from stance.errors import TableError
from stance.optional import load_extra
from stance.tables.rows import CHARACTERS, ROWS, Chunk
from stance.tables.streams import Source

if TYPE_CHECKING:
    import pyarrow as pa


class ParquetTable:
    """An open Parquet file: iterate once over its chunks.

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        Its columns.
    types : dict of str to pyarrow.DataType
        What they hold.
    """

    def __init__(self, source: Source) -> None:
        pq = load_extra("pyarrow.parquet", "io", "reading Parquet")
        self.name = source.name
        try:
            self._file = pq.ParquetFile(_seekable(source.stream))
        except (OSError, ValueError) as error:
            raise TableError(
                f"{self.name} must be a Parquet file; {error}. Name its format, or fetch it again."
            ) from error
        schema = self._file.schema_arrow
        self.columns = list(schema.names)
        self.types = {field.name: field.type for field in schema}

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows, some at a time, with the columns named."""
        held = self._file.metadata
        size = sum(held.row_group(group).total_byte_size for group in range(held.num_row_groups))
        rows = max(1, min(ROWS, CHARACTERS * held.num_rows // max(size, 1)))
        at = 0
        try:
            for batch in self._file.iter_batches(batch_size=rows, columns=list(columns)):
                cells = {column: self._cells(column, batch.column(column)) for column in columns}
                yield Chunk(range(at, at + batch.num_rows), cells, [])
                at += batch.num_rows
        except OSError as error:
            raise TableError(
                f"{self.name} must be whole; it cannot be read to its end: {error}. Fetch it again."
            ) from error

    def _cells(self, column: str, cells: pa.Array) -> list[Any]:
        try:
            return cast(list[Any], cells.to_pylist())
        except (
            ValueError,
            OverflowError,
            NotImplementedError,
        ) as error:  # bytes that are not UTF-8, the year 10000
            raise TableError(
                f"{self.name} must hold values that can be read; column {column!r} holds one that cannot: {error}. Mend it, or leave the "
                "column out."
            ) from error


def _seekable(stream: Any) -> Any:
    """Return a stream that can be rewound: itself, or a file of its own that goes when it is closed."""
    if getattr(stream, "seekable", bool)():
        return stream
    held = tempfile.TemporaryFile()  # noqa: SIM115
    shutil.copyfileobj(stream, held)
    held.seek(0)
    return held
