"""Name the kind of a block that has no mark of its own: a paragraph, heading, caption or credit.

The rules are asked in this order, and the first that holds decides:

1. A block that is the whole document, or too long for anything else, is a paragraph.
2. A credit says who wrote or gave something: "Source: Harbour Office", "By Ann Lee". It is short.
3. A caption says who took or gave a picture: "Photo: Ann Lee", "A lamp burns. [Getty Images]".
4. A heading is short, ends no sentence, and is in title case, very short, or ended by a colon.
5. Anything else is a paragraph.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from stance.text.words import WORD

_MAX_CHARACTERS: Final = 400  # of a heading, caption or credit
_MAX_HEADING_WORDS: Final = 14
_MAX_CREDIT_WORDS: Final = 9
_SHORT_HEADING_WORDS: Final = 6  # so few need no title case: "Strikes resume", "What we know"
_TITLE_CASE: Final = 0.75  # of the words that title case writes large

# A sentence ends with one of these marks, and perhaps with marks that close a quotation or bracket.
_SENTENCE_ENDS: Final = (".", "!", "?", "…", "。", "؟")
_CLOSING: Final = "\"'”’»)]"
_BYLINE: Final = re.compile(r"by\s", re.IGNORECASE)

_AGENCIES: Final = r"""
    reuters|afp|ap|ap\ photo|associated\ press|getty(?:\ images)?|epa|efe|dpa
    |anadolu(?:\ agency|\ ajansı)?|xinhua|shutterstock|alamy|pa(?:\ wire|\ media)?|upi|tass
    |bloomberg|unsplash|wikimedia(?:\ commons)?|ansa|kyodo|zuma|imago|file\ photo
"""
# `*+` and `++` never give back what they matched, so that no pattern takes more than one way
# through a run of spaces or letters.
#
# At the beginning: Photo: Ann Lee    Picture caption: the harbour    Pictures: the lamps
_CAPTION_LABEL: Final = re.compile(
    r"(?:photo(?:graph)?|image|picture|pic|caption)s?\s*+(?:(?:credit|caption)\s*+)?:\s",
    re.IGNORECASE,
)
# At the end, after a colon, a name: A lamp burns. Photo: Ann Lee
_LAST_NAME: Final = re.compile(r":\s*+\S[^.]{0,60}\Z")  # soon decides, for nearly every text
_PICTURE_BY: Final = re.compile(
    rf"\b(?:photo(?:graph)?|image|picture)\s*+{_LAST_NAME.pattern}", re.IGNORECASE
)
# At the end, in brackets, an agency: A lamp burns. (Reuters / A. Keeper)    [Photo by AP]
_LAST_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*+)[)\]]\.?\Z")
# This one and the next are compiled when they are first used, which `re` remembers: they would take
# a millisecond or two of each start.
_AGENCY: Final = rf"""
    (?:\A|[/\s]) (?: photo(?:graph)?s? \s*+ (?: (?:by|:) \s*+ )? )? (?:{_AGENCIES})\b
