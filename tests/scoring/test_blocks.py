"""The extension's short way to the blocks of a text leads where the rules of stance.text lead."""

import csv
import json
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import HOSTILE, ROOT
from hypothesis import given
from hypothesis import strategies as st
from random_texts import LINE_ENDS, LINES, random_documents, random_texts
from repeated_units import UNITS

from stance import split_paragraphs
from stance.labels import KINDS
from stance.results import paragraph_id
from stance.scoring import blocks
from stance.scoring.blocks import split_cells, take_whole
from stance.text import boilerplate, kinds, paragraphs
from stance.text.boilerplate import BEGINNINGS, find_boilerplate
from stance.text.html import split_text
from stance.text.kinds import find_kind

compiled = pytest.importorskip(
    "stance.scoring._scorer", reason="needs the compiled scorer, which was not built here"
)
CODES = (KINDS.index("paragraph"), blocks._DOUBTFUL, blocks._UNNAMED)
PLAIN = "The keepers of both lighthouses met at noon in the customs house and sat until dusk there."


def split_quickly(document: str) -> list[tuple[int, int, str]] | None:
    """Return what the extension says, and check what it says of each block by itself."""
    left: list[str] = []

    def leave(cell: str) -> tuple[list[int], list[int], list[int], list[str]]:
        left.append(cell)
        return [], [], [], []

    numbers, counts, texts = compiled.split_texts(
        [document], sys.maxsize, True, CODES, BEGINNINGS, leave
    )
    starts, ends, codes = np.frombuffer(numbers, dtype=np.int64).reshape(-1, 3).T.copy()
    assert np.frombuffer(counts, dtype=np.int64).tolist() == [len(texts)]
    assert texts == [document[start:end] for start, end in zip(starts, ends, strict=True)]
    assert left in ([], [document])
    if left:
        return None
    for code, text in zip(codes.tolist(), texts, strict=True):
        assert code == blocks._UNNAMED or find_kind(text, alone=False) == "paragraph"
        assert code < 0 or find_boilerplate(text) is None
    blocks._name_doubtful(codes, np.zeros_like(codes), texts)
    return list(zip(starts.tolist(), ends.tolist(), (KINDS[code] for code in codes), strict=True))


def count_split(documents: Iterable[str]) -> int:
    """Count the documents that the extension splits, each of which it must split right."""
    n_split = 0
    for document in documents:
        split = split_quickly(document)
        assert split in (None, split_paragraphs(document)), ascii(document)
        n_split += split is not None
    return n_split


def test_random_documents() -> None:
    assert count_split(random_documents(3000, random_state=1)) > 300
    assert count_split(random_texts(1000, random_state=1)) > 300


@pytest.mark.slow
def test_many_random_documents() -> None:
    assert count_split(random_documents(100_000, random_state=2)) > 10_000


@given(st.lists(st.sampled_from([*LINES, *LINE_ENDS]) | st.text(max_size=20)).map("".join))
def test_documents_of_any_text(document: str) -> None:
    count_split([document])


def test_hostile_and_repeated_texts() -> None:
    assert count_split(HOSTILE) > 15
    repeated = [unit * n for unit in UNITS for n in (1, 2, 20, 200)]
    assert count_split(repeated + [f"{PLAIN}\n\n{text}" for text in repeated]) > 200


@pytest.mark.parametrize("size", [" é", " ‘a’", " 🕊 a"], ids=["Latin-1", "two bytes", "four bytes"])
def test_characters_of_any_size(size: str) -> None:
    assert count_split([f"{PLAIN}{size}\r\n\r\nTalks Resume\r\n\r\n{PLAIN}{size}\r\n"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "{}a",
        "a{}",
        "a.{}",
        "{} : .",
        "Stop{}it",
        PLAIN + "{}",
        "{}" + PLAIN,
        PLAIN[:-1] + ":{}.",
    ],
)
def test_code_points(form: str) -> None:
    for point in [*range(0x3100), *range(0x3100, 0x110000, 0xFB)]:
        count_split([f"{PLAIN}\n\n{form.format(chr(point))}\n\n{PLAIN}"])


def test_every_article_without_a_list_is_split_by_the_extension() -> None:
    with (ROOT / "seeds" / "articles.csv").open(encoding="utf-8", newline="") as file:
        articles = [row["body"] for row in csv.DictReader(file)]
    assert count_split(articles) == sum("•" not in article for article in articles) > 5
    split = partial(blocks._split, longest=None, html="keep")
    numbers = compiled.split_texts(articles, sys.maxsize, True, CODES, BEGINNINGS, split)[0]
    codes = np.frombuffer(numbers, dtype=np.int64)[2::3]
    assert np.mean(codes >= 0) > 0.8


