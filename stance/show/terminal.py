"""How a terminal shows a labelled document: wrapped, with coloured labels and bars."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from stance.show.printable import printable
from stance.show.styles import LETTERS, label_styles, percent, uncertainty

if TYPE_CHECKING:
    from stance.results import Document, HeadResult, LabelledParagraph

_BAR: Final = 12  # columns
_NARROWEST: Final = 30
_WIDEST: Final = 100  # longer lines are hard to read
_INDENT: Final = "    "
# What stands in for shapes and bars where a terminal knows ASCII only.
_LETTERS: Final = str.maketrans({**LETTERS, "█": "=", "░": "."})


def wants_colour(environment: Mapping[str, str]) -> bool:
    """Return whether to use colours: not if NO_COLOR is set to anything, nor on a dumb terminal.

    >>> wants_colour({"TERM": "xterm"}), wants_colour({"NO_COLOR": ""})
    (True, True)
    >>> wants_colour({"TERM": "xterm", "NO_COLOR": "1"}), wants_colour({"TERM": "dumb"})
    (False, False)
    """
    return not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def document_lines(
    document: Document, *, width: int = 80, colour: bool = True, letters: bool = False
) -> Iterator[str]:
    """Yield the lines that show a document.

    Parameters
    ----------
    document : Document
        What `Model.label` gave.
    width : int, default=80
        Columns of the terminal. Lines are at most as long, within 30 to 100 columns.
    colour : bool, default=True
        Use ANSI colours. Without them a label still has its word and its shape.
    letters : bool, default=False
        Draw shapes and bars with ASCII characters.
    """
    within = max(_NARROWEST, min(width, _WIDEST))
    for line in _lines(document, within, colour):
        is_text = line.startswith(_INDENT)
        yield line.translate(_LETTERS) if letters and not is_text else line


def _lines(document: Document, width: int, colour: bool) -> Iterator[str]:
    labelled = sum(block.status == "labelled" for block in document)
    yield f"{len(document)} blocks, {labelled} labelled"
    for block in document:
        yield ""
        for head, result in block.results.items():
            yield "  " + _head_line(head, result, max(map(len, document.labels)), colour)
        if not block.results:
            yield _paint(f"  {block.kind}, {block.reason}", colour, dim=True)
        yield from _text_lines(block, width, colour)


def _head_line(head: str, result: HeadResult, head_width: int, colour: bool) -> str:
    style = label_styles(result.probabilities)[result.label]
    probability = result.probabilities[result.label]
    full = round(probability * _BAR)
    bar = _paint("█" * full, colour, fg=style.terminal)
    bar += _paint("░" * (_BAR - full), colour, dim=True)
    label = printable(f"{style.shape} {result.label}")
    name = _paint(label, colour, fg=style.terminal, bold=True)
    line = f"{printable(head):<{head_width}}  {bar} {percent(probability):>4}  {name}"
    if result.uncertain:
        doubt = printable(uncertainty(result.label, result.probabilities))
        line += _paint(f"  ({doubt})", colour, italic=True)
    return line


def _text_lines(block: LabelledParagraph, width: int, colour: bool) -> Iterator[str]:
    """Yield the text, wrapped; characters that could steer the terminal are replaced."""
    printable = "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in block.text)
    plain = " ".join(printable.split())
    lines = textwrap.wrap(plain, width, initial_indent=_INDENT, subsequent_indent=_INDENT)
    for line in lines or [""]:
        yield line if block.results else _paint(line, colour, dim=True)


def _paint(text: str, colour: bool, **style: Any) -> str:
    return click.style(text, **style) if colour and text else text
