"""Fit, cross-validate and calibrate a model on annotated paragraphs."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stance.errors import InputError, StanceWarning, TrainingError
from stance.model import Model
from stance.optional import version_of
from stance.scoring.files import FORMAT
from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import Head, softmax
from stance.text.sides import load_gazetteer
from stance.text.tokens import make_tokens
from stance.training.annotated import Annotated, find_cautions, read_annotated
from stance.training.blended import BlendedClassifier
from stance.training.classifier import ParagraphClassifier, make_folds
from stance.training.counted.counting import count_paragraphs
from stance.training.counted.counts import Counts, read_counts
from stance.training.familiarity import measure_counted_threshold, measure_threshold
from stance.training.freezing import (
    freeze,
    inverse_temperature,
    make_self_test,
    measure_nonconformity,
)
from stance.training.learned_rows import FACT, salt_and_digest_rows
from stance.training.metrics import measure_calibration_error, measure_interval, measure_macro_f1
from stance.training.trained_card import make_trained_card

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

PRINT_RECIPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "stance": {"ngram_range": (1, 2), "C": 1.0},
    "tone": {
        "ngram_range": (1, 2),
        "char_ngram_range": (3, 5),
        "frames": False,
        "min_df": 5,
        "C": 2.0,
    },
}
"""The `BlendedClassifier` parameters of each head where counts are learned from.

