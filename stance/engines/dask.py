"""Label a Dask DataFrame, partition by partition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.engines import kind_of
from stance.errors import InputError
from stance.model import Model, as_model
from stance.optional import load_extra
from stance.options import Reading, check_columns

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
    key: str | None = None,
) -> Any:
    """Label a column of texts, lazily.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Left as it is.
    text, unit, keep, level, target_column, key
        As in `stance.Model.label_frame`.
    model : Model, str or Path, optional
        A model, or what `stance.load` takes, found on this machine (workers need no file); by
        default the shipped model.

    Returns
    -------
    dask.dataframe.DataFrame
        What `stance.Model.label_frame` gives for the whole table, in the same order and with the
        same index, without its column ``row``: a partition does not know how many rows came
        before it. ``paragraph_id`` is there if `key` names a column. The columns
        and their types are the same whatever a partition holds.

    Raises
    ------
    InputError
        If `frame` is not a Dask DataFrame, a column is missing, an option is invalid, or Dask is
        not installed.

    Notes
    -----
    The model travels as plain data and is set up once in each worker process. What a lost worker
    had labelled is labelled again. Every worker needs the same version of stance.
    """
    dd = load_extra("dask.dataframe", "dask", "`stance.engines.dask`")
    from dask import delayed

    if not isinstance(frame, dd.DataFrame):
        raise InputError(
            f"`frame` must be a Dask DataFrame; got {kind_of(frame)}. "
            "`dask.dataframe.from_pandas` makes one."
        )
    model = as_model(model)
    reading = Reading(text, target_column, unit, level, key=key)
    kept = check_columns(list(frame.columns), text, keep, target_column, key)
    chosen = frame[reading.columns(kept)]
    meta = _label(chosen._meta, model, reading, kept)
    return chosen.map_partitions(
        _label_partition,
        delayed(model, pure=True),
        reading,
        kept,
        meta.dtypes.to_dict(),
        meta=meta,
    )


def _label_partition(
    partition: pd.DataFrame,
    model: Model,
    reading: Reading,
    kept: Sequence[str],
    dtypes: Mapping[Any, Any],
) -> pd.DataFrame:
    labelled = _label(partition, model, reading, kept)
    # A carried column without any value here may have come with another type. Categories stay
    # those of the partition.
    return labelled.astype(
        {column: dtype for column, dtype in dtypes.items() if dtype != "category"}
    )


def _label(
    frame: pd.DataFrame, model: Model, reading: Reading, kept: Sequence[str]
) -> pd.DataFrame:
    labelled: pd.DataFrame = model.label_frame(
        frame,
        text=reading.text,
        unit=reading.unit,
        keep=kept,
        level=reading.level,
        target_column=reading.target_column,
        key=reading.key,
    )
    unknown = ["row"] if reading.key or reading.unit == "document" else ["row", "paragraph_id"]
    return labelled.drop(columns=unknown)
