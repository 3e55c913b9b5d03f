"""Search the recipe of each head by cross-validation over voices, on the seeds alone; writes RECIPES.md beside itself.

usage: python benchmarks/recipes.py

The test split is not touched. A recipe's score is the macro-F1 of all held-out predictions; its standard error is that of
a bootstrap over voices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from stance.seeds.commands import read_seeds
from stance.text.features import character_features
from stance.text.sides import load_gazetteer
from stance.text.tokens import make_tokens
from stance.training.classifier import make_folds
from stance.training.metrics import measure_interval, measure_macro_f1

HERE = Path(__file__).parent
GAZETTEER = load_gazetteer()
NEGATIONS = re.compile(r"^(?:not|no|never|nor|neither|without|cannot|.*n't)$")
CUES = {
    "said",
    "say",
    "warn",
    "reject",
    "refus",
    "urg",
    "call",
    "demand",
    "vow",
    "condemn",
    "accus",
    "welcom",
    "hope",
    "insist",
    "rule",
}


class NaiveBayesWeighted(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """One-against-rest logistic regression on features weighted by their log-count ratio (Wang and Manning 2012)."""

    def __init__(self, C: float = 1.0) -> None:
        self.C = C

    def fit(self, X: Any, y: Any) -> NaiveBayesWeighted:
        """Fit one classifier a label."""
        self.classes_ = np.unique(y)
        self.parts_ = []
        for label in self.classes_:
            mine = y == label
            p, q = (np.asarray(X[rows].sum(axis=0)).ravel() + 1 for rows in (mine, ~mine))
            ratio = np.log((p / p.sum()) / (q / q.sum()))
            model = LogisticRegression(C=self.C, max_iter=1000).fit(X @ sp.diags(ratio), mine)
            self.parts_.append((ratio, model))
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the label with the largest margin."""
        margins = np.column_stack(
            [model.decision_function(X @ sp.diags(ratio)) for ratio, model in self.parts_]
        )
        return np.asarray(self.classes_[margins.argmax(axis=1)])


def stems(text: str) -> list[str]:
    """Return the stems of a paragraph, sides masked."""
    return [token.stem for token in make_tokens(text, GAZETTEER)]


def surface(text: str) -> list[str]:
    """Return the words themselves, sides masked."""
    return [token.word for token in make_tokens(text, GAZETTEER)]


def unmasked(text: str) -> list[str]:
    """Return the stems with the names left in."""
    return [token.stem for token in make_tokens(text)]


def negated(text: str) -> list[str]:
    """Mark the three stems after a negation."""
    found = stems(text)
    marked = list(found)
    for at, stem in enumerate(found):
        if NEGATIONS.match(stem):
            marked[at + 1 : at + 4] = [
                f"not_{later.removeprefix('not_')}" for later in marked[at + 1 : at + 4]
            ]
    return marked


def cued(text: str) -> list[str]:
    """Pair each attribution verb with the stems up to six words after it."""
    found = stems(text)
    return found + [
        f"{stem}~{later}"
        for at, stem in enumerate(found)
        if stem in CUES
        for later in found[at + 1 : at + 7]
    ]


def last_sentence(text: str) -> list[str]:
    """Add the stems of the last sentence under a name of their own."""
    return stems(text) + [f"last_{stem}" for stem in stems(re.split(r"(?<=[.!?])\s+", text)[-1])]


def punctuated(text: str) -> list[str]:
    """Add quotation marks, exclamation and question marks as words."""
    return stems(text) + re.findall(r"[!?“”\"]", text)


def grams(words: Callable[[str], list[str]], low: int, high: int) -> Callable[[str], list[str]]:
    """Make an analyzer of word n-grams."""

    def analyze(text: str) -> list[str]:
        found = words(text)
        return [
            " ".join(found[at : at + n])
            for n in range(low, high + 1)
            for at in range(len(found) - n + 1)
        ]

    return analyze


def characters(low: int, high: int) -> Callable[[str], list[str]]:
    """Make an analyzer of the character n-grams inside words."""
    return lambda text: [
        found.feature for found in character_features(make_tokens(text, GAZETTEER), (low, high))
    ]


def logistic(C: float, weight: str | None = None) -> LogisticRegression:
    """Make a logistic regression."""
    return LogisticRegression(C=C, class_weight=weight, max_iter=1000)


W12 = ("stems 1-2", grams(stems, 1, 2))
C35 = ("characters 3-5", characters(3, 5))


