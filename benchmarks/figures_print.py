"""Measure how near estimated shares of published paragraphs come to their readers', for FIGURES.md.

The paragraphs are those of seeds/print. Each part of their outlets is a print of its own, labelled
by a model that learned the other parts, and annotated by its own readers' labels.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from print_rows import (
    MAX_ITER,
    N_PARTS,
    Matrix,
    list_labels,
    make_matrix,
    read_print,
    read_training_seeds,
)
from sklearn.linear_model import LogisticRegression

import stance
from stance.inference.prints import read_print as read_labelled
from stance.scoring.heads import softmax
from stance.training.fitting import PRINT_RECIPES
from stance.training.linear import fit_map

HEADS = ("stance", "tone")
SIZES = (50, 100, 300)


def predict_probabilities(matrix: Matrix, C: float) -> np.ndarray:
    """Predict each published paragraph by a fit that has not seen its outlet."""
    probabilities = np.empty(matrix.shares.shape)
    for part in range(N_PARTS):
        train, test = np.flatnonzero(matrix.parts != part), matrix.parts == part
        model = LogisticRegression(C=C, class_weight="balanced", max_iter=MAX_ITER)
        coef, intercept = fit_map(model, matrix.features[train], matrix.shares[train])
        probabilities[test] = softmax(matrix.features[test] @ coef.T + intercept)
    return probabilities[matrix.is_print]


def label_print(
    head: str, labels: np.ndarray, classes: np.ndarray, probabilities: np.ndarray
) -> pd.DataFrame:
    """Return published paragraphs as a labelled print; column ``truth`` is the readers' label."""
    best = probabilities.argmax(axis=1)
    frame = pd.DataFrame({"paragraph_id": [f"{row}:0-1" for row in range(len(labels))]})
    frame[head], frame["truth"] = classes[best], labels
    frame[f"{head}_probability"] = probabilities.max(axis=1)
    for code, label in enumerate(classes):
        frame[f"{head}_p_{label.replace('-', '_')}"] = probabilities[:, code]
    return frame.assign(status="labelled")


def measure_part(frame: pd.DataFrame, head: str, repeats: int) -> dict[str, float]:
    """Return the distance to the readers' shares as counted, by hand, and as estimated."""
    truth = frame["truth"].value_counts(normalize=True)
    counted = frame[head].value_counts(normalize=True)
    figures: dict[str, float] = {"counted": _distance(counted, truth)}
    print_ = read_labelled(frame, heads=head)
    for n in SIZES:
        errors, by_hand, hits = [], [], []
        for repeat in range(repeats):
            drawn = stance.draw(print_, n, random_state=repeat)
            drawn[head] = drawn["paragraph_id"].map(frame.set_index("paragraph_id")["truth"])
            shares = stance.estimate_shares(print_, drawn, head=head).set_index("label")
            true = truth.reindex(shares.index).fillna(0)
            errors.append(_distance(shares["share"], truth))
            by_hand.append(_distance(drawn[head].value_counts(normalize=True), truth))
            hits.append(((shares["low"] <= true) & (true <= shares["high"])).mean())
        figures[f"estimated {n}"] = float(np.mean(errors))
        figures[f"by hand {n}"] = float(np.mean(by_hand))
        figures[f"coverage {n}"] = float(np.mean(hits))
    return figures


def _distance(shares: pd.Series, truth: pd.Series) -> float:
    """Return how many paragraphs of 100 stand under another label."""
    labels = shares.index.union(truth.index)
    differences = shares.reindex(labels, fill_value=0) - truth.reindex(labels, fill_value=0)
    return float(50 * abs(differences).sum())


def lines(repeats: int) -> Iterator[str]:
    """Yield the lines of FIGURES.md on published paragraphs."""
    counts, seeds = read_print(), read_training_seeds()
    columns = [f"{name} {n}" for n in SIZES for name in ("by hand", "estimated", "coverage")]
    yield f"| head | part of the outlets | paragraphs | counted | {' | '.join(columns)} |"
    yield f"|---|--:|--:|--:|{'--:|' * len(columns)}"
    for head in HEADS:
        matrix = make_matrix(head, seeds, counts)
        probabilities = predict_probabilities(matrix, PRINT_RECIPES[head]["C"])
        labels, parts = list_labels(counts, head), counts.folds % N_PARTS
        for part in range(N_PARTS):
            rows = parts == part
            frame = label_print(head, labels[rows], matrix.classes, probabilities[rows])
            figures = measure_part(frame, head, repeats)
            cells = [
                f"{figures[name]:.1%}" if "coverage" in name else f"{figures[name]:.1f}"
                for name in columns
            ]
            yield (
                f"| {head} | {part + 1} | {int(rows.sum()):,} | {figures['counted']:.1f} | "
                f"{' | '.join(cells)} |"
            )
