"""Make a Parquet file from a stream of record batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP: Final = 64 * 2**20  # bytes of a row group


def assemble(batches: Path, target: IO[bytes]) -> None:
    """Make a Parquet file of a file of record batches (the Arrow stream format), in memory of a row group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with batches.open("rb") as source:
        reader = pa.ipc.open_stream(source)
        with pq.ParquetWriter(target, reader.schema, compression="zstd") as writer:
            for group in _groups(reader):
                writer.write_table(group, row_group_size=len(group))


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size >= _GROUP:
            yield pa.Table.from_batches(held)
            held, size = [], 0
    if any(map(len, held)):  # nulls have rows and no bytes
        yield pa.Table.from_batches(held)
