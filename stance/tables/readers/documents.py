"""Read documents, one in a file, as tables of one row: a folder of them is a table."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from stance.tables.readers.docx import read_docx
from stance.tables.rows import Chunk, ReadOptions
from stance.tables.streams import ByteSource


class DocxTable:
    """A Word document as a `TableReader`: one row, with the column "text".

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
        del options  # the file says all
        self.name = source.name
        self.columns = ["text"]
        self._text = read_docx(io.BytesIO(source.stream.read()), source.name)

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield the row; a column that the document does not have is None."""
        cells = {column: [self._text if column == "text" else None] for column in columns}
        yield Chunk([0], cells, [])
