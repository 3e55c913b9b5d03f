"""Measures."""

import numpy as np
import pytest

from stance.training.metrics import measure_calibration_error, measure_interval, measure_macro_f1

LABELS = ["a", "b"]


def test_macro_f1_by_hand() -> None:
    # a: precision 1/2, recall 1; b: precision 1, recall 1/2; both F1 2/3
    assert measure_macro_f1(["a", "b", "b"], ["a", "a", "b"], LABELS) == pytest.approx(2 / 3)


def test_the_interval_holds_the_figure_and_grows_when_groups_are_drawn() -> None:
    rng = np.random.default_rng(0)
    given = rng.choice(LABELS, 300).tolist()
    # in half of the groups nearly everything is right, in the others hardly anything
    groups = [str(row // 30) for row in range(300)]
    chances = [0.95 if int(group) % 2 else 0.3 for group in groups]
    predicted = [
        label if rng.random() < chance else LABELS[1 - LABELS.index(label)]
        for label, chance in zip(given, chances, strict=True)
    ]
    low, high = measure_interval(given, predicted, LABELS)
    wide_low, wide_high = measure_interval(given, predicted, LABELS, groups=groups)
    assert low < measure_macro_f1(given, predicted, LABELS) < high
    assert wide_high - wide_low > high - low


def test_calibration_error_by_hand() -> None:
    probabilities = np.array([[0.85, 0.15], [0.85, 0.15], [0.35, 0.65], [0.35, 0.65]])
    # bin 0.8-0.9: accuracy 0.5 against 0.85; bin 0.6-0.7: 1.0 against 0.65; half the rows in each
    assert measure_calibration_error(["a", "b", "b", "b"], probabilities, LABELS) == pytest.approx(
        0.35
    )
