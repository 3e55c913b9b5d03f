"""The tables of a run as one: the columns they share, and their chunks in order."""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from stance.errors import InputError, StanceWarning
from stance.tables.formats import check_apart, find_files, find_format, open_table
from stance.tables.rows import Chunk, Rows
from stance.tables.streams import Source


class Inputs:
    """One table or several, open for reading once, in order.

    Parameters
    ----------
    source : str, Path, binary file or sequence of str or Path
        As in `stance.tables.formats.find_files`.
    source_format, encoding, delimiter : str, optional
        Of every table; by default what each shows.
    besides : sequence of Path
        Files that the run makes: a pattern or folder does not stand for them, and they are refused as a source.

    Attributes
    ----------
    columns : list of str
        Those of the first table.
    types : dict of str to pyarrow.DataType
        What a column holds, where every table is Parquet and they agree.
    several : bool
        Whether the source can give more than one table.
    size : int
        Bytes there are to read; 0 for a stream.

    Raises
    ------
    TableError, InputError
        If a table cannot be opened, is there twice or is to be replaced, or the tables have other columns than the first.
    """

    def __init__(
        self,
        source: str | Path | IO[bytes] | Sequence[str | Path],
        *,
        source_format: str | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        besides: Sequence[Path] = (),
    ) -> None:
        self._stack = contextlib.ExitStack()
        self._files = find_files(source, besides=besides)
        check_apart(self._files, besides)
        self._formats = [find_format(file, source_format, "source_format") for file in self._files]
        self._read_as = {"encoding": encoding, "delimiter": delimiter}
        plain = (
            source[0]
            if isinstance(source, Sequence) and not isinstance(source, str) and len(source) == 1
            else source
        )
        self.several = isinstance(source, (str, Path, Sequence)) and self._files != [
            Path(str(plain))
        ]
        self._first = self._stack.enter_context(self._open(0))
        self.columns = self._first[0].columns
        self.types: Mapping[str, Any] = getattr(self._first[0], "types", {})
        self.size = sum(file.stat().st_size for file in self._files if isinstance(file, Path))
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", StanceWarning
            )  # it comes again when the table's turn comes
            for number in range(1, len(self._files)):
                with self._open(number) as (table, _):
                    self._compare(table)

    def _open(self, number: int) -> contextlib.AbstractContextManager[tuple[Rows, Source]]:
        return open_table(self._files[number], self._formats[number], **self._read_as)

    def __enter__(self) -> Inputs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _compare(self, table: Rows) -> None:
        lacks = [column for column in self.columns if column not in table.columns]
        more = [column for column in table.columns if column not in self.columns]
        if lacks or more:
            raise InputError(
                f"{table.name} must have the columns of {self._first[0].name}; it lacks {lacks!r} and has {more!r} besides. Rename them, "
                "or label the tables one by one."
            )
        types = getattr(table, "types", {})
        self.types = {
            column: kind for column, kind in self.types.items() if types.get(column) == kind
        }

    def chunks(self, columns: Sequence[str]) -> Iterator[tuple[str, Chunk, int]]:
        """Yield the name of a table, some of its rows with the columns named, and how many bytes of all tables are read."""
        before = 0
        for number, file in enumerate(self._files):
            opened = contextlib.nullcontext(self._first) if number == 0 else self._open(number)
            with opened as (table, source):
                for chunk in table.chunks(columns):
                    yield table.name, chunk, before + source.position()
            before += file.stat().st_size if isinstance(file, Path) else 0

    def digest(self) -> str:
        """Return the SHA-256 of all that is to be read, and of the names of several files.

        Raises
        ------
        InputError
            If it cannot be read twice.
        """
        found = hashlib.sha256()
        for file in self._files:
            if not isinstance(file, Path) or not file.is_file():
                raise InputError(
                    "`resume` must have a file as its source; a stream cannot be read again. Save it first."
                )
            with file.open("rb") as stream:
                content = hashlib.file_digest(stream, "sha256").hexdigest()
            found.update(f"{file if self.several else ''}\n{content}\n".encode())
        return found.hexdigest()
