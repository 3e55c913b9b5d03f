"""`stance info`: what a model is, by path, by name or by default."""

from pathlib import Path

import pytest

from stance.cli.main import main


def test_a_model_by_path(model_path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", model_path]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("lighthouse: 36 annotated paragraphs, sides masked\nstance: neutral, ")
    assert "\nscored by: " in shown
    assert main(["info", "--model", model_path]) == 0
    assert capsys.readouterr().out == shown
    assert main(["info", model_path, "--model", model_path]) == 2
    assert capsys.readouterr().err == (
        "stance: error: give one model, as MODEL or with --model; got both.\n"
    )


def test_the_shipped_model_by_name_and_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["info"]) == 0
    by_default = capsys.readouterr().out
    assert by_default.startswith("ceasefire: ")
    assert main(["info", "ceasefire"]) == 0
    assert capsys.readouterr().out == by_default


def test_a_path_without_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "nowhere"]) == 1
    assert capsys.readouterr().err == (
        "stance: error: nowhere must be a model folder or zip; there is none. "
        "Check the path, or train a model first.\n"
    )
