"""A classifier that learns from texts, from counts files, or from both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils.validation import check_is_fitted

from stance.errors import InputError, TrainingError
from stance.scoring.heads import softmax
from stance.text.features import Analyzer, runs_of_characters
from stance.text.sides import load_gazetteer
from stance.training.classifier import check_texts, make_folds
from stance.training.counted.counting import tabulate
from stance.training.counted.counts import Counts
from stance.training.linear import LinearMap, fit_map, fit_temperature

MAX_ITER: Final = 2_000
BLOCK_WEIGHTS: Final = {"frames": 0.5}
"""Frames are few beside words, and a norm of 1 would let them decide too much."""


class _Rows(NamedTuple):
    """What is fitted on: features, shares of labels, and which rows are counts."""

    matrix: Any
    shares: np.ndarray
    is_print: np.ndarray


class BlendedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """TF-IDF features and logistic regression, learned from texts, counts or both.

    Texts and counts are rows of one table: one vocabulary, one idf and one norm per feature block,
    one linear map, one temperature. Rows of texts have only the words and pairs that the counts
    have; with texts alone, these are those of `min_df` rows.

    Parameters
    ----------
    ngram_range : tuple of int, default=(1, 2)
        Shortest and longest run of stems. With counts, (1, 1) or (1, 2).
    char_ngram_range : tuple of int, optional
        Shortest and longest run of characters inside a word; None makes none.
    frames : bool, default=True
        Add which classes of cue words follow each other in a sentence (`stance.text.cues`).
    min_df : int, default=2
        Rows that a feature must occur in. Words and pairs are those of the counts, if there are
        any, whatever their number of rows.
    C : float, default=1.0
        Inverse strength of the L2 penalty.
    class_weight : "balanced", dict or None, default="balanced"
        As in `LogisticRegression`.
    mask_sides : bool, default=True
        As in `ParagraphClassifier`; counts files are always masked.
    calibrate : bool, default=True
        Fit a temperature on held-out rows: counts, where there are any. It changes probabilities,
        never labels.
    cv : int, default=5
        Folds of cross-validation; no group is in two.
    random_state : int, default=0
        Shuffles the folds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in sorted order; the columns of `predict_proba`.
    pipeline_ : sklearn.pipeline.Pipeline
        Steps ``features`` (a `FeatureUnion` of `TfidfVectorizer`) and ``classifier`` (a
        `LinearMap`).
    temperature_ : float
        What the logits were divided by.
    held_out_ : ndarray of shape (n_rows, n_classes)
        Calibrated probabilities of every row, texts first, by a fit that did not see its group;
        with `calibrate` only.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017). On calibration of modern neural networks. ICML.

    Examples
    --------
    >>> texts = ["Stop the war now", "They urged a truce", "No truce with them"] * 4
    >>> labels = ["pro-ceasefire", "pro-ceasefire", "opposed"] * 4
    >>> BlendedClassifier().fit(texts, labels).predict(["No truce"])
    array(['opposed'], dtype='<U13')
    """

    def __init__(
        self,
        *,
        ngram_range: tuple[int, int] = (1, 2),
        char_ngram_range: tuple[int, int] | None = None,
        frames: bool = True,
        min_df: int = 2,
        C: float = 1.0,
        class_weight: Any = "balanced",
        mask_sides: bool = True,
        calibrate: bool = True,
        cv: int = 5,
        random_state: int = 0,
    ) -> None:
        self.ngram_range = ngram_range
        self.char_ngram_range = char_ngram_range
        self.frames = frames
        self.min_df = min_df
        self.C = C
        self.class_weight = class_weight
        self.mask_sides = mask_sides
        self.calibrate = calibrate
        self.cv = cv
        self.random_state = random_state

    def fit(
        self,
        X: Iterable[str] | None = None,
        y: Iterable[Any] | None = None,
        groups: Sequence[Any] | None = None,
        *,
        counts: Counts | None = None,
        head: str | None = None,
    ) -> BlendedClassifier:
        """Fit features, linear map and temperature.

        Parameters
        ----------
        X : iterable of str, of length n_paragraphs, optional
            Paragraphs.
        y : iterable of length n_paragraphs, optional
            Their labels, one column.
        groups : sequence of length n_paragraphs, optional
            What must not be split between folds: the voice, author or outlet of each paragraph.
        counts : Counts, optional
            A counts file; its own fold numbers are its groups.
        head : str, optional
            Which label column of `counts` to learn; needed where it holds several.

        Returns
        -------
        BlendedClassifier
            Itself, fitted.

        Raises
        ------
        InputError
            If there is neither text nor counts, a paragraph is not a str, or lengths differ.
        TrainingError
            If there is one label only, or a label too rare to calibrate on.
        """
        texts = [] if X is None else check_texts(X)
        labels = [] if y is None else [str(label) for label in y]
        if len(labels) != len(texts) or not (texts or counts):
            raise InputError(
                "there must be one label per paragraph, and paragraphs or `counts`; got "
                f"{len(labels)} labels for {len(texts)} paragraphs. "
                "Fit one classifier per label column."
            )
        published = None if counts is None else _select(counts, head)
        self.classes_ = _common_classes(labels, published)
        union, matrix = self._features(texts, published)
        rows = _Rows(
            matrix,
            _stack_shares(labels, self.classes_, published),
            np.arange(matrix.shape[0]) >= len(texts),
        )
        self.temperature_ = 1.0
        if self.calibrate:
            folds = self._folds(labels, groups, published)
            logits = self._held_out_logits(rows, folds)
            judged = rows.is_print if published else ~rows.is_print
            self.temperature_ = fit_temperature(logits[judged], rows.shares[judged])
            self.held_out_ = softmax(logits / self.temperature_)
        coef, intercept = self._fit_map(rows)
        linear = LinearMap(
            self.classes_, coef / self.temperature_, intercept / self.temperature_
        ).fit()
        self.pipeline_ = Pipeline([("features", union), ("classifier", linear)])
        self.targets_: tuple[str, ...] = ()
        return self

    def _features(self, texts: list[str], published: Counts | None) -> tuple[FeatureUnion, Any]:
        """Fit one vocabulary, idf and norm per block, over the rows of both sources."""
        gazetteer = load_gazetteer() if self.mask_sides else None
        spans = {
            "words": self.ngram_range,
            "frames": (2, 2) if self.frames else None,
            "characters": self.char_ngram_range,
        }
        steps, matrices = [], []
        for block, span in spans.items():
            if span is None:
                continue
            analyzer = Analyzer(block, span, gazetteer)
            features, counted = self._count(texts, published, analyzer)
            transformer = TfidfTransformer(sublinear_tf=True).fit(counted)
            vectorizer = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True, vocabulary=features)
            vectorizer.idf_ = transformer.idf_
            steps.append((block, vectorizer))
            matrices.append(transformer.transform(counted) * BLOCK_WEIGHTS.get(block, 1.0))
        weights = {block: BLOCK_WEIGHTS[block] for block, _ in steps if block in BLOCK_WEIGHTS}
        union = FeatureUnion(steps, transformer_weights=weights)
        return union, sparse.hstack(matrices, format="csr")

    def _count(
        self, texts: list[str], published: Counts | None, analyzer: Analyzer
    ) -> tuple[list[str], Any]:
        """Return the features of a block and how often each row has them; texts first."""
        lists = [analyzer(text) for text in texts]
        if published is None:
            return _frequent(*tabulate(lists), self.min_df)
        if analyzer.block in published.blocks:
            block = published.blocks[analyzer.block]
            is_short = [feature.count(" ") < analyzer.ngram_range[1] for feature in block.features]
            columns = np.flatnonzero(is_short)
            features = [block.features[column] for column in columns]
            counted = [tabulate(lists, features)[1], block.matrix[:, columns]]
            return features, sparse.vstack(counted, format="csr")
        block = published.blocks["spellings"]
        runs = [runs_of_characters(word, analyzer.ngram_range) for word in block.features]
        features = sorted({one for row in (*lists, *runs) for one in row})
        counted = [tabulate(lists, features)[1], block.matrix @ tabulate(runs, features)[1]]
        return _frequent(features, sparse.vstack(counted, format="csr"), self.min_df)

    def _folds(
        self, labels: list[str], groups: Sequence[Any] | None, published: Counts | None
    ) -> np.ndarray:
        """Return the fold of each row."""
        folds = np.zeros(len(labels), dtype=np.int64)
        if labels:
            split = make_folds(
                np.asarray(labels), groups, cv=self.cv, random_state=self.random_state
            )
            for number, (_, test) in enumerate(split):
                folds[test] = number
        if published is None:
            return folds
        numbers = np.unique(published.folds, return_inverse=True)[1] % self.cv
        if len(np.unique(numbers)) < 2:
            raise TrainingError(
                "a counts file must hold rows of at least two folds; got one. "
                "Make it of more outlets or articles."
            )
        return np.concatenate([folds, numbers])

    def _held_out_logits(self, rows: _Rows, folds: np.ndarray) -> np.ndarray:
        logits = np.empty_like(rows.shares)
        for number in np.unique(folds):
            test = folds == number
            part = _Rows(rows.matrix[~test], rows.shares[~test], rows.is_print[~test])
            coef, intercept = self._fit_map(part)
            logits[test] = rows.matrix[test] @ coef.T + intercept
        return logits

    def _fit_map(self, rows: _Rows) -> tuple[np.ndarray, np.ndarray]:
        model = LogisticRegression(C=self.C, class_weight=self.class_weight, max_iter=MAX_ITER)
        return fit_map(model, rows.matrix, rows.shares)

    def predict_proba(self, X: Iterable[str]) -> np.ndarray:
        """Return calibrated probabilities of texts, of shape (n_paragraphs, n_classes)."""
        check_is_fitted(self)
        texts = check_texts(X)
        if not texts:
            return np.empty((0, len(self.classes_)))
        return np.asarray(self.pipeline_.predict_proba(texts))

    def predict(self, X: Iterable[str]) -> np.ndarray:
        """Return the most probable label of each text, of shape (n_paragraphs,)."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.target_tags.required = False
        return tags


