"""Fit, cross-validate and calibrate a model on annotated paragraphs."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stance.errors import InputError, TrainingError
from stance.model import Model
from stance.optional import version_of
from stance.scoring.files import FORMAT
from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import Head, measure_familiarity, softmax
from stance.text.sides import load_gazetteer
from stance.text.tokens import Token, make_tokens
from stance.training.annotated import Annotated, read_annotated
from stance.training.classifier import ParagraphClassifier, make_folds
from stance.training.freezing import (
    freeze,
    inverse_temperature,
    make_self_test,
    measure_nonconformity,
)
from stance.training.metrics import measure_calibration_error, measure_interval, measure_macro_f1

if TYPE_CHECKING:
    import pandas as pd

RECIPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "stance": {"ngram_range": (1, 2), "min_df": 2, "C": 10.0},
    "tone": {
        "ngram_range": (1, 2),
        "char_ngram_range": (3, 5),
        "min_df": 2,
        "C": 10.0,
        "class_weight": "balanced",
    },
}
"""The `ParagraphClassifier` parameters of each head of the shipped model.

Any other label column takes the recipe of "stance".
"""

PACKAGES: Final = ("stance-tone", "scikit-learn", "numpy", "scipy", "PyStemmer", "countryinfo")
"""The packages whose versions a model records: another version can change its arrays."""
FAMILIARITY_THRESHOLD: Final = 0.5
"""The share of a paragraph's words that a model must have seen to label it."""
UNFAMILIAR_ROWS: Final = 0.01
"""A model of few rows asks for less, so that at most this share of its own rows gets no label."""


def train(
    table: pd.DataFrame | str | Path,
    *,
    text: str = "text",
    labels: Sequence[str] = ("stance", "tone"),
    encoding: str | None = None,
    groups: str | None = None,
    target_column: str | None = None,
    mask_sides: bool = True,
    social_media: bool = False,
    recipes: Mapping[str, Mapping[str, Any]] | None = None,
    name: str = "unnamed",
) -> Model:
    """Train a model on annotated paragraphs.

    Parameters
    ----------
    table : pandas.DataFrame, str or Path
        Annotated rows, or a CSV of them.
    text : str, default="text"
        The column of paragraphs.
    labels : sequence of str, default=("stance", "tone")
        Label columns, with any labels; each becomes a head.
    encoding : str, optional
        Encoding of the CSV, as in `stance.tables.read_rows`.
    groups : str, optional
        The column of what must stay together in cross-validation and calibration (voice, author,
        outlet). Without it, figures come out too good if an author has several rows.
    target_column : str, optional
        The column that names what each paragraph takes a stance on. The model then has one copy of
        the features per target, beside those that all targets share (Daumé 2007), and `label`
        takes a `target`.
    mask_sides : bool, default=True
        Mask the names of nations, peoples, parties, armed groups and leaders, so that a label
        cannot depend on who speaks.
    social_media : bool, default=False
        Split hashtags into words where the case changes, and treat emoticons, emoji, "!" and "?"
        as words.
    recipes : dict of str to dict, optional
        Parameters of `ParagraphClassifier` by head, instead of `RECIPES`.
    name : str, default="unnamed"
        The model's name in its facts.

    Returns
    -------
    Model
        Its `facts` include cross-validated figures; `save` writes it to a folder.

    Raises
    ------
    InputError
        If `labels` is empty, or `recipes` names something else.
    TableError
        If a column, a text or a label is missing.
    TrainingError
        If a label column cannot be learned from.
    """
    columns = [labels] if isinstance(labels, str) else list(labels)
    if not columns:
        raise InputError("`labels` must name at least one column; got none.")
    rows = read_annotated(
        table,
        text=text,
        labels=columns,
        groups=groups,
        target_column=target_column,
        encoding=encoding,
    )
    for head in recipes or {}:
        if head not in columns:
            raise InputError(f"`recipes` must name label columns {columns!r}; got {head!r}.")
    frozen, pipelines = fit_heads(
        rows, recipes=recipes, mask_sides=mask_sides, social_media=social_media, name=name
    )
    return Model(frozen, pipelines=pipelines)


class _Fit(NamedTuple):
    """One fitted head: the scikit-learn pipeline, its arrays, and its cross-validated figures."""

    pipeline: ParagraphClassifier
    head: Head
    figures: dict[str, Any]


