"""The recipes that `recipes.py` tries: analyzers, feature blocks and classifiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from stance.text.features import character_features
from stance.text.sides import load_gazetteer
from stance.text.tokens import make_tokens

GAZETTEER = load_gazetteer()
NEGATIONS = re.compile(r"^(?:not|no|never|nor|neither|without|cannot|.*n't)$")
CUES = {
    "said", "say", "warn", "reject", "refus", "urg", "call", "demand", "vow", "condemn", "accus",
    "welcom", "hope", "insist", "rule",
}  # fmt: skip
"""Stems of verbs that attribute a position."""

Analyzer = Callable[[str], list[str]]
Block = tuple[str, Analyzer]
"""The name of a feature block, and what makes its features."""


class Recipe(NamedTuple):
    """A way to fit a head: feature blocks, classifier, options of the vectorizers."""

    name: str
    blocks: Sequence[Block]
    classifier: Any
    options: Mapping[str, Any] = {}


class NaiveBayesWeighted(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """One-against-rest logistic regression on features weighted by their log-count ratio.

    As Wang and Manning (2012) did.
    """

    def __init__(self, C: float = 1.0) -> None:
        self.C = C

    def fit(self, X: Any, y: Any) -> NaiveBayesWeighted:
        """Fit one classifier per label."""
        self.classes_ = np.unique(y)
        self.members_ = []
        for label in self.classes_:
            has_label = y == label
            p, q = (np.asarray(X[rows].sum(axis=0)).ravel() + 1 for rows in (has_label, ~has_label))
            ratio = np.log((p / p.sum()) / (q / q.sum()))
            model = LogisticRegression(C=self.C, max_iter=1000)
            self.members_.append((ratio, model.fit(X @ sp.diags(ratio), has_label)))
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the label with the largest margin."""
        margins = np.column_stack(
            [model.decision_function(X @ sp.diags(ratio)) for ratio, model in self.members_]
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
    plain = stems(text)
    marked = list(plain)
    for index, stem in enumerate(plain):
        if NEGATIONS.match(stem):
            reach = slice(index + 1, index + 4)
            marked[reach] = [f"not_{later.removeprefix('not_')}" for later in marked[reach]]
    return marked


def cued(text: str) -> list[str]:
    """Pair each attribution verb with the stems up to six words after it."""
    plain = stems(text)
    return plain + [
        f"{stem}~{later}"
        for index, stem in enumerate(plain)
        if stem in CUES
        for later in plain[index + 1 : index + 7]
    ]


def last_sentence(text: str) -> list[str]:
    """Add the stems of the last sentence under a name of their own."""
    return stems(text) + [f"last_{stem}" for stem in stems(re.split(r"(?<=[.!?])\s+", text)[-1])]


def punctuated(text: str) -> list[str]:
    """Add quotation marks, exclamation and question marks as words."""
    return stems(text) + re.findall(r"[!?“”\"]", text)


def grams(split: Analyzer, low: int, high: int) -> Analyzer:
    """Make an analyzer of word n-grams."""

    def analyze(text: str) -> list[str]:
        words = split(text)
        return [
            " ".join(words[start : start + n])
            for n in range(low, high + 1)
            for start in range(len(words) - n + 1)
        ]

    return analyze


def characters(low: int, high: int) -> Analyzer:
    """Make an analyzer of the character n-grams inside words."""
    return lambda text: [
        occurrence.feature
        for occurrence in character_features(make_tokens(text, GAZETTEER), (low, high))
    ]


def logistic(C: float, weight: str | None = None) -> LogisticRegression:
    """Make a logistic regression."""
    return LogisticRegression(C=C, class_weight=weight, max_iter=1000)


STEMS = ("stems 1", grams(stems, 1, 1))
PAIRS = ("stems 1-2", grams(stems, 1, 2))
TRIPLES = ("stems 1-3", grams(stems, 1, 3))
CHARACTERS = ("characters 3-5", characters(3, 5))
WEIGHTS = (None, "balanced")
RAW = {"use_idf": False, "sublinear_tf": False}
WORD_KINDS = {
    "surface words": surface,
    "names unmasked": unmasked,
    "negation marked": negated,
    "attribution cues": cued,
}


def list_recipes() -> Iterator[Recipe]:
    """Yield every recipe tried."""
    yield from vary_features()
    yield from vary_counting()
    yield from vary_words()
    yield from vary_classifiers()


def vary_features() -> Iterator[Recipe]:
    """Vary penalty, class weights, n-grams, and words against characters."""
    for C in (1.0, 3.0, 10.0):
        for weight in WEIGHTS:
            name = f"logistic regression C={C}, weights {weight}"
            yield Recipe(name, [PAIRS], logistic(C, weight))
    for weight in WEIGHTS:
        classifier = logistic(3.0, weight)
        yield Recipe(f"stems 1, {weight}", [STEMS], classifier)
        yield Recipe(f"stems 1-3, {weight}", [TRIPLES], classifier)
        yield Recipe(f"with characters 3-5, {weight}", [PAIRS, CHARACTERS], classifier)
    balanced = logistic(3.0, "balanced")
    yield Recipe("stems 1 with characters 3-5, balanced", [STEMS, CHARACTERS], balanced)
    yield Recipe("characters 3-5 alone, balanced", [CHARACTERS], balanced)


def vary_counting() -> Iterator[Recipe]:
    """Vary which features are kept and how they are weighted."""
    for weight in WEIGHTS:
        for C in (3.0, 10.0):
            classifier, options = logistic(C, weight), {"min_df": 2}
            yield Recipe(f"min_df 2, C={C}, {weight}", [PAIRS], classifier, options)
            name = f"min_df 2 with characters 3-5, C={C}, {weight}"
            yield Recipe(name, [PAIRS, CHARACTERS], classifier, options)
    balanced = logistic(3.0, "balanced")
    yield Recipe("min_df 3, balanced", [PAIRS], balanced, {"min_df": 3})
    yield Recipe("raw counts, balanced", [PAIRS], balanced, {"sublinear_tf": False})
    yield Recipe("no idf, balanced", [PAIRS], balanced, {"use_idf": False})


def vary_words() -> Iterator[Recipe]:
    """Vary what counts as a word."""
    balanced = logistic(3.0, "balanced")
    for name, words in WORD_KINDS.items():
        yield Recipe(f"{name} 1-2, balanced", [(name, grams(words, 1, 2))], balanced)
    last = ("last", grams(last_sentence, 1, 1))
    yield Recipe("last sentence, balanced", [PAIRS, last], balanced)
    punctuation = ("punctuation", grams(punctuated, 1, 1))
    yield Recipe("punctuation, balanced", [PAIRS, punctuation], balanced)


def vary_classifiers() -> Iterator[Recipe]:
    """Vary the classifier."""
    for C in (0.1, 0.5):
        classifier = LinearSVC(C=C, class_weight="balanced")
        yield Recipe(f"linear SVM C={C}, balanced", [PAIRS], classifier)
    classifier = LinearSVC(C=0.3, class_weight="balanced")
    name = "linear SVM C=0.3 with characters, balanced"
    yield Recipe(name, [PAIRS, CHARACTERS], classifier)
    yield Recipe("complement naive Bayes", [PAIRS], ComplementNB())
    for C in (1.0, 10.0):
        name = f"NB-weighted logistic regression C={C}"
        yield Recipe(name, [PAIRS], NaiveBayesWeighted(C), RAW)
    name = "NB-weighted with characters C=1"
    yield Recipe(name, [PAIRS, CHARACTERS], NaiveBayesWeighted(1.0), RAW)
