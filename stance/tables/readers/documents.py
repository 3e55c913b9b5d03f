"""Read documents, one in a file, as tables of one row: a folder of them is a table."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from stance.tables.encodings import read_text
from stance.tables.readers.docx import read_docx
from stance.tables.rows import Chunk, ReadOptions
from stance.tables.streams import ByteSource


class _DocumentTable(ABC):
    """A document as a `TableReader`: one row, with the column "text".

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        Only "text".
    types : dict
        Empty.
    """

    types: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, source: ByteSource, options: ReadOptions) -> None:
        self.name = source.name
        self.columns = ["text"]
        self._text = self._read(source, options)

    @abstractmethod
    def _read(self, source: ByteSource, options: ReadOptions) -> str:
        """Return the text of the document."""

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield the row; a column that the document does not have is None."""
        cells = {column: [self._text if column == "text" else None] for column in columns}
        yield Chunk([0], cells, [])


class DocxTable(_DocumentTable):
    """A Word document as a table of one row."""

    def _read(self, source: ByteSource, options: ReadOptions) -> str:
        del options  # the file says all
        return read_docx(io.BytesIO(source.stream.read()), source.name)


class HtmlTable(_DocumentTable):
    """A page of HTML as a table of one row, with its tags: offsets are those of the file."""

    def _read(self, source: ByteSource, options: ReadOptions) -> str:
        return "".join(read_text(source.stream, source.name, options.encoding).blocks)
