"""The time that a text takes grows with its length, whatever it is made of."""

import random
import time
from pathlib import Path

import pandas as pd
import pytest
from repeated_units import (
    MAX_RATIO,
    PAIRS,
    REPEATS,
    UNITS,
    Task,
    cpu_time,
    list_tasks,
    no_garbage_collection,
    repeated,
    slowness,
    units_not_linear,
)
from reported import STORIES, Tables

from stance import split_paragraphs
from stance.model import Model

MAX_SECONDS_PER_MEGABYTE = 2.0  # on a fast, quiet core
NOISE = 2  # between two looks at a shared machine; what is not linear takes minutes


@pytest.fixture(
    params=[
        "split_paragraphs",
        "split_cells",
        "make_tokens",
        "make_tokens of posts",
        "find_voice",
        "make_fingerprints",
        "frame",
    ]
)
def task(request: pytest.FixtureRequest, small: Model, shipped: Model) -> Task:
    return list_tasks(small, shipped)[request.param]


def test_a_repeated_unit_takes_linear_time(task: Task) -> None:
    assert units_not_linear(task, UNITS) == []


@pytest.mark.slow
def test_two_units_in_turn_take_linear_time(task: Task) -> None:
    assert units_not_linear(task, random.Random(17).sample(PAIRS, 100)) == []


@pytest.mark.slow
def test_a_megabyte_takes_at_most_two_seconds(task: Task) -> None:
    with no_garbage_collection():
        times = {unit: cpu_time(task, repeated(unit, 500_000)) for unit in UNITS}
        slow = [unit for unit, seconds in times.items() if 2 * seconds > MAX_SECONDS_PER_MEGABYTE]
        limit = MAX_SECONDS_PER_MEGABYTE * NOISE * slowness()
        best = {unit: cpu_time(task, repeated(unit, 500_000), 3) for unit in slow}
    assert [unit for unit, seconds in best.items() if 2 * seconds > limit] == []


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
