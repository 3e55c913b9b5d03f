"""The frozen model: scikit-learn's probabilities, exact evidence, and a file that cannot be tampered with."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from conftest import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

import stance
from stance.model import Model
from stance.scoring.folders import shipped_path
from stance.scoring.heads import softmax
from stance.seeds.commands import SEEDS, read_seeds


@pytest.mark.parametrize("head", ["stance", "tone"])
def test_probabilities_are_scikit_learns_on_all_seeds_and_hostile_strings(
    head: str, shipped: Model
) -> None:
    texts = [*read_seeds()["text"], *HOSTILE] if SEEDS.exists() else HOSTILE
    pipeline = stance.load_pipeline(shipped_path(), head)
    expected = pipeline.predict_proba(texts)
    np.testing.assert_allclose(
        shipped.frozen.probabilities(texts)[head], expected, rtol=0, atol=1e-9
    )


@given(st.lists(st.text(max_size=60) | st.sampled_from(HOSTILE), min_size=1, max_size=5))
@settings(deadline=None)
def test_probabilities_are_scikit_learns_on_any_string(small: Model, texts: list[str]) -> None:
    for head, pipeline in small._pipelines.items():
        np.testing.assert_allclose(
            small.frozen.probabilities(texts)[head],
            pipeline.predict_proba(texts),
            rtol=0,
            atol=1e-9,
        )


@pytest.mark.parametrize("calibrate", [True, False], ids=["calibrated", "plain"])
def test_two_labels(calibrate: bool, lighthouse: pd.DataFrame) -> None:
    table = lighthouse[lighthouse["stance"] != "neutral"]
    model = stance.train(table, labels="stance", recipes={"stance": {"calibrate": calibrate}})
    expected = model._pipelines["stance"].predict_proba(table["text"])
    np.testing.assert_allclose(
        model.frozen.probabilities(table["text"])["stance"], expected, rtol=0, atol=1e-9
    )


@given(
    st.sampled_from(HOSTILE) | st.text(alphabet=st.sampled_from("truce noaf.'’ \n"), max_size=80)
)
@settings(deadline=None)
def test_contributions_and_intercept_add_up_to_the_logit(small: Model, text: str) -> None:
    for head in small.frozen.heads.values():
        tokens = small.frozen.tokens(text)
        total = head.contributions(tokens).sum(axis=0) + head.intercept
        np.testing.assert_allclose(total, head.logits([tokens])[0], rtol=0, atol=1e-9)


def test_prediction_sets_hold_the_true_label_as_often_as_promised(small: Model) -> None:
    head = dataclasses.replace(
        small.frozen.heads["stance"], scores=np.sort(np.random.default_rng(0).uniform(size=500))
    )
    probabilities = 1 - np.random.default_rng(1).uniform(size=(4000, 3))
    assert head.kept(probabilities, 0.9)[:, 0].mean() == pytest.approx(0.9, abs=0.03)


def test_softmax_does_not_overflow() -> None:
    np.testing.assert_allclose(softmax(np.array([[1e4, 0.0]])), [[1.0, 0.0]])
