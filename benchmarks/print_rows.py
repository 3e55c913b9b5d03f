"""The published paragraphs of seeds/print as rows to fit and score: what several scripts share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression

from stance.seeds.commands import PRINT, read_seeds
from stance.text.features import runs_of_characters
from stance.training.blended import BlendedClassifier
from stance.training.counted.counts import CountBlock, Counts, read_counts
from stance.training.fitting import PRINT_RECIPES
from stance.training.linear import fit_map
from stance.training.metrics import measure_interval, measure_macro_f1

HEADS = tuple(PRINT_RECIPES)
N_PARTS = 5
"""Parts of cross-validation; each holds two of the ten folds of the counts file."""
MAX_ITER = 2_000
N_DRAWS = 999  # of the bootstrap
INTERVAL_IN_ERRORS = 3.92  # standard errors from end to end of a normal 95% interval


class Matrix(NamedTuple):
    """Seeds and print as features; seeds first. Outside of the test split of the seeds."""

    features: Any
    shares: np.ndarray  # of readings, one column per label
    classes: np.ndarray
    is_print: np.ndarray
    parts: np.ndarray  # -1 for seeds, which are always trained on


def read_print() -> Counts:
    """Read the counts of published paragraphs."""
    return read_counts(PRINT)


def read_training_seeds() -> pd.DataFrame:
    """Read the seeds outside of their test split."""
    seeds = read_seeds()
    return seeds[seeds["split"] != "test"].reset_index(drop=True)


def parts_of(counts: Counts) -> np.ndarray:
    """Return which part of cross-validation each row is in; an outlet is in one part."""
    return counts.folds % N_PARTS


def select_rows(counts: Counts, rows: np.ndarray) -> Counts:
    """Return some rows of a counts file."""
    return Counts(
        {name: CountBlock(b.features, b.matrix[rows]) for name, b in counts.blocks.items()},
        counts.classes,
        {head: readings[rows] for head, readings in counts.readings.items()},
        counts.folds[rows],
        counts.lengths[rows],
        counts.facts,
    )


def list_labels(counts: Counts, head: str) -> np.ndarray:
    """Return the label that most readings of each row gave; of equally many, the first by name."""
    return np.array(counts.classes[head])[counts.readings[head].argmax(axis=1)]


def transform_counts(classifier: BlendedClassifier, counts: Counts) -> Any:
    """Return the features that a fitted classifier makes of rows of a counts file.

    Characters are those of the kept words; of a text they are those of all its words.
    """
    union = classifier.pipeline_["features"]
    weights = union.transformer_weights or {}
    matrices = []
    for name, vectorizer in union.transformer_list:
        features = vectorizer.get_feature_names_out()
        counted = _count_features(counts, name, features, vectorizer.analyzer.ngram_range)
        transformer = TfidfTransformer(sublinear_tf=True)
        transformer.idf_ = vectorizer.idf_
        matrices.append(transformer.transform(counted) * weights.get(name, 1.0))
    return sparse.hstack(matrices, format="csr")


def _count_features(
    counts: Counts, name: str, features: Sequence[str], span: tuple[int, int]
) -> Any:
    """Return how often each row has each feature of a block."""
    column_of = {feature: column for column, feature in enumerate(features)}
    block = counts.blocks["spellings" if name == "characters" else name]
    pieces = (
        [runs_of_characters(word, span) for word in block.features]
        if name == "characters"
        else [[feature] for feature in block.features]
    )
    pairs = [
        (row, column_of[one]) for row, some in enumerate(pieces) for one in some if one in column_of
    ]
    rows, columns = np.array(pairs).T
    shape = (len(block.features), len(features))
    spread = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    return sparse.csr_array(block.matrix @ spread.tocsr())


def make_matrix(
    head: str, seeds: pd.DataFrame, counts: Counts, recipe: Mapping[str, Any] | None = None
) -> Matrix:
    """Turn seeds and print into features of one vocabulary, idf and norm per block.

    Vocabulary and idf are counted over all rows, also those that are held out later: their labels
    are not used, but figures come out higher by up to 0.006 than where only training rows are
    counted.
    """
    classifier = BlendedClassifier(**{**PRINT_RECIPES[head], **(recipe or {}), "calibrate": False})
    classifier.fit(seeds["text"], seeds[head], counts=counts, head=head)
    composed = classifier.pipeline_["features"].transform(seeds["text"])
    shares = (seeds[head].to_numpy()[:, None] == classifier.classes_[None, :]).astype(float)
    return Matrix(
        sparse.vstack([composed, transform_counts(classifier, counts)], format="csr"),
        np.vstack([shares, counts.readings[head]]),
        classifier.classes_,
        np.arange(len(seeds) + counts.n_rows) >= len(seeds),
        np.concatenate([np.full(len(seeds), -1), parts_of(counts)]),
    )


def predict_parts(
    matrix: Matrix, rows: np.ndarray, C: float, class_weight: Any = "balanced"
) -> np.ndarray:
    """Predict the label of every published row from `rows` outside of its part.

    `rows` says which rows may be trained on, as a Boolean array.
    """
    labels = np.empty(len(rows), dtype=object)
    for part in range(N_PARTS):
        train, test = np.flatnonzero(rows & (matrix.parts != part)), matrix.parts == part
        model = LogisticRegression(C=C, class_weight=class_weight, max_iter=MAX_ITER)
        coef, intercept = fit_map(model, matrix.features[train], matrix.shares[train])
        logits = matrix.features[test] @ coef.T + intercept
        labels[test] = matrix.classes[logits.argmax(axis=1)]
    return labels[matrix.is_print]


def measure(
    annotations: Sequence[str], predictions: Sequence[str], groups: Sequence[Any]
) -> tuple[float, float]:
    """Return macro-F1 and its standard error, by a bootstrap of whole groups."""
    annotated, predicted = list(map(str, annotations)), list(map(str, predictions))
    labels = sorted(set(annotated))
    low, high = measure_interval(annotated, predicted, labels, groups=list(map(str, groups)))
    return measure_macro_f1(annotated, predicted, labels), (high - low) / INTERVAL_IN_ERRORS


def measure_difference(
    annotations: np.ndarray, first: np.ndarray, second: np.ndarray, groups: np.ndarray
) -> tuple[float, float]:
    """Return by how much the first predictions have more macro-F1, and its standard error.

    Both are measured on the same draws of whole groups, so that what the rows share cancels out.
    """
    labels, annotated = np.unique(annotations, return_inverse=True)
    group_numbers = np.unique(groups, return_inverse=True)[1]
    n_groups = int(group_numbers.max()) + 1
    draws = np.random.default_rng(0).multinomial(n_groups, [1 / n_groups] * n_groups, N_DRAWS)
    weights = np.vstack([np.ones(n_groups), draws])  # the rows as they are, then the draws
    scores = []
    for predictions in (first, second):
        matrices = np.zeros((n_groups, len(labels), len(labels)))
        np.add.at(matrices, (group_numbers, annotated, np.searchsorted(labels, predictions)), 1)
        drawn = np.tensordot(weights, matrices, axes=1)
        totals = drawn.sum(axis=1) + drawn.sum(axis=2)
        f1 = 2 * np.einsum("rii->ri", drawn) / np.maximum(totals, 1)  # a label without rows has 0
        scores.append(f1.mean(axis=1))
    differences = scores[0] - scores[1]
    return float(differences[0]), float(differences[1:].std(ddof=1))
