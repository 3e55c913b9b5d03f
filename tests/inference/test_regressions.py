"""Regressions on labels: a planted effect is found, and one of zero seldom."""

from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import stance
from stance.errors import InputError, TableError
from stance.inference.regressions import read_formula


@pytest.fixture
def print_(simulation: ModuleType) -> pd.DataFrame:
    frame: pd.DataFrame = simulation.simulate(
        np.random.default_rng(1), simulation.MATRICES["opposed taken for neutral"]
    )
    frame["words"] = 40 + 20 * (frame["truth"] == "opposed")
    return frame


def test_an_outcome_is_that_of_the_readers(print_: pd.DataFrame, simulation: ModuleType) -> None:
    drawn = simulation.annotate(print_, "random", 400, 0)
    frame = stance.regress("opposed ~ outlet", print_, drawn).set_index("term")
    shares = (print_["truth"] == "opposed").groupby(print_["outlet"]).mean()
    effect = frame.loc["outlet[Lamp]"]
    assert effect["low"] < shares["Lamp"] - shares["Bell"] < effect["high"] < 0
    assert effect["p_value"] < 0.001
    assert frame.loc["intercept", "coefficient"] == pytest.approx(shares["Bell"], abs=0.08)
    assert effect["detectable"] == pytest.approx((effect["high"] - effect["low"]) / 1.4, rel=0.05)


def test_a_label_may_be_a_regressor(print_: pd.DataFrame, simulation: ModuleType) -> None:
    """Regressed on the model's labels, the effect would be about half as large."""
    drawn = simulation.annotate(print_, "by uncertainty", 300, 0)
    frame = stance.regress("words ~ opposed", print_, drawn).set_index("term")
    assert frame.loc["opposed", "coefficient"] == pytest.approx(20, abs=0.5)


def test_with_all_paragraphs_annotated_it_is_least_squares(
    print_: pd.DataFrame, simulation: ModuleType
) -> None:
    drawn = simulation.annotate(print_, "random", len(print_), 0)
    frame = stance.regress("`pro-ceasefire` ~ outlet + words", print_, drawn)
    lamp = (print_["outlet"] == "Lamp").to_numpy(dtype=float)
    x = np.column_stack([np.ones(len(print_)), lamp, print_["words"]])
    y = (print_["truth"] == "pro-ceasefire").to_numpy(dtype=float)
    expected = np.linalg.lstsq(x, y, rcond=None)[0]
    assert frame["coefficient"].to_numpy() == pytest.approx(expected, abs=1e-6)


def test_a_logistic_coefficient_is_a_log_odds_ratio(
    print_: pd.DataFrame, simulation: ModuleType
) -> None:
    drawn = simulation.annotate(print_, "random", len(print_), 0)
    frame = stance.regress("opposed ~ outlet", print_, drawn, kind="logistic").set_index("term")
    shares = (print_["truth"] == "opposed").groupby(print_["outlet"]).mean()
    odds = np.log(shares / (1 - shares))
    assert frame.loc["outlet[Lamp]", "coefficient"] == pytest.approx(odds["Lamp"] - odds["Bell"])


