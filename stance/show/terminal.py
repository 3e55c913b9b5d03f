"""How a terminal shows a labelled document: wrapped to its width, labels in colour, a bar of probability."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import click

from stance.show.styles import LETTERS, label_styles, percent, uncertainty

if TYPE_CHECKING:
    from stance.results import Document, HeadResult, LabelledParagraph

_BAR: Final = 12
_NARROWEST: Final = 30
_WIDEST: Final = 100  # longer lines are hard to read
# What stands in for shapes and bars where a terminal knows ASCII only.
_LETTERS: Final = str.maketrans({**LETTERS, "█": "=", "░": "."})


def wants_colour(environment: Mapping[str, str]) -> bool:
    """Tell whether a terminal is to be coloured: not if NO_COLOR is set to anything, nor on a dumb one.

    >>> [wants_colour(e) for e in ({"TERM": "xterm"}, {"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": ""})]
    [True, False, False, True]
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
        Columns of the terminal; lines are as long, but not over 100 nor under 30 columns.
    colour : bool, default=True
        Use ANSI colours. Without them a label is still told by its word and shape.
    letters : bool, default=False
        Draw shapes and bars with ASCII characters.
    """
    within = max(_NARROWEST, min(width, _WIDEST))
    for line in _lines(document, within, colour):
        yield line.translate(_LETTERS) if letters and not line.startswith("    ") else line


def _lines(document: Document, width: int, colour: bool) -> Iterator[str]:
    labelled = sum(block.status == "labelled" for block in document)
    yield f"{len(document)} blocks, {labelled} labelled"
    for block in document:
        yield ""
        for head, result in block.results.items():
            yield "  " + _said(head, result, max(map(len, document.labels)), colour)
        if not block.results:
            yield _paint(f"  {block.kind}, {block.status}", colour, dim=True)
        yield from _text(block, width, colour)


def _said(head: str, result: HeadResult, widest: int, colour: bool) -> str:
    style = label_styles(result.probabilities)[result.label]
    probability = result.probabilities[result.label]
    full = round(probability * _BAR)
    bar = _paint("█" * full, colour, fg=style.terminal) + _paint(
        "░" * (_BAR - full), colour, dim=True
    )
    doubt = (
        _paint(f"  ({uncertainty(result.label, result.probabilities)})", colour, italic=True)
        if result.uncertain
        else ""
    )
    name = _paint(f"{style.shape} {result.label}", colour, fg=style.terminal, bold=True)
    return f"{head:<{widest}}  {bar} {percent(probability):>4}  {name}{doubt}"


def _text(block: LabelledParagraph, width: int, colour: bool) -> Iterator[str]:
    plain = " ".join(
        "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in block.text).split()
    )
    for line in textwrap.wrap(plain, width, initial_indent="    ", subsequent_indent="    ") or [
        ""
    ]:
        yield line if block.results else _paint(line, colour, dim=True)


def _paint(text: str, colour: bool, **how: object) -> str:
    return click.style(text, **how) if colour and text else text  # type: ignore[arg-type]
