"""Measure how long reports take, and how close their shares come to those of readers.

usage: python benchmarks/report.py [real.jsonl]

The time to write a report of the seeds, repeated, and to open it in Chromium. The shares need
annotated real paragraphs, which are not distributed.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import stance
from stance.inference.shares import invert_confusion

SEEDS = Path(__file__).parent.parent / "seeds" / "paragraphs.csv"
SIZES = (1_000, 20_000, 100_000)


def write_articles(path: Path, count: int) -> None:
    """Write a CSV of `count` paragraphs, five per article."""
    with SEEDS.open(encoding="utf-8", newline="") as lines:
        texts = [row["text"] for row in csv.DictReader(lines)]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["outlet", "date", "body"])
        for first in range(0, count, 5):
            chosen = [texts[number % len(texts)] for number in range(first, first + 5)]
            date = f"20{20 + first % 6}-0{1 + first % 9}-1{first % 8}"
            writer.writerow([f"Outlet {first % 40}", date, "\n\n".join(chosen)])


def open_seconds(page: Path) -> tuple[float, int]:
    """Open a page in Chromium.

    Return the seconds until its list is drawn, and the bytes of memory that its script uses.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        start = time.perf_counter()
        tab.goto(page.as_uri())
        tab.wait_for_selector(".s-item")
        seconds = time.perf_counter() - start
        memory = tab.evaluate("performance.memory.usedJSHeapSize")
        start = time.perf_counter()
        tab.fill(".s-search input", "no paragraph holds this")
        tab.wait_for_selector('.s-status:text-matches("^0 of")')
        searched = time.perf_counter() - start
        print(f"  first search {searched:.2f} s (0.12 of it waiting for more letters)")
        browser.close()
    return seconds, memory


def user_seconds() -> float:
    """Return the user CPU time of this process: less than the clock's on a busy machine."""
    return os.times().user


def measure_speed() -> None:
    """Print how long reports of several sizes take."""
    with tempfile.TemporaryDirectory() as folder:
        articles, labelled, page = (
            Path(folder) / name for name in ("articles.csv", "labelled.csv", "report.html")
        )
        for size in SIZES:
            write_articles(articles, size)
            stance.label_file(articles, labelled, text="body", force=True)
            start, cpu = time.perf_counter(), user_seconds()
            tally = stance.write_report(
                labelled, page, source=articles, text="body", by=["outlet"], date="date", force=True
            )
            written, cpu = time.perf_counter() - start, user_seconds() - cpu
            seconds, memory = open_seconds(page)
            print(
                f"{tally.labelled:,} paragraphs: written in {written:.1f} s "
                f"({cpu:.1f} s of user CPU), "
                f"{page.stat().st_size / 1e6:.1f} MB, "
                f"open in {seconds:.2f} s, {memory / 1e6:.0f} MB of script"
            )


def measure_shares(path: Path) -> None:
    """Print how far the counted and the corrected shares are from the readers'.

    That is how many paragraphs of 100 would have to get another label to agree with them.
    """
    model = stance.load()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for part in sorted({row["part"] for row in rows}):
        chosen = [row for row in rows if row["part"] == part]
        columns = model.label_cells([row["text"] for row in chosen], unit="row")
        for head, labels in model.labels.items():
            codes = columns.arrays[head]
            counts = np.bincount(codes[codes >= 0], minlength=len(labels))
            annotated = [
                labels.index(row[head])
                for row, code in zip(chosen, codes, strict=True)
                if code >= 0
            ]
            truth = np.bincount(annotated, minlength=len(labels)) / len(annotated)
            confusion = np.asarray(model.facts["cross_validation"][head]["confusion"])
            shares = invert_confusion(counts, confusion)
            raw, corrected = (
                100 * np.abs(values - truth).sum() / 2 for values in (shares.raw, shares.estimate)
            )
            covered = ((shares.low <= truth) & (truth <= shares.high)).mean()
            print(
                f"{part} {head}: raw {raw:.0f}, corrected {corrected:.0f} of 100; "
                f"intervals contain {covered:.0%} of the readers' shares"
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure_shares(Path(sys.argv[1]))
    measure_speed()
