"""The extension's short way to the blocks of a text leads where the rules of stance.text lead."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import HOSTILE, ROOT
from hypothesis import given
from hypothesis import strategies as st
from random_texts import LINE_ENDS, LINES, random_documents, random_texts
from repeated_units import UNITS

from stance import split_paragraphs
from stance.scoring.blocks import split_cells
from stance.text import kinds, paragraphs
from stance.text.html import split_text
from stance.text.kinds import find_kind

compiled = pytest.importorskip(
    "stance.scoring._scorer", reason="needs the compiled scorer, which was not built here"
)
PLAIN = "The keepers of both lighthouses met at noon in the customs house and sat until dusk there."


def split_quickly(document: str) -> list[tuple[int, int, str]] | None:
    """Return what the extension says, and check what it says of each block by itself."""
    plain = compiled.split_plain(document, "paragraph")
    if plain is None:
        return None
    starts, ends, known, texts = plain
    for start, end, kind, text in zip(starts, ends, known, texts, strict=True):
        assert text == document[start:end]
        assert kind in (None, find_kind(text, alone=False))
    return list(zip(starts, ends, paragraphs.name_kinds(texts, known), strict=True))


def count_split(documents: Iterable[str]) -> int:
    """Count the documents that the extension splits, each of which it must split right."""
    n_split = 0
    for document in documents:
        blocks = split_quickly(document)
        assert blocks in (None, split_paragraphs(document)), ascii(document)
        n_split += blocks is not None
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
    assert count_split(HOSTILE) > 20
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
    known = [compiled.split_plain(article, "paragraph") for article in articles]
    known_kinds = [kind for plain in known if plain for kind in plain[2]]
    assert known_kinds.count("paragraph") > 0.8 * len(known_kinds)


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
