"""The scikit-learn estimator: paragraphs in, calibrated probabilities of one label column out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from stance.errors import InputError, TrainingError
from stance.text.sides import load_gazetteer
from stance.text.valence import load_lexicon
from stance.text.vectorizer import copy_features, count_features, make_vectorizer, weigh_fold


class ParagraphClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped bases
    """Logistic regression on TF-IDF features of paragraphs, calibrated by one temperature.

    Parameters
    ----------
    ngram_range : tuple of int, default=(1, 2)
        Shortest and longest run of stems.
    char_ngram_range : tuple of int, optional
        Shortest and longest run of characters inside a word. Without it no characters are used.
    min_df : int, default=1
        Ignore features that occur in fewer paragraphs.
    C : float, default=10.0
        Inverse strength of the L2 penalty.
    class_weight : "balanced", dict or None, default=None
        As in `LogisticRegression`.
    mask_sides : bool, default=True
        Mask the names of nations, peoples, parties, armed groups and leaders before any feature is
        made, so that the label cannot depend on who speaks.
    social_media : bool, default=False
        Split hashtags into words where the case changes, and treat emoticons, emoji, "!" and "?" as
        words.
    valence : bool, default=False
        Add how good or bad each word is by VADER's lexicon, with the sign marked as turned after a
        negator. Fitting needs the package `vaderSentiment`
        (``pip install "stance-tone[valence]"``).
    calibrate : bool, default=True
        Fit a temperature on held-out folds. It changes probabilities, never labels [1]_.
    cv : int, default=5
        Number of calibration folds; fewer if the rarest label has fewer rows, or if there are fewer
        groups.
    random_state : int, default=0
        Shuffles the folds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in sorted order; the columns of `predict_proba`.
    pipeline_ : sklearn.pipeline.Pipeline
        Steps ``features`` (a `FeatureUnion` of `TfidfVectorizer`) and ``classifier``. If `fit` was
        given targets, `stance.text.vectorizer.copy_features` stands between the two.
    targets_ : tuple of str
        The targets that have a copy of the features, in sorted order.

    References
    ----------
    .. [1] Guo, Pleiss, Sun and Weinberger (2017). On calibration of modern neural networks. ICML.

    Examples
    --------
    >>> texts = ["Stop the war now", "They urged a truce"] * 3
    >>> texts += ["No truce with them", "We fight until victory"] * 3
    >>> labels = ["pro-ceasefire"] * 6 + ["opposed"] * 6
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
            One label per paragraph.
        sample_weight : array-like of shape (n_paragraphs,), optional
            Weights of the paragraphs.
        groups : array-like of shape (n_paragraphs,), optional
            The voice, author or outlet of each paragraph. Calibration never splits a group between
            folds.
        targets : iterable of str, of length n_paragraphs, optional
            What each paragraph takes a stance on. Each target gets a copy of every feature, beside
            the shared one.

        Returns
        -------
        ParagraphClassifier
            Itself, fitted.

        Raises
        ------
        InputError
            If a paragraph is not a str, if `X`, `y` and `targets` differ in length, or if an n-gram
            range is not two rising positive integers.
        TrainingError
            If there is only one label, or a label is too rare to calibrate on.
        """
        texts = check_texts(X)
        labels = np.asarray(list(y))
        self.classes_ = _find_classes(labels, len(texts))
        targets = None if targets is None else list(targets)
        self.targets_ = () if targets is None else tuple(sorted(set(targets)))
        self.pipeline_ = Pipeline(
            [
                ("features", self._make_features()),
                ("classifier", self._make_classifier(labels, groups)),
            ]
        )
        matrix = self._add_copies(self.pipeline_["features"].fit_transform(texts), targets)
        for _, vectorizer in self.pipeline_["features"].transformer_list:
            # Scikit-learn keeps them in the order of the texts, which a saved pipeline would tell.
            vectorizer.vocabulary_ = dict(sorted(vectorizer.vocabulary_.items()))
        weights = {}
        if sample_weight is not None:
            weights["sample_weight"] = np.asarray(sample_weight, dtype=float)
        self.pipeline_["classifier"].fit(matrix, labels, **weights)
        return self

    def _make_features(self) -> Any:
        return make_vectorizer(
            self.ngram_range,
            self.char_ngram_range,
            min_df=self.min_df,
            gazetteer=load_gazetteer() if self.mask_sides else None,
            social_media=self.social_media,
            lexicon=load_lexicon() if self.valence else None,
        )

    def _make_linear(self) -> LogisticRegression:
        return LogisticRegression(C=self.C, class_weight=self.class_weight, max_iter=2_000)

    def _make_classifier(self, labels: np.ndarray, groups: Any) -> Any:
        linear = self._make_linear()
        if not self.calibrate:
            return linear
        folds = make_folds(labels, groups, cv=self.cv, random_state=self.random_state)
        return CalibratedClassifierCV(linear, method="temperature", ensemble=False, cv=folds)

    def _add_copies(self, matrix: Any, targets: list[Any] | None) -> Any:
        """Append one copy of the features per target; without targets, return the features."""
        if not self.targets_:
            return matrix
        n_paragraphs = matrix.shape[0]
        if targets is None:
            targets = [None] * n_paragraphs
        if len(targets) != n_paragraphs:
            raise InputError(
                "`targets` must have one target per paragraph; "
                f"got {len(targets)} for {n_paragraphs} paragraphs."
            )
        return copy_features(matrix, targets, self.targets_)

    def predict_proba(self, X: Iterable[str], targets: Any = None) -> np.ndarray:
        """Return calibrated probabilities.

        Parameters
        ----------
        X : iterable of str, of length n_paragraphs
            Paragraphs. One without a known word gets the probabilities of the intercept alone;
            `Model.label` gives such a paragraph no label.
        targets : iterable of str or None, of length n_paragraphs, optional
            What each paragraph takes a stance on. For None, or a target that `fit` has not seen,
            only the features that all targets share count.

        Returns
        -------
        ndarray of shape (n_paragraphs, n_classes)
            Rows sum to 1; columns in the order of `classes_`.
        """
        check_is_fitted(self)
        texts = check_texts(X)
        if not texts:
            return np.empty((0, len(self.classes_)))
        targets = None if targets is None else list(targets)
        matrix = self._add_copies(self.pipeline_["features"].transform(texts), targets)
        return np.asarray(self.pipeline_["classifier"].predict_proba(matrix))

    def predict_held_out(
        self,
        X: Iterable[str],
        y: Iterable[Any],
        folds: Sequence[tuple[np.ndarray, np.ndarray]],
        targets: Any = None,
    ) -> np.ndarray:
        """Cross-validate without calibration, counting the features of each paragraph once.

        Parameters
        ----------
        X, y, targets
            As in `fit`.
        folds : sequence of tuple of ndarray
            The rows to fit on and the rows to predict, as `make_folds` gives them.

        Returns
        -------
        ndarray of shape (n_paragraphs, n_classes)
            Probabilities of each row, to the last digit those of a fit on the other folds.
        """
        texts, labels = check_texts(X), np.asarray(list(y))
        vectorizers = [vectorizer for _, vectorizer in self._make_features().transformer_list]
        counts = [count_features(vectorizer, texts) for vectorizer in vectorizers]
        probabilities = np.empty((len(texts), len(np.unique(labels))))
        for train, test in folds:
            blocks = [
                weigh_fold(vectorizer, counted, train, test)
                for vectorizer, counted in zip(vectorizers, counts, strict=True)
            ]
            fitted, tested = (sparse.hstack(part).tocsr() for part in zip(*blocks, strict=True))
            if targets is not None:
                known = sorted({targets[row] for row in train})
                fitted = copy_features(fitted, [targets[row] for row in train], known)
                tested = copy_features(tested, [targets[row] for row in test], known)
            linear = self._make_linear().fit(fitted, labels[train])
            probabilities[test] = linear.predict_proba(tested)
        return probabilities

    def predict(self, X: Iterable[str], targets: Any = None) -> np.ndarray:
        """Return the most probable label of each paragraph, of shape (n_paragraphs,)."""
        check_is_fitted(self)
        return np.asarray(self.classes_[np.argmax(self.predict_proba(X, targets), axis=1)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _find_classes(labels: np.ndarray, n_paragraphs: int) -> np.ndarray:
    """Return the distinct labels, sorted; refuse what cannot be learned from."""
    if labels.ndim != 1 or len(labels) != n_paragraphs:
        raise InputError(
            f"`y` must have one label per paragraph; got shape {labels.shape} "
            f"for {n_paragraphs} paragraphs. Fit one classifier per label column."
        )
    classes = np.unique(labels)
    if len(classes) < 2:
        raise TrainingError(
            f"`y` must have at least two labels; got {classes.tolist()!r} only. "
            "Add rows of another label."
        )
    return classes


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
                f"`X` must be str throughout; got {type(text).__name__} in row {row}. "
                "Drop missing rows, or turn them into str."
            )
    return [str(text) for text in texts]


def make_folds(
    labels: np.ndarray, groups: Any, *, cv: int, random_state: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split rows into folds, each a pair of row numbers to train and to test on.

    Every label is in the training part of each fold, and no group is on both sides of a fold.

    Raises
    ------
    TrainingError
        If the rows do not allow two such folds.
    """
    classes, counts = np.unique(labels, return_counts=True)
    n_splits = min(cv, int(counts.min()))
    if groups is not None:
        n_splits = min(n_splits, len(np.unique(np.asarray(groups))))
    folds = []
    if n_splits > 1:
        make_splitter = StratifiedKFold if groups is None else StratifiedGroupKFold
        splitter = make_splitter(n_splits, shuffle=True, random_state=random_state)
        folds = list(splitter.split(labels, labels, groups))
    if not folds or any(len(np.unique(labels[train])) < len(classes) for train, _ in folds):
        rarest = str(classes[int(np.argmin(counts))])
        raise TrainingError(
            "every label must occur in two rows to be calibrated on, in three to be "
            "cross-validated, and in as many groups if there are groups; "
            f"the rarest is {rarest!r} with {int(counts.min())} row(s). "
            "Add rows, or merge labels."
        )
    return folds