def _select(counts: Counts, head: str | None) -> Counts:
    """Return a counts file with one label column and the rows that are annotated in it."""
    heads = list(counts.classes)
    name = head or (heads[0] if len(heads) == 1 else "")
    if name not in heads:
        raise InputError(
            f"`head` must be one of {heads!r}, the label columns of `counts`; got {head!r}."
        )
    return counts.annotated(name)


def _common_classes(labels: Sequence[str], published: Counts | None) -> np.ndarray:
    """Return the labels in sorted order; each source must hold all of them."""
    sources = [set(labels)] if labels else []
    if published:
        classes, readings = _only_head(published)
        sources.append({classes[column] for column in np.flatnonzero(readings.any(axis=0))})
    if len(sources) == 2 and sources[0] != sources[1]:
        raise TrainingError(
            f"texts and counts must hold the same labels; got {sorted(sources[0])!r} and "
            f"{sorted(sources[1])!r}. Rename labels, or leave one source out."
        )
    if len(sources[0]) < 2:
        raise TrainingError(
            f"there must be at least two labels; got {sorted(sources[0])!r} only. "
            "Add rows of another label."
        )
    return np.array(sorted(sources[0]))


def _only_head(published: Counts) -> tuple[tuple[str, ...], np.ndarray]:
    ((head, classes),) = published.classes.items()
    return classes, published.readings[head]


def _stack_shares(
    labels: Sequence[str], classes: np.ndarray, published: Counts | None
) -> np.ndarray:
    """Return the share of each label in each row; texts first."""
    composed = np.array([[label == name for name in classes] for label in labels], dtype=float)
    composed = composed.reshape(len(labels), len(classes))
    if published is None:
        return composed
    names, readings = _only_head(published)
    return np.vstack([composed, readings[:, [names.index(str(name)) for name in classes]]])


def _frequent(features: list[str], matrix: Any, min_df: int) -> tuple[list[str], Any]:
    """Leave out the features of fewer than `min_df` rows."""
    enough = np.flatnonzero(np.bincount(matrix.indices, minlength=len(features)) >= min_df)
    return [features[column] for column in enough], matrix[:, enough]
