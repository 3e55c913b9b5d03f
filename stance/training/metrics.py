"""Measure predictions against annotations, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def measure_macro_f1(
    annotations: Sequence[str], predictions: Sequence[str], labels: Sequence[str]
) -> float:
    """Return the mean of the F1 of each label in `labels`; a label that is never annotated nor predicted counts 0."""
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
        Labels given by a reader and by the model.
    labels : sequence of str
        The labels averaged over.
    groups : sequence of str, optional
        What is drawn whole (documents, voices); by default each paragraph by itself.
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
    column = {label: at for at, label in enumerate(labels)}
    draw = np.random.default_rng(random_state)
    if groups is None:  # to draw paragraphs is to draw cells of the confusion matrix
        table = np.zeros((len(labels), len(labels)))
        np.add.at(
            table,
            ([column[label] for label in annotations], [column[label] for label in predictions]),
            1,
        )
        cells = draw.multinomial(len(annotations), table.ravel() / table.sum(), n_resamples)
        return _interval(cells.reshape(n_resamples, *table.shape).astype(float))
    units = np.unique(np.asarray(groups), return_inverse=True)[1]
    tables = np.zeros((int(units.max()) + 1, len(labels), len(labels)))
    for unit, given, predicted in zip(units, annotations, predictions, strict=True):
        tables[unit, column[given], column[predicted]] += 1
    draws = draw.multinomial(len(tables), [1 / len(tables)] * len(tables), n_resamples)
    return _interval(np.tensordot(draws, tables, axes=1))


def _interval(resampled: np.ndarray) -> tuple[float, float]:
    """Return the percentile interval of macro-F1 over confusion matrices of shape (n_resamples, n_classes, n_classes)."""
    right = np.einsum("rii->ri", resampled)
    sizes = resampled.sum(axis=1) + resampled.sum(axis=2)
    f1 = np.divide(2 * right, sizes, out=np.zeros_like(right), where=sizes > 0).mean(axis=1)
    low, high = np.quantile(f1, [0.025, 0.975])
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
        Labels given by a reader.
    probabilities : ndarray of shape (n_paragraphs, n_classes)
        Columns in the order of `labels`.
    labels : sequence of str
        Names of the columns.
    n_bins : int, default=10
        Bins of equal width.

    Returns
    -------
    float
        From 0 to 1: ``sum over bins of share * |accuracy - mean probability|`` (Naeini, Cooper and Hauskrecht 2015).
    """
    bins, top, right = bin_probabilities(annotations, probabilities, labels, n_bins=n_bins)
    gaps = [
        abs(right[bins == b].mean() - top[bins == b].mean()) * np.mean(bins == b)
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def bin_probabilities(
    annotations: Sequence[str],
    probabilities: np.ndarray,
    labels: Sequence[str],
    *,
    n_bins: int = 10,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the bin of each paragraph's largest probability, that probability, and whether its label is right: (n_paragraphs,) each.

    >>> bin_probabilities(["a", "b"], np.asarray([[1.0, 0.0], [0.75, 0.25]]), ["a", "b"])
    (array([9, 7]), array([1.  , 0.75]), array([ True, False]))
    """
    top = probabilities.max(axis=1)
    right = np.asarray(labels)[probabilities.argmax(axis=1)] == np.asarray(annotations)
    return np.minimum((top * n_bins).astype(int), n_bins - 1), top, right


def wilson_interval(hits: float, count: float) -> tuple[float, float]:
    """Return the 95% score interval of a share (Wilson 1927); all of it where nothing was counted.

    >>> [round(edge, 3) for edge in wilson_interval(0, 10)]
    [0.0, 0.278]
    """
    if not count:
        return 0.0, 1.0
    z, share = 1.959964, hits / count
    middle, half = (
        share + z * z / (2 * count),
        z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)),
    )
    return max(0.0, (middle - half) / (1 + z * z / count)), min(
        1.0, (middle + half) / (1 + z * z / count)
    )
