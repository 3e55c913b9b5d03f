"""Both backends give scikit-learn's probabilities, on any text and in any company."""

import json
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from backends import BACKENDS, assert_close, with_backend
from conftest import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st
from random_texts import random_texts

import stance
from stance.model import Model
from stance.scoring.arrays import arrange_model
from stance.scoring.folders import shipped_path
from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import FeatureBlock, Head, measure_familiarity
from stance.scoring.scorer import CHOICE, choose_backend
from stance.text.tokens import make_tokens

pytest.importorskip(
    "stance.scoring._scorer", reason="needs the compiled scorer, which was not built here"
)


def test_real_paragraphs_too(shared: Path, shipped: Model, shipped_numpy: FrozenModel) -> None:
    lines = (shared / "real" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    for head in shipped.labels:
        expected = stance.load_pipeline(shipped_path(), head).predict_proba(texts)
        assert_close(shipped.frozen.probabilities(texts)[head], expected)
        assert_close(shipped_numpy.probabilities(texts)[head], expected)


def test_both_backends_agree_on_random_unicode(shipped: Model, shipped_numpy: FrozenModel) -> None:
    """`benchmarks/equal.py` compares 100,000 of them with scikit-learn."""
    texts = random_texts(10_000, random_state=0)
    compiled = with_backend(shipped.frozen, "compiled").score(texts)
    numpy = shipped_numpy.score(texts)
    np.testing.assert_array_equal(compiled.n_tokens, numpy.n_tokens)
    np.testing.assert_array_equal(compiled.familiarity, numpy.familiarity)
    for head in shipped.labels:
        assert_close(compiled.probabilities[head], numpy.probabilities[head])


@pytest.mark.parametrize("n_pairs", [1, 120, 140, 2045])
def test_a_run_of_characters_that_fills_a_paragraph_is_weighed_exactly(n_pairs: int) -> None:
    """Each of 253,000 grams added by itself would be off by 1e-8.

    120 and 140 pairs lie on either side of the bound in score.h.
    """
    text = ("a" * 64 + " " + "c" * 64 + " ") * n_pairs + "bb"
    block = FeatureBlock("characters", (3, 3), ("aaa", "ccc", " bb"), first=0)
    weights = np.array([-20.06, -28.64, -1.61])  # chosen by search: their sums are rounded badly
    head = Head(
        "stance",
        ("no", "yes"),
        (block,),
        np.array([3.49, 2.56, 2.97]),
        np.stack([weights, -weights], axis=1),
        np.zeros(2),
        np.array([0.5]),
    )
    # Both probabilities are to be 0.5, where an error shows most.
    head = replace(head, intercept=-head.logits([make_tokens(text)])[0])
    frozen = FrozenModel({"stance": head}, None, frozenset(), 0.0, social_media=False)
    for name in BACKENDS:
        probabilities = with_backend(frozen, name).probabilities([text])["stance"]
        assert_close(probabilities, np.full((1, 2), 0.5))


@given(st.lists(st.text(max_size=60) | st.sampled_from(HOSTILE), max_size=5))
@settings(deadline=None)
def test_what_explains_a_label_token_by_token_is_what_gave_it(
    small: Model, small_numpy: FrozenModel, texts: list[str]
) -> None:
    frozen = small.frozen
    tokens = [frozen.tokens(text) for text in texts]
    familiarity = [measure_familiarity(row, frozen.words) for row in tokens]
    for scores in (frozen.score(texts), small_numpy.score(texts)):
        assert scores.n_tokens.tolist() == [len(row) for row in tokens]
        assert scores.familiarity.tolist() == familiarity
        for name, head in frozen.heads.items():
            logits = head.logits(tokens)
            logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
            assert_close(np.log(scores.probabilities[name]), logs)


def test_company_order_and_threads_change_nothing(shipped: Model) -> None:
    texts = [f"They urged a truce on day {day}; Kenya’s envoy did not." for day in range(1500)]
    together = shipped.frozen.probabilities(texts)["stance"]
    reverse = shipped.frozen.probabilities(texts[::-1])["stance"][::-1]
    np.testing.assert_array_equal(reverse, together)
    alone = shipped.frozen.probabilities(texts[7:8])["stance"]
    np.testing.assert_array_equal(alone, together[7:8])
    tables = score_in_threads(shipped.frozen, [texts] * 4, "stance")
    for table in tables:
        np.testing.assert_array_equal(table, together)


@pytest.mark.parametrize("name", BACKENDS)
def test_many_threads_learn_words_side_by_side(name: str, small: Model) -> None:
    texts = [[f"lamp{thread}x{number} truce" for number in range(300)] for thread in range(4)]
    expected = [small.frozen.probabilities(part)["tone"] for part in texts]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        tables = score_in_threads(with_backend(small.frozen, name), texts, "tone")
    finally:
        sys.setswitchinterval(interval)
    for table, wanted in zip(tables, expected, strict=True):
        assert_close(table, wanted)


def score_in_threads(frozen: FrozenModel, texts: list[list[str]], head: str) -> list[np.ndarray]:
    """Score lists of texts at the same time, each in a thread."""
    tables: dict[int, np.ndarray] = {}

    def score(number: int) -> None:
        tables[number] = frozen.probabilities(texts[number])[head]

    threads = [threading.Thread(target=score, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [tables[number] for number in range(len(texts))]


@pytest.mark.parametrize("name", BACKENDS)
def test_each_target_has_its_own_weights(name: str, lighthouse: pd.DataFrame) -> None:
    table = lighthouse.assign(about=["lamp", "boat"] * (len(lighthouse) // 2))
    model = stance.train(
        table,
        labels="stance",
        target_column="about",
        recipes={"stance": {"char_ngram_range": (2, 4), "C": 0.1, "calibrate": False}},
    )
    texts, about = table["text"].tolist(), [*table["about"][:-1], "unheard of"]
    frozen = with_backend(model.frozen, name)
    aimed = frozen.score(texts, about).probabilities["stance"]
    assert_close(aimed, model._pipelines["stance"].predict_proba(texts, about))
    assert abs(aimed - frozen.probabilities(texts)["stance"]).max() > 1e-6


def test_heads_may_have_different_features(lighthouse: pd.DataFrame) -> None:
    recipes = {
        "stance": {"ngram_range": (1, 3), "char_ngram_range": (2, 3), "min_df": 1},
        "tone": {"ngram_range": (2, 2), "char_ngram_range": (1, 4), "min_df": 3},
    }
    model = stance.train(lighthouse, recipes=recipes, mask_sides=False)
    texts = [*lighthouse["text"], *HOSTILE]
    for name in BACKENDS:
        tables = with_backend(model.frozen, name).probabilities(texts)
        for head, pipeline in model._pipelines.items():
            assert_close(tables[head], pipeline.predict_proba(texts))


def test_the_environment_chooses_the_backend(small: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = replace(small.frozen, social_media=True)
    assert posts.scorer.name == "numpy"
    monkeypatch.setenv(CHOICE, "abacus")
    with pytest.raises(
        stance.ModelError,
        match=r"^STANCE_SCORER must be 'compiled' or 'numpy'; got 'abacus'\. "
        r"Unset it to use the fastest one available\.$",
    ):
        assert replace(small.frozen).scorer
    monkeypatch.setenv(CHOICE, "compiled")
    with pytest.raises(
        stance.ModelError,
        match=r"^STANCE_SCORER asks for the compiled scorer; it does not know the marks of posts "
        r"or the valence of words that this model uses\. Unset it to score with NumPy\.$",
    ):
        assert replace(posts).scorer


def test_without_the_extension_numpy_scores_and_says_why(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "stance.scoring._scorer", None)
    scorer = replace(small.frozen).scorer
    assert scorer.name == "numpy"
    assert scorer.why.startswith(
        "the extension is missing: it was not built where stance was installed"
    )


def test_a_model_larger_than_the_extension_takes_is_scored_by_numpy(small: Model) -> None:
    frozen = small.frozen
    arrays = arrange_model(frozen.heads, None, frozen.words, social_media=False)
    long_block = arrays.blocks[0]._replace(ngram_range=(1, 65))
    backend = choose_backend(arrays._replace(blocks=[long_block]))
    assert backend.name == "numpy"
    assert backend.why == (
        "it takes at most 64 feature blocks, 4096 labels and n-grams of 64, "
        "and this model needs more"
    )
