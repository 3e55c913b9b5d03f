"""The results of many cells as columns: plain arrays, and their values for frames and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Columns:
    """Result columns of one length, in order.

    Attributes
    ----------
    arrays : dict of str to ndarray of shape (n_rows,)
        float64, NaN where a value is missing; or integers, -1 where a value is missing; or str as
        objects, none missing.
    names : dict of str to tuple
        What each code means, for the columns whose integers are codes: labels, kinds, statuses,
        False and True.
    """

    arrays: Mapping[str, np.ndarray]
    names: Mapping[str, tuple[Any, ...]]

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def type_of(self, column: str) -> type:
        """Return the type of a column's values: str, int, float or bool."""
        if column in self.names:
            return type(self.names[column][0])
        return {"f": float, "O": str}.get(self.arrays[column].dtype.kind, int)

    def values(self, column: str) -> list[Any]:
        """Return one column as str, int, float or bool; None where a value is missing."""
        array = self.arrays[column]
        if column in self.names:
            names = (*self.names[column], None)  # code -1 picks the last
            return [names[code] for code in array.tolist()]
        if array.dtype.kind == "O":
            return list(array)
        if array.dtype.kind == "f":
            return [None if isnan(value) else value for value in array.tolist()]
        return [None if value < 0 else value for value in array.tolist()]

    def rows(self, columns: Sequence[str] | None = None) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of some columns (by default all), with the values of `values`."""
        return zip(*(self.values(column) for column in (columns or self.arrays)), strict=True)

    @classmethod
    def of(
        cls,
        rows: Sequence[Mapping[str, Any]],
        columns: Sequence[str],
        names: Mapping[str, tuple[Any, ...]],
    ) -> Columns:
        """Make columns from rows of str, int, float, bool or None.

        >>> Columns.of([{"tone": None, "end": 3}], ["tone", "end"], {"tone": ("angry",)}).arrays
        {'tone': array([-1]), 'end': array([3])}
        """
        arrays = {}
        for column in columns:
            values = [row[column] for row in rows]
            if column in names:
                codes = {name: code for code, name in enumerate(names[column])}
                arrays[column] = np.asarray(
                    [codes.get(value, -1) for value in values], dtype=np.int64
                )
            elif values and isinstance(values[0], str):
                arrays[column] = np.asarray(values, dtype=object)
            elif any(isinstance(value, float) for value in values) or set(values) <= {None}:
                arrays[column] = np.asarray(
                    [np.nan if value is None else value for value in values]
                )
            else:
                arrays[column] = np.asarray(
                    [-1 if value is None else value for value in values], dtype=np.int64
                )
        return cls(arrays, {column: names[column] for column in columns if column in names})

    def frame(self, labels: Mapping[str, Sequence[str]]) -> pd.DataFrame:
        """Return a DataFrame: labels as categories, nullable integers and booleans, floats, str."""
        import pandas as pd

        series: dict[str, Any] = {}
        array: Any
        for column, array in self.arrays.items():
            if column in labels:
                categories = pd.Index(labels[column])
                series[column] = pd.Categorical.from_codes(array, categories=categories)
            elif self.names.get(column) == (False, True):
                series[column] = pd.arrays.BooleanArray(array == 1, array < 0)
            elif column in self.names:
                names = np.asarray((*self.names[column], None), dtype=object)
                series[column] = pd.array(names[array], dtype="str")
            elif array.dtype.kind == "O":
                series[column] = pd.array(array, dtype="str")
            elif array.dtype.kind == "f" or column == "row":
                series[column] = array
            else:
                series[column] = pd.arrays.IntegerArray(array, array < 0)
        return pd.DataFrame(series)
