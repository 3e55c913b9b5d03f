"""What a refit finds where the truth is planted, and what it says of itself."""

import numpy as np
import pytest

from stance.scoring.heads import FeatureBlock, Head, softmax
from stance.training.recalibration import Rows, folds, measure_gain, refit, refit_limits

LABELS = ("neutral", "opposed", "pro-ceasefire")
OFFSETS = np.array([0.6, -0.6, 0.0])


def planted(
    n: int, random: np.random.Generator, scale: float = 1.0, offsets: np.ndarray | float = 0.0
) -> Rows:
    """Return paragraphs whose true logits are ``scale * logits + offsets`` of the model's."""
    logits = random.normal([0.8, -1.0, 0.0], 1.5, (n, 3))
    codes = (softmax(logits).cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    return Rows(softmax((logits - offsets) / scale), codes, np.ones(n), np.arange(n) // 2)


@pytest.fixture(scope="module")
def head() -> Head:
    """A head without features, whose limits come from 3,000 paragraphs that it is calibrated on."""
    rows = planted(3000, np.random.default_rng(7))
    values = 1 - rows.probabilities[np.arange(3000), rows.codes]
    order = np.lexsort((values, rows.codes))
    limits = np.stack([rows.codes[order].astype(float), values[order]], axis=1)
    block, empty = FeatureBlock("words", (1, 1), (), first=0), np.empty((0, 3))
    return Head("stance", LABELS, (block,), empty[:, 0], empty, np.zeros(3), limits)


def test_planted_scale_and_offsets_are_found() -> None:
    rows = planted(20_000, np.random.default_rng(0), scale=1.6, offsets=OFFSETS)
    fitted = refit(rows)
    assert fitted.scale == pytest.approx(1.6, abs=0.05)
    np.testing.assert_allclose(fitted.offsets, OFFSETS, atol=0.08)
    assert fitted.offsets.sum() == pytest.approx(0)


def test_the_gain_is_that_on_paragraphs_never_seen(head: Head) -> None:
    random = np.random.default_rng(1)
    measured, true = [], []
    for _ in range(5):
        rows = planted(150, random, scale=1.6, offsets=OFFSETS)
        measured.append(measure_gain(rows, head).mean)
        fresh = planted(5000, random, scale=1.6, offsets=OFFSETS)
        every = np.arange(5000)
        after = refit(rows).probabilities(fresh.probabilities)[every, fresh.codes]
        true.append(np.mean(np.log(after / fresh.probabilities[every, fresh.codes])))
    error = np.std(measured) / np.sqrt(5)
    assert np.mean(measured) == pytest.approx(np.mean(true), abs=3 * error)
    assert np.mean(true) > 0.05


def test_a_model_that_is_calibrated_already_gains_nothing(head: Head) -> None:
    random = np.random.default_rng(2)
    assert not any(measure_gain(planted(100, random), head).is_real for _ in range(4))


def test_refitted_sets_hold_the_annotation_as_often_as_they_promise(head: Head) -> None:
    random = np.random.default_rng(3)
    before, after = [], []
    for _ in range(10):
        rows = planted(300, random, scale=0.5, offsets=OFFSETS)
        fitted = refit(rows)
        refitted = fitted.apply(head, refit_limits(rows, LABELS))
        fresh = planted(2000, random, scale=0.5, offsets=OFFSETS)
        every = np.arange(2000)
        sets = head.prediction_sets(fresh.probabilities, 0.9)
        before.append(sets[every, fresh.codes].mean())
        sets = refitted.prediction_sets(fitted.probabilities(fresh.probabilities), 0.9)
        after.append(sets[every, fresh.codes].mean())
    assert np.mean(before) < 0.85
    assert 0.89 < np.mean(after) < 0.94  # a limit of few rows errs on the side of more labels


def test_weights_undo_a_draw_that_left_most_of_a_label_out() -> None:
    random = np.random.default_rng(4)
    rows = planted(20_000, random)
    probability = np.where(rows.codes == 0, 0.1, 1.0)
    drawn = rows.take(np.flatnonzero(random.random(20_000) < probability))
    weighted = drawn._replace(weights=np.where(drawn.codes == 0, 10.0, 1.0))
    assert abs(refit(drawn).offsets).max() > 1
    assert abs(refit(weighted).offsets).max() < 0.1


def test_a_label_that_was_never_annotated_keeps_a_probability() -> None:
    rows = planted(300, np.random.default_rng(5))
    seen = rows.take(np.flatnonzero(rows.codes != 1))
    fitted = refit(seen)
    assert -5 < fitted.offsets[1] < -1
    assert (fitted.probabilities(seen.probabilities)[:, 1] > 0).all()


def test_limits_repeat_a_row_as_often_as_it_weighs() -> None:
    rows = planted(400, np.random.default_rng(6))
    heavy = np.where(rows.codes == 1, 3.0, 1.0)
    limits = refit_limits(rows._replace(weights=heavy), LABELS)
    assert limits.shape == (400, 2)
    share = heavy[rows.codes == 1].sum() / heavy.sum()
    assert np.mean(limits[:, 0] == 1) == pytest.approx(share, abs=0.01)


def test_few_rows_of_a_label_share_one_limit() -> None:
    rows = planted(60, np.random.default_rng(8))
    assert refit_limits(rows, LABELS).shape == (60,)


def test_no_article_is_fitted_and_measured_on_at_once() -> None:
    rows = planted(101, np.random.default_rng(9))
    measured = []
    for train, test in folds(rows, 10):
        assert not set(rows.groups[train]) & set(rows.groups[test])
        measured += test.tolist()
    assert sorted(measured) == list(range(101))
