"""What a page asks of each paragraph: heads, their labels in order, and what these mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from stance.annotate.columns import AFTER_LABELS, BEFORE_LABELS, SETTLES
from stance.errors import InputError
from stance.labels import MEANINGS
from stance.model import Model

_QUESTIONS: Final = {
    "stance": "Which position on a ceasefire does it convey, whoever voices it?",
    "tone": "In which emotional register is it written?",
}
RULES: Final = (
    "Read the paragraph alone: no headline, no neighbours, nothing that you know from elsewhere.",
    "Label what it conveys, whoever speaks and whether or not the author agrees. A report of a "
    "refusal conveys opposition.",
    "A ceasefire goes by many names: truce, armistice, humanitarian pause, an end of the war, a "
    "deal that exchanges captives for a stop. A truce in trade, sport or a family is none.",
    "Two positions: take the one that the main clause, or most of the paragraph, puts forward. "
    "If they are equal, the label is neutral.",
    "Talks, terms, timetables and casualties are neutral. So is suffering without a call to stop.",
    "Two tones: take the one that you are left with. A dry report of terrible events is neutral.",
    "Stance and tone are independent: do not derive one from the other.",
    "No side is right. Put another name into the sentence, and read it again.",
)
"""The rules of docs/labels.md in short, for the labels of stance and tone."""
PAGE_COLUMNS: Final = (*BEFORE_LABELS, *AFTER_LABELS, SETTLES)
"""The columns of a table of readings beside its heads, in order; the heads stand before "note"."""


@dataclass(frozen=True)
class Question:
    """One label column.

    Attributes
    ----------
    head : str
        Its name.
    labels : tuple of str
        In the order of their keys.
    wording : str
        What the reader is asked; empty if the name must do.
    meanings : dict of str to str
        What labels mean, where it is known.
    """

    head: str
    labels: tuple[str, ...]
    wording: str = ""
    meanings: Mapping[str, str] = field(default_factory=dict)


def ask_labels(
    labels: Sequence[str] | Mapping[str, Sequence[str]], heads: Sequence[str]
) -> list[Question]:
    """Return the questions of labels that the user names; a list of them has the head "label".

    Raises
    ------
    InputError
        If a head or its labels cannot be used, or one of `heads` is not there.
    """
    by_head = labels if isinstance(labels, Mapping) else {"label": labels}
    check_heads(heads, by_head)
    return [_question(head, names) for head, names in by_head.items() if not heads or head in heads]


def ask_model(model: Model, heads: Sequence[str], columns: Sequence[str]) -> list[Question]:
    """Return the questions of a model's heads.

    Without `heads`, they are those that have a column, as `stance draw --head` leaves one empty;
    where none has, they are all.

    Raises
    ------
    InputError
        If the model lacks one of `heads`, or one that the table leaves empty for a reader.
    """
    check_heads(heads, model.labels)
    if not heads:
        _check_empty_columns(columns, model)
    chosen = list(heads) or [head for head in model.labels if head in columns] or list(model.labels)
    return [_question(head, model.labels[head]) for head in model.labels if head in chosen]


def _check_empty_columns(columns: Sequence[str], model: Model) -> None:
    """Refuse a table of readings with a label column that the model does not know."""
    if {"reader", "note"} <= set(columns):
        heads = columns[columns.index("reader") + 1 : columns.index("note")]
        unknown = [head for head in heads if head not in model.labels]
        if unknown:
            raise InputError(
                f"the labels of {unknown!r} must be known; the model has {list(model.labels)!r}. "
                "Name them with labels= (--labels), or name the model that has them (--model)."
            )


def _question(head: str, labels: Sequence[str]) -> Question:
    names = [labels] if isinstance(labels, str) else [str(name).strip() for name in labels]
    if not re.fullmatch(r"\w[\w -]*", head) or head in PAGE_COLUMNS:
        raise InputError(
            "a label column must have a plain name that no other column of the page has; "
            f"got {head!r}. Rename it."
        )
    if len(set(names)) < 2 or len(set(names)) < len(names) or not all(names):
        raise InputError(
            f"the labels of {head!r} must be at least two, all different; got {names!r}. "
            "Name them as in labels=['for', 'against', 'none'] (--labels for,against,none)."
        )
    meanings = MEANINGS.get(head, {})
    if set(names) - set(meanings):
        return Question(head, tuple(names))
    ordered = tuple(label for label in meanings if label in names)
    return Question(head, ordered, _QUESTIONS.get(head, ""), meanings)


def check_heads(heads: Sequence[str], labels: Mapping[str, Sequence[str]]) -> None:
    """Raise InputError if one of `heads` has no labels."""
    for head in heads:
        if head not in labels:
            raise InputError(f"`head` must be among {list(labels)!r}; got {head!r}.")
