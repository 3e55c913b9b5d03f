"""Split a document into blocks: paragraphs, headings, list items, captions, credits, boilerplate.

Nothing is cleaned: ``document[block.start:block.end]`` is the block, in the user's own characters.
A block never begins or ends with white space. Blocks do not overlap, and every word is in one. Only
the marks of bullets, headings and quotations, and lines without any letter or digit, are left out.

How the lines of a document become blocks:

1. A line without any letter or digit (blank, ``---``, ``***``) ends a *group* of lines.
2. Inside a group, a bullet or the mark of a heading begins a block.
3. Any other line of a group is a block of its own, unless the group is *wrapped*: running text that
   was cut at a width. Its lines form one block; an indented line begins the next.
4. A line below a bullet belongs to it if it is indented more than the bullet, or wrapped.

What kind a block without a mark is, `stance.text.kinds` decides, and `stance.text.boilerplate` what
is no part of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stance.text.boilerplate import refine_kinds
from stance.text.kinds import ends_sentence, find_kind

_QUOTATION_MARK: Final = re.compile(r"(?:>[ \t]?)+")  # Markdown's, as is the next
_HEADING_MARK: Final = re.compile(r"#{1,6}[ \t]+")
_BULLET: Final = re.compile(
    r"(?:[•◦▪▫‣⁃●○■□·∙*+–—-]|\(?\d{1,2}[.)]|\(?[a-zA-Z]\))[ \t\u00a0]+(?=\S)"
)
_MAY_BE_MARK: Final = re.compile(r"[>#•◦▪▫‣⁃●○■□·∙*+–—(\d-]|[a-zA-Z]\)")
"""How a line with one of the marks above begins. Few lines do; no other is searched for marks."""
_LETTER_OR_DIGIT: Final = re.compile(r"[^\W_]")

_KINDS: Final = {"bullet": "list item", "heading": "heading", "": None}  # by mark
_BODY: Final = ("paragraph", "list item")  # the kinds that a heading stands over

_MAX_WRAP_WIDTH: Final = 132  # no wrapped text is set wider; a longer line is a whole paragraph
_MIN_WRAP_WIDTH: Final = 30  # nor narrower: such lines are verses, addresses or tables
_FULL: Final = 0.6  # of the longest line; a line of that length ends where there was no more room


class Paragraph(NamedTuple):
    """A block of a document: ``document[start:end]`` is its text, `kind` one of `stance.KINDS`."""

    start: int
    end: int
    kind: str


class _Line(NamedTuple):
    start: int  # after white space and marks
    end: int  # before white space
    indent: int  # characters of white space before it; 0 in a quotation
    mark: str  # "bullet", "heading" or ""


def split_paragraphs(document: str) -> list[Paragraph]:
    """Split a document into blocks.

    Parameters
    ----------
    document : str
        Plain text with any line ends. Paragraphs are separated by blank lines, stand on one line
        each, or begin with an indented line; they may be hard-wrapped. Bullets, and the headings
        and quotations of Markdown, are recognised.

    Returns
    -------
    list of Paragraph
        In order. A document of one block is a paragraph, whatever it looks like, unless it has a
        bullet or the mark of a heading.

    Examples
    --------
    >>> document = "Talks Resume\\n\\nEnvoys met on Monday.\\n\\n• A truce was discussed."
    >>> for start, end, kind in split_paragraphs(document):
    ...     print(kind, "|", document[start:end])
    heading | Talks Resume
    paragraph | Envoys met on Monday.
    list item | A truce was discussed.
    """
    blocks = [block for group in _groups(document) for block in _blocks(document, group)]
    texts = [document[block[0].start : block[-1].end] for block in blocks]
    kinds = name_kinds(texts, [_KINDS[block[0].mark] for block in blocks])
    return [
        Paragraph(block[0].start, block[-1].end, kind)
        for block, kind in zip(blocks, kinds, strict=True)
    ]


def name_kinds(texts: Sequence[str], kinds: Sequence[str | None]) -> list[str]:
    """Name the kinds of all blocks of a document; those that are known stay.

    >>> name_kinds(["Talks Resume", "They met.", "What Next"], [None, "list item", None])
    ['heading', 'list item', 'paragraph']
    """
    alone = len(texts) == 1
    named = [kind or find_kind(text, alone=alone) for text, kind in zip(texts, kinds, strict=True)]
    named = refine_kinds(texts, named)
    # A heading stands over something: below the last paragraph or list item, only a mark makes one.
    for number in reversed(range(len(named))):
        if named[number] in _BODY:
            break
        if named[number] == "heading" and kinds[number] != "heading":
            named[number] = "paragraph"
    return named


def _groups(document: str) -> Iterator[list[_Line]]:
    """Yield the lines between those without any letter or digit."""
    group: list[_Line] = []
    for line in _lines(document):
        if line is not None:
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _lines(document: str) -> Iterator[_Line | None]:
    """Yield each line of a document; None for one without any letter or digit."""
    start = 0
    for characters in document.splitlines(keepends=True):
        end = start + len(characters)
        yield _line(document, start, end)
        start = end


def _line(document: str, start: int, end: int) -> _Line | None:
    """Read ``document[start:end]``, which is one line.

    >>> _line("  • talks", 0, 9), _line("> ***", 0, 5)
    (_Line(start=4, end=9, indent=2, mark='bullet'), None)
    """
    characters = document[start:end].rstrip()
    text_end = start + len(characters)
    text = characters.lstrip()
    text_start = text_end - len(text)
    indent = text_start - start
    if not _MAY_BE_MARK.match(text):
        is_text = text[:1].isalpha() or _LETTER_OR_DIGIT.search(text)
        return _Line(text_start, text_end, indent, "") if is_text else None
    quotation = _QUOTATION_MARK.match(text)
    if quotation:
        quoted = text[quotation.end() :]
        text_start, indent = text_end - len(quoted.lstrip()), 0
    if not _LETTER_OR_DIGIT.search(document, text_start, text_end):
        return None
    for mark, pattern in (("heading", _HEADING_MARK), ("bullet", _BULLET)):
        match = pattern.match(document, text_start, text_end)
        if match and _LETTER_OR_DIGIT.search(document, match.end(), text_end):
            return _Line(match.end(), text_end, indent, mark)
    return _Line(text_start, text_end, indent, "")


def _blocks(document: str, group: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Split the lines of a group into blocks."""
    if len(group) == 1:
        yield [*group]
        return
    wrapped = _is_wrapped(document, group)
    margin = min(line.indent for line in group)
    block: list[_Line] = []
    for line in group:
        if block and not _continues(block, line, margin, wrapped=wrapped):
            yield block
            block = []
        block.append(line)
    yield block


def _continues(block: Sequence[_Line], line: _Line, margin: int, *, wrapped: bool) -> bool:
    """Return whether a line belongs to the block above it."""
    first, last = block[0], block[-1]
    if line.mark or last.mark == "heading":
        return False
    if first.mark == "bullet":
        return wrapped or line.indent > first.indent
    return wrapped and not (line.indent > margin and line.indent > last.indent)


def _is_wrapped(document: str, group: Sequence[_Line]) -> bool:
    """Return whether a group is running text that was cut at a width.

    Its lines are narrow. Of all but the last, most end inside a sentence, and at least half are
    nearly as long as the longest.
    """
    if any(line.end - line.start > _MAX_WRAP_WIDTH for line in group if not line.mark):
        return False
    width = max(line.end - line.start for line in group)
    inner = group[:-1]  # the last line ends wherever the text does
    n_open = sum(not ends_sentence(document, line.start, line.end) for line in inner)
    n_full = sum(line.end - line.start >= _FULL * width for line in inner)
    return width >= _MIN_WRAP_WIDTH and n_open > len(inner) / 2 and n_full >= len(inner) / 2
