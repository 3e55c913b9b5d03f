"""Split a document into paragraphs, headings, list items, captions and credits, keeping where each came from.

Nothing is cleaned: ``document[block.start:block.end]`` is the block, in the user's own characters. A block never begins or
ends with white space, and blocks neither overlap nor leave out a word, except for the marks of bullets, headings and
quotations, and lines without any letter or digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple


class Paragraph(NamedTuple):
    """A block of a document: ``document[start:end]`` is its text, `kind` one of `stance.KINDS`."""

    start: int
    end: int
    kind: str


class _Line(NamedTuple):
    start: int  # of the first character that is not white space or a quotation mark of Markdown
    end: int
    indent: int
    mark: str  # "bullet", "heading" or ""


_QUOTED: Final = re.compile(r"(?:>[ \t]?)+")
_BULLET: Final = re.compile(
    r"(?:[•◦▪▫‣⁃●○■□·∙*+–—-]|\(?\d{1,2}[.)]|\(?[a-zA-Z]\))[ \t\u00a0]+(?=\S)"
)
_HASH: Final = re.compile(r"#{1,6}[ \t]+")
_RULE: Final = re.compile(r"[\W_]*\Z")

_AGENCIES: Final = (
    r"reuters|afp|ap|ap photo|associated press|getty(?: images)?|epa|efe|dpa|anadolu(?: agency| ajansı)?|xinhua|shutterstock|alamy"
    r"|pa(?: wire| media)?|upi|tass|bloomberg|unsplash|wikimedia(?: commons)?|ansa|kyodo|zuma|imago|file photo"
)
_CAPTION: Final = re.compile(
    rf"(?:photo(?:graph)?|image|picture|pic|caption)s?\s*(?:credit|caption)?\s*:\s|"
    rf".*[(\[](?:[^()\[\]]*[/\s])?(?:photo(?:graph)?s?\s*(?:by|:)?\s*)?(?:{_AGENCIES})\b[^()\[\]]*[)\]]\.?\Z|"
    rf".*\b(?:photo(?:graph)?|image|picture)\s*:\s*\S[^.]{{0,60}}\Z",
    re.IGNORECASE | re.DOTALL,
)
_CREDIT: Final = re.compile(
    r"\(?(?:data |photo |image )?(?:sourced?(?: from)?|sources|credits?)\s*:\s(?!.*\b(?:has|have|is|are|was|were|will|would|says?|said)\b)|"
    r"\(?(?:additional |further )?"
    r"(?:report(?:ing)?|writing|written|editing|edited|words|text|translat(?:ion|ed)|compiled|photography|photos?) by\s|"
    r"by (?-i:(?:[A-Z][\w.’'-]+\s?)|and ){1,6}(?:(?:,| and | in |\|).{0,60})?\Z|"
    r"(?:©|\(c\)|copyright (?:©|\d{4}))|all rights reserved",
    re.IGNORECASE,
)
_BYLINE: Final = re.compile(r"by\s", re.IGNORECASE)
_TERMINAL: Final = re.compile(r"[.!?…。؟][\"'”’»)\]]*\Z")
_MINOR: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "nor",
        "of",
        "off",
        "on",
        "or",
        "over",
        "per",
        "the",
        "to",
        "up",
        "via",
        "vs",
        "with",
    ]
)

_HEADING_WORDS: Final = 14
_CREDIT_WORDS: Final = 9
_WRAP_WIDTH: Final = 132  # no hard-wrapped text is set wider; a line beyond it is a whole paragraph


def split_paragraphs(document: str) -> list[Paragraph]:
    """Split a document into blocks.

    Parameters
    ----------
    document : str
        Plain text with any line ends: paragraphs parted by blank lines, or one a line, or indented; hard-wrapped or not;
        with bullets, Markdown headings and quotations.

    Returns
    -------
    list of Paragraph
        In order. A document of one line is one paragraph, whatever it looks like, unless it is marked otherwise.

    Examples
    --------
    >>> document = "Talks Resume\\n\\nEnvoys met on Monday.\\n\\n• A truce was discussed."
    >>> [(document[start:end], kind) for start, end, kind in split_paragraphs(document)]
    [('Talks Resume', 'heading'), ('Envoys met on Monday.', 'paragraph'), ('A truce was discussed.', 'list item')]
    """
    runs = [run for group in _groups(document) for run in _runs(document, group)]
    kinds = [_kind(document, run, len(runs) == 1) for run in runs]
    below = [kind in ("paragraph", "list item") for kind in kinds]
    for at, run in enumerate(
        runs
    ):  # a heading stands over something; lines without a full stop that do not are paragraphs
        if kinds[at] == "heading" and not run[0].mark and not any(below[at:]):
            kinds[at] = "paragraph"
    return [
        Paragraph(run[0].start, run[-1].end, kind) for run, kind in zip(runs, kinds, strict=True)
    ]


def _lines(document: str) -> Iterator[_Line | None]:
    """Yield the lines that hold a letter or digit; None for a line that does not, which parts paragraphs."""
    at = 0
    for raw in document.splitlines(keepends=True):
        yield _line(document, at, at + len(raw))
        at += len(raw)


def _line(document: str, start: int, end: int) -> _Line | None:
    raw = document[start:end]
    first = start + len(raw) - len(raw.lstrip())
    last = start + len(raw.rstrip())
    indent = first - start
    quoted = _QUOTED.match(document, first, last)
    if quoted:
        first, indent = quoted.end(), 0
        first += len(document[first:last]) - len(document[first:last].lstrip())
    if first >= last or _RULE.match(document, first, last):
        return None
    for mark, pattern in (("heading", _HASH), ("bullet", _BULLET)):
        found = pattern.match(document, first, last)
        if found and not _RULE.match(document, found.end(), last):
            return _Line(found.end(), last, indent, mark)
    return _Line(first, last, indent, "")


def _groups(document: str) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    for line in _lines(document):
        if line is None:
            if group:
                yield group
            group = []
        else:
            group.append(line)
    if group:
        yield group


def _runs(document: str, group: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Part the lines of a group into blocks: wrapped lines stay together, others stand alone."""
    wrapped = _is_wrapped(document, group)
    margin = min(line.indent for line in group)
    run: list[_Line] = []
    for line in group:
        if run and (
            line.mark or run[-1].mark == "heading" or not _continues(run, line, wrapped, margin)
        ):
            yield run
            run = []
        run.append(line)
    yield run


