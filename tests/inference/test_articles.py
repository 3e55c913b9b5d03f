"""Shares of articles with any, and with mostly, paragraphs of a label."""

import numpy as np
import pandas as pd
import pytest

import stance
from stance.inference.figures import RAW, TOO_FEW_ARTICLES

PER_ARTICLE = 5


def simulate(random: np.random.Generator, n_articles: int = 400) -> pd.DataFrame:
    """Make a labelled print; `truth` is what a reader would say, which the model misses often."""
    opposed = random.beta(0.4, 1.2, n_articles)
    articles = np.repeat(np.arange(n_articles), PER_ARTICLE)
    truth = random.random(len(articles)) < opposed[articles]
    chance = np.where(truth, 0.6, 0.1)  # that the model calls it opposed
    given = random.random(len(articles)) < chance
    frame = pd.DataFrame({"paragraph_id": [f"{a}:{i}-{i + 1}" for i, a in enumerate(articles)]})
    for column, values in (("stance", given), ("truth", truth)):
        frame[column] = np.where(values, "opposed", "neutral")
    p = np.where(given, 0.7, 0.2)
    frame = frame.assign(stance_probability=np.maximum(p, 1 - p), status="labelled")
    frame = frame.assign(stance_p_opposed=p, stance_p_neutral=1 - p)
    return frame.assign(outlet=np.where(articles % 2, "Bell", "Lamp"))


def true_shares(print_: pd.DataFrame) -> dict[str, float]:
    opposed = (print_["truth"] == "opposed").groupby(print_["paragraph_id"].str.partition(":")[0])
    return {
        "any opposed": float(opposed.any().mean()),
        "mostly opposed": float((opposed.mean() > 0.5).mean()),
    }


