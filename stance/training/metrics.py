"""Measure predictions against annotations, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

Z_95: Final = 1.959964
"""How many standard errors a normal 95% interval reaches to each side."""


def measure_macro_f1(
    annotations: Sequence[str], predictions: Sequence[str], labels: Sequence[str]
) -> float:
    """Return the mean F1 over `labels`; one that is neither annotated nor predicted counts 0."""
    from sklearn.metrics import f1_score

    return float(
        f1_score(annotations, predictions, labels=list(labels), average="macro", zero_division=0)
    )


def measure_interval(
    annotations: Sequence[str],
    predictions: Sequence[str],
    labels: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    n_resamples: int = 999,
    random_state: int = 0,
) -> tuple[float, float]:
    """Return the 95% percentile bootstrap interval of macro-F1.

    Parameters
    ----------
    annotations, predictions : sequence of str, of length n_paragraphs
        The label of each paragraph, by a reader and by the model.
    labels : sequence of str
        The labels to average over.
    groups : sequence of str, optional
        The group of each paragraph (document, voice). Groups are drawn whole; without them, each
        paragraph by itself.
    n_resamples : int, default=999
        Bootstrap samples.
    random_state : int, default=0
        Draws the samples.

    Returns
    -------
    low, high : float

    References
    ----------
    Efron and Tibshirani (1993). An Introduction to the Bootstrap. Chapman and Hall.
    """
    column_of = {label: column for column, label in enumerate(labels)}
    annotated = np.asarray([column_of[label] for label in annotations], dtype=int)
    predicted = np.asarray([column_of[label] for label in predictions], dtype=int)
    rng = np.random.default_rng(random_state)
    n_labels = len(labels)
    if groups is None:  # to draw paragraphs is to draw cells of the confusion matrix
        cells = np.bincount(annotated * n_labels + predicted, minlength=n_labels**2)
        drawn_cells = rng.multinomial(len(annotated), cells / cells.sum(), n_resamples)
        return _interval(drawn_cells.reshape(n_resamples, n_labels, n_labels).astype(float))
    group_numbers = np.unique(np.asarray(groups), return_inverse=True)[1]
    matrices = np.zeros((int(group_numbers.max()) + 1, n_labels, n_labels))
    np.add.at(matrices, (group_numbers, annotated, predicted), 1)
    return _interval(np.tensordot(_draw_groups(len(matrices), n_resamples, rng), matrices, axes=1))


def _draw_groups(n_groups: int, n_resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each group is drawn, of shape (n_resamples, n_groups)."""
    return rng.multinomial(n_groups, [1 / n_groups] * n_groups, n_resamples)


def _interval(matrices: np.ndarray) -> tuple[float, float]:
    """Return the percentile interval of macro-F1 over resampled confusion matrices.

    They have the shape (n_resamples, n_classes, n_classes).
    """
    right = np.einsum("rii->ri", matrices)
    annotated_plus_predicted = matrices.sum(axis=1) + matrices.sum(axis=2)
    f1 = np.divide(
        2 * right,
        annotated_plus_predicted,
        out=np.zeros_like(right),
        where=annotated_plus_predicted > 0,
    )
    low, high = np.quantile(f1.mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def measure_calibration_error(
    annotations: Sequence[str],
    probabilities: np.ndarray,
    labels: Sequence[str],
    *,
    n_bins: int = 10,
) -> float:
    """Return the expected calibration error of the most probable label.

    Parameters
    ----------
    annotations : sequence of str, of length n_paragraphs
        The label of each paragraph, by a reader.
    probabilities : ndarray of shape (n_paragraphs, n_classes)
        Columns in the order of `labels`.
    labels : sequence of str
        Names of the columns.
    n_bins : int, default=10
        Bins of equal width.

    Returns
    -------
    float
        From 0 to 1: the sum over bins of ``share * |accuracy - mean probability|``.

    References
    ----------
    Naeini, Cooper and Hauskrecht (2015). Obtaining well calibrated probabilities using Bayesian
    binning. AAAI.
    """
    bins, top, right = bin_probabilities(annotations, probabilities, labels, n_bins=n_bins)
    in_bins = [bins == number for number in np.unique(bins)]
    gaps = [abs(right[rows].mean() - top[rows].mean()) * np.mean(rows) for rows in in_bins]
    return float(sum(gaps))


def bin_probabilities(
    annotations: Sequence[str],
    probabilities: np.ndarray,
    labels: Sequence[str],
    *,
    n_bins: int = 10,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put each paragraph into a bin by its largest probability.

    Returns
    -------
    bins, top, right : ndarray of shape (n_paragraphs,)
        The number of the bin, the probability, and whether its label is the annotation.

    Examples
    --------
    >>> bin_probabilities(["a", "b"], np.asarray([[1.0, 0.0], [0.75, 0.25]]), ["a", "b"])
    (array([9, 7]), array([1.  , 0.75]), array([ True, False]))
    """
    top = probabilities.max(axis=1)
    right = np.asarray(labels)[probabilities.argmax(axis=1)] == np.asarray(annotations)
    return np.minimum((top * n_bins).astype(int), n_bins - 1), top, right


def wilson_interval(hits: float, count: float) -> tuple[float, float]:
    """Return the 95% score interval of a share (Wilson 1927); 0 to 1 if nothing was counted.

    >>> [round(edge, 3) for edge in wilson_interval(0, 10)]
    [0.0, 0.278]
    """
    if not count:
        return 0.0, 1.0
    share, z = hits / count, Z_95
    middle = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
