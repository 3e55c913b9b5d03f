"""Names of several words, found among the words of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.text.names import is_joined
from stance.text.tokens import Gazetteer
from stance.text.words import split_words

WORDS = st.sampled_from(["north", "light", "North", "LIGHT", "harbour's", "harbour", "bell"])
PHRASES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


def search(gazetteer: Gazetteer, words: list[str]) -> list[tuple[int, int]]:
    """Find names the slow way: at each word, try each name."""
    spans, end = [], 0
    for first in range(len(words)):
        lengths = [
            len(name.split())
            for names, exact in ((gazetteer.names, False), (gazetteer.exact, True))
            for name in names
            if is_name(name.split(), words[first : first + len(name.split())], exact=exact)
        ]
        if lengths and first >= end:
            end = first + max(lengths)
            spans.append((first, max(lengths)))
    return spans


def is_name(name: list[str], words: list[str], *, exact: bool) -> bool:
    if not exact:
        name, words = [word.lower() for word in name], [word.lower() for word in words]
    *inner, last = words
    return name in ([*inner, last], [*inner, last.removesuffix("'s")])


@given(st.lists(PHRASES), st.lists(PHRASES), st.lists(WORDS, max_size=12))
def test_the_longest_name_at_each_word_is_found(
    names: list[str], exact: list[str], words: list[str]
) -> None:
    gazetteer = Gazetteer(names, exact)
    assert list(gazetteer.find(words, lambda index: True)) == search(gazetteer, words)


@given(st.lists(PHRASES), st.lists(WORDS, max_size=12), st.sets(st.integers(1, 11)))
def test_no_name_runs_over_words_that_are_not_joined(
    names: list[str], words: list[str], apart: set[int]
) -> None:
    for first, n_words in Gazetteer(names).find(words, lambda index: index not in apart):
        assert apart.isdisjoint(range(first + 1, first + n_words))


@given(st.lists(PHRASES), st.lists(WORDS, max_size=12))
def test_the_roles_of_words_rule_out_no_name(names: list[str], words: list[str]) -> None:
    gazetteer = Gazetteer(names)
    for first, n_words in gazetteer.find(words, lambda index: True):
        is_name, leads, _ = gazetteer.roles(words[first])
        if n_words == 1:
            assert is_name
        else:
            assert leads
            assert gazetteer.roles(words[first + 1])[2]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("North Light", True),
        ("North\n  Light", True),
        ("North-Light", True),
        ("N.L", True),
        ("St. Light", True),
        ("North. Light", False),
        ("North, Light", False),
        ("North - Light", False),
        ("Keepers' Light", True),
    ],
)
def test_what_may_stand_inside_a_name(text: str, joined: bool) -> None:
    first, second = split_words(text)
    assert is_joined(text, first, second) is joined
