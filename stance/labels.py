"""All labels, kinds and statuses, what they mean, and the sentiment of each tone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

STANCES: Final = ("pro-ceasefire", "opposed", "neutral")
TONES: Final = ("hopeful", "neutral", "alarmed", "angry", "mournful")
SENTIMENTS: Final = ("positive", "neutral", "negative")
KINDS: Final = ("paragraph", "heading", "list item", "caption", "credit", "boilerplate")
LABELLED_KINDS: Final = frozenset({"paragraph", "list item"})
STATUSES: Final = (
    "labelled",
    "skipped",
    "empty",
    "missing",
    "not text",
    "too long",
    "unfamiliar",
    "language",
)
LANGUAGES: Final = (
    "English", "Spanish", "French", "German", "Italian", "Portuguese", "Catalan", "Dutch",
    "Swedish", "Danish", "Norwegian", "Finnish", "Polish", "Czech", "Croatian", "Romanian",
    "Hungarian", "Turkish", "Indonesian", "Vietnamese", "Swahili", "Russian", "Ukrainian",
    "Bulgarian", "Serbian", "Arabic", "Persian", "Urdu", "Greek", "Hebrew", "Hindi",
    "Chinese", "Japanese", "Korean", "Bengali", "Thai", "Georgian", "Armenian",
)  # fmt: skip
"""The languages that can be named where a paragraph is not in the language of the model."""

MEANINGS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "stance": MappingProxyType(
            {
                "pro-ceasefire": "conveys that the fighting should stop, or the deal be made",
                "opposed": "conveys that the fighting should not stop, "
                "now or on the terms on offer",
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
                "skipped": "a heading, caption, credit or boilerplate, which is not labelled "
                "unless asked",
                "empty": "the text contains no word",
                "missing": "there is no text: None, NaN or NA",
                "not text": "the cell contains something that is not a string",
                "too long": "the cell contains more characters than the limit "
                "(by default a million)",
                "unfamiliar": "too few of its words occur in the training paragraphs: "
                "only names and numbers, say, or a language that is not recognised",
                "language": "it is in another language than the model, and column language "
                "names it",
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
    """Return the sentiment of a tone.

    >>> [sentiment_of(tone) for tone in TONES]
    ['positive', 'neutral', 'negative', 'negative', 'negative']
    """
    return _SENTIMENT_OF_TONE[tone]


def sentiment_signs(tones: Iterable[str]) -> dict[str, float]:
    """Return the sign of each tone's sentiment: 1 for positive, -1 for negative.

    >>> sentiment_signs(["hopeful", "neutral", "angry"])
    {'hopeful': 1.0, 'neutral': 0.0, 'angry': -1.0}
    """
    signs = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}
    return {tone: signs[_SENTIMENT_OF_TONE[tone]] for tone in tones}


def sentiment_score(tone_probabilities: Mapping[str, float]) -> float:
    """Return a number from -1 to 1: ``p_hopeful - p_alarmed - p_angry - p_mournful``.

    >>> sentiment_score({"hopeful": 0.5, "neutral": 0.25, "angry": 0.25})
    0.25
    """
    return sum(
        sign * tone_probabilities[tone]
        for tone, sign in sentiment_signs(tone_probabilities).items()
    )
