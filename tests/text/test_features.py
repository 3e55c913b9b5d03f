"""Features: what a paragraph is turned into, and from which tokens."""

import pytest
from conftest import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from stance.text.features import (
    VALENCES,
    Analyzer,
    block_features,
    character_features,
    find_negated,
    valence_features,
    word_features,
)
from stance.text.tokens import Gazetteer, make_tokens
from stance.text.words import MAX_WORD_CHARACTERS


def test_an_occurrence_names_the_tokens_it_came_from() -> None:
    tokens = make_tokens("no truce now")
    assert list(word_features(tokens, (2, 2))) == [("no truce", 0, 1), ("truce now", 1, 2)]


def test_names_of_sides_give_no_characters() -> None:
    tokens = make_tokens("the northlight refused", Gazetteer(["northlight"]))
    features = [occurrence.feature for occurrence in character_features(tokens, (3, 5))]
    assert " ref" in features
    assert not any("light" in feature for feature in features)


def test_short_words_are_padded() -> None:
    assert list(character_features(make_tokens("a"), (3, 5))) == [(" a ", 0, 0)]


def test_characters_behind_the_longest_word_are_not_seen() -> None:
    longest = "ab" * (MAX_WORD_CHARACTERS // 2)
    expected = list(character_features(make_tokens(longest), (3, 5)))
    assert list(character_features(make_tokens(longest + "xyz"), (3, 5))) == expected
    assert list(character_features(make_tokens(longest[:-1]), (3, 5))) != expected


@pytest.mark.parametrize(
    ("block", "ngram_range", "features"),
    [
        ("words", (1, 2), ["‹side›", "won't", "sign", "‹side› won't", "won't sign"]),
        (
            "characters",
            (5, 6),
            [" won'", "won't", "on't ", " sign", "sign ", " won't", "won't ", " sign "],
        ),
        ("valence", (1, 1), ["negator", "not +", "not +1"]),
    ],
)
def test_a_vectorizer_gets_the_features_of_a_text(
    block: str, ngram_range: tuple[int, int], features: list[str]
) -> None:
    """Names are masked, apostrophes straight and words stemmed before scikit-learn sees them."""
    analyzer = Analyzer(block, ngram_range, Gazetteer(["North Light"]), lexicon={"sign": 1})
    assert sorted(analyzer("North Light WON’T sign!")) == sorted(features)


def test_a_vectorizer_gets_the_marks_of_a_post_if_asked() -> None:
    assert Analyzer("words", (1, 1), None)("#TruceNow!! :)") == ["trucenow"]
    assert Analyzer("words", (1, 1), None, social_media=True)("#TruceNow!! :)") == [
        "truce",
        "now",
        "!",
        ":)",
    ]


@pytest.mark.parametrize("block", ["words", "characters", "valence"])
@given(text=st.text(alphabet="truce notbadgood!?#:) ", max_size=60) | st.sampled_from(HOSTILE[:20]))
def test_every_occurrence_lies_among_the_tokens(block: str, text: str) -> None:
    tokens = make_tokens(text)
    for occurrence in block_features(block, tokens, (1, 3), {"good": 2, "bad": -1}):
        assert 0 <= occurrence.first <= occurrence.last < len(tokens)


def test_a_negator_reaches_three_tokens() -> None:
    tokens = make_tokens("never a good word, good keeper")
    assert find_negated(tokens) == [False, True, True, True, False, False]


@given(st.lists(st.sampled_from(["good", "bad", "horrible", "not", "won't", "lamp"])))
def test_every_valence_is_a_known_one(words: list[str]) -> None:
    lexicon = {"good": 2, "bad": -1, "horrible": -4}
    tokens = make_tokens(" ".join(words))
    assert {feature for feature, _, _ in valence_features(tokens, lexicon)} <= set(VALENCES)
