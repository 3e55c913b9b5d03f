"""The labels of `label_frame` in DuckDB."""

from typing import Any

import pandas as pd
import pytest

import stance
from stance import InputError
from stance.model import Model

TEXTS = [
    "The guild urged a truce.",
    None,
    "",
    "The council voted against it.\n\nForty boats.",
] * 700


@pytest.fixture
def expected(small: Model) -> list[dict[str, Any]]:
    labelled = small.label_frame(pd.DataFrame({"text": TEXTS}), unit="row")
    labelled = labelled.drop(columns=["row", "paragraph_id", "paragraph", "start", "end", "kind"])
    labelled = labelled.astype(object)
    return labelled.where(labelled.notna(), None).to_dict("records")  # type: ignore[no-any-return]


def test_an_sql_function_gives_the_labels_of_a_frame(
    expected: list[dict[str, Any]], small: Model
) -> None:
    duckdb = pytest.importorskip("duckdb")
    pa = pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    stance.engines.duckdb.register(connection, model=small)
    texts = pa.table({"n": range(len(TEXTS)), "text": pa.array(TEXTS, pa.string())})
    connection.register("texts", texts)
    rows = connection.sql("select stance(text) as labels from texts order by n").fetchall()
    assert [row[0] for row in rows] == expected


def test_what_is_no_connection_is_refused() -> None:
    with pytest.raises(InputError) as error:
        stance.engines.duckdb.register("news.db")  # type: ignore[arg-type]
    assert (
        str(error.value)
        == "`connection` must be a connection to DuckDB; got builtins.str. `duckdb.connect` makes one."
    )


def test_a_function_that_is_there_and_a_closed_connection_are_named(small: Model) -> None:
    duckdb = pytest.importorskip("duckdb")
    register = stance.engines.duckdb.register
    connection = duckdb.connect()
    register(connection, model=small)
    with pytest.raises(
        InputError, match=r"^`connection` must be open and have no function 'stance'"
    ):
        register(connection, model=small)
    connection.close()
    with pytest.raises(
        InputError, match=r"^`connection` must be open and have no function 'other'"
    ):
        register(connection, "other", model=small)
