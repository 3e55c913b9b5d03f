"""Write JSONL: one JSON object per line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stance.tables.writers.encoder import RowEncoder, columns_as_text, encode_lines, packed
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
        indexes = row_numbers.tolist()
        cells = [list(map(encode_json, carried[column])) for column in self.carried]
        columns = [
            *([column[index] for index in indexes] for column in cells),
            *columns_as_text(self.results, labelled, "null", encode_json),
        ]
        lines = map(self._template().__mod__, zip(*columns, strict=True))
        return packed(encode_lines(lines, cells), self.table_format.packing)

    def _template(self) -> str:
        """Return a line with ``%s`` for each value, such as ``{"id": %s, "tone": %s}``."""
        names = (*self.carried.values(), *self.results)
        items = (encode_json(name).replace("%", "%%") + ": %s" for name in names)
        return "{" + ", ".join(items) + "}"
