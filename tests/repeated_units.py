"""Units of text that, repeated, are the worst that a text can be, and the time that they take.

    python tests/repeated_units.py 1200

All pairs of units, in random order, are tried until the CPU seconds that are given are used up.
"""

import contextlib
import gc
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

MAX_RATIO = 2.6  # of the times for 2n and n characters: 2 and noise; 4 would be quadratic
MEASURABLE = 0.02  # seconds of CPU
MAX_CHARACTERS = 1_000_000
REPEATS = 5
FAST_LOOP = 0.04  # seconds that the loop of `slowness` takes on a fast, quiet core

PAIR_CHARACTERS = 20_000  # a quadratic step that takes as long as all linear ones shows

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


def slowness() -> float:
    """Return how many times slower than a fast, quiet core this one is at the moment."""
    loop = cpu_time(lambda _: sum(number * number for number in range(1_000_000)), "", REPEATS)
    return max(1.0, loop / FAST_LOOP)


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
    """Double the length until the time can be measured, then compare the last two times."""
    n_characters, longer = 10_000, 0.0
    shorter = cpu_time(task, repeated(unit, n_characters))
    while n_characters < MAX_CHARACTERS:
        longer = cpu_time(task, repeated(unit, 2 * n_characters))
        if longer > MEASURABLE:
            break
        n_characters, shorter = 2 * n_characters, longer
    if longer <= max(MEASURABLE, MAX_RATIO * shorter):
        return True
    # Memory that no longer fits into a cache makes one step dear; quadratic time makes each.
    times = [cpu_time(task, repeated(unit, n_characters * factor), REPEATS) for factor in (1, 2, 4)]
    return any(after <= MAX_RATIO * before for before, after in itertools.pairwise(times))


def units_not_linear(task: Task, units: list[str]) -> list[str]:
    with no_garbage_collection():
        return [unit for unit in units if not is_linear(task, unit)]


def may_not_be_linear(task: Task, unit: str) -> bool:
    """Look once, at two lengths: fast, and sometimes wrong."""
    shorter, longer = (
        cpu_time(task, repeated(unit, n_characters))
        for n_characters in (PAIR_CHARACTERS, 2 * PAIR_CHARACTERS)
    )
    return longer > MAX_RATIO * shorter


def main() -> None:
    model = stance.load()
    tasks = list_tasks(model, model)
    seconds, n_pairs, faults = float(sys.argv[1]), 0, list[tuple[str, str]]()
    random.Random(0).shuffle(PAIRS)
    with no_garbage_collection(), contextlib.suppress(KeyboardInterrupt):
        for pair in PAIRS:
            for name, task in tasks.items():
                if may_not_be_linear(task, pair) and not is_linear(task, pair):
                    faults.append((name, pair))
                    print(f"{name} of {pair!r} is not linear", flush=True)
            n_pairs += 1
            if time.process_time() > seconds:
                break
    print(f"{n_pairs:,} of {len(PAIRS):,} pairs in {len(tasks)} tasks, {len(faults)} not linear")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
