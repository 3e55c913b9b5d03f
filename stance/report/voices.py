"""Name whose voice each paragraph gives: the text's own, one it quotes, or one it attributes.

A rule over quotation marks and a closed list of reporting words (``stance/data/reporting.csv``,
each with its reason); no grammar. It names who *could* answer for the words, not who is right, and
it errs: docs/how.md says how often.
"""

from __future__ import annotations

import csv
import io
import re
from functools import lru_cache
from typing import Final

from stance.data import read_data
from stance.text.words import WORD

VOICES: Final = ("own voice", "attributed", "quoted")

_HALF: Final = 0.5  # of a paragraph's words, from which on the voice is not the text's own
# A sentence ends at . ! ? before a space and a capital, a digit or an opening quotation mark; but
# not after initials, titles and months.
_END: Final = re.compile(r"""[.!?]['"”’)\]]*\s+(?=["“‘(\[]?[A-Z0-9])""")
_ABBREVIATED: Final = re.compile(
    r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|St|Gen|Col|Lt|Sgt|Maj|Brig|Adm|Gov|Sen|Rep|Rev|Prof|No|vs"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec))\.\Z"
)
# What is opened and never closed is quoted to the end: a quotation of several paragraphs.
_QUOTED: Final = re.compile(
    r"""
      “ [^”]* (?: ” | \Z )                      # curly double marks
    | " [^"]* (?: " | \Z )                      # straight ones open and close in turn
    | '' (?: (?!'') . )* (?: '' | \Z )          # two single ones
    # A single mark opens only before a word and closes only after one, so that an apostrophe
    # ("keeper's") does neither.
    | (?<! \w ) ‘ (?: [^’] | ’ (?=\w) )* (?: ’ | \Z )
    | (?<! [\w'] ) ' (?=\w) (?: [^'] | ' (?=\w) ){0,2000} ' (?!\w)
    """,
    re.DOTALL | re.VERBOSE,
)
_OWN: Final = re.compile(r"\b(?:I|we|We)(?: \w+)? \Z")  # "I have argued": the author speaks
_NEAR: Final = 20  # characters before a reporting word that show whose it is
# "a motion calling for" only describes the motion: a word in -ing reports only after a comma or a
# form of "be" (", saying").
_PARTICIPLE: Final = re.compile(
    r"(?:,|\b(?:is|are|was|were|been|be|while|by)(?: \w+ly| also| now| not)?)\s+\Z"
)


def find_voice(paragraph: str) -> str:
    """Name the voice of a paragraph: "quoted", "attributed" or "own voice".

    Parameters
    ----------
    paragraph : str
        One paragraph.

    Returns
    -------
    str
        "quoted" if at least half of the words stand in quotation marks; "attributed" if at least
        half stand in quotation marks or in a sentence with a reporting word; else "own voice". One
        of `VOICES`.

    Examples
    --------
    >>> find_voice("“Stop it now,” she said.")
    'quoted'
    >>> find_voice("The harbour master said that the truce would hold. It began at noon.")
    'attributed'
    >>> find_voice("The truce began at noon. Both keepers had signed.")
    'own voice'
    """
    words = [match.span() for match in WORD.finditer(paragraph)]
    if not words:
        return "own voice"
    quoted = _mask(paragraph, [match.span() for match in _QUOTED.finditer(paragraph)])
    reporting = [
        start for start, end in words if not quoted[start] and _is_reporting(paragraph, start, end)
    ]
    attributed = _mask(
        paragraph,
        [
            (start, end)
            for start, end in _sentences(paragraph)
            if any(start <= offset < end for offset in reporting)
        ],
    )
    if sum(quoted[start] for start, _ in words) >= _HALF * len(words):
        return "quoted"
    if sum(quoted[start] | attributed[start] for start, _ in words) >= _HALF * len(words):
        return "attributed"
    return "own voice"


def _mask(text: str, spans: list[tuple[int, int]]) -> bytearray:
    """Return 1 for each character within a span, else 0."""
    mask = bytearray(len(text))
    for start, end in spans:
        mask[start:end] = b"\1" * (end - start)
    return mask


def _sentences(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each sentence."""
    starts = [0]
    starts += [
        match.end()
        for match in _END.finditer(text)
        if not _ABBREVIATED.search(text[max(0, match.start() - 5) : match.start() + 1])
    ]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _is_reporting(text: str, start: int, end: int) -> bool:
    """Return whether the word reports what somebody other than "I" or "we" says."""
    word = text[start:end].lower()
    phrases = _phrases().get(word, ())
    if not any(text[start : start + len(phrase)].lower() == phrase for phrase in phrases):
        return False
    before = text[max(0, start - _NEAR) : start]
    participle = text[start:end].endswith("ing") and word != "according"
    return not _OWN.search(before) and (not participle or bool(_PARTICIPLE.search(before)))


@lru_cache(maxsize=1)
def _phrases() -> dict[str, list[str]]:
    """Return the reporting words by their first word."""
    phrases: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(read_data("reporting.csv"))):
        phrases.setdefault(row["words"].split()[0], []).append(row["words"])
    return phrases
