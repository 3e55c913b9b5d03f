"""Tokens: words, stems, names of sides."""

import copy
import pickle
from collections.abc import Callable

import pytest
from conftest import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.text.sides import load_gazetteer
from stance.text.tokens import SIDE, Gazetteer, make_tokens
from stance.text.words import find_sentence_starts


@pytest.mark.parametrize("social_media", [False, True], ids=["print", "posts"])
@given(text=st.text() | st.sampled_from([*HOSTILE, "#TruceNow!! :)", "##x#y", "# #! <3"]))
def test_a_token_keeps_its_place(text: str, social_media: bool) -> None:
    last_end = 0
    for token in make_tokens(text, load_gazetteer(), social_media=social_media):
        assert last_end <= token.start < token.end <= len(text)
        last_end = token.end


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
    tokens = make_tokens(text, load_gazetteer())
    assert [text[token.start : token.end] for token in tokens if token.stem == SIDE] == masked


def test_the_longest_name_wins() -> None:
    gazetteer = Gazetteer(["north light", "north light harbour"])
    assert [token.word for token in make_tokens("the north light harbour office", gazetteer)] == [
        "the",
        SIDE,
        "office",
    ]


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, lambda gazetteer: pickle.loads(pickle.dumps(gazetteer))],
    ids=["copied", "pickled"],
)
def test_a_duplicate_of_a_gazetteer_masks_the_same(
    duplicate: Callable[[Gazetteer], Gazetteer],
) -> None:
    gazetteer = Gazetteer(["north light"], exact=["Bell"])
    text = "The North Light's keeper told the Bell that a bell rang."
    expected = make_tokens(text, gazetteer)
    assert make_tokens(text, duplicate(gazetteer)) == expected


@pytest.mark.parametrize(
    ("text", "first_words"),
    [
        ("No truce. Not now", ["not"]),
        ("“No truce!” they said; “not now”", ["they", "not"]),
        ("St. Petersburg and the U.S: not now", ["not"]),
        ("the U.S. envoy", ["envoy"]),  # as in print, where nothing tells it from an end
        ("the 3.5 lamps", ["5"]),
        ("… No truce", []),
        ("one… two\nthree, four (five) - six", ["two", "three"]),
    ],
)
def test_a_token_knows_whether_a_sentence_ends_before_it(text: str, first_words: list[str]) -> None:
    tokens = make_tokens(text, Gazetteer(["U.S.", "St. Petersburg"]))
    assert [token.word for token in tokens if token.begins_sentence] == first_words


@pytest.mark.parametrize("social_media", [False, True], ids=["print", "posts"])
@given(text=st.text() | st.text("a.…\n’!? ") | st.sampled_from(HOSTILE))
@settings(deadline=None)
def test_sentences_are_those_of_the_words(social_media: bool, text: str) -> None:
    starts = find_sentence_starts(text, social_media=social_media)
    tokens = make_tokens(text, social_media=social_media)
    assert [token.begins_sentence for token in tokens] == starts
