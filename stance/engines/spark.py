"""Label a Spark DataFrame, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.engines import kind_of
from stance.errors import InputError
from stance.model import Model, load
from stance.optional import load_extra
from stance.options import carried_names, check_columns

if TYPE_CHECKING:
    import pyarrow as pa


def label_frame(
    frame: Any,
    *,
    keep: str | Sequence[str],
    text: str = "text",
    model: Model | str | Path | None = None,
    unit: str = "paragraph",
    level: float = 0.9,
    target_column: str | None = None,
) -> Any:
    """Label a column of texts, lazily.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
        Left as it is.
    keep : "all" or sequence of str
        Columns to carry along, as in `stance.Model.label_frame`. There is no index in Spark: name a key here, or the labels
        cannot be joined to their texts.
    text, unit, level, target_column
        As in `stance.Model.label_frame`.
    model : Model, str or Path, optional
        A model, or where one lies here (workers need no file); by default the shipped one.

    Returns
    -------
    pyspark.sql.DataFrame
        The rows that `stance.Model.label_frame` gives, in the order of each partition, null where a value is missing, but
        for its column ``row``: a partition does not know how many rows came before it. Labels, kinds and statuses are
        strings, places longs, probabilities doubles; carried columns keep their types. The schema is the same whatever a
        partition holds.

    Raises
    ------
    InputError
        If `frame` is another thing, a column is not there, an option is none of its values, or Spark is not installed.

    Notes
    -----
    Rows travel as Arrow batches (``mapInArrow``), so that carried columns come out as they went in: through pandas a
    long beside a null would pass through a float. The model travels as plain data and is set up once in each worker
    process. Every worker needs stance of the same version, and pyarrow; start the session with ``PYSPARK_PYTHON`` set to
    the Python that has them.
    """
    sql = load_extra("pyspark.sql", "spark", "`stance.engines.spark`")
    load_extra("pyarrow", "spark", "`stance.engines.spark`")
    from pyspark.sql import functions, types

    if not isinstance(frame, sql.DataFrame):
        raise InputError(
            f"`frame` must be a Spark DataFrame; got {kind_of(frame)}. `spark.createDataFrame` makes one."
        )
    held = model if isinstance(model, Model) else load(model)
    kept = check_columns(frame.columns, text, keep, target_column)
    results = held.label_cells([], unit=unit, level=level)
    names = carried_names(kept, list(results.arrays))
    sparks = {
        str: types.StringType(),
        int: types.LongType(),
        float: types.DoubleType(),
        bool: types.BooleanType(),
    }
    fields = [types.StructField(names[column], frame.schema[column].dataType) for column in kept]
    fields += [
        types.StructField(column, sparks[results.type_of(column)]) for column in held.columns(unit)
    ]
    needed = list(dict.fromkeys([text, *([] if target_column is None else [target_column]), *kept]))
    at = {
        column: f"c{number}" for number, column in enumerate(needed)
    }  # Spark takes a dot in a name for a field
    chosen = frame.select(
        *(functions.col(f"`{column.replace('`', '``')}`").alias(at[column]) for column in needed)
    )
    carried = {names[column]: at[column] for column in kept}
    label = partial(
        _label_batches,
        model=held,
        text=at[text],
        target_column=at.get(target_column),
        carried=carried,
        unit=unit,
        level=level,
    )
    return chosen.mapInArrow(label, types.StructType(fields))


def _label_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    model: Model,
    text: str,
    target_column: str | None,
    carried: Mapping[str, str],
    unit: str,
    level: float,
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    arrow = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    for batch in batches:
        targets = None if target_column is None else batch.column(target_column).to_pylist()
        labelled = model.label_cells(
            batch.column(text).to_pylist(), unit=unit, level=level, targets=targets
        )
        at = pa.array(labelled.arrays["row"])
        arrays = {name: batch.column(column).take(at) for name, column in carried.items()}
        arrays |= {
            column: pa.array(labelled.values(column), arrow[labelled.type_of(column)])
            for column in model.columns(unit)
        }
        yield pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))
