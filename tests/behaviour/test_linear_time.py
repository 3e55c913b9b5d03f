"""The time that a text takes grows with its length, whatever it is made of."""

import contextlib
import io
import random
import time
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from repeated_units import (
    FACTOR,
    MAX_RATIO,
    PAIRS,
    REPEATS,
    UNITS,
    Task,
    cpu_time,
    list_tasks,
    repeated,
    units_not_linear,
)
from reported import STORIES, Tables

from stance import split_paragraphs
from stance.model import Model
from stance.options import carried_names, check_columns
from stance.tables.readers.csv import CsvTable
from stance.tables.readers.workbook_room import check_room
from stance.tables.rows import ReadOptions
from stance.tables.streams import ByteSource


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


def test_quadratic_time_is_seen() -> None:
    def quadratic(text: str) -> list[int]:
        return [text.count("b") for _ in range(len(text) // 50)]

    assert units_not_linear(quadratic, ["a"]) == ["a"]


@pytest.mark.slow
def test_two_units_in_turn_take_linear_time(task: Task) -> None:
    assert units_not_linear(task, random.Random(17).sample(PAIRS, 100)) == []


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

    assert report(FACTOR * 5_000) <= MAX_RATIO * report(5_000)


def many_columns(text: str) -> None:
    names = [f"column {number}" for number in range(len(text) // 5)]
    content = io.BytesIO(",".join(names).encode())
    table = CsvTable(ByteSource("a table", content, content), ReadOptions())
    assert list(table.chunks(names)) == []
    assert check_columns(names, names[0], "all") == names
    assert list(carried_names(names, [*names, "row"])) == names


def endless_tags(text: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", text)
    with contextlib.suppress(zipfile.BadZipFile):
        check_room(content, "a workbook")


def test_many_columns_take_linear_time() -> None:
    assert units_not_linear(many_columns, [","]) == []


def test_tags_of_a_workbook_without_an_end_take_linear_time() -> None:
    assert units_not_linear(endless_tags, ["<c ", "<c r", " r=", "<row x='", '<c r = "', ">"]) == []


@pytest.mark.parametrize(
    "line",
    ["by " + "A" * 390 + "!", "photo" + " " * 390 + "x", "(" + "ap " * 130, "photo:" * 60 + ".x"],
    ids=["initials", "spaces", "agencies", "labels"],
)
def test_no_line_has_many_ways_to_be_a_credit_or_caption(line: str) -> None:
    """A credit is short, but `re` took years to find that the first of these is none."""
    document = f"{line}\n\n" * 250
    assert cpu_time(split_paragraphs, document, REPEATS) < 5  # it takes 10 ms


def test_a_table_of_hostile_texts_keeps_its_rows(small: Model) -> None:
    frame = pd.DataFrame({"text": pd.Series(UNITS, dtype=object)})
    assert small.label_frame(frame, html="keep")["row"].nunique() == len(UNITS)