def test_real_paragraphs_and_articles(shared: Path) -> None:
    texts = [(shared / "articles" / "cairo-talks.txt").read_bytes().decode()]
    for path in sorted((shared / "real").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        texts += [row["text"] for row in rows]
    together = ["\n\n".join(texts[first : first + 7]) for first in range(0, len(texts), 7)]
    assert count_split(texts + together) > 0.8 * len(texts)


def test_the_limits_are_those_of_the_rules() -> None:
    assert (kinds._MAX_CHARACTERS, paragraphs._MAX_WRAP_WIDTH) == (
        compiled.MAX_KIND_CHARACTERS,
        compiled.MAX_WRAP_WIDTH,
    )
    assert max(kinds._MAX_HEADING_WORDS, kinds._MAX_CREDIT_WORDS) == compiled.MAX_KIND_WORDS
    assert (boilerplate._MAX_CHARACTERS, boilerplate._MAX_LINE, boilerplate._MAX_HEADLINE) == (
        compiled.MAX_BOILERPLATE,
        compiled.MAX_BOILERPLATE_LINE,
        compiled.MAX_HEADLINE,
    )
    assert set('.!?"”') <= set(boilerplate._SENTENCE_ENDS)


def test_cells_are_split_as_single_texts_are() -> None:
    cells = [*HOSTILE, None, 7, "<p>Talks</p><p>No truce.</p>", "<br>", *random_documents(50, 3)]
    columns, texts = split_cells(cells, 5000, "detect")
    rows = list(
        zip(*(columns[name].tolist() for name in ("row", "start", "end")), texts, strict=True)
    )
    expected = []
    for row, cell in enumerate(cells):
        blocks = split_text(cell) if isinstance(cell, str) and len(cell) <= 5000 else []
        expected += [(row, start, end, text) for start, end, _, text in blocks] or [
            (row, -1, -1, "")
        ]
    assert rows == expected
    assert split_cells([], None, "detect")[1] == []


LONG = "the keepers of both lighthouses met at noon in the customs house, and sat there until dusk fell"
CELLS = [
    *HOSTILE, None, 7, float("nan"), "", "<p>Talks</p><p>No truce.</p>", "<br>", "Q&amp;A", "Q&A",
    *(f"{PLAIN}\n\n{beginning}{tail}" for beginning in BEGINNINGS for tail in (LONG, f"{LONG} cookies.")),
    *(f"{PLAIN}\n\n{start}{PLAIN} {LONG}" for start in ("Sign up", "\u017fhare this", "(12) ", "© ")),
    f"{PLAIN} {LONG}\n\n{PLAIN}\n\n{PLAIN} {LONG}\n\nTalks Resume",
    f"Talks Resume\n\n{PLAIN} {LONG}.\n\nWhat Next\n\nPhoto: Ann Lee\n\n{PLAIN * 4}\n\nTalks Resume",
]  # fmt: skip


@pytest.mark.parametrize("html", ["detect", "keep", "strip"])
@pytest.mark.parametrize("longest", [None, 100])
def test_the_extension_takes_cells_as_the_rules_do(
    html: str, longest: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [*CELLS, *random_documents(200, 4)]
    taken = [take(cells, longest, html) for take in (split_cells, take_whole)]
    count = blocks.count_html(cells)
    monkeypatch.setattr(blocks, "split_texts", blocks.split_texts_in_python)
    monkeypatch.setattr(blocks, "plain_cells", blocks.no_plain_cells)
    expected = [take(cells, longest, html) for take in (split_cells, take_whole)]
    for (columns, texts), (expected_columns, expected_texts) in zip(taken, expected, strict=True):
        assert texts == expected_texts
        for name, column in expected_columns.items():
            np.testing.assert_array_equal(columns[name], column, err_msg=name)
    assert count == blocks.count_html(cells) > 2


def test_what_is_no_block_is_refused() -> None:
    def split(cells: list[Any], result: Any) -> None:
        compiled.split_texts(cells, 9, True, CODES, BEGINNINGS, lambda _: result)

    with pytest.raises(ValueError, match=r"^`split` must return a tuple\.$"):
        split([None], [])
    with pytest.raises(ValueError, match=r"^`split` must return lists of one length\.$"):
        split([None], ([0], [1], [2], []))
    with pytest.raises(TypeError, match=r"^an integer is required$"):
        split([None], (["0"], [1], [2], ["a"]))
    with pytest.raises(TypeError, match=r"^`beginnings` must hold str\.$"):
        compiled.split_texts([], 9, True, CODES, (1,), str)


def test_a_split_that_changes_the_cells_is_refused() -> None:
    cells: list[Any] = [None, "a truce"]

    def split(cell: Any) -> tuple[list[int], list[int], list[int], list[str]]:
        cells.clear()
        return [0], [1], [2], [str(cell)]

    with pytest.raises(ValueError, match=r"^`cells` must stay as they are\.$"):
        compiled.split_texts(cells, 9, True, CODES, BEGINNINGS, split)


@pytest.mark.parametrize(
    "key", [0, -7, 10**30, "uk-7", "ü", "🕊", "", None, True, 0.5, np.int64(3), np.float64(0.1)]
)
@pytest.mark.parametrize("place", [(0, 57), (-1, -1), (10**9, 10**12), (3, 3)])
def test_paragraphs_are_named_as_in_python(key: Any, place: tuple[int, int]) -> None:
    start, end = (np.array([each], dtype=np.int64) for each in place)
    assert compiled.paragraph_ids([key], start, end) == [paragraph_id(key, *place)]


def test_names_of_paragraphs_need_a_place_each() -> None:
    none = np.empty(0, dtype=np.int64)
    message = r"^every paragraph must have a key, a start and an end\.$"
    with pytest.raises(ValueError, match=message):
        compiled.paragraph_ids([1], none, none)
