"""`stance evaluate`: the figures of a model on annotated paragraphs."""

from pathlib import Path

import pandas as pd
import pytest

from stance.cli.main import main


@pytest.fixture
def table(lighthouse: pd.DataFrame, tmp_path: Path) -> str:
    lighthouse.to_csv(tmp_path / "test.csv", index=False)
    return str(tmp_path / "test.csv")


def test_the_shipped_model_by_default_and_by_name(
    table: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", table]) == 0
    by_default = capsys.readouterr().out
    assert by_default.startswith("# stance\n")
    assert main(["evaluate", table, "--model", "ceasefire"]) == 0
    assert capsys.readouterr().out == by_default


def test_another_model_by_path(
    table: str, model_path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", table, "--documents", "voice"]) == 0
    by_default = capsys.readouterr().out
    assert main(["evaluate", table, "--documents", "voice", "--model", model_path]) == 0
    shown = capsys.readouterr().out
    assert shown.count("macro-F1") == 2
    assert shown != by_default
