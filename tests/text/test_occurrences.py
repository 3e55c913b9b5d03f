"""Features found in many paragraphs at once are those of each, in the same order."""

import pytest
from conftest import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.text import occurrences
from stance.text.features import block_features
from stance.text.occurrences import FeatureFinder, number_rows
from stance.text.tokens import Gazetteer, make_tokens

GAZETTEER = Gazetteer(["Sudan", "South Sudan"])
LEXICON = {"good": 2, "truce": 1, "bad": -1}
RANGES = {"words": (1, 3), "characters": (2, 4), "valence": (1, 1), "frames": (2, 2)}
TEXTS = st.text(alphabet="truce no bad!. ", max_size=40) | st.sampled_from(
    [*HOSTILE, "No truce. They refused a truce with South Sudan.", "never good, not bad"]
)


@pytest.mark.parametrize("block", RANGES)
@given(texts=st.lists(TEXTS, max_size=4), leave_out=st.integers(2, 5))
@settings(deadline=None)
def test_many_paragraphs_have_the_features_of_each(
    block: str, texts: list[str], leave_out: int
) -> None:
    paragraphs = [make_tokens(text, GAZETTEER) for text in texts]
    by_paragraph = [
        list(block_features(block, tokens, RANGES[block], LEXICON)) for tokens in paragraphs
    ]
    features = sorted({feature for occurrences in by_paragraph for feature, _, _ in occurrences})
    columns = {name: 7 + number for number, name in enumerate(features) if number % leave_out}
    occurrences = FeatureFinder(block, RANGES[block], columns, LEXICON).find(paragraphs)
    row, start = number_rows(paragraphs), 0
    for number, (tokens, expected) in enumerate(zip(paragraphs, by_paragraph, strict=True)):
        here = row[occurrences.first] == number if len(occurrences.first) else []
        assert [*zip(*(values[here].tolist() for values in occurrences), strict=True)] == [
            (columns[feature], start + first, start + last)
            for feature, first, last in expected
            if feature in columns
        ]
        start += len(tokens)


def test_few_words_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occurrences, "REMEMBERED_WORDS", 2)
    finder = FeatureFinder("characters", (1, 1), {"a": 0, "b": 1})
    tokens = make_tokens("a b ab ba " + "b" * 1000)
    assert finder.find([tokens]).column.tolist() == [0, 1, 0, 1, 1, 0, *[1] * 64]
    assert len(finder._columns_of_words) <= 2
    assert max(map(len, finder._columns_of_words)) == 64
