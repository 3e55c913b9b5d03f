"""The scikit-learn estimator: paragraphs in, calibrated probabilities out, one label column at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from stance.errors import InputError, TrainingError
from stance.text.features import copy_features, make_vectorizer
from stance.text.sides import load_gazetteer
from stance.text.valence import load_lexicon


class ParagraphClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """TF-IDF features of a paragraph and logistic regression, calibrated by one temperature.

    Parameters
    ----------
    ngram_range : tuple of int, default=(1, 2)
        Shortest and longest run of stems.
    char_ngram_range : tuple of int, optional
        Shortest and longest run of characters inside a word; None makes none.
    min_df : int, default=1
        Features of fewer paragraphs are left out.
    C : float, default=10.0
        Inverse strength of the L2 penalty.
    class_weight : "balanced", dict or None, default=None
        As in `LogisticRegression`.
    mask_sides : bool, default=True
        Replace the names of nations, peoples, parties and leaders before any feature is made, so that who speaks
        cannot decide the label.
    social_media : bool, default=False
        Part hashtags into words where the case changes, and take emoticons, emoji, "!" and "?" as words.
    valence : bool, default=False
        Add how good or bad words are, by VADER's lexicon, turned where a negator stands before them. Fitting needs the
        package `vaderSentiment` (``pip install "stance-tone[valence]"``).
    calibrate : bool, default=True
        Fit a temperature on held-out folds. It changes probabilities, never labels (Guo et al. 2017).
    cv : int, default=5
        Folds of the calibration, fewer where the rarest label or the groups are fewer.
    random_state : int, default=0
        Shuffles the folds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in sorted order; the columns of `predict_proba` and `decision_function`.
    pipeline_ : sklearn.pipeline.Pipeline
        Steps ``features`` (a `FeatureUnion` of `TfidfVectorizer`) and ``classifier``; between the two, where `fit` was given
        targets, `stance.text.features.copy_features`.
    targets_ : tuple of str
        The targets that have a copy of the features, in sorted order.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017). On calibration of modern neural networks. ICML.

    Examples
    --------
    >>> texts = ["Stop the war now", "They urged a truce", "No truce with them", "We fight until victory"] * 3
    >>> labels = ["pro-ceasefire", "pro-ceasefire", "opposed", "opposed"] * 3
    >>> ParagraphClassifier().fit(texts, labels).predict(["Fight until victory, no truce"])
    array(['opposed'], dtype='<U13')
    """

    def __init__(
        self,
        *,
        ngram_range: tuple[int, int] = (1, 2),
        char_ngram_range: tuple[int, int] | None = None,
        min_df: int = 1,
        C: float = 10.0,
        class_weight: Any = None,
        mask_sides: bool = True,
        social_media: bool = False,
        valence: bool = False,
        calibrate: bool = True,
        cv: int = 5,
        random_state: int = 0,
    ) -> None:
        self.ngram_range = ngram_range
        self.char_ngram_range = char_ngram_range
        self.min_df = min_df
        self.C = C
        self.class_weight = class_weight
        self.mask_sides = mask_sides
        self.social_media = social_media
        self.valence = valence
        self.calibrate = calibrate
        self.cv = cv
        self.random_state = random_state

    def fit(
        self,
        X: Iterable[str],
        y: Iterable[Any],
        sample_weight: Any = None,
        groups: Any = None,
        targets: Any = None,
    ) -> Any:
        """Fit features, classifier and temperature.

        Parameters
        ----------
        X : iterable of str, of length n_paragraphs
            Paragraphs.
        y : iterable of length n_paragraphs
            Their labels, one column.
        sample_weight : array-like of shape (n_paragraphs,), optional
            Weights of the paragraphs.
        groups : array-like of shape (n_paragraphs,), optional
            What must not be split between the calibration's folds: the voice, author or outlet of each paragraph.
        targets : iterable of str, of length n_paragraphs, optional
            What each paragraph takes a stance on. Each target gets a copy of every feature, beside the shared one.

        Returns
        -------
        ParagraphClassifier
            Itself, fitted.

        Raises
        ------
        InputError
            If a paragraph is not a str, `X`, `y` and `targets` differ in length, or an n-gram range is none.
        TrainingError
            If there is one label only, or a label too rare to calibrate on.
        """
        texts = check_texts(X)
        labels = np.asarray(list(y))
        if labels.ndim != 1 or len(labels) != len(texts):
            raise InputError(
                f"`y` must hold one label a paragraph; got shape {labels.shape} for {len(texts)} paragraphs. "
                "Fit one classifier a label column."
            )
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise TrainingError(
                f"`y` must hold at least two labels; got {self.classes_.tolist()!r} only. Add rows of another label."
            )
        aims = None if targets is None else list(targets)
        self.targets_ = () if aims is None else tuple(sorted(set(aims)))
        self.pipeline_ = Pipeline(
            [("features", self._features()), ("classifier", self._classifier(labels, groups))]
        )
        matrix = self._copied(self.pipeline_["features"].fit_transform(texts), aims)
        weights = (
            {}
            if sample_weight is None
            else {"sample_weight": np.asarray(sample_weight, dtype=float)}
        )
        self.pipeline_["classifier"].fit(matrix, labels, **weights)
        return self

    def _features(self) -> Any:
        return make_vectorizer(
            self.ngram_range,
            self.char_ngram_range,
            min_df=self.min_df,
            gazetteer=load_gazetteer() if self.mask_sides else None,
            social_media=self.social_media,
            lexicon=load_lexicon() if self.valence else None,
        )

    def _classifier(self, labels: np.ndarray, groups: Any) -> Any:
        linear = LogisticRegression(C=self.C, class_weight=self.class_weight, max_iter=2_000)
        if not self.calibrate:
            return linear
        folds = make_folds(labels, groups, cv=self.cv, random_state=self.random_state)
        return CalibratedClassifierCV(linear, method="temperature", ensemble=False, cv=folds)

    def _copied(self, matrix: Any, targets: list[Any] | None) -> Any:
        if not self.targets_:
            return matrix
        aims = [None] * matrix.shape[0] if targets is None else targets
        if len(aims) != matrix.shape[0]:
            raise InputError(
                f"`targets` must hold one target a paragraph; got {len(aims)} for {matrix.shape[0]} paragraphs."
            )
        return copy_features(matrix, aims, self.targets_)

    def predict_proba(self, X: Iterable[str], targets: Any = None) -> np.ndarray:
        """Return calibrated probabilities.

        Parameters
        ----------
        X : iterable of str, of length n_paragraphs
            Paragraphs. One without a known word gets what the intercept alone says; `Model.label` withholds it.
        targets : iterable of str or None, of length n_paragraphs, optional
            What each is about. None, or a target that `fit` has not seen, uses what all targets share.

        Returns
        -------
        ndarray of shape (n_paragraphs, n_classes)
            Rows sum to 1; columns in the order of `classes_`.
        """
        check_is_fitted(self)
        texts = check_texts(X)
        if not texts:
            return np.empty((0, len(self.classes_)))
        matrix = self._copied(
            self.pipeline_["features"].transform(texts), None if targets is None else list(targets)
        )
        return np.asarray(self.pipeline_["classifier"].predict_proba(matrix))

    def predict(self, X: Iterable[str], targets: Any = None) -> np.ndarray:
        """Return the most probable label of each paragraph, as an ndarray of shape (n_paragraphs,)."""
        check_is_fitted(self)
        return np.asarray(self.classes_[np.argmax(self.predict_proba(X, targets), axis=1)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def check_texts(X: Iterable[str]) -> list[str]:
    """Return the paragraphs as a list.

    Raises
    ------
    InputError
        If `X` is one str, or an entry is not a str.
    """
    if isinstance(X, str):
        raise InputError("`X` must be an iterable of str; got one str. Put it in a list.")
    texts = list(X)
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(
                f"`X` must hold str; got {type(text).__name__} in row {row}. Drop missing rows, or turn them into str."
            )
    return [str(text) for text in texts]


def make_folds(
    labels: np.ndarray, groups: Any, *, cv: int, random_state: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split rows into folds with every label in each training part, no group in two folds.

    Raises
    ------
    TrainingError
        If the rows do not allow two such folds.
    """
    names, counts = np.unique(labels, return_counts=True)
    if groups is None:
        n_splits = min(cv, int(counts.min()))
        splitter = (
            StratifiedKFold(n_splits, shuffle=True, random_state=random_state)
            if n_splits > 1
            else None
        )
    else:
        n_splits = min(cv, int(counts.min()), len(np.unique(np.asarray(groups))))
        splitter = (
            StratifiedGroupKFold(n_splits, shuffle=True, random_state=random_state)
            if n_splits > 1
            else None
        )
    folds = list(splitter.split(labels, labels, groups)) if splitter else []
    if not folds or any(len(np.unique(labels[train])) < len(names) for train, _ in folds):
        rarest = str(names[int(np.argmin(counts))])
        raise TrainingError(
            "every label must occur in two rows to be calibrated on, in three to be cross-validated, and in as many groups if "
            f"there are groups; the rarest is {rarest!r} with {int(counts.min())} row(s). Add rows, or merge labels."
        )
    return folds