def _continues(run: Sequence[_Line], line: _Line, wrapped: bool, margin: int) -> bool:
    if run[0].mark == "bullet":  # a hanging line belongs to its bullet
        return line.indent > run[0].indent or wrapped
    return wrapped and not (line.indent > margin and line.indent > run[-1].indent)


def _is_wrapped(document: str, group: Sequence[_Line]) -> bool:
    """Tell whether a group is running text cut at a width: narrow lines, most of which end inside a sentence."""
    body = [line for line in group if not line.mark]
    if len(group) < 2 or any(line.end - line.start > _WRAP_WIDTH for line in body):
        return False
    inner = group[:-1]
    open_ended = sum(not _TERMINAL.search(document, line.start, line.end) for line in inner)
    width = max(line.end - line.start for line in group)
    full = sum(line.end - line.start >= 0.6 * width for line in inner)
    return width >= 30 and open_ended * 2 > len(inner) and full * 2 >= len(inner)


def _kind(document: str, run: Sequence[_Line], alone: bool) -> str:
    if run[0].mark:
        return "heading" if run[0].mark == "heading" else "list item"
    text = document[run[0].start : run[-1].end]
    if alone or len(text) > 400:  # no caption, credit or heading runs on so long
        return "paragraph"
    if (
        len(text.split()) <= _CREDIT_WORDS
        and _CREDIT.match(text)
        and (not _BYLINE.match(text) or not _TERMINAL.search(text))
    ):
        return "credit"
    if _CAPTION.match(text):
        return "caption"
    return "heading" if _is_heading(text) else "paragraph"


def _is_heading(text: str) -> bool:
    """Tell whether a line stands over what follows: short, no full stop, in title case or ended by a colon.

    >>> [_is_heading(line) for line in ("Fury in the Capital", "Key points:", "Talks went on.", "they just want it to stop")]
    [True, True, False, False]
    """
    words = re.findall(r"\w+(?:['’]\w+)*", text)
    if (
        len(words) > _HEADING_WORDS
        or _TERMINAL.search(text)
        or text[-1] in ',;"”»'
        or text[0] in '"“«‘'
    ):
        return False
    if text.endswith(":"):
        return True
    major = [word for word in words if word.lower() not in _MINOR]
    capital = sum(not word[0].islower() for word in major)
    return (bool(major) and capital >= 0.75 * len(major)) or (
        len(words) <= 6 and words[0][0].isupper()
    )
