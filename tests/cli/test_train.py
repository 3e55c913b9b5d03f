"""`stance train`: from annotated paragraphs to a model folder."""

from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.cli.main import main


@pytest.fixture
def table(lighthouse: pd.DataFrame, tmp_path: Path) -> str:
    lighthouse.to_csv(tmp_path / "mine.csv", index=False)
    return str(tmp_path / "mine.csv")


def test_a_model_is_trained_and_its_figures_are_shown(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", table, "-o", str(tmp_path / "mine"), "--labels", "stance"]
    assert main([*command, "--groups", "voice", "--name", "coast"]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == f"the model is in {tmp_path / 'mine'}; name it with --model"
    assert lines[-2].startswith("stance: macro-F1 ")
    assert all(line.startswith(f"stance: notice: {table}: ") for line in lines[:-2])
    model = stance.load(tmp_path / "mine")
    assert (model.facts["name"], list(model.labels)) == ("coast", ["stance"])


def test_a_model_is_replaced_on_request_only(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    command = ["train", table, "-o", str(folder), "--labels", "stance"]
    assert main([*command, "--name", "old"]) == 0
    assert main([*command, "--name", "new"]) != 0
    assert "--force" in capsys.readouterr().err
    assert stance.load(folder).facts["name"] == "old"
    assert main([*command, "--name", "new", "--force"]) == 0
    assert stance.load(folder).facts["name"] == "new"


def test_a_folder_with_other_files_is_left_alone(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", table, "-o", str(tmp_path), "--force"]) == 1
    assert capsys.readouterr().err == (
        f"stance: error: {tmp_path} must be a new folder, or hold a model and nothing else; "
        "it holds mine.csv. Choose another path.\n"
    )