def fit_heads(
    rows: Annotated,
    *,
    recipes: Mapping[str, Mapping[str, Any]] | None = None,
    mask_sides: bool = True,
    social_media: bool = False,
    name: str = "unnamed",
    notes: Mapping[str, Any] | None = None,
) -> tuple[FrozenModel, dict[str, ParagraphClassifier]]:
    """Fit one calibrated classifier per label column, and freeze them.

    Parameters
    ----------
    rows : Annotated
        The result of `read_annotated`.
    recipes : dict of str to dict, optional
        Parameters of `ParagraphClassifier` by head, instead of `RECIPES`.
    mask_sides, social_media : bool
        As in `ParagraphClassifier`. They are the same for all heads, which share one tokenizer.
    name : str, default="unnamed"
        The model's name in its facts.
    notes : dict, optional
        More facts.

    Returns
    -------
    frozen : FrozenModel
        What is saved and scores.
    pipelines : dict of str to ParagraphClassifier
        The fitted estimators, for experiments.

    Raises
    ------
    TrainingError
        If a label column has fewer than two labels, or one too rare to calibrate on.

    Notes
    -----
    The figures in the facts, and the nonconformity behind `uncertain`, come from cross-validation
    by group: no row is scored by a classifier fitted on its group. The temperature is that of the
    whole fit, itself chosen on held-out rows. The fit runs on one thread, so that it gives the same
    arrays every time.
    """
    from threadpoolctl import threadpool_limits

    tokenizer = {"mask_sides": mask_sides, "social_media": social_media}
    full_recipes = {
        head: {**(recipes or RECIPES).get(head, RECIPES["stance"]), **tokenizer}
        for head in rows.labels
    }
    with threadpool_limits(1):
        fits = {head: _fit_head(head, rows, recipe) for head, recipe in full_recipes.items()}
    gazetteer = load_gazetteer() if mask_sides else None
    tokens = [make_tokens(text, gazetteer, social_media=social_media) for text in rows.texts]
    familiarity_threshold = _familiarity_threshold(rows, tokens)
    facts = {
        "format": FORMAT,
        "name": name,
        "heads": list(fits),
        "labels": {head: list(fit.head.classes) for head, fit in fits.items()},
        "recipe": full_recipes,
        "social_media": social_media,
        "rows": len(rows.texts),
        "familiar": familiarity_threshold,
        "rows_sha256": rows.sha256(),
        "cross_validation": {head: fit.figures for head, fit in fits.items()},
        "versions": _versions(),
        **(notes or {}),
    }
    frozen = FrozenModel(
        heads={head: fit.head for head, fit in fits.items()},
        gazetteer=gazetteer,
        words=frozenset(token.stem for paragraph in tokens for token in paragraph),
        familiarity_threshold=familiarity_threshold,
        social_media=social_media,
        facts=facts,
    )
    facts["self_test"] = make_self_test(frozen, rows)
    return frozen, {head: fit.pipeline for head, fit in fits.items()}


def _versions() -> dict[str, str]:
    versions = {package: version_of(package) for package in PACKAGES}
    return {"python": platform.python_version(), **versions}


def _fit_head(head: str, rows: Annotated, recipe: Mapping[str, Any]) -> _Fit:
    labels = rows.labels[head]
    if len(set(labels)) < 2:
        raise TrainingError(
            f"{rows.name}, column {head!r} must have at least two labels; got {labels[0]!r} only. "
            "Add rows of another label."
        )
    classifier = ParagraphClassifier(**recipe)
    classifier.fit(rows.texts, labels, groups=rows.groups, targets=rows.targets)
    held_out = _predict_held_out(classifier, rows, np.asarray(labels))
    nonconformity = measure_nonconformity(held_out, classifier.classes_, labels)
    return _Fit(
        classifier,
        freeze(head, classifier, nonconformity),
        _measure(held_out, classifier.classes_, labels, rows.groups),
    )


def _familiarity_threshold(rows: Annotated, tokens: Sequence[Sequence[Token]]) -> float:
    """Return the familiarity below which a paragraph gets no label.

    It is `FAMILIARITY_THRESHOLD`, or less if too many of the model's own rows would fall below it
    when what their group alone has taught is left out.
    """
    groups = rows.groups or [str(row) for row in range(len(rows.texts))]
    groups_by_stem: dict[str, set[str]] = {}
    for group, paragraph in zip(groups, tokens, strict=True):
        for token in paragraph:
            groups_by_stem.setdefault(token.stem, set()).add(group)
    familiarities = [
        measure_familiarity(
            paragraph, {token.stem for token in paragraph if groups_by_stem[token.stem] != {group}}
        )
        for group, paragraph in zip(groups, tokens, strict=True)
    ]
    return min(FAMILIARITY_THRESHOLD, float(np.quantile(familiarities, UNFAMILIAR_ROWS)))


def _predict_held_out(
    fitted: ParagraphClassifier, rows: Annotated, labels: np.ndarray
) -> np.ndarray:
    """Return the probabilities of every row, as cross-validation by group gives them.

    Of shape (n_rows, n_classes), at the temperature of the whole fit.
    """
    from sklearn.base import clone

    texts = np.asarray(rows.texts, dtype=object)
    groups = None if rows.groups is None else np.asarray(rows.groups, dtype=object)
    targets = None if rows.targets is None else np.asarray(rows.targets, dtype=object)
    log_probabilities = np.empty((len(texts), len(fitted.classes_)))
    for train, test in make_folds(labels, groups, cv=fitted.cv, random_state=fitted.random_state):
        plain = clone(fitted).set_params(calibrate=False)
        plain.fit(texts[train], labels[train], targets=None if targets is None else targets[train])
        log_probabilities[test] = np.log(
            plain.predict_proba(texts[test], None if targets is None else targets[test])
        )
    # Of two labels with the margin x, scikit-learn makes the logits (-x/2, x/2) without a
    # temperature and (-x, x) with one.
    factor = 2.0 if fitted.calibrate and len(fitted.classes_) == 2 else 1.0
    scale = factor * inverse_temperature(fitted.pipeline_["classifier"])
    return softmax(scale * log_probabilities)


def _measure(
    held_out: np.ndarray, classes: np.ndarray, labels: Sequence[str], groups: Sequence[str] | None
) -> dict[str, Any]:
    """Return the cross-validated figures of one head."""
    from sklearn.metrics import confusion_matrix

    names = [str(label) for label in classes]
    predictions = [names[column] for column in held_out.argmax(axis=1)]
    return {
        # rows are annotations, columns predictions
        "confusion": confusion_matrix(labels, predictions, labels=names).tolist(),
        "macro_f1": measure_macro_f1(labels, predictions, names),
        "macro_f1_interval": measure_interval(labels, predictions, names, groups=groups),
        "calibration_error": measure_calibration_error(labels, held_out, names),
    }
