"""Read the text of HTML, and say where each character of it stands in the source.

Tags are not deleted from the user's text: paragraphs are found in a text without them, and each is
given back as a span of the source.

How HTML becomes text:

1. Scripts, styles, menus (``nav``) and comments are left out, and of a whole page with one
   ``article`` or ``main`` everything around it.
2. Tags of blocks, and ``<br>``, become a blank line; those of headings and list items also the mark
   ``#`` or ``•``, by which `split_paragraphs` knows them. Other tags vanish.
3. Entities become their characters.
4. Where there are tags of blocks, line breaks are spaces, as in a browser; a blank line still
   separates paragraphs, since editors of web sites write them so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stance.text.paragraphs import split_paragraphs

_BLOCKS: Final = (
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|div|dl|dt|fieldset|"
    "figcaption|figure|footer|form|h[1-6]|header|hr|html|li|main|nav|ol|p|pre|section|summary|"
    "table|tbody|td|tfoot|th|thead|tr|ul"
)
_INLINE: Final = (
    "a|abbr|acronym|audio|b|bdi|bdo|big|button|cite|code|data|del|dfn|em|embed|font|i|iframe|img|"
    "input|ins|kbd|label|link|mark|meta|noscript|object|option|picture|q|rp|rt|ruby|s|samp|script|"
    "select|small|source|span|strike|strong|style|sub|sup|svg|template|time|title|tt|u|var|video|"
    "wbr"
)
_UNREAD: Final = "script|style|head|noscript|template|svg|nav|select|iframe"
# Attributes may hold ">" in quotes. None of these patterns passes a "<", so that a text with many
# tags that never end is still read in one go.
_ATTRIBUTES: Final = r"""(?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*|\s[^<>]*)?/?"""
_TAG: Final = rf"</?(?:{_BLOCKS}|{_INLINE}){_ATTRIBUTES}>"
_ENTITY: Final = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_IS_ENTITY: Final = re.compile(_ENTITY)
# These take milliseconds to compile, which a start without HTML need not wait for; `re` remembers
# them once they are used.
_HAS_BLOCKS: Final = rf"</?(?:{_BLOCKS}){_ATTRIBUTES}>"
_TOKEN: Final = (
    rf"(?P<comment><!--)|<![a-z][^<>]*>|<\?[^<>]*>|<!\[CDATA\[|\]\]>"
    rf"|<(?P<unread>{_UNREAD}){_ATTRIBUTES}>"
    rf"|(?P<block></?(?P<block_name>{_BLOCKS}){_ATTRIBUTES}>)"
    rf"|</?(?:{_INLINE}|\w+[-:][\w:-]+){_ATTRIBUTES}>"
    rf"|(?P<entity>{_ENTITY})"
    r"|(?P<space>[^\S ]\s*| \s+)"  # all but a single space, which stays as it is
)
# What ends a comment, or what is not read.
_CLOSINGS: Final = {"<!--": "-->"} | {name: rf"</{name}\s*>" for name in _UNREAD.split("|")}
_PAGE: Final = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_MAIN: Final = (r"<article\b", r"</article\s*>"), (r"<main\b", r"</main\s*>")
_BLANK_LINE: Final = re.compile(r"\n[^\S\n]*\n|\r[^\S\r\n]*\r|\r\n[^\S\r\n]*\r\n")


class Block(NamedTuple):
    """A block of a text: where it stands in the source, what kind it is, and what it says."""

    start: int
    end: int
    kind: str
    text: str


@dataclass
class ReadHtml:
    """The text of HTML, and where each piece of it stands in the source.

    Attributes
    ----------
    text : str
        Without tags.
    starts : list of int
        Where each piece begins in `text`.
    sources : list of (int, int)
        Start and end of each piece in the source. A piece of the same length is its copy; any
        other, such as an entity, stands for the whole of it.
    """

    text: str = ""
    starts: list[int] = field(default_factory=list)
    sources: list[tuple[int, int]] = field(default_factory=list)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source that a span of the text stands for.

        >>> page = read_html("<p>Stop &amp; <b>talk</b></p>")
        >>> start = page.text.index("&")
        >>> page.span(start, start + 1)
        (8, 13)
        """
        if start >= end:
            return 0, 0
        return self._source(start)[0], self._source(end - 1)[1]

    def _source(self, position: int) -> tuple[int, int]:
        """Return the span of the source of one character."""
        piece = bisect_right(self.starts, position) - 1
        start, end = self.sources[piece]
        after = self.starts[piece + 1] if piece + 1 < len(self.starts) else len(self.text)
        if after - self.starts[piece] != end - start:
            return start, end
        offset = start + position - self.starts[piece]
        return offset, offset + 1


def is_html(text: str) -> bool:
    """Return whether a text has a tag or an entity of HTML.

    >>> [is_html(text) for text in ("<p>A truce</p>", "Q&amp;A", "a < b > c & d", "<name> & co;")]
    [True, True, False, False]
    """
    if "<" in text and re.search(_TAG, text, re.IGNORECASE):
        return True
    if "&" not in text:
        return False
    from html.entities import html5  # here: a start without entities need not wait for it

    return any(match[0][1] == "#" or match[0][1:] in html5 for match in _IS_ENTITY.finditer(text))


