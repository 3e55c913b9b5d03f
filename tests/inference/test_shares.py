"""Shares corrected for what a model confuses, and intervals that hold the truth as often as they say."""

import numpy as np
import pytest

from stance.errors import InputError
from stance.inference.shares import Spread, estimate_shares

CONFUSION = np.array([[2043, 136, 220], [142, 1362, 193], [297, 199, 1367]])


def test_known_confusion_is_turned_round() -> None:
    truth = np.array([0.7, 0.1, 0.2])
    found = truth @ (CONFUSION / CONFUSION.sum(axis=1, keepdims=True))
    shares = estimate_shares(np.round(1e6 * found), CONFUSION)
    assert shares.estimate == pytest.approx(truth, abs=1e-5)
    assert abs(shares.raw - truth).max() > 0.05


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    rates = CONFUSION / CONFUSION.sum(axis=1, keepdims=True)
    held = []
    for _ in range(200):
        truth = random.dirichlet(np.ones(3))
        measured = np.array(
            [random.multinomial(100, row) for row in rates]
        )  # a small matrix, with errors of its own
        shares = estimate_shares(random.multinomial(200, truth @ rates), measured)
        held.append((shares.low <= truth) & (truth <= shares.high))
    assert 0.92 <= np.mean(held) <= 1.0


def test_a_smaller_matrix_means_wider_intervals() -> None:
    counts = np.array([60, 20, 20])
    few, many = (estimate_shares(counts, matrix) for matrix in (CONFUSION // 50, CONFUSION))
    assert (few.high - few.low > many.high - many.low).all()


def test_shares_add_up_and_stay_within_bounds() -> None:
    for counts in ([1, 0, 0], [0, 0, 5], [3, 2, 1]):
        shares = estimate_shares(np.array(counts), CONFUSION)
        assert shares.estimate.sum() == pytest.approx(1)
        assert (shares.low <= shares.estimate).all() and (shares.estimate <= shares.high).all()
        assert (shares.low >= 0).all() and (shares.high <= 1).all()


def test_without_a_matrix_nothing_is_corrected() -> None:
    shares = estimate_shares(np.array([30, 70]))
    assert shares.estimate.tolist() == shares.raw.tolist() == [0.3, 0.7]
    assert shares.low[0] < 0.3 < shares.high[0]


def test_a_matrix_that_tells_nothing_apart_is_refused() -> None:
    with pytest.raises(InputError) as error:
        estimate_shares(np.array([1, 1]), np.array([[5, 5], [5, 5]]))
    assert str(error.value) == (
        "`confusion` must tell its labels apart; got [[5, 5], [5, 5]]. Annotate more paragraphs of each label, or report raw shares."
    )
    with pytest.raises(
        InputError, match=r"^`confusion` must tell its labels apart; got \[\[5, 0\], \[0, 0\]\]\."
    ):
        estimate_shares(np.array([1, 1]), np.array([[5, 0], [0, 0]]))
    with pytest.raises(
        InputError,
        match=r"^`counts` must count at least one paragraph; got none\. Leave out what is empty\.$",
    ):
        estimate_shares(np.array([0, 0]))


def test_documents_that_are_of_one_mind_widen_the_intervals() -> None:
    apart, alike = Spread(2), Spread(2)
    for document in range(50):
        apart.add(np.array([5, 5]))
        alike.add(np.array([10, 0]) if document % 2 else np.array([0, 10]))
    assert apart.measure() == 1.0
    assert alike.measure() == pytest.approx(10, rel=0.05)  # ten paragraphs are worth one
    narrow, wide = (
        estimate_shares(np.array([250, 250]), spread=spread.measure()) for spread in (apart, alike)
    )
    assert (wide.high - wide.low > 2.5 * (narrow.high - narrow.low)).all()


def test_one_document_tells_no_spread() -> None:
    spread = Spread(2)
    spread.add(np.array([9, 0]))
    assert spread.measure() == 1.0
