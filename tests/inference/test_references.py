"""Estimates beside those of ppi-python, where it is installed: the same within sampling error."""

import numpy as np
import pandas as pd
import pytest

import stance

ppi = pytest.importorskip(
    "ppi_py", reason="needs ppi-python (pip install ppi-python), a reference for tests only"
)
PARAGRAPHS, ANNOTATED = 6000, 400


@pytest.fixture(scope="module")
def print_() -> pd.DataFrame:
    """A print whose probabilities predict the readers' labels; each paragraph is an article."""
    random = np.random.default_rng(0)
    words = random.normal(size=PARAGRAPHS)
    chance = 1 / (1 + np.exp(-(words + random.normal(size=PARAGRAPHS) * 1.5 - 0.5)))
    truth = random.random(PARAGRAPHS) < chance
    p = np.clip(0.8 * chance + 0.05, 0, 1)  # biased, and informative
    frame = pd.DataFrame({"paragraph_id": [f"{row}:0-1" for row in range(PARAGRAPHS)]})
    frame["stance"] = np.where(p >= 0.5, "opposed", "neutral")
    frame["stance_probability"] = np.maximum(p, 1 - p)
    frame["stance_p_neutral"], frame["stance_p_opposed"] = 1 - p, p
    frame["truth"] = np.where(truth, "opposed", "neutral")
    return frame.assign(words=words, status="labelled")


@pytest.fixture(scope="module")
def drawn(print_: pd.DataFrame) -> pd.DataFrame:
    rows = stance.draw(print_, ANNOTATED, head="stance")
    return rows.assign(
        stance=rows["paragraph_id"].map(print_.set_index("paragraph_id")["truth"]).to_numpy()
    )


def halves(print_: pd.DataFrame, drawn: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the annotated and the other paragraphs of a print, as ppi-python takes them."""
    is_drawn = print_["paragraph_id"].isin(drawn["paragraph_id"])
    return print_[is_drawn], print_[~is_drawn]


def test_a_share_is_that_of_ppi(print_: pd.DataFrame, drawn: pd.DataFrame) -> None:
    read, rest = halves(print_, drawn)
    opposed = stance.estimate_shares(print_, drawn, population="the outlets").iloc[1]
    assert (opposed["label"], opposed["estimator"]) == ("opposed", "PPI++")
    y = (read["truth"] == "opposed").to_numpy(dtype=float)
    low, high = ppi.ppi_mean_ci(
        y, read["stance_p_opposed"].to_numpy(), rest["stance_p_opposed"].to_numpy(), alpha=0.05
    )
    low, high = float(np.ravel(low)[0]), float(np.ravel(high)[0])
    assert opposed["share"] == pytest.approx((low + high) / 2, abs=0.1 * (high - low))
    assert opposed["high"] - opposed["low"] == pytest.approx(high - low, rel=0.1)


def test_a_regression_is_that_of_ppi(print_: pd.DataFrame, drawn: pd.DataFrame) -> None:
    read, rest = halves(print_, drawn)
    slope = stance.regress("opposed ~ words", print_, drawn).set_index("term").loc["words"]

    def design(rows: pd.DataFrame) -> np.ndarray:
        return np.column_stack([np.ones(len(rows)), rows["words"]])

    low, high = ppi.ppi_ols_ci(
        design(read),
        (read["truth"] == "opposed").to_numpy(dtype=float),
        read["stance_p_opposed"].to_numpy(),
        design(rest),
        rest["stance_p_opposed"].to_numpy(),
        alpha=0.05,
    )
    assert slope["coefficient"] == pytest.approx((low[1] + high[1]) / 2, abs=0.2 * (high - low)[1])
    assert slope["high"] - slope["low"] == pytest.approx(high[1] - low[1], rel=0.2)
