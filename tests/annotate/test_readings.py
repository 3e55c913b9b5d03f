"""Readings are joined, and one label is settled on for each paragraph."""

from pathlib import Path

import pandas as pd
import pytest

from stance.annotate.readings import given_labels, read_readings, settle
from stance.errors import InputError, StanceWarning, TableError

IDS = ["a:0-9", "a:9-20", "b:0-7"]


@pytest.fixture
def ann() -> pd.DataFrame:
    return pd.DataFrame(
        {"paragraph_id": IDS, "reader": "ann", "stance": ["opposed", "neutral", ""]}
    )


def test_files_of_several_readers_are_joined_and_named(ann: pd.DataFrame, tmp_path: Path) -> None:
    ann.drop(columns="reader").to_csv(tmp_path / "bob.done.csv", index=False)
    ann.assign(note="far away").to_json(tmp_path / "cleo.jsonl", orient="records", lines=True)
    frame, name = read_readings(tmp_path)
    assert name == str(tmp_path)
    assert frame["reader"].tolist() == ["bob"] * 3 + ["ann"] * 3
    assert frame["note"].isna().tolist() == [True] * 3 + [False] * 3
    assert "reader" not in read_readings(tmp_path / "bob.done.csv")[0]


def test_how_a_paragraph_was_drawn_is_known_of_all_its_readings(ann: pd.DataFrame) -> None:
    drawn = ann.assign(probability=["0.5", "0.5", "0.25"], stratum="all")
    frame, _ = read_readings([drawn, ann.assign(reader="bob", probability="")])
    assert frame["probability"].tolist() == ["0.5", "0.5", "0.25"] * 2
    assert frame["stratum"].tolist() == ["all"] * 6


def test_a_settled_label_stands_alone(ann: pd.DataFrame) -> None:
    bob = ann.assign(reader="bob", stance=["neutral", "neutral", "neutral"])
    settled = ann.head(1).assign(reader="cleo", stance="neutral", settles="yes")
    frame, _ = read_readings([ann, bob, settled])
    labels = given_labels(frame, "stance")
    assert labels[frame["paragraph_id"] == "a:0-9"].dropna().tolist() == ["neutral"]
    assert labels[frame["paragraph_id"] == "a:9-20"].tolist() == ["neutral"] * 2


def test_most_readers_decide_and_an_even_split_is_left_out(ann: pd.DataFrame) -> None:
    bob = ann.assign(reader="bob", stance=["neutral", "neutral", "mixed"])
    with pytest.warns(StanceWarning) as caught:
        rows = settle(pd.concat([ann, bob]), ["stance"], "mine.csv")
    assert [str(warning.message) for warning in caught] == [
        "mine.csv: readers differ on 1 labels; these are left out. Settle them with `stance annotate --settle`.",
        "mine.csv: 1 of 3 paragraphs have no label yet; they are left out.",
    ]
    assert dict(zip(rows["paragraph_id"], rows["stance"], strict=True)) == {
        "a:9-20": "neutral",
        "b:0-7": "mixed",
    }
    cleo = bob.assign(reader="cleo")
    assert settle(pd.concat([ann, bob, cleo]), ["stance"], "mine.csv")["stance"].tolist() == [
        "neutral",
        "neutral",
        "mixed",
    ]


def test_rows_of_a_table_without_ids_are_paragraphs_of_their_own() -> None:
    table = pd.DataFrame({"text": ["A truce."] * 2, "stance": ["neutral", "opposed"]})
    assert settle(table, ["stance"], "mine.csv")["stance"].tolist() == ["neutral", "opposed"]
    twice = table.assign(stance="neutral", reader=["ann", "bob"], text=["A truce.", "a  TRUCE."])
    assert len(settle(twice, ["stance"], "mine.csv")) == 1


def test_no_table_and_no_label_are_refused(ann: pd.DataFrame) -> None:
    with pytest.raises(InputError) as none:
        read_readings([])
    assert str(none.value) == "there must be at least one table of readings; got none. Name one."
    with pytest.raises(TableError) as error:
        settle(ann.assign(stance=None), ["stance"], "mine.csv")
    assert str(error.value) == (
        "mine.csv must hold annotations in column 'stance'; it holds none. Annotate first."
    )
