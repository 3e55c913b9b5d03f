"""Open files and streams for reading, packed or not."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from stance.errors import TableError
from stance.optional import load_extra

PACKINGS: Final = ("gz", "zst")


class Source(NamedTuple):
    """An open source: what messages call it, its bytes unpacked, and the file or stream that they come from."""

    name: str
    stream: Any
    raw: IO[bytes]

    def position(self) -> int:
        """Tell how many bytes of the file are read; 0 where a stream does not tell."""
        try:
            return self.raw.tell()
        except (OSError, AttributeError):
            return 0


def packing_of(name: str) -> str:
    """Tell by its name how a file is packed.

    >>> packing_of("articles.csv.gz"), packing_of("articles.csv")
    ('gz', '')
    """
    suffix = name.lower().rpartition(".")[2]
    return suffix if suffix in PACKINGS else ""


@contextlib.contextmanager
def open_source(source: Path | IO[bytes], packing: str | None = None) -> Iterator[Source]:
    """Open a file, or borrow a stream (it is left open), and unpack it as it is read.

    Parameters
    ----------
    source : Path or binary file
        What to read.
    packing : {"", "gz", "zst"}, optional
        By default what the name says.

    Raises
    ------
    TableError
        If it cannot be opened.
    """
    name = str(source) if isinstance(source, Path) else _stream_name(source)
    with contextlib.ExitStack() as stack:
        if isinstance(source, Path):
            try:
                raw: IO[bytes] = stack.enter_context(source.open("rb"))
            except OSError as error:
                raise TableError(
                    f"{name} must be a file that can be read; {error.strerror or error}. Check the path."
                ) from error
        else:
            raw = source
            make_blocking(raw)
        kind = packing_of(name) if packing is None else packing
        yield Source(name, stack.enter_context(_unpacked(raw, kind)), raw)


def make_blocking(stream: Any) -> None:
    """Have a stream wait: of a pipe that does not, an end is read before its end, and not all is written."""
    with contextlib.suppress(
        AttributeError, OSError, ValueError
    ):  # of a stream in memory, and where there are no such pipes
        os.set_blocking(stream.fileno(), True)


def _stream_name(stream: IO[bytes]) -> str:
    name = getattr(stream, "name", "<stdin>")  # of a pipe, a number
    return name if isinstance(name, str) and name != "<stdin>" else "standard input"


@contextlib.contextmanager
def _unpacked(raw: IO[bytes], packing: str) -> Iterator[Any]:
    if packing == "gz":
        import gzip

        yield gzip.GzipFile(fileobj=raw, mode="rb")
    elif packing == "zst":
        pyarrow = load_extra("pyarrow", "io", "reading .zst")
        yield pyarrow.CompressedInputStream(pyarrow.PythonFile(raw, mode="r"), "zstd")
    else:
        yield raw
