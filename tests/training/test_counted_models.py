"""Models that learn from counts: beside a table, instead of one, and from a private table."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

import stance
from stance.cli.main import main
from stance.errors import InputError
from stance.model import Model
from stance.text.sides import load_gazetteer
from stance.text.tokens import make_tokens
from stance.training.counted.counting import Thresholds, count_paragraphs
from stance.training.counted.counts import Counts, save_counts

RECIPES = {
    "stance": {"C": 1.0, "cv": 2},
    "tone": {"char_ngram_range": (3, 4), "C": 1.0, "cv": 2},
}


@pytest.fixture(scope="module")
def seeds() -> pd.DataFrame:
    table = pd.read_csv(ROOT / "seeds" / "paragraphs.csv", keep_default_na=False)
    return table.iloc[3::11].head(500).reset_index(drop=True)


@pytest.fixture(scope="module")
def counts(seeds: pd.DataFrame) -> Counts:
    return count_paragraphs(
        seeds["text"].tolist(),
        {head: [[label] for label in seeds[head]] for head in ("stance", "tone")},
        articles=seeds["voice"],
        thresholds=Thresholds(stems=3, pairs=4, spellings=3, features=8),
    )[0]


@pytest.fixture(scope="module")
def counted(counts: Counts) -> Model:
    return stance.train(counts=counts, recipes=RECIPES, name="counted")


def test_counts_alone_make_a_model_that_labels(counted: Model, tmp_path: Path) -> None:
    assert counted.facts["rows"] == 0
    assert counted.facts["print"]["rows"] > 300
    assert set(counted.facts["cross_validation"]) == {"stance", "tone"}
    assert "composed" not in counted.facts
    assert 0 < counted.frozen.familiarity_threshold <= 0.5
    paragraph = counted.label("They urged both sides to agree to a ceasefire now.", unit="row")[0]
    assert paragraph.status == "labelled"
    loaded = stance.load(counted.save(tmp_path / "m"))
    assert loaded.digest == counted.digest


def test_pipelines_equal_the_frozen_model(
    counted: Model, seeds: pd.DataFrame, tmp_path: Path
) -> None:
    folder = counted.save(tmp_path / "m")
    texts = seeds["text"].tolist()[:50]
    frozen = counted.frozen.probabilities(texts)
    for head in ("stance", "tone"):
        pipeline = stance.load_pipeline(folder, head)
        np.testing.assert_allclose(pipeline.predict_proba(texts), frozen[head], atol=1e-9)


def test_a_table_and_counts_are_measured_apart(seeds: pd.DataFrame, counts: Counts) -> None:
    table = seeds.iloc[:200]
    model = stance.train(
        table,
        counts=counts,
        labels=["stance"],
        groups="voice",
        recipes={"stance": RECIPES["stance"]},
    )
    facts = model.facts
    assert facts["rows"] == 200
    assert np.sum(facts["composed"]["stance"]["confusion"]) == 200
    assert np.sum(facts["cross_validation"]["stance"]["confusion"]) == counts.n_rows


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "there must be a table or counts to learn from"),
        ({"labels": ["mood"]}, r"must be label columns of the counts file, \['stance', 'tone'\]"),
        ({"mask_sides": False}, "must be left out where counts are learned from"),
        ({"private": True}, "`private` must be left out beside `counts`"),
    ],
)
def test_what_does_not_fit_counts_is_refused(
    counts: Counts, arguments: dict[str, object], message: str
) -> None:
    given = arguments | ({"counts": counts} if arguments else {})
    with pytest.raises(InputError, match=message):
        stance.train(**given)  # type: ignore[arg-type]


def runs_of_five(words: Sequence[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[start:] for start in range(5)), strict=False))


def list_words(text: str) -> list[str]:
    return re.findall(r"[\w'’]+", text.lower())  # "can't" is one word


@pytest.mark.parametrize("private", [False, True])
def test_no_run_of_five_words_of_the_training_texts_is_in_a_saved_model(
    seeds: pd.DataFrame, tmp_path: Path, private: bool
) -> None:
    table = seeds.assign(voice=[f"{voice} {n % 40}" for n, voice in enumerate(seeds["voice"])])
    recipes = {"stance": RECIPES["stance"]}
    folder = stance.train(
        table, labels=["stance"], groups="voice", private=private, recipes=recipes
    ).save(tmp_path / "m")
    texts = [list_words(text) for text in table["text"]]
    texts += [[token.stem for token in make_tokens(t, load_gazetteer())] for t in table["text"]]
    runs = set().union(*map(runs_of_five, texts))
    for file in folder.iterdir():
        shared = runs & runs_of_five(list_words(file.read_bytes().decode("utf-8", "ignore")))
        assert not shared, (file.name, sorted(shared)[:3])
    pipeline = stance.load_pipeline(folder, "stance").pipeline_  # its file is compressed
    for _, vectorizer in pipeline["features"].transformer_list:
        for features in (vectorizer.vocabulary_, vectorizer.vocabulary or ()):
            assert not runs & runs_of_five([one for one in features if " " not in one])
    if private:
        assert "learned_rows" not in stance.load(folder).facts
        assert stance.evaluate(stance.load(folder), table.head(9))["stance"].learned is None


def test_the_commands_write_counts_and_train_on_them(
    seeds: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "mine.csv"
    seeds.to_csv(table, index=False)
    options = ["--labels", "stance", "--article", "id", "--outlet", "voice", "--stems", "4"]
    options += ["--pairs", "8", "--accept-disclosure"]
    assert main(["counts", str(table), "-o", str(tmp_path / "counts"), *options]) == 0
    said = capsys.readouterr().err
    assert "near-copies" in said
    lost = re.findall(r"(neutral|opposed|pro-ceasefire) (\d+) of (\d+)", said)
    assert [label for label, _, _ in lost] == ["neutral", "opposed", "pro-ceasefire"]
    assert sum(int(total) for _, _, total in lost) == len(seeds)
    published = stance.read_counts(tmp_path / "counts")
    assert sum(int(number) for _, number, _ in lost) == len(seeds) - published.n_rows
    assert "a run of 8 words can be read with certainty in" in said
    assert "This is not anonymous." in said
    model = tmp_path / "model"
    arguments = ["--counts", str(tmp_path / "counts"), "-o", str(model), "--labels", "stance"]
    assert main(["train", *arguments]) == 0
    assert "macro-F1" in capsys.readouterr().err
    assert main(["info", str(model)]) == 0
    assert "published paragraphs" in capsys.readouterr().out


def test_a_changed_counts_file_is_refused_by_the_command(
    counts: Counts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_counts(counts, tmp_path / "c")
    (tmp_path / "c" / "folds.npy").write_bytes(b"")
    assert main(["train", "--counts", str(tmp_path / "c"), "-o", str(tmp_path / "m")]) == 1
    assert "was changed after it was made" in capsys.readouterr().err
