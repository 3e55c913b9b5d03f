"""Fit, cross-validate, calibrate and freeze a model on annotated paragraphs."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.classifier import ParagraphClassifier, make_folds
from stance.errors import TableError, TrainingError
from stance.extras import version_of
from stance.frozen import FrozenModel
from stance.heads import Block, Head, measure_familiarity, softmax
from stance.metrics import measure_calibration_error, measure_interval, measure_macro_f1
from stance.model_files import FORMAT, digest
from stance.results import column_name, result_columns
from stance.sides import load_gazetteer
from stance.tokens import Token, make_tokens

if TYPE_CHECKING:
    import pandas as pd

RECIPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "stance": {"ngram_range": (1, 2), "min_df": 2, "C": 10.0},
    "tone": {"ngram_range": (1, 2), "char_ngram_range": (3, 5), "min_df": 2, "C": 10.0, "class_weight": "balanced"},
}
"""What each head of the shipped model is fitted with; another label column takes the recipe of "stance"."""

_PACKAGES: Final = ("stance-tone", "scikit-learn", "numpy", "scipy", "PyStemmer", "countryinfo")


@dataclass(frozen=True)
class Annotated:
    """Checked rows of a table: texts, labels by head, what must stay together in cross-validation, what each text is about."""

    texts: list[str]
    labels: dict[str, list[str]]
    groups: list[str] | None
    targets: list[str] | None = None
    name: str = "the table"


def read_annotated(
    table: pd.DataFrame | str | Path,
    *,
    text: str,
    labels: Sequence[str],
    groups: str | None,
    target_column: str | None = None,
    encoding: str | None = None,
) -> Annotated:
    """Read and check annotated rows.

    Raises
    ------
    TableError
        Naming file, row and column: a column that is not there, a missing text or label, two labels that differ in case only.
    """
    import pandas as pd

    name = "the table" if isinstance(table, pd.DataFrame) else str(table)
    for head in labels:
        _check_name(head)
    frame = table if isinstance(table, pd.DataFrame) else read_frame(Path(table), encoding)
    others = [target_column] if target_column else []
    for column in (text, *labels, *([groups] if groups else []), *others):
        if column not in frame.columns:
            raise TableError(f"{name} must hold column {column!r}; its columns are {list(frame.columns)!r}.")
    if not len(frame):
        raise TableError(f"{name} must hold annotated rows; it holds none. Add some.")
    columns = {column: _check_column(frame[column], name) for column in (text, *labels, *others)}
    for head in labels:
        _check_case(columns[head], f"{name}, column {head!r}")
        _check_collisions(head, columns[head])
    groups_ = [str(group) for group in _check_groups(frame[groups], name)] if groups else None
    targets = columns[target_column] if target_column else None
    return Annotated(columns[text], {head: columns[head] for head in labels}, groups_, targets, name)


def _check_name(head: str) -> None:
    reserved = {"row", "text", "paragraphs", "labelled", *result_columns({})}
    if not re.fullmatch(r"\w[\w -]*", head) or head in reserved:
        raise TableError(f"a label column must have a plain name that no result has; got {head!r}. Rename it.")


def _check_collisions(head: str, labels: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for label in sorted(set(labels)):
        other = seen.setdefault(column_name(head, label), label)
        if other != label:
            raise TableError(f"the labels of {head!r} must differ in more than signs; got {other!r} and {label!r}. Rename one.")


def _check_groups(values: Any, name: str) -> Any:
    missing = values.isna() | (values.astype(str).str.strip() == "")
    if missing.any():
        row = int(missing.to_numpy().argmax()) + 1
        raise TableError(f"{name}, row {row}, column {values.name!r} must name a group; it is missing. Fill it in, or drop the row.")
    return values


def read_frame(path: Path, encoding: str | None) -> pd.DataFrame:
    """Read a whole CSV as str.

    Raises
    ------
    TableError
        If a row of it cannot be read.
    """
    import pandas as pd

    from stance.tables import read_rows

    with read_rows(path, encoding=encoding) as table:
        rows = [row for _, row in table]
    if table.faults:
        raise TableError(f"{path} must be a whole table; {table.faults[0].message()} Mend it first.")
    return pd.DataFrame(rows, columns=table.columns)


def _check_column(values: Any, name: str) -> list[str]:
    for row, value in enumerate(values, start=1):
        if not isinstance(value, str) or not value.strip():
            raise TableError(f"{name}, row {row}, column {values.name!r} must hold text; got {value!r}. Fill it in, or drop the row.")
    return [str(value) for value in values]


def _check_case(labels: Sequence[str], where: str) -> None:
    seen: dict[str, str] = {}
    for row, label in enumerate(labels, start=1):
        known = seen.setdefault(label.strip().casefold(), label)
        if known != label:
            raise TableError(f"{where}, row {row} must name a label as the other rows do; got {label!r} beside {known!r}. Use one.")


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
    recipes = {head: {**(recipes or RECIPES).get(head, RECIPES["stance"]), **tokenizer} for head in rows.labels}
    heads, pipelines, figures = {}, {}, {}
    with threadpool_limits(1):
        for head, labels in rows.labels.items():
            _check_two(rows.name, head, labels)
            classifier = ParagraphClassifier(**recipes[head]).fit(rows.texts, labels, groups=rows.groups, targets=rows.targets)
            held_out = _held_out(classifier, rows, np.asarray(labels))
            pipelines[head] = classifier
            heads[head] = freeze(head, classifier, nonconformity_scores(held_out, classifier.classes_, labels))
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
        "rows_sha256": digest(repr((rows.texts, rows.labels, rows.groups, *([rows.targets] if rows.targets else []))).encode()),
        "cross_validation": figures,
        "versions": {"python": platform.python_version()} | {package: version_of(package) for package in _PACKAGES},
        **(notes or {}),
    }
    model = FrozenModel(heads, gazetteer, frozenset(token.stem for row in tokens for token in row), facts)
    facts["self_test"] = _self_test(model, rows)
    return model, pipelines


def _check_two(name: str, head: str, labels: Sequence[str]) -> None:
    if len(set(labels)) < 2:
        raise TrainingError(f"{name}, column {head!r} must hold at least two labels; got {labels[0]!r} only. Add rows of another label.")


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
    groups, targets = (None if column is None else np.asarray(column, dtype=object) for column in (rows.groups, rows.targets))
    logs = np.empty((len(texts), len(fitted.classes_)))
    for train, test in make_folds(labels, groups, cv=fitted.cv, random_state=fitted.random_state):
        aims = (None, None) if targets is None else (targets[train], targets[test])
        part = clone(fitted).set_params(calibrate=False).fit(texts[train], labels[train], targets=aims[0])
        logs[test] = np.log(part.predict_proba(texts[test], aims[1]))
    # Without a temperature scikit-learn turns the margin x of two labels into (-x/2, x/2), with one into (-x, x).
    halves = 2.0 if fitted.calibrate and len(fitted.classes_) == 2 else 1.0
    return softmax(halves * _beta(fitted.pipeline_["classifier"]) * logs)


def _beta(step: Any) -> float:
    """Return the inverse temperature of a fitted last step; 1 without one."""
    return float(step.calibrated_classifiers_[0].calibrators[0].beta_) if hasattr(step, "calibrated_classifiers_") else 1.0


def nonconformity_scores(held_out: np.ndarray, classes: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """Return ``1 - p(true label)`` of rows that the fit did not see, sorted, as an ndarray of shape (n_rows,)."""
    given = np.searchsorted(classes, np.asarray(labels))
    return np.sort(1.0 - held_out[np.arange(len(given)), given])


def _figures(held_out: np.ndarray, classes: np.ndarray, labels: Sequence[str], groups: Sequence[str] | None) -> dict[str, Any]:
    from sklearn.metrics import confusion_matrix

    names = [str(c) for c in classes]
    predictions = [names[at] for at in held_out.argmax(axis=1)]
    return {
        "confusion": confusion_matrix(labels, predictions, labels=names).tolist(),  # rows: annotated, columns: predicted
        "macro_f1": measure_macro_f1(labels, predictions, names),
        "macro_f1_interval": measure_interval(labels, predictions, names, groups=groups),
        "calibration_error": measure_calibration_error(labels, held_out, names),
    }


def _self_test(model: FrozenModel, rows: Annotated) -> list[dict[str, Any]]:
    step = max(1, len(rows.texts) // 3)
    cases: list[dict[str, Any]] = [{"text": text} for text in rows.texts[::step][:3]]
    if rows.targets:
        cases += [case | {"target": target} for case, target in zip(cases, rows.targets[::step], strict=False)]
    cases.append({"text": "Ünfamiliar “quotes”, U.S.-backed talks — and 12 more."})
    for case in cases:
        found = model.probabilities([case["text"]], case.get("target"))
        case["probabilities"] = {head: table[0].tolist() for head, table in found.items()}
    return cases


def freeze(name: str, classifier: ParagraphClassifier, scores: np.ndarray) -> Head:
    """Turn a fitted classifier into plain arrays.

    Parameters
    ----------
    name : str
        The head's name.
    classifier : ParagraphClassifier
        Fitted.
    scores : ndarray of shape (n_rows,)
        Sorted nonconformity scores of held-out rows.

    Returns
    -------
    Head
        Its probabilities are the classifier's, within 1e-9.

    Raises
    ------
    TrainingError
        If the classifier's last step is not one that `ParagraphClassifier` makes.
    """
    blocks: list[Block] = []
    idf: list[np.ndarray] = []
    order: list[int] = []
    for block, vectorizer in classifier.pipeline_["features"].transformer_list:
        features = sorted(vectorizer.vocabulary_)
        first = len(order)
        made = vectorizer.analyzer
        blocks.append(Block(block, made.ngram_range, tuple(features), first, made.lexicon))
        columns = [vectorizer.vocabulary_[feature] for feature in features]
        idf.append(vectorizer.idf_[columns])
        order.extend(first + column for column in columns)
    coefficients, intercept = _linear(classifier.pipeline_["classifier"])
    weights = np.ascontiguousarray(coefficients[:, order].T)
    copies = _copies(coefficients, intercept, order, classifier.targets_)
    return Head(name, tuple(str(c) for c in classifier.classes_), tuple(blocks), np.concatenate(idf), weights, intercept, scores, copies)


def _copies(
    coefficients: np.ndarray, intercept: np.ndarray, order: Sequence[int], targets: Sequence[str]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Add to the shared weights those of each target's copy: what `stance.features.copy_features` put side by side."""
    width = len(order)
    shared = coefficients[:, :width]
    out = {}
    for at, target in enumerate(targets):
        own = coefficients[:, width + at * (width + 1) :][:, : width + 1]
        out[target] = np.ascontiguousarray((shared + own[:, :width])[:, order].T), intercept + own[:, width]
    return out


def _linear(step: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients (n_classes, n_features) and intercepts (n_classes,) whose softmax is the step's probability."""
    linear, scale = step, 0.5
    if hasattr(step, "calibrated_classifiers_"):
        if len(step.calibrated_classifiers_) != 1:
            raise TrainingError("a calibrated classifier must hold one temperature to be frozen; calibrate with `ensemble=False`.")
        linear, scale = step.calibrated_classifiers_[0].estimator, 1.0
    coefficients, intercept = np.asarray(linear.coef_), np.asarray(linear.intercept_)
    if len(coefficients) == 1:  # two labels: (-x, x), which scikit-learn halves only where there is no temperature
        coefficients = scale * np.vstack([-coefficients, coefficients])
        intercept = scale * np.concatenate([-intercept, intercept])
    return coefficients * _beta(step), intercept * _beta(step)
