"""Linear maps: the last step of a classifier, how it is fitted, and its temperature."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from stance.errors import TrainingError
from stance.scoring.heads import softmax


class LinearMap(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """The last step of a fitted `BlendedClassifier`: linear logits, and their softmax.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Labels in sorted order.
    coef : ndarray of shape (n_classes, n_features)
        Coefficients, already divided by the temperature.
    intercept : ndarray of shape (n_classes,)
        Intercepts, already divided by the temperature.
    """

    def __init__(self, classes: np.ndarray, coef: np.ndarray, intercept: np.ndarray) -> None:
        self.classes = classes
        self.coef = coef
        self.intercept = intercept

    def fit(self, X: Any = None, y: Any = None) -> LinearMap:
        """Take the map over as it is; it was fitted by `BlendedClassifier`."""
        self.classes_, self.coef_, self.intercept_ = self.classes, self.coef, self.intercept
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the logits, of shape (n_rows, n_classes)."""
        return np.asarray(X @ self.coef_.T + self.intercept_)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probabilities, of shape (n_rows, n_classes)."""
        return softmax(self.decision_function(X))

    def predict(self, X: Any) -> np.ndarray:
        """Return the most probable labels, of shape (n_rows,)."""
        return np.asarray(self.classes_[self.decision_function(X).argmax(axis=1)])


def fit_map(
    model: LogisticRegression, matrix: Any, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fit logistic regression; a row whose readings differ counts once per label, by their shares.

    Returns
    -------
    coef : ndarray of shape (n_classes, n_features)
    intercept : ndarray of shape (n_classes,)

    Raises
    ------
    TrainingError
        If a label has no row.
    """
    rows, labels = np.nonzero(shares)
    if len(np.unique(labels)) < shares.shape[1]:
        raise TrainingError(
            "every label must occur in every part of the rows that is fitted; one does not. "
            "Add rows of it, or merge labels."
        )
    model.fit(matrix[rows], labels, sample_weight=shares[rows, labels])
    coef, intercept = model.coef_, model.intercept_
    if len(coef) == 1:  # two labels: the margin x is (-x/2, x/2) as logits of a softmax
        coef = np.vstack([-coef, coef]) / 2
        intercept = np.concatenate([-intercept, intercept]) / 2
    return coef, intercept


def fit_temperature(logits: np.ndarray, shares: np.ndarray) -> float:
    """Return the temperature that makes the likelihood of held-out labels largest.

    >>> logits = np.array([[4.0, 0.0], [0.0, 4.0], [4.0, 0.0], [0.0, 4.0]])
    >>> shares = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    >>> round(fit_temperature(logits, shares), 2)  # right in 3 of 4: e ** (4 / 3.64) is 3
    3.64
    """

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        top = scaled.max(axis=1)
        logs = scaled - top[:, None] - np.log(np.exp(scaled - top[:, None]).sum(axis=1))[:, None]
        return -float((shares * logs).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x))
