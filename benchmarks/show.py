"""Print a short summary of a labelled CSV and its first labelled paragraphs, for `make demo`.

usage: python benchmarks/show.py labelled.csv articles.csv
"""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from pathlib import Path

from stance.tables.readers.csv import read_rows

SHOWN = 6


def read_dicts(path: str) -> list[dict[str, str]]:
    """Read a CSV as dicts by column."""
    with read_rows(Path(path)) as table:
        return [dict(zip(table.columns, row, strict=True)) for _, row in table]


def main(labelled: str, articles: str) -> None:
    """Print the shares of each label, and the first labelled paragraphs."""
    bodies = [row["body"] for row in read_dicts(articles)]
    paragraphs = [row for row in read_dicts(labelled) if row["status"] == "labelled"]
    print(
        f"\n{len(bodies)} articles, {len(paragraphs)} labelled paragraphs "
        "(the articles and their outlets are composed)\n"
    )
    for head in ("stance", "tone"):
        counts = Counter(row[head] for row in paragraphs).most_common()
        shares = ", ".join(f"{label} {count / len(paragraphs):.0%}" for label, count in counts)
        print(f"{head:>7}: {shares}")
    print("\nThe first paragraphs:")
    for row in paragraphs[:SHOWN]:
        show_paragraph(row, bodies[int(row["row"])])


def show_paragraph(row: dict[str, str], body: str) -> None:
    """Print the labels of a paragraph and how it begins."""
    labels = []
    for head in ("stance", "tone"):
        unsure = ", uncertain" if row[f"{head}_uncertain"] == "true" else ""
        labels.append(f"{head} {row[head]} ({float(row[f'{head}_probability']):.0%}{unsure})")
    print(f"\n{row['outlet']}: {', '.join(labels)}")
    text = " ".join(body[int(row["start"]) : int(row["end"])].split())
    beginning = textwrap.shorten(text, 240, placeholder=" ...")
    print(textwrap.indent(textwrap.fill(beginning, 94), "  "))


if __name__ == "__main__":
    main(*sys.argv[1:])
