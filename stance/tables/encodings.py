"""Turn bytes into text: the byte order mark, strict UTF-8, a guess with a notice; what cannot be decoded stays recognisable.

A byte that the encoding does not have becomes a lone surrogate, which no true text holds: `is_whole` finds it, and
`restored` gives the byte back.
"""

from __future__ import annotations

import codecs
import functools
import itertools
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from stance.errors import StanceWarning, TableError

BLOCK: Final = 2**20  # bytes that are read at once
HEAD: Final = (
    16 * 2**20
)  # bytes that decide the encoding: in English prose a byte beyond ASCII comes every few thousand
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16, so it is asked first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Code pages of Latin letters; a detector takes one for the other, and cp1252 is what Excel on Windows writes.
_LATIN: Final = ("cp125", "latin", "iso8859", "mac_", "cp437", "cp775", "cp85", "hp_roman", "ascii")
_NOT_LATIN: Final = (
    "cp1251",
    "cp1253",
    "cp1255",
    "cp1256",
    "iso8859_5",
    "iso8859_6",
    "iso8859_7",
    "iso8859_8",
    "iso8859_11",
    "mac_cyr",
    "mac_gr",
    "cp855",
)
_RARE: Final = 0.3  # of the letters: French has 0.04 beyond ASCII, Russian and Arabic nearly all


@dataclass(frozen=True)
class Text:
    """A stream as text: its encoding, and its text in blocks."""

    encoding: str
    blocks: Iterator[str]


def read_text(stream: Any, name: str, encoding: str | None = None) -> Text:
    """Decode a binary stream as it is read.

    Parameters
    ----------
    stream : binary file
        Read forward only.
    name : str
        What messages call it.
    encoding : str, optional
        By default what the byte order mark says; or else UTF-8, unless most of the lines with bytes beyond ASCII in the first
        16 MB are not UTF-8: then a guess, with a `StanceWarning`.

    Returns
    -------
    Text
        Bytes that the encoding does not have are lone surrogates in it.

    Raises
    ------
    TableError
        If the encoding is unknown or cannot be guessed, or (while the blocks are read) the stream breaks off.
    """
    # Of a pipe, what is there: a signal is not seen while the rest of a block is waited for.
    read = functools.partial(_read, getattr(stream, "read1", stream.read), name)
    head: list[bytes] = []
    while sum(map(len, head)) < HEAD and (block := read(BLOCK)):
        head.append(block)
    beginning = b"".join(head)
    chosen = _lookup(encoding, beginning) if encoding else find_encoding(beginning, name)
    return Text(
        chosen, _decoded(itertools.chain(head, iter(lambda: read(BLOCK), b"")), chosen, name)
    )


def _read(read: Callable[[int], bytes], name: str, size: int) -> bytes:
    try:
        return bytes(read(size))
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise TableError(
            f"{name} must be whole; it cannot be read to its end: {reason}. Fetch it again."
        ) from error


def _lookup(encoding: str, head: bytes) -> str:
    try:
        found = codecs.lookup(encoding)
        if not found._is_text_encoding:  # rot13, base64, zip: as `bytes.decode` tells them
            raise LookupError("it is not an encoding of text")
    except LookupError as error:
        raise TableError(
            f"`encoding` must be one of text that Python knows; got {encoding!r}."
        ) from error
    return "utf-8-sig" if found.name == "utf-8" and head.startswith(codecs.BOM_UTF8) else found.name


def _decoded(blocks: Iterable[bytes], encoding: str, name: str) -> Iterator[str]:
    errors = "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    try:
        for block in blocks:
            yield decoder.decode(block)
        yield decoder.decode(b"", True)
    except UnicodeError as error:
        reason = error.reason if isinstance(error, UnicodeDecodeError) else error
        raise TableError(
            f"{name} must be {encoding}; {reason}. Pass its encoding (cp1252 is what Excel on Windows writes)."
        ) from error


def is_whole(text: str) -> bool:
    """Tell whether every byte of a text could be decoded.

    >>> [is_whole(content.decode("utf-8", "surrogateescape")) for content in (b"caf\\xc3\\xa9", b"caf\\xe9")]
    [True, False]
    """
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def restored(text: str) -> bytes:
    """Encode as UTF-8, and what could not be decoded as the bytes it was.

    >>> restored(b"caf\\xe9".decode("utf-8", "surrogateescape"))
    b'caf\\xe9'
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair, of UTF-16 or JSON
        return text.encode("utf-8", "surrogatepass")


def marked_encoding(head: bytes) -> str | None:
    """Tell the encoding that a byte order mark says; None if there is none."""
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)


def find_encoding(head: bytes, name: str) -> str:
    """Find the encoding of a file from its beginning.

    >>> find_encoding("café".encode(), "a file"), find_encoding("café".encode("utf-16"), "a file")
    ('utf-8', 'utf-16')
    """
    marked = marked_encoding(head)
    if marked:
        return marked
    wide = _find_wide(head[:BLOCK])
    if wide:
        return _noticed(wide, name, "every second byte is zero")
    if len(head) >= HEAD:  # it may end within a character
        head = head[: head.rfind(b"\n") + 1] or head
    if _is_utf8(head):
        return "utf-8"
    lines = [line for line in head.splitlines() if not line.isascii()]
    bad = [line for line in lines if not _is_utf8(line)]
    if 2 * len(bad) <= len(lines):
        return "utf-8"
    return _noticed(
        _guess(b"\n".join(bad[:1000])[: 2**16], name),
        name,
        f"{len(bad):,} of {len(lines):,} lines beyond ASCII are not UTF-8",
    )


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _find_wide(head: bytes) -> str | None:
    """Name the UTF-16 of a text of Latin letters without a byte order mark."""
    even, odd = head[0::2], head[1::2]
    if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    return (
        "utf-16-be" if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.1 * len(odd) else None
    )


def _guess(sample: bytes, name: str) -> str:
    high = sum(byte > 127 for byte in sample)
    letters = high + sum(bytes((byte,)).isalpha() for byte in sample)
    if high < _RARE * letters:
        return "cp1252"
    try:
        from charset_normalizer import from_bytes
    except ImportError as error:
        raise TableError(
            f"{name} must be UTF-8 or say otherwise; it is not, and to guess needs the package charset-normalizer; it is not installed. "
            'Pass its encoding, or pip install "stance-tone[io]".'
        ) from error
    best = from_bytes(sample).best()
    if best is None:
        raise TableError(
            f"{name} must be UTF-8 or say otherwise; it is not, and cannot be guessed. Pass its encoding."
        )
    latin = best.encoding.startswith(_LATIN) and not best.encoding.startswith(_NOT_LATIN)
    return "cp1252" if latin else str(best.encoding)


def _noticed(encoding: str, name: str, why: str) -> str:
    warnings.warn(
        f"{name} is read as {encoding}: {why}. Pass its encoding if that is wrong.",
        StanceWarning,
        stacklevel=2,
    )
    return encoding
