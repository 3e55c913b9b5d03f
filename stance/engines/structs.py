"""Label a column of texts as one column of structs, for engines that call functions on columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from stance.optional import load_extra
from stance.tables.writers.parquet import result_array

if TYPE_CHECKING:
    import pyarrow as pa

    from stance.model import Model

# What a cell that is one paragraph has no use for.
_LEFT_OUT: Final = frozenset({"paragraph_id", "paragraph", "start", "end", "kind"})


class StructLabeller:
    """Labels cells, each as one paragraph, as an Arrow array of structs.

    Attributes
    ----------
    types : dict of str to type
        The type of each field: str, float or bool.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        empty = model.label_cells([], unit="row")
        self.types: dict[str, type] = {
            column: empty.type_of(column)
            for column in model.columns("row")
            if column not in _LEFT_OUT
        }

    def __call__(self, cells: Sequence[Any]) -> pa.StructArray:
        """Label cells: texts, or None."""
        pa = load_extra("pyarrow", "io", "labelling in DuckDB or polars")
        labelled = self._model.label_cells(cells, unit="row")
        arrays = [result_array(labelled, column) for column in self.types]
        return pa.StructArray.from_arrays(arrays, names=list(self.types))
