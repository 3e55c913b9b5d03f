"""Label a Spark DataFrame, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.engines import kind_of
from stance.errors import InputError
from stance.model import Model, as_model
from stance.optional import load_extra
from stance.options import Reading, carried_names, check_columns

if TYPE_CHECKING:
    import pyarrow as pa

    from stance.columns import Columns


def label_frame(
    frame: Any,
    *,
    keep: str | Sequence[str],
    text: str = "text",
    model: Model | str | Path | None = None,
    unit: str = "paragraph",
    level: float = 0.9,
    target_column: str | None = None,
    key: str | None = None,
) -> Any:
    """Label a column of texts, lazily.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
        Left as it is.
    keep : "all" or sequence of str
        Columns to carry along, as in `stance.Model.label_frame`. Spark has no index: name a key
        here, or the labels cannot be joined to their texts.
    text, unit, level, target_column, key
        As in `stance.Model.label_frame`.
    model : Model, str or Path, optional
        A model, or what `stance.load` takes, found on this machine (workers need no file); by
        default the shipped model.

    Returns
    -------
    pyspark.sql.DataFrame
        The rows that `stance.Model.label_frame` gives, in the order of each partition, null where
        a value is missing, without its column ``row``: a partition does not know how many rows
        came before it. ``paragraph_id`` is there if `key` names a column. Labels, kinds and
        statuses are strings, offsets and counts longs, probabilities doubles; carried columns keep
        their types. The schema is the same whatever a partition holds.

    Raises
    ------
    InputError
        If `frame` is not a Spark DataFrame, a column is missing, an option is invalid, or Spark
        is not installed.

    Notes
    -----
    Rows travel as Arrow batches (``mapInArrow``), so that carried columns come out as they went
    in: through pandas, a long beside a null would pass through a float. The model travels as
    plain data and is set up once in each worker process. Every worker needs the same version of
    stance, and pyarrow; start the session with ``PYSPARK_PYTHON`` set to the Python that has them.
    """
    sql = load_extra("pyspark.sql", "spark", "`stance.engines.spark`")
    load_extra("pyarrow", "spark", "`stance.engines.spark`")
    from pyspark.sql import functions

    if not isinstance(frame, sql.DataFrame):
        raise InputError(
            f"`frame` must be a Spark DataFrame; got {kind_of(frame)}. "
            "`spark.createDataFrame` makes one."
        )
    model = as_model(model)
    reading = Reading(text, target_column, unit, level, key=key)
    kept = check_columns(frame.columns, text, keep, target_column, key)
    empty = _known(reading.empty(model), key)
    names = carried_names(kept, list(empty.arrays))
    # Spark takes a dot in a name for a field of a struct, so columns travel as c0, c1, ...
    aliases = {column: f"c{number}" for number, column in enumerate(reading.columns(kept))}
    chosen = frame.select(
        *(
            functions.col(f"`{column.replace('`', '``')}`").alias(alias)
            for column, alias in aliases.items()
        )
    )
    label = partial(
        _label_batches,
        model=model,
        reading=replace(
            reading,
            text=aliases[text],
            target_column=aliases.get(target_column),
            key=aliases.get(key),
        ),
        carried={names[column]: aliases[column] for column in kept},
    )
    return chosen.mapInArrow(label, _schema(frame, names, empty))


def _known(labelled: Columns, key: str | None) -> Columns:
    """Leave out the names of paragraphs where there is no key to make them of."""
    unknown = {"paragraph_id"} if key is None else set()
    arrays = {name: array for name, array in labelled.arrays.items() if name not in unknown}
    return replace(labelled, arrays=arrays)


def _schema(frame: Any, names: Mapping[str, str], empty: Columns) -> Any:
    """Return the schema of the result: carried columns by their names in it, then the results."""
    from pyspark.sql import types

    result_types = {
        str: types.StringType(),
        int: types.LongType(),
        float: types.DoubleType(),
        bool: types.BooleanType(),
    }
    carried = [
        types.StructField(name, frame.schema[column].dataType) for column, name in names.items()
    ]
    results = [
        types.StructField(column, result_types[empty.type_of(column)])
        for column in empty.arrays
        if column != "row"
    ]
    return types.StructType([*carried, *results])


def _label_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    model: Model,
    reading: Reading,
    carried: Mapping[str, str],
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    arrow_types = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    for batch in batches:
        cells = {column: batch.column(column).to_pylist() for column in reading.columns()}
        labelled = _known(reading.label(model, cells), reading.key)
        rows = pa.array(labelled.arrays["row"])
        arrays = {name: batch.column(column).take(rows) for name, column in carried.items()}
        arrays |= {
            column: pa.array(labelled.values(column), arrow_types[labelled.type_of(column)])
            for column in labelled.arrays
            if column != "row"
        }
        yield pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))
