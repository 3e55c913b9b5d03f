"""The scikit-learn estimator: scikit-learn's own checks for text, and contract tests for the rest."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils.estimator_checks import check_estimator

from stance import InputError, ParagraphClassifier, TrainingError
from stance.training.classifier import make_folds


@pytest.fixture(scope="module")
def fitted(lighthouse: pd.DataFrame) -> ParagraphClassifier:
    return ParagraphClassifier().fit(lighthouse["text"], lighthouse["stance"])


def test_scikit_learns_checks_for_estimators_of_strings() -> None:
    with pytest.warns(
        SkipTestWarning, match="requires input"
    ):  # all but one of its checks need numbers
        check_estimator(ParagraphClassifier(), on_skip=None)


def test_a_clone_has_the_same_parameters_and_is_unfitted(fitted: ParagraphClassifier) -> None:
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(["a truce"])


def test_a_refit_gives_the_same_probabilities(
    fitted: ParagraphClassifier, lighthouse: pd.DataFrame
) -> None:
    again = clone(fitted).fit(lighthouse["text"], lighthouse["stance"])
    np.testing.assert_array_equal(
        again.predict_proba(lighthouse["text"]), fitted.predict_proba(lighthouse["text"])
    )


def test_columns_are_classes_in_sorted_order_and_rows_add_up(
    fitted: ParagraphClassifier, lighthouse: pd.DataFrame
) -> None:
    assert fitted.classes_.tolist() == ["neutral", "opposed", "pro-ceasefire"]
    probabilities = fitted.predict_proba(lighthouse["text"])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert (
        fitted.classes_[probabilities.argmax(axis=1)] == fitted.predict(lighthouse["text"])
    ).all()


@pytest.mark.parametrize(
    "make", [list, tuple, np.asarray, pd.Series, pd.Index, iter], ids=lambda f: f.__name__
)
def test_any_iterable_of_texts_does(
    make: object, fitted: ParagraphClassifier, lighthouse: pd.DataFrame
) -> None:
    texts = lighthouse["text"].tolist()
    np.testing.assert_array_equal(fitted.predict_proba(make(texts)), fitted.predict_proba(texts))  # type: ignore[operator]


def test_a_batch_is_its_rows(fitted: ParagraphClassifier, lighthouse: pd.DataFrame) -> None:
    whole = fitted.predict_proba(lighthouse["text"])
    single = np.vstack([fitted.predict_proba([text]) for text in lighthouse["text"]])
    np.testing.assert_allclose(single, whole, rtol=0, atol=1e-12)


def test_sample_weights_count(lighthouse: pd.DataFrame) -> None:
    X, y = lighthouse["text"], lighthouse["stance"]
    plain = ParagraphClassifier(calibrate=False)
    opposed = (y == "opposed").to_numpy()
    # a row without weight is as good as absent from what the linear part learns; the vocabulary stays
    weighted = clone(plain).fit(X, y, sample_weight=np.where(opposed, 1e-9, 1.0))
    assert clone(plain).fit(X, y).predict(X[opposed]).tolist() == ["opposed"] * opposed.sum()
    assert "opposed" not in weighted.predict(X).tolist()
    doubled = clone(plain).fit(X, y, sample_weight=np.full(len(y), 2.0)).predict_proba(X)
    stronger = clone(plain).set_params(C=2 * plain.C).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(
        doubled, stronger, atol=1e-3
    )  # a weight of 2 is every row twice, which is C doubled


def test_it_works_in_a_grid_search_and_a_pipeline(lighthouse: pd.DataFrame) -> None:
    search = GridSearchCV(
        Pipeline([("stance", ParagraphClassifier(calibrate=False))]),
        {"stance__C": [0.1, 10.0]},
        cv=3,
    )
    search.fit(lighthouse["text"], lighthouse["stance"])
    assert search.best_score_ == max(search.cv_results_["mean_test_score"]) > 0.6
    assert search.predict(["The council voted against a truce."]).tolist() == ["opposed"]


def test_calibration_moves_no_label(lighthouse: pd.DataFrame, fitted: ParagraphClassifier) -> None:
    plain = ParagraphClassifier(calibrate=False).fit(lighthouse["text"], lighthouse["stance"])
    texts = [*lighthouse["text"], "the lamp oil and the truce", "cowards voted"]
    assert plain.predict(texts).tolist() == fitted.predict(texts).tolist()


def test_a_pickle_gives_the_same_probabilities(
    fitted: ParagraphClassifier, lighthouse: pd.DataFrame
) -> None:
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(
        again.predict_proba(lighthouse["text"]), fitted.predict_proba(lighthouse["text"])
    )


def test_neither_fitting_nor_predicting_changes_what_it_is_given(lighthouse: pd.DataFrame) -> None:
    classifier = ParagraphClassifier()
    parameters = classifier.get_params()
    texts, labels = lighthouse["text"].copy(), lighthouse["stance"].to_numpy().copy()
    weights = np.ones(len(texts))
    weights.flags.writeable = labels.flags.writeable = False
    classifier.fit(texts, labels, sample_weight=weights)
    attributes = {**vars(classifier)}
    classifier.predict(texts)
    assert {**vars(classifier)} == attributes
    assert classifier.get_params() == parameters
    pd.testing.assert_series_equal(texts, lighthouse["text"])


def test_only_fitting_adds_attributes_and_their_names_end_in_an_underscore(
    fitted: ParagraphClassifier,
) -> None:
    unfitted = ParagraphClassifier()
    assert set(vars(unfitted)) == set(unfitted.get_params())
    added = set(vars(fitted)) - set(vars(unfitted))
    assert "classes_" in added
    assert all(name.endswith("_") or name.startswith("_") for name in added)


def test_parameters_can_be_set_and_unknown_ones_are_refused() -> None:
    classifier = ParagraphClassifier()
    for name, value in classifier.get_params(deep=False).items():
        assert classifier.set_params(**{name: value}) is classifier
    with pytest.raises(ValueError, match="Invalid parameter 'lamps'"):
        classifier.set_params(lamps=3)


def test_predictions_do_not_depend_on_the_order_or_the_number_of_paragraphs(
    fitted: ParagraphClassifier, lighthouse: pd.DataFrame
) -> None:
    texts = lighthouse["text"].tolist()
    whole = fitted.predict_proba(texts)
    np.testing.assert_allclose(fitted.predict_proba(texts[::-1])[::-1], whole, atol=1e-12)
    alone = np.vstack([fitted.predict_proba([text]) for text in texts[:5]])
    np.testing.assert_allclose(alone, whole[:5], atol=1e-12)


@pytest.mark.parametrize("kind", [object, str, "category"])
def test_labels_of_any_type_give_the_same_classes(
    kind: object, fitted: ParagraphClassifier, lighthouse: pd.DataFrame
) -> None:
    again = ParagraphClassifier().fit(lighthouse["text"], lighthouse["stance"].astype(kind))  # type: ignore[call-overload]
    assert again.classes_.tolist() == fitted.classes_.tolist()


def test_nothing_in_nothing_out(fitted: ParagraphClassifier) -> None:
    assert fitted.predict_proba([]).shape == (0, 3)
    assert fitted.predict([]).shape == (0,)


def test_groups_are_kept_together(lighthouse: pd.DataFrame) -> None:
    classifier = ParagraphClassifier(cv=3).fit(
        lighthouse["text"], lighthouse["stance"], groups=lighthouse["voice"]
    )
    for train, test in classifier.pipeline_["classifier"].cv:
        assert not set(lighthouse["voice"][train]) & set(lighthouse["voice"][test])


def test_bad_input_is_named(lighthouse: pd.DataFrame, fitted: ParagraphClassifier) -> None:
    with pytest.raises(
        InputError, match=r"`X` must be an iterable of str; got one str\. Put it in a list\.$"
    ):
        fitted.predict("a truce")
    with pytest.raises(
        InputError,
        match=r"`X` must be str throughout; got NoneType in row 1\. Drop missing rows, or turn them into str\.$",
    ):
        fitted.predict(["a truce", None])
    with pytest.raises(
        TrainingError,
        match=r"`y` must have at least two labels; got \['opposed'\] only\. Add rows of another label\.$",
    ):
        ParagraphClassifier().fit(["a", "b"], ["opposed", "opposed"])
    with pytest.raises(
        InputError,
        match=r"`y` must have one label per paragraph; got shape \(1,\) for 2 paragraphs\. Fit one classifier per label column\.$",
    ):
        ParagraphClassifier().fit(["a", "b"], ["opposed"])
    with pytest.raises(
        TrainingError,
        match=r"the rarest is 'neutral' with 1 row\(s\)\. Add rows, or merge labels\.$",
    ):
        ParagraphClassifier().fit(
            ["a truce", "no truce", "lamp"], ["opposed", "opposed", "neutral"]
        )


@pytest.mark.parametrize(
    ("recipe", "targets"),
    [
        ({}, None),
        ({"min_df": 2, "char_ngram_range": (3, 5), "class_weight": "balanced"}, None),
        ({"min_df": 0.1}, ["north", "south", "north"] * 12),
        ({"valence": True}, None),
    ],
    ids=["words", "characters", "share of rows, targets", "valence"],
)
def test_held_out_rows_are_predicted_as_by_a_fit_on_the_other_folds(
    recipe: dict[str, object], targets: list[str] | None, lighthouse: pd.DataFrame
) -> None:
    """Counting once changes no digit: scikit-learn's solver makes much of the last one."""
    if "valence" in recipe:
        pytest.importorskip("vaderSentiment")
    texts, labels = lighthouse["text"].to_numpy(), lighthouse["stance"].to_numpy()
    classifier = ParagraphClassifier(calibrate=False, **recipe)
    folds = make_folds(labels, lighthouse["voice"], cv=5, random_state=0)
    held_out = classifier.predict_held_out(texts, labels, folds, targets)
    for train, test in folds:
        own, other = (targets and [targets[row] for row in rows] for rows in (train, test))
        fitted = clone(classifier).fit(texts[train], labels[train], targets=own)
        np.testing.assert_array_equal(held_out[test], fitted.predict_proba(texts[test], other))
