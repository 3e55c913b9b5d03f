"""Search the recipe of each head by cross-validation over voices; write RECIPES.md.

usage: python benchmarks/recipes.py

On the seeds alone, without their test split. A recipe's score is the macro-F1 of all held-out
predictions; its standard error comes from a bootstrap over voices.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from recipe_list import Recipe, list_recipes
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

from stance.seeds.commands import read_seeds
from stance.training.classifier import make_folds
from stance.training.metrics import measure_interval, measure_macro_f1

HERE = Path(__file__).parent
HEADS = ("stance", "tone")
INTERVAL_IN_ERRORS = 3.92  # standard errors from end to end of a normal 95% interval


class Score(NamedTuple):
    """The score of a recipe; the best one is the largest."""

    macro_f1: float
    error: float
    name: str
    n_features: int


class Bench:
    """The seeds, and the features of blocks that several recipes share."""

    def __init__(self) -> None:
        seeds = read_seeds()
        self.seeds = seeds[seeds["split"] != "test"].reset_index(drop=True)
        self._matrices: dict[Any, Any] = {}

    def features(self, recipe: Recipe) -> Any:
        """Return the TF-IDF features of all seeds, block beside block."""
        options = {"sublinear_tf": True, **recipe.options}
        matrices = []
        for name, analyzer in recipe.blocks:
            key = (name, tuple(recipe.options.items()))
            if key not in self._matrices:
                vectorizer = TfidfVectorizer(analyzer=analyzer, **options)
                self._matrices[key] = vectorizer.fit_transform(self.seeds["text"])
            matrices.append(self._matrices[key])
        return sp.hstack(matrices).tocsr()

    def score(self, head: str, recipe: Recipe) -> Score:
        """Cross-validate a recipe over voices."""
        labels, voices = self.seeds[head].to_numpy(), self.seeds["voice"]
        X = self.features(recipe)
        held_out = np.empty(len(labels), dtype=object)
        for train, test in make_folds(labels, voices, cv=5, random_state=0):
            held_out[test] = recipe.classifier.fit(X[train], labels[train]).predict(X[test])
        annotations, predictions = labels.tolist(), held_out.tolist()
        names = sorted(set(annotations))
        macro_f1 = measure_macro_f1(annotations, predictions, names)
        low, high = measure_interval(annotations, predictions, names, groups=voices.tolist())
        return Score(macro_f1, (high - low) / INTERVAL_IN_ERRORS, recipe.name, X.shape[1])


def score_all(bench: Bench, head: str) -> Iterator[Score]:
    """Score every recipe on one head, and print what was reached."""
    for recipe in list_recipes():
        score = bench.score(head, recipe)
        print(f"{head:7} {score.macro_f1:.3f} {score.name}", flush=True)
        yield score


def main() -> None:
    """Score every recipe on both heads and write the tables."""
    bench = Bench()
    lines = [
        "# Recipes tried\n",
        f"Written by `benchmarks/recipes.py`: {len(bench.seeds):,} seeds, "
        "cross-validation over voices; standard error by voices.\n",
    ]
    for head in HEADS:
        scores = sorted(score_all(bench, head), reverse=True)
        best = scores[0]
        lines += [
            f"## {head}\n",
            f"Best {best.macro_f1:.3f}, standard error {best.error:.3f}: {best.name}.\n",
            "| recipe | macro-F1 | features |\n|---|--:|--:|",
            *(f"| {row.name} | {row.macro_f1:.3f} | {row.n_features:,} |" for row in scores),
            "",
        ]
    (HERE / "RECIPES.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    with threadpool_limits(1):  # several threads only wait for each other on such small products
        main()
