"""Write JSONL: one JSON object per line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stance.tables.writers.encoder import (
    RowEncoder,
    encode_rows,
    indexed_texts,
    packed,
    result_cells,
)
from stance.tables.writers.values import encode_json

if TYPE_CHECKING:
    import numpy as np

    from stance.columns import Columns


class JsonlEncoder(RowEncoder):
    """Writes JSONL: one object per row, with null where a value is missing."""

    def begin(self, no_rows: Columns) -> Iterator[bytes]:
        """Yield nothing: every object names its keys."""
        del no_rows
        return iter(())

    def rows(
        self,
        carried: Mapping[str | None, Sequence[Any]],
        row_numbers: np.ndarray,
        labelled: Columns,
    ) -> Iterator[bytes]:
        """Yield rows, as in `RowEncoder.rows`."""
        cells = [list(map(encode_json, carried[column])) for column in self.carried]
        columns = [
            *(indexed_texts(row_numbers, column) for column in cells),
            *result_cells(self.results, labelled, "null", encode_json),
        ]
        return packed(encode_rows(self._between(), columns, cells), self.table_format.packing)

    def _between(self) -> list[str]:
        """Return what stands around the values of a row, such as ``{"id": ``, ``, "tone": ``."""
        names = (*self.carried.values(), *self.results)
        before = ["{", *[", "] * (len(names) - 1)]
        keys = (encode_json(name) for name in names)
        return [*(f"{mark}{key}: " for mark, key in zip(before, keys, strict=True)), "}\n"]
