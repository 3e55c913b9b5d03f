"""Drawn paragraphs have the probability that stands beside them."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import stance
from stance.errors import InputError
from stance.inference.drawing import FLOOR


@pytest.fixture
def labelled() -> pd.DataFrame:
    """60 paragraphs of two outlets; the model is less and less sure of them."""
    frame = pd.DataFrame({"paragraph_id": [f"{n}:0-9" for n in range(60)]})
    frame["outlet"] = ["Bell"] * 20 + ["Lamp"] * 40
    frame["stance"], frame["status"] = "neutral", "labelled"
    frame["stance_probability"] = np.linspace(1, 0.5, 60)
    return frame


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.inf, -5, 10**400, "x", np.nan])
def test_a_probability_that_is_none_is_wholly_uncertain(
    value: object, labelled: pd.DataFrame
) -> None:
    labelled["stance_probability"] = labelled["stance_probability"].astype(object)
    labelled.loc[3, "stance_probability"] = value
    drawn = stance.draw(labelled, 20, by="uncertainty")
    assert drawn["probability"].between(0, 1).all()


@pytest.mark.parametrize("by", [None, "outlet", "uncertainty"])
def test_a_paragraph_is_drawn_as_often_as_its_probability_says(
    by: str | None, labelled: pd.DataFrame
) -> None:
    times: Counter[str] = Counter()
    probabilities: dict[str, float] = {}
    for random_state in range(100):
        drawn = stance.draw(labelled, 12, by=by, random_state=random_state)
        assert len(drawn) == drawn["paragraph_id"].nunique() == 12
        times.update(drawn["paragraph_id"])
        probabilities |= dict(zip(drawn["paragraph_id"], drawn["probability"], strict=True))
    assert sum(probabilities.values()) == pytest.approx(12, abs=0.01)
    drawn_often = [times[name] for name, p in probabilities.items() if p > 0.15]
    assert np.mean(drawn_often) / 100 == pytest.approx(
        np.mean([p for p in probabilities.values() if p > 0.15]), abs=0.02
    )
    for name, probability in probabilities.items():
        assert times[name] / 100 == pytest.approx(probability, abs=0.2)
    if by == "uncertainty":
        assert min(probabilities.values()) >= FLOOR * 12 / 60
        assert probabilities["59:0-9"] > 2 * probabilities["2:0-9"]


def test_the_reader_sees_texts_and_no_labels(labelled: pd.DataFrame, tmp_path: Path) -> None:
    labelled = labelled.assign(row=range(60), start=0, end=9)
    source = pd.DataFrame({"body": [f"truce {n:03} and more" for n in range(60)]})
    source.to_csv(tmp_path / "articles.csv", index=False)
    drawn = stance.draw(labelled, 5, source=tmp_path / "articles.csv", text="body")
    assert list(drawn.columns) == [
        "paragraph_id", "text", "reader", "stance", "note", "seconds", "stratum", "probability", "drawn_from", "model_shown",
    ]  # fmt: skip
    assert set(drawn["stance"]) == {""}
    for name, text in zip(drawn["paragraph_id"], drawn["text"], strict=True):
        assert text == f"truce {int(name.split(':')[0]):03}"


def test_headings_are_not_drawn_and_withheld_paragraphs_are(labelled: pd.DataFrame) -> None:
    labelled.loc[:9, "status"] = "skipped"
    labelled.loc[10:19, ["status", "stance"]] = ["unfamiliar", None]
    drawn = stance.draw(labelled, 100)
    assert len(drawn) == 50
    assert drawn.attrs["notes"] == ["All 50 paragraphs are drawn; 100 were asked for."]
    assert {"10:0-9", "19:0-9"} <= set(drawn["paragraph_id"])


@pytest.mark.parametrize(
    ("n", "notes"), [(30, []), (31, ["All 30 articles are drawn; 31 were asked for."])]
)
def test_it_is_said_that_there_are_fewer_articles(
    n: int, notes: list[str], labelled: pd.DataFrame
) -> None:
    labelled["page"] = [number // 2 for number in range(60)]
    drawn = stance.draw(labelled, n, unit="article", article="page")
    assert (len(drawn), drawn.attrs["notes"]) == (60, notes)


@pytest.mark.parametrize("random_state", [-1, 0.5, "x"])
def test_a_draw_begins_with_a_whole_number(random_state: object, labelled: pd.DataFrame) -> None:
    with pytest.raises(
        InputError, match=r"^`random_state` must be a whole number of at least 0; got"
    ):
        stance.draw(labelled, 9, random_state=random_state)  # type: ignore[arg-type]


def test_fewer_paragraphs_than_groups_are_refused(labelled: pd.DataFrame) -> None:
    with pytest.raises(InputError) as error:
        stance.draw(labelled, 1, by="outlet")
    assert str(error.value) == (
        "`n` must be at least the number of groups, 2; got 1. Draw more, or name a column with fewer groups."
    )
    with pytest.raises(InputError, match=r"^by='uncertainty' must have the column"):
        stance.draw(labelled.drop(columns="stance_probability"), 5, by="uncertainty", head="stance")
