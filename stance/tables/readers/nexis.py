"""Read a download of Nexis Uni, a Word document of many articles, as one row per article."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from stance.errors import StanceWarning, TableError
from stance.tables.readers.batches import chunks_of
from stance.tables.readers.docx import read_docx
from stance.tables.rows import Chunk, ReadOptions
from stance.tables.streams import ByteSource

COLUMNS: Final = ("title", "source", "date", "byline", "section", "length", "load_date", "text")

_END: Final = "End of Document"
_BODY: Final = "Body"
# What follows the body of an article.
_AFTER: Final = re.compile(r"(?:Classification|Graphic|Load-Date:.*)\Z")
_FIELD: Final = re.compile(r"(Byline|Section|Length|Load-Date):\s*(.*)", re.DOTALL)
_COPYRIGHT: Final = re.compile(r"Copyright\b|©")
_MARK: Final = re.compile(r"[#•] ")


class NexisTable:
    """A download of Nexis Uni, as a `TableReader`.

    An article is what stands before a line "End of Document". Its text is what follows its line
    "Body". What has no such line is kept whole, as the text of a row without other fields, and a
    notice says how often.

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        Title, source, date, byline, section, length, load date and text.
    types : dict
        Empty.
    """

    types: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, source: ByteSource, options: ReadOptions) -> None:
        del options  # the file says all
        self.name = source.name
        self.columns = list(COLUMNS)
        text = read_docx(io.BytesIO(source.stream.read()), source.name)
        self._rows = [read_article(article) for article in _articles(text.split("\n\n"))]
        if not any(row["title"] for row in self._rows):
            raise TableError(
                f"{self.name} must be a download of Nexis Uni; none of its parts has a line "
                f"{_BODY!r}. Score it as one text, without naming a format."
            )
        whole = [str(row["text"]) for row in self._rows if row["title"] is None]
        if whole:
            warnings.warn(
                f"{self.name} has {len(whole):,} parts without a line {_BODY!r}, kept whole; the "
                f"first begins {whole[0][:60]!r}.",
                StanceWarning,
                stacklevel=2,
            )

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows in chunks, with the cells of the given columns."""
        rows = ([row[column] for column in columns] for row in self._rows)
        return chunks_of(columns, rows, len(self._rows))


def _articles(paragraphs: Sequence[str]) -> Iterator[list[str]]:
    article: list[str] = []
    for paragraph in paragraphs:
        if _plain(paragraph) == _END:
            if article:
                yield article
            article = []
        else:
            article.append(paragraph)
    if article:
        yield article


def read_article(paragraphs: Sequence[str]) -> dict[str, str | None]:
    """Return the fields of an article, or only its text where it has no line "Body".

    >>> head = ["Talks Resume", "The Harbour Bell", "May 1, 2024", "Copyright 2024"]
    >>> body = ["Length: 4 words", "Body", "Envoys met on Monday.", "Classification", "English"]
    >>> article = read_article([*head, *body])
    >>> article["title"], article["date"], article["length"], article["text"]
    ('Talks Resume', 'May 1, 2024', '4 words', 'Envoys met on Monday.')
    """
    row: dict[str, str | None] = dict.fromkeys(COLUMNS)
    plain = [_plain(paragraph) for paragraph in paragraphs]
    if _BODY not in plain:
        return row | {"text": "\n\n".join(paragraphs)}
    start = plain.index(_BODY) + 1
    end = next((n for n in range(start, len(plain)) if _AFTER.match(plain[n])), len(plain))
    row["text"] = "\n\n".join(paragraphs[start:end])
    head = plain[: start - 1]
    # The first article may follow a cover and a list of all titles.
    mark = next((n for n in range(len(head) - 1, -1, -1) if _COPYRIGHT.match(head[n])), 3)
    title, source, date, *_ = [*head[max(mark - 3, 0) :], "", "", ""]
    row |= {"title": title, "source": source or None, "date": date or None}
    for line in (*head, *plain[end:]):
        field = _FIELD.match(line)
        if field:
            row[field[1].lower().replace("-", "_")] = field[2].strip()
    return row


def _plain(paragraph: str) -> str:
    return _MARK.sub("", paragraph, count=1).strip()
