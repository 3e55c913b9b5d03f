"""Label in DuckDB: a function for SQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stance.engines import kind_of
from stance.engines.structs import StructLabeller
from stance.errors import InputError
from stance.model import Model, as_model

if TYPE_CHECKING:
    import duckdb

_TYPES: Final = {str: "VARCHAR", float: "DOUBLE", bool: "BOOLEAN", int: "BIGINT"}


def register(
    connection: duckdb.DuckDBPyConnection,
    name: str = "stance",
    *,
    model: Model | str | Path | None = None,
) -> None:
    """Give a connection an SQL function that labels a text as one paragraph.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The connection, on which ``stance(text)`` then is a struct with the result columns of
        `stance.Model.label_frame` for unit "row".
    name : str, default="stance"
        The name of the function.
    model : Model, str or Path, optional
        A model, or what `stance.load` takes; by default the shipped model.

    Raises
    ------
    InputError
        If `connection` is no connection, is closed or has such a function, or pyarrow is not
        installed.

    Notes
    -----
    A million texts of one paragraph took 7.9 s of CPU, and 6.8 s in `stance.Model.label_frame`.

    Examples
    --------
    ::

        connection = duckdb.connect("news.db")
        stance.engines.duckdb.register(connection)
        connection.sql("create view labelled as select id, stance(body) as labels from articles")
        connection.sql("select labels.stance, count(*) from labelled group by all")
    """
    if kind_of(connection) not in ("duckdb.DuckDBPyConnection", "_duckdb.DuckDBPyConnection"):
        raise InputError(
            f"`connection` must be a connection to DuckDB; got {kind_of(connection)}. "
            "`duckdb.connect` makes one."
        )
    labeller = StructLabeller(as_model(model))
    fields = ", ".join(f'"{field}" {_TYPES[type_]}' for field, type_ in labeller.types.items())

    def label(texts: Any) -> Any:
        return labeller(texts.to_pylist())

    import duckdb

    try:
        connection.create_function(
            name,
            label,
            ["VARCHAR"],
            f"STRUCT({fields})",
            type="arrow",
            null_handling="special",  # a missing text has its status, too
        )
    except duckdb.Error as error:
        raise InputError(
            f"`connection` must be open and have no function {name!r} yet; {error}. Connect "
            "again, or pass another `name`."
        ) from error
