"""Fit, cross-validate, calibrate and freeze a model on annotated paragraphs."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.classifier import ParagraphClassifier, make_folds
from stance.errors import TableError, TrainingError
from stance.frozen import FORMAT, Block, FrozenModel, Head, digest
from stance.metrics import measure_calibration_error, measure_interval, measure_macro_f1
from stance.sides import load_gazetteer

if TYPE_CHECKING:
    import pandas as pd

RECIPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "stance": {"ngram_range": (1, 2), "C": 10.0},
    "tone": {"ngram_range": (1, 2), "char_ngram_range": (3, 5), "C": 10.0},
}
"""What each head of the shipped model is fitted with; another label column takes the recipe of "stance"."""

_PACKAGES: Final = ("stance-tone", "scikit-learn", "numpy", "scipy", "PyStemmer", "countryinfo")


@dataclass(frozen=True)
class Annotated:
    """Checked rows: `texts`, labels by head, what must stay together in cross-validation, what each text is about."""

    texts: list[str]
    labels: dict[str, list[str]]
    groups: list[str] | None
    targets: list[str] | None = None


def read_annotated(
    table: pd.DataFrame | str | Path, *, text: str, labels: Sequence[str], groups: str | None, target_column: str | None = None
) -> Annotated:
    """Read and check annotated rows.

    Raises
    ------
    TableError
        Naming file, row and column: a column that is not there, a missing text or label, two labels that differ in case only.
    """
    import pandas as pd

    name = "the table" if isinstance(table, pd.DataFrame) else str(table)
    frame = table if isinstance(table, pd.DataFrame) else _read_csv(Path(table))
    others = [target_column] if target_column else []
    for column in (text, *labels, *([groups] if groups else []), *others):
        if column not in frame.columns:
            raise TableError(f"{name} must hold column {column!r}; its columns are {list(frame.columns)!r}.")
    if not len(frame):
        raise TableError(f"{name} must hold annotated rows; it holds none. Add some.")
    columns = {column: _check_column(frame[column], name) for column in (text, *labels, *others)}
    for head in labels:
        _check_case(columns[head], f"{name}, column {head!r}")
    groups_ = [str(group) for group in frame[groups]] if groups else None
    return Annotated(columns[text], {head: columns[head] for head in labels}, groups_, columns[target_column] if target_column else None)


def _read_csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    from stance.tables import read_rows

    with read_rows(path) as table:
        rows = list(table)
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
    is scored by a classifier, or a temperature, that was fitted on its group. The fit runs on one thread, so that it gives
    the same arrays again.
    """
    from threadpoolctl import threadpool_limits

    tokenizer = {"mask_sides": mask_sides, "social_media": social_media}
    recipes = {head: {**(recipes or RECIPES).get(head, RECIPES["stance"]), **tokenizer} for head in rows.labels}
    heads, pipelines, figures = {}, {}, {}
    with threadpool_limits(1):
        for head, labels in rows.labels.items():
            classifier = ParagraphClassifier(**recipes[head])
            held_out = _held_out(classifier, rows, np.asarray(labels))
            pipelines[head] = classifier.fit(rows.texts, labels, groups=rows.groups, targets=rows.targets)
            heads[head] = freeze(head, classifier, _scores(held_out, classifier.classes_, labels))
            figures[head] = _figures(held_out, classifier.classes_, labels, rows.groups)
    facts = {
        "format": FORMAT,
        "name": name,
        "heads": list(heads),
        "labels": {head: list(frozen.classes) for head, frozen in heads.items()},
        "recipe": recipes,
        "social_media": social_media,
        "rows": len(rows.texts),
        "rows_sha256": digest(repr((rows.texts, rows.labels, rows.groups, *([rows.targets] if rows.targets else []))).encode()),
        "cross_validation": figures,
        "versions": {"python": platform.python_version()} | {package: _version(package) for package in _PACKAGES},
        **(notes or {}),
    }
    model = FrozenModel(heads, load_gazetteer() if mask_sides else None, facts)
    facts["self_test"] = _self_test(model, rows)
    return model, pipelines


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # a bare checkout
        return "not installed"


def _held_out(classifier: ParagraphClassifier, rows: Annotated, labels: np.ndarray) -> np.ndarray:
    from sklearn.base import clone

    texts = np.asarray(rows.texts, dtype=object)
    groups, targets = (None if column is None else np.asarray(column, dtype=object) for column in (rows.groups, rows.targets))
    out = np.empty((len(texts), len(np.unique(labels))))
    for train, test in make_folds(labels, groups, cv=classifier.cv, random_state=classifier.random_state):
        seen = {name: column[train] for name, column in (("groups", groups), ("targets", targets)) if column is not None}
        part = clone(classifier).fit(texts[train], labels[train], **seen)
        out[test] = part.predict_proba(texts[test], None if targets is None else targets[test])
    return out


def _scores(held_out: np.ndarray, classes: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    given = np.searchsorted(classes, np.asarray(labels))
    return np.sort(1.0 - held_out[np.arange(len(given)), given])


def _figures(held_out: np.ndarray, classes: np.ndarray, labels: Sequence[str], groups: Sequence[str] | None) -> dict[str, Any]:
    names = [str(c) for c in classes]
    predictions = [names[at] for at in held_out.argmax(axis=1)]
    return {
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
        blocks.append(Block(block, made.ngram_range, {f: first + at for at, f in enumerate(features)}, made.lexicon))
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
        beta = float(step.calibrated_classifiers_[0].calibrators[0].beta_)
    else:
        beta = 1.0
    coefficients, intercept = np.asarray(linear.coef_), np.asarray(linear.intercept_)
    if len(coefficients) == 1:  # two labels: (-x, x), which scikit-learn halves only where there is no temperature
        coefficients = scale * np.vstack([-coefficients, coefficients])
        intercept = scale * np.concatenate([-intercept, intercept])
    return coefficients * beta, intercept * beta
