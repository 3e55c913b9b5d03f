"""`stance explain`: the words behind a label."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.cli.main import main


def test_words_are_listed_from_those_that_speak_for_the_label(
    model_path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "The council voted against a truce.", "--model", model_path]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines.pop(0) == "stance: what speaks for 'opposed' (+), and against it (-)"
    assert [line.split("%  ")[1] for line in lines[:3]] == ["neutral", "opposed", "pro-ceasefire"]
    assert lines[3].endswith("  (before any word)")
    contributions = [float(line.split()[0]) for line in lines[4:]]
    assert contributions == sorted(contributions, reverse=True)
    assert any("against" in line for line in lines[4:])


def test_a_dash_reads_standard_input(model_path: str) -> None:
    text = "The council voted against a truce."
    command = [sys.executable, "-m", "stance", "explain", "--model", model_path]
    piped = subprocess.run([*command, "-"], input=text.encode(), capture_output=True, check=True)
    typed = subprocess.run([*command, text], capture_output=True, check=True)
    assert piped.stdout == typed.stdout


def test_a_file_is_no_paragraph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "articles.csv"
    path.write_text("text\nA truce.\n")
    assert main(["explain", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"stance: error: PARAGRAPH must be a text; '{path}' is a file. "
        "Label it with stance score.\n"
    )
    assert main(["explain", "A truce. " * 1000]) == 0  # too long for a path


def test_a_paragraph_without_a_label_says_why(
    model_path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "Zyx wvu tsr qpo.", "--label", "opposed", "--model", model_path]) == 0
    assert capsys.readouterr().err == "unfamiliar; this paragraph gets no label\n"


def test_a_name_of_a_file_is_asked_about_once(
    model_path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "truce.csv", "--label", "opposed", "--model", model_path]) == 0
    notice, *rest = capsys.readouterr().err.splitlines()
    assert notice.startswith("stance: notice: `text` is labelled as it stands; is 'truce.csv' a ")
    assert rest == []


def test_the_only_label_column_needs_no_name(
    lighthouse: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = lighthouse.rename(columns={"stance": "side"})
    path = str(stance.train(table, labels="side").save(tmp_path / "mine"))
    assert main(["explain", "The council voted against a truce.", "--model", path]) == 0
    assert capsys.readouterr().out.startswith("side: what speaks for 'opposed' (+)")


def test_an_unknown_label_column_is_refused(
    model_path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "A truce.", "--head", "mood", "--model", model_path]) == 1
    assert capsys.readouterr().err == (
        "stance: error: `head` must be one of ['stance', 'tone']; got 'mood'.\n"
    )


def test_words_that_count_as_a_pair_stand_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "The council voted against a truce."]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {"against a truce", "voted against"} <= {line[9:] for line in lines[4:]}
