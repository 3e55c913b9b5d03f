"""Features: the analyzer and the frozen look-up see the same strings."""

from stance.text.features import Analyzer, block_features, character_features, word_features
from stance.text.tokens import Gazetteer, make_tokens


def test_an_occurrence_names_the_tokens_it_came_from() -> None:
    tokens = make_tokens("no truce now")
    assert [(o.feature, o.first, o.last) for o in word_features(tokens, (2, 2))] == [
        ("no truce", 0, 1),
        ("truce now", 1, 2),
    ]


def test_names_of_sides_give_no_characters() -> None:
    tokens = make_tokens("the northlight refused", Gazetteer(["northlight"]))
    assert not any("light" in o.feature for o in character_features(tokens, (3, 5)))


def test_short_words_are_padded() -> None:
    assert [o.feature for o in character_features(make_tokens("a"), (3, 5))] == [" a "]


def test_the_analyzer_gives_what_the_frozen_model_looks_up() -> None:
    text = "They won’t sign; they refuse."
    assert Analyzer("words", (1, 2), None)(text) == [
        o.feature for o in block_features("words", make_tokens(text), (1, 2))
    ]
