"""Tables in memory, of whatever library: read a column of texts, and give the same kind back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from stance.errors import InputError
from stance.optional import load_extra

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from stance.columns import Columns

# What to call for a table that is not in memory, by its package and class.
_ELSEWHERE: Final = {
    "polars.LazyFrame": "Call its .collect() first",
    "duckdb.DuckDBPyRelation": "Call its .pl(), .df() or .to_arrow_table() first",
    "_duckdb.DuckDBPyRelation": "Call its .pl(), .df() or .to_arrow_table() first",
    "dask.DataFrame": "Call stance.engines.dask.label_frame",
    "pyspark.DataFrame": "Call stance.engines.spark.label_frame",
}


class Frame(Protocol):
    """A table in memory.

    Attributes
    ----------
    columns : list
        The names of its columns.
    unit : str
        What one row of the result stands for unless it is said: "row" for texts without a table.
    """

    columns: list[Any]
    unit: str

    def cells(self, column: Any) -> list[Any]:
        """Return the cells of a column."""

    def labelled(
        self,
        results: Columns,
        chosen: Sequence[str],
        carried: Mapping[Any, Any],
        labels: Mapping[str, Sequence[str]],
    ) -> Any:
        """Return a table of the same kind: carried columns under new names, then results.

        Parameters
        ----------
        results : Columns
            Results, with a column "row".
        chosen : sequence of str
            Which of them, in order.
        carried : dict
            The names of the columns to carry along, and their names in the result.
        labels : dict of str to sequence of str
            The labels of each head.
        """


def open_frame(frame: Any, text: Any) -> Frame:
    """Return a table, or texts, as a `Frame`.

    Parameters
    ----------
    frame : pandas, polars or pyarrow table, Series, or iterable of str or dict
        Anything that narwhals reads. Texts become a table with one column.
    text : str
        The name of that column.

    Raises
    ------
    InputError
        If it is something else. The message says what to call for it.
    """
    package = type(frame).__module__.partition(".")[0]
    kind = f"{package}.{type(frame).__name__}"
    if package == "pandas":
        return _open_pandas(frame, text)
    if kind in _ELSEWHERE:
        raise InputError(f"`frame` must be in memory; got {kind}. {_ELSEWHERE[kind]}.")
    if isinstance(frame, (str, bytes, Path)):
        raise InputError(
            f"`frame` must be a table or a list of texts; got {type(frame).__name__}. "
            "Call label_file for a file, or label for one text."
        )
    if package in ("builtins", "numpy") or not hasattr(frame, "columns"):
        opened = _open_iterable(frame, text, kind)
        if opened is not None:
            return opened
    return _NarwhalsFrame(frame, text)


def _open_pandas(frame: Any, text: Any) -> _PandasFrame:
    import pandas as pd

    if isinstance(frame, pd.DataFrame):
        return _PandasFrame(frame)
    return _PandasFrame(pd.Series(frame).to_frame(text), unit="row")


def _open_iterable(frame: Any, text: Any, kind: str) -> _PandasFrame | None:
    """Return texts, rows as dicts, or columns as a dict; None for a Series of another library."""
    import pandas as pd

    if isinstance(frame, Mapping):
        return _PandasFrame(pd.DataFrame(frame))
    if not kind.startswith(("builtins.", "numpy.", "collections.")) and hasattr(frame, "to_frame"):
        return None
    if kind.startswith(("polars.", "pyarrow.")):
        return None
    if not isinstance(frame, Iterable):
        raise InputError(
            f"`frame` must be a table or a list of texts; got {kind.removeprefix('builtins.')}. "
            "Call label for one text."
        )
    rows = list(frame)
    if rows and all(isinstance(row, Mapping) for row in rows):
        return _PandasFrame(pd.DataFrame.from_records(rows))
    return _PandasFrame(pd.DataFrame({text: pd.Series(rows, dtype=object)}), unit="row")


class _PandasFrame:
    """A pandas DataFrame; the index of the result is its own, repeated."""

    def __init__(self, frame: pd.DataFrame, unit: str = "paragraph") -> None:
        self._frame = frame
        self.columns = list(frame.columns)
        self.unit = unit

    def cells(self, column: Any) -> list[Any]:
        return list(self._frame[column].tolist())

    def labelled(
        self,
        results: Columns,
        chosen: Sequence[str],
        carried: Mapping[Any, Any],
        labels: Mapping[str, Sequence[str]],
    ) -> Any:
        import pandas as pd

        rows = results.arrays["row"]
        table = results.frame(labels)[list(chosen)]
        table.index = self._frame.index.take(rows)
        kept = self._frame[list(carried)].iloc[rows].set_axis(list(carried.values()), axis=1)
        kept.index = table.index
        return pd.concat([kept, table], axis=1)


class _NarwhalsFrame:
    """A table or Series of any library that narwhals reads, such as polars and pyarrow."""

    def __init__(self, frame: Any, text: Any) -> None:
        nw = load_extra("narwhals.stable.v2", "io", "a table of another library than pandas")
        self._nw = nw
        try:
            native = nw.from_native(frame, eager_only=True, allow_series=True)
        except TypeError as error:
            raise InputError(
                f"`frame` must be a table in memory or a list of texts; got "
                f"{type(frame).__module__.partition('.')[0]}.{type(frame).__name__}. "
                "Make a pandas, polars or pyarrow table of it."
            ) from error
        self.unit = "paragraph"
        if isinstance(native, nw.Series):
            native = native.alias(text).to_frame()
            self.unit = "row"
        self._frame = native
        self.columns: list[Any] = list(native.columns)

    def cells(self, column: Any) -> list[Any]:
        return list(self._frame[column].to_list())

    def labelled(
        self,
        results: Columns,
        chosen: Sequence[str],
        carried: Mapping[Any, Any],
        labels: Mapping[str, Sequence[str]],
    ) -> Any:
        del labels  # they are strings here: not every library has categories
        nw = self._nw
        types = {str: nw.String, float: nw.Float64, int: nw.Int64, bool: nw.Boolean}
        table = nw.from_dict(
            {column: results.values(column) for column in chosen},
            schema={column: types[results.type_of(column)] for column in chosen},
            backend=self._frame.implementation,
        )
        if not carried:
            return table.to_native()
        rows: np.ndarray = results.arrays["row"]
        kept = self._frame.select(list(carried))[rows.tolist()].rename(dict(carried))
        return nw.concat([kept, table], how="horizontal").to_native()
