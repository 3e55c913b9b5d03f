"""Options that entry points share: what is read and carried along, and what is refused."""

import math
import pickle
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from stance.errors import InputError
from stance.model import Model
from stance.options import (
    Reading,
    carried_names,
    cell_status,
    check_columns,
    check_level,
    choose_columns,
)


def test_a_reading_labels_as_the_model_does(small: Model) -> None:
    reading = pickle.loads(pickle.dumps(Reading("body", unit="row", level=0.8)))
    labelled = reading.label(small, {"body": ["They urged a truce.", None], "id": [7, 8]})
    expected = small.label_cells(["They urged a truce.", None], unit="row", level=0.8)
    assert list(labelled.rows()) == list(expected.rows())


def test_a_reading_without_rows_shows_the_result_columns(small: Model) -> None:
    for unit in ("paragraph", "document"):
        empty = Reading("text", unit=unit).empty(small)
        assert (list(empty.arrays), len(empty)) == (["row", *small.columns(unit)], 0)


def test_a_cell_may_have_as_many_characters_as_the_limit(small: Model) -> None:
    reading = Reading("text", longest=19)
    cells = ["They urged a truce.", "They urged a truce!!"]
    for unit in ("paragraph", "row"):
        statuses = replace(reading, unit=unit).label(small, {"text": cells}).values("status")
        assert statuses == ["labelled", "too long"]


def test_an_empty_name_is_a_column_as_any_other(small: Model) -> None:
    reading = Reading("text", target_column="")
    assert reading.columns(["id"]) == ["text", "", "id"]
    with pytest.raises(InputError, match=r"^there is no column ''; the columns are \['text'\]\.$"):
        check_columns(["text"], "text", (), target_column="")


def test_text_names_one_column() -> None:
    with pytest.raises(InputError) as error:
        check_columns(["text"], ["text"], ())  # type: ignore[arg-type]
    assert str(error.value) == "`text` must name one column; got ['text']. Name it as a str."


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unit": "word"}, "`unit` must be one of ['paragraph', 'row', 'document']; got 'word'."),
        ({"level": 1.0}, "`level` must be from 0.5 to 0.99; got 1.0. The usual choice is 0.9."),
        ({"longest": 0}, "`longest` must be at least 1; got 0."),
    ],
)
def test_an_invalid_reading_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        Reading("text", **options)
    assert str(caught.value) == message


@pytest.mark.parametrize("level", [0.5, 0.99])
def test_the_outermost_levels_are_allowed(level: float) -> None:
    check_level(level)


@pytest.mark.parametrize("level", [0.49, 1.0, math.nan])
def test_other_levels_are_refused(level: float) -> None:
    with pytest.raises(InputError, match=r"^`level` must be from 0\.5 to 0\.99; got "):
        check_level(level)


@pytest.mark.parametrize("cell", [None, math.nan, pd.NA, pd.NaT])
def test_missing_cells_of_any_kind(cell: object) -> None:
    assert cell_status(cell) == "missing"


def test_a_column_that_occurs_twice_is_refused_only_if_it_is_used() -> None:
    columns = ["text", "id", "id"]
    assert check_columns(columns, "text", ()) == []
    with pytest.raises(InputError) as caught:
        check_columns(columns, "text", "id")
    assert str(caught.value) == "column 'id' must occur once; it occurs 2 times. Rename one."


def test_a_column_is_carried_once() -> None:
    assert check_columns(["text", "id"], "text", ["id", "text", "id"]) == ["id", "text"]


def test_carried_names_clash_with_nothing() -> None:
    kept = ["tone", "input_tone", "row"]
    names = carried_names(kept, ["row", "tone"])
    assert names == {"tone": "input_tone", "input_tone": "input_input_tone", "row": "input_row"}


@pytest.mark.parametrize(("columns", "refused"), [(["tone", "mood"], "['mood']"), ([], "[]")])
def test_unknown_result_columns_are_refused(columns: list[str], refused: str) -> None:
    with pytest.raises(InputError) as caught:
        choose_columns(columns, ["row", "tone"])
    assert str(caught.value) == (
        f"`columns` must be some of the result columns; got {refused}. Choose from ['row', 'tone']."
    )
