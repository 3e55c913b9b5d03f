"""Read a whole table into memory, of any format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.errors import TableError

if TYPE_CHECKING:
    import pandas as pd


def read_table(
    table: pd.DataFrame | str | Path, encoding: str | None = None
) -> tuple[pd.DataFrame, str]:
    """Return a table as a frame, and what errors call it.

    Parameters
    ----------
    table : pandas.DataFrame, str or Path
        A table in memory, or a file of any format, a pattern or a folder.
    encoding : str, optional
        Of CSV and JSON.

    Raises
    ------
    TableError
        If a row of it cannot be read, or a column occurs twice.
    """
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        repeated = table.columns[table.columns.duplicated()]
        if len(repeated):
            raise TableError(
                f"the table must have each column once; {repeated[0]!r} occurs more than once. "
                "Rename one."
            )
        return table, "the table"
    from stance.tables.inputs import Inputs

    with Inputs(table, encoding=encoding) as inputs:
        columns = inputs.columns
        chunks = [chunk for _, chunk, _ in inputs.chunks(columns)]
    faults = [fault for chunk in chunks for fault in chunk.faults]
    if faults:
        raise TableError(f"{table} must be a whole table; {faults[0].message()} Mend it first.")
    frames = [pd.DataFrame(dict(chunk.columns), columns=columns) for chunk in chunks]
    return pd.concat(frames or [pd.DataFrame(columns=columns)], ignore_index=True), str(table)


def cells(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column's cells as str, NaN where they are empty."""
    import pandas as pd

    pairs = zip(column.astype(object), column.notna(), strict=True)
    values = [str(value).strip() if is_there else "" for value, is_there in pairs]
    # Not `astype(str)`: in pandas 3 that encodes, which half of a surrogate pair cannot be.
    texts = pd.Series(values, index=column.index, name=column.name, dtype=object)
    return texts.where(texts != "", np.nan)
