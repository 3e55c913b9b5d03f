"""Copies in tables: the columns that mark them, and shares without them."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import stance
from stance.cli.main import main
from stance.inference.copies.marking import mark_copies_file
from stance.model import Model

WIRE = [
    "The council voted on Monday to send both letters back unopened, the harbour office said.",
    "Forty boats were counted in the harbour at noon, three fewer than in the month of March.",
]
OWN = "Nobody in the market that we asked had heard of any letter from the north light at all."


@pytest.fixture
def paragraphs() -> pd.DataFrame:
    texts = [*WIRE, OWN, WIRE[0].replace("Monday", "Tuesday"), WIRE[1].upper(), None]
    ids = ["a:0-9", "a:9-20", "b:0-9", "c:0-9", "c:9-20", "d:"]
    return pd.DataFrame({"paragraph_id": ids, "text": texts})


def test_copies_are_named_by_the_id_of_the_original(paragraphs: pd.DataFrame) -> None:
    marked = stance.mark_copies(paragraphs)
    assert marked["copy_of"].tolist() == ["", "", "", "a:0-9", "a:9-20", ""]
    assert marked["article_copy_of"].tolist() == ["", "", "", "a", "a", ""]
    assert list(paragraphs.columns) == ["paragraph_id", "text"]  # as it was


def test_without_ids_they_are_named_by_the_row(paragraphs: pd.DataFrame) -> None:
    marked = stance.mark_copies(paragraphs.drop(columns="paragraph_id"))
    assert marked["copy_of"].tolist() == ["", "", "", "0", "1", ""]
    assert "article_copy_of" not in marked
    by_url = paragraphs.drop(columns="paragraph_id").assign(url=list("xxyzzw"))
    named = stance.mark_copies(by_url, article="url")
    assert named["article_copy_of"].tolist() == ["", "", "", "x", "x", ""]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_files_of_any_size_get_the_same_marks(
    suffix: str, paragraphs: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = pd.concat([paragraphs.assign(part=n) for n in range(900)], ignore_index=True)
    many["paragraph_id"] = [
        f"{n}-{id_}" for n, id_ in zip(many["part"], many["paragraph_id"], strict=True)
    ]
    many["text"] = many["text"].str.replace("harbour", "harbour  ")
    many.to_csv(tmp_path / "in.csv", index=False)
    output = tmp_path / f"out.{suffix}"
    assert main(["copies", str(tmp_path / "in.csv"), "-o", str(output)]) == 0
    written = (
        pd.read_csv(output, keep_default_na=False)
        if suffix == "csv"
        else pd.read_json(output, lines=True, dtype=False)
    )
    expected = stance.mark_copies(many)
    assert len(written) == len(many)
    for column in ("copy_of", "article_copy_of"):
        assert written[column].tolist() == expected[column].tolist()
    assert (expected["copy_of"] != "").sum() == 5 * 900 - 3
    assert main(["copies", str(output), "-o", str(tmp_path / "again.csv")]) == 0  # marks anew
    assert "copy_of" in (tmp_path / "again.csv").read_text().splitlines()[0]
    capsys.readouterr()


def test_a_missing_column_is_named(paragraphs: pd.DataFrame) -> None:
    with pytest.raises(
        stance.InputError,
        match=r"^there is no column 'body'; the columns are \['paragraph_id', 'text'\]\. Name the column of texts with text= \(--text\)\.$",
    ):
        stance.mark_copies(paragraphs, "body")


def printed(random: np.random.Generator) -> pd.DataFrame:
    """600 paragraphs, of which an opposed one was printed 200 times."""
    truth = random.choice(["neutral", "opposed"], 600, p=[0.8, 0.2])
    frame = pd.DataFrame({"paragraph_id": [f"{n}:0-9" for n in range(600)], "stance": truth})
    copies = pd.DataFrame({"paragraph_id": [f"{n}:0-9" for n in range(600, 800)]})
    copies = copies.assign(stance="opposed", copy_of="0:0-9")
    frame.loc[0, "stance"] = "opposed"
    whole = pd.concat([frame.assign(copy_of=""), copies], ignore_index=True)
    return whole.assign(status="labelled", stance_probability=0.9, half=np.arange(800) % 2)


def test_shares_without_copies_are_of_the_originals() -> None:
    frame = printed(np.random.default_rng(0))
    drawn = stance.draw(frame, 200)
    drawn["stance"] = drawn["paragraph_id"].map(frame.set_index("paragraph_id")["stance"])
    true = {n: (frame["stance"][:n] == "opposed").mean() for n in (600, 800)}
    for without, n in ((True, 600), (False, 800)):
        shares = stance.estimate_shares(frame, drawn, without_copies=without)
        opposed = shares[shares["label"] == "opposed"].iloc[0]
        assert opposed["low"] <= true[n] <= opposed["high"]
        assert opposed["share"] == pytest.approx(true[n], abs=0.02)
        note = "200 copies are left out" if without else "200 are copies, which without_copies"
        assert note in shares.attrs["notes"][0]
    compared = stance.compare(frame, drawn, "half", without_copies=True)
    assert compared["n"].iloc[0] + compared["n_other"].iloc[0] < 200


def test_copies_must_be_marked_to_be_left_out() -> None:
    frame = printed(np.random.default_rng(0)).drop(columns="copy_of")
    with pytest.raises(
        stance.TableError,
        match=r"^the table must have the column 'copy_of', to leave copies out; its columns are \[.*\]\. Mark them with `stance copies`\.$",
    ):
        stance.estimate_shares(frame, without_copies=True)


def test_a_scored_table_can_be_marked(small: Model, tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["\n\n".join(WIRE), OWN, "\n\n".join([OWN, *WIRE])]})
    labelled = small.label_frame(frame, columns="+text")
    marked = stance.mark_copies(labelled)
    assert (marked["copy_of"] != "").tolist() == [False, False, False, True, True, True]
    assert marked["article_copy_of"].tolist() == ["", "", "", "0", "0", "0"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_as_it_cannot_be_read_twice(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "in.csv")
    expected = (
        r"^copies must be found in files, which are read twice; a stream cannot be read again\. "
        r"Save it first\.$"
    )
    with pytest.raises(stance.InputError, match=expected):
        mark_copies_file(tmp_path / "in.csv", tmp_path / "out.csv")
