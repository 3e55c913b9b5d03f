"""Label a Dask DataFrame, a partition at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.engines import kind_of
from stance.errors import InputError
from stance.model import Model, load
from stance.optional import load_extra
from stance.options import check_columns

if TYPE_CHECKING:
    import pandas as pd


def label_frame(
    frame: Any,
    *,
    text: str = "text",
    model: Model | str | Path | None = None,
    unit: str = "paragraph",
    keep: str | Sequence[str] = (),
    level: float = 0.9,
    target_column: str | None = None,
) -> Any:
    """Label a column of texts, lazily.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Left as it is.
    text, unit, keep, level, target_column
        As in `stance.Model.label_frame`.
    model : Model, str or Path, optional
        A model, or where one lies here (workers need no file); by default the shipped one.

    Returns
    -------
    dask.dataframe.DataFrame
        What `stance.Model.label_frame` gives for the whole table, in the same order and with the same index, but for its
        column ``row``: a partition does not know how many rows came before it. Carry along a key (`keep`), or give the
        frame an index that is one. The columns and their types are the same whatever a partition holds.

    Raises
    ------
    InputError
        If `frame` is another thing, a column is not there, an option is none of its values, or Dask is not installed.

    Notes
    -----
    The model travels as plain data and is set up once in each worker process; what a lost worker held is labelled again.
    Every worker needs stance of the same version.
    """
    dd = load_extra("dask.dataframe", "dask", "`stance.engines.dask`")
    from dask import delayed

    if not isinstance(frame, dd.DataFrame):
        raise InputError(
            f"`frame` must be a Dask DataFrame; got {kind_of(frame)}. `dask.dataframe.from_pandas` makes one."
        )
    held = model if isinstance(model, Model) else load(model)
    kept = check_columns(list(frame.columns), text, keep, target_column)
    needed = list(dict.fromkeys([text, *([] if target_column is None else [target_column]), *kept]))
    options: dict[str, Any] = {
        "text": text,
        "unit": unit,
        "keep": kept,
        "level": level,
        "target_column": target_column,
    }
    chosen = frame[needed]
    meta = held.label_frame(chosen._meta, **options).drop(columns="row")
    return chosen.map_partitions(
        _label_part, delayed(held, pure=True), options, meta.dtypes.to_dict(), meta=meta
    )


def _label_part(
    part: pd.DataFrame, model: Model, options: dict[str, Any], dtypes: Mapping[Any, Any]
) -> pd.DataFrame:
    labelled = model.label_frame(part, **options).drop(columns="row")
    # A carried column that is all missing here may have come with a type of its own. Categories are the partition's.
    return labelled.astype(
        {column: dtype for column, dtype in dtypes.items() if dtype != "category"}
    )