def read_by_hand(print_: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    truth = print_.set_index("paragraph_id")["truth"]
    return drawn.assign(stance=drawn["paragraph_id"].map(truth))


def test_intervals_hold_the_true_share_of_articles() -> None:
    hits, errors, raw_errors = [], [], []
    for repeat in range(25):
        print_ = simulate(np.random.default_rng(repeat))
        drawn = read_by_hand(print_, stance.draw(print_, 80, unit="article", random_state=repeat))
        shares = stance.estimate_shares(print_, drawn, unit="article").set_index("label")
        raw = stance.estimate_shares(print_, unit="article").set_index("label")
        for label, true in true_shares(print_).items():
            row = shares.loc[label]
            hits.append(row["low"] <= true <= row["high"])
            errors.append(row["share"] - true)
            raw_errors.append(raw.loc[label, "share"] - true)
    assert np.mean(hits) >= 0.88  # of 50 intervals of 95%, fewer than 44 hold once in 1,000 times
    assert abs(np.mean(errors)) < 0.02
    assert np.mean(np.abs(raw_errors)) > 0.06


def test_articles_that_were_all_read_leave_no_doubt() -> None:
    print_ = simulate(np.random.default_rng(1), 60)
    drawn = read_by_hand(print_, stance.draw(print_, 60, unit="article"))
    shares = stance.estimate_shares(print_, drawn, unit="article").set_index("label")
    for label, true in true_shares(print_).items():
        assert shares.loc[label, "share"] == pytest.approx(true, abs=0.002)
        assert shares.loc[label, "n"] == 60
    assert list(shares.index) == ["any neutral", "mostly neutral", "any opposed", "mostly opposed"]


def test_whole_articles_are_drawn_together() -> None:
    print_ = simulate(np.random.default_rng(2))
    drawn = stance.draw(print_, 40, unit="article", by="outlet")
    articles = drawn["paragraph_id"].str.partition(":")[0]
    assert len(drawn) == 40 * PER_ARTICLE
    assert (articles.value_counts() == PER_ARTICLE).all()
    assert (articles != articles.shift()).sum() == 40
    assert drawn["drawn_from"].unique().tolist() == ["draw articles"]
    assert drawn["probability"].unique() == pytest.approx([0.1])
    assert drawn["stratum"].value_counts().to_dict() == {"Bell": 100, "Lamp": 100}


def test_paragraphs_of_drawn_articles_are_clusters() -> None:
    """Paragraphs of one article are alike: five of them are worth less than five."""
    print_ = simulate(np.random.default_rng(3))
    articles = read_by_hand(print_, stance.draw(print_, 60, unit="article"))
    single = read_by_hand(print_, stance.draw(print_, 300))
    widths = [
        (shares["high"] - shares["low"]).max()
        for shares in (stance.estimate_shares(print_, drawn) for drawn in (articles, single))
    ]
    assert widths[0] > 1.2 * widths[1]


def test_half_read_articles_are_left_out_and_counted() -> None:
    print_ = simulate(np.random.default_rng(4))
    drawn = read_by_hand(print_, stance.draw(print_, 40, unit="article"))
    drawn.loc[drawn.index >= 103, "stance"] = ""
    shares = stance.estimate_shares(print_, drawn, unit="article")
    assert set(shares["n"]) == {20}
    assert (
        "1 articles of which only some paragraphs are annotated are left out."
        in shares.attrs["notes"]
    )
    drawn.loc[drawn.index >= 43, "stance"] = ""
    few = stance.estimate_shares(print_, drawn, unit="article")
    assert set(few["estimator"]) == {TOO_FEW_ARTICLES}
    assert few["share"].isna().all()


def test_weights_count_an_article_by_its_circulation() -> None:
    print_ = simulate(np.random.default_rng(5), 100)
    print_["circulation"] = np.where(print_["outlet"] == "Bell", 9, 1)
    drawn = read_by_hand(print_, stance.draw(print_, 100, unit="article"))
    shares = stance.estimate_shares(print_, drawn, unit="article", weights="circulation")
    truth = (print_["truth"] == "opposed").groupby(print_["paragraph_id"].str.partition(":")[0])
    circulation = print_.groupby(print_["paragraph_id"].str.partition(":")[0])["circulation"]
    expected = np.average(truth.any(), weights=circulation.first())
    assert shares.set_index("label").loc["any opposed", "share"] == pytest.approx(
        expected, abs=0.003
    )


def test_without_annotations_articles_are_counted() -> None:
    print_ = simulate(np.random.default_rng(6))
    raw = stance.estimate_shares(print_, by="outlet", unit="article")
    row = raw[(raw["label"] == "any opposed") & (raw["outlet"] == "Bell")].iloc[0]
    bell = print_[print_["outlet"] == "Bell"]
    given = (bell["stance"] == "opposed").groupby(bell["paragraph_id"].str.partition(":")[0])
    assert row["share"] == pytest.approx(given.any().mean())
    assert (row["estimator"], row["n"]) == (RAW, 0)


def test_what_cannot_give_shares_of_articles_is_refused() -> None:
    print_ = simulate(np.random.default_rng(7))
    single = read_by_hand(print_, stance.draw(print_, 100))
    with pytest.raises(
        stance.InputError,
        match=r"^shares of articles must rest on articles that were read whole; single paragraphs were drawn\. Draw articles with `stance draw --unit article`, or, if whole articles had the same chance, pass design='articles' \(--design articles\)\.$",
    ):
        stance.estimate_shares(print_, single, unit="article")
    halves = print_.assign(half=np.arange(len(print_)) % 2)
    with pytest.raises(
        stance.InputError,
        match=r"^`by` must be the same for all paragraphs of an article; \['half'\] differs within some\. Leave it out, or take shares of paragraphs\.$",
    ):
        stance.estimate_shares(halves, by="half", unit="article")
    with pytest.raises(
        stance.InputError,
        match=r"^`unit` must be one of \['paragraph', 'article'\]; got 'outlet'\.$",
    ):
        stance.estimate_shares(print_, unit="outlet")
    with pytest.raises(
        stance.InputError,
        match=r"^`unit` must be 'paragraph' or 'article', and 'paragraph' for by='uncertainty'; got 'article'\.$",
    ):
        stance.draw(print_, 10, by="uncertainty", unit="article")
    with pytest.raises(
        stance.InputError,
        match=r"^`weights` and unit 'article' must be left out for design 'elsewhere': a confusion matrix corrects counts of paragraphs only\.$",
    ):
        stance.estimate_shares(print_, single, design="elsewhere", unit="article")
