"""Read back the CSV files that tests write."""

import csv
from pathlib import Path


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a UTF-8 CSV as dicts by column."""
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
