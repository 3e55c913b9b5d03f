"""Label columns are found, or those that could be meant are listed."""

import pandas as pd
import pytest

from stance.annotate.columns import empty_readings, find_label_columns
from stance.errors import InputError


def test_label_columns_stand_between_reader_and_note() -> None:
    table = empty_readings(pd.DataFrame({"paragraph_id": ["a:0-9"]}), ["charged", "tone"])
    assert find_label_columns(table.assign(charged="yes"), "mine.csv") == ["charged"]


def test_other_tables_have_the_columns_of_the_shipped_model() -> None:
    table = pd.DataFrame({"tone": ["angry"], "text": ["A truce."], "stance": [None]})
    assert find_label_columns(table, "mine.csv") == ["tone"]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"side": list("abab"), "id": list("wxyz")}, "it is not clear which they are. They may be among ['side']."),
        ({"id": list("wxyz")}, "no column has a few values that recur."),
        ({"stance": [""] * 4, "tone": [None] * 4}, "['stance', 'tone'] have no labels yet."),
    ],
    ids=["candidates", "none", "empty"],
)  # fmt: skip
def test_columns_that_could_be_meant_are_listed(columns: dict[str, list[str]], says: str) -> None:
    table = pd.DataFrame({"text": ["one", "two", "three", "four"], **columns})
    with pytest.raises(InputError) as error:
        find_label_columns(table, "mine.csv")
    assert (
        str(error.value)
        == f"mine.csv must have label columns; {says} Name them with labels (--labels)."
    )
