"""A model of posts with the valence of words.

It scores as scikit-learn does, its evidence is exact, and once saved it needs no lexicon package.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

import stance
from stance.model import Model
from stance.text.features import VALENCES, valence_features
from stance.text.tokens import make_tokens
from stance.text.valence import load_lexicon

POSTS = [
    "#TruceNow!! :)",
    "#not_a_good2day",
    "#NATOWins",
    "# #! <3",
    "not good 🕊️ never bad ?!",
    "#ÉtéÀParis",
    "##x#y",
    ":-( sad",
]


@pytest.fixture(scope="module")
def posts(lighthouse: pd.DataFrame) -> Model:
    pytest.importorskip("vaderSentiment")
    recipe = {"char_ngram_range": (2, 4), "valence": True}
    return stance.train(lighthouse, labels="tone", social_media=True, recipes={"tone": recipe})


@given(st.text(alphabet="truce notbadgood!?#:) ", max_size=60) | st.sampled_from(HOSTILE + POSTS))
@settings(deadline=None)
def test_probabilities_are_scikit_learns_and_evidence_adds_up(posts: Model, text: str) -> None:
    head = posts.frozen.heads["tone"]
    expected = posts._pipelines["tone"].predict_proba([text])
    np.testing.assert_allclose(
        posts.frozen.probabilities([text])["tone"], expected, rtol=0, atol=1e-9
    )
    tokens = posts.frozen.tokens(text)
    total = head.contributions(tokens).sum(axis=0) + head.intercept
    np.testing.assert_allclose(total, head.logits([tokens])[0], rtol=0, atol=1e-9)


def test_a_saved_model_needs_no_lexicon_package(
    posts: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = posts.save(tmp_path / "posts")
    monkeypatch.setattr("stance.text.valence.resources.files", _absent)
    back = stance.load(folder)
    np.testing.assert_array_equal(
        back.frozen.probabilities(POSTS)["tone"], posts.frozen.probabilities(POSTS)["tone"]
    )


def _absent(package: str) -> Path:
    raise ModuleNotFoundError(package)


def test_training_without_the_package_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, lighthouse: pd.DataFrame
) -> None:
    monkeypatch.setattr("stance.text.valence.resources.files", _absent)
    load_lexicon.cache_clear()
    message = (
        r"^`valence` needs the package vaderSentiment; it is not installed\. "
        r'pip install "stance-tone\[valence\]"$'
    )
    with pytest.raises(stance.TrainingError, match=message):
        stance.ParagraphClassifier(valence=True).fit(lighthouse["text"], lighthouse["tone"])


def test_the_lexicon_gives_known_features_only() -> None:
    pytest.importorskip("vaderSentiment")
    lexicon = load_lexicon()
    assert (lexicon["good"], lexicon["horrible"]) == (2, -2)
    tokens = make_tokens("not " + " ".join(word for word in lexicon if word.isalpha()))
    assert {occurrence.feature for occurrence in valence_features(tokens, lexicon)} <= set(VALENCES)
    assert all(1 <= abs(strength) <= 4 for strength in lexicon.values())