def ideas(
    head: str,
) -> Iterator[tuple[str, list[tuple[str, Callable[[str], list[str]]]], dict[str, Any], Any]]:
    """Yield (name, blocks, vectorizer options, classifier) of every recipe tried."""
    base = 3.0
    weights = (None, "balanced")
    for C in (1.0, 3.0, 10.0):
        for weight in weights:
            yield f"logistic regression C={C}, weights {weight}", [W12], {}, logistic(C, weight)
    for weight in weights:
        yield f"stems 1, {weight}", [("stems 1", grams(stems, 1, 1))], {}, logistic(base, weight)
        yield (
            f"stems 1-3, {weight}",
            [("stems 1-3", grams(stems, 1, 3))],
            {},
            logistic(base, weight),
        )
        yield f"with characters 3-5, {weight}", [W12, C35], {}, logistic(base, weight)
    yield (
        "stems 1 with characters 3-5, balanced",
        [("stems 1", grams(stems, 1, 1)), C35],
        {},
        logistic(base, "balanced"),
    )
    yield "characters 3-5 alone, balanced", [C35], {}, logistic(base, "balanced")
    for weight in weights:
        for C in (3.0, 10.0):
            yield f"min_df 2, C={C}, {weight}", [W12], {"min_df": 2}, logistic(C, weight)
            yield (
                f"min_df 2 with characters 3-5, C={C}, {weight}",
                [W12, C35],
                {"min_df": 2},
                logistic(C, weight),
            )
    options = (
        ("min_df 3", {"min_df": 3}),
        ("raw counts", {"sublinear_tf": False}),
        ("no idf", {"use_idf": False}),
    )
    for name, option in options:
        yield f"{name}, balanced", [W12], option, logistic(base, "balanced")
    for name, words in (
        ("surface words", surface),
        ("names unmasked", unmasked),
        ("negation marked", negated),
        ("attribution cues", cued),
    ):
        yield f"{name} 1-2, balanced", [(name, grams(words, 1, 2))], {}, logistic(base, "balanced")
    yield (
        "last sentence, balanced",
        [W12, ("last", grams(last_sentence, 1, 1))],
        {},
        logistic(base, "balanced"),
    )
    yield (
        "punctuation, balanced",
        [W12, ("punctuation", grams(punctuated, 1, 1))],
        {},
        logistic(base, "balanced"),
    )
    for C in (0.1, 0.5):
        yield f"linear SVM C={C}, balanced", [W12], {}, LinearSVC(C=C, class_weight="balanced")
    yield (
        "linear SVM C=0.3 with characters, balanced",
        [W12, C35],
        {},
        LinearSVC(C=0.3, class_weight="balanced"),
    )
    yield "complement naive Bayes", [W12], {}, ComplementNB()
    for C in (1.0, 10.0):
        yield (
            f"NB-weighted logistic regression C={C}",
            [W12],
            {"use_idf": False, "sublinear_tf": False},
            NaiveBayesWeighted(C),
        )
    yield (
        "NB-weighted with characters C=1",
        [W12, C35],
        {"use_idf": False, "sublinear_tf": False},
        NaiveBayesWeighted(1.0),
    )


def main() -> None:
    """Score every idea on both heads and write the tables."""
    seeds = read_seeds()
    seeds = seeds[seeds["split"] != "test"].reset_index(drop=True)
    cache: dict[Any, Any] = {}
    lines = [
        "# Recipes tried\n",
        f"Written by `benchmarks/recipes.py`: {len(seeds):,} seeds, cross-validation over voices; standard error by voices.\n",
    ]
    for head in ("stance", "tone"):
        labels = seeds[head].to_numpy()
        folds = make_folds(labels, seeds["voice"], cv=5, random_state=0)
        names = sorted(set(labels))
        table = []
        for name, blocks, option, classifier in ideas(head):
            parts = []
            for block, analyzer in blocks:
                key = (block, tuple(option.items()))
                if key not in cache:
                    cache[key] = TfidfVectorizer(
                        analyzer=analyzer, **{"sublinear_tf": True, **option}
                    ).fit_transform(seeds["text"])
                parts.append(cache[key])
            X = sp.hstack(parts).tocsr()
            held_out = np.empty(len(labels), dtype=object)
            for train, test in folds:
                held_out[test] = classifier.fit(X[train], labels[train]).predict(X[test])
            score = measure_macro_f1(labels.tolist(), held_out.tolist(), names)
            low, high = measure_interval(
                labels.tolist(), held_out.tolist(), names, groups=seeds["voice"].tolist()
            )
            table.append((score, (high - low) / 3.92, name, X.shape[1]))
            print(f"{head:7} {score:.3f} {name}", flush=True)
        best = max(table)
        lines += [
            f"## {head}\n",
            f"Best {best[0]:.3f}, standard error {best[1]:.3f}: {best[2]}.\n",
            "| recipe | macro-F1 | features |\n|---|--:|--:|",
        ]
        lines += [
            f"| {name} | {score:.3f} | {features:,} |"
            for score, _, name, features in sorted(table, reverse=True)
        ]
        lines.append("")
    (HERE / "RECIPES.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    with threadpool_limits(1):  # several threads only wait for each other on such small products
        main()
