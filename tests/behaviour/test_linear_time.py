"""The time that a text takes grows with its length, whatever it is made of."""

import gc
import itertools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from repeated_units import UNITS
from reported import STORIES, Tables

from stance import split_paragraphs
from stance.inference.copies.fingerprints import make_fingerprints
from stance.model import Model
from stance.text.tokens import make_tokens
from stance.text.voices import find_voice

MAX_RATIO = 2.6  # of the times for 2n and n characters: 2 and noise; 4 would be quadratic
MEASURABLE = 0.02  # seconds of CPU
MAX_CHARACTERS = 1_000_000
MAX_SECONDS_PER_MEGABYTE = 2.0
REPEATS = 5

Task = Callable[[str], object]


@pytest.fixture(
    params=[
        "split_paragraphs",
        "make_tokens",
        "make_tokens of posts",
        "find_voice",
        "make_fingerprints",
        "frame",
    ]
)
def task(request: pytest.FixtureRequest, small: Model, shipped: Model) -> Task:
    gazetteer = shipped.frozen.gazetteer
    tasks: dict[str, Task] = {
        "split_paragraphs": split_paragraphs,
        "make_tokens": lambda text: make_tokens(text, gazetteer),
        "make_tokens of posts": lambda text: make_tokens(text, gazetteer, social_media=True),
        "find_voice": find_voice,
        "make_fingerprints": lambda text: make_fingerprints([text]),
        "frame": lambda text: small.label_cells([text], unit="row"),
    }
    return tasks[request.param]


@contextmanager
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


def test_a_repeated_unit_takes_linear_time(task: Task) -> None:
    assert units_not_linear(task, UNITS) == []


@pytest.mark.slow
def test_two_units_in_turn_take_linear_time(task: Task) -> None:
    pairs = ["".join(pair) for pair in itertools.product(UNITS, UNITS)]
    assert units_not_linear(task, random.Random(17).sample(pairs, 100)) == []


@pytest.mark.slow
def test_a_megabyte_takes_at_most_two_seconds(task: Task) -> None:
    with no_garbage_collection():
        times = {unit: cpu_time(task, repeated(unit, 500_000)) for unit in UNITS}
    assert [unit for unit, seconds in times.items() if 2 * seconds > MAX_SECONDS_PER_MEGABYTE] == []


@pytest.mark.slow
@pytest.mark.parametrize("evidence", [False, True], ids=["labels", "labels and evidence"])
def test_labels_of_one_text_take_linear_time(evidence: bool, small: Model) -> None:
    assert units_not_linear(lambda text: small.label(text, evidence=evidence), UNITS) == []


@pytest.mark.slow
def test_a_report_takes_linear_time(small: Model, tmp_path: Path) -> None:
    def report(n_characters: int) -> float:
        folder = tmp_path / str(n_characters)
        folder.mkdir()
        texts = [
            repeated(unit.encode(errors="replace").decode(), n_characters)
            for unit in UNITS
            if unit != "\x00"
        ]
        stories = [*STORIES, *(("The Bell", "2024-03-02", text) for text in texts)]
        tables = Tables(folder, small, stories, unit="row")
        start = time.process_time()
        tables.full()
        return time.process_time() - start

    assert report(40_000) <= MAX_RATIO * report(20_000)


@pytest.mark.parametrize(
    "line",
    ["by " + "A" * 390 + "!", "photo" + " " * 390 + "x", "(" + "ap " * 130, "photo:" * 60 + ".x"],
    ids=["initials", "spaces", "agencies", "labels"],
)
def test_no_line_has_many_ways_to_be_a_credit_or_caption(line: str) -> None:
    """A credit is short, but `re` took years to find that the first of these is none."""
    document = f"{line}\n\n" * 250
    assert cpu_time(split_paragraphs, document, REPEATS) < 0.2


def test_a_table_of_hostile_texts_keeps_its_rows(small: Model) -> None:
    frame = pd.DataFrame({"text": pd.Series(UNITS, dtype=object)})
    assert small.label_frame(frame, html="keep")["row"].nunique() == len(UNITS)
