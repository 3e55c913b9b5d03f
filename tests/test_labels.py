"""The closed sets."""

import pytest

from stance import labels


def test_every_label_says_what_it_means() -> None:
    assert set(labels.MEANINGS["stance"]) == set(labels.STANCES)
    assert set(labels.MEANINGS["tone"]) == set(labels.TONES)
    assert set(labels.MEANINGS["status"]) == set(labels.STATUSES)


@pytest.mark.parametrize(
    ("tone", "score"),
    [("hopeful", 1.0), ("neutral", 0.0), ("angry", -1.0), ("alarmed", -1.0), ("mournful", -1.0)],
)
def test_sentiment_score_of_a_certain_tone(tone: str, score: float) -> None:
    assert labels.sentiment_score({name: float(name == tone) for name in labels.TONES}) == score
