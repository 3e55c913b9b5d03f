"""Splitting documents into blocks."""

import csv
from pathlib import Path

import pytest
from conftest import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from stance import KINDS, split_paragraphs

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
    found = split_paragraphs(document)
    at = 0
    for start, end, kind in found:
        assert at <= start < end <= len(document)
        assert kind in KINDS
        text = document[start:end]
        assert text == text.strip()
        # Between blocks there may be bullets and marks ("1.", "a)"), but never two letters running.
        assert not any(
            a.isalpha() and b.isalpha()
            for a, b in zip(document[at:start], document[at + 1 : start], strict=False)
        )
        at = end
    assert not any(
        a.isalpha() and b.isalpha() for a, b in zip(document[at:], document[at + 1 :], strict=False)
    )


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


def test_one_paragraph_a_line() -> None:
    document = "The guild met at noon and sat until dusk.\nIt asked both keepers to stop.\nNeither answered."
    assert [kind for _, kind in blocks(document)] == ["paragraph"] * 3


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    document = "The guild met at noon in the customs house and\nsat until dusk, when the last of the lamps was\nput out and everyone went home.\n\nNothing was signed."
    assert [text.count("\n") for text, _ in blocks(document)] == [2, 0]


def test_an_indented_line_begins_a_paragraph() -> None:
    document = "    The guild met at noon in the customs house and\nsat until dusk, when the lamps were put out.\n    Nothing was signed, and nobody spoke of the war\non the way home along the shingle."
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


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Smoke over the north light at dawn. (Reuters / A. Keeper)", "caption"),
        ("A lamp burns. [Getty Images]", "caption"),
        ("Photo: Ann Lee", "caption"),
        ("Source: Harbour Office", "credit"),
        ("Reporting by the harbour desk", "credit"),
        ("By Ann Lee and Bo Marsh", "credit"),
        ("By noon the guns had stopped.", "paragraph"),
        ("© The Harbour Bell 2024", "credit"),
        ("Talks Collapse Over Lamp Oil", "heading"),
        ("HARBOUR (Reuters) - The keepers met on Monday.", "paragraph"),
        ("they should just stop", "paragraph"),
        ("Sources: ministers will reject the truce when the cabinet meets at noon", "paragraph"),
        ("Copyright law was debated while the guns went on", "paragraph"),
        ("by the end of it nobody spoke", "paragraph"),
        ("A. Marsh said the lamps were out.", "paragraph"),
    ],
)
def test_kinds(line: str, kind: str) -> None:
    assert blocks(f"The keepers met on Monday.\n\n{line}\n\nNothing was signed.")[1] == (line, kind)


def test_a_single_line_is_a_paragraph_whatever_it_looks_like() -> None:
    assert blocks("Stop The War") == [("Stop The War", "paragraph")]


@pytest.mark.parametrize(
    "line", ["Sources: Israel rejects ceasefire", "© 2024", "By Ann Lee", "Photo: Ann Lee"]
)
def test_a_cell_of_one_line_is_labelled(line: str) -> None:
    assert blocks(line) == [(line, "paragraph")]


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


def test_the_article_that_stance_began_from(shared: Path) -> None:
    document = (shared / "articles" / "cairo-talks.txt").read_bytes().decode()
    with (shared / "articles" / "cairo-talks.labels.csv").open(newline="") as lines:
        expected = list(csv.DictReader(lines))
    found = blocks(document)
    assert [kind for _, kind in found] == [row["kind"] for row in expected]
    assert all(
        text.startswith(row["starts"]) for (text, _), row in zip(found, expected, strict=True)
    )
