"""What kind a block is: paragraph, heading, caption or credit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.text.kinds import find_kind

WORDS = [
    "Photo:",
    "By",
    "Source:",
    "(Reuters)",
    "lamp",
    "The",
    "Bell",
    "and",
    "said.",
    "©",
    "“Stop,”",
]
LINES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=20).map(" ".join)
LONG_LINES = st.lists(st.sampled_from(WORDS), min_size=201, max_size=210).map(" ".join)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Smoke over the north light at dawn. (Reuters / A. Keeper)", "caption"),
        ("A lamp burns. [Getty Images]", "caption"),
        ("A lamp burns. (Photo by Anadolu Agency via the Bell).", "caption"),
        ("A lamp burns. Picture: Ann Lee", "caption"),
        ("Photo: Ann Lee", "caption"),
        ("PICTURE CAPTION: the harbour", "caption"),
        ("Source: Harbour Office", "credit"),
        ("Image credit: the harbour", "credit"),
        ("(Photo credits: A. Keeper)", "credit"),
        ("Reporting by the harbour desk", "credit"),
        ("Additional reporting by Bo Marsh", "credit"),
        ("By Ann Lee and Bo Marsh", "credit"),
        ("By Ann Lee, the harbour desk", "credit"),
        ("© The Harbour Bell 2024", "credit"),
        ("All rights reserved.", "credit"),
        ("Talks Collapse Over Lamp Oil", "heading"),
        ("What the keepers want:", "heading"),
        ("Talks resume", "heading"),
        ("By noon the guns had stopped.", "paragraph"),
        ("By Noon It Was Over.", "paragraph"),
        ("HARBOUR (Reuters) - The keepers met on Monday.", "paragraph"),
        ("they should just stop", "paragraph"),
        ("“Stop The War”", "paragraph"),
        ("Sources: ministers will reject the truce when the cabinet meets at noon", "paragraph"),
        ("Copyright law was debated while the guns went on", "paragraph"),
        ("by the end of it nobody spoke", "paragraph"),
        ("A. Marsh said the lamps were out.", "paragraph"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert find_kind(text, alone=False) == kind


@given(LINES)
def test_a_whole_document_is_a_paragraph_whatever_it_looks_like(text: str) -> None:
    assert find_kind(text, alone=True) == "paragraph"


@given(LONG_LINES)
def test_a_long_block_is_a_paragraph_whatever_it_looks_like(text: str) -> None:
    assert find_kind(text, alone=False) == "paragraph"
