"""One label column: exact evidence, and prediction sets that keep their promise."""

import dataclasses

import numpy as np
import pytest
from conftest import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

import stance
from stance.model import Model
from stance.scoring.heads import check_level, measure_familiarity, softmax
from stance.text.tokens import Gazetteer, make_tokens


@given(
    st.sampled_from(HOSTILE) | st.text(alphabet=st.sampled_from("truce noaf.'’ \n"), max_size=80)
)
@settings(deadline=None)
def test_contributions_and_intercept_add_up_to_the_logit(small: Model, text: str) -> None:
    for head in small.frozen.heads.values():
        tokens = small.frozen.tokens(text)
        total = head.contributions(tokens).sum(axis=0) + head.intercept
        np.testing.assert_allclose(total, head.logits([tokens])[0], rtol=0, atol=1e-9)


def test_many_paragraphs_contribute_what_each_does_alone(small: Model) -> None:
    tokens = [small.frozen.tokens(text) for text in (*HOSTILE, "a truce " * 5000, "", "A truce.")]
    for head in small.frozen.heads.values():
        labels = [number % len(head.classes) for number in range(len(tokens))]
        together = list(head.contributions_of_each(tokens, labels))
        assert len(together) == len(tokens)
        for alone, label, contributions in zip(tokens, labels, together, strict=True):
            assert contributions == head.contributions(alone)[:, label].tolist()
    assert list(head.contributions_of_each([], [])) == []


def test_prediction_sets_contain_the_true_label_as_often_as_promised(small: Model) -> None:
    nonconformity = np.sort(np.random.default_rng(0).uniform(size=500))
    head = dataclasses.replace(small.frozen.heads["stance"], nonconformity=nonconformity)
    probabilities = 1 - np.random.default_rng(1).uniform(size=(4000, 3))
    contains_first = head.prediction_sets(probabilities, 0.9)[:, 0]
    assert contains_first.mean() == pytest.approx(0.9, abs=0.03)


def test_with_too_few_rows_no_label_is_ruled_out(small: Model) -> None:
    head = dataclasses.replace(small.frozen.heads["stance"], nonconformity=np.array([0.1, 0.2]))
    assert head.prediction_sets(np.array([[0.98, 0.01, 0.01]]), 0.9).all()
    assert head.is_uncertain(np.array([[0.98, 0.01, 0.01]]), 0.9).tolist() == [True]


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_a_usual_level_is_accepted(level: float) -> None:
    check_level(level)


@pytest.mark.parametrize("level", [0.3, 1.0, float("nan")])
def test_a_level_of_no_use_is_refused(level: float) -> None:
    with pytest.raises(
        stance.InputError,
        match=rf"^`level` must be from 0\.5 to 0\.99; got {level}\. The usual choice is 0\.9\.$",
    ):
        check_level(level)


def test_names_numbers_and_marks_do_not_count_for_familiarity() -> None:
    tokens = make_tokens("Kenya urged 12 truces __ yesterday.", Gazetteer(["Kenya"]))
    assert measure_familiarity(tokens, {"urg", "truce"}) == pytest.approx(2 / 3)
    assert measure_familiarity(make_tokens("12 Kenya", Gazetteer(["Kenya"])), {"kenya"}) == 0.0


def test_softmax_does_not_overflow() -> None:
    np.testing.assert_allclose(softmax(np.array([[1e4, 0.0]])), [[1.0, 0.0]])
