"""Annotated rows are read whole, and bad ones are named."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from stance.errors import StanceWarning, TableError
from stance.training.annotated import Annotated, read_annotated

HEADS = ("stance", "tone")


def read(table: pd.DataFrame | Path) -> Annotated:
    return read_annotated(table, text="text", labels=HEADS, groups="voice")


def test_a_csv_gives_the_rows_of_a_frame(lighthouse: pd.DataFrame, tmp_path: Path) -> None:
    lighthouse.to_csv(tmp_path / "mine.csv", index=False)
    rows, same_rows = read(lighthouse), read(tmp_path / "mine.csv")
    assert rows.texts == lighthouse["text"].tolist()
    assert (same_rows.labels, same_rows.groups) == (rows.labels, rows.groups)
    assert same_rows.texts == rows.texts
    assert same_rows.name == str(tmp_path / "mine.csv")


def test_targets_are_read(lighthouse: pd.DataFrame) -> None:
    aimed = read_annotated(
        lighthouse.assign(about="the lamp oil"),
        text="text",
        labels=HEADS,
        groups="voice",
        target_column="about",
    )
    assert aimed.targets == ["the lamp oil"] * len(lighthouse)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="tone"), r"^the table must have the column 'tone'; its columns are \['text', 'stance', 'voice'\]\. Check its name\.$"),
        (lambda t: t.drop(columns="text"), r"^the table must have the column 'text'; its columns are \['stance', 'tone', 'voice'\]\. Name the column of texts with text= \(--text\)\. If they are in another table with the same paragraph_id, put both into a folder, and name that\.$"),
        (lambda t: t.head(0), r"^the table must have annotated rows; it has none\. Add some\.$"),
        (lambda t: t.assign(text=["  ", *t["text"][1:]]), r"^the table, row 1, column 'text' must be text; got '  '\. Fill it in, or drop the row\.$"),
        (lambda t: t.assign(stance=["Pro-ceasefire", *t["stance"][1:]]), r"^the table, column 'stance', row 2 must spell a label as the other rows do; got 'pro-ceasefire' beside 'Pro-ceasefire'\. Use one\.$"),
        (lambda t: t.assign(voice=[None, *t["voice"][1:]]), r"^the table, row 1, column 'voice' must name a group; it is missing\. Fill it in, or drop the row\.$"),
        (lambda t: t.assign(stance=t["stance"].replace("neutral", "pro ceasefire")), r"^the labels of 'stance' must differ in more than punctuation; got 'pro ceasefire' and 'pro-ceasefire'\. Rename one\.$"),
    ],
    ids=["no column", "no texts", "no rows", "no text", "another case", "no group", "same punctuation"],
)  # fmt: skip
def test_bad_rows_are_named(
    change: Callable[[pd.DataFrame], pd.DataFrame], message: str, lighthouse: pd.DataFrame
) -> None:
    with pytest.raises(TableError, match=message):
        read(change(lighthouse))


def test_rows_without_a_label_are_left_out_and_counted(lighthouse: pd.DataFrame) -> None:
    table = lighthouse.assign(text=["", *lighthouse["text"][1:]])
    table.loc[:5, ["stance", "tone"]] = None
    table.loc[6, "tone"] = ""
    with pytest.warns(StanceWarning) as caught:
        rows = read(table)
    assert [str(warning.message) for warning in caught] == [
        "the table: 6 of 36 paragraphs have no label yet; they are left out."
    ]
    assert rows.texts == lighthouse["text"].tolist()[6:]
    assert rows.labels["tone"][0] == ""
    only = rows.of_head("tone")
    assert only.texts == rows.texts[1:]
    assert only.labels == {"tone": lighthouse["tone"].tolist()[7:]}
    assert only.groups == lighthouse["voice"].tolist()[7:]


def test_a_table_without_any_label_is_refused(lighthouse: pd.DataFrame) -> None:
    with pytest.raises(TableError) as error:
        read(lighthouse.assign(stance="", tone=None))
    assert str(error.value) == (
        "the table must hold annotations in column 'stance' or 'tone'; it holds none. Annotate first."
    )


def test_a_row_that_cannot_be_read_is_not_left_out(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("text,stance,tone,voice\na truce,opposed\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"mine\.csv must be a whole table; .* Mend it first\.$"):
        read(table)


@pytest.mark.parametrize("name", ["status", "kind", "a/b", "row"])
def test_a_label_column_may_not_have_the_name_of_a_result(
    name: str, lighthouse: pd.DataFrame
) -> None:
    table = lighthouse.rename(columns={"stance": name})
    with pytest.raises(
        TableError,
        match=rf"^a label column must have a plain name that no result column has; got '{name}'\. Rename it\.$",
    ):
        read_annotated(table, text="text", labels=[name], groups=None)
