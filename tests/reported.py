"""A few articles, labelled, and the report on them."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from csv_rows import rows_of
from html_tree import by_id, read_html, text_of

import stance
from stance.model import Model
from stance.report import write_report
from stance.report.labelled_rows import LabelledRows, parse_rows
from stance.results import column_name

STORIES = [
    (
        "The Bell",
        "2024-03-01",
        "Lamps Out\n\nThe council voted against a truce by nine to two.\n\nForty boats were counted in the harbour.",
    ),
    (
        "The Bell",
        "2024-03-09",
        "The fishermen's guild urged the two lighthouses to stop the fighting before the herring season.",
    ),
    (
        "The Gull",
        "03/04/2024",
        "“We will fight until their lamp is out, and cowards may keep their paper truce!” said the pilot.",
    ),
    (
        "The Gull",
        "2024-03-20",
        "The talks on the lamp oil will resume on Tuesday at the customs house.\n\nНикто не пришёл на переговоры вчера.",
    ),
    (
        "",
        "2024-03-21",
        "She buried her brother on the shingle and asked only that the fighting end.",
    ),
]


class Tables:
    """Articles, the same labelled, and the report on them."""

    def __init__(
        self, folder: Path, model: Model, stories: list[tuple[str, str, str]], **options: Any
    ) -> None:
        self.folder, self.model = folder, model
        self.articles, self.labelled, self.page = (
            folder / name for name in ("articles.csv", "labelled.csv", "report.html")
        )
        with self.articles.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([("outlet", "date", "body"), *stories])
        stance.label_file(self.articles, self.labelled, text="body", model=model, **options)

    def rows(self) -> list[dict[str, str]]:
        """Read the labelled table."""
        return rows_of(self.labelled)

    def write(self, **options: Any) -> str:
        """Write a report of the labelled table alone."""
        write_report(self.labelled, self.page, model=self.model, force=True, **options)
        return self.page.read_text(encoding="utf-8")

    def full(self, **options: Any) -> str:
        """Write a report with the texts, by outlet."""
        return self.write(**{"source": self.articles, "text": "body", "by": "outlet", **options})


class Paragraph(NamedTuple):
    """One labelled paragraph of a table with one head."""

    row: int
    label: str
    probabilities: Sequence[float]
    uncertain: bool
    cells: Mapping[str, str]
    text: str = ""
    file: str = ""


def as_rows(labels: Mapping[str, tuple[str, ...]], paragraphs: Sequence[Paragraph]) -> LabelledRows:
    """Put paragraphs into columns, as a labelled table has them."""
    ((head, names),) = labels.items()
    same = {"start": "0", "end": "9", "kind": "paragraph", "status": "labelled"}
    columns = {name: [cell] * len(paragraphs) for name, cell in same.items()}
    columns |= {
        "familiarity": ["0.95"] * len(paragraphs),
        "row": [str(each.row) for each in paragraphs],
        "file": [each.file for each in paragraphs],
        head: [each.label for each in paragraphs],
        f"{head}_uncertain": [str(each.uncertain).lower() for each in paragraphs],
    }
    for code, name in enumerate(names):
        columns[column_name(head, name)] = [str(each.probabilities[code]) for each in paragraphs]
    rows = parse_rows(range(len(paragraphs)), columns, labels)
    cells = {name: [each.cells[name] for each in paragraphs] for name in paragraphs[0].cells}
    return replace(rows, texts=[each.text for each in paragraphs], cells=cells)


def data_of(page: str) -> dict[str, Any]:
    """Return the data that the page's script reads."""
    return dict(json.loads(by_id(read_html(page), "s-data").text or ""))


def shown(page: str) -> str:
    """Return what a reader sees of a page."""
    return text_of(read_html(page))


def section_of(page: str, anchor: str) -> Element:
    """Return a section of a page."""
    return by_id(read_html(page), anchor)
