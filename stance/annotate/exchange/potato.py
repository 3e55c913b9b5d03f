"""Potato: JSONL items and a configuration; its exports CSV, TSV and JSONL."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from stance.annotate.exchange.tasks import Labels, Task, only_label, text_of, to_jsonl

NAME: Final = "Potato"

_NONE: Final = ("", "0", "False", "false")


def make_files(tasks: list[Task], labels: Labels) -> dict[str, bytes]:
    """Return items, and a configuration (YAML, of which JSON is a part)."""
    schemes = [
        {
            "annotation_type": "radio",
            "name": head,
            "description": head,
            "labels": list(names),
            "sequential_key_binding": True,
        }
        for head, names in labels.items()
    ]
    configuration = {
        "annotation_task_name": "stance",
        "data_files": ["{name}"],
        "item_properties": {"id_key": "paragraph_id", "text_key": "text"},
        "annotation_schemes": schemes,
        "output_annotation_dir": "annotation_output",
        "output_annotation_format": "jsonl",
    }
    yaml = json.dumps(configuration, ensure_ascii=False, indent=2) + "\n"
    return {".jsonl": to_jsonl(tasks), ".yaml": yaml.encode()}


def is_export(columns: Collection[str]) -> bool:
    """Return whether a table with these columns is one of its exports."""
    return {"instance_id", "user_id"} <= set(columns)


def read_rows(records: Iterable[Mapping[str, Any]], name: str) -> Iterator[Task]:
    """Yield a row for each item and user; the text stands in the table that was exported."""
    for record in records:
        row = {"paragraph_id": text_of(record["instance_id"]), "reader": text_of(record["user_id"])}
        nested = record.get("labels")
        given = nested if isinstance(nested, Mapping) else _unflatten(record)
        labels = {
            head: only_label(
                (label for label, value in chosen.items() if text_of(value) not in _NONE), name
            )
            for head, chosen in given.items()
        }
        yield row | labels | {"heads": ",".join(labels)}


def _unflatten(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the labels of each head from columns such as ``stance.opposed``."""
    given: dict[str, dict[str, Any]] = {}
    for column, value in record.items():
        head, dot, label = column.partition(".")
        if dot and not label.startswith("_"):
            given.setdefault(head, {})[label] = value
    return given
