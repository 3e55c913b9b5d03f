"""Read the files of a model that its sums list, and no others: from a folder or a zip, bounded.

A model may come from a stranger. So the sums are read first, each file is read up to a limit,
whatever size it declares, and a zip may neither unpack to more than that nor list endless entries.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from stance.errors import ModelError

if TYPE_CHECKING:
    import zipfile

SUMS: Final = "SHA256SUMS"
MAX_BYTES: Final = 160 * 2**20
"""Of all files of a model: the weights may be 128 MB (`stance.scoring.checks.MAX_WEIGHTS`)."""
MAX_JSON: Final = 12 * 2**20
"""Of all files but arrays: JSON can take 24 times its size in memory. The shipped model has 1.3."""
_MAX_SUMS: Final = 2**16  # bytes, and so some 800 files
_MAX_ENTRIES: Final = 1000  # of a zip
_ENTRY: Final = b"PK\x01\x02"  # begins each entry in the list of a zip
_BLOCK: Final = 2**20  # bytes read at a time
_LINES: Final = re.compile(rb"(?:[0-9a-f]{64}  [^\n/\\\x00]+\n)*")
_NAME: Final = 66  # of a line: a digest of 64 characters, two spaces, and the name of the file
_CHANGED: Final = "was changed after it was saved ({}). Do not trust it; copy or train it again."

Source = Path | IO[bytes]
"""The folder or zip of a model, or the open bytes of a zip."""


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def make_sums(files: Mapping[str, bytes]) -> bytes:
    """Return the content of `SUMS` for some files, by name.

    >>> make_sums({"b": b"", "a": b""}).decode().split()[1::2]
    ['a', 'b']
    """
    return _list_sums({name: digest(files[name]) for name in files if name != SUMS})


def _list_sums(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def read_listed(source: Source, name: str) -> dict[str, bytes]:
    """Read the files that the sums of a model list, and compare each with its digest.

    Parameters
    ----------
    source : Path or binary file
        The model.
    name : str
        What messages call it.

    Raises
    ------
    ModelError
        If there is no model, a file is missing or changed, or it is larger than a model may be.
    """
    if isinstance(source, Path) and not _exists(source):
        raise ModelError(
            f"{name} must be a model folder or zip; there is none. "
            "Check the path, or train a model first."
        )
    with _opened(source, name) as read:
        sums = read(SUMS, _MAX_SUMS)
        if sums is None:
            raise ModelError(
                f"{name} must be a model folder or zip; it holds no {SUMS}. Check the path."
            )
        return _read_files(sums, read, name)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long, or with a null character
        return False


_Read = Callable[[str, int], bytes | None]
"""Takes the name of a file and how many bytes it may have; returns None if there is none."""


def _read_files(sums: bytes, read: _Read, name: str) -> dict[str, bytes]:
    if not _LINES.fullmatch(sums):
        raise ModelError(f"{name} {_CHANGED.format(SUMS)}")
    files: dict[str, bytes] = {}
    digests: dict[str, str] = {}
    wrong: list[str] = []
    n_bytes = n_json = 0
    for line in sums.splitlines():
        file = line[_NAME:].decode("utf-8", "backslashreplace")
        is_array = file.endswith(".npy")
        content = read(file, MAX_BYTES - n_bytes if is_array else MAX_JSON - n_json)
        n_bytes += len(content or b"")
        n_json += 0 if is_array else len(content or b"")
        actual = "" if content is None else digest(content)
        if content is None or actual.encode() != line[: _NAME - 2]:
            wrong.append(file)
        else:
            files[file], digests[file] = content, actual
    if "facts.json" not in files and "facts.json" not in wrong:
        wrong.append("facts.json")
    if wrong or _list_sums(digests) != sums:
        raise ModelError(f"{name} {_CHANGED.format(', '.join(sorted(wrong)) or SUMS)}")
    return files


@contextmanager
def _opened(source: Source, name: str) -> Iterator[_Read]:
    """Open a folder or zip, and yield what reads a file of it."""
    if isinstance(source, Path) and source.is_dir():
        yield lambda file, most: _read_from_folder(source / file, most, name)
        return
    import zipfile  # here: most models are folders, and these are slow to import
    import zlib

    try:
        with zipfile.ZipFile(_checked_zip(source)) as archive:
            folder = _find_folder(archive.namelist())
            yield lambda file, most: _read_from_zip(archive, folder + file, most, name)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(
            f"{name} must be a model folder or zip; it cannot be read as one. Check the path."
        ) from error


def _read_from_folder(path: Path, most: int, name: str) -> bytes | None:
    if not path.is_file():  # a pipe would never end
        return None
    try:
        with path.open("rb") as file:
            # Room for all that it may hold would be taken first, and given back: milliseconds.
            return _within(file.read(min(most, path.stat().st_size) + 1), most, name)
    except OSError as error:
        raise ModelError(
            f"{path} must be a file that can be read; {error.strerror or error}. Check your rights."
        ) from error


def _within(content: bytes, most: int, name: str) -> bytes:
    if len(content) > most:
        raise ModelError(
            f"{name} must be at most {MAX_BYTES >> 20} MB, {MAX_JSON >> 20} of them not arrays; it "
            "is larger. Train a smaller model (min_df)."
        )
    return content


def _checked_zip(source: Source) -> Source:
    """Check that a zip has few entries before `zipfile` makes an object of each."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            _count_entries(file)
    else:
        _count_entries(source)
    return source


def _count_entries(file: IO[bytes]) -> None:
    n_entries, rest = 0, b""
    while block := file.read(_BLOCK):
        n_entries += (rest + block).count(_ENTRY)
        rest = block[1 - len(_ENTRY) :]
        if n_entries > _MAX_ENTRIES:
            raise ValueError("too many entries")


def _find_folder(names: Iterable[str]) -> str:
    """Return what stands before the names of a model's files in a zip: nothing, or one folder.

    >>> _find_folder(["model/facts.json", "model/SHA256SUMS"]), _find_folder(["facts.json"])
    ('model/', '')
    """
    folders = [name.removesuffix(SUMS) for name in names if name.rpartition("/")[2] == SUMS]
    return min(folders, key=len, default="")


def _read_from_zip(archive: zipfile.ZipFile, path: str, most: int, name: str) -> bytes | None:
    import zipfile

    try:
        entry = archive.getinfo(path)
    except KeyError:
        return None
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("packed in another way than models are")
    with archive.open(entry) as file:
        return _within(file.read(most + 1), most, name)
