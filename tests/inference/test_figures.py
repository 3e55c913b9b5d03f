"""Shares with intervals that hold, and refusals where they would not."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stance
from stance.errors import InputError, StanceWarning, TableError
from stance.inference.figures import INVERTED, RAW, TOO_FEW
from stance.model import Model


@pytest.fixture
def print_() -> pd.DataFrame:
    """400 labelled paragraphs of 100 articles of two outlets; `truth` is what a reader would say."""
    random = np.random.default_rng(0)
    truth = random.choice(["neutral", "opposed"], 400, p=[0.7, 0.3])
    wrong = random.random(400) < 0.2
    given = np.where(wrong, np.where(truth == "neutral", "opposed", "neutral"), truth)
    frame = pd.DataFrame({"paragraph_id": [f"{n // 4}:{n % 4}-{n % 4 + 1}" for n in range(400)]})
    frame["outlet"] = np.where(np.arange(400) < 300, "Bell", "Lamp")
    frame["circulation"] = np.where(np.arange(400) < 300, 1, 9)
    return frame.assign(stance=given, stance_probability=0.8, status="labelled", truth=truth)


def read_by_hand(print_: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    truth = print_.set_index("paragraph_id")["truth"]
    return drawn.assign(stance=drawn["paragraph_id"].map(truth))


def of(shares: pd.DataFrame, label: str, **group: Any) -> pd.Series:
    rows = shares[shares["label"] == label]
    for column, value in group.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_share_lies_in_its_interval_and_near_the_truth(print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 100))
    shares = stance.estimate_shares(print_, drawn)
    assert list(shares.columns) == [
        "head", "label", "share", "low", "high", "n", "estimator",
    ]  # fmt: skip
    opposed = of(shares, "opposed")
    truth = (print_["truth"] == "opposed").mean()
    assert opposed["low"] < opposed["share"] < opposed["high"]
    assert opposed["low"] < truth < opposed["high"]
    assert (opposed["n"], opposed["estimator"]) == (100, "calibrated")
    assert shares["share"].sum() == pytest.approx(1)


def test_a_whole_print_that_was_read_has_no_doubt_left(print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 400))
    opposed = of(stance.estimate_shares(print_, drawn), "opposed")
    truth = (print_["truth"] == "opposed").mean()
    assert opposed["share"] == pytest.approx(truth)
    assert opposed["high"] - opposed["low"] < 0.001
    outlets = of(stance.estimate_shares(print_, drawn, population="the outlets"), "opposed")
    assert outlets["share"] == pytest.approx(truth, abs=0.002)
    assert 0.05 < outlets["high"] - outlets["low"] < 0.15


def test_no_share_says_less_than_was_read(print_: pd.DataFrame) -> None:
    """20 of 60 with 2 read as opposed are at least 2 of 60, and at most 42."""
    few = print_[:60].assign(truth=["opposed"] * 2 + ["neutral"] * 58)
    for number in range(30):
        drawn = read_by_hand(few, stance.draw(few, 20, random_state=number))
        shares = stance.estimate_shares(few, drawn)
        for label, n_read in drawn["stance"].value_counts().items():
            share = of(shares, str(label))
            least, most = n_read / 60 - 1e-9, (60 - 20 + n_read) / 60 + 1e-9
            assert least <= share["low"] <= share["share"] <= share["high"] <= most


@pytest.mark.parametrize(
    ("by", "weights", "said"),
    [
        (None, None, "calibrated"),
        ("outlet", None, "calibrated, inverse-probability weighted"),
        (None, "circulation", "calibrated, weighted by what each counts"),
        (
            "outlet",
            "circulation",
            "calibrated, weighted by inverse probability and what each counts",
        ),
    ],
)
def test_the_estimator_says_what_its_weights_are(
    print_: pd.DataFrame, by: str | None, weights: str | None, said: str
) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 120, by=by))
    shares = stance.estimate_shares(print_, drawn, weights=weights)
    assert {name.partition(" (worth")[0] for name in shares["estimator"]} == {said}


def test_without_annotations_shares_are_raw_and_have_no_interval(print_: pd.DataFrame) -> None:
    raw = of(stance.estimate_shares(print_), "opposed")
    assert raw["share"] == (print_["stance"] == "opposed").mean()
    assert (raw["estimator"], raw["n"]) == (RAW, 0)
    assert np.isnan(raw["low"]) and np.isnan(raw["high"])


def test_groups_are_estimated_by_themselves(print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 80, by="outlet"))
    shares = stance.estimate_shares(print_, drawn, by="outlet")
    assert of(shares, "opposed", outlet="Bell")["n"] == 40
    only_bell = print_["outlet"] == "Bell"
    alone = stance.estimate_shares(
        print_[only_bell], drawn[drawn["stratum"] == "Bell"].reset_index(drop=True)
    )
    both = [of(shares, "opposed", outlet="Bell"), of(alone, "opposed")]
    assert both[0]["share"] == pytest.approx(both[1]["share"])
    few = read_by_hand(print_, stance.draw(print_, 12, by="outlet"))
    assert set(stance.estimate_shares(print_, few, by="outlet")["estimator"]) == {TOO_FEW}


def test_weights_count_a_paragraph_more_than_once(print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 400))
    weighted = of(stance.estimate_shares(print_, drawn, weights="circulation"), "opposed")
    truth = np.average(print_["truth"] == "opposed", weights=print_["circulation"])
    assert weighted["share"] == pytest.approx(truth, abs=0.002)


def test_a_half_done_draw_is_a_sample_and_skips_are_told(print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 200, by="uncertainty"))
    drawn.loc[100:, "stance"] = ""
    drawn.loc[[3, 7], "stance"] = None
    shares = stance.estimate_shares(print_, drawn)
    assert of(shares, "opposed")["n"] == 98
    notes = " ".join(shares.attrs["notes"])
    assert "2 drawn paragraphs were skipped" in notes
    assert "100 drawn paragraphs are not annotated yet" in notes
    drawn.loc[100:198, "stance"] = "neutral"
    drawn.loc[7, "stance"] = "neutral"
    notes = stance.estimate_shares(print_, drawn).attrs["notes"]
    assert "1 drawn paragraph was skipped; the figures take it to be like the rest." in notes
    assert "1 drawn paragraph is not annotated yet; the others are a sample." in notes


def test_several_readings_of_a_paragraph_are_averaged(print_: pd.DataFrame) -> None:
    first = read_by_hand(print_, stance.draw(print_, 400))
    second = first.assign(stance="neutral")
    both = pd.concat([first, second])
    opposed = of(stance.estimate_shares(print_, both), "opposed")
    assert opposed["n"] == 400
    assert opposed["share"] == pytest.approx((print_["truth"] == "opposed").mean() / 2)


def test_a_settled_label_stands_in_for_all_readings(print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 100)).assign(reader="ann")
    wrong = drawn.assign(reader="bob", stance="opposed")
    right = drawn.drop(columns=["stratum", "probability"]).assign(reader="cleo", settles="yes")
    settled = stance.estimate_shares(print_, pd.concat([drawn, wrong, right]))
    pd.testing.assert_frame_equal(settled, stance.estimate_shares(print_, drawn))
    mean = stance.estimate_shares(print_, pd.concat([drawn, wrong]))
    assert of(mean, "opposed")["share"] > of(settled, "opposed")["share"] + 0.2


def test_readings_with_the_label_in_view_are_told(print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 100))
    drawn.loc[:29, "model_shown"] = "yes"
    assert stance.estimate_shares(print_, drawn).attrs["notes"][-1] == (
        "30 of them were read with the model's label in view, which draws readers toward it: the "
        "figures may agree with the model too well."
    )


def test_withheld_paragraphs_belong_to_the_print(print_: pd.DataFrame) -> None:
    print_.loc[:79, ["stance", "stance_probability"]] = np.nan
    print_.loc[:79, ["status", "truth"]] = ["unfamiliar", "opposed"]
    drawn = read_by_hand(print_, stance.draw(print_, 200))
    opposed = of(stance.estimate_shares(print_, drawn), "opposed")
    assert opposed["low"] < (print_["truth"] == "opposed").mean() < opposed["high"]
    message = (
        r"^the annotated paragraphs must be of all the print; none is of the 80 from which the "
        r"model withheld a label, where some \d+ should be\. Draw from all with `stance draw`\.$"
    )
    labelled_only = drawn[drawn["paragraph_id"].isin(print_["paragraph_id"][80:])]
    with pytest.raises(InputError, match=message):
        stance.estimate_shares(print_, labelled_only[["paragraph_id", "stance"]], design="random")


def test_how_paragraphs_were_drawn_must_be_known(print_: pd.DataFrame) -> None:
    sample = print_.sample(60, random_state=0).assign(stance=lambda frame: frame["truth"])
    with pytest.raises(InputError) as error:
        stance.estimate_shares(print_, sample)
    assert str(error.value) == (
        "how the paragraphs of the table were drawn must be known; it has no column 'probability'. Draw them with `stance draw`; or, if each paragraph of the print had the same chance, pass design='random' (--design random)."
    )
    known = stance.estimate_shares(print_, sample, design="random")
    assert of(known, "opposed")["n"] == 60


def test_columns_of_a_draw_that_are_wholly_empty_count_as_absent(print_: pd.DataFrame) -> None:
    """As annotation pages and exports of other tools write them for a table that was not drawn."""
    sample = print_.sample(60, random_state=0).assign(stance=lambda frame: frame["truth"])
    empty = sample.assign(stratum="", probability=None, drawn_from=" ")
    pd.testing.assert_frame_equal(
        stance.estimate_shares(print_, empty, design="random"),
        stance.estimate_shares(print_, sample, design="random"),
    )
    with pytest.raises(InputError, match="it has no column 'probability'"):
        stance.estimate_shares(print_, empty)


def test_paragraphs_that_were_chosen_are_refused(print_: pd.DataFrame) -> None:
    chosen = print_.head(60).assign(drawn_from="suggest")
    with pytest.raises(InputError, match=r"must be drawn, not chosen; .* Train on them, and draw"):
        stance.estimate_shares(print_, chosen, design="random")


def test_a_sample_unlike_its_print_is_told(print_: pd.DataFrame) -> None:
    opposed_only = print_[print_["stance"] == "opposed"].head(60)
    with pytest.warns(StanceWarning, match="Check that each had the same chance"):
        stance.estimate_shares(print_, opposed_only.assign(stance="opposed"), design="random")


@pytest.mark.parametrize("value", [0, -1, 5e-324, np.inf, 10**400, "x", [1]])
def test_a_probability_that_no_draw_gives_is_refused(value: object, print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 100))
    drawn["probability"] = pd.Series([value] * len(drawn), dtype=object)
    with pytest.raises(
        InputError,
        match=r"^`probability` must be above 0 and at most 1 in each row\. Draw again\.$",
    ):
        stance.estimate_shares(print_, drawn)


@pytest.mark.parametrize("value", [-1, 1e308, np.inf, np.nan, 10**400, "x"])
def test_a_weight_that_cannot_count_is_refused(value: object, print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 100))
    print_["circulation"] = pd.Series([value] * len(print_), dtype=object)
    with pytest.raises(InputError, match="'circulation' must hold weights of at least 0"):
        stance.estimate_shares(print_, drawn, weights="circulation")


def test_columns_that_cannot_be_told_apart_or_grouped_by_are_refused(print_: pd.DataFrame) -> None:
    with pytest.raises(TableError, match="must have each column once; 'stance' occurs more than"):
        stance.draw(pd.concat([print_, print_[["stance"]]], axis=1), 9)
    print_["outlet"] = [["Bell"]] * len(print_)
    with pytest.raises(InputError, match=r"\['outlet'\] must hold text, numbers or dates"):
        stance.draw(print_, 9, by="outlet")


def test_paragraphs_of_other_print_are_refused(print_: pd.DataFrame) -> None:
    other = print_.head(60).assign(paragraph_id=[f"other-{n}:0-1" for n in range(60)])
    message = "the table must hold paragraphs of the labelled table; 60 are not in it, such as 'other-0:0-1'"
    with pytest.raises(TableError, match=re.escape(message)):
        stance.estimate_shares(print_, other, design="random")


def test_a_label_that_the_model_does_not_have_is_refused(print_: pd.DataFrame) -> None:
    print_ = print_.assign(stance_p_neutral=0.5, stance_p_opposed=0.5)
    sample = print_.sample(60, random_state=0).assign(stance="Opposed")
    with pytest.raises(TableError, match="must hold labels of the model; got 'Opposed'"):
        stance.estimate_shares(print_, sample, design="random")


def test_texts_that_differ_from_the_labelled_ones_are_told(print_: pd.DataFrame) -> None:
    print_ = print_.assign(text="They urged a truce.", start=0, end=19)
    drawn = read_by_hand(print_, stance.draw(print_, 60))
    assert set(drawn["text"]) == {"They urged a truce."}
    drawn.loc[5, "text"] = "They urged war."
    with pytest.warns(StanceWarning, match=r"^1 annotated texts differ from the labelled ones"):
        stance.estimate_shares(print_, drawn)


def test_annotations_of_other_print_are_inverted_and_marked(
    small: Model, lighthouse: pd.DataFrame
) -> None:
    labelled = small.label_frame(lighthouse, unit="row")
    others = lighthouse.assign(text=lighthouse["text"] + " It rained.")
    shares = stance.estimate_shares(
        labelled, others, head="stance", design="elsewhere", model=small
    )
    assert set(shares["estimator"]) == {INVERTED}
    assert ((shares["low"] <= shares["share"]) & (shares["share"] <= shares["high"])).all()
    with pytest.raises(InputError, match="must have the `model` that labelled the print"):
        stance.estimate_shares(labelled, lighthouse, head="stance", design="elsewhere")


@pytest.mark.parametrize("name", ["labelled.csv", "labelled.jsonl", "labelled.parquet"])
def test_tables_of_every_format_are_read(
    name: str, small: Model, lighthouse: pd.DataFrame, tmp_path: Path
) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    lighthouse.to_csv(tmp_path / "in.csv", index=False)
    stance.label_file(tmp_path / "in.csv", tmp_path / name, model=small, unit="row", keep="voice")
    drawn = stance.draw(tmp_path / name, 36, head="stance", source=tmp_path / "in.csv")
    truth = dict(zip(lighthouse["text"], lighthouse["stance"], strict=True))
    drawn["stance"] = drawn["text"].map(truth)
    drawn.to_csv(tmp_path / "drawn.csv", index=False)
    shares = stance.estimate_shares(tmp_path / name, tmp_path / "drawn.csv")
    given = lighthouse["stance"].value_counts(normalize=True)
    for label, share in given.items():
        assert of(shares, str(label))["share"] == pytest.approx(share, abs=1e-6)


def test_intervals_are_narrower_than_by_hand_and_hold(simulation: ModuleType) -> None:
    cell = simulation.measure("90% right", "random", 100, "this print", repeats=25)
    assert cell["coverage"] > 0.85  # of 75
    assert cell["width"] < 0.75 * cell["by hand"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "n", "population"),
    [
        ("random", 100, "this print"),
        ("by outlet", 60, "this print"),
        ("by uncertainty, half done", 100, "this print"),
        ("random", 300, "the outlets"),
    ],
)
def test_intervals_hold_as_often_as_they_say(
    simulation: ModuleType, design: str, n: int, population: str
) -> None:
    cell = simulation.measure("opposed taken for neutral", design, n, population, repeats=200)
    assert 0.93 <= cell["coverage"] <= 0.975  # of 600; benchmarks/FIGURES.md has long runs
    if population == "this print":
        assert cell["width"] < 0.9 * cell["by hand"]


def test_months_are_made_from_dates(print_: pd.DataFrame) -> None:
    print_["date"] = ["2024-03-01", "1 April 2024", "", "03/04/2024"] * 100
    drawn = read_by_hand(print_, stance.draw(print_, 200))
    with pytest.warns(
        StanceWarning,
        match=r"^the table, column 'date': 100 dates cannot be read in one way only, such as "
        r"'03/04/2024'; their month is left empty\. Write them as 2024-04-08\.$",
    ):
        shares = stance.estimate_shares(print_, drawn, by="month")
    given = print_.assign(month=["2024-03", "2024-04", "", ""] * 100)
    pd.testing.assert_frame_equal(shares, stance.estimate_shares(given, drawn, by="month"))
    with pytest.raises(TableError, match=r"'month'; .* and carry these along \(--keep date\)\.$"):
        stance.estimate_shares(print_.drop(columns="date"), drawn, by="month")


def test_what_counts_nothing_has_no_share(print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 160, by="outlet"))
    print_["sold"] = (print_["outlet"] == "Bell").astype(int)
    by_outlet = stance.estimate_shares(print_, drawn, by="outlet", weights="sold")
    assert of(by_outlet, "opposed", outlet="Bell")["n"] == 80
    assert of(by_outlet, "opposed", outlet="Lamp")["estimator"] == TOO_FEW
    bell = print_[print_["outlet"] == "Bell"]
    read = drawn[drawn["paragraph_id"].isin(bell["paragraph_id"])]
    whole = stance.estimate_shares(print_, drawn, weights="sold")
    pd.testing.assert_frame_equal(whole, stance.estimate_shares(bell, read))


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_level_that_no_interval_has_is_refused(print_: pd.DataFrame, level: float) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 100))
    wrong = rf"^`level` must be above 0 and below 1; got {level}\. 0\.95 is 95%\.$"
    for call in (
        lambda: stance.estimate_shares(print_, drawn, level=level),
        lambda: stance.compare(print_, drawn, "outlet", level=level),
        lambda: stance.regress("opposed ~ outlet", print_, drawn, level=level),
    ):
        with pytest.raises(InputError, match=wrong):
            call()


def test_groups_are_named_once_and_unlike_the_result(print_: pd.DataFrame) -> None:
    drawn = read_by_hand(print_, stance.draw(print_, 100))
    twice = stance.estimate_shares(print_, drawn, by=["outlet", "outlet"])
    pd.testing.assert_frame_equal(twice, stance.estimate_shares(print_, drawn, by="outlet"))
    with pytest.raises(InputError, match=r"^`by` must not name a column that the result has too"):
        stance.estimate_shares(print_.assign(label="a"), drawn, by="label")
