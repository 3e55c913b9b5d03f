"""Remember what a run has done, so that one cut off can go on: files that only grow, and a journal of their lengths."""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from stance.errors import TableError

_BLOCK: Final = 2**20


class GrowingFile:
    """A file that only grows, without a buffer: its length and checksum so far.

    Parameters
    ----------
    path : Path
        Made if it is not there, kept as it is if it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.length = 0
        self.crc = 0
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)

    def lock(self) -> bool:
        """Keep other runs off the file while it is open; False if one holds it, or has just moved it away."""
        try:
            import fcntl
        except ImportError:  # not on Windows, where an open file cannot be replaced anyway
            return True
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.path.samestat(os.fstat(self._handle), self.path.stat())
        except (BlockingIOError, FileNotFoundError):
            return False

    def write(self, piece: bytes) -> None:
        """Add to the end."""
        view = memoryview(piece)
        while view:
            view = view[os.write(self._handle, view) :]
        self.length += len(piece)
        self.crc = zlib.crc32(piece, self.crc)

    def checksums(self, lengths: Iterable[int]) -> dict[int, int]:
        """Give the checksum of the file up to each of some lengths, in rising order; only of those that it has."""
        found: dict[int, int] = {}
        os.lseek(self._handle, 0, os.SEEK_SET)
        at = crc = 0
        for length in lengths:
            while at < length and (block := os.read(self._handle, min(_BLOCK, length - at))):
                at += len(block)
                crc = zlib.crc32(block, crc)
            if at == length:
                found[length] = crc
        return found

    def cut(self, length: int = 0, crc: int = 0) -> None:
        """Cut off what lies behind a length, of which the checksum is known."""
        os.ftruncate(self._handle, length)
        os.lseek(self._handle, length, os.SEEK_SET)
        self.length, self.crc = length, crc

    def sync(self) -> None:
        """Have the disk hold it."""
        os.fsync(self._handle)

    def remove(self) -> None:
        """Remove the file, unless it has moved and another stands in its place."""
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(self._handle), self.path.stat()):
                self.path.unlink()

    def close(self) -> None:
        """Let go of the file and of its lock."""
        os.close(self._handle)


def holds(path: Path, length: int, crc: int) -> bool:
    """Tell whether a file is of this length and checksum; one that is not there is empty."""
    if not path.exists():
        return length == 0
    file = GrowingFile(path)
    try:
        return path.stat().st_size == length and file.checksums([length]) == {length: crc}
    finally:
        file.close()


class Journal:
    """A line of JSON for what a run is made of, and one a chunk for what was done when it was written.

    A line is believed only if the files hold the bytes that it tells of: neither a kill nor a power cut between two writes
    can harm, and no write has to wait for the disk.

    Parameters
    ----------
    path : Path
        Read if it is there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None
        self.lines: list[dict[str, Any]] = []
        with contextlib.suppress(FileNotFoundError, ValueError):  # a line half written is the last
            for line in path.read_bytes().splitlines():
                self.lines.append(json.loads(line))

    def check(self, identity: Mapping[str, str], name: str) -> None:
        """Refuse to go on with a run that was made of something else."""
        begun = self.lines[0]
        changed = sorted(key for key in {*identity, *begun} if identity.get(key) != begun.get(key))
        if changed:
            raise TableError(
                f"{name} can be resumed only with what it was begun with; {' and '.join(changed)} changed since. "
                "Put that back, or pass force (--force) and not resume to begin anew."
            )

    def find_last(self, files: Sequence[GrowingFile]) -> dict[str, Any]:
        """Cut the files to the last line that they bear out, forget those after it, and return it; empty if there is none."""
        entries = self.lines[1:]
        sums = [
            file.checksums(entry["files"][at][0] for entry in entries)
            for at, file in enumerate(files)
        ]
        while entries and any(
            found.get(length) != crc
            for found, (length, crc) in zip(sums, entries[-1]["files"], strict=True)
        ):
            entries.pop()
        for at, file in enumerate(files):
            file.cut(*(entries[-1]["files"][at] if entries else ()))
        self.lines = [*self.lines[:1], *entries]
        return entries[-1] if entries else {}

    def begin(self, identity: Mapping[str, str]) -> None:
        """Write the lines that hold anew, and stay open for more."""
        lines = self.lines or [dict(identity)]
        scratch = self.path.with_name(self.path.name + ".new")
        scratch.write_bytes(b"".join(map(_line, lines)))
        scratch.replace(self.path)
        self._handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Add a line, whole or not at all."""
        if self._handle is not None:
            os.write(self._handle, _line(entry))

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def remove(self) -> None:
        """Remove the file."""
        self.close()
        self.path.unlink(missing_ok=True)


def _line(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
