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
_FIRST_OF_MARK: Final = frozenset(">#•◦▪▫‣⁃●○■□·∙*+–—(-")
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


_Line = tuple[int, int, int, str]
"""Start, after white space and marks; end, before white space; characters of white space before it,
0 in a quotation; mark: "bullet", "heading" or ""."""
_Block = tuple[int, int, str]
"""Start, end and mark."""


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
    starts, ends, kinds, _ = find_blocks(document)
    return list(map(Paragraph, starts, ends, kinds))


def find_blocks(document: str) -> tuple[list[int], list[int], list[str], list[str]]:
    """Return the starts, ends, kinds and texts of the blocks that `split_paragraphs` returns.

    A document may have as many blocks as half its characters: lists take the least time and room.
    """
    starts, ends, marks, texts = list[int](), list[int](), list[str | None](), list[str]()
    for group in _groups(document):
        for start, end, mark in _blocks(document, group):
            starts.append(start)
            ends.append(end)
            marks.append(_KINDS[mark])
            texts.append(document[start:end])
    return starts, ends, name_kinds(texts, marks), texts


def name_kinds(
    texts: Sequence[str],
    kinds: Sequence[str | None],
    *,
    alone: bool | None = None,
    n_above: int = 0,
) -> list[str]:
    """Name the kinds of the blocks of a document; those that are known stay.

    Blocks that are surely paragraphs, and repeat no headline, may be left out.

    Parameters
    ----------
    texts, kinds : sequence of str, sequence of str or None
        Of each block.
    alone : bool, optional
        Whether the document has one block; by default, whether there is one here.
    n_above : int, default=0
        How many of these blocks stand above a paragraph that was left out.

    Examples
    --------
    >>> name_kinds(["Talks Resume", "They met.", "What Next"], [None, "list item", None])
    ['heading', 'list item', 'paragraph']
    >>> name_kinds(["Talks Resume", "What Next"], [None, None], n_above=1)
    ['heading', 'paragraph']
    """
    alone = len(texts) == 1 if alone is None else alone
    # A text that is repeated, as short lines are, is looked at once.
    kind_of = {
        text: find_kind(text, alone=alone)
        for text in {text for text, kind in zip(texts, kinds, strict=True) if not kind}
    }
    named = [kind or kind_of[text] for text, kind in zip(texts, kinds, strict=True)]
    named = refine_kinds(texts, named, alone=alone)
    # A heading stands over something: below the last paragraph or list item, only a mark makes one.
    for number in reversed(range(n_above, len(named))):
        if named[number] in _BODY:
            break
        if named[number] == "heading" and kinds[number] != "heading":
            named[number] = "paragraph"
    return named


def _groups(document: str) -> Iterator[list[_Line]]:
    """Yield the lines between those without any letter or digit."""
    group: list[_Line] = []
    start = 0
    for characters in document.splitlines(keepends=True):
        line = _line(characters, start)
        start += len(characters)
        if line is not None:
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _line(characters: str, start: int) -> _Line | None:
    """Read a line that begins at a character of its document; None if it has no letter or digit.

    >>> _line("  • talks", 100), _line("> ***", 0)
    ((104, 109, 2, 'bullet'), None)
    """
    unended = characters.rstrip()
    text = unended.lstrip()
    indent = len(unended) - len(text)
    end = start + len(unended)
    if not _may_be_mark(text):
        is_text = text[:1].isalpha() or _LETTER_OR_DIGIT.search(text)
        return (start + indent, end, indent, "") if is_text else None
    quotation = _QUOTATION_MARK.match(text)
    if quotation:
        text, indent = text[quotation.end() :].lstrip(), 0
    if not _LETTER_OR_DIGIT.search(text):
        return None
    for mark, pattern in (("heading", _HEADING_MARK), ("bullet", _BULLET)):
        match = pattern.match(text)
        if match and _LETTER_OR_DIGIT.search(text, match.end()):
            return (end - len(text) + match.end(), end, indent, mark)
    return (end - len(text), end, indent, "")


def _may_be_mark(text: str) -> bool:
    """Return whether a line begins as one with a mark does. Few do; no other is searched for marks.

    >>> [_may_be_mark(line) for line in ("- talks", "1. talks", "b) talks", "talks")]
    [True, True, True, False]
    """
    first = text[:1]
    if first.isalpha():
        return text[1:2] == ")" and first.isascii()
    return first in _FIRST_OF_MARK or first.isdecimal()


def _blocks(document: str, group: Sequence[_Line]) -> Iterator[_Block]:
    """Join the lines of a group into blocks."""
    wrapped = len(group) > 1 and _is_wrapped(document, group)
    margin = min(indent for _, _, indent, _ in group)
    first = last = group[0]
    for line in group[1:]:
        if not _continues(first, last, line, margin, wrapped=wrapped):
            yield first[0], last[1], first[3]
            first = line
        last = line
    yield first[0], last[1], first[3]


def _continues(first: _Line, last: _Line, line: _Line, margin: int, *, wrapped: bool) -> bool:
    """Return whether a line belongs to the block that begins and ends with the lines before it."""
    _, _, indent, mark = line
    if mark or last[3] == "heading":
        return False
    if first[3] == "bullet":
        return wrapped or indent > first[2]
    return wrapped and not (indent > margin and indent > last[2])


def _is_wrapped(document: str, group: Sequence[_Line]) -> bool:
    """Return whether a group is running text that was cut at a width.

    Its lines are narrow. Of all but the last, most end inside a sentence, and at least half are
    nearly as long as the longest.
    """
    width = max(end - start for start, end, _, _ in group)
    if width < _MIN_WRAP_WIDTH:
        return False
    if any(end - start > _MAX_WRAP_WIDTH for start, end, _, mark in group if not mark):
        return False
    inner = group[:-1]  # the last line ends wherever the text does
    n_open = sum(not ends_sentence(document, start, end) for start, end, _, _ in inner)
    n_full = sum(end - start >= _FULL * width for start, end, _, _ in inner)
    return n_open > len(inner) / 2 and n_full >= len(inner) / 2