def read_html(source: str) -> ReadHtml:
    """Return the text of HTML, with the marks that `split_paragraphs` knows.

    >>> read_html("<h2>Talks</h2><ul><li>Oil<li>Herring</ul>").text.split("\\n\\n")
    ['', '# Talks', '', '', '• Oil', '• Herring', '']
    """
    pieces: list[str] = []
    page = ReadHtml()
    length = 0
    for piece, start, end in _pieces(source):
        if piece:
            pieces.append(piece)
            page.starts.append(length)
            page.sources.append((start, end))
            length += len(piece)
    page.text = "".join(pieces)
    return page


def _pieces(source: str) -> Iterator[tuple[str, int, int]]:
    """Yield each piece of the text, and the span of the source that it stands for."""
    start, end = main_part(source)
    joins_lines = re.search(_HAS_BLOCKS, source, re.IGNORECASE) is not None
    closings: dict[str, re.Match[str] | None] = {}
    tokens = re.compile(_TOKEN, re.IGNORECASE | re.DOTALL)
    for match in tokens.finditer(source, start, end):
        if match.start() < start:  # in a part that is not read
            continue
        yield source[start : match.start()], start, match.start()
        unread = match["comment"] or (match["unread"] or "").lower()
        start = _skip(source, unread, match.end(), closings) if unread else match.end()
        yield _replacement(match, joins_lines=joins_lines), match.start(), start
    yield source[start:end], start, end


def _skip(source: str, name: str, position: int, closings: dict[str, re.Match[str] | None]) -> int:
    """Return where a part that is not read ends; where nothing ends it, it is only its tag.

    `closings` keeps the next end of each kind, so that it is not searched for again.
    """
    closing = closings.get(name)
    if name not in closings or (closing and closing.start() < position):
        closing = closings[name] = re.compile(_CLOSINGS[name], re.IGNORECASE).search(
            source, position
        )
    return closing.end() if closing else position


def _replacement(match: re.Match[str], *, joins_lines: bool) -> str:
    token = match[0]
    if match["block"]:
        return _block_mark(match["block_name"].lower(), is_end=token[1] == "/")
    if match["entity"]:
        from html import unescape

        return unescape(token)
    if match["space"]:
        if not joins_lines:
            return token
        return "\n\n" if _BLANK_LINE.search(token) else " "
    return ""


def _block_mark(name: str, *, is_end: bool) -> str:
    """Return what the tag of a block becomes.

    >>> _block_mark("h2", is_end=False), _block_mark("h2", is_end=True)
    ('\\n\\n# ', '\\n\\n')
    """
    if is_end:
        return "\n\n"
    if name == "li":
        return "\n\n• "
    is_heading = len(name) == 2 and name[0] == "h" and name[1].isdigit()
    return "\n\n# " if is_heading else "\n\n"


def describe_tags() -> tuple[dict[str, str], dict[str, int]]:
    """Return what each tag becomes, and the numbers of elements that are not read, by name.

    The names of tags that end an element begin with "/".

    >>> tags, unread = describe_tags()
    >>> tags["h3"], tags["/h3"], tags["b"], "script" in unread
    ('\\n\\n# ', '\\n\\n', '', True)
    """
    blocks = _BLOCKS.replace("h[1-6]", "h1|h2|h3|h4|h5|h6").split("|")
    tags = dict.fromkeys(_INLINE.split("|"), "")
    tags |= {f"/{name}": "" for name in tags}
    tags |= {name: _block_mark(name, is_end=False) for name in blocks}
    tags |= {f"/{name}": _block_mark(name, is_end=True) for name in blocks}
    return tags, {name: number for number, name in enumerate(_UNREAD.split("|"))}


def main_part(source: str) -> tuple[int, int]:
    """Return the span of the one article of a whole page, or that of everything."""
    if _PAGE.match(source):
        for opening, closing in _MAIN:
            starts, ends = (
                list(re.finditer(tag, source, re.IGNORECASE)) for tag in (opening, closing)
            )
            if len(starts) == len(ends) == 1 and starts[0].start() < ends[0].start():
                return starts[0].start(), ends[0].end()
    return 0, len(source)


def reads_html(text: str, html: str) -> bool:
    """Return whether a text is read as HTML: html="detect" looks whether it is."""
    return html == "strip" or (html == "detect" and is_html(text))


def split_text(text: str, html: str = "detect") -> list[Block]:
    """Split a text, or the text of HTML, into blocks; spans are those of the source.

    Parameters
    ----------
    text : str
        One document.
    html : {"detect", "strip", "keep"}, default="detect"
        Whether to read it as HTML: if it has a tag or entity, always, or never.

    Examples
    --------
    >>> text = "<p>They <b>met</b>.</p><p>No truce.</p>"
    >>> for start, end, kind, block in split_text(text):
    ...     print(block, "|", text[start:end])
    They met. | They <b>met</b>.
    No truce. | No truce.
    """
    if not reads_html(text, html):
        return [Block(*block, text[block.start : block.end]) for block in split_paragraphs(text)]
    return split_page(read_html(text))


def split_page(page: ReadHtml) -> list[Block]:
    """Split the text of HTML into blocks, as `split_text` does."""
    return [
        Block(*page.span(block.start, block.end), block.kind, page.text[block.start : block.end])
        for block in split_paragraphs(page.text)
    ]
