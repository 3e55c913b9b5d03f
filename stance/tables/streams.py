"""Open files and streams for reading, and unpack them as they are read."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from stance.errors import TableError
from stance.optional import load_extra

PACKINGS: Final = ("gz", "zst")
_BLOCK: Final = 2**20  # bytes that are digested, and compared, at a time
CONTENT_CHANGED: Final = (
    "the content of the tables must stay the same while they are read; it changed. "
    "Wait until they are complete, and begin anew."
)


@dataclass
class ByteSource:
    """An open file or stream.

    Attributes
    ----------
    name : str
        What messages call it.
    stream : binary file
        Its bytes, unpacked.
    raw : binary file
        The file or stream itself, perhaps packed.
    share : float, default=1.0
        The share of what was read so far that has been decoded; the rest waits in memory.
    text_share : float, default=1.0
        The share of what was decoded that has been parsed.
    """

    name: str
    stream: Any
    raw: IO[bytes]
    share: float = 1.0
    text_share: float = 1.0

    def note_share(self, share: float) -> None:
        """Note the share of what was read so far that has been decoded."""
        self.share = share

    def position(self) -> int:
        """Return how many bytes of the file have been taken; 0 if the stream does not know."""
        try:
            return int(self.raw.tell() * self.share * self.text_share)
        except (OSError, AttributeError):
            return 0


def check_path(path: Path) -> Path:
    """Return a path that the system can look up.

    Raises
    ------
    TableError
        If it is too long, or holds a null character.
    """
    try:
        path.lstat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        # A folder that is closed, or no folder, says more when it is opened.
        if isinstance(error, ValueError) or error.errno == errno.ENAMETOOLONG:
            reason = getattr(error, "strerror", None) or error
            raise TableError(
                f"{str(path)!r:.80} must be a path that a file can have; {reason}. Check the path."
            ) from error
    return path


def file_state(file: Path | IO[bytes]) -> tuple[int, int] | None:
    """Return the size of a file and the time of its last write; None for all but regular files."""
    if not isinstance(file, Path) or not file.is_file():
        return None
    try:
        status = file.stat()
    except OSError:  # it has just gone
        return None
    return status.st_size, status.st_mtime_ns


def packing_of(name: str) -> str:
    """Return how a file is packed, by its name: "gz", "zst" or "".

    >>> packing_of("articles.csv.gz"), packing_of("articles.csv")
    ('gz', '')
    """
    suffix = name.lower().rpartition(".")[2]
    return suffix if suffix in PACKINGS else ""


def digest_blocks(path: Path) -> list[bytes]:
    """Return the SHA-256 of each megabyte of a file."""
    with path.open("rb") as file:
        return [hashlib.sha256(block).digest() for block in iter(lambda: file.read(_BLOCK), b"")]


class VerifiedFile(io.RawIOBase):
    """A file of which every byte that is read is one that was digested before.

    Parameters
    ----------
    path : Path
        The file.
    digests : sequence of bytes
        What `digest_blocks` gave for it.
    """

    def __init__(self, path: Path, digests: Sequence[bytes]) -> None:
        self._file = path.open("rb")
        self._digests = digests
        self._position = 0
        self._number, self._block = -1, b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte of the file."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position}.get(whence)
        start = os.fstat(self._file.fileno()).st_size if start is None else start
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Read into a buffer, at most to the end of a block; return the number of bytes.

        Raises
        ------
        TableError
            If the block is not what it was.
        """
        number, offset = divmod(self._position, _BLOCK)
        if number != self._number:
            self._block = self._read_block(number)
            self._number = number
        piece = self._block[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _read_block(self, number: int) -> bytes:
        self._file.seek(number * _BLOCK)
        block = self._file.read(_BLOCK)
        expected = self._digests[number] if number < len(self._digests) else None
        if (hashlib.sha256(block).digest() if block else None) != expected:
            raise TableError(CONTENT_CHANGED)
        return block


@contextlib.contextmanager
def open_source(
    source: Path | IO[bytes],
    packing: str | None = None,
    digests: Sequence[bytes] | None = None,
) -> Iterator[ByteSource]:
    """Open a file, or use an open stream (which is left open), and unpack it as it is read.

    Parameters
    ----------
    source : Path or binary file
        What to read.
    packing : {"", "gz", "zst"}, optional
        By default as the name shows.
    digests : sequence of bytes, optional
        What `digest_blocks` gave for the file: nothing else is read.

    Raises
    ------
    TableError
        If the file cannot be opened, is a device that may never end, or is read with other digests.
    """
    name = shown_name(source) if isinstance(source, Path) else _stream_name(source)
    with contextlib.ExitStack() as stack:
        if isinstance(source, Path):
            try:
                raw: IO[bytes] = stack.enter_context(_open_file(source, digests))
            except OSError as error:
                raise TableError(
                    f"{name} must be a file that can be read; {error.strerror or error}. "
                    "Check the path."
                ) from error
        else:
            raw = source
            make_blocking(raw)
        check_ends(raw, name)
        packing = packing_of(name) if packing is None else packing
        yield ByteSource(name, stack.enter_context(_unpacked(raw, packing)), raw)


def check_ends(stream: Any, name: str) -> None:
    """Check that a stream is none of a device that may never end, as /dev/zero is.

    Raises
    ------
    TableError
        If it is one. A terminal ends when its user says so, and the null device at once.
    """
    try:
        descriptor = stream.fileno()
    except (AttributeError, OSError):  # in memory
        return
    status = os.fstat(descriptor)
    if not stat.S_ISCHR(status.st_mode) or os.isatty(descriptor):
        return
    if status.st_rdev != os.stat(os.devnull).st_rdev:  # noqa: PTH116 - it may be no path
        raise TableError(
            f"{name} must be a file, a pipe or a terminal; it is a device that may never end. "
            "Save what it gives to a file."
        )


def _open_file(path: Path, digests: Sequence[bytes] | None) -> IO[bytes]:
    return path.open("rb") if digests is None else io.BufferedReader(VerifiedFile(path, digests))


def shown_name(path: Path) -> str:
    r"""Return a path as text that can be written anywhere: bytes that are not UTF-8 are escaped.

    >>> shown_name(Path("caf\udce9.csv"))
    'caf\\xe9.csv'
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def make_blocking(stream: Any) -> None:
    """Switch a stream to blocking mode.

    A non-blocking pipe looks finished while data is on its way, and takes only part of a write.
    """
    # A stream in memory has no descriptor, and some systems have no non-blocking pipes.
    with contextlib.suppress(AttributeError, OSError, ValueError):
        os.set_blocking(stream.fileno(), True)


def _stream_name(stream: IO[bytes]) -> str:
    name = getattr(stream, "name", "<stdin>")  # the name of a pipe is a number
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
