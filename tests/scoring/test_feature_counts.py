"""Features counted for many paragraphs at once are those counted one paragraph at a time."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.scoring.arrays import BlockArrays
from stance.scoring.feature_counts import COUNTS, WordArrays
from stance.scoring.heads import FeatureBlock
from stance.text.tokens import SIDE, Token

WORDS = [SIDE, "no", "truce", "now", "deal", "reject"]
TOKENS = [Token(word, word, 0, 0) for word in WORDS]
FEATURES = {
    "words": ["no", "truce", "no truce", "no truce now", SIDE, f"{SIDE} no", "deal now"],
    "characters": ["no", "now", " no", "uc", "al ", "dea"],
    "valence": ["+", "+1", "-", "-1", "negator", "not -", "not -1", "not +", "not +1"],
    "frames": ["NEG>STOP", "STOP>REFUSE", "NEG REFUSE STOP", "for STOP", "bare PEACE", "NOW>NEG"],
}
LEXICON = {"truce": 1, "deal": -1}
ANY_WORD = st.integers(0, len(WORDS) - 1)


@pytest.mark.parametrize("name", FEATURES)
@given(paragraphs=st.lists(st.lists(st.tuples(ANY_WORD, st.booleans()), max_size=8), max_size=6))
def test_counts_are_those_of_each_paragraph(
    name: str, paragraphs: list[list[tuple[int, bool]]]
) -> None:
    features = FEATURES[name]
    one_by_one = FeatureBlock(name, (1, 3), tuple(features), first=0, lexicon=LEXICON)
    rows = np.ones((1, len(features), 2))
    block = BlockArrays(name, (1, 3), features, np.zeros(1, dtype=np.int32), rows, LEXICON)
    row = np.repeat(np.arange(len(paragraphs)), [len(paragraph) for paragraph in paragraphs])
    words = [word for paragraph in paragraphs for word in paragraph]
    token, begins_sentence = np.asarray(words, dtype=np.int64).reshape(-1, 2).T
    arrays = WordArrays(row, token, begins_sentence.astype(bool))
    counts = COUNTS[name](block).count(arrays, TOKENS, len(paragraphs)).toarray()
    for paragraph, counted in zip(paragraphs, counts, strict=True):
        paragraph_tokens = [
            TOKENS[word]._replace(begins_sentence=begins) for word, begins in paragraph
        ]
        expected = Counter(one_by_one.occurrences([paragraph_tokens])[0].tolist())
        assert counted.tolist() == [expected[column] for column in range(len(features))]


def test_a_feature_that_occurs_twice_is_refused() -> None:
    rows = np.ones((1, 2, 2))
    block = BlockArrays("words", (1, 1), ["no", "no"], np.zeros(1, dtype=np.int32), rows, None)
    with pytest.raises(ValueError, match=r"^`features` must each occur once\.$"):
        COUNTS["words"](block)
