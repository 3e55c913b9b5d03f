"""Remember what a run has done: files that only grow, and a journal of their lengths."""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from stance.errors import TableError

_BLOCK: Final = 2**20  # bytes read at a time


class GrowingFile:
    """An unbuffered file that is only appended to, with its length and checksum so far.

    Parameters
    ----------
    path : Path
        Created if it does not exist; otherwise its content is kept.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.length = 0
        self.crc = 0
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)

    def lock(self) -> bool:
        """Lock the file while it is open; return False if another run has locked or moved it."""
        try:
            import fcntl
        except ImportError:  # not on Windows, where an open file cannot be replaced anyway
            return True
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.path.samestat(os.fstat(self._handle), self.path.stat())
        except (BlockingIOError, FileNotFoundError):
            return False

    def write(self, content: bytes) -> None:
        """Append to the file."""
        view = memoryview(content)
        while view:
            view = view[os.write(self._handle, view) :]
        self.length += len(content)
        self.crc = zlib.crc32(content, self.crc)

    def checksums(self, lengths: Iterable[int]) -> dict[int, int]:
        """Return the checksum of the file up to each of some rising lengths, as far as it goes."""
        sums: dict[int, int] = {}
        os.lseek(self._handle, 0, os.SEEK_SET)
        offset = crc = 0
        for length in lengths:
            while offset < length and (
                block := os.read(self._handle, min(_BLOCK, length - offset))
            ):
                offset += len(block)
                crc = zlib.crc32(block, crc)
            if offset == length:
                sums[length] = crc
        return sums

    def cut(self, length: int = 0, crc: int = 0) -> None:
        """Cut the file to a length of which the checksum is known."""
        os.ftruncate(self._handle, length)
        os.lseek(self._handle, length, os.SEEK_SET)
        self.length, self.crc = length, crc

    def sync(self) -> None:
        """Wait until the disk has all of it."""
        os.fsync(self._handle)

    def remove(self) -> None:
        """Remove the file, unless it was moved and another one has its path."""
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(self._handle), self.path.stat()):
                self.path.unlink()

    def close(self) -> None:
        """Close the file, which also unlocks it."""
        os.close(self._handle)


def has_content(path: Path, length: int, crc: int) -> bool:
    """Return whether a file has this length and checksum; a missing file counts as empty."""
    if not path.exists():
        return length == 0
    file = GrowingFile(path)
    try:
        return path.stat().st_size == length and file.checksums([length]) == {length: crc}
    finally:
        file.close()


class Journal:
    """A file of JSON lines: what the run is made of, and then one line per chunk that was written.

    A line is believed only if the files have the content that it names. So neither a kill nor a
    power cut between two writes can do harm, and no write has to wait for the disk.

    Parameters
    ----------
    path : Path
        Read if it exists.

    Raises
    ------
    TableError
        If it is something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None
        self.lines: list[dict[str, Any]] = []
        # A line that was half written raises ValueError, and is the last one.
        with contextlib.suppress(FileNotFoundError, ValueError, RecursionError):
            for line in path.read_bytes().splitlines():
                self.lines.append(json.loads(line))
        self._check(all(map(_is_identity, self.lines[:1])) and all(map(_is_entry, self.lines[1:])))

    def _check(self, is_ours: bool) -> None:
        if not is_ours:
            raise TableError(
                f"{self.path} must be the journal of a run that was cut off; it is something else. "
                "Remove it."
            )

    def check(self, identity: Mapping[str, str], name: str) -> None:
        """Check that the run was begun with the same input, model and options.

        Raises
        ------
        TableError
            If one of them has changed.
        """
        first = self.lines[0]
        changed = sorted(key for key in {*identity, *first} if identity.get(key) != first.get(key))
        if changed:
            raise TableError(
                f"{name} can be resumed only with what it was begun with; {' and '.join(changed)} "
                "changed since. Restore it, or begin anew with force (--force) and without resume."
            )

    def find_last(self, files: Sequence[GrowingFile]) -> dict[str, Any]:
        """Return the last line that the files confirm, or an empty dict; undo what came after it.

        The files are cut to the lengths in that line, and later lines are forgotten.
        """
        entries = self.lines[1:]
        self._check(all(len(entry["files"]) == len(files) for entry in entries))
        sums = [
            file.checksums(entry["files"][index][0] for entry in entries)
            for index, file in enumerate(files)
        ]
        while entries and not all(
            file_sums.get(length) == crc
            for file_sums, (length, crc) in zip(sums, entries[-1]["files"], strict=True)
        ):
            entries.pop()
        for index, file in enumerate(files):
            file.cut(*(entries[-1]["files"][index] if entries else ()))
        self.lines = [*self.lines[:1], *entries]
        return entries[-1] if entries else {}

    def begin(self, identity: Mapping[str, str]) -> None:
        """Write the confirmed lines to a new file, and leave it open for more."""
        lines = self.lines or [dict(identity)]
        scratch = self.path.with_name(self.path.name + ".new")
        scratch.write_bytes(b"".join(map(_encode_line, lines)))
        scratch.replace(self.path)
        self._handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Append a line in a single write."""
        if self._handle is not None:
            os.write(self._handle, _encode_line(entry))

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def remove(self) -> None:
        """Close and remove the file."""
        self.close()
        self.path.unlink(missing_ok=True)


def _is_identity(line: Any) -> bool:
    return isinstance(line, dict) and all(isinstance(value, str) for value in line.values())


def _is_entry(line: Any) -> bool:
    """Return whether a line has the shape of those that `Journal.add` is given.

    >>> _is_entry({"files": [[120, 7], [0, 0]], "state": {}}), _is_entry({"files": 3})
    (True, False)
    """
    if not isinstance(line, dict) or not isinstance(line.get("state", {}), dict):
        return False
    files = line.get("files")
    return (
        isinstance(files, list)
        and all(isinstance(file, list) and [*map(type, file)] == [int, int] for file in files)
        and all(length >= 0 for length, _ in files)
    )


def _encode_line(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
