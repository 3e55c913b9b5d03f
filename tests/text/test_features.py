"""Features: what a paragraph is turned into, and from which tokens."""

import pytest
from conftest import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.data import read_data
from stance.text.cues import find_frames, join_cues
from stance.text.features import (
    VALENCES,
    Analyzer,
    block_features,
    character_features,
    find_negated,
    frame_features,
    is_negator,
    list_features,
    valence_features,
    word_features,
)
from stance.text.tokens import Gazetteer, make_tokens
from stance.text.words import MAX_WORD_CHARACTERS, stem


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
        ("frames", (2, 2), ["NEG>ACCEPT", "NEG BACK"]),
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


@pytest.mark.parametrize("block", ["words", "characters", "valence", "frames"])
@given(text=st.text(alphabet="truce notbadgood!?#:) ", max_size=60) | st.sampled_from(HOSTILE[:20]))
@settings(deadline=None)
def test_every_occurrence_lies_among_the_tokens(block: str, text: str) -> None:
    tokens = make_tokens(text)
    lexicon = {"good": 2, "bad": -1}
    occurrences = list(block_features(block, tokens, (1, 3), lexicon))
    for occurrence in occurrences:
        assert 0 <= occurrence.first <= occurrence.last < len(tokens)
    assert list_features(block, tokens, (1, 3), lexicon) == [each.feature for each in occurrences]


def test_a_negator_reaches_three_tokens() -> None:
    tokens = make_tokens("never a good word, good keeper")
    assert find_negated(tokens) == [False, True, True, True, False, False]


@given(st.lists(st.sampled_from(["good", "bad", "horrible", "not", "won't", "lamp"])))
def test_every_valence_is_a_known_one(words: list[str]) -> None:
    lexicon = {"good": 2, "bad": -1, "horrible": -4}
    tokens = make_tokens(" ".join(words))
    assert {feature for feature, _, _ in valence_features(tokens, lexicon)} <= set(VALENCES)


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("They rejected a truce.", ["REFUSE>STOP", "REFUSE STOP", "against STOP"]),
        ("They fight. A truce", ["WAR", "bare WAR", "STOP", "bare STOP"]),
        ("a truce, (a ‘truce’) - reported", ["STOP>SAY", "STOP", "bare STOP"]),
        ("No ceasefires", ["NEG>STOP", "NEG STOP", "against STOP"]),
        ("Nothing until", ["NEG>UNTIL", "NEG"]),
        ("They voted it, and voted down", ["VOTE>REFUSE", "REFUSE"]),
        ("hold fire; fire", ["STOP", "bare STOP"]),
        ("The lamp glows", []),
        ("No", ["NEG"]),
        ("", []),
    ],
)
def test_frames_are_of_the_cues_of_a_sentence(text: str, frames: list[str]) -> None:
    assert Analyzer("frames", (2, 2), None)(text) == frames


@pytest.mark.parametrize("mark", [*".!?;:…\n", "?! ", "(...)", " …“"])
def test_no_frame_crosses_the_end_of_a_sentence(mark: str) -> None:
    assert Analyzer("frames", (2, 2), None)(f"no{mark}truce") == ["NEG", "STOP", "bare STOP"]


def test_a_full_stop_inside_a_name_ends_no_sentence() -> None:
    gazetteer = Gazetteer(["St. Petersburg", "War Peace"])
    expected = ["NEG>STOP", "NEG STOP", "against STOP"]
    assert Analyzer("frames", (2, 2), gazetteer)("No St. Petersburg truce") == expected
    assert Analyzer("frames", (2, 2), gazetteer)("No War Peace truce") == expected


PIECES = [
    "truce", "NO", "don’t", "despite", "rejects", "Urged", "fighting", "lamp", "St. Petersburg", "x",
    " ", ", ", ". ", "…", "\n", "’", ".", "\xa0",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_frames_are_those_of_a_slow_reference(text: str) -> None:
    """Cut the text into sentences, list the classes of each, and find their frames."""
    table = dict(line.split(",")[::-1] for line in read_data("cues.csv").splitlines()[1:])
    by_stem = {stem(word): cue_class for word, cue_class in table.items()}
    tokens = make_tokens(text, Gazetteer(["St. Petersburg"]))
    sentences: list[list[tuple[int, str]]] = [[]]
    for index, token in enumerate(tokens):
        gap = text[tokens[index - 1].end : token.start] if index else ""
        if set(gap) & set(".!?;:\n…"):
            sentences.append([])
        cue_class = by_stem.get(stem(token.word)) or ("NEG" if is_negator(token.word) else None)
        if cue_class:
            sentences[-1].append((index, cue_class))
    expected = [
        frame.name
        for sentence in map(join_cues, sentences)
        for frame in find_frames(tuple(cue_class for _, cue_class in sentence))
    ]
    assert [occurrence.feature for occurrence in frame_features(tokens)] == expected


def test_a_frame_names_the_two_words_it_came_from() -> None:
    tokens = make_tokens("They never really asked for the truce, this truce")
    assert list(frame_features(tokens)) == [
        ("NEG>ASK", 1, 3),
        ("ASK>STOP", 3, 6),
        ("NEG ASK STOP", 1, 6),
        ("against STOP", 1, 6),
    ]
