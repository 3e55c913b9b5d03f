"""Score the main recipes on print again, from seeds/print and the seeds alone.

usage: python benchmarks/recipes.py [stance | tone]

Prints the table "Again from counts" of RECIPES.md, whose other tables came from searches on texts
that do not come with the project. A score is macro-F1 of the predictions for held-out folds of
outlets, and for seeds of the validation split, which are then not trained on; its standard error
comes from a bootstrap of the ten folds, since a counts file names no outlets.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from print_rows import (
    MAX_ITER,
    Matrix,
    list_labels,
    make_matrix,
    measure,
    predict_parts,
    read_print,
    read_training_seeds,
)
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from stance.seeds.rules import find_short
from stance.training.counted.counts import Counts
from stance.training.fitting import PRINT_RECIPES
from stance.training.linear import fit_map
from stance.training.metrics import measure_macro_f1


class Recipe(NamedTuple):
    """A way to learn: what differs from the shipped parameters of a head."""

    name: str
    parameters: Mapping[str, Any] = {}
    seeds: bool = True
    print: bool = True


RECIPES = {
    "stance": (
        Recipe("as shipped: C=1, frames, balanced"),
        Recipe("C=0.5", {"C": 0.5}),
        Recipe("C=2", {"C": 2.0}),
        Recipe("not balanced", {"class_weight": None}),
        Recipe("without frames", {"frames": False}),
        Recipe("stems without pairs", {"ngram_range": (1, 1)}),
        Recipe("seeds alone", print=False),
        Recipe("print alone", seeds=False),
    ),
    "tone": (
        Recipe("as shipped: C=2, characters 3-5, balanced"),
        Recipe("without characters", {"char_ngram_range": None}),
        Recipe("without characters, with frames", {"char_ngram_range": None, "frames": True}),
        Recipe("without characters, seeds alone", {"char_ngram_range": None}, print=False),
        Recipe("without characters, print alone", {"char_ngram_range": None}, seeds=False),
    ),
}


def measure_seeds(
    matrix: Matrix, rows: np.ndarray, settings: tuple[float, Any], seeds: pd.DataFrame, head: str
) -> Iterator[float]:
    """Yield macro-F1 on the paragraphs, then on the short ones, of the validation voices."""
    validation = seeds["split"].to_numpy() == "validation"
    train = rows.copy()
    train[: len(seeds)] &= ~validation
    model = LogisticRegression(C=settings[0], class_weight=settings[1], max_iter=MAX_ITER)
    coef, intercept = fit_map(model, matrix.features[train], matrix.shares[train])
    is_short = find_short(seeds).to_numpy()
    for part in (validation & ~is_short, validation & is_short):
        logits = matrix.features[np.flatnonzero(part)] @ coef.T + intercept
        predicted = matrix.classes[logits.argmax(axis=1)].tolist()
        yield measure_macro_f1(seeds[head][part].tolist(), predicted, matrix.classes.tolist())


def score_lines(head: str, seeds: pd.DataFrame, counts: Counts) -> Iterator[str]:
    """Yield a row of the table for each recipe of a head."""
    annotated = list_labels(counts, head)
    matrices: dict[str, Matrix] = {}
    for recipe in RECIPES[head]:
        parameters = {"class_weight": "balanced", **PRINT_RECIPES[head], **recipe.parameters}
        C, class_weight = parameters.pop("C"), parameters.pop("class_weight")
        key = repr(sorted(parameters.items(), key=str))
        if key not in matrices:
            matrices[key] = make_matrix(head, seeds, counts, parameters)
        matrix = matrices[key]
        rows = (matrix.is_print & recipe.print) | (~matrix.is_print & recipe.seeds)
        predicted = predict_parts(matrix, rows, C, class_weight)
        figure, error = measure(annotated, predicted, counts.folds)
        on_seeds = measure_seeds(matrix, rows, (C, class_weight), seeds, head)
        cells = [f"{figure:.3f} ± {error:.3f}", *(f"{value:.3f}" for value in on_seeds)]
        yield f"| {recipe.name} | {' | '.join(cells)} |"


def main(*heads: str) -> None:
    """Score and print."""
    seeds, counts = read_training_seeds(), read_print()
    for head in heads or RECIPES:
        print(f"| {head} | print | validation voices, paragraphs | short |\n|---|--:|--:|--:|")
        for line in score_lines(head, seeds, counts):
            print(line, flush=True)


if __name__ == "__main__":
    with threadpool_limits(1):
        main(*sys.argv[1:])
