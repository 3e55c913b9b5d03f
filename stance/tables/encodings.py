"""Decode bytes: by byte order mark, as strict UTF-8, or by a guess that a notice names.

A byte that the encoding does not have becomes a lone surrogate, which no valid text holds:
`is_whole` finds it, and `original_bytes` gives the byte back.
"""

from __future__ import annotations

import codecs
import itertools
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stance.errors import StanceWarning, TableError

BLOCK: Final = 2**20  # bytes read at a time
# Bytes that decide the encoding: English prose has a character beyond ASCII every few thousand.
HEAD: Final = 16 * 2**20
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, with whose mark it begins
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Code pages of Latin letters. A detector confuses them, so that all are read as cp1252, which Excel
# on Windows writes.
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
# Share of letters beyond ASCII below which a script is Latin: French has 0.04, Russian and Arabic
# have nearly 1.
_RARE: Final = 0.3
# A guess looks at no more than this.
_SAMPLE_LINES: Final = 1000
_SAMPLE_BYTES: Final = 2**16


@dataclass(frozen=True)
class Text:
    """A decoded stream: the name of its encoding, and its text in blocks."""

    encoding: str
    blocks: Iterator[str]


def read_text(
    stream: Any,
    name: str,
    encoding: str | None = None,
    note_share: Callable[[float], None] | None = None,
) -> Text:
    """Decode a binary stream as it is read.

    Parameters
    ----------
    stream : binary file
        Read forward only.
    name : str
        What messages call it.
    encoding : str, optional
        By default the one of the byte order mark; without a mark UTF-8, unless most of the lines
        with bytes beyond ASCII in the first 16 MB are not UTF-8: then the encoding is guessed, with
        a `StanceWarning`.
    note_share : callable, optional
        Told the share of what was read to find the encoding that the blocks have given out.

    Returns
    -------
    Text
        Bytes that the encoding does not have are lone surrogates in it.

    Raises
    ------
    TableError
        If the encoding is unknown or cannot be guessed, or (while the blocks are read) as
        `read_blocks` says.
    """
    rest = read_blocks(stream, name)
    blocks: list[bytes] = []
    while sum(map(len, blocks)) < HEAD and (block := next(rest, b"")):
        blocks.append(block)
    head = b"".join(blocks)
    encoding = _look_up(encoding, head) if encoding else find_encoding(head, name)
    given = _give_out(blocks, note_share) if note_share else blocks
    return Text(encoding, _decode(itertools.chain(given, rest), encoding, name))


def read_blocks(stream: Any, name: str) -> Iterator[bytes]:
    """Read a binary stream to its end, in blocks of at most `BLOCK` bytes.

    Raises
    ------
    TableError
        If it breaks off, or goes on with nothing but zero bytes, perhaps for ever.
    """
    # On pipes read1 returns what has arrived, so that Ctrl-C is noticed.
    read = getattr(stream, "read1", stream.read)
    n_zeros = 0
    while block := _read(read, name, BLOCK):
        n_zeros = 0 if block.strip(b"\0") else n_zeros + len(block)
        if n_zeros >= HEAD:
            raise TableError(
                f"{name} must hold text; it goes on with {HEAD >> 20} MB of zero bytes and more. "
                "Fetch it again, or name another file."
            )
        yield block


def _give_out(blocks: Sequence[bytes], note_share: Callable[[float], None]) -> Iterator[bytes]:
    """Yield blocks, and tell the share of them that was given out."""
    total = sum(map(len, blocks))
    n_given = 0
    for block in blocks:
        n_given += len(block)
        note_share(n_given / total)
        yield block


def _read(read: Callable[[int], bytes], name: str, size: int) -> bytes:
    try:
        return bytes(read(size))
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise TableError(
            f"{name} must be whole; it cannot be read to its end: {reason}. Fetch it again."
        ) from error


def _look_up(encoding: str, head: bytes) -> str:
    try:
        codec = codecs.lookup(encoding)
        if not codec._is_text_encoding:  # rot13, base64, zip: the test that bytes.decode makes
            raise LookupError("it is not an encoding of text")
    except LookupError as error:
        raise TableError(
            f"`encoding` must be a text encoding that Python knows; got {encoding!r}."
        ) from error
    return "utf-8-sig" if codec.name == "utf-8" and head.startswith(codecs.BOM_UTF8) else codec.name


def _decode(blocks: Iterable[bytes], encoding: str, name: str) -> Iterator[str]:
    errors = "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    try:
        for block in blocks:
            yield decoder.decode(block)
        yield decoder.decode(b"", True)
    except UnicodeError as error:
        reason = error.reason if isinstance(error, UnicodeDecodeError) else error
        raise TableError(
            f"{name} must be {encoding}; {reason}. Pass its encoding (Excel on Windows writes "
            "cp1252)."
        ) from error


def is_whole(text: str) -> bool:
    """Return whether every byte of a text could be decoded.

    >>> contents = b"caf\\xc3\\xa9", b"caf\\xe9"
    >>> [is_whole(content.decode("utf-8", "surrogateescape")) for content in contents]
    [True, False]
    """
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def original_bytes(text: str) -> bytes:
    """Encode as UTF-8, and each byte that could not be decoded as itself.

    >>> original_bytes(b"caf\\xe9".decode("utf-8", "surrogateescape"))
    b'caf\\xe9'
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair, from UTF-16 or JSON
        return text.encode("utf-8", "surrogatepass")


def marked_encoding(head: bytes) -> str | None:
    """Return the encoding of the byte order mark; None if there is no mark."""
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
        _warn_of_guess(wide, name, "every second byte is zero")
        return wide
    if len(head) >= HEAD:  # it may end within a character
        head = head[: head.rfind(b"\n") + 1] or head
    if _is_utf8(head):
        return "utf-8"
    lines = [line for line in head.splitlines() if not line.isascii()]
    invalid = [line for line in lines if not _is_utf8(line)]
    if 2 * len(invalid) <= len(lines):
        return "utf-8"
    guess = _guess(b"\n".join(invalid[:_SAMPLE_LINES])[:_SAMPLE_BYTES], name)
    _warn_of_guess(
        guess, name, f"{len(invalid):,} of {len(lines):,} lines beyond ASCII are not UTF-8"
    )
    return guess


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _find_wide(head: bytes) -> str | None:
    """Recognise UTF-16 without a byte order mark: in Latin text every second byte is zero."""
    even, odd = head[0::2], head[1::2]
    if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def _guess(sample: bytes, name: str) -> str:
    n_beyond = sum(byte > 127 for byte in sample)
    n_letters = n_beyond + sum(bytes((byte,)).isalpha() for byte in sample)
    if n_beyond < _RARE * n_letters:
        return "cp1252"
    try:
        from charset_normalizer import from_bytes
    except ImportError as error:
        raise TableError(
            f"{name} must be UTF-8 or have a byte order mark; it is not, and guessing its encoding "
            "needs the package charset-normalizer; it is not installed. "
            'Pass its encoding, or pip install "stance-tone[io]".'
        ) from error
    best = from_bytes(sample).best()
    if best is None:
        raise TableError(
            f"{name} must be UTF-8 or have a byte order mark; it is not, and its encoding cannot "
            "be guessed. Pass its encoding."
        )
    is_latin = best.encoding.startswith(_LATIN) and not best.encoding.startswith(_NOT_LATIN)
    return "cp1252" if is_latin else str(best.encoding)


def _warn_of_guess(encoding: str, name: str, reason: str) -> None:
    warnings.warn(
        f"{name} is read as {encoding}: {reason}. Pass its encoding if that is wrong.",
        StanceWarning,
        stacklevel=2,
    )
