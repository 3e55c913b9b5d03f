"""Keep out of an estimate what a model knows of the annotated paragraphs.

A model is right more often on paragraphs that it learned from: what it gets wrong there says too
little of what it gets wrong elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from stance.annotate.readings import Annotated, read_readings
from stance.errors import InputError
from stance.inference.prints import Print
from stance.model import Model, as_model
from stance.results import column_name
from stance.scoring.heads import softmax
from stance.training.learned_rows import FACT, find_learned

_SMALLEST: Final = 1e-7
"""Probabilities are written with six decimals: a smaller one was written as 0."""


def set_apart(
    print_: Print,
    annotated: Annotated,
    model: Model | str | Path | None,
    text: str = "text",
) -> tuple[Print, list[str]]:
    """Make labels that do not depend on the annotated paragraphs, or refuse.

    Parameters
    ----------
    print_ : Print
        The print, as the model labelled it.
    annotated : pandas.DataFrame, str or Path
        Some of its paragraphs, annotated, with their texts.
    model : Model, str, Path or None
        What labelled the print. Without it nothing is known, and nothing changes.
    text : str, default="text"
        The column of texts.

    Returns
    -------
    print_ : Print
        Where the model was adapted to annotated paragraphs, with the labels and probabilities as
        they were before it was adapted.
    notes : list of str
        A sentence on that.

    Raises
    ------
    InputError
        If the model was trained on some of the annotated paragraphs, or their texts are missing.
    """
    if model is None:
        return print_, []
    facts = as_model(model).facts
    adapted = facts.get("adapted", {})
    if not facts.get(FACT) and not adapted.get(FACT):
        return print_, ["It is not known which paragraphs the model learned from."]
    frame, name = read_readings(annotated)
    if text not in frame:
        raise InputError(
            f"{name} must have the column {text!r}, to find out whether the model learned from its "
            f"paragraphs; its columns are {list(frame.columns)!r}. Name it, or leave the model out."
        )
    texts = frame[text].fillna("").astype(str).tolist()
    trained = int(find_learned({FACT: facts.get(FACT)}, texts).sum())
    if trained:
        raise InputError(
            f"{name} must hold paragraphs that the model was not trained on; it was trained on "
            f"{trained:,} of {len(texts):,}. Draw others."
        )
    n_adapted = int(find_learned({FACT: adapted.get(FACT)}, texts).sum())
    if not n_adapted:
        return print_, []
    return _undo(print_, adapted["heads"]), [
        f"The model was adapted to {n_adapted:,} of the annotated rows: figures rest on its labels "
        "as they were before."
    ]


def _undo(print_: Print, heads: dict[str, dict[str, Any]]) -> Print:
    """Return the print as the model labelled it before it was adapted."""
    frame = print_.frame.copy()
    for head, record in heads.items():
        if head not in print_.heads or not record["adapted"]:
            continue
        labels = sorted(record["offsets"])
        probabilities = print_.probabilities(head, labels)
        if probabilities is None:
            columns = [column_name(head, label) for label in labels]
            raise InputError(
                f"{print_.name} must have the columns {columns!r}, as the model was adapted to "
                "some of the annotated paragraphs. Score again with all columns."
            )
        offsets = np.array([record["offsets"][label] for label in labels])
        logits = (np.log(np.maximum(probabilities, _SMALLEST)) - offsets) / record["scale"]
        before = softmax(logits)
        given = np.asarray(labels, dtype=object)[np.nan_to_num(before).argmax(axis=1)]
        given[np.isnan(before).any(axis=1)] = None  # withheld
        frame[head] = given
        for code, label in enumerate(labels):
            frame[column_name(head, label)] = before[:, code]
    return replace(print_, frame=frame)
