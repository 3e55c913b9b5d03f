"""The benchmark of speed measures what is installed, says what is not, and keeps what it has measured."""

import csv
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

RUNNER = ROOT / "benchmarks" / "speed.py"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (RUNNER.exists() and sys.platform == "linux"),
        reason="needs benchmarks/ of a checkout, and Linux",
    ),
]
SYSTEMS = "sklearn-union,fasttext-words,ours-shipped-1"
ABSENT = (
    "fastText's command line was not built: not measured (make bench-speed builds it where it can)"
)


def run_trial(folder: Path) -> str:
    """Score a few paragraphs with `SYSTEMS`; return what was printed."""
    command = [sys.executable, RUNNER, "--size", "200", "--rounds", "1", "--parts", "score"]
    command += ["--systems", SYSTEMS, "--fasttext", folder / "absent"]
    command += ["--folder", folder / "work", "--report", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def read_figures(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "work" / "score.json").read_text("utf-8"))["figures"])


def test_a_trial_measures_and_says_what_is_absent_and_a_second_one_keeps_its_figures(
    tmp_path: Path,
) -> None:
    assert f"fasttext-words: {ABSENT}." in run_trial(tmp_path)
    figures = read_figures(tmp_path)
    assert {name: rounds["0"]["paragraphs"] for name, rounds in figures.items()} == {
        "sklearn-union": 40,
        "ours-shipped-1": 200,
    }
    report = (tmp_path / "SPEED.md").read_text(encoding="utf-8")
    assert f"| fastText, words (one head), one thread | {ABSENT} |" in report
    rate, base = (
        figures[name]["0"]["paragraphs"] / figures[name]["0"]["seconds"]
        for name in ("ours-shipped-1", "sklearn-union")
    )
    assert f"| stance, shipped model, one thread | {rate:,.0f} |" in report
    assert f"| {rate / base:.1f} |" in report

    run_trial(tmp_path)
    assert read_figures(tmp_path) == figures


def test_articles_and_shapes_are_made_of_the_paragraphs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    corpus_module, shapes = (import_module(f"speed_{name}") for name in ("corpus", "shapes"))
    corpus = corpus_module.write_corpus(tmp_path, 12)
    paragraphs = list(corpus_module.read_paragraphs(corpus, 0, 12))
    small = corpus_module.head_of_table(corpus_module.articles_path(corpus), 2)
    with small.open(encoding="utf-8", newline="") as file:
        articles = [row["text"] for row in csv.DictReader(file)]
    assert [article.split("\n\n") for article in articles] == [paragraphs[:5], paragraphs[5:10]]
    texts = {shape: shapes.make_shape(shape, paragraphs) for shape in shapes.SHAPES}
    assert texts["news"] == paragraphs
    words = " ".join(texts["all-new words"]).split()
    assert len(words) == len(texts["one-word cells"]) > 500
    assert len({word for word in words if word.isalpha()}) > 300
    assert all(text.isupper() for text in texts["capitals"])
    assert not any(
        text.isascii() for shape in ("Cyrillic", "Arabic", "Chinese") for text in texts[shape]
    )
