"""Tokens: words, stems, names of sides."""

import pytest
from conftest import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from nltk.stem.snowball import SnowballStemmer

from stance.text.sides import load_gazetteer
from stance.text.tokens import SIDE, Gazetteer, make_tokens, stem


@given(st.text() | st.sampled_from(HOSTILE))
def test_a_token_keeps_its_place(text: str) -> None:
    at = 0
    for token in make_tokens(text, load_gazetteer()):
        assert at <= token.start < token.end <= len(text)
        at = token.end


@pytest.mark.parametrize(
    "word",
    [
        "ceasefires",
        "rejected",
        "negotiations",
        "calling",
        "hostilities",
        "agreed",
        "victory",
        "dying",
        "refuses",
        "wounded",
    ],
)
def test_stems_are_snowballs(word: str) -> None:
    assert stem(word) == SnowballStemmer("english").stem(word)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Israel’s envoy", ["Israel’s"]),
        ("the Hamas-run ministry", ["Hamas"]),
        ("U.S. officials", ["U.S"]),
        ("he told us that", []),
        ("the US said", ["US"]),
        ("a turkey dinner in Turkey", ["Turkey"]),
        ("South Sudan and Sudan", ["South Sudan", "Sudan"]),
        ("Ben-Gvir and Ben Gvir", ["Ben-Gvir", "Ben Gvir"]),
        ("in south. Sudan", ["Sudan"]),
        ("a Ukrainian, two Russians", ["Ukrainian", "Russians"]),
        ("polish the lamp, said the Polish keeper", ["Polish"]),
        ("hamas and israel in lower case", ["hamas", "israel"]),
        ("the UN court's minister", []),
    ],
)
def test_names_of_sides_are_masked_and_nothing_else(text: str, masked: list[str]) -> None:
    assert [
        text[t.start : t.end] for t in make_tokens(text, load_gazetteer()) if t.stem == SIDE
    ] == masked


def test_the_longest_name_wins() -> None:
    gazetteer = Gazetteer(["north light", "north light harbour"])
    assert [t.word for t in make_tokens("the north light harbour office", gazetteer)] == [
        "the",
        SIDE,
        "office",
    ]
