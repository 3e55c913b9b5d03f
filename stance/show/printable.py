"""Text from outside, made fit for a terminal, which control characters could steer."""

from __future__ import annotations

import codecs
import re
from typing import IO, Any, Final

# Controls but tab and line feed, what turns the direction of writing, and halves of pairs.
# Compiled when it is first used: that takes a millisecond of a start.
_STEERING: Final = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""Escape the characters that could steer a terminal.

    >>> print(printable("a\x1b[2Jb"))
    a\x1b[2Jb
    """
    return re.sub(_STEERING, lambda match: match[0].encode("unicode_escape").decode(), text)


class PrintableStream:
    """A binary stream of UTF-8 to a terminal, as `printable` text."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def write(self, content: bytes) -> int:
        """Write some bytes; half a character waits for the rest."""
        self._stream.write(printable(self._decoder.decode(content)).encode())
        return len(content)


def binary_stream(stream: Any) -> Any:
    """Return the binary stream of standard output or error; to a terminal, a printable one."""
    return PrintableStream(stream.buffer) if stream.isatty() else stream.buffer
