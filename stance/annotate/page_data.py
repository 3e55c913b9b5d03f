"""What the script of a page reads: paragraphs, questions, and what is shown beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stance.annotate.paragraphs import Item
from stance.annotate.questions import RULES, Question
from stance.errors import InputError
from stance.model import Model
from stance.show.styles import label_styles, percent

_DIGEST_LENGTH: Final = 16
"""Hexadecimal digits that tell pages apart in a browser's store: 64 bits, and short keys."""


def page_data(
    items: Sequence[Item],
    questions: Sequence[Question],
    carried: Sequence[str],
    model: Model | None,
) -> dict[str, Any]:
    """Turn paragraphs and questions into the data that ``stance/data/annotate.js`` reads.

    Parameters
    ----------
    items : sequence of Item
        The paragraphs; if they have readings, they are to be settled.
    questions : sequence of Question
        What is asked of each.
    carried : sequence of str
        The columns to carry along.
    model : Model or None
        The model whose labels are shown.

    Returns
    -------
    dict
        Ready for JSON.

    Raises
    ------
    InputError
        If labels are to be shown that are not the model's.
    """
    settle = any(item.readings for item in items)
    design = {
        column: [item.row.get(column, "") for item in items]
        for column in ("stratum", "probability", "drawn_from")
    }
    data = design | {
        "heads": [_head(question) for question in questions],
        "rules": RULES if any(question.wording for question in questions) else [],
        "ids": [item.key for item in items],
        "texts": [item.text for item in items],
        "carried": {
            "names": carried,
            "cells": [[item.row[column] for column in carried] for item in items],
        },
        "settle": settle,
        "model": None if model is None else _predictions(model, questions, items),
        "readings": [_readings(item, questions) for item in items] if settle else None,
        "readers": sorted({reading.reader for item in items for reading in item.readings}),
        "asked": [_asked(item, questions) for item in items] if settle else None,
    }
    return data | {"digest": _digest(data)}


def _head(question: Question) -> dict[str, Any]:
    return {
        "name": question.head,
        "question": question.wording,
        "labels": [
            {
                "name": label,
                "meaning": question.meanings.get(label, ""),
                "shape": style.shape,
                "colour": style.number,
            }
            for label, style in label_styles(question.labels).items()
        ],
    }


def _readings(item: Item, questions: Sequence[Question]) -> list[list[Any]]:
    """Return reader, codes of the labels (-1 for none) and note of each reading."""
    return [
        [reading.reader, [_code(q.labels, reading.labels[q.head]) for q in questions], reading.note]
        for reading in item.readings
    ]


def _asked(item: Item, questions: Sequence[Question]) -> list[int]:
    return [number for number, question in enumerate(questions) if item.disputed(question.head)]


def _code(labels: Sequence[str], label: str | None) -> int:
    return labels.index(label) if label in labels else -1


def _predictions(
    model: Model, questions: Sequence[Question], items: Sequence[Item]
) -> list[list[list[Any]]]:
    """Return the code of the model's label of each text and its probability, by head.

    Raises
    ------
    InputError
        If the labels are not the model's.
    """
    for question in questions:
        if sorted(question.labels) != sorted(model.labels.get(question.head, ())):
            raise InputError(
                f"`show_model` must have the labels of the model; of {question.head!r} they are "
                f"{list(model.labels.get(question.head, ()))!r}. Leave out `labels` (--labels)."
            )
    results = model.label_cells([item.text for item in items], unit="row")
    return [
        [
            [_code(question.labels, label), "" if label is None else percent(probability)]
            for label, probability in zip(
                results.values(question.head),
                results.values(f"{question.head}_probability"),
                strict=True,
            )
        ]
        for question in questions
    ]


def _digest(data: Mapping[str, Any]) -> str:
    """Return what tells pages apart: paragraphs, labels, and what the reader sees beside them."""
    labels = [
        [head["name"], *(label["name"] for label in head["labels"])] for head in data["heads"]
    ]
    decisive = [data["ids"], data["texts"], labels, data["settle"], data["model"] is not None]
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:_DIGEST_LENGTH]
