"""Differences of groups: intervals that hold together, and none from too few paragraphs."""

from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import stance
from stance.errors import InputError
from stance.inference.differences import EQUAL_ERRORS


def test_a_real_difference_is_found_and_nothing_is_pooled(simulation: ModuleType) -> None:
    """Pooled calibration is 17 points off here, as it moves the outlets toward each other."""
    random = np.random.default_rng(0)
    print_ = simulation.simulate(random, simulation.MATRICES["72% right, even"])
    drawn = simulation.annotate(print_, "by outlet", 300, 0)
    frame = stance.compare(print_, drawn, "outlet")
    opposed = frame[frame["label"] == "opposed"].iloc[0]
    assert (opposed["group"], opposed["other"]) == ("Bell", "Lamp")
    assert (opposed["n"], opposed["n_other"]) == (150, 150)
    shares = (print_["truth"] == "opposed").groupby(print_["outlet"]).mean()
    truth = shares["Bell"] - shares["Lamp"]
    assert opposed["low"] < truth < opposed["high"]
    assert abs(opposed["difference"] - truth) < 0.07
    assert opposed["p_value"] < 0.001
    assert frame.attrs["notes"][-4] == (
        "stance: 3 differences (1 pair of groups, 3 labels): the intervals hold together in 95% of samples."
    )
    points, low, high = (100 * opposed[name] for name in ("difference", "low", "high"))
    assert frame.attrs["notes"][-2] == (
        f"opposed: {points:.1f} points more in Bell than in Lamp ({low:.1f} to {high:.1f})."
    )


def test_labels_that_were_chosen_before_have_narrower_intervals(simulation: ModuleType) -> None:
    print_ = simulation.simulate(np.random.default_rng(0), simulation.MATRICES["90% right"])
    drawn = simulation.annotate(print_, "by outlet", 200, 0)
    for assumed in (False, True):
        every = stance.compare(print_, drawn, "outlet", assume_equal_errors=assumed)
        one = stance.compare(print_, drawn, "outlet", label="opposed", assume_equal_errors=assumed)
        (opposed,) = one.to_dict("records")
        before = every[every["label"] == "opposed"].iloc[0]
        assert opposed["difference"] == before["difference"]
        assert opposed["high"] - opposed["low"] < 0.95 * (before["high"] - before["low"])
    with pytest.raises(
        InputError, match=r"^`label` must be one of \['neutral', .*; got 'against'\.$"
    ):
        stance.compare(print_, drawn, "outlet", label="against")


def test_a_label_that_nobody_found_leaves_some_doubt(simulation: ModuleType) -> None:
    print_ = simulation.simulate(np.random.default_rng(0), simulation.MATRICES["90% right"])
    drawn = simulation.annotate(print_, "by outlet", 200, 0).assign(stance="neutral")
    frame = stance.compare(print_, drawn, "outlet").set_index("label")
    assert (frame["difference"].abs() < 1e-9).all()
    # With 100 paragraphs read of 1,500 each, up to some 4% may be opposed in either.
    assert 0.02 < frame.loc["opposed", "high"] < 0.08
    assert -0.08 < frame.loc["opposed", "low"] < -0.02


def test_a_thousand_groups_are_no_million_rows(simulation: ModuleType) -> None:
    print_ = simulation.simulate(np.random.default_rng(0), simulation.MATRICES["90% right"])
    drawn = simulation.annotate(print_, "random", 300, 0)
    print_["desk"] = [f"desk {n}" if n % 3 else ("Bell", "Lamp")[n % 2] for n in range(3000)]
    frame = stance.compare(print_, drawn, "desk")
    assert set(zip(frame["group"], frame["other"], strict=True)) == {("Bell", "Lamp")}
    assert (
        "2,000 groups with fewer than 30 annotated paragraphs are left out." in frame.attrs["notes"]
    )
    print_["desk"] = [f"desk {n % 1000}" for n in range(3000)]
    with pytest.raises(InputError, match=r"\['desk'\] gives 1,000, and 0 of them have as many\."):
        stance.compare(print_, drawn, "desk")
    with pytest.raises(InputError, match=r"must give at most 40 groups where errors are assumed"):
        stance.compare(print_, drawn, "desk", assume_equal_errors=True)


