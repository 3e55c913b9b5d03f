"""What every reader of tables gives: chunks of checked rows, and the rows that could not be read."""

from __future__ import annotations

import bisect
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

# What is read at once is bounded by both. Larger chunks are no faster, and cost memory.
ROWS: Final = 4096
CHARACTERS: Final = 4 * 2**20

LONGEST_RECORD: Final = 16 * 2**20  # characters of a record: the longest books are a quarter of it


@dataclass(frozen=True)
class Fault:
    """A row that cannot be read: its number (from 0), the line it begins at (from 1), why, and its text as it stands in the file."""

    row: int
    line: int
    reason: str
    raw: str

    def message(self) -> str:
        """Say what is wrong in one sentence."""
        return f"line {self.line} {self.reason}."


@dataclass(frozen=True)
class Chunk:
    """Rows that were read together: their numbers in the file (from 0), their cells by column, and the rows that are none."""

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[Any]]
    faults: Sequence[Fault]


class Rows(Protocol):
    """An open table of any format."""

    name: str
    columns: list[str]

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows, some at a time, with the columns named; once."""


class Lines:
    """The lines of a text, ends included, taken some at a time; a line longer than any record is parted."""

    def __init__(self, blocks: Iterable[str], newline: str = "") -> None:
        self._blocks = _split(blocks, newline)
        self._held: list[str] = []
        self._at = 0

    def take(self, rows: int, characters: int) -> list[str]:
        """Take lines until there are so many, or they hold so many characters; none at the end."""
        taken: list[str] = []
        size = 0
        while len(taken) < rows and size < characters:
            if self._at == len(self._held):
                self._held, self._at = next(self._blocks, []), 0
                if not self._held:
                    break
            part = self._held[self._at : self._at + rows - len(taken)]
            sizes = list(itertools.accumulate(map(len, part), initial=size))[1:]
            count = min(bisect.bisect_left(sizes, characters) + 1, len(part))
            size = sizes[count - 1]
            taken += part[:count]
            self._at += count
        return taken

    def give_back(self, lines: list[str]) -> None:
        """Put lines before those that come."""
        self._held, self._at = lines + self._held[self._at :], 0


def _split(blocks: Iterable[str], newline: str) -> Iterator[list[str]]:
    rest = ""
    for block in blocks:
        lines = io.StringIO(rest + block, newline=newline).readlines()
        # A carriage return ends a line only if no line feed follows, in the next block perhaps.
        rest = (
            ""
            if not lines or lines[-1].endswith("\n") or len(lines[-1]) > LONGEST_RECORD
            else lines.pop()
        )
        if lines:
            yield lines
    if rest:
        yield [rest]
