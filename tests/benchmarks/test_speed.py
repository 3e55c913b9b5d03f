"""The benchmark of speed runs: it measures what is there, says what is not, and keeps what it has measured."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

RUNNER = ROOT / "benchmarks" / "speed.py"
pytestmark = pytest.mark.skipif(
    not (RUNNER.exists() and sys.platform == "linux"),
    reason="needs benchmarks/ of a checkout, and Linux",
)


def test_a_trial_measures_says_what_is_absent_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    options = [
        "--size",
        "200",
        "--rounds",
        "1",
        "--parts",
        "score",
        "--systems",
        "sklearn-union,fasttext-words,ours-shipped-1",
    ]
    places = [
        "--folder",
        tmp_path / "work",
        "--fasttext",
        tmp_path / "absent",
        "--report",
        tmp_path,
    ]
    command = [sys.executable, RUNNER, *options, *places]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    why = "fastText's command line was not built: not measured (make bench-speed builds it where it can)"
    assert f"fasttext-words: {why}." in done.stdout

    figures = json.loads((tmp_path / "work" / "score.json").read_text(encoding="utf-8"))["figures"]
    assert {name: rounds["0"]["paragraphs"] for name, rounds in figures.items()} == {
        "sklearn-union": 40,
        "ours-shipped-1": 200,
    }
    report = (tmp_path / "SPEED.md").read_text(encoding="utf-8")
    assert f"| fastText, words (one head), one thread | {why} |" in report
    rate, ratio = (
        figures[name]["0"]["paragraphs"] / figures[name]["0"]["seconds"]
        for name in ("ours-shipped-1", "sklearn-union")
    )
    assert f"| stance, shipped model, one thread | {rate:,.0f} |" in report
    assert f"| {rate / ratio:.1f} |" in report or f"| **{rate / ratio:.1f}** |" in report

    subprocess.run(command, capture_output=True, text=True, check=True)
    assert (
        json.loads((tmp_path / "work" / "score.json").read_text(encoding="utf-8"))["figures"]
        == figures
    )
