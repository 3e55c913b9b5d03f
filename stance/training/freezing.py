"""Turn a fitted classifier into the plain arrays of a frozen model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stance.errors import TrainingError
from stance.scoring.heads import FeatureBlock, Head
from stance.training.classifier import ParagraphClassifier


def freeze(name: str, classifier: ParagraphClassifier, scores: np.ndarray) -> Head:
    """Turn a fitted classifier into plain arrays.

    Parameters
    ----------
    name : str
        The head's name.
    classifier : ParagraphClassifier
        Fitted.
    scores : ndarray of shape (n_rows,)
        Sorted nonconformity scores of held-out rows.

    Returns
    -------
    Head
        Its probabilities are the classifier's, within 1e-9.

    Raises
    ------
    TrainingError
        If the classifier's last step is not one that `ParagraphClassifier` makes.
    """
    blocks: list[FeatureBlock] = []
    idf: list[np.ndarray] = []
    order: list[int] = []
    for block, vectorizer in classifier.pipeline_["features"].transformer_list:
        features = sorted(vectorizer.vocabulary_)
        first = len(order)
        made = vectorizer.analyzer
        blocks.append(FeatureBlock(block, made.ngram_range, tuple(features), first, made.lexicon))
        columns = [vectorizer.vocabulary_[feature] for feature in features]
        idf.append(vectorizer.idf_[columns])
        order.extend(first + column for column in columns)
    coefficients, intercept = _linear(classifier.pipeline_["classifier"])
    weights = np.ascontiguousarray(coefficients[:, order].T)
    copies = _copies(coefficients, intercept, order, classifier.targets_)
    return Head(
        name,
        tuple(str(c) for c in classifier.classes_),
        tuple(blocks),
        np.concatenate(idf),
        weights,
        intercept,
        scores,
        copies,
    )


def _copies(
    coefficients: np.ndarray, intercept: np.ndarray, order: Sequence[int], targets: Sequence[str]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Add to the shared weights those of each target's copy: what `stance.text.features.copy_features` put side by side."""
    width = len(order)
    shared = coefficients[:, :width]
    out = {}
    for at, target in enumerate(targets):
        own = coefficients[:, width + at * (width + 1) :][:, : width + 1]
        out[target] = (
            np.ascontiguousarray((shared + own[:, :width])[:, order].T),
            intercept + own[:, width],
        )
    return out


def _linear(step: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients (n_classes, n_features) and intercepts (n_classes,) whose softmax is the step's probability."""
    linear, scale = step, 0.5
    if hasattr(step, "calibrated_classifiers_"):
        if len(step.calibrated_classifiers_) != 1:
            raise TrainingError(
                "a calibrated classifier must hold one temperature to be frozen; calibrate with `ensemble=False`."
            )
        linear, scale = step.calibrated_classifiers_[0].estimator, 1.0
    coefficients, intercept = np.asarray(linear.coef_), np.asarray(linear.intercept_)
    if (
        len(coefficients) == 1
    ):  # two labels: (-x, x), which scikit-learn halves only where there is no temperature
        coefficients = scale * np.vstack([-coefficients, coefficients])
        intercept = scale * np.concatenate([-intercept, intercept])
    return coefficients * inverse_temperature(step), intercept * inverse_temperature(step)


def inverse_temperature(step: Any) -> float:
    """Return the inverse temperature of a fitted last step; 1 without one."""
    return (
        float(step.calibrated_classifiers_[0].calibrators[0].beta_)
        if hasattr(step, "calibrated_classifiers_")
        else 1.0
    )


def nonconformity_scores(
    held_out: np.ndarray, classes: np.ndarray, labels: Sequence[str]
) -> np.ndarray:
    """Return ``1 - p(true label)`` of rows that the fit did not see, sorted, as an ndarray of shape (n_rows,)."""
    given = np.searchsorted(classes, np.asarray(labels))
    return np.sort(1.0 - held_out[np.arange(len(given)), given])
