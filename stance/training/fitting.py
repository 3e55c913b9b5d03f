"""Fit, cross-validate and calibrate a model on annotated paragraphs."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.errors import InputError, TrainingError
from stance.model import Model
from stance.optional import version_of
from stance.scoring.files import FORMAT, digest
from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import measure_familiarity, softmax
from stance.text.sides import load_gazetteer
from stance.text.tokens import Token, make_tokens
from stance.training.annotated import Annotated, read_annotated
from stance.training.classifier import ParagraphClassifier, make_folds
from stance.training.freezing import freeze, inverse_temperature, nonconformity_scores
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
"""What each head of the shipped model is fitted with; another label column takes the recipe of "stance"."""

_PACKAGES: Final = ("stance-tone", "scikit-learn", "numpy", "scipy", "PyStemmer", "countryinfo")


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
        Label columns, of any labels; each becomes a head.
    encoding : str, optional
        Of the CSV, as in `stance.tables.readers.csv.read_rows`.
    groups : str, optional
        The column of what must stay together in cross-validation and calibration (voice, author, outlet). Without it, figures
        come out too good where an author has several rows.
    target_column : str, optional
        The column that names what each paragraph takes a stance on. One model then holds, beside the features that all
        targets share, a copy of them for each target (Daumé 2007); `label` takes a `target`.
    mask_sides : bool, default=True
        Mask the names of nations, peoples, parties and leaders, so that who speaks cannot decide a label.
    social_media : bool, default=False
        Part hashtags into words where the case changes, and take emoticons, emoji, "!" and "?" as words.
    recipes : dict of str to dict, optional
        Parameters of `ParagraphClassifier` by head.
    name : str, default="unnamed"
        The model's name in its facts.

    Returns
    -------
    Model
        Its `facts` hold cross-validated figures; `save` keeps it.

    Raises
    ------
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


def fit_heads(
    rows: Annotated,
    *,
    recipes: Mapping[str, Mapping[str, Any]] | None = None,
    mask_sides: bool = True,
    social_media: bool = False,
    name: str = "unnamed",
    notes: Mapping[str, Any] | None = None,
) -> tuple[FrozenModel, dict[str, ParagraphClassifier]]:
    """Fit one calibrated classifier a label column, and freeze them.

    Parameters
    ----------
    rows : Annotated
        What `read_annotated` gave.
    recipes : dict of str to dict, optional
        Parameters of `ParagraphClassifier` by head, instead of `RECIPES`.
    mask_sides, social_media : bool
        As in `ParagraphClassifier`, of all heads, which share one tokenizer.
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

    Notes
    -----
    The figures in the facts, and the nonconformity scores behind `uncertain`, come from cross-validation by group: no row
    is scored by a classifier that was fitted on its group. The one temperature is that of the whole fit, itself chosen on
    held-out rows. The fit runs on one thread, so that it gives the same arrays again.
    """
    from threadpoolctl import threadpool_limits

    tokenizer = {"mask_sides": mask_sides, "social_media": social_media}
    recipes = {
        head: {**(recipes or RECIPES).get(head, RECIPES["stance"]), **tokenizer}
        for head in rows.labels
    }
    heads, pipelines, figures = {}, {}, {}
    with threadpool_limits(1):
        for head, labels in rows.labels.items():
            _check_two(rows.name, head, labels)
            classifier = ParagraphClassifier(**recipes[head]).fit(
                rows.texts, labels, groups=rows.groups, targets=rows.targets
            )
            held_out = _held_out(classifier, rows, np.asarray(labels))
            pipelines[head] = classifier
            heads[head] = freeze(
                head, classifier, nonconformity_scores(held_out, classifier.classes_, labels)
            )
            figures[head] = _figures(held_out, classifier.classes_, labels, rows.groups)
    gazetteer = load_gazetteer() if mask_sides else None
    tokens = [make_tokens(text, gazetteer, social_media=social_media) for text in rows.texts]
    facts = {
        "format": FORMAT,
        "name": name,
        "heads": list(heads),
        "labels": {head: list(frozen.classes) for head, frozen in heads.items()},
        "recipe": recipes,
        "social_media": social_media,
        "rows": len(rows.texts),
        "familiar": _familiar(rows, tokens),
        "rows_sha256": digest(
            repr(
                (rows.texts, rows.labels, rows.groups, *([rows.targets] if rows.targets else []))
            ).encode()
        ),
        "cross_validation": figures,
        "versions": {"python": platform.python_version()}
        | {package: version_of(package) for package in _PACKAGES},
        **(notes or {}),
    }
    model = FrozenModel(
        heads,
        gazetteer,
        frozenset(token.stem for row in tokens for token in row),
        facts["familiar"],
        social_media,
        facts,
    )
    facts["self_test"] = _self_test(model, rows)
    return model, pipelines


def _check_two(name: str, head: str, labels: Sequence[str]) -> None:
    if len(set(labels)) < 2:
        raise TrainingError(
            f"{name}, column {head!r} must hold at least two labels; got {labels[0]!r} only. Add rows of another label."
        )


def _familiar(rows: Annotated, tokens: Sequence[Sequence[Token]]) -> float:
    """Return the familiarity below which a paragraph gets no label.

    Half of the words, or less for a model of few rows: what 99 of 100 of its own rows reach when their group is left out.
    """
    groups = rows.groups or [str(row) for row in range(len(rows.texts))]
    holders: dict[str, set[str]] = {}
    for group, row in zip(groups, tokens, strict=True):
        for token in row:
            holders.setdefault(token.stem, set()).add(group)
    found = [
        measure_familiarity(row, {token.stem for token in row if holders[token.stem] != {group}})
        for group, row in zip(groups, tokens, strict=True)
    ]
    return min(0.5, float(np.quantile(found, 0.01)))


def _held_out(fitted: ParagraphClassifier, rows: Annotated, labels: np.ndarray) -> np.ndarray:
    """Return the probabilities of every row by a classifier that did not see its group, at the fitted temperature."""
    from sklearn.base import clone

    texts = np.asarray(rows.texts, dtype=object)
    groups, targets = (
        None if column is None else np.asarray(column, dtype=object)
        for column in (rows.groups, rows.targets)
    )
    logs = np.empty((len(texts), len(fitted.classes_)))
    for train, test in make_folds(labels, groups, cv=fitted.cv, random_state=fitted.random_state):
        aims = (None, None) if targets is None else (targets[train], targets[test])
        part = (
            clone(fitted)
            .set_params(calibrate=False)
            .fit(texts[train], labels[train], targets=aims[0])
        )
        logs[test] = np.log(part.predict_proba(texts[test], aims[1]))
    # Without a temperature scikit-learn turns the margin x of two labels into (-x/2, x/2), with one into (-x, x).
    halves = 2.0 if fitted.calibrate and len(fitted.classes_) == 2 else 1.0
    return softmax(halves * inverse_temperature(fitted.pipeline_["classifier"]) * logs)


def _figures(
    held_out: np.ndarray, classes: np.ndarray, labels: Sequence[str], groups: Sequence[str] | None
) -> dict[str, Any]:
    from sklearn.metrics import confusion_matrix

    names = [str(c) for c in classes]
    predictions = [names[at] for at in held_out.argmax(axis=1)]
    return {
        "confusion": confusion_matrix(
            labels, predictions, labels=names
        ).tolist(),  # rows: annotated, columns: predicted
        "macro_f1": measure_macro_f1(labels, predictions, names),
        "macro_f1_interval": measure_interval(labels, predictions, names, groups=groups),
        "calibration_error": measure_calibration_error(labels, held_out, names),
    }


def _self_test(model: FrozenModel, rows: Annotated) -> list[dict[str, Any]]:
    step = max(1, len(rows.texts) // 3)
    cases: list[dict[str, Any]] = [{"text": text} for text in rows.texts[::step][:3]]
    if rows.targets:
        cases += [
            case | {"target": target}
            for case, target in zip(cases, rows.targets[::step], strict=False)
        ]
    cases.append({"text": "Ünfamiliar “quotes”, U.S.-backed talks — and 12 more."})
    for case in cases:
        found = model.probabilities([case["text"]], case.get("target"))
        case["probabilities"] = {head: table[0].tolist() for head, table in found.items()}
    return cases