Any other label column takes the recipe of "stance". benchmarks/RECIPES.md tells how these were
chosen.
"""
NO_ROWS: Final = Annotated([], {}, None)
"""Stands in for a table where only counts are learned from."""

PACKAGES: Final = ("stance-tone", "scikit-learn", "numpy", "scipy", "PyStemmer", "countryinfo")
"""The packages whose versions a model records: another version can change its arrays."""


def train(
    table: pd.DataFrame | str | Path | Sequence[str | Path] | None = None,
    *,
    counts: Counts | str | Path | None = None,
    text: str = "text",
    labels: Sequence[str] | None = None,
    encoding: str | None = None,
    groups: str | None = None,
    target_column: str | None = None,
    mask_sides: bool = True,
    social_media: bool = False,
    recipes: Mapping[str, Mapping[str, Any]] | None = None,
    private: bool = False,
    name: str = "unnamed",
) -> Model:
    """Train a model on annotated paragraphs.

    Parameters
    ----------
    table : pandas.DataFrame, str, Path or sequence of str or Path, optional
        Annotated rows, or a file of them. Rows without a label are left out and counted; of
        several readings of a paragraph, the settled one counts, or the one that most readers gave.
    counts : Counts, str or Path, optional
        Annotated paragraphs without their text, as `write_counts` makes them: beside the table, or
        instead of it. Figures are then measured on them.
    text : str, default="text"
        The column of paragraphs.
    labels : sequence of str, optional
        Label columns, with any labels; each becomes a head. By default those between ``reader`` and
        ``note`` in a table of readings, and else ``stance`` and ``tone``, as far as they are there.
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
        Parameters of `ParagraphClassifier` by head, instead of `RECIPES`; with counts, of
        `BlendedClassifier`, instead of `PRINT_RECIPES`.
    private : bool, default=False
        Learn only from the words and pairs of the table that `write_counts` would keep, with
        `groups` as the articles, so that the model gives away no more than a counts file.
    name : str, default="unnamed"
        The model's name in its facts.

    Returns
    -------
    Model
        Its `facts` include cross-validated figures and ``cautions``, which are warned of too: texts
        that nearly repeat others, and labels with fewer than 20 rows. `save` writes it to a folder,
        with a card.

    Raises
    ------
    InputError
        If `labels` is empty or no label column is found, or `recipes` names something else.
    TableError
        If a column, a text or a label is missing.
    TrainingError
        If a label column cannot be learned from.
    """
    given = [labels] if isinstance(labels, str) else labels
    if given is not None and not given:
        raise InputError("`labels` must name at least one column; got none.")
    published = read_counts(counts) if isinstance(counts, (str, Path)) else counts
    if table is None and published is None:
        raise InputError("there must be a table or counts to learn from; got neither. Name one.")
    if (private or published) and (target_column or social_media or not mask_sides):
        raise InputError(
            "`target_column`, `social_media` and `mask_sides=False` must be left out where counts "
            "are learned from: counts files do not know them."
        )
    rows = (
        NO_ROWS
        if table is None
        else read_annotated(
            table,
            text=text,
            labels=given,
            groups=groups,
            target_column=target_column,
            encoding=encoding,
        )
    )
    columns = list(given or rows.labels or (published.classes if published else ()))
    for head in recipes or {}:
        if head not in columns:
            raise InputError(f"`recipes` must name label columns {columns!r}; got {head!r}.")
    if published and (missing := [head for head in columns if head not in published.classes]):
        raise InputError(
            f"`labels` must be label columns of the counts file, {list(published.classes)!r}; "
            f"got {missing!r}."
        )
    cautions = _warn(rows)
    learned = {FACT: salt_and_digest_rows(rows.texts)} if rows.texts and not private else {}
    if private:
        rows, published = NO_ROWS, _count_privately(rows, published)
    frozen, pipelines = fit_heads(
        rows,
        columns,
        counts=published,
        recipes=recipes,
        mask_sides=mask_sides,
        social_media=social_media,
        name=name,
        notes={"cautions": cautions, **learned},
    )
    return Model(frozen, pipelines=pipelines, card=make_trained_card(frozen.facts))


def _warn(rows: Annotated) -> list[str]:
    """Warn of what makes the figures too good; return it."""
    cautions = list(find_cautions(rows))
    for caution in cautions:
        warnings.warn(f"{rows.name}: {caution}", StanceWarning, stacklevel=3)
    return cautions


def _count_privately(rows: Annotated, published: Counts | None) -> Counts:
    if published is not None:
        raise InputError("`private` must be left out beside `counts`, which are private already.")
    return count_paragraphs(
        rows.texts,
        {
            head: [[label] if label else [] for label in labels]
            for head, labels in rows.labels.items()
        },
        articles=rows.groups,
    )[0]


class _Fit(NamedTuple):
    """One fitted head: the scikit-learn pipeline, its arrays, and its cross-validated figures."""

    pipeline: ParagraphClassifier | BlendedClassifier
    head: Head
    figures: dict[str, Any]
    composed_figures: dict[str, Any] | None = None


def fit_heads(
    rows: Annotated,
    labels: Sequence[str] | None = None,
    *,
    counts: Counts | None = None,
    recipes: Mapping[str, Mapping[str, Any]] | None = None,
    mask_sides: bool = True,
    social_media: bool = False,
    name: str = "unnamed",
    notes: Mapping[str, Any] | None = None,
) -> tuple[FrozenModel, dict[str, ParagraphClassifier | BlendedClassifier]]:
    """Fit one calibrated classifier per label column, and freeze them.

    Parameters
    ----------
    rows : Annotated
        The result of `read_annotated`, or `NO_ROWS`.
    labels : sequence of str, optional
        Label columns; by default those of `rows`.
    counts : Counts, optional
        Annotated paragraphs without their text.
    recipes : dict of str to dict, optional
        Parameters by head: of `ParagraphClassifier`, instead of `RECIPES`, or, with counts, of
        `BlendedClassifier`, instead of `PRINT_RECIPES`.
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
    pipelines : dict of str to ParagraphClassifier or BlendedClassifier
        The fitted estimators, for experiments.

    Raises
    ------
    TrainingError
        If a label column has fewer than two labels, or one too rare to calibrate on.

    Notes
    -----
    The figures in the facts, and the nonconformity behind `uncertain`, come from cross-validation
    by group: no row is scored by a classifier fitted on its group. With counts, they are those of
    the published paragraphs, and those of the texts stand apart. The temperature is that of the
    whole fit, itself chosen on held-out rows. The fit runs on one thread, so that it gives the same
    arrays every time.
    """
    from threadpoolctl import threadpool_limits

    heads = list(rows.labels if labels is None else labels)
    defaults = RECIPES if counts is None else PRINT_RECIPES
    tokenizer = {"mask_sides": mask_sides} | ({} if counts else {"social_media": social_media})
    full_recipes = {
        head: {**(recipes or defaults).get(head, defaults["stance"]), **tokenizer} for head in heads
    }
    with threadpool_limits(1):
        fits = {
            head: _fit_head(head, rows, recipe)
            if counts is None
            else _fit_print(head, rows, counts, recipe)
            for head, recipe in full_recipes.items()
        }
    gazetteer = load_gazetteer() if mask_sides else None
    tokens = [make_tokens(text, gazetteer, social_media=social_media) for text in rows.texts]
    composed = {head: fit.composed_figures for head, fit in fits.items() if fit.composed_figures}
    facts = {
        "format": FORMAT,
        "name": name,
        "heads": list(fits),
        "labels": {head: list(fit.head.classes) for head, fit in fits.items()},
        "recipe": full_recipes,
        "social_media": social_media,
        "rows": len(rows.texts),
        **({} if counts is None else {"print": {"rows": counts.n_rows, **counts.facts}}),
        "familiar": (
            measure_threshold(rows, tokens) if tokens else measure_counted_threshold(counts)
        ),
        "cross_validation": {head: fit.figures for head, fit in fits.items()},
        **({"composed": composed} if composed else {}),
        "versions": _versions(),
        **(notes or {}),
    }
    stems = {token.stem for paragraph in tokens for token in paragraph}
    frozen = FrozenModel(
        {head: fit.head for head, fit in fits.items()},
        gazetteer,
        frozenset(stems | (counts.stems() if counts else set())),
        familiarity_threshold=facts["familiar"],
        social_media=social_media,
        facts=facts,
    )
    facts["self_test"] = make_self_test(frozen, rows.targets or ())
    return frozen, {head: fit.pipeline for head, fit in fits.items()}


def _versions() -> dict[str, str]:
    versions = {package: version_of(package) for package in PACKAGES}
    return {"python": platform.python_version(), **versions}


def _fit_head(head: str, rows: Annotated, recipe: Mapping[str, Any]) -> _Fit:
    rows = rows.of_head(head)
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


def _fit_print(head: str, rows: Annotated, counts: Counts, recipe: Mapping[str, Any]) -> _Fit:
    """Fit one head on counts, and on texts if there are any; measure both apart."""
    rows = rows.of_head(head) if head in rows.labels else NO_ROWS
    labels = rows.labels.get(head, [])
    classifier = BlendedClassifier(**recipe)
    classifier.fit(rows.texts, labels, groups=rows.groups, counts=counts, head=head)
    published = counts.annotated(head)
    names = np.array(published.classes[head])
    printed = names[published.readings[head].argmax(axis=1)].tolist()
    composed, held_out = np.split(classifier.held_out_, [len(labels)])
    nonconformity = measure_nonconformity(held_out, classifier.classes_, printed)
    return _Fit(
        classifier,
        freeze(head, classifier, nonconformity),
        _measure(held_out, classifier.classes_, printed, [str(fold) for fold in published.folds]),
        _measure(composed, classifier.classes_, labels, rows.groups) if labels else None,
    )


def _predict_held_out(
    fitted: ParagraphClassifier, rows: Annotated, labels: np.ndarray
) -> np.ndarray:
    """Return the probabilities of every row, as cross-validation by group gives them.

    Of shape (n_rows, n_classes), at the temperature of the whole fit.
    """
    folds = make_folds(labels, rows.groups, cv=fitted.cv, random_state=fitted.random_state)
    probabilities = fitted.predict_held_out(rows.texts, labels, folds, rows.targets)
    # Of two labels with the margin x, scikit-learn makes the logits (-x/2, x/2) without a
    # temperature and (-x, x) with one.
    factor = 2.0 if fitted.calibrate and len(fitted.classes_) == 2 else 1.0
    scale = factor * inverse_temperature(fitted.pipeline_["classifier"])
    return softmax(scale * np.log(probabilities))


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
