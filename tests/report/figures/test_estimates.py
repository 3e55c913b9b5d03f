"""Where the shares of a report come from."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from html_tree import by_class, text_of
from reported import Tables, data_of, section_of, shown

import stance
from stance.cli.main import main
from stance.errors import InputError, TableError
from stance.model import Model

STORY = (
    "The council voted against a truce by nine to two.\n\nForty boats were counted in the harbour."
)


@pytest.fixture
def drawn(tmp_path: Path, small: Model) -> tuple[Tables, pd.DataFrame]:
    """Thirty articles of two outlets and two months; forty of their paragraphs, read."""
    plea = "The fishermen's guild urged the two lighthouses to stop the fighting now."
    stories = [
        ("Bell" if n % 3 else "Gull", f"2024-0{1 + n % 2}-03", STORY if n % 2 else plea)
        for n in range(30)
    ]
    tables = Tables(tmp_path, small, stories)
    read = stance.draw(tables.labelled, 40, head="stance")
    labels = pd.read_csv(tables.labelled).set_index("paragraph_id")["stance"]
    read["stance"] = read["paragraph_id"].map(labels).to_numpy()
    read.loc[read.index % 4 == 0, "stance"] = "neutral"
    read.to_csv(tmp_path / "read.csv", index=False)
    return tables, read


def figures_of(tables: Tables, **options: object) -> dict[str, list[str]]:
    section = section_of(
        tables.full(annotated=tables.folder / "read.csv", **options), "shares-stance"
    )
    (table,) = by_class(section, "s-shares")
    rows = [[text_of(cell) for cell in row] for row in table.findall("tbody/tr")]
    return {row[0].split()[1]: row[-2:] for row in rows}


def test_drawn_paragraphs_give_the_estimated_shares(drawn: tuple[Tables, pd.DataFrame]) -> None:
    tables, read = drawn
    shares = stance.estimate_shares(tables.labelled, read).set_index("label")
    for label, (share, interval) in figures_of(tables).items():
        if label in shares.index:
            row = shares.loc[label]
            assert share == f"{row['share']:.0%}"
            assert interval == f"{100 * row['low']:.0f}–{100 * row['high']:.0f}%"
    page = shown(tables.full(annotated=tables.folder / "read.csv"))
    assert "From 40 paragraphs drawn and read." in page
    assert f"Estimator: {shares['estimator'].iloc[0]}, from read.csv." in page
    assert "Tones conveyed: as counted" in page  # nobody read them


def test_groups_and_periods_are_estimated_from_their_own(
    drawn: tuple[Tables, pd.DataFrame],
) -> None:
    tables, read = drawn
    page = tables.full(annotated=tables.folder / "read.csv")
    frame = pd.read_csv(tables.labelled)
    outlets = pd.read_csv(tables.articles)["outlet"]
    frame["outlet"] = frame["row"].map(outlets)
    shares = stance.estimate_shares(frame, read, "outlet")
    row = shares[(shares["outlet"] == "Bell") & (shares["label"] == "neutral")].iloc[0]
    assert f"{100 * row['low']:.0f}–{100 * row['high']:.0f}%" in text_of(section_of(page, "by-0"))
    assert "● estimated, with 95% intervals" in text_of(section_of(page, "time"))


def test_months_are_made_from_the_dates(drawn: tuple[Tables, pd.DataFrame]) -> None:
    tables, read = drawn
    page = tables.full(annotated=tables.folder / "read.csv", by=["month", "year"])
    frame = pd.read_csv(tables.labelled)
    frame["date"] = frame["row"].map(pd.read_csv(tables.articles)["date"])
    shares = stance.estimate_shares(frame, read, "month")
    section = section_of(page, "by-0")
    (table, *_) = [
        each for each in by_class(section, "s-groups") if "neutral" in text_of(each.find("thead"))
    ]
    rows = [[text_of(cell) for cell in row] for row in table.findall("tbody/tr")]
    expected = shares[shares["label"] == "neutral"].itertuples()
    assert [(row[0].split()[0], row[-1]) for row in rows] == [
        (each.month, f"{each.share:.0%} {100 * each.low:.0f}–{100 * each.high:.0f}%")
        for each in expected
    ]
    assert [row[0].split()[0] for row in rows] == ["2024-01", "2024-02"]
    assert "2024 45 paragraphs" in text_of(section_of(page, "by-1"))
    columns = {column["name"]: column["values"] for column in data_of(page)["columns"]}
    assert (columns["month"], columns["year"]) == (["2024-01", "2024-02"], ["2024"])


def test_a_month_is_read_as_the_dates_are(tables: Tables) -> None:
    for day_first, months in ((True, ["2024-03", "2024-04"]), (False, ["2024-03"])):
        page = tables.full(by="month", day_first=day_first)
        (column,) = [each for each in data_of(page)["columns"] if each["name"] == "month"]
        assert column["values"] == months


def test_without_dates_there_is_no_month(tables: Tables) -> None:
    columns = pd.read_csv(tables.labelled, nrows=0).columns.tolist()
    with pytest.raises(TableError) as error:
        tables.write(by="month")
    assert str(error.value) == (
        "column 'month' is made from a column of dates; no name says which that is; the columns "
        f"are {columns!r}. Name it with `date` (--date), or score again and keep it (--keep)."
    )


def test_articles_are_estimated_with_one_weight_each(drawn: tuple[Tables, pd.DataFrame]) -> None:
    tables, read = drawn
    frame = pd.read_csv(tables.labelled)
    frame["weight"] = 1 / frame.groupby("row")["row"].transform("size")
    shares = stance.estimate_shares(frame, read, weights="weight").set_index("label")
    share, interval = figures_of(tables, unit="article")["neutral"]
    assert share == f"{shares.loc['neutral', 'share']:.0%}"
    low, high = shares.loc["neutral", ["low", "high"]].astype(float)
    assert interval == f"{100 * low:.0f}–{100 * high:.0f}%"


def test_a_sample_of_unknown_design_is_refused(drawn: tuple[Tables, pd.DataFrame]) -> None:
    tables, read = drawn
    read.drop(columns="probability").to_csv(tables.folder / "read.csv", index=False)
    with pytest.raises(InputError, match=r"^how the paragraphs of .* were drawn must be known"):
        tables.full(annotated=tables.folder / "read.csv")
    assert figures_of(tables, design="random")
    command = ["report", str(tables.labelled), "-o", str(tables.page), "--force", "-q"]
    tables.model.save(tables.folder / "model")
    command += ["--annotated", str(tables.folder / "read.csv"), "--unit", "article"]
    assert main([*command, "--design", "random", "--model", str(tables.folder / "model")]) == 0


def test_too_few_annotated_paragraphs_leave_raw_shares(drawn: tuple[Tables, pd.DataFrame]) -> None:
    tables, read = drawn
    read[:9].to_csv(tables.folder / "read.csv", index=False)
    page = shown(tables.full(annotated=tables.folder / "read.csv"))
    assert "Positions conveyed: as counted" in page
    assert "Estimator: none: fewer than 10 annotated, from read.csv." in page


def test_an_unknown_unit_is_refused(tables: Tables) -> None:
    with pytest.raises(InputError) as error:
        tables.full(unit="word")
    assert str(error.value) == "`unit` must be one of ['paragraph', 'article']; got 'word'."


def test_any_and_mostly_are_of_articles(drawn: tuple[Tables, pd.DataFrame]) -> None:
    tables, _ = drawn
    frame = pd.read_csv(tables.labelled)
    given = frame[frame["status"] == "labelled"]
    shares = given.groupby("row")["stance"].value_counts(normalize=True).unstack().fillna(0)
    (table,) = by_class(section_of(tables.full(unit="article"), "shares-stance"), "s-shares")
    rows = {
        text_of(row[0]).split()[1]: [text_of(cell) for cell in row]
        for row in table.findall("tbody/tr")
    }
    for label in shares:
        any_, mostly = (np.mean(shares[label] > least) for least in (0, 0.5))
        assert rows[label][3:5] == [f"{any_:.0%}", f"{mostly:.0%}"]


def test_articles_may_be_named_by_a_column(drawn: tuple[Tables, pd.DataFrame]) -> None:
    """Three input rows make an article here, and rows of one article do not come together."""
    tables, read = drawn
    frame = pd.read_csv(tables.labelled)
    frame["story"] = "story " + (frame["row"] % 10).astype(str)
    frame.to_csv(tables.labelled, index=False)
    frame["weight"] = 1 / frame.groupby("story")["story"].transform("size")
    shares = stance.estimate_shares(frame, read, weights="weight", article="story")
    opposed = shares.set_index("label").loc["opposed"]
    share, interval = figures_of(tables, unit="article", article="story")["opposed"]
    assert share == f"{opposed['share']:.0%}"
    assert interval == f"{100 * opposed['low']:.0f}–{100 * opposed['high']:.0f}%"
    page = tables.full(unit="article", article="story")
    assert "of 10 articles, labelled" in shown(page)
    given = frame[frame["status"] == "labelled"]
    of_stories = given.groupby("story")["stance"].value_counts(normalize=True).unstack().fillna(0)
    (table,) = by_class(section_of(page, "shares-stance"), "s-shares")
    rows = {
        text_of(row[0]).split()[1]: [text_of(cell) for cell in row]
        for row in table.findall("tbody/tr")
    }
    for label in of_stories:
        any_, mostly = (np.mean(of_stories[label] > least) for least in (0, 0.5))
        assert rows[label][3:5] == [f"{any_:.0%}", f"{mostly:.0%}"]
        assert rows[label][5] == f"{of_stories[label].mean():.0%}"


def test_the_column_article_names_articles_unasked(drawn: tuple[Tables, pd.DataFrame]) -> None:
    tables, _ = drawn
    frame = pd.read_csv(tables.labelled)
    frame.assign(article=frame["row"] % 10).to_csv(tables.labelled, index=False)
    assert "of 10 articles, labelled" in shown(tables.full())
    with pytest.raises(TableError, match=r"^there is no column 'url'; the columns are"):
        tables.full(article="url")
