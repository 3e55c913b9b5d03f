"""Splitting documents into blocks."""

import csv
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from stance import KINDS, split_paragraphs
from stance.text import paragraphs

DOCUMENTS = st.lists(
    st.sampled_from(
        [
            *HOSTILE[:20],
            "A keeper spoke.",
            "The Lamp Oil Talks",
            "• bells",
            "> quoted",
            "# Title",
            "\r\n",
            "\r",
            "\u2028",
            "\x85",
            "\n\n",
            "  ",
            "1. one",
            "By Ann Lee",
        ]
    )
    | st.text(max_size=20)
).map("".join)


def blocks(document: str) -> list[tuple[str, str]]:
    return [(document[start:end], kind) for start, end, kind in split_paragraphs(document)]


@given(DOCUMENTS)
def test_blocks_are_slices_in_order_and_lose_no_word(document: str) -> None:
    last_end = 0
    for start, end, kind in split_paragraphs(document):
        assert last_end <= start < end <= len(document)
        assert kind in KINDS
        assert document[start:end] == document[start:end].strip()
        assert may_be_left_out(document[last_end:start])
        last_end = end
    assert may_be_left_out(document[last_end:])


def may_be_left_out(text: str) -> bool:
    """Return whether text between blocks has no two letters in a row: bullets ("1.", "a)") may."""
    return not any(first.isalpha() and second.isalpha() for first, second in pairwise(text))


@pytest.mark.parametrize(
    "newline",
    ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85"],
    ids=["LF", "CRLF", "CR", "LS", "PS", "NEL"],
)
def test_line_ends_do_not_matter(newline: str) -> None:
    document = newline.join(
        ["Lamps Out", "", "The north keeper refused.", "", "The south keeper wept."]
    )
    assert blocks(document) == [
        ("Lamps Out", "heading"),
        ("The north keeper refused.", "paragraph"),
        ("The south keeper wept.", "paragraph"),
    ]


def test_one_paragraph_per_line() -> None:
    document = (
        "The guild met at noon and sat until dusk.\n"
        "It asked both keepers to stop.\n"
        "Neither answered."
    )
    assert [kind for _, kind in blocks(document)] == ["paragraph"] * 3


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    document = (
        "The guild met at noon in the customs house and\n"
        "sat until dusk, when the last of the lamps was\n"
        "put out and everyone went home.\n\n"
        "Nothing was signed."
    )
    assert [text.count("\n") for text, _ in blocks(document)] == [2, 0]


def test_an_indented_line_begins_a_paragraph() -> None:
    document = (
        "    The guild met at noon in the customs house and\n"
        "sat until dusk, when the lamps were put out.\n"
        "    Nothing was signed, and nobody spoke of the war\n"
        "on the way home along the shingle."
    )
    assert len(blocks(document)) == 2


@pytest.mark.parametrize("bullet", ["•", "-", "*", "–", "1.", "2)", "(a)", "◦"])
def test_bullets_are_list_items_without_their_mark(bullet: str) -> None:
    assert blocks(f"Points:\n\n {bullet} the lamps stay lit\n {bullet} the boats come home") == [
        ("Points:", "heading"),
        ("the lamps stay lit", "list item"),
        ("the boats come home", "list item"),
    ]


def test_a_hanging_line_belongs_to_its_bullet() -> None:
    assert blocks("• the lamps stay lit\n  until the spring\n• the boats come home") == [
        ("the lamps stay lit\n  until the spring", "list item"),
        ("the boats come home", "list item"),
    ]


def test_markdown() -> None:
    assert blocks("## What now\nThe keepers met.\n\n> We never wanted this, she said.") == [
        ("What now", "heading"),
        ("The keepers met.", "paragraph"),
        ("We never wanted this, she said.", "paragraph"),
    ]


def test_a_single_line_is_a_paragraph_whatever_it_looks_like() -> None:
    assert blocks("Stop The War") == [("Stop The War", "paragraph")]


@pytest.mark.parametrize(
    "line", ["Sources: Israel rejects ceasefire", "© 2024", "By Ann Lee", "Photo: Ann Lee"]
)
def test_a_cell_of_one_line_is_labelled(line: str) -> None:
    assert blocks(line) == [(line, "paragraph")]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("A lamp burns. [Getty Images]", "caption"),
        ("By Ann Lee and Bo Marsh", "credit"),
        ("Talks Collapse Over Lamp Oil", "heading"),
        ("A. Marsh said the lamps were out.", "paragraph"),
    ],
)
def test_a_line_among_others_has_a_kind_of_its_own(line: str, kind: str) -> None:
    assert blocks(f"The keepers met on Monday.\n\n{line}\n\nNothing was signed.")[1] == (line, kind)


def test_a_heading_stands_over_something() -> None:
    assert [kind for _, kind in blocks("Stop the war now\nCeasefire now\nFree the hostages")] == [
        "paragraph"
    ] * 3
    assert [
        kind
        for _, kind in blocks("Lamps Out\n\nA Coast Waits\n\nThe guild met on Monday.\n\nThe End")
    ] == [
        "heading",
        "heading",
        "paragraph",
        "paragraph",
    ]


@pytest.mark.parametrize("line", ["a\n", "中\n", "* a\n", "> > a\n"])
def test_a_short_line_takes_little_memory(line: str) -> None:
    document = line * 20_000
    tracemalloc.start()
    try:
        split_paragraphs(document)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 300 * 20_000  # bytes: one tuple, its numbers, and what the caller gets


def test_a_short_line_that_is_repeated_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def find_kind(text: str, *, alone: bool) -> str:
        seen.append(text)
        return "paragraph"

    monkeypatch.setattr(paragraphs, "find_kind", find_kind)
    split_paragraphs("a\nb\n" * 500)
    assert sorted(seen) == ["a", "b"]


def test_the_article_that_stance_began_from(shared: Path) -> None:
    document = (shared / "articles" / "cairo-talks.txt").read_bytes().decode()
    with (shared / "articles" / "cairo-talks.labels.csv").open(newline="") as lines:
        expected = list(csv.DictReader(lines))
    assert [kind for _, kind in blocks(document)] == [row["kind"] for row in expected]
    for (text, _), row in zip(blocks(document), expected, strict=True):
        assert text.startswith(row["starts"])
