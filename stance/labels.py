"""The closed sets of stances and tones, what each means, and the sentiment of a tone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

STANCES: Final = ("pro-ceasefire", "opposed", "neutral")
TONES: Final = ("hopeful", "neutral", "alarmed", "angry", "mournful")
SENTIMENTS: Final = ("positive", "neutral", "negative")
KINDS: Final = ("paragraph", "heading", "list item", "caption", "credit")
LABELLED_KINDS: Final = frozenset({"paragraph", "list item"})
STATUSES: Final = ("labelled", "skipped", "empty", "missing", "not text", "too long", "unfamiliar")

MEANINGS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "stance": MappingProxyType(
            {
                "pro-ceasefire": "conveys that the fighting should stop, or the deal be made",
                "opposed": "conveys that the fighting should not stop, now or on the terms on offer",
                "neutral": "conveys neither",
            }
        ),
        "tone": MappingProxyType(
            {
                "hopeful": "optimism, relief, welcome, praise of progress",
                "neutral": "factual, measured, procedural",
                "alarmed": "warning, fear, urgency, looming disaster",
                "angry": "accusation, condemnation, contempt, defiance",
                "mournful": "grief, suffering, loss, despair",
            }
        ),
        "status": MappingProxyType(
            {
                "labelled": "the paragraph has its labels",
                "skipped": "a heading, caption or credit, which is not labelled unless asked",
                "empty": "the text holds no word",
                "missing": "there is no text: None, NaN or NA",
                "not text": "the cell holds something that is not a string",
                "too long": "the cell holds more characters than the run takes (a million, unless told)",
                "unfamiliar": "too few of its words occur in the seeds to label it: another language, say, or names and numbers only",
            }
        ),
    }
)

_SENTIMENT_OF_TONE: Final = MappingProxyType(
    {
        "hopeful": "positive",
        "neutral": "neutral",
        "alarmed": "negative",
        "angry": "negative",
        "mournful": "negative",
    }
)


def sentiment_of(tone: str) -> str:
    """Name the sentiment that follows from a tone.

    >>> [sentiment_of(tone) for tone in TONES]
    ['positive', 'neutral', 'negative', 'negative', 'negative']
    """
    return _SENTIMENT_OF_TONE[tone]


def sentiment_signs(tones: Iterable[str]) -> dict[str, float]:
    """Give the sign of each tone's sentiment: 1 for positive, -1 for negative.

    >>> sentiment_signs(["hopeful", "neutral", "angry"])
    {'hopeful': 1.0, 'neutral': 0.0, 'angry': -1.0}
    """
    signs = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}
    return {tone: signs[_SENTIMENT_OF_TONE[tone]] for tone in tones}


def sentiment_score(tone_probabilities: Mapping[str, float]) -> float:
    """Weigh the tones into one number from -1 to 1: hopeful minus alarmed, angry and mournful.

    >>> sentiment_score({"hopeful": 0.75, "neutral": 0.25, "alarmed": 0.0, "angry": 0.0, "mournful": 0.0})
    0.75
    """
    return sum(
        sign * tone_probabilities[tone]
        for tone, sign in sentiment_signs(tone_probabilities).items()
    )
