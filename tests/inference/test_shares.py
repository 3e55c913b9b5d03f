"""Shares corrected for what a model confuses, and intervals that hold the truth as often as they say."""

import numpy as np
import pytest

from stance.errors import InputError
from stance.inference.shares import (
    DesignEffect,
    count_labels,
    invert_confusion,
    measure_design_effect,
)

CONFUSION = np.array([[2043, 136, 220], [142, 1362, 193], [297, 199, 1367]])


def test_known_confusion_is_undone() -> None:
    truth = np.array([0.7, 0.1, 0.2])
    counted = truth @ (CONFUSION / CONFUSION.sum(axis=1, keepdims=True))
    shares = invert_confusion(np.round(1e6 * counted), CONFUSION)
    assert shares.estimate == pytest.approx(truth, abs=1e-5)
    assert abs(shares.raw - truth).max() > 0.05


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    rates = CONFUSION / CONFUSION.sum(axis=1, keepdims=True)
    hits = []
    for _ in range(200):
        truth = random.dirichlet(np.ones(3))
        measured = np.array(
            [random.multinomial(100, row) for row in rates]
        )  # a small matrix, with errors of its own
        shares = invert_confusion(random.multinomial(200, truth @ rates), measured)
        hits.append((shares.low <= truth) & (truth <= shares.high))
    assert 0.92 <= np.mean(hits) <= 1.0


def test_a_smaller_matrix_means_wider_intervals() -> None:
    counts = np.array([60, 20, 20])
    few, many = (invert_confusion(counts, matrix) for matrix in (CONFUSION // 50, CONFUSION))
    assert (few.high - few.low > many.high - many.low).all()


def test_shares_add_up_and_stay_within_bounds() -> None:
    for counts in ([1, 0, 0], [0, 0, 5], [3, 2, 1]):
        shares = invert_confusion(np.array(counts), CONFUSION)
        assert shares.estimate.sum() == pytest.approx(1)
        assert (shares.low <= shares.estimate).all() and (shares.estimate <= shares.high).all()
        assert (shares.low >= 0).all() and (shares.high <= 1).all()


def test_without_a_matrix_nothing_is_corrected() -> None:
    shares = invert_confusion(np.array([30, 70]))
    assert shares.estimate.tolist() == shares.raw.tolist() == [0.3, 0.7]
    assert shares.low[0] < 0.3 < shares.high[0]


def test_a_matrix_that_tells_nothing_apart_is_refused() -> None:
    with pytest.raises(InputError) as error:
        invert_confusion(np.array([1, 1]), np.array([[5, 5], [5, 5]]))
    assert str(error.value) == (
        "`confusion` must tell its labels apart; got [[5, 5], [5, 5]]. Annotate more paragraphs of each label, or report raw shares."
    )
    with pytest.raises(
        InputError, match=r"^`confusion` must tell its labels apart; got \[\[5, 0\], \[0, 0\]\]\."
    ):
        invert_confusion(np.array([1, 1]), np.array([[5, 0], [0, 0]]))
    with pytest.raises(
        InputError,
        match=r"^`counts` must count at least one paragraph; got none\. Leave out what is empty\.$",
    ):
        invert_confusion(np.array([0, 0]))


def test_documents_whose_paragraphs_are_alike_widen_the_intervals() -> None:
    mixed, alike = DesignEffect(2), DesignEffect(2)
    for document in range(50):
        mixed.add(np.array([5, 5]))
        alike.add(np.array([10, 0]) if document % 2 else np.array([0, 10]))
    assert mixed.measure() == 1.0
    assert alike.measure() == pytest.approx(10, rel=0.05)  # ten paragraphs are worth one
    narrow, wide = (
        invert_confusion(np.array([250, 250]), design_effect=effect.measure())
        for effect in (mixed, alike)
    )
    assert (wide.high - wide.low > 2.5 * (narrow.high - narrow.low)).all()


def test_one_document_has_no_design_effect() -> None:
    effect = DesignEffect(2)
    effect.add(np.array([9, 0]))
    assert effect.measure() == 1.0


def test_labels_of_paragraphs_are_measured_with_their_documents() -> None:
    given = ["opposed"] * 20 + ["neutral"] * 20
    labels = ["neutral", "opposed", "pro-ceasefire"]
    counts = count_labels(given, labels)
    effect = measure_design_effect(given, labels, [number // 10 for number in range(40)])
    whole, apart = (invert_confusion(counts, design_effect=each) for each in (effect, 1.0))
    assert whole.raw.tolist() == apart.raw.tolist() == [0.5, 0.5, 0]
    assert whole.low[0] < apart.low[0] < 0.5 < apart.high[0] < whole.high[0]
    assert apart.low[2] == 0 < apart.high[2] < whole.high[2]  # not seen is not impossible


@pytest.mark.parametrize("alike", [0.0, 0.5], ids=["one by one", "alike"])
def test_intervals_over_documents_hold_the_truth_nearly_as_often_as_they_say(alike: float) -> None:
    random = np.random.default_rng(0)
    hits = []
    for _ in range(150):
        truth = random.dirichlet(np.ones(3))
        effect, counts = DesignEffect(3), np.zeros(3, dtype=int)
        for _ in range(20):
            own = random.dirichlet(truth / alike) if alike else truth
            document = random.multinomial(10, own)
            effect.add(document)
            counts += document
        shares = invert_confusion(counts, design_effect=effect.measure())
        hits.append((shares.low <= truth) & (truth <= shares.high))
    assert np.mean(hits) > 0.91
