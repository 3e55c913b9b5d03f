"""The labels of `label_frame` in an expression of polars."""

from typing import Any

import pandas as pd
import pytest

import stance
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


def test_an_expression_gives_the_labels_of_a_frame(
    expected: list[dict[str, Any]], small: Model
) -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"text": TEXTS})
    expression = stance.engines.polars.label(model=small)
    labelled = frame.select(expression).unnest("labels")
    assert labelled.to_dicts() == expected
    streamed = frame.lazy().select(expression).unnest("labels").collect(engine="streaming")
    assert streamed.to_dicts() == expected
    assert frame[:0].select(expression).unnest("labels").schema == labelled.schema
