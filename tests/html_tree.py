"""Parse HTML into elements, to ask what a page shows."""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

VOID = {"br", "hr", "img", "input", "link", "meta"}
UNSEEN = {"script", "style", "title"}
INLINE = {"a", "code", "em", "i", "mark"}


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tree = TreeBuilder()
        self.tree.start("page", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.tree.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        self.tree.end(tag)

    def handle_endtag(self, tag: str) -> None:
        self.tree.end(tag)

    def handle_data(self, data: str) -> None:
        self.tree.data(data)


def read_html(page: str) -> Element:
    """Return an element that holds a whole page, or a piece of one."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    builder.tree.end("page")
    return builder.tree.close()


def text_of(element: Element) -> str:
    """Return what a reader sees of an element, on one line."""
    return " ".join(_text(element).split())


def _text(element: Element) -> str:
    if element.tag in UNSEEN:
        return ""
    text = element.text or ""
    for child in element:
        space = "" if child.tag in INLINE else " "
        text += f"{space}{_text(child)}{space}{child.tail or ''}"
    return text


def by_class(element: Element, name: str) -> list[Element]:
    """List the elements within that have a class."""
    return [child for child in element.iter() if name in child.get("class", "").split()]


def by_id(element: Element, name: str) -> Element:
    """Return the one element within of this id."""
    (only,) = [child for child in element.iter() if child.get("id") == name]
    return only
