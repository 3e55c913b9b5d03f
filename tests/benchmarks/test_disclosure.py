"""The attack on a counts file reads planted sentences where little is left out, and else not."""

import random
import sys
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

from stance.seeds.commands import SEEDS
from stance.text.tokens import make_tokens
from stance.training.counted.counting import Thresholds
from stance.training.counted.sharing import write_counts

pytestmark = pytest.mark.skipif(
    not SEEDS.exists(), reason="needs benchmarks/, which come with a checkout only"
)
sys.path.insert(0, str(ROOT / "benchmarks"))

PLANTED = [
    "Seven gulls carried brass keys past every sleeping harbour master each Friday.",
    "Old pilots buried lamp oil beneath three crooked piers before midwinter began.",
]
ALL = Thresholds(stems=1, pairs=1, spellings=1, features=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random orders of two sentences' words, then the sentences, each its own article, as counts.

    Every word is frequent then, and no pair.
    """
    words = [word for sentence in PLANTED for word in sentence.strip(".").split()]
    drawing = random.Random(0)
    texts = [" ".join(drawing.sample(words, 16)) for _ in range(28)] + PLANTED
    articles = [f"article {number // 2}" for number in range(28)] + ["first", "second"]
    table = pd.DataFrame(
        {"text": texts, "stance": ["pro-ceasefire", "opposed"] * 15, "doc": articles}
    )
    folder = tmp_path_factory.mktemp("disclosure")
    table.to_csv(folder / "texts.csv", index=False)
    table.iloc[1:].to_csv(folder / "less.csv", index=False)
    (folder / "formula.txt").write_text(f"{PLANTED[0]}\n" * 9, encoding="utf-8")
    for name, thresholds in (("all", ALL), ("shipped", Thresholds())):
        write_counts(
            table, folder / name, labels=["stance"], article="doc", thresholds=thresholds, accept_disclosure=True, n_guessed=1
        )  # fmt: skip
    return folder


def attack(folder: Path, capsys: pytest.CaptureFixture[str], name: str, *options: str) -> str:
    from disclosure import main

    main([str(folder / name), "--guesses", "30", "--show", "30", *options])
    return capsys.readouterr().out


def list_read(said: str, how: str) -> set[str]:
    lines = [line for line in said.splitlines() if line.startswith(f"{how}, row")]
    return {line.partition(": ")[2] for line in lines}


def list_stems(text: str) -> str:
    return " ".join(token.stem for token in make_tokens(text))


def test_planted_sentences_are_read_where_every_pair_is_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = ["--texts", str(folder / "texts.csv"), "--article", "doc"]
    said = attack(folder, capsys, "all", *texts)
    assert "each of 30 rows was recognised" in said
    assert "| by the best guess (16 at random) | 100.0% |" in said
    certain, guessed = (list_read(said, how) for how in ("certain", "guessed"))
    for sentence in map(list_stems, PLANTED):
        assert sentence in certain
        assert any(run in sentence for run in guessed)


def test_they_are_not_read_at_the_shipped_thresholds(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = ["--texts", str(folder / "texts.csv"), "--article", "doc"]
    said = attack(folder, capsys, "shipped", *texts)
    assert "each of 30 rows was recognised" in said
    assert "| with certainty (the longest has 0) | 0.0% | 0.0% |" in said
    assert "certain: nothing of 8 words or more" in said
    assert "guessed: nothing of 8 words or more" in said


def test_a_formula_that_other_text_has_is_guessed_all_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = ["--other", str(folder / "formula.txt")]
    texts = ["--texts", str(folder / "texts.csv")]
    assert list_stems(PLANTED[0]) in list_read(attack(folder, capsys, "shipped", *other), "guessed")
    checked = list_read(attack(folder, capsys, "shipped", *other, *texts), "guessed")
    assert checked == {list_stems(PLANTED[0])}


def test_without_texts_only_what_is_certain_is_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = attack(folder, capsys, "all")
    assert {list_stems(sentence) for sentence in PLANTED} <= list_read(said, "certain")
    assert "guessed" not in said


def test_another_table_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^TABLE must be the table that COUNTS was made from;"):
        attack(folder, capsys, "all", "--texts", str(folder / "less.csv"))
