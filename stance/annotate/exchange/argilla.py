"""Argilla: records as `records.to_json` writes and `records.from_json` reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from stance.annotate.exchange.tasks import Labels, Task, text_of, to_json

NAME: Final = "Argilla"

_RESPONSES: Final = ".responses"
_OWN: Final = ("id", "status", "_server_id")


def make_files(tasks: list[Task], labels: Labels) -> dict[str, bytes]:
    """Return records; the fields and questions are set up in Argilla."""
    del labels
    records = [
        {
            "id": task["paragraph_id"],
            "fields": {"text": task["text"]},
            "metadata": {key: value for key, value in task.items() if key != "text"},
            "suggestions": {},
            "responses": {},
            "vectors": {},
        }
        for task in tasks
    ]
    return {".json": to_json(records)}


def is_export(columns: Collection[str]) -> bool:
    """Return whether a table with these columns is one of its exports, nested or flat."""
    is_flat = any(f"{one}.users" in columns for one in columns if one.endswith(_RESPONSES))
    return is_flat or {"fields", "responses"} <= set(columns)


def read_rows(records: Iterable[Mapping[str, Any]], name: str) -> Iterator[Task]:
    """Yield a row for each record and user; discarded responses give no label."""
    del name
    for record in records:
        nested = "responses" in record
        known = {**record["fields"], **(record.get("metadata") or {})} if nested else record
        row = {
            key: text_of(value)
            for key, value in known.items()
            if not isinstance(value, (list, dict)) and _RESPONSES not in key and key not in _OWN
        }
        row = {"paragraph_id": text_of(record.get("id"))} | row
        responses = _nested(record["responses"]) if nested else _flat(record)
        readers: dict[str, dict[str, str]] = {}
        for head, user, value in responses:
            readers.setdefault(user, {})[head] = value
        if not readers:
            yield row
        for reader, labels in readers.items():
            yield {"heads": ",".join(labels)} | row | labels | {"reader": reader}


def _nested(responses: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for head, answers in (responses or {}).items():
        for answer in answers or []:
            if answer.get("status") != "discarded":
                yield head, text_of(answer.get("user_id")), text_of(answer.get("value"))


def _flat(record: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for column, values in record.items():
        if column.endswith(_RESPONSES) and isinstance(values, list):
            head = column.removesuffix(_RESPONSES)
            users = record[f"{column}.users"]
            statuses = record.get(f"{column}.status") or [""] * len(values)
            for value, user, status in zip(values, users, statuses, strict=True):
                if status != "discarded":
                    yield head, text_of(user), text_of(value)
