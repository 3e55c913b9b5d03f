"""Result columns: the same values as arrays, as Python objects and as a frame."""

import numpy as np
import pandas as pd
import pytest

from stance.columns import Columns

ROWS = [
    {"stance": "opposed", "stance_p": 0.75, "start": 0, "sure": True, "status": "labelled"},
    {"stance": None, "stance_p": None, "start": None, "sure": None, "status": "empty"},
]
NAMES = {"stance": ("neutral", "opposed"), "sure": (False, True), "status": ("labelled", "empty")}


@pytest.fixture
def columns() -> Columns:
    return Columns.of(ROWS, list(ROWS[0]), NAMES)


def test_rows_come_back_as_they_were(columns: Columns) -> None:
    assert len(columns) == 2
    assert list(columns.rows()) == [tuple(row.values()) for row in ROWS]
    assert list(columns.rows(["status", "start"])) == [("labelled", 0), ("empty", None)]


def test_each_column_has_one_type(columns: Columns) -> None:
    types = {column: columns.type_of(column) for column in columns.arrays}
    assert types == {"stance": str, "stance_p": float, "start": int, "sure": bool, "status": str}


def test_a_frame_has_categories_and_types_that_can_be_missing(columns: Columns) -> None:
    frame = columns.frame({"stance": NAMES["stance"]})
    assert frame["stance"].cat.categories.tolist() == ["neutral", "opposed"]
    assert frame["stance"].isna().tolist() == [False, True]
    assert [str(frame[name].dtype) for name in ("start", "sure")] == ["Int64", "boolean"]
    assert frame["start"].tolist() == [0, pd.NA]
    assert frame["sure"].tolist() == [True, pd.NA]
    assert frame["status"].tolist() == ["labelled", "empty"]
    assert np.isnan(frame["stance_p"][1])


def test_a_column_of_missing_values_only_is_one_of_numbers() -> None:
    columns = Columns.of([{"p": None}, {"p": None}], ["p"], {})
    assert columns.type_of("p") is float
    assert columns.values("p") == [None, None]
