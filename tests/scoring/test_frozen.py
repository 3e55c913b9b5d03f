"""The frozen model: scikit-learn's probabilities, from whichever backend is in use."""

import pickle

import numpy as np
import pandas as pd
import pytest
from backends import assert_close
from conftest import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

import stance
from stance.model import Model
from stance.scoring.folders import shipped_path
from stance.seeds.commands import SEEDS, read_seeds


@pytest.mark.parametrize("head", ["stance", "tone"])
def test_probabilities_are_scikit_learns_on_all_seeds_and_hostile_strings(
    head: str, shipped: Model
) -> None:
    texts = [*read_seeds()["text"], *HOSTILE] if SEEDS.exists() else HOSTILE
    expected = stance.load_pipeline(shipped_path(), head).predict_proba(texts)
    assert_close(shipped.frozen.probabilities(texts)[head], expected)


@given(st.lists(st.text(max_size=60) | st.sampled_from(HOSTILE), min_size=1, max_size=5))
@settings(deadline=None)
def test_probabilities_are_scikit_learns_on_any_string(small: Model, texts: list[str]) -> None:
    for head, pipeline in small._pipelines.items():
        assert_close(small.frozen.probabilities(texts)[head], pipeline.predict_proba(texts))


@pytest.mark.parametrize("calibrate", [True, False], ids=["calibrated", "plain"])
def test_two_labels(calibrate: bool, lighthouse: pd.DataFrame) -> None:
    table = lighthouse[lighthouse["stance"] != "neutral"]
    model = stance.train(table, labels="stance", recipes={"stance": {"calibrate": calibrate}})
    expected = model._pipelines["stance"].predict_proba(table["text"])
    assert_close(model.frozen.probabilities(table["text"])["stance"], expected)


def test_a_frozen_model_pickled_scores_the_same(small: Model) -> None:
    texts = ["They urged a truce."]
    expected = small.frozen.probabilities(texts)["tone"]
    copy = pickle.loads(pickle.dumps(small.frozen))
    np.testing.assert_array_equal(copy.probabilities(texts)["tone"], expected)
