"""Refit what turns the scores of one head into probabilities: temperature, offsets, limits.

Nothing else of the head changes. With few annotated paragraphs that is as much as can be learned
well; the figures before and after come from paragraphs that the refit did not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np

from stance.scoring.heads import Head, softmax
from stance.training.freezing import measure_nonconformity
from stance.training.metrics import Z_95, measure_calibration_error

FOLDS: Final = 10
LIMIT_FOLDS: Final = 5
"""Of those within which limits are fitted: ten in ten would take twice the time."""
LEVEL: Final = 0.9
"""The confidence level at which prediction sets are measured before and after."""
ROWS_PER_LIMIT: Final = 30
"""A limit per label needs that many rows of each: at level 0.9 it is then their fourth highest."""
FIGURES: Final = {
    "log_loss": "log loss",
    "calibration_error": "calibration error",
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "coverage": f"annotation in the set of level {LEVEL}",
    "uncertain": "share uncertain",
}
"""What is measured before and after, in words."""
_PENALTY: Final = 1.0
"""Offsets and temperature are drawn to those of the model as a normal prior of deviation 1 would.

A label that was never annotated keeps a probability, and 300 paragraphs outweigh it.
"""
_Z_BETTER: Final = 1.645
"""The gain must be above 0 with 95% confidence, one-sided: chance helps one model in twenty."""


class Rows(NamedTuple):
    """Annotated paragraphs of one head, with the model's probabilities before.

    Attributes
    ----------
    probabilities : ndarray of shape (n_rows, n_classes)
        By the model as it is.
    codes : ndarray of int, of shape (n_rows,)
        The annotated labels.
    weights : ndarray of shape (n_rows,)
        How many paragraphs of the print each stands for.
    groups : ndarray of int, of shape (n_rows,)
        The article of each.
    """

    probabilities: np.ndarray
    codes: np.ndarray
    weights: np.ndarray
    groups: np.ndarray

    def take(self, rows: np.ndarray) -> Rows:
        """Return some of the rows."""
        return Rows(*(column[rows] for column in self))


@dataclass(frozen=True)
class Refit:
    """What changes in a head: logits become ``scale * logits + offsets``.

    Attributes
    ----------
    scale : float
        The inverse of the temperature, relative to that of the model.
    offsets : ndarray of shape (n_classes,)
        Added to the logits; their sum is 0.
    """

    scale: float
    offsets: np.ndarray

    def probabilities(self, before: np.ndarray) -> np.ndarray:
        """Return probabilities after the refit from those before."""
        return softmax(self.scale * _logits(before) + self.offsets)

    def apply(self, head: Head, nonconformity: np.ndarray) -> Head:
        """Return the head with other probabilities and limits."""
        copies = {
            target: (self.scale * weights, self.scale * intercept + self.offsets)
            for target, (weights, intercept) in head.copies.items()
        }
        return replace(
            head,
            weights=self.scale * head.weights,
            intercept=self.scale * head.intercept + self.offsets,
            nonconformity=nonconformity,
            copies=copies,
        )


@dataclass(frozen=True)
class Gain:
    """How much better the probabilities of paragraphs are that the refit did not see.

    Attributes
    ----------
    mean, error : float
        By how much the log loss falls, and the standard error of that, over articles.
    before, after : dict of str to float
        Figures of the model as it is, and refitted.
    held_out : ndarray of shape (n_rows, n_classes)
        Probabilities after, each by a refit without the article of its row.
    """

    mean: float
    error: float
    before: dict[str, float]
    after: dict[str, float]
    held_out: np.ndarray

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the mean."""
        return self.mean - Z_95 * self.error, self.mean + Z_95 * self.error

    @property
    def is_real(self) -> bool:
        """Whether the gain is more than noise."""
        return self.mean > _Z_BETTER * self.error


def refit(rows: Rows) -> Refit:
    """Fit scale and offsets by maximum likelihood, drawn a little to those of the model.

    Parameters
    ----------
    rows : Rows
        Annotated paragraphs that the model was not trained on.

    Returns
    -------
    Refit
        The minimum of a convex function: the same for the same rows.
    """
    from scipy.optimize import minimize

    logits = _logits(rows.probabilities)
    n_rows, n_classes = logits.shape
    weights = rows.weights * n_rows / rows.weights.sum()
    annotated = np.eye(n_classes)[rows.codes]

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        scale, offsets = parameters[0], parameters[1:]
        after = softmax(scale * logits + offsets)
        likely = np.maximum((after * annotated).sum(axis=1), 1e-300)
        error = weights[:, None] * (after - annotated)
        moved = np.concatenate([[scale - 1], offsets])
        value = -(weights @ np.log(likely)) + _PENALTY / 2 * moved @ moved
        slope = np.concatenate([[(error * logits).sum()], error.sum(axis=0)]) + _PENALTY * moved
        return float(value), slope

    start = np.concatenate([[1.0], np.zeros(n_classes)])
    bounds = [(0.05, None), *[(None, None)] * n_classes]  # a scale of 0 would say nothing
    solution = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Refit(float(solution[0]), solution[1:] - solution[1:].mean())


