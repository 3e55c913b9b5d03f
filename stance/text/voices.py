"""Name whose voice each paragraph gives: the text's own, one it quotes, or one it attributes.

And, for tables, whether it leads its text.

A rule over quotation marks and a closed list of reporting words (``stance/data/reporting.csv``,
each with its reason); no grammar. It names who *could* answer for the words, not who is right, and
it errs: docs/how.md says how often.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from stance.columns import Columns
from stance.data import read_data
from stance.labels import KINDS, LABELLED_KINDS
from stance.text.words import WORD

VOICES: Final = ("own voice", "attributed", "quoted")
PLACES: Final = ("lead", "body")
"""The first paragraph or list item of a text with what stands above it, and the rest."""

_HALF: Final = 0.5  # of a paragraph's words, from which on the voice is not the text's own
# A sentence ends at . ! ? before a space and a capital, a digit or an opening quotation mark; but
# not after initials, titles and months.
_END: Final = re.compile(r"""[.!?]['"”’)\]]*\s+(?=["“‘(\[]?[A-Z0-9])""")
_ABBREVIATED: Final = re.compile(
    r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|St|Gen|Col|Lt|Sgt|Maj|Brig|Adm|Gov|Sen|Rep|Rev|Prof|No|vs"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec))\.\Z"
)
# What is opened and never closed is quoted to the end: a quotation of several paragraphs. A single
# mark opens only before a word and closes only after one, so that an apostrophe ("keeper's") does
# neither.
_OPENING: Final = re.compile(r"""[“"]|''|(?<!\w)‘|(?<![\w'])'(?=\w)""")
_CLOSING: Final = {
    "“": re.compile("”"),
    '"': re.compile('"'),
    "''": re.compile("''"),
    "‘": re.compile(r"’(?!\w)"),
    "'": re.compile(r"'(?!\w)"),
}
_MAX_IN_SINGLE_MARKS: Final = 2000  # characters; what is longer began with an apostrophe
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
    quoted = _mask(paragraph, _quotations(paragraph))
    reporting = bytearray(len(paragraph))  # 1 where a reporting word begins
    first_words = _phrases()
    for start, end in words:
        if paragraph[start:end].lower() in first_words and not quoted[start]:
            reporting[start] = _is_reporting(paragraph, start, end)
    attributed = _mask(
        paragraph,
        [(start, end) for start, end in _sentences(paragraph) if 1 in reporting[start:end]],
    )
    if sum(quoted[start] for start, _ in words) >= _HALF * len(words):
        return "quoted"
    if sum(quoted[start] | attributed[start] for start, _ in words) >= _HALF * len(words):
        return "attributed"
    return "own voice"


def add_columns(paragraphs: Columns, texts: Sequence[str], columns: Sequence[str]) -> Columns:
    """Add the columns "voice" (own, attributed, quoted) and "place" (lead, body) to results.

    Parameters
    ----------
    paragraphs : Columns
        One row per block, with columns ``paragraph`` and ``kind``, and ``row`` unless all are of
        one text.
    texts : sequence of str
        The text of each.
    columns : sequence of {"voice", "place"}
        Which to add, after ``row``.
    """
    arrays = dict(paragraphs.arrays)
    row = {"row": arrays.pop("row")} if "row" in arrays else {}
    added: dict[str, np.ndarray] = {}
    names: dict[str, tuple[str, ...]] = {}
    if "voice" in columns:
        added["voice"] = np.array(
            [VOICES.index(find_voice(text)) for text in texts], dtype=np.int64
        )
        names["voice"] = tuple(voice.removesuffix(" voice") for voice in VOICES)
    if "place" in columns:
        documents = row.get("row", np.zeros(len(texts), dtype=np.int64))
        added["place"], names["place"] = _find_places(arrays["kind"], documents), PLACES
    is_block = arrays["paragraph"] >= 0
    added = {column: np.where(is_block, values, -1) for column, values in added.items()}
    return Columns({**row, **added, **arrays}, {**paragraphs.names, **names})


def _find_places(kinds: np.ndarray, documents: np.ndarray) -> np.ndarray:
    """Return the code in `PLACES` of each block, from its kind and the number of its document.

    Below, a heading and two paragraphs follow each other.

    >>> kinds = np.array([KINDS.index(kind) for kind in ("heading", "paragraph", "paragraph")])
    >>> _find_places(kinds, np.array([7, 7, 7])).tolist()
    [0, 0, 1]
    """
    can_lead = np.isin(kinds, [KINDS.index(kind) for kind in LABELLED_KINDS])
    before: np.ndarray = np.cumsum(can_lead) - can_lead  # paragraphs before, in all documents
    starts = np.searchsorted(documents, documents)  # the first block of each one's document
    return np.asarray((before > before[starts]).astype(np.int64))


def _quotations(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each quotation, marks included.

    >>> text = "She said “stop”. The keeper's ‘no’ held"
    >>> [text[start:end] for start, end in _quotations(text)]
    ['“stop”', '‘no’']
    """
    offset = 0
    straight = (-1, -1)  # the next closing straight mark: no stretch is searched for it twice
    while opening := _OPENING.search(text, offset):
        offset, mark = opening.end(), opening.group()
        if mark != "'":
            end = _find_closing(text, mark, offset)[1]
        else:
            if straight[0] < offset:
                straight = _find_closing(text, mark, offset)
            closing, end = straight
            if closing == end or closing - offset > _MAX_IN_SINGLE_MARKS:
                continue  # nothing closes it: an apostrophe
        yield opening.start(), end
        offset = end


def _find_closing(text: str, mark: str, offset: int) -> tuple[int, int]:
    """Return where the mark that closes a quotation begins and ends; the end if there is none."""
    match = _CLOSING[mark].search(text, offset)
    return match.span() if match else (len(text), len(text))


def _mask(text: str, spans: Iterable[tuple[int, int]]) -> bytearray:
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
    import csv
    import io

    phrases: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(read_data("reporting.csv"))):
        phrases.setdefault(row["words"].split()[0], []).append(row["words"])
    return phrases
