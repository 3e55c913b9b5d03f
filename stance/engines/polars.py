"""Label in polars: an expression, for eager and lazy frames."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.engines.structs import StructLabeller
from stance.model import Model, as_model
from stance.optional import load_extra

if TYPE_CHECKING:
    import polars


def label(column: str = "text", *, model: Model | str | Path | None = None) -> polars.Expr:
    """Return an expression that labels each cell of a column as one paragraph.

    Parameters
    ----------
    column : str, default="text"
        The column of texts.
    model : Model, str or Path, optional
        A model, or what `stance.load` takes; by default the shipped model.

    Returns
    -------
    polars.Expr
        A struct with the result columns of `stance.Model.label_frame` for unit "row", called
        "labels".

    Raises
    ------
    InputError
        If polars is not installed.

    Examples
    --------
    ::

        articles = polars.scan_parquet("articles.parquet")
        labelled = articles.with_columns(stance.engines.polars.label("body")).unnest("labels")
        labelled.collect(engine="streaming")
    """
    pl = load_extra("polars", "polars", "`stance.engines.polars`")
    labeller = StructLabeller(as_model(model))
    types = {str: pl.String, float: pl.Float64, bool: pl.Boolean, int: pl.Int64}
    struct = pl.Struct({field: types[type_] for field, type_ in labeller.types.items()})

    def label_batch(texts: Any) -> Any:
        return pl.Series(pl.from_arrow(labeller(texts.to_list()))).cast(struct)

    expression: polars.Expr = pl.col(column).map_batches(
        label_batch, return_dtype=struct, is_elementwise=True
    )
    return expression.alias("labels")
