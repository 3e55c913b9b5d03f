"""Label Studio: tasks and a labelling configuration; its exports JSON, JSON-MIN, CSV and TSV."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from stance.annotate.exchange.tasks import Labels, Task, only_label, text_of, to_json

NAME: Final = "Label Studio"


def make_files(tasks: list[Task], labels: Labels) -> dict[str, bytes]:
    """Return what is imported, and, for the settings of the project, its labelling interface."""
    questions = "".join(
        f'  <Header value={quoteattr(head)}/>\n  <Choices name={quoteattr(head)} toName="text" '
        'choice="single-radio" required="true">\n'
        + "".join(f"    <Choice value={quoteattr(label)}/>\n" for label in names)
        + "  </Choices>\n"
        for head, names in labels.items()
    )
    view = (
        f'<View>\n  <Text name="text" value="$text"/>\n{questions}'
        '  <TextArea name="note" toName="text" placeholder="Note"/>\n</View>\n'
    )
    return {".json": to_json([{"data": task} for task in tasks]), ".xml": view.encode()}


def is_export(columns: Collection[str]) -> bool:
    """Return whether a table with these columns is one of its exports."""
    return {"data", "annotations"} <= set(columns) or {"annotation_id", "annotator"} <= set(columns)


def read_rows(records: Iterable[Mapping[str, Any]], name: str) -> Iterator[Task]:
    """Yield a row for each annotation, and one for each task that has none."""
    for record in records:
        if "annotations" in record:
            yield from _read_task(record, name)
        else:
            yield _read_flat(record)


def _read_task(task: Mapping[str, Any], name: str) -> Iterator[Task]:
    data = {key: text_of(value) for key, value in task["data"].items()}
    row = {"paragraph_id": text_of(task.get("id")), **data}
    annotations = [one for one in task["annotations"] or [] if not one.get("was_cancelled")]
    if not annotations:
        yield row
    for annotation in annotations:
        given: dict[str, list[str]] = {}
        for result in annotation["result"]:
            values = result["value"].get("choices") or result["value"].get("text") or []
            given.setdefault(result["from_name"], []).extend(
                [values] if isinstance(values, str) else values
            )
        note = " ".join(given.pop("note", []))
        labels = {head: only_label(values, name) for head, values in given.items()}
        yield (
            {"heads": ",".join(labels)}
            | row
            | labels
            | {
                "reader": _reader(annotation.get("completed_by")),
                "note": note,
                "seconds": text_of(annotation.get("lead_time")),
            }
        )


def _reader(completed_by: Any) -> str:
    """Return who annotated: the address, where the export has it, or the number."""
    if isinstance(completed_by, Mapping):
        return text_of(completed_by.get("email") or completed_by.get("id"))
    return text_of(completed_by)


_OWN: Final = ("id", "annotation_id", "annotator", "lead_time", "created_at", "updated_at")


def _read_flat(record: Mapping[str, Any]) -> Task:
    """Return a row of JSON-MIN, CSV or TSV, in which labels stand beside the data."""
    row = {key: text_of(value) for key, value in record.items() if key not in _OWN}
    return (
        {"paragraph_id": text_of(record.get("id"))}
        | row
        | {
            "reader": text_of(record["annotator"]),
            "seconds": text_of(record.get("lead_time")),
        }
    )
