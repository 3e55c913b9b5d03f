"""What every reader gives: chunks of checked rows, and the rows that could not be read."""

from __future__ import annotations

import bisect
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from stance.tables.streams import ByteSource

# A chunk ends at whichever limit it reaches first. Larger chunks are no faster, and cost memory.
ROWS: Final = 4096
CHARACTERS: Final = 4 * 2**20
# Cells for which room is made at a time: some 2 GB, 1.9 million rows of 26 columns.
MAX_CELLS: Final = 50_000_000

_BLOCK: Final = 2**20  # characters that are split into lines at a time
LONGEST_RECORD: Final = 16 * 2**20  # characters of one row: four times the longest books


@dataclass(frozen=True)
class Fault:
    """A row that could not be read.

    Attributes
    ----------
    row : int
        Its number among the rows of the file, from 0.
    line : int
        The line of the file on which it begins, from 1.
    reason : str
        Why it could not be read.
    raw : str
        Its text as it stands in the file.
    """

    row: int
    line: int
    reason: str
    raw: str

    def message(self) -> str:
        """Return one sentence that says what is wrong."""
        return f"line {self.line} {self.reason}."


@dataclass(frozen=True)
class Chunk:
    """Rows that were read together.

    Attributes
    ----------
    numbers : sequence of int
        The number of each row in the file, from 0.
    columns : dict of str to sequence
        The cells of each column.
    faults : sequence of Fault
        The rows among them that could not be read.
    share : float, optional
        The share of its table that is done with it, where a format tells; else bytes do.
    """

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[Any]]
    faults: Sequence[Fault]
    share: float | None = None


class ReadOptions(NamedTuple):
    """How to read a table where its format leaves that open; None for what the file itself shows.

    A reader ignores what its format does not have.

    Attributes
    ----------
    encoding : str or None
        Of CSV, TSV, JSONL and JSON.
    delimiter : str or None
        Of CSV.
    records : str or None
        The list of a JSON object that holds the rows, such as "articles" or "response.results".
    sheet : str or None
        The sheet of a workbook.
    """

    encoding: str | None = None
    delimiter: str | None = None
    records: str | None = None
    sheet: str | None = None


class TableReader(Protocol):
    """An open table; each format has a class like this.

    Attributes
    ----------
    name : str
        What messages call the table.
    columns : list of str
        The names of its columns.
    types : dict of str to pyarrow.DataType
        What each column holds; empty if the format does not say.
    """

    name: str
    columns: list[str]
    types: Mapping[str, Any]

    def __init__(self, source: ByteSource, options: ReadOptions) -> None: ...

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows in chunks, with the cells of the given columns. Can be called once."""


class Lines:
    """The lines of a text, with their ends, taken a few at a time.

    A line that is longer than any record may be is cut into several.
    """

    def __init__(self, blocks: Iterable[str], newline: str = "") -> None:
        self._blocks = iter(blocks)
        self._newline = newline
        self._batch: list[str] = []
        self._n_taken = 0  # lines of this batch
        self._rest = ""  # a line that goes on in the next block
        self._ahead, self._start = "", 0  # text after that, and where in it the next block begins
        self._has_ended = False  # no block comes after that
        self._n_read = 0  # characters of all blocks

    def take(self, rows: int, characters: int) -> list[str]:
        """Take lines until either limit is reached; return an empty list at the end of the text."""
        taken: list[str] = []
        size = 0
        while len(taken) < rows and size < characters:
            if self._n_taken == len(self._batch):
                self._batch, self._n_taken = self._split_block(), 0
                if not self._batch:
                    break
            lines = self._batch[self._n_taken : self._n_taken + rows - len(taken)]
            sizes = list(itertools.accumulate(map(len, lines), initial=size))[1:]
            # Lines of 3, 4 and 5 characters have sizes [3, 7, 12]; for a limit of 7 or 5 characters
            # two are taken: the one that reaches the limit is the last.
            count = min(bisect.bisect_left(sizes, characters) + 1, len(lines))
            size = sizes[count - 1]
            taken += lines[:count]
            self._n_taken += count
        return taken

    def give_back(self, lines: list[str]) -> None:
        """Put lines back, to be taken next."""
        self._batch, self._n_taken = lines + self._batch[self._n_taken :], 0

    def peek(self, characters: int) -> tuple[str, int, bool]:
        """Return a text, where in it begins what comes next, and whether it has the whole rest.

        It has at least so many characters of the rest, unless as many were split into lines before:
        one of these may have been cut. An error of the source waits until lines are taken.
        """
        split = "".join([*self._batch[self._n_taken :], self._rest])
        if len(split) >= characters:
            return "", 0, False
        self._batch, self._n_taken, self._rest = [], 0, ""
        if self._ahead.endswith(split, 0, self._start):  # as a rule: it was split from there
            self._start -= len(split)
            split = ""
        if split or len(self._ahead) - self._start < characters:
            self._read_ahead([split, self._ahead[self._start :]], characters)
        return self._ahead, self._start, self._has_ended

    def skip_to(self, end: int) -> None:
        """Take what `peek` returned, up to an index in its text."""
        self._start = end

    def share_taken(self) -> float:
        """Return the share of the text read so far that does not lie ahead."""
        return 1 - (len(self._ahead) - self._start) / max(self._n_read, 1)

    def _read_ahead(self, pieces: list[str], characters: int) -> None:
        """Read blocks after some pieces, until all have so many characters."""
        size = sum(map(len, pieces))
        try:
            while size < characters and not self._has_ended:
                pieces.append(next(self._blocks))
                size += len(pieces[-1])
                self._n_read += len(pieces[-1])
        except StopIteration:
            self._has_ended = True
        except Exception as error:
            self._blocks = _failing(error)
        self._ahead, self._start = "".join(pieces), 0

    def _next_block(self) -> str | None:
        if self._start == len(self._ahead):
            block = next(self._blocks, None)
            self._n_read += len(block or "")
            return block
        block = self._ahead[self._start : self._start + _BLOCK]
        self._start += len(block)
        return block

    def _split_block(self) -> list[str]:
        """Return the lines that end in the next block; one that goes on waits for the one after.

        There are none at the end of the text.
        """
        while True:
            block = self._next_block()
            lines = io.StringIO(self._rest + (block or ""), newline=self._newline).readlines()
            goes_on = block is not None and lines and _may_go_on(lines[-1])
            self._rest = lines.pop() if goes_on else ""
            if lines or block is None:
                return lines


def _failing(error: Exception) -> Iterator[str]:
    """Raise an error when a block is asked for."""
    raise error
    yield


def _may_go_on(line: str) -> bool:
    """Return whether a line may go on in the next block: a carriage return may be half of CRLF."""
    return not line.endswith("\n") and len(line) <= LONGEST_RECORD
