"""Write Parquet and Feather: encode record batches, and assemble a file from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np

from stance.errors import TableError
from stance.optional import load_extra
from stance.tables.writers.encoder import RowEncoder
from stance.tables.writers.values import carried_text

if TYPE_CHECKING:
    import pyarrow as pa

    from stance.columns import Columns
    from stance.tables.output_streams import Assemble

_GROUP: Final = 64 * 2**20  # bytes of a row group


def assemble(batches: IO[bytes], output: IO[bytes]) -> None:
    """Make a Parquet file from a file of record batches, in memory of one row group.

    Parameters
    ----------
    batches : binary file
        In the Arrow stream format.
    output : binary file
        Where to write.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    reader = pa.ipc.open_stream(batches)
    try:
        writer = pq.ParquetWriter(output, reader.schema, compression="zstd")
    except NotImplementedError as error:
        raise TableError(
            f"Parquet must have a type for every column; {error}. Leave the column out, or write "
            ".feather."
        ) from error
    with writer:
        for group in _groups(reader):
            writer.write_table(group, row_group_size=len(group))


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    import pyarrow as pa

    group: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        group.append(batch)
        size += batch.nbytes
        if size >= _GROUP:
            yield pa.Table.from_batches(group)
            group, size = [], 0
    if any(map(len, group)):  # by rows, as a column of nulls has no bytes
        yield pa.Table.from_batches(group)


class ParquetEncoder(RowEncoder):
    """Writes the Arrow stream format, from which `assemble` makes the file: types are kept."""

    @property
    def assemble(self) -> Assemble:
        """Makes the Parquet file."""
        return assemble

    def begin(self, no_rows: Columns) -> Iterator[bytes]:
        """Yield the schema."""
        carried: dict[str | None, list[Any]] = {column: [] for column in self.carried}
        batch = self._batch(carried, np.empty(0, dtype=int), no_rows)
        return iter([batch.schema.serialize().to_pybytes()])

    def rows(
        self,
        carried: Mapping[str | None, Sequence[Any]],
        row_numbers: np.ndarray,
        labelled: Columns,
    ) -> Iterator[bytes]:
        """Yield one record batch, as in `RowEncoder.rows`."""
        return iter([self._batch(carried, row_numbers, labelled).serialize().to_pybytes()])

    def _batch(
        self,
        carried: Mapping[str | None, Sequence[Any]],
        row_numbers: np.ndarray,
        labelled: Columns,
    ) -> pa.RecordBatch:
        pa = load_extra("pyarrow", "io", "writing Parquet or Feather")
        arrays = {
            name: self._carried_array(column, carried[column], row_numbers)
            for column, name in self.carried.items()
        }
        arrays |= {column: result_array(labelled, column) for column in self.results}
        return pa.RecordBatch.from_pydict(arrays)

    def _carried_array(
        self, column: str | None, values: Sequence[Any], row_numbers: np.ndarray
    ) -> pa.Array:
        import pyarrow as pa

        type_ = self.types.get(column, pa.string())
        type_ = type_.value_type if pa.types.is_dictionary(type_) else type_
        if column not in self.types:
            values = [None if value is None else carried_text(value) for value in values]
        try:
            return pa.array(values, type=type_).take(pa.array(row_numbers))
        except NotImplementedError:  # pyarrow takes rows of most types, but not of string_view
            return pa.array([values[index] for index in row_numbers.tolist()], type=type_)


class FeatherEncoder(ParquetEncoder):
    """Writes the Arrow stream format, and makes a Feather (Arrow IPC) file from it."""

    @property
    def assemble(self) -> Assemble:
        """Makes the Feather file."""
        return _assemble_feather


def _assemble_feather(batches: IO[bytes], output: IO[bytes]) -> None:
    """Make a Feather file from a file in the Arrow stream format, batch by batch."""
    import pyarrow as pa

    reader = pa.ipc.open_stream(batches)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(output, reader.schema, options=options) as writer:
        for batch in reader:
            writer.write_batch(batch)


def result_array(labelled: Columns, column: str) -> pa.Array:
    """Return a result column as an Arrow array, with null where a value is missing."""
    import pyarrow as pa

    values = labelled.arrays[column]
    if column in labelled.names:
        names = labelled.names[column]
        type_ = pa.bool_() if names == (False, True) else pa.string()
        return pa.array(list(names), type=type_).take(pa.array(values, mask=values < 0))
    if values.dtype.kind == "O":
        return pa.array(values, type=pa.string())
    return pa.array(values, mask=np.isnan(values) if values.dtype.kind == "f" else values < 0)