def test_copies_may_be_left_out(print_: pd.DataFrame, simulation: ModuleType) -> None:
    drawn = simulation.annotate(print_, "random", 400, 0)
    is_copy = np.arange(len(print_)) % 4 == 3
    marked = print_.assign(copy_of=np.where(is_copy, "0:0-1", ""))
    frame = stance.regress("opposed ~ outlet", marked, drawn, without_copies=True)
    rest = print_[~is_copy].reset_index(drop=True)
    known = drawn[drawn["paragraph_id"].isin(rest["paragraph_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(frame, stance.regress("opposed ~ outlet", rest, known))
    with pytest.raises(TableError, match="must have the column 'copy_of', to leave copies out"):
        stance.regress("opposed ~ outlet", print_, drawn, without_copies=True)


def test_paragraphs_without_a_value_may_be_left_out(
    print_: pd.DataFrame, simulation: ModuleType
) -> None:
    drawn = simulation.annotate(print_, "random", 400, 0)
    empty = np.arange(len(print_)) % 10 == 0
    print_.loc[empty, "outlet"] = ["", None] * (sum(empty) // 2) + [""] * (sum(empty) % 2)
    with_empty = stance.regress("opposed ~ outlet", print_, drawn)
    assert with_empty["term"].tolist() == ["intercept", "outlet[Bell]", "outlet[Lamp]"]
    frame = stance.regress("opposed ~ outlet", print_, drawn, without_empty=True)
    assert frame["term"].tolist() == ["intercept", "outlet[Lamp]"]
    kept = print_[~empty].reset_index(drop=True)
    is_kept = drawn["paragraph_id"].isin(kept["paragraph_id"])
    expected = stance.regress("opposed ~ outlet", kept, drawn[is_kept].reset_index(drop=True))
    pd.testing.assert_frame_equal(frame, expected)
    note = f"{sum(empty):,} paragraphs without outlet are left out."
    assert frame.attrs["notes"] == [note, *expected.attrs["notes"]]
    print_["outlet"] = ""
    with pytest.raises(TableError) as error:
        stance.regress("opposed ~ outlet", print_, drawn, without_empty=True)
    assert str(error.value) == (
        "the table must have a paragraph with a value of each of ['outlet']; it has none. Name "
        "other columns."
    )


def test_too_few_paragraphs_without_a_value_may_be_left_out(
    print_: pd.DataFrame, simulation: ModuleType
) -> None:
    drawn = simulation.annotate(print_, "random", 400, 0)
    print_.loc[:8, "outlet"] = ""
    with pytest.raises(InputError) as error:
        stance.regress("opposed ~ outlet", print_, drawn)
    assert str(error.value).endswith(
        "or leave out the term, or the paragraphs without a value (without_empty, --without-empty)."
    )


def test_what_cannot_be_fitted_is_refused(print_: pd.DataFrame, simulation: ModuleType) -> None:
    drawn = simulation.annotate(print_, "random", 100, 0)
    with pytest.raises(InputError, match=r"^`formula` must name a label of 'stance'"):
        stance.regress("words ~ outlet", print_, drawn)
    with pytest.raises(InputError, match=r"^'desk' must be a label of 'stance' or a column"):
        stance.regress("opposed ~ desk", print_, drawn)
    with pytest.raises(InputError, match="20 annotated paragraphs of the rarer outcome are needed"):
        stance.regress("opposed ~ outlet", print_, drawn.head(50), kind="logistic")
    with pytest.raises(InputError, match="must be from 0 to 1 for kind 'logistic'"):
        stance.regress("words ~ opposed", print_, drawn, kind="logistic")
    with pytest.raises(InputError, match="30 annotated paragraphs are needed; got 25"):
        stance.regress("opposed ~ outlet + words", print_, drawn.head(25))
    for formula in ("opposed", "opposed ~", "opposed ~ a * b", "pro-ceasefire ~ a"):
        with pytest.raises(InputError, match=r"^`formula` must be such as"):
            read_formula(formula)


def test_what_the_annotated_paragraphs_cannot_tell_is_refused(
    print_: pd.DataFrame, simulation: ModuleType
) -> None:
    """The values would be those of least squares of smallest norm, and their intervals nothing."""
    drawn = simulation.annotate(print_, "random", 200, 0)
    for formula, term in (
        ("opposed ~ outlet + outlet", r"outlet\[Lamp\]"),
        ("opposed ~ opposed", "opposed"),
        ("opposed ~ words + twice", "twice"),
        ("opposed ~ always", "always"),
    ):
        more = print_.assign(twice=2 * print_["words"], always=3)
        with pytest.raises(InputError, match=f"the annotated paragraphs '{term}' does not. Leave"):
            stance.regress(formula, more, drawn)
    print_["desk"] = ["rare"] + ["usual"] * (len(print_) - 1)
    with pytest.raises(
        InputError, match=r"^each value of 'desk' must .* 1 of 2 have fewer, such a"
    ):
        stance.regress("opposed ~ desk", print_, drawn)
    with pytest.raises(InputError, match=r"^'opposed' must .*; it is that of 0 of 200\. Annotate"):
        stance.regress("opposed ~ outlet", print_, drawn.assign(stance="neutral"))


def test_a_month_is_made_from_dates(print_: pd.DataFrame, simulation: ModuleType) -> None:
    drawn = simulation.annotate(print_, "random", 200, 0)
    print_["date"] = ["2024-03-01", "2024-04-30"] * (len(print_) // 2)
    frame = stance.regress("opposed ~ month", print_, drawn)
    assert list(frame["term"]) == ["intercept", "month[2024-04]"]


def test_a_model_that_withheld_all_labels_helps_with_nothing(
    print_: pd.DataFrame, simulation: ModuleType
) -> None:
    drawn = simulation.annotate(print_, "random", 300, 0)
    known = [name for name in print_ if name.startswith("stance_p_")]
    frame = stance.regress("opposed ~ outlet", print_.assign(**dict.fromkeys(known, np.nan)), drawn)
    assert np.isfinite(frame[["coefficient", "low", "high"]].to_numpy(dtype=float)).all()


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e308])
def test_a_column_that_is_not_finite_is_refused(
    value: float, print_: pd.DataFrame, simulation: ModuleType
) -> None:
    drawn = simulation.annotate(print_, "random", 100, 0)
    print_["words"] = value
    with pytest.raises(InputError, match=r"^column 'words' must hold finite numbers; some are"):
        stance.regress("opposed ~ words", print_, drawn)


@pytest.mark.slow
def test_an_effect_of_zero_is_seldom_found(simulation: ModuleType) -> None:
    rejected = 0
    for repeat in range(200):
        random = np.random.default_rng([repeat, 7])
        print_ = simulation.simulate(random, simulation.MATRICES["72% right, even"])
        article = print_["paragraph_id"].str.partition(":")[0].astype(int)
        print_["coin"] = np.where(random.random(500) < 0.5, "heads", "tails")[article]
        drawn = simulation.annotate(print_, "random", 200, repeat)
        frame = stance.regress("opposed ~ outlet + coin", print_, drawn).set_index("term")
        rejected += int(frame.loc["coin[tails]", "p_value"] < 0.05)
    assert 2 <= rejected <= 20