"""
_CREDIT: Final = r"""
    # Source: Harbour Office    Photo credits: A. Keeper    not: Sources: the truce will hold
    \(? (?:data\ |photo\ |image\ )?
      (?:sourced?(?:\ from)?|sources|credits?) \s* :\s
      (?! .* \b(?:has|have|is|are|was|were|will|would|says?|said)\b )

    # Additional reporting by the harbour desk    Edited by Bo Marsh
    | \(? (?:additional\ |further\ )?
      (?:report(?:ing)?|writing|written|editing|edited|words|text|translat(?:ion|ed)|compiled
        |photography|photos?)
      \ by\s

    # By Ann Lee and Bo Marsh    By Ann Lee, the harbour desk    by ANN LEE | 4 June
    | by\ (?-i: [A-Z][\w.’'-]++\s? | and\ ){1,6}
      (?: (?:,|\ and\ |\ in\ |\|) .{0,60} )? \Z

    # © The Harbour Bell    Copyright 2024    All rights reserved
    | (?: © | \(c\) | copyright\ (?:©|\d{4}) )
    | all\ rights\ reserved
"""
# How a credit begins: few blocks do, and no other is compared with the pattern above.
_MAY_BE_CREDIT: Final = re.compile(
    r"[(©]|by|so|cr|da|ph|im|ad|fu|re|wr|ed|wo|te|tr|co|al", re.IGNORECASE
)
# Words that title case writes small: the Lamp *and* the Bell.
_MINOR: Final = frozenset(
    {
        "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "off",
        "on", "or", "over", "per", "the", "to", "up", "via", "vs", "with",
    }
)  # fmt: skip


def find_kind(text: str, *, alone: bool) -> str:
    """Name the kind of a block without a bullet or the mark of a heading.

    Parameters
    ----------
    text : str
        The text of the block, without white space around it.
    alone : bool
        Whether the block is the whole document.

    Returns
    -------
    {"paragraph", "credit", "caption", "heading"}

    Examples
    --------
    >>> texts = ("By Ann Lee", "Photo: Ann Lee", "Fury in the Capital", "Talks went on.")
    >>> [find_kind(text, alone=False) for text in texts]
    ['credit', 'caption', 'heading', 'paragraph']
    """
    if alone or len(text) > _MAX_CHARACTERS:
        return "paragraph"
    if _is_credit(text):
        return "credit"
    if _is_caption(text):
        return "caption"
    return "heading" if _is_heading(text) else "paragraph"


def ends_sentence(text: str, start: int, end: int) -> bool:
    """Return whether ``text[start:end]`` ends with a full stop or the like, and closing marks.

    >>> [ends_sentence(text, 0, len(text)) for text in ("“Stop.”", "Stop, she")]
    [True, False]
    """
    return text[start:end].rstrip(_CLOSING).endswith(_SENTENCE_ENDS)


def _is_credit(text: str) -> bool:
    if not _MAY_BE_CREDIT.match(text):
        return False
    if len(text.split(maxsplit=_MAX_CREDIT_WORDS)) > _MAX_CREDIT_WORDS:
        return False
    if not re.match(_CREDIT, text, re.IGNORECASE | re.VERBOSE):
        return False
    # "By Noon It Was Over." is a sentence.
    return not (_BYLINE.match(text) and ends_sentence(text, 0, len(text)))


def _is_caption(text: str) -> bool:
    """Return whether a block says whose picture it stands under.

    >>> [_is_caption(text) for text in ("Photo: Ann Lee", "A lamp. (Reuters)", "A lamp (lit)")]
    [True, True, False]
    """
    if ":" in text and (
        _CAPTION_LABEL.match(text) or (_LAST_NAME.search(text) and _PICTURE_BY.search(text))
    ):
        return True
    brackets = text.endswith((")", "]", ").", "].")) and _LAST_BRACKETS.search(text)
    return bool(brackets and re.search(_AGENCY, brackets[1], re.IGNORECASE | re.VERBOSE))


def _is_heading(text: str) -> bool:
    """Return whether a block stands over what follows it.

    >>> [_is_heading(text) for text in ("Fury in the Capital", "Key points:", "What we know")]
    [True, True, True]
    >>> [_is_heading(text) for text in ("Talks went on.", "they just want it to stop")]
    [False, False]
    """
    if ends_sentence(text, 0, len(text)) or text[-1] in ',;"”»' or text[0] in '"“«‘':
        return False
    words = [text]  # what a text of letters and digits only is
    if not text.isalnum():
        words = [match[0] for match in islice(WORD.finditer(text), _MAX_HEADING_WORDS + 1)]
    if len(words) > _MAX_HEADING_WORDS:
        return False
    if text.endswith(":"):
        return True
    major = [word for word in words if word.lower() not in _MINOR]
    n_capital = sum(not word[0].islower() for word in major)
    if major and n_capital >= _TITLE_CASE * len(major):
        return True
    return len(words) <= _SHORT_HEADING_WORDS and words[0][0].isupper()
