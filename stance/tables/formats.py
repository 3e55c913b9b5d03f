"""Tell the format of a source or target, find the files that a name stands for, and open a table of any format."""

from __future__ import annotations

import contextlib
import glob
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from stance.errors import InputError, TableError
from stance.tables.streams import Source, open_source, packing_of

if TYPE_CHECKING:
    from stance.tables.rows import Rows

KINDS: Final = ("csv", "tsv", "jsonl", "parquet")


class Format(NamedTuple):
    """How a table is laid out, one of `KINDS`, and packed: "", "gz" or "zst"."""

    kind: str
    packing: str = ""


def parse_format(name: str) -> Format | None:
    """Read a format off a file's name, or off the format's own; None if it shows none.

    >>> parse_format("jsonl.gz"), parse_format("news/articles.CSV"), parse_format("story.txt")
    (Format(kind='jsonl', packing='gz'), Format(kind='csv', packing=''), None)
    """
    packing = packing_of(name)
    kind = (
        name.lower()
        .removesuffix(f".{packing}" if packing else "")
        .rpartition(".")[2]
        .rpartition("/")[2]
    )
    kind = "jsonl" if kind == "ndjson" else kind
    return Format(kind, packing) if kind in KINDS else None


def find_format(where: object, told: str | None, option: str) -> Format:
    """Tell the format of a path or stream: the one told, or the one its name shows, or CSV.

    Raises
    ------
    InputError
        If the one told is none.
    """
    name = told if told is not None else where.name if isinstance(where, Path) else "csv"
    found = parse_format(name) or (None if told is not None else Format("csv", packing_of(name)))
    if found is None or (found.kind == "parquet" and found.packing):
        raise InputError(
            f"`{option}` must be one of {list(KINDS)!r}, the first three with .gz or .zst if they are packed; got {name!r}."
        )
    return found


def find_files(
    source: str | Path | IO[bytes] | Sequence[str | Path], *, besides: Sequence[Path] = ()
) -> list[Path | IO[bytes]]:
    """List the files that a source stands for: itself, those a pattern matches, the tables of a folder; each list sorted.

    Parameters
    ----------
    source : str, Path, binary file or sequence of str or Path
        A file, a pattern (``*``, ``?``, ``[...]``, ``**``), a folder, or several of them.
    besides : sequence of Path
        Files that are no source: the output of an earlier run. Neither is what such a run could not read, ``*.errors.csv``.

    Raises
    ------
    TableError
        If a pattern or folder gives no file.
    """
    if not isinstance(source, (str, Path)):
        if not isinstance(source, Sequence):
            return [source]
        found = [path for one in source for path in find_files(one, besides=besides)]
        if not found:
            raise InputError("`source` must name at least one file; got none.")
        return found
    path = Path(source)
    if path.is_dir():
        inside = [
            one for one in path.iterdir() if not one.name.startswith(".") and parse_format(one.name)
        ]
    elif not path.exists() and glob.has_magic(str(path)):
        inside = [Path(one) for one in glob.iglob(str(path), recursive=True)]  # noqa: PTH207 - a pattern may begin at /
    else:
        return [path]
    without = {one.resolve() for one in besides}
    made = (
        one
        for one in inside
        if one.is_file() and not one.name.endswith(".errors.csv") and one.resolve() not in without
    )
    files: list[Path | IO[bytes]] = [*sorted(set(made))]
    if not files:
        raise TableError(
            f"{path} must hold a table ({', '.join(KINDS)}); it holds none. Check the path."
        )
    return files


def check_apart(files: Sequence[Path | IO[bytes]], made: Sequence[Path]) -> None:
    """Refuse a source that the output would take the place of, and one that is there twice.

    Raises
    ------
    InputError
        If there is one.
    """
    seen: set[Path] = set()
    for file in files:
        if not isinstance(file, Path) or not file.is_file():
            continue
        if any(one.exists() and file.samefile(one) for one in made):
            raise InputError(
                f"{file} must not be both source and output (or its .errors.csv). Choose another path."
            )
        if file.resolve() in seen:
            raise InputError(
                f"{file} must be named once; it is there twice, and so would be its rows. Narrow the patterns or folders."
            )
        seen.add(file.resolve())


@contextlib.contextmanager
def open_table(
    source: Path | IO[bytes],
    layout: Format,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Iterator[tuple[Rows, Source]]:
    """Open a table of any format, and tell where it is read from.

    Raises
    ------
    TableError
        If it cannot be opened or is not of that format.
    """
    # Each reader is imported where it is wanted: a single text needs none, and is labelled in less time than they take to import.
    with open_source(source, layout.packing) as opened:
        if layout.kind == "parquet":
            from stance.tables.readers.parquet import ParquetTable

            yield ParquetTable(opened), opened
        elif layout.kind == "jsonl":
            from stance.tables.readers.jsonl import JsonLines

            yield JsonLines(opened, encoding=encoding), opened
        else:
            from stance.tables.readers.csv import Table

            yield (
                Table(
                    opened,
                    encoding=encoding,
                    delimiter=delimiter or ("\t" if layout.kind == "tsv" else None),
                ),
                opened,
            )