def test_groups_without_a_name_and_without_a_difference_are_told(simulation: ModuleType) -> None:
    print_ = simulation.simulate(np.random.default_rng(0), simulation.MATRICES["90% right"])
    print_["outlet"] = print_["outlet"].where(print_["outlet"] == "Bell")
    drawn = simulation.annotate(print_, "random", 40, 0)
    frame = stance.compare(print_, drawn, "outlet")
    assert set(frame["other"]) == {"(empty)"}
    assert frame.attrs["notes"][-1] == (
        "stance: no difference is given, as no two groups have enough annotated paragraphs. Draw "
        "more of each with `stance draw --by`, or name columns with fewer values."
    )


def test_paragraphs_without_a_value_are_no_group_if_they_are_left_out(
    simulation: ModuleType,
) -> None:
    print_ = simulation.simulate(
        np.random.default_rng(1), simulation.MATRICES["opposed taken for neutral"]
    )
    drawn = simulation.annotate(print_, "random", 400, 0)
    print_.loc[: len(print_) // 5, "outlet"] = ""
    groups = stance.compare(print_, drawn, "outlet")["group"]
    assert "(empty)" in set(groups)
    frame = stance.compare(print_, drawn, "outlet", without_empty=True)
    kept = print_[print_["outlet"] != ""].reset_index(drop=True)
    is_kept = drawn["paragraph_id"].isin(kept["paragraph_id"])
    expected = stance.compare(kept, drawn[is_kept].reset_index(drop=True), "outlet")
    pd.testing.assert_frame_equal(frame, expected)
    assert frame.attrs["notes"][0] == (
        f"{len(print_) - len(kept):,} paragraphs without outlet are left out."
    )


def test_a_small_group_gets_no_difference_unless_errors_are_taken_to_be_equal(
    simulation: ModuleType,
) -> None:
    random = np.random.default_rng(0)
    print_ = simulation.simulate(random, simulation.MATRICES["90% right"])
    drawn = simulation.annotate(print_, "by outlet", 50, 0)
    frame = stance.compare(print_, drawn, "outlet")
    assert frame["difference"].isna().all()
    assert set(frame["estimator"]) == {"none: fewer than 30 annotated in Bell and Lamp"}
    drawn = simulation.annotate(print_, "by outlet", 58, 0)
    assumed = stance.compare(print_, drawn, "outlet", assume_equal_errors=True)
    assert set(assumed["estimator"]) == {EQUAL_ERRORS}
    shares = print_.groupby("outlet")["truth"].value_counts(normalize=True).unstack()
    truth = assumed["label"].map(shares.loc["Bell"] - shares.loc["Lamp"])
    assert ((assumed["low"] <= truth) & (truth <= assumed["high"])).all()


def test_what_cannot_be_compared_is_refused(simulation: ModuleType) -> None:
    random = np.random.default_rng(0)
    print_ = simulation.simulate(random, simulation.MATRICES["90% right"])
    drawn = simulation.annotate(print_, "by outlet", 60, 0)
    with pytest.raises(InputError, match=r"^`by` must give at least two groups to compare"):
        stance.compare(print_.assign(outlet="Bell"), drawn, "outlet")
    with pytest.raises(InputError, match="design 'elsewhere' has none"):
        stance.compare(print_, drawn, "outlet", design="elsewhere")


@pytest.mark.slow
def test_intervals_hold_together(simulation: ModuleType) -> None:
    coverage, _, refused = simulation.measure_differences(100, repeats=200)
    assert 0.92 <= coverage <= 0.985
    assert refused == 0


@pytest.mark.slow
def test_groups_that_do_not_differ_are_seldom_told_apart(simulation: ModuleType) -> None:
    rejected = 0
    for repeat in range(40):
        random = np.random.default_rng([repeat, 1])
        print_ = simulation.simulate(random, simulation.MATRICES["90% right"])
        print_["half"] = random.permutation(np.arange(len(print_)) % 3)
        drawn = simulation.annotate(print_, "random", 300, repeat)
        frame: pd.DataFrame = stance.compare(print_, drawn, "half")
        rejected += int((frame["p_value"] < 0.05).any())
    assert rejected <= 6
