"""Learning from texts, from counts and from both: one linear map, equal to what scikit-learn fits on the same features."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from scipy import sparse
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from stance import InputError, TrainingError
from stance.text.features import Analyzer, runs_of_characters
from stance.text.sides import load_gazetteer
from stance.text.tokens import SIDE, make_tokens
from stance.training.blended import BlendedClassifier
from stance.training.counted.counting import Thresholds, count_paragraphs
from stance.training.counted.counts import Counts
from stance.training.freezing import freeze


@pytest.fixture(scope="module")
def seeds() -> pd.DataFrame:
    table = pd.read_csv(ROOT / "seeds" / "paragraphs.csv", keep_default_na=False)
    return table.iloc[::9].reset_index(drop=True)


@pytest.fixture(scope="module")
def published(seeds: pd.DataFrame) -> tuple[Counts, np.ndarray]:
    half = seeds.iloc[:400]
    return count_paragraphs(
        half["text"].tolist(),
        {head: [[label] for label in half[head]] for head in ("stance", "tone")},
        articles=half["voice"],
        thresholds=Thresholds(stems=2, pairs=3, spellings=2),
    )


def restricted(counts: Counts, block: str) -> Analyzer:
    """Make the features of a text that a counts file keeps; characters of the words that it keeps."""
    if block == "words":
        return Analyzer("words", (1, 2), load_gazetteer())
    kept = set(counts.blocks["spellings"].features)

    def characters(text: str) -> list[str]:
        words = [token.word for token in make_tokens(text, load_gazetteer())]
        return [run for word in words if word in kept for run in runs_of_characters(word, (3, 5))]

    return characters  # type: ignore[return-value]


def reference(
    counts: Counts, texts: list[str], head: str, **options: object
) -> tuple[object, np.ndarray]:
    """Fit scikit-learn on the texts, over the kept vocabulary, in the order of the rows."""
    words = TfidfVectorizer(
        analyzer=restricted(counts, "words"),
        vocabulary=counts.blocks["words"].features,
        sublinear_tf=True,
    )
    characters = TfidfVectorizer(
        analyzer=restricted(counts, "characters"), sublinear_tf=True, min_df=2
    )
    blocks = [words, characters] if "char_ngram_range" in options else [words]
    matrix = sparse.hstack([block.fit_transform(texts) for block in blocks], format="csr")
    labels = counts.readings[head].argmax(axis=1)
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=2000).fit(matrix, labels)
    return model, model.decision_function(matrix)


@pytest.mark.parametrize(
    ("head", "options"), [("stance", {}), ("tone", {"char_ngram_range": (3, 5)})]
)
def test_counts_teach_what_the_texts_would(
    seeds: pd.DataFrame, published: tuple[Counts, np.ndarray], head: str, options: dict[str, object]
) -> None:
    counts, rows = published
    texts = seeds["text"].iloc[rows].tolist()
    model, _ = reference(counts, texts, head, **options)
    fitted = BlendedClassifier(frames=False, calibrate=False, **options).fit(
        counts=counts, head=head
    )  # type: ignore[arg-type]
    np.testing.assert_allclose(fitted.pipeline_["classifier"].coef_, model.coef_, atol=1e-9)  # type: ignore[attr-defined]
    np.testing.assert_allclose(
        fitted.pipeline_["classifier"].intercept_, model.intercept_, atol=1e-9
    )  # type: ignore[attr-defined]


def test_texts_and_counts_are_rows_of_one_table(
    seeds: pd.DataFrame, published: tuple[Counts, np.ndarray]
) -> None:
    counts, rows = published
    composed = seeds.iloc[400:]
    fitted = BlendedClassifier(frames=False, calibrate=False).fit(
        composed["text"], composed["stance"], counts=counts, head="stance"
    )
    texts = [*composed["text"], *seeds["text"].iloc[rows]]
    labels = [*composed["stance"], *seeds["stance"].iloc[rows]]
    vectorizer = TfidfVectorizer(
        analyzer=restricted(counts, "words"),
        vocabulary=counts.blocks["words"].features,
        sublinear_tf=True,
    )
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=2000)
    model.fit(vectorizer.fit_transform(texts), labels)
    np.testing.assert_allclose(fitted.pipeline_["classifier"].coef_, model.coef_, atol=1e-9)


def test_the_frozen_head_gives_the_same_probabilities(
    seeds: pd.DataFrame, published: tuple[Counts, np.ndarray]
) -> None:
    counts, _ = published
    composed = seeds.iloc[400:]
    fitted = BlendedClassifier(char_ngram_range=(3, 5), cv=2).fit(
        composed["text"], composed["tone"], groups=composed["voice"], counts=counts, head="tone"
    )
    head = freeze("tone", fitted, np.zeros(1))
    texts = seeds["text"].iloc[:40].tolist()
    logits = head.logits([make_tokens(text, load_gazetteer()) for text in texts])
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        powers / powers.sum(axis=1, keepdims=True), fitted.predict_proba(texts), atol=1e-9
    )
    assert fitted.held_out_.shape == (len(composed) + counts.n_rows, 5)
    np.testing.assert_allclose(fitted.held_out_.sum(axis=1), 1)


def test_calibration_changes_probabilities_and_no_label(seeds: pd.DataFrame) -> None:
    rows = seeds.iloc[:300]
    plain = BlendedClassifier(calibrate=False).fit(rows["text"], rows["stance"])
    fitted = (
        clone(plain)
        .set_params(calibrate=True)
        .fit(rows["text"], rows["stance"], groups=rows["voice"])
    )
    assert fitted.temperature_ != 1
    others = seeds["text"].iloc[300:]
    np.testing.assert_array_equal(plain.predict(others), fitted.predict(others))


def test_two_labels_are_learned_too(seeds: pd.DataFrame) -> None:
    rows = seeds[seeds["stance"] != "neutral"].iloc[:200]
    fitted = BlendedClassifier(frames=False, calibrate=False).fit(rows["text"], rows["stance"])
    vectorizer = TfidfVectorizer(
        analyzer=Analyzer("words", (1, 2), load_gazetteer()), sublinear_tf=True, min_df=2
    )
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=2000).fit(
        vectorizer.fit_transform(rows["text"]), rows["stance"]
    )
    np.testing.assert_allclose(
        fitted.predict_proba(rows["text"]),
        model.predict_proba(vectorizer.transform(rows["text"])),
        atol=1e-9,
    )


def test_a_row_whose_readers_differ_counts_by_their_shares(
    published: tuple[Counts, np.ndarray],
) -> None:
    counts, _ = published
    torn = counts.readings["stance"].copy()
    torn[:50] = [0.5, 0.5, 0.0]
    changed = Counts(
        counts.blocks, counts.classes, {"stance": torn}, counts.folds, counts.lengths, counts.facts
    )
    one = BlendedClassifier(calibrate=False).fit(counts=counts, head="stance")
    other = BlendedClassifier(calibrate=False).fit(counts=changed, head="stance")
    assert not np.allclose(one.pipeline_["classifier"].coef_, other.pipeline_["classifier"].coef_)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "paragraphs or `counts`"),
        ({"X": ["a", "b"], "y": ["p"]}, "got 1 labels for 2 paragraphs"),
        ({"X": "a truce", "y": ["p"]}, "got one str"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        BlendedClassifier().fit(**arguments)  # type: ignore[arg-type]


def test_the_head_of_several_must_be_named(published: tuple[Counts, np.ndarray]) -> None:
    with pytest.raises(InputError, match=r"must be one of \['stance', 'tone'\]"):
        BlendedClassifier().fit(counts=published[0])


def test_sources_with_other_labels_are_refused(published: tuple[Counts, np.ndarray]) -> None:
    with pytest.raises(TrainingError, match="must hold the same labels"):
        BlendedClassifier().fit(
            ["yes", "no"] * 9, ["for", "against"] * 9, counts=published[0], head="stance"
        )


def test_sides_stay_masked(published: tuple[Counts, np.ndarray]) -> None:
    fitted = BlendedClassifier(calibrate=False).fit(counts=published[0], head="stance")
    one, other = fitted.predict_proba(["Israel refused a truce", "Hamas refused a truce"])
    np.testing.assert_array_equal(one, other)
    assert SIDE in published[0].blocks["words"].features


def test_frames_are_learned_with_half_the_weight(
    published: tuple[Counts, np.ndarray], seeds: pd.DataFrame
) -> None:
    counts, rows = published
    fitted = BlendedClassifier(calibrate=False).fit(counts=counts, head="stance")
    union = fitted.pipeline_["features"]
    assert [name for name, _ in union.transformer_list] == ["words", "frames"]
    matrix = union.transform(seeds["text"].iloc[rows])
    words = len(counts.blocks["words"].features)
    norms = np.sqrt(matrix[:, words:].multiply(matrix[:, words:]).sum(axis=1))
    assert set(np.round(np.asarray(norms).ravel(), 9)) == {0.0, 0.5}
