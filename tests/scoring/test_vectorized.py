"""The NumPy backend: as exact as scikit-learn, whatever it has learned and forgotten."""

import numpy as np
import pytest
from backends import assert_close, with_backend
from conftest import HOSTILE

import stance
from stance.model import Model
from stance.scoring.folders import shipped_path
from stance.scoring.frozen import FrozenModel
from stance.seeds.commands import SEEDS, read_seeds


@pytest.mark.parametrize("head", ["stance", "tone"])
def test_probabilities_are_scikit_learns(head: str, shipped_numpy: FrozenModel) -> None:
    texts = [*read_seeds()["text"].head(1000), *HOSTILE] if SEEDS.exists() else HOSTILE
    expected = stance.load_pipeline(shipped_path(), head).predict_proba(texts)
    assert_close(shipped_numpy.probabilities(texts)[head], expected)


def test_no_text_gives_no_row(small_numpy: FrozenModel) -> None:
    assert small_numpy.probabilities([])["stance"].shape == (0, 3)


def test_forgetting_words_changes_nothing(small: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"truce lamp{number}, no deal, Kenya’s envoy" for number in range(40)]
    expected = small.frozen.probabilities(texts)["tone"]
    monkeypatch.setattr("stance.scoring.vectorized.MAX_WORDS", 5)
    monkeypatch.setattr("stance.scoring.vectorized.CHUNK", 3)
    assert_close(with_backend(small.frozen, "numpy").probabilities(texts)["tone"], expected)


def test_only_rare_words_are_forgotten(small: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = with_backend(small.frozen, "numpy")
    backend = frozen.scorer
    monkeypatch.setattr("stance.scoring.vectorized.MAX_WORDS", 30)
    frozen.probabilities(["no truce", "no deal", *(f"lamp{number}" for number in range(40))])
    frozen.probabilities(["harbour"])
    learned = [token.word for token in backend._learned.tokens[1:]]  # type: ignore[attr-defined]
    assert learned == ["no", "harbour"]


def test_an_interrupt_leaves_no_word_half_learned(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = with_backend(small.frozen, "numpy")
    texts = ["They urged a truce.", "Lamplighters refused."]
    expected = frozen.probabilities(texts)["stance"]

    def interrupt(words: list[str]) -> list[str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("stance.scoring.vectorized.stem_all", interrupt)
        with pytest.raises(KeyboardInterrupt):
            frozen.probabilities(["The harbour bells rang."])
    np.testing.assert_array_equal(frozen.probabilities(texts)["stance"], expected)
