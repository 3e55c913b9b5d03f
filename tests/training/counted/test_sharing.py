"""Counts files are written with what can be read from them, or refused."""

from pathlib import Path

import pandas as pd
import pytest

from stance import TableError, TrainingError
from stance.training.counted.counting import Thresholds
from stance.training.counted.counts import NOTICE_FILE, read_counts
from stance.training.counted.sharing import write_counts

LOW = Thresholds(stems=3, pairs=4, spellings=3, features=8)


def test_written_and_read(table: pd.DataFrame, tmp_path: Path) -> None:
    written = write_counts(
        table, tmp_path / "c", article="doc", outlet="outlet", thresholds=LOW, max_certain=1, max_guessed=1, n_guessed=5
    )  # fmt: skip
    read = read_counts(tmp_path / "c")
    assert read.n_rows == written.n_rows
    assert set(read.facts["disclosure"]) >= {
        "certain",
        "guessed",
        "certain_joined",
        "guessed_joined",
    }
    assert "not anonymous" in (tmp_path / "c" / NOTICE_FILE).read_text()


def test_texts_that_could_be_read_are_refused_unless_told(tmp_path: Path) -> None:
    sentences = [
        f"Gulls{n} carried{n} seven{n} brass{n} keys{n} past{n} sleeping{n} masters{n} each{n} friday{n}"
        for n in range(9)
    ]
    table = pd.DataFrame({"text": sentences, "stance": ["pro", "con", "pro"] * 3})
    everything = Thresholds(stems=1, pairs=1, spellings=1, features=1)
    with pytest.raises(TrainingError, match=r"certainly in 100\.0% of the paragraphs"):
        write_counts(table, tmp_path / "c", labels=["stance"], thresholds=everything)
    assert not (tmp_path / "c").exists()
    write_counts(
        table, tmp_path / "c", labels=["stance"], thresholds=everything, accept_disclosure=True
    )
    assert read_counts(tmp_path / "c").facts["disclosure"]["certain"] == 1.0


def test_a_column_that_is_not_there_is_named(table: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="the table must hold column 'paper'"):
        write_counts(table, tmp_path / "c", outlet="paper")
