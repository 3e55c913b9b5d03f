"""What follows from the raw figures of the benchmark of speed: rates, ratios, medians, titles."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

Figures = Mapping[str, Mapping[str, Mapping[str, Any]]]  # by name, then by round
BASE = "sklearn-union"  # what all others are compared with
AGAIN = "again_seconds"  # the clock of the same paragraphs, scored once more
TITLES = {
    "sklearn-union": "scikit-learn, words and characters",
    "sklearn-words": "scikit-learn, words",
    "vader": "VADER",
    "textblob": "TextBlob",
    "fasttext-words": "fastText, words (one head)",
    "fasttext-subwords": "fastText, words and subwords (one head)",
    "ours-union": "stance, like for like",
    "ours-shipped": "stance, shipped model",
    "ours-words": "stance, words",
}
TABLES = {
    "articles": "articles, all columns",
    "labels": "rows, stance and tone",
    "all": "rows, all columns",
}


def span(values: Sequence[float], form: str = ",.0f") -> str:
    """Write a median, and the range where there are several values."""
    middle = format(statistics.median(values), form)
    return middle if len(values) == 1 else f"{middle} ({min(values):{form}}-{max(values):{form}})"


def rates(figures: Figures, name: str) -> list[float]:
    """Return paragraphs per second, round by round."""
    return [run["paragraphs"] / run["seconds"] for run in figures.get(name, {}).values()]


def ratios(figures: Figures, name: str, base: str, clock: str = "seconds") -> list[float]:
    """Return how many times as fast as `base` a system is, in each round that has both.

    `clock` is that of the system; the base is always timed the first time it meets its paragraphs.
    """
    ours, theirs = figures.get(name, {}), figures.get(base, {})
    pairs = [(ours[turn], theirs[turn]) for turn in ours if turn in theirs and clock in ours[turn]]
    return [
        run["paragraphs"] / run[clock] * other["seconds"] / other["paragraphs"]
        for run, other in pairs
    ]


def title(name: str) -> str:
    """Return what a system is called in a table."""
    stem, frame, rest = name.partition("-frame")
    base, _, how = (stem + rest).rpartition("-")
    if base not in TITLES:
        return f"{TITLES[name]}, one thread"
    how = {"1": "one thread", "2": "two threads", "numpy": "by NumPy, one thread"}[how]
    return f"{TITLES[base]}{', `label_frame` end to end' if frame else ''}, {how}"


def table_seconds(tables: Figures, name: str, rows: int) -> list[float]:
    """Return seconds for all rows, round by round.

    The plain script was measured on fewer rows: its start counts once, the rest in proportion.
    """
    runs = tables.get(name, {}).values()
    if name.startswith("ours"):
        return [run["seconds"] for run in runs]
    return [
        run["process_seconds"] - run["seconds"] + run["seconds"] * rows / run["paragraphs"]
        for run in runs
    ]


def table_ratio(tables: Figures, name: str, rows: int) -> float | None:
    """Return how many times as fast as the plain script with the same columns one of ours is.

    The ratio is that of medians; None if either was not measured.
    """
    columns = name.split()[2]
    ours = table_seconds(tables, name, rows)
    plain = table_seconds(tables, f"plain {columns}", rows)
    return statistics.median(plain) / statistics.median(ours) if ours and plain else None


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Fit seconds = c * n ** exponent by least squares of the logarithms."""
    return statistics.linear_regression(
        [math.log(n) for n, _ in points], [math.log(seconds) for _, seconds in points]
    ).slope


def middle(values: Sequence[float]) -> float | None:
    """Return the median, or None if nothing was measured."""
    return statistics.median(values) if values else None