def refit_limits(rows: Rows, classes: tuple[str, ...]) -> np.ndarray:
    """Return the nonconformity of rows, each by a refit without its article, as heads store it.

    A row stands there as often as its weight asks for, in as many entries as there are rows.
    """
    held_out = np.empty_like(rows.probabilities)
    for train, test in folds(rows, LIMIT_FOLDS):
        held_out[test] = refit(rows.take(train)).probabilities(rows.probabilities[test])
    return _nonconformity(held_out, rows, classes)


def measure_gain(rows: Rows, head: Head) -> Gain:
    """Measure a refit on paragraphs that it did not see.

    Each tenth of the articles is scored by temperature, offsets and limits that were fitted on the
    other nine.
    """
    held_out = np.empty_like(rows.probabilities)
    plausible = np.empty(held_out.shape, dtype=bool)
    uncertain = np.empty(len(held_out), dtype=bool)
    for train, test in folds(rows, FOLDS):
        without = rows.take(train)
        fitted = refit(without)
        head_without = fitted.apply(head, refit_limits(without, head.classes))
        held_out[test] = fitted.probabilities(rows.probabilities[test])
        plausible[test] = head_without.prediction_sets(held_out[test], LEVEL)
        uncertain[test] = head_without.is_uncertain(held_out[test], LEVEL)
    before = _measure(
        rows,
        rows.probabilities,
        head.prediction_sets(rows.probabilities, LEVEL),
        head.is_uncertain(rows.probabilities, LEVEL),
        head.classes,
    )
    after = _measure(rows, held_out, plausible, uncertain, head.classes)
    gains = _log_loss(rows.probabilities, rows.codes) - _log_loss(held_out, rows.codes)
    return Gain(*_mean_over_groups(gains, rows), before, after, held_out)


def folds(rows: Rows, most: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the rows to fit on and the rows to measure on; no article is in both."""
    names, groups = np.unique(rows.groups, return_inverse=True)
    n_folds = min(most, len(names))
    fold_of_group = np.random.default_rng(0).permutation(len(names)) % n_folds
    fold_of_row = fold_of_group[groups]
    for fold in range(n_folds):
        inside = fold_of_row == fold
        yield np.flatnonzero(~inside), np.flatnonzero(inside)


def _logits(probabilities: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(np.maximum(probabilities, 1e-300)))


def _log_loss(probabilities: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return -_logits(probabilities[np.arange(len(codes)), codes])


def _nonconformity(held_out: np.ndarray, rows: Rows, classes: tuple[str, ...]) -> np.ndarray:
    values = 1 - held_out[np.arange(len(rows.codes)), rows.codes]
    order = np.lexsort((values, rows.codes))
    ends = np.cumsum(rows.weights[order])
    steps = (np.arange(len(order)) + 0.5) / len(order) * ends[-1]
    drawn = order[np.searchsorted(ends, steps)]  # each row once, where all weigh the same
    labels = [classes[code] for code in rows.codes[drawn]]
    return measure_nonconformity(
        held_out[drawn], np.asarray(classes), labels, rows_per_limit=ROWS_PER_LIMIT
    )


def _measure(
    rows: Rows,
    probabilities: np.ndarray,
    plausible: np.ndarray,
    uncertain: np.ndarray,
    classes: tuple[str, ...],
) -> dict[str, float]:
    """Return the figures of one head, weighted, except for the calibration error."""
    from sklearn.metrics import f1_score

    weights = rows.weights / rows.weights.sum()
    best = probabilities.argmax(axis=1)
    n_rows = np.arange(len(rows.codes))
    annotated = [classes[code] for code in rows.codes]
    return {
        "log_loss": float(weights @ _log_loss(probabilities, rows.codes)),
        "calibration_error": measure_calibration_error(annotated, probabilities, classes),
        "accuracy": float(weights @ (best == rows.codes)),
        "macro_f1": float(
            f1_score(
                rows.codes,
                best,
                labels=range(len(classes)),
                average="macro",
                sample_weight=rows.weights,
                zero_division=0,
            )
        ),
        "coverage": float(weights @ plausible[n_rows, rows.codes]),
        "uncertain": float(weights @ uncertain),
    }


def _mean_over_groups(values: np.ndarray, rows: Rows) -> tuple[float, float]:
    """Return the weighted mean of values, and its standard error over articles."""
    weights = rows.weights / rows.weights.sum()
    mean = float(weights @ values)
    sums = np.bincount(np.unique(rows.groups, return_inverse=True)[1], weights * (values - mean))
    n_groups = len(sums)
    return mean, float(np.sqrt((sums**2).sum() * n_groups / max(n_groups - 1, 1)))


def describe_gain(head: str, record: Mapping[str, Any]) -> str:
    """Say in one sentence what a refit does for one head, from what the facts record of it."""
    before, after = record["before"], record["after"]
    low, high = record["gain_interval"]
    changes = ", ".join(
        f"{words} {before[key]:.3f} to {after[key]:.3f}" for key, words in FIGURES.items()
    )
    return (
        f"{head} ({record['rows']:,} paragraphs), before to after: {changes}; log loss falls by "
        f"{record['gain']:.3f} (95% interval {low:.3f} to {high:.3f})."
    )
