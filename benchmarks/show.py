"""Print a short summary of a labelled CSV and its first labelled paragraphs: what `make demo` shows.

usage: python benchmarks/show.py labelled.csv articles.csv
"""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from pathlib import Path

from stance.tables.readers.csv import read_rows

SHOWN = 6


def rows_of(path: str) -> list[dict[str, str]]:
    """Read a CSV as dicts."""
    with read_rows(Path(path)) as table:
        return [dict(zip(table.columns, row, strict=True)) for _, row in table]


def main(labelled: str, articles: str) -> None:
    """Print the shares of each label by outlet, and the first labelled paragraphs."""
    bodies = [row["body"] for row in rows_of(articles)]
    done = [row for row in rows_of(labelled) if row["status"] == "labelled"]
    print(
        f"\n{len(bodies)} articles, {len(done)} labelled paragraphs (the articles and their outlets are composed)\n"
    )
    for head in ("stance", "tone"):
        counts = Counter(row[head] for row in done)
        print(
            f"{head:>7}: "
            + ", ".join(f"{label} {count / len(done):.0%}" for label, count in counts.most_common())
        )
    print("\nThe first paragraphs:")
    for row in done[:SHOWN]:
        text = " ".join(bodies[int(row["row"])][int(row["start"]) : int(row["end"])].split())
        said = f"{row['stance']} ({float(row['stance_probability']):.0%}), {row['tone']} ({float(row['tone_probability']):.0%})"
        unsure = " - stance uncertain" if row["stance_uncertain"] == "true" else ""
        print(f"\n{row['outlet']}: {said}{unsure}")
        print(
            textwrap.fill(
                textwrap.shorten(text, 240, placeholder=" ..."),
                96,
                initial_indent="  ",
                subsequent_indent="  ",
            )
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
