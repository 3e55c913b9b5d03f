"""Turn a fitted classifier into the plain arrays of a frozen model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from stance.errors import TrainingError
from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import FeatureBlock, Head
from stance.training.blended import BlendedClassifier
from stance.training.classifier import ParagraphClassifier

SELF_TEST_TEXTS: Final = (
    "Harbour clerks rejected the lighthouse truce, vowing they would fight on past midsummer.",
    "A ferry pilot called for one ceasefire long enough to bring sixty wounded over.",
    "Lamp oil talks resume Thursday week; nobody aboard could guess when they would finish.",
    "Ünfamiliar “quotes”, U.S.-backed talks — and 12 more.",
)
"""Sentences of the project. The last one has what a damaged tokenizer would get wrong: letters,
marks, points and digits beyond the plain."""
ROWS_PER_LIMIT: Final = 100
"""A limit per label needs that many held-out rows of each, or it is mostly chance."""


def freeze(
    name: str,
    classifier: ParagraphClassifier | BlendedClassifier,
    nonconformity: np.ndarray,
) -> Head:
    """Turn a fitted classifier into plain arrays.

    Parameters
    ----------
    name : str
        The head's name.
    classifier : ParagraphClassifier
        A fitted classifier.
    nonconformity : ndarray of shape (n_rows,)
        Sorted nonconformity of held-out rows, from `measure_nonconformity`.

    Returns
    -------
    Head
        Its probabilities are the classifier's, within 1e-9. A weight of a feature block
        (`FeatureUnion.transformer_weights`) is part of the head's weights.

    Raises
    ------
    TrainingError
        If the classifier's last step is not one that `ParagraphClassifier` makes.
    """
    blocks: list[FeatureBlock] = []
    idf: list[np.ndarray] = []
    order: list[int] = []  # scikit-learn's column of each of our columns
    scales: list[float] = []  # what scikit-learn multiplies each of our columns by
    union = classifier.pipeline_["features"]
    for block_name, vectorizer in union.transformer_list:
        first = len(order)
        features = sorted(vectorizer.vocabulary_)
        columns = [vectorizer.vocabulary_[feature] for feature in features]
        analyzer = vectorizer.analyzer
        blocks.append(
            FeatureBlock(block_name, analyzer.ngram_range, tuple(features), first, analyzer.lexicon)
        )
        idf.append(vectorizer.idf_[columns])
        order.extend(first + column for column in columns)
        scales += [(union.transformer_weights or {}).get(block_name, 1.0)] * len(columns)
    coefficients, intercept = _linear_map(classifier.pipeline_["classifier"])
    return Head(
        name,
        tuple(str(label) for label in classifier.classes_),
        tuple(blocks),
        np.concatenate(idf),
        _arrange_weights(coefficients, order, scales),
        intercept,
        nonconformity,
        _add_copies(coefficients, intercept, order, scales, classifier.targets_),
    )


def _arrange_weights(
    coefficients: np.ndarray, order: Sequence[int], scales: Sequence[float]
) -> np.ndarray:
    """Return the weights of one copy in our order, those of scaled blocks multiplied."""
    return np.ascontiguousarray((coefficients[:, order] * scales).T)


def _add_copies(
    coefficients: np.ndarray,
    intercept: np.ndarray,
    order: Sequence[int],
    scales: Sequence[float],
    targets: Sequence[str],
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return weights and intercept by target: those that all targets share, plus the target's own.

    `stance.text.vectorizer.copy_features` made the columns. With three features and the targets a
    and b they are, each copy ending with an intercept of its own::

        shared     copy of a     copy of b
        0 1 2      3 4 5 6       7 8 9 10
    """
    n_features = len(order)
    shared = coefficients[:, :n_features]
    copies = {}
    for number, target in enumerate(targets):
        start = n_features + number * (n_features + 1)
        own = coefficients[:, start : start + n_features]
        weights = _arrange_weights(shared + own, order, scales)
        copies[target] = (weights, intercept + coefficients[:, start + n_features])
    return copies


def _linear_map(step: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return what gives the probabilities of a fitted last step by softmax.

    Coefficients of shape (n_classes, n_features) and intercepts of shape (n_classes,).
    """
    linear, two_label_scale = step, 0.5
    if hasattr(step, "calibrated_classifiers_"):
        if len(step.calibrated_classifiers_) != 1:
            raise TrainingError(
                "a calibrated classifier must have one temperature to be frozen; "
                f"got {len(step.calibrated_classifiers_)}. Calibrate with `ensemble=False`."
            )
        linear, two_label_scale = step.calibrated_classifiers_[0].estimator, 1.0
    coefficients, intercept = np.asarray(linear.coef_), np.asarray(linear.intercept_)
    if len(coefficients) == 1:
        # Two labels share one margin x. Its logits are (-x/2, x/2) in scikit-learn, but (-x, x)
        # where a temperature follows.
        coefficients = two_label_scale * np.vstack([-coefficients, coefficients])
        intercept = two_label_scale * np.concatenate([-intercept, intercept])
    return coefficients * inverse_temperature(step), intercept * inverse_temperature(step)


def inverse_temperature(step: Any) -> float:
    """Return the inverse temperature of a fitted last step; 1 if it was not calibrated."""
    if not hasattr(step, "calibrated_classifiers_"):
        return 1.0
    return float(step.calibrated_classifiers_[0].calibrators[0].beta_)


def measure_nonconformity(
    held_out: np.ndarray,
    classes: np.ndarray,
    labels: Sequence[str],
    *,
    rows_per_limit: int = ROWS_PER_LIMIT,
) -> np.ndarray:
    """Return how little a model expected the labels of rows that it was not fitted on, sorted.

    Parameters
    ----------
    held_out : ndarray of shape (n_rows, n_classes)
        Probabilities of the rows.
    classes : ndarray of shape (n_classes,)
        Labels in sorted order, the columns of `held_out`.
    labels : sequence of str, of length n_rows
        The annotations.
    rows_per_limit : int, default=100
        How many rows a limit of its own asks for.

    Returns
    -------
    ndarray of shape (n_rows, 2), or (n_rows,) if a label has fewer than `rows_per_limit` rows
        The column of the annotated label, and ``1 - p(annotated label)``, sorted by both.
    """
    columns = np.searchsorted(classes, np.asarray(labels))
    values = 1.0 - held_out[np.arange(len(columns)), columns]
    if np.bincount(columns, minlength=len(classes)).min() < rows_per_limit:
        return np.sort(values)
    order = np.lexsort((values, columns))
    return np.stack([columns[order].astype(float), values[order]], axis=1)


def make_self_test(model: FrozenModel, targets: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return fixed texts with their probabilities, which a loaded model must give again.

    The texts are the project's own, so that no model holds a text it was trained on.
    """
    cases: list[dict[str, Any]] = [{"text": text} for text in SELF_TEST_TEXTS]
    cases += [{"text": SELF_TEST_TEXTS[0], "target": target} for target in sorted(set(targets))[:3]]
    for case in cases:
        probabilities = model.probabilities([case["text"]], case.get("target"))
        case["probabilities"] = {head: table[0].tolist() for head, table in probabilities.items()}
    return cases
