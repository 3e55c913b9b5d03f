"""The tables of a run: find their files, check them, and read them one after another as one."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from stance.errors import InputError, StanceWarning, TableError
from stance.tables.formats import FORMATS, Format, find_format, load_reader, parse_format
from stance.tables.rows import Chunk, ReadOptions, TableReader
from stance.tables.streams import (
    CONTENT_CHANGED,
    ByteSource,
    check_path,
    digest_blocks,
    file_state,
    open_source,
    shown_name,
)
from stance.tables.writers.run_record import digest_of
from stance.texts import looks_like_text


def find_files(
    source: str | Path | IO[bytes] | Sequence[str | Path], *, besides: Sequence[Path] = ()
) -> list[Path | IO[bytes]]:
    """List the files that a source stands for.

    Parameters
    ----------
    source : str, Path, binary file or sequence of str or Path
        A file, a pattern (``*``, ``?``, ``[...]``, ``**``), a folder, or several of them. A pattern
        gives the files it matches and a folder the tables in it, both sorted.
    besides : sequence of Path
        Files that the run writes. Patterns and folders leave them out, and also the rows that an
        earlier run could not read (``*.errors.csv``) and its record (``*.run.json``).

    Raises
    ------
    InputError
        If `source` is an empty sequence.
    TableError
        If a pattern or folder gives no file.
    """
    if not isinstance(source, Sequence) or isinstance(source, str):
        _check_source(source)
        if not isinstance(source, (str, Path)):
            return [source]
        return [*_list_files(Path(source), besides)]
    for path in source:
        _check_source(path)
    files = [file for path in source for file in _list_files(Path(path), besides)]
    if not files:
        raise InputError("`source` must name at least one file; got none.")
    return [*files]


def _check_source(source: object) -> None:
    """Raise InputError for what is neither a path nor a file."""
    if isinstance(source, str) and not source:  # which would be the current folder
        raise InputError("`source` must name a file, a pattern or a folder; it is empty. Name one.")
    if isinstance(source, str) and looks_like_text(source):
        raise InputError(
            "`source` must be a file, a pattern or a folder; it looks like a text. Call label for "
            "one text (echo 'They urged a truce.' | stance score -)."
        )
    if not isinstance(source, (str, Path)) and not hasattr(source, "read"):
        raise InputError(
            "`source` must be a file, a pattern, a folder or several of them; got "
            f"{type(source).__name__}. Call label_frame for a table in memory."
        )


def _list_files(path: Path, besides: Sequence[Path]) -> list[Path]:
    if check_path(path).is_dir():
        candidates = [
            file
            for file in path.iterdir()
            if not file.name.startswith((".", "~$")) and parse_format(file.name)
        ]
    elif not path.exists() and glob.has_magic(str(path)):
        matches = glob.iglob(str(path), recursive=True)  # noqa: PTH207 - a pattern may begin at /
        candidates = [Path(match) for match in matches]
    else:
        return [path]
    excluded = {file.resolve() for file in besides}
    tables = {file for file in candidates if _is_input(file) and file.resolve() not in excluded}
    if not tables:
        raise TableError(
            f"{path} must hold a table ({', '.join(FORMATS)}); it holds none. Check the path."
        )
    return sorted(tables)


def _is_input(file: Path) -> bool:
    return file.is_file() and not file.name.endswith((".errors.csv", ".run.json"))


def check_apart(files: Sequence[Path | IO[bytes]], outputs: Sequence[Path]) -> None:
    """Check that no source is also an output, and that none occurs twice.

    Raises
    ------
    InputError
        If one is or does.
    """
    seen: set[Path] = set()
    for file in files:
        if not isinstance(file, Path) or not file.is_file():
            continue
        if any(output.exists() and file.samefile(output) for output in outputs):
            raise InputError(
                f"{file} must not be both source and output (or its .errors.csv). "
                "Choose another path."
            )
        if file.resolve() in seen:
            raise InputError(
                f"{file} must be named once; it is named twice, which would read its rows twice. "
                "Narrow the patterns or folders."
            )
        seen.add(file.resolve())


@contextlib.contextmanager
def open_table(
    source: Path | IO[bytes],
    table_format: Format,
    options: ReadOptions,
    digests: Sequence[bytes] | None = None,
) -> Iterator[tuple[TableReader, ByteSource]]:
    """Open a table of any format; yield it, and the source that its bytes come from.

    `digests` are those of `open_source`.

    Raises
    ------
    TableError
        If it cannot be opened or is not of that format.
    """
    from stance.tables.readers.signatures import check_content  # a text needs no reader of tables

    with open_source(source, table_format.packing, digests) as opened:
        check_content(opened.stream, opened.name, table_format.kind)
        yield load_reader(table_format)(opened, options), opened


class Inputs:
    """One or more tables, to be read once, in order.

    Parameters
    ----------
    source : str, Path, binary file or sequence of str or Path
        As in `find_files`.
    source_format, encoding, delimiter, records, sheet : str, optional
        Of every table, as in `ReadOptions`; by default what each table shows.
    besides : sequence of Path
        Files that the run writes: patterns and folders leave them out, and they are refused as a
        source.
    verified : bool, default=False
        Digest all files first, and read only what was digested.

    Attributes
    ----------
    columns : list of str
        The columns of the first table.
    types : dict of str to pyarrow.DataType
        The type of each column on which all tables agree, if all are Parquet.
    several : bool
        Whether the source could give more than one table.
    size : int
        The number of bytes to read; 0 for a stream.

    Raises
    ------
    TableError, InputError
        If a table cannot be opened, occurs twice or is also an output, or if its columns are not
        those of the first table.
    """

    def __init__(
        self,
        source: str | Path | IO[bytes] | Sequence[str | Path],
        *,
        source_format: str | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        records: str | None = None,
        sheet: str | None = None,
        besides: Sequence[Path] = (),
        verified: bool = False,
    ) -> None:
        self._files = find_files(source, besides=besides)
        self._states = [file_state(file) for file in self._files]
        check_apart(self._files, besides)
        self._digests = self._digest_files() if verified else None
        self._formats = [find_format(file, source_format) for file in self._files]
        self._options = ReadOptions(encoding, delimiter, records, sheet)
        self.several = _may_be_several(source, self._files)
        tables = [
            index
            for index, table_format in enumerate(self._formats)
            if not FORMATS[table_format.kind].is_document
        ]
        self._first_index = tables[0] if tables else 0
        with contextlib.ExitStack() as stack:  # closes the first table if another is refused
            self._first = stack.enter_context(self._open(self._first_index))
            self.columns = self._first[0].columns
            self.types: Mapping[str, Any] = self._first[0].types
            with warnings.catch_warnings():
                # The warning is repeated when this table is read.
                warnings.simplefilter("ignore", StanceWarning)
                for index in range(len(self._files)):
                    if index != self._first_index:
                        with self._open(index) as (table, _):
                            self._compare(table, is_document=index not in tables)
            self.size = sum(file.stat().st_size for file in self._files if isinstance(file, Path))
            self._stack = stack.pop_all()

    def _open(
        self, index: int
    ) -> contextlib.AbstractContextManager[tuple[TableReader, ByteSource]]:
        digests = self._digests[index] if self._digests else None
        return open_table(self._files[index], self._formats[index], self._options, digests)

    def __enter__(self) -> Inputs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _compare(self, table: TableReader, *, is_document: bool) -> None:
        """Check that a table has the columns of the first, and keep the types they agree on.

        A document has only its text; in other columns, its row is empty.
        """
        here, first = frozenset(table.columns), frozenset(self.columns)
        missing = [column for column in self.columns if column not in here]
        if is_document and "text" in self.columns:
            missing = []
        more = [column for column in table.columns if column not in first]
        if missing or more:
            differences = [f"lacks {missing!r}"] if missing else []
            differences += [f"also has {more!r}"] if more else []
            raise InputError(
                f"{table.name} must have the columns of {self._first[0].name}; it "
                f"{' and '.join(differences)}. Rename them, or label the tables one by one."
            )
        if not is_document:
            self.types = {
                column: type_
                for column, type_ in self.types.items()
                if table.types.get(column) == type_
            }

    def chunks(self, columns: Sequence[str]) -> Iterator[tuple[str, Chunk, int]]:
        """Yield the name of a table, a chunk of it, and the number of bytes read so far of all.

        Raises
        ------
        TableError
            If a table was written to since it was opened: no chunk is yielded of which it is not
            sure that it was read before.
        """
        n_bytes = 0
        for index, file in enumerate(self._files):
            size = file.stat().st_size if isinstance(file, Path) else 0
            is_first = index == self._first_index
            opening = contextlib.nullcontext(self._first) if is_first else self._open(index)
            with opening as (table, source):
                for chunk in table.chunks(columns):
                    self._check_state(index)
                    share = chunk.share if size else None  # a pipe has no size
                    n_read = source.position() if share is None else int(size * share)
                    yield table.name, chunk, n_bytes + n_read
            self._check_state(index)
            n_bytes += size

    def check_unchanged(self) -> None:
        """Check that all files are as they were when they were opened.

        Those that were verified are digested again: a program can set the time of a file back.

        Raises
        ------
        TableError
            If one of them was written to, moved or removed.
        """
        for index in range(len(self._files)):
            self._check_state(index)
        if self._digests is not None and self._digest_files() != self._digests:
            raise TableError(CONTENT_CHANGED)

    def _check_state(self, index: int) -> None:
        file = self._files[index]
        if file_state(file) != self._states[index]:
            raise TableError(
                f"{file} must stay the same while it is read; it was written to, moved or removed. "
                "Wait until it is complete, and begin anew."
            )

    def digest(self) -> str:
        """Return a digest of the content of all files, and of their names if there are several.

        Raises
        ------
        InputError
            If a source is a stream, which cannot be read twice.
        """
        total = hashlib.sha256()
        for file, blocks in zip(self._files, self._digests or self._digest_files(), strict=True):
            name = shown_name(file) if self.several and isinstance(file, Path) else ""
            content = hashlib.sha256(b"".join(blocks)).hexdigest()
            total.update(f"{name}\n{content}\n".encode())
        return total.hexdigest()

    def file_digests(self) -> list[dict[str, str | None]]:
        """Return the name of each file and its SHA-256, None for a stream or pipe."""
        return [
            {"name": file.name, "sha256": digest_of(file) if file.is_file() else None}
            if isinstance(file, Path)
            else {"name": "a stream", "sha256": None}
            for file in self._files
        ]

    def _digest_files(self) -> list[list[bytes]]:
        digests = []
        for file in self._files:
            if not isinstance(file, Path) or not file.is_file():
                raise InputError(
                    "`resume` must have a file as its source; a stream cannot be read again. "
                    "Save it first."
                )
            digests.append(digest_blocks(file))
        return digests


def _may_be_several(
    source: str | Path | IO[bytes] | Sequence[str | Path], files: Sequence[Path | IO[bytes]]
) -> bool:
    """Return whether a source is more than the name of one file: a pattern, a folder or a list."""
    if not isinstance(source, (str, Path, Sequence)):
        return False
    paths = [source] if isinstance(source, (str, Path)) else source
    return len(paths) != 1 or list(files) != [Path(paths[0])]
