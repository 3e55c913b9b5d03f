"""Adapt a model to print: refit its probabilities on a few hundred annotated paragraphs of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.annotate.readings import read_readings, settle
from stance.errors import InputError, TableError, TrainingError
from stance.model import Model, as_model
from stance.scoring.heads import Head
from stance.training.freezing import make_self_test
from stance.training.learned_rows import FACT, find_learned, salt_and_digest_rows
from stance.training.metrics import measure_calibration_error, measure_interval, measure_macro_f1
from stance.training.recalibration import (
    Gain,
    Refit,
    Rows,
    describe_gain,
    measure_gain,
    refit,
    refit_limits,
)

if TYPE_CHECKING:
    import pandas as pd

MIN_ROWS: Final = 50
MIN_ARTICLES: Final = 3  # one to measure on, and two to fit with, each without the other
"""With fewer paragraphs, what is refitted and what is measured are both mostly chance."""


def adapt(
    model: Model | str | Path,
    annotated: pd.DataFrame | str | Path,
    *,
    text: str = "text",
    article: str | None = None,
    target_column: str | None = None,
    encoding: str | None = None,
    name: str | None = None,
) -> Model:
    """Adapt a model to print of which a few hundred paragraphs were drawn and annotated.

    For each head that the table has annotations for, the temperature, one offset per label and the
    limits behind `uncertain` are refitted. Which words speak for which label stays as it is.

    Parameters
    ----------
    model : Model, str or Path
        The model to adapt. It is not changed.
    annotated : pandas.DataFrame, str or Path
        Annotated paragraphs, or a CSV of them: best what `stance draw` wrote, filled in. A row
        without a label in the column of a head is left out there. With a column ``probability``,
        each paragraph counts for as many as it was drawn from.
    text : str, default="text"
        The column of paragraphs.
    article : str, optional
        The column that names the article of each paragraph; an article is kept whole when the model
        is measured. By default what ``paragraph_id`` says, or else each text is one.
    target_column : str, optional
        The column that names what each paragraph is about, if the model was trained with one.
    encoding : str, optional
        Encoding of the CSV, as in `stance.tables.read_rows`.
    name : str, optional
        The name of the adapted model; by default the name of `model` with "-adapted".

    Returns
    -------
    Model
        Its ``facts["adapted"]`` and its `card` have the figures of each head before and after, on
        paragraphs that the refit did not see. A head that would not get better stays as it is.

    Raises
    ------
    InputError
        If the paragraphs were chosen rather than drawn.
    TableError
        If a column is missing, or a label is not one of the model's.
    TrainingError
        If there are too few paragraphs, or no head gets better by more than chance explains. The
        message has the figures.

    Notes
    -----
    Logits become ``scale * logits + offsets``, fitted by maximum likelihood with a weak penalty.
    Before and after are compared by tenfold cross-fitting over articles; a head is adapted if its
    log loss falls by more than 1.645 standard errors.
    """
    base = as_model(model)
    paragraphs = _read(base, annotated, text, article, target_column, encoding)
    heads, figures, measured = dict(base.frozen.heads), {}, {}
    for head_name in paragraphs.labels:
        head = heads[head_name]
        rows = paragraphs.rows(head_name, head.classes)
        gain = measure_gain(rows, head)
        fitted = Refit(1.0, np.zeros(len(head.classes)))
        if gain.is_real:
            fitted = refit(rows)
            heads[head_name] = fitted.apply(head, refit_limits(rows, head.classes))
            measured[head_name] = _measure(gain.held_out, rows, head.classes)
        figures[head_name] = _record(gain, fitted, rows, head.classes)
    if not measured:
        raise TrainingError(_refusal(base, figures))
    adapted = {
        "base": {"name": _name_of(base), "digest": base.digest},
        "rows": len(paragraphs.texts),
        "left_out": paragraphs.left_out,
        "heads": figures,
        FACT: salt_and_digest_rows(paragraphs.texts),
    }
    return _make_model(base, heads, adapted, measured, name or f"{_name_of(base)}-adapted")


@dataclass(frozen=True)
class _Paragraphs:
    """Annotated paragraphs that a model labels and did not learn from.

    `labels` has "" where a head was not annotated; `weights` is how many paragraphs each stands
    for; `groups` numbers the articles.
    """

    texts: list[str]
    labels: dict[str, list[str]]
    probabilities: dict[str, np.ndarray]
    weights: np.ndarray
    groups: np.ndarray
    left_out: dict[str, int]

    def rows(self, head: str, classes: tuple[str, ...]) -> Rows:
        """Return the rows that are annotated for a head."""
        labels = self.labels[head]
        annotated = np.flatnonzero([bool(label) for label in labels])
        if len(annotated) < MIN_ROWS:
            left_out = ", ".join(f"{count:,} {why}" for why, count in self.left_out.items())
            raise TrainingError(
                f"there must be at least {MIN_ROWS} annotated paragraphs of {head!r}, better 300; "
                f"got {len(annotated)} (left out: {left_out}). Annotate more."
            )
        n_articles = len(np.unique(self.groups[annotated]))
        if n_articles < MIN_ARTICLES:
            raise TrainingError(
                f"the annotated paragraphs of {head!r} must be of at least {MIN_ARTICLES} "
                f"articles, better 100, to be measured on others; they are of {n_articles}. "
                "Annotate others."
            )
        return Rows(
            self.probabilities[head][annotated],
            np.array([classes.index(labels[row]) for row in annotated]),
            self.weights[annotated],
            self.groups[annotated],
        )


def _read(
    model: Model,
    annotated: pd.DataFrame | str | Path,
    text: str,
    article: str | None,
    target_column: str | None,
    encoding: str | None,
) -> _Paragraphs:
    frame, name = read_readings(annotated, encoding=encoding)
    heads = [head for head in model.labels if head in frame]
    _check_columns(frame, [text, *filter(None, (article, target_column))], heads, name, model)
    frame = settle(frame, heads, name)
    labels = {head: _labels(frame, head, model.labels[head], name) for head in heads}
    texts = ["" if cell is None else str(cell) for cell in frame[text].fillna("")]
    targets = None if target_column is None else frame[target_column].astype(str).tolist()
    scores = model.frozen.score(texts, targets)
    is_annotated = np.array([any(row) for row in zip(*labels.values(), strict=True)], dtype=bool)
    learned = is_annotated & find_learned(model.facts, texts)
    unfamiliar = is_annotated & ~learned & (scores.familiarity < model.frozen.familiarity_threshold)
    rows = np.flatnonzero(is_annotated & ~learned & ~unfamiliar)
    return _Paragraphs(
        [texts[row] for row in rows],
        {head: [column[row] for row in rows] for head, column in labels.items()},
        {head: scores.probabilities[head][rows] for head in heads},
        _weights(frame, is_annotated, name)[rows],
        np.unique(_articles(frame, article, texts), return_inverse=True)[1][rows],
        {
            "that the model learned from": int(learned.sum()),
            "too unfamiliar to be labelled": int(unfamiliar.sum()),
        },
    )


def _check_columns(
    frame: pd.DataFrame, columns: Iterable[str], heads: list[str], name: str, model: Model
) -> None:
    for column in columns:
        if column not in frame:
            raise TableError(
                f"{name} must have the column {column!r}; its columns are {list(frame.columns)!r}."
            )
    if not heads:
        raise TableError(
            f"{name} must have a column of annotations for one of {list(model.labels)!r}; its "
            f"columns are {list(frame.columns)!r}."
        )
    if "drawn_from" in frame and (frame["drawn_from"] == "suggest").any():
        raise InputError(
            f"{name} must be drawn, not chosen; it holds paragraphs of `stance suggest`, which "
            "are unlike the others on purpose. Draw a sample with `stance draw`."
        )


def _labels(frame: pd.DataFrame, head: str, known: tuple[str, ...], name: str) -> list[str]:
    labels = [str(label).strip() for label in frame[head].astype(object).fillna("")]
    for row, label in enumerate(labels, start=1):
        if label and label not in known:
            raise TableError(
                f"{name}, row {row}, column {head!r} must be one of the model's labels "
                f"{list(known)!r}; got {label!r}. Rename or empty it."
            )
    return labels


def _weights(frame: pd.DataFrame, is_annotated: np.ndarray, name: str) -> np.ndarray:
    """Return how many paragraphs each row stands for; equal for all where nothing is known.

    What was drawn stands in random order: the rows of a stratum that are annotated stand for those
    that are not yet.
    """
    import pandas as pd

    if "probability" not in frame or (frame["probability"].fillna("") == "").all():
        return np.ones(len(frame))
    probabilities = pd.to_numeric(frame["probability"], errors="coerce").to_numpy(dtype=float)
    if not ((probabilities > 0) & (probabilities <= 1)).all():
        raise TableError(
            f"{name}, column 'probability' must be above 0 and at most 1 in each row; some are "
            "not. Leave out the rows that were not drawn."
        )
    strata = frame["stratum"] if "stratum" in frame else np.zeros(len(frame))
    done = pd.Series(is_annotated.astype(float)).groupby(np.asarray(strata)).transform("mean")
    return 1 / (probabilities * np.where(is_annotated, done, 1.0))


def _articles(frame: pd.DataFrame, article: str | None, texts: list[str]) -> list[str]:
    if article is not None:
        return [str(value) for value in frame[article]]
    if "paragraph_id" in frame:
        return [str(value).rpartition(":")[0] for value in frame["paragraph_id"]]
    return texts


def _measure(held_out: np.ndarray, rows: Rows, classes: tuple[str, ...]) -> dict[str, Any]:
    """Return the figures of an adapted head as `train` gives those of a trained one."""
    from sklearn.metrics import confusion_matrix

    annotations = [classes[code] for code in rows.codes]
    predictions = [classes[code] for code in held_out.argmax(axis=1)]
    groups = [str(group) for group in rows.groups]
    return {
        "confusion": confusion_matrix(annotations, predictions, labels=list(classes)).tolist(),
        "macro_f1": measure_macro_f1(annotations, predictions, classes),
        "macro_f1_interval": measure_interval(annotations, predictions, classes, groups=groups),
        "calibration_error": measure_calibration_error(annotations, held_out, classes),
    }


def _record(gain: Gain, fitted: Refit, rows: Rows, classes: tuple[str, ...]) -> dict[str, Any]:
    """Return what the facts say of one head."""
    return {
        "adapted": gain.is_real,
        "rows": len(rows.codes),
        "articles": len(np.unique(rows.groups)),
        "scale": fitted.scale,
        "offsets": dict(zip(classes, fitted.offsets.tolist(), strict=True)),
        "gain": gain.mean,
        "gain_interval": gain.interval,
        "before": gain.before,
        "after": gain.after,
    }


def _refusal(base: Model, figures: Mapping[str, Mapping[str, Any]]) -> str:
    lines = " ".join(describe_gain(head, each) for head, each in figures.items())
    return (
        "adapting must make probabilities better on paragraphs that it did not see, by more than "
        f"chance explains; it does not. {lines} Keep {_name_of(base)!r} as it is, or annotate more."
    )


def _name_of(model: Model) -> str:
    return str(model.facts.get("name", "unnamed"))


def _make_model(
    base: Model,
    heads: dict[str, Head],
    adapted: dict[str, Any],
    measured: dict[str, dict[str, Any]],
    name: str,
) -> Model:
    from stance.training.adapted_card import make_adapted_card

    facts = {key: fact for key, fact in base.facts.items() if key not in ("pipelines", "self_test")}
    facts |= {
        "name": name,
        "cross_validation": {**facts.get("cross_validation", {}), **measured},
        "adapted": adapted,
    }
    frozen = replace(base.frozen, heads=heads, facts=facts)
    targets = {target for head in heads.values() for target in head.copies}
    facts["self_test"] = make_self_test(frozen, sorted(targets))
    return Model(frozen, card=make_adapted_card(facts))
