"""doccano, for text classification: rows and label types; its exports JSONL, JSON and CSV."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from stance.annotate.exchange.tasks import (
    HEADS_KEY,
    Labels,
    Task,
    only_label,
    text_of,
    to_json,
    to_jsonl,
)
from stance.labels import STANCES, TONES

NAME: Final = "doccano"

_COLOURS: Final = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#777777")


def make_files(tasks: list[Task], labels: Labels) -> dict[str, bytes]:
    """Return what is imported as JSONL, and, for the labels of the project, its label types."""
    (names,) = labels.values()
    types = [
        {
            "text": label,
            "suffix_key": str(number) if number <= 9 else None,
            "background_color": _COLOURS[number % len(_COLOURS)],
            "text_color": "#ffffff",
        }
        for number, label in enumerate(names, start=1)
    ]
    rows = ({**task, "label": []} for task in tasks)
    return {".jsonl": to_jsonl(rows), ".labels.json": to_json(types)}


def is_export(columns: Collection[str]) -> bool:
    """Return whether a table with these columns is one of its exports."""
    named = {"Comments", HEADS_KEY} & set(columns)  # any table may have the other three
    return bool(named) and {"id", "text", "label"} <= set(columns)


def read_rows(records: Iterable[Mapping[str, Any]], name: str) -> Iterator[Task]:
    """Yield a row for each example, whose reader is the name of the file.

    What several people labelled together is in a file called "all", which does not say who gave
    which label: each label is a reading there, of nobody.
    """
    stem = Path(name).stem
    reader = "" if stem in _ALL_READERS or name == "the table" else stem
    for record in records:
        given, comments = record["label"], record.get("Comments")
        labels = list(map(text_of, given if isinstance(given, list) else [given]))
        if reader or not labels:
            labels = [only_label(labels, name)]
        row = {key: text_of(value) for key, value in record.items() if key not in _OWN}
        notes = comments if isinstance(comments, list) else [comments]
        for label in labels:
            head = row.get(HEADS_KEY) or guess_head(label)
            yield (
                {"paragraph_id": text_of(record["id"]), HEADS_KEY: head}
                | row
                | {
                    head: label,
                    "reader": reader,
                    "note": " ".join(map(text_of, notes)),
                }
            )


_ALL_READERS: Final = ("all", "unknown")
_OWN: Final = ("id", "label", "Comments")


def guess_head(label: str) -> str:
    """Return the column of a label whose export names none.

    >>> guess_head("opposed"), guess_head("angry"), guess_head("charged")
    ('stance', 'tone', 'label')
    """
    if label == "neutral" or label not in {*STANCES, *TONES}:
        return "label"
    return "stance" if label in STANCES else "tone"
