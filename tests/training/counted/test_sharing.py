"""Counts files are written with what can be read from them, or refused; they teach what texts do."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

import stance
from stance import TableError, TrainingError
from stance.scoring.heads import softmax
from stance.text.features import frame_features, runs_of_characters
from stance.text.sides import load_gazetteer
from stance.text.tokens import SIDE, Token, make_tokens
from stance.training.counted.counting import Thresholds, count_paragraphs
from stance.training.counted.counts import NOTICE_FILE, Counts, read_counts
from stance.training.counted.sharing import list_readings, write_counts
from stance.training.linear import fit_temperature

LOW = Thresholds(stems=3, pairs=4, spellings=3, features=8)
RECIPES: dict[str, dict[str, Any]] = {
    "stance": {"C": 1.0, "cv": 2},
    "tone": {"char_ngram_range": (3, 4), "frames": False, "min_df": 5, "C": 2.0, "cv": 2},
}


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


@pytest.fixture(scope="module")
def read_by_three(table: pd.DataFrame) -> pd.DataFrame:
    """A part of the table with its copies, and further readers who sometimes differ."""
    rows = table.iloc[[*range(240), -2, -1]].reset_index(drop=True)
    numbers = np.arange(len(rows))
    others = {head: rows[head].iloc[::-1].to_numpy() for head in RECIPES}
    return rows.assign(
        stance_2=np.where(numbers % 5, "", others["stance"]),
        stance_3=np.where(numbers % 10, "", rows["stance"]),
        tone_2=np.where(numbers % 7, "", others["tone"]),
    )


@pytest.fixture(scope="module")
def counted(read_by_three: pd.DataFrame) -> tuple[Counts, np.ndarray]:
    return count_paragraphs(
        read_by_three["text"].tolist(),
        {head: list_readings(read_by_three, head) for head in RECIPES},
        articles=read_by_three["doc"].tolist(),
        outlets=read_by_three["outlet"].tolist(),
        thresholds=LOW,
    )


def list_words(tokens: Sequence[Token]) -> list[str]:
    stems = [token.stem for token in tokens]
    return [*stems, *(f"{first} {second}" for first, second in itertools.pairwise(stems))]


def reference_blocks(
    counts: Counts, recipe: Mapping[str, Any]
) -> list[tuple[Callable[[Sequence[Token]], list[str]], list[str] | None, float]]:
    """Return how each block lists its features, which there are, and the block's weight."""
    kept = set(counts.blocks["spellings"].features)

    def list_characters(tokens: Sequence[Token]) -> list[str]:
        words = [token.word for token in tokens if token.word in kept]
        return [run for word in words for run in runs_of_characters(word, (3, 4))]

    def list_frames(tokens: Sequence[Token]) -> list[str]:
        return [frame.feature for frame in frame_features(tokens)]

    words = (list_words, sorted(counts.blocks["words"].features), 1.0)
    if "char_ngram_range" in recipe:
        return [words, (list_characters, None, 1.0)]
    return [words, (list_frames, sorted(counts.blocks["frames"].features), 0.5)]


def fit_reference(
    texts: Sequence[str], counts: Counts, head: str, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit a recipe by scikit-learn on the full texts, over the kept vocabulary.

    Return weights and intercept, divided by the temperature, and the held-out probabilities.
    """
    recipe = RECIPES[head]
    tokens = [make_tokens(text, load_gazetteer()) for text in texts]
    matrices, scales = [], []
    for analyzer, features, weight in reference_blocks(counts, recipe):
        min_df = 1 if features else recipe["min_df"]
        counting = CountVectorizer(
            analyzer=analyzer, vocabulary=features, min_df=min_df, lowercase=False
        )
        scaling = TfidfTransformer(sublinear_tf=True)
        matrices.append(weight * scaling.fit_transform(counting.fit_transform(tokens)))
        scales.append(np.full(matrices[-1].shape[1], weight))
    matrix = sparse.hstack(matrices, format="csr")

    def fit(train: np.ndarray) -> LogisticRegression:
        rows, labels = np.nonzero(shares[train])
        model = LogisticRegression(C=recipe["C"], class_weight="balanced", max_iter=2_000)
        weights = shares[train][rows, labels]
        return model.fit(matrix[train][rows], labels, sample_weight=weights)

    folds = np.unique(counts.folds, return_inverse=True)[1] % recipe["cv"]
    logits = np.empty_like(shares)
    for fold in range(recipe["cv"]):
        model = fit(np.flatnonzero(folds != fold))
        logits[folds == fold] = model.decision_function(matrix[np.flatnonzero(folds == fold)])
    temperature = fit_temperature(logits, shares)
    model = fit(np.arange(len(shares)))
    weights = (model.coef_ * np.concatenate(scales)).T / temperature
    return weights, model.intercept_ / temperature, softmax(logits / temperature)


def test_the_table_has_what_could_tell_counts_from_texts(
    read_by_three: pd.DataFrame, counted: tuple[Counts, np.ndarray]
) -> None:
    paragraphs = [make_tokens(text, load_gazetteer()) for text in read_by_three["text"]]
    spellings = defaultdict(set)
    for tokens in paragraphs:
        for token in tokens:
            spellings[token.stem].add(token.word)
    assert max(map(len, spellings.values())) > 3  # inflections
    assert SIDE in spellings
    counts, _ = counted
    assert counts.facts["near_copies"] == 2
    assert counts.blocks["words"].matrix.max() > 3  # repeats
    outlets = read_by_three.groupby("doc")["outlet"].nunique()
    assert outlets.max() == 2
    assert {1 / 3, 0.5} <= set(counts.readings["stance"].ravel())


def test_a_model_of_a_counts_file_is_that_of_the_texts(
    read_by_three: pd.DataFrame, counted: tuple[Counts, np.ndarray], tmp_path: Path
) -> None:
    write_counts(
        read_by_three, tmp_path / "c", article="doc", outlet="outlet", thresholds=LOW, accept_disclosure=True, n_guessed=5
    )  # fmt: skip
    model = stance.train(counts=tmp_path / "c", recipes=RECIPES)
    counts, rows = counted
    texts = read_by_three["text"].iloc[rows].tolist()
    for name, head in model.frozen.heads.items():
        readings = list_readings(read_by_three.iloc[rows], name)
        shares = np.array([[one.count(c) / len(one) for c in head.classes] for one in readings])
        weights, intercept, held_out = fit_reference(texts, counts, name, shares)
        np.testing.assert_allclose(head.weights, weights, rtol=0, atol=1e-9)
        np.testing.assert_allclose(head.intercept, intercept, rtol=0, atol=1e-9)
        annotated = shares.argmax(axis=1)
        confusion = np.zeros((len(head.classes),) * 2, dtype=int)
        np.add.at(confusion, (annotated, held_out.argmax(axis=1)), 1)
        assert model.facts["cross_validation"][name]["confusion"] == confusion.tolist()
        expected = 1 - held_out[np.arange(len(texts)), annotated]
        nonconformity = np.sort(head.nonconformity.reshape(len(texts), -1)[:, -1])
        np.testing.assert_allclose(nonconformity, np.sort(expected), atol=1e-9)
