"""The maintainers' commands: the seeds keep their rules, and the shipped model was made from them."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from csv_rows import rows_of

from stance.errors import TableError
from stance.model import Model
from stance.seeds.commands import COLUMNS, SEEDS, main, read_seeds, source_digests
from stance.training.fitting import _versions

needs_seeds = pytest.mark.skipif(
    not SEEDS.exists(), reason="needs the seeds, which come with a checkout only"
)


@needs_seeds
@pytest.mark.slow
def test_the_seeds_keep_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check"])
    assert capsys.readouterr().out == f"{len(read_seeds())} seeds, 0 faults\n"
    assert code == 0


@needs_seeds
def test_the_shipped_model_was_trained_on_these_seeds(shipped: Model) -> None:
    assert shipped.facts["sources"] == source_digests()


@needs_seeds
@pytest.mark.slow
def test_the_seeds_alone_make_the_shipped_model_on_any_number_of_threads(
    shipped: Model, tmp_path: Path
) -> None:
    """Within 1e-9 on one machine; another kind of processor adds in another order.

    On one of them weights differed by up to 0.004 and probabilities of the seeds by 0.0013.
    """
    if shipped.facts["versions"] != _versions():
        pytest.skip("the shipped model was made with other versions of its packages")
    runs = [begin_training(tmp_path / n_threads, n_threads) for n_threads in ("1", "2")]
    assert [run.wait() for run in runs] == [0, 0]
    one, two = (tmp_path / n_threads / "models" / "ceasefire" for n_threads in ("1", "2"))
    assert_same_model(one, two, 1e-9)
    assert_same_model(one, ROOT / "models" / "ceasefire", 0.01)


def begin_training(folder: Path, n_threads: str) -> "subprocess.Popen[bytes]":
    """Train in a folder with what training needs, and nothing else."""
    for name in ("stance", "seeds", "tests/cases"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "LICENSE", folder)
    variables = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return subprocess.Popen(
        [sys.executable, "-m", "stance.seeds", "train"],
        cwd=folder,
        env={**os.environ, **dict.fromkeys(variables, n_threads), "PYTHONPATH": str(folder)},
    )


def assert_same_model(made: Path, other: Path, tolerance: float) -> None:
    for file in other.glob("*.features.json"):
        assert (made / file.name).read_bytes() == file.read_bytes()
    for file in other.glob("*.npy"):
        np.testing.assert_allclose(
            np.load(made / file.name), np.load(file), rtol=0, atol=tolerance, err_msg=file.name
        )


@needs_seeds
def test_the_articles_are_twelve_with_outlet_and_date() -> None:
    articles = rows_of(ROOT / "seeds" / "articles.csv")
    assert len(articles) == 12
    for article in articles:
        assert article["outlet"]
        assert article["date"]
        assert article["body"].count("\n\n") >= 3


def test_an_absent_or_another_table_is_named(tmp_path: Path) -> None:
    table = tmp_path / "paragraphs.csv"
    with pytest.raises(
        TableError,
        match=r"paragraphs\.csv must be the table of seeds; it does not exist\. It comes with a checkout, not with the package\.$",
    ):
        read_seeds(table)
    with table.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerow(COLUMNS[1:])
    with pytest.raises(
        TableError, match=r"must have the columns \['id', .*\]; got \['text', .*\]\.$"
    ):
        read_seeds(table)


def test_an_unknown_command_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retrain"]) == 2
    assert capsys.readouterr().err == "usage: python -m stance.seeds check | train | card\n"
