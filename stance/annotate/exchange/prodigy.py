"""Prodigy, interface "choice": JSONL tasks with options, and what `db-out` writes of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from stance.annotate.exchange.tasks import Labels, Task, only_label, text_of, to_jsonl

NAME: Final = "Prodigy"

_OWN: Final = ("answer", "accept", "label", "options", "meta", "config")


def make_files(tasks: list[Task], labels: Labels) -> dict[str, bytes]:
    """Return tasks; what is known of a paragraph stands beside `meta`, which would be shown."""
    (names,) = labels.values()
    options = [{"id": label, "text": label} for label in names]
    return {".jsonl": to_jsonl({**task, "options": options} for task in tasks)}


def is_export(columns: Collection[str]) -> bool:
    """Return whether a table with these columns is one of its exports."""
    return {"text", "answer", "_task_hash"} <= set(columns)


def read_rows(records: Iterable[Mapping[str, Any]], name: str) -> Iterator[Task]:
    """Yield a row for each answer; only an accepted one has a label."""
    for record in records:
        is_accepted = record["answer"] == "accept"
        chosen = record.get("accept")
        given = chosen if isinstance(chosen, list) else [record.get("label")]
        label = only_label(given, name) if is_accepted else ""
        row = {
            key: text_of(value)
            for key, value in record.items()
            if not key.startswith("_") and key not in _OWN
        }
        head = row.setdefault("heads", "label")
        row.setdefault("paragraph_id", text_of(record.get("_input_hash")))
        reader = text_of(record.get("_annotator_id")) or text_of(record.get("_session_id"))
        yield row | {head: label, "reader": reader}
