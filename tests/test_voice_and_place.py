"""Whose words each paragraph gives and where it stands, as columns on request."""

from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.cli.main import main
from stance.errors import InputError
from stance.model import Model

TEXT = (
    "Harbour towns wait\n\nThe guild met on Tuesday at noon.\n\n"
    "“No truce will hold,” the pilot said.\n\nThe keeper said that a truce would hold."
)


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"text": [TEXT, None, "The guns fell silent."]})


def test_a_frame_has_voice_and_place_on_request_only(frame: pd.DataFrame, small: Model) -> None:
    labelled = small.label_frame(frame, columns=["+place", "+voice"])
    assert list(labelled.columns[:3]) == ["row", "place", "voice"]
    assert labelled["voice"].fillna("").tolist() == [
        "own", "own", "quoted", "attributed", "", "own",
    ]  # fmt: skip
    assert labelled["place"].fillna("").tolist() == ["lead", "lead", "body", "body", "", "lead"]
    without = small.label_frame(frame)
    pd.testing.assert_frame_equal(labelled.drop(columns=["voice", "place"]), without)


def test_a_row_that_is_one_paragraph_has_a_voice_but_no_place(
    frame: pd.DataFrame, small: Model
) -> None:
    labelled = small.label_frame(frame, unit="row", columns="+voice")
    assert labelled["voice"].fillna("").tolist() == ["attributed", "", "own"]
    with pytest.raises(InputError, match=r"^`columns` must be some .*; got \['place'\]\. Choose"):
        small.label_frame(frame, unit="row", columns="+place")
    with pytest.raises(InputError, match=r"^`columns` must be some .*; got \['voice'\]\. Choose"):
        small.label_frame(frame, unit="document", columns="+voice")


def test_a_carried_column_of_that_name_is_renamed_only_beside_it(
    frame: pd.DataFrame, small: Model
) -> None:
    kept = frame.assign(voice="bell")
    assert "voice" in small.label_frame(kept, keep="voice")
    beside = small.label_frame(kept, keep="voice", columns="+voice")
    assert list(beside.columns[:3]) == ["input_voice", "row", "voice"]


def test_a_label_column_of_that_name_is_the_models(lighthouse: pd.DataFrame) -> None:
    named = lighthouse.assign(voice=lighthouse["stance"])
    model = stance.train(named, labels="voice")
    labelled = model.label_frame(lighthouse, columns="+voice")
    assert set(labelled["voice"].dropna()) <= set(model.labels["voice"])


def test_every_format_has_them_and_shares_are_by_them(
    frame: pd.DataFrame, small: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(small.save(tmp_path / "model"))
    frame.to_csv(tmp_path / "in.csv", index=False)
    for suffix in ("csv", "jsonl"):
        output = str(tmp_path / f"out.{suffix}")
        arguments = ["score", str(tmp_path / "in.csv"), "-o", output, "--model", model]
        assert main([*arguments, "--columns", "+voice,+place"]) == 0
        capsys.readouterr()
        assert main(["shares", output, "--by", "voice", "--head", "stance"]) == 0
        shown = capsys.readouterr().out.splitlines()
        assert shown[0].startswith("voice,head,label")
        assert {line.split(",")[0] for line in shown[1:]} >= {"own", "quoted", "attributed"}
