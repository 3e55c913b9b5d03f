"""What each result column is, in a sentence, for the sheet that explains a workbook."""

from __future__ import annotations

import re
from typing import Final

_MEANINGS: Final = {
    "row": "number of the row of your table that this one is about, from 0",
    "text": "the text that was labelled, from your own table",
    "voice": "own, attributed or quoted: whose words most of the text gives, by a rule that errs",
    "place": "lead for the first paragraph of a cell and what stands above it, else body",
    "digest": "SHA-256 of the text that was labelled, in UTF-8",
    "paragraph": "number of the paragraph in its cell, from 0",
    "paragraphs": "number of blocks of the text",
    "labelled": "how many of them have labels",
    "start": "where the text begins in its cell, in characters from 0",
    "end": "where it ends in its cell; this character is no longer part of it",
    "kind": "paragraph, list item, heading, caption, credit or boilerplate; only the first two "
    "are labelled",
    "sentiment": "positive, neutral or negative; follows from the tone",
    "sentiment_score": "from -1 to 1: probability of a hopeful tone minus those of the negative "
    "tones",
    "familiarity": "share of its words that the model has seen in training",
    "status": "labelled, or why there is no label",
    "language": "where it is not in the language of the model, the language that it is in",
    "stance": "the position toward a ceasefire that the text conveys; not what its author believes",
    "tone": "the emotional register of the text",
}
_PATTERNS: Final = (
    (re.compile(r"(.+)_probability"), "calibrated probability that the {} given is right"),
    (re.compile(r"(.+)_uncertain"), "TRUE where another {} is plausible too: read it yourself"),
    (re.compile(r"(.+)_uncertain_share"), "share of its labelled paragraphs whose {} is uncertain"),
    (re.compile(r"(.+)_p_(.+)"), "calibrated probability that the {} is {}"),
    (re.compile(r"(.+)_share_(.+)"), "share of its labelled paragraphs whose {} is {}"),
)


def column_meaning(column: str) -> str:
    """Return what a result column is.

    >>> column_meaning("stance_p_opposed")
    'calibrated probability that the stance is opposed'
    """
    if column in _MEANINGS:
        return _MEANINGS[column]
    for pattern, meaning in _PATTERNS:
        match = pattern.fullmatch(column)
        if match:
            return meaning.format(*match.groups())
    return f"the {column} of the text"
