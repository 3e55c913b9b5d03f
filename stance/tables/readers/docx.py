"""Read the text of a Word document."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any, Final

from stance.errors import TableError
from stance.optional import load_extra

_BODY: Final = "word/document.xml"
# A document of this size in XML has some 5,000 pages; packed, it could fill any memory.
_LARGEST: Final = 256 * 2**20
_CHARACTERS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# What a reader does not see: moved and deleted text, and the second copy of text boxes.
_UNSEEN: Final = frozenset({"moveFrom", "del", "Fallback", "instrText"})
_HEADING: Final = re.compile(r"(?:heading|title|subtitle)", re.IGNORECASE)


def read_docx(stream: IO[bytes], name: str) -> str:
    """Return the text of a Word document: paragraphs, with a blank line between them.

    Headings get the mark ``#`` and list items ``•``, so that they are split as such. Cells of
    tables and text boxes are paragraphs; foot notes, headers and comments are left out, and so is
    what a tracked change deleted.

    Parameters
    ----------
    stream : binary file
        The .docx; seekable.
    name : str
        What messages call it.

    Raises
    ------
    TableError
        If it cannot be read.
    """
    ElementTree = load_extra("defusedxml.ElementTree", "io", "reading .docx")
    try:
        with zipfile.ZipFile(stream) as archive:
            if archive.getinfo(_BODY).file_size > _LARGEST:
                raise TableError(
                    f"{name} must have at most {_LARGEST >> 20} MB of text; it has more. Split it."
                )
            with archive.open(_BODY) as body:
                paragraphs = list(_paragraphs(ElementTree.parse(body).getroot()))
    except TableError:
        raise
    except RecursionError as error:
        raise TableError(
            f"{name} must have boxes in boxes that a word processor shows; it has thousands. "
            "Save it as .txt."
        ) from error
    # Whatever a damaged zip or XML raises; defusedxml's own errors are ValueErrors.
    except (zipfile.BadZipFile, KeyError, SyntaxError, ValueError, OSError, EOFError) as error:
        raise TableError(
            f"{name} must be a Word document (.docx) that can be read; {error}. "
            "Open it in a word processor, and save it again."
        ) from error
    return "\n\n".join(text for text in paragraphs if text.strip())


def _paragraphs(element: Any) -> Iterator[str]:
    """Yield the text of each paragraph below an element, text boxes after the text they stand in.

    Elements are named without their namespace: strict and usual documents have different ones.
    """
    for child in element:
        name = _local(child)
        if name in _UNSEEN:
            continue
        if name == "p":
            boxes: list[Any] = []
            yield _mark(child) + "".join(_pieces(child, boxes)).strip()
            for box in boxes:
                yield from _paragraphs(box)
        else:
            yield from _paragraphs(child)


def _pieces(element: Any, boxes: list[Any]) -> Iterator[str]:
    for child in element:
        name = _local(child)
        if name == "t":
            yield child.text or ""
        elif name in _CHARACTERS:
            yield _CHARACTERS[name]
        elif name == "txbxContent":
            boxes.append(child)
        elif name not in _UNSEEN and name != "pPr":
            yield from _pieces(child, boxes)


def _mark(paragraph: Any) -> str:
    for properties in paragraph:
        if _local(properties) == "pPr":
            for item in properties:
                style = next((value for key, value in item.items() if key.endswith("}val")), "")
                if _local(item) == "pStyle" and _HEADING.match(style):
                    return "# "
                if _local(item) == "numPr" or style.startswith("List"):
                    return "• "
    return ""


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
