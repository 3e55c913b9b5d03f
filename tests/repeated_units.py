"""Units of text that, repeated, are the worst that a text can be, and the time that they take.

    python tests/repeated_units.py 1200 [4000]

All pairs of units, in random order, are tried until the CPU seconds that are given are used up. The
order is always the same: a second number leaves out as many pairs, which an earlier run has tried.
"""

import contextlib
import gc
import heapq
import itertools
import random
import sys
import time
from collections.abc import Callable, Iterator

import stance
from stance import split_paragraphs
from stance.inference.copies.fingerprints import make_fingerprints
from stance.model import Model
from stance.scoring.blocks import split_cells
from stance.text.tokens import make_tokens
from stance.text.voices import find_voice

UNITS = [
    # letters, digits, space, line ends
    "a", "A", "é", "ß", "İ", "中", "ا", "٣", "7", "_", "Ab ", " ", "\t", "\u00a0", "\u3000", "\n",
    "\r\n", "\r", "\u2028", "\x85", "\x0b", "\x1c", "a\n", "Ab\n\n", "A b\n\nA keeper spoke.\n\n",
    # quotation marks, apostrophes, brackets
    "“", "”", '"', "''", "'", " 'a", "‘", "’", " ‘a", "'a", "’s ", "a' ", "(", ")", "[", "]", "(a ",
    "(ap ", "(Reuters / ", "[Photo by ", ").",
    # full stops, initials, abbreviations, sentences
    ".", "!", "?", "…", ". ", "A. ", "Mr. ", "U.S.", "Stop. A", "said. ", "She said that it ended. ",
    # bullets, headings, quotations, captions, credits
    "•", "• ", "- ", "-", "* a\n", "1. ", "a) b\n", "#", "# ", "## A\n", ">", "> ", "> > a\n", "---\n",
    ":", "Photo: ", "photo", "photo : ", "Source: ", "By ", "By Ann ", "by A", "and ", "© ",
    "A lamp burns. (Reuters)\n\n", "By Ann Lee\n\n",
    # combining marks, joiners, direction marks, surrogates, zero, emoji, hashtags, tags
    "\u0301", "a\u0301", "\u200d", "👩\u200d", "\u202e", "\u200f", "\ud800", "\udc00", "\x00", "😀", "#Aa",
    ":) ", "<p>", "</p>", "&amp;", "<div class='a'>", "http://a.b/",
    # names of sides, and their beginnings
    "Israel ", "Israel’s ", "South ", "South Sudan", "Ben-", "Ben-Gvir ", "St. ", "U.", "the ",
    "United Arab ", "-", "‑", "/",
]  # fmt: skip
PAIRS = ["".join(pair) for pair in itertools.product(UNITS, UNITS)]

N_CHARACTERS = 5_000
FACTOR = 16
MAX_RATIO = 64  # of the times for 16n and n characters: linear is 16, quadratic is 256
REPEATS = 5

Task = Callable[[str], object]


def list_tasks(model: Model, shipped: Model) -> dict[str, Task]:
    """List what is done with every text, by name."""
    gazetteer = shipped.frozen.gazetteer
    return {
        "split_paragraphs": split_paragraphs,
        "split_cells": lambda text: split_cells([text], None, "keep"),
        "make_tokens": lambda text: make_tokens(text, gazetteer),
        "make_tokens of posts": lambda text: make_tokens(text, gazetteer, social_media=True),
        "find_voice": find_voice,
        "make_fingerprints": lambda text: make_fingerprints([text]),
        "frame": lambda text: model.label_cells([text], unit="row"),
    }


@contextlib.contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Measure the task, not the search for garbage, which comes at odd moments."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def cpu_time(task: Task, text: str, repeats: int = 1) -> float:
    times = []
    for _ in range(repeats):
        start = time.process_time()
        task(text)
        times.append(time.process_time() - start)
    return min(times)


def repeated(unit: str, n_characters: int) -> str:
    return (unit * (n_characters // len(unit) + 1))[:n_characters]


def is_linear(task: Task, unit: str) -> bool:
    """Look once at two lengths, and where that is too slow, often and at longer ones."""
    for n_characters, repeats in (
        (N_CHARACTERS, 1),
        (N_CHARACTERS, REPEATS),
        (4 * N_CHARACTERS, 2),
    ):
        shorter, longer = (
            cpu_time(task, repeated(unit, length), repeats)
            for length in (n_characters, FACTOR * n_characters)
        )
        if longer <= MAX_RATIO * shorter:
            return True
    return False


def units_not_linear(task: Task, units: list[str]) -> list[str]:
    with no_garbage_collection():
        return [unit for unit in units if not is_linear(task, unit)]


def print_slowest(tasks: dict[str, Task]) -> None:
    """Print the units that take longest, in seconds a megabyte."""
    for name, task in tasks.items():
        seconds = {unit: 10 * cpu_time(task, repeated(unit, 100_000)) for unit in UNITS}
        slowest = heapq.nlargest(3, UNITS, key=seconds.__getitem__)
        times = ", ".join(f"{unit!r} {seconds[unit]:.1f}" for unit in slowest)
        print(f"seconds for a million characters, {name}: {times}", flush=True)


def main() -> None:
    model = stance.load()
    tasks = list_tasks(model, model)
    n_pairs, faults = 0, list[tuple[str, str]]()
    random.Random(0).shuffle(PAIRS)
    n_before = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print_slowest(tasks)
    end = time.process_time() + float(sys.argv[1])
    with no_garbage_collection(), contextlib.suppress(KeyboardInterrupt):
        for pair in PAIRS[n_before:]:
            for name, task in tasks.items():
                if not is_linear(task, pair):
                    faults.append((name, pair))
                    print(f"{name} of {pair!r} is not linear", flush=True)
            n_pairs += 1
            if n_pairs % 200 == 0:
                print(f"{n_pairs:,} pairs, {len(faults)} not linear", flush=True)
            if time.process_time() > end:
                break
    print(f"{n_pairs:,} of {len(PAIRS):,} pairs in {len(tasks)} tasks, {len(faults)} not linear")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
