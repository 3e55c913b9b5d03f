"""Read JSONL, one JSON object per line, as checked rows; no row is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import isinf
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from stance.errors import TableError
from stance.tables.encodings import is_whole, read_text
from stance.tables.readers.batches import check_cells
from stance.tables.rows import CHARACTERS, ROWS, Chunk, Fault, Lines, ReadOptions
from stance.tables.streams import ByteSource


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    cells = dict(pairs)
    if len(cells) < len(pairs):
        raise ValueError("a key occurs twice")
    return cells


def _float(text: str) -> float:
    value = float(text)
    if isinf(value):
        raise ValueError(f"{text} is too large")
    return value


def _constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


# Python's decoder also takes keys that occur twice, 1e999 and NaN; other programs do not.
DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_float, parse_constant=_constant
)


class _Row(NamedTuple):
    """A row that was parsed: its number, its line's number and text, and its cells by key."""

    number: int
    line: int
    raw: str
    cells: dict[str, Any]


class JsonlTable:
    """An open JSONL file, as a `TableReader`.

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        The keys of the first 4096 objects (or 4 million characters), in order of appearance. An
        object that lacks one of them has None there.
    types : dict
        Empty: a key may have values of any type.
    """

    types: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, source: ByteSource, options: ReadOptions) -> None:
        self.name = source.name
        text = read_text(source.stream, source.name, options.encoding, source.note_share)
        self._lines = Lines(text.blocks, newline="\n")
        self._n_rows = 0
        self._n_lines = 0
        self._first = self._read()
        rows, faults = self._first
        self.columns = list(dict.fromkeys(chain.from_iterable(row.cells for row in rows)))
        if not self.columns:
            problem = faults[0].message() if faults else "it holds none."
            raise TableError(
                f"{self.name} must hold one JSON object per line, with keys; {problem} "
                "Mend it, or name its format."
            )

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows in chunks, with the cells of the given columns.

        If these are all columns, an object with further keys is a fault: its cells would be lost.

        Raises
        ------
        TableError
            If a chunk has too many cells, as `check_cells` says.
        """
        known = frozenset(self.columns) if set(columns) >= set(self.columns) else None
        (rows, faults), self._first = self._first, ([], [])
        while rows or faults:
            check_cells(self.name, len(rows), len(columns))
            if known is not None:
                rows, more = _split_by_keys(rows, known)
                faults = sorted([*faults, *more], key=lambda fault: fault.row)
            yield Chunk(
                [row.number for row in rows],
                {column: [row.cells.get(column) for row in rows] for column in columns},
                faults,
            )
            rows, faults = self._read()

    def _read(self) -> tuple[list[_Row], list[Fault]]:
        """Read lines until there is a row or a fault; both are empty at the end."""
        rows: list[_Row] = []
        faults: list[Fault] = []
        while not (rows or faults) and (lines := self._lines.take(ROWS, CHARACTERS)):
            for number, line in enumerate(lines, start=self._n_lines + 1):
                if not line.strip():
                    continue
                parsed = _parse(line)
                if isinstance(parsed, str):
                    faults.append(Fault(self._n_rows, number, parsed, line))
                else:
                    rows.append(_Row(self._n_rows, number, line, parsed))
                self._n_rows += 1
            self._n_lines += len(lines)
        return rows, faults


def _split_by_keys(rows: list[_Row], known: frozenset[str]) -> tuple[list[_Row], list[Fault]]:
    """Separate the rows that have known keys only from those with others, which are faults."""
    late = [row for row in rows if not known.issuperset(row.cells)]
    if not late:
        return rows, []
    faults = [
        Fault(
            row.number,
            row.line,
            f"has keys that no earlier row has: {sorted(set(row.cells) - known)!r}",
            row.raw,
        )
        for row in late
    ]
    return [row for row in rows if known.issuperset(row.cells)], faults


def _parse(line: str) -> dict[str, Any] | str:
    """Return the object of a line, or the reason why it is no row."""
    try:
        value = DECODER.decode(line)
        if not isinstance(value, dict):
            return f"must hold a JSON object; it holds {type(value).__name__}"
        # Half of a surrogate pair, as itself or as "\ud800", cannot be written as UTF-8.
        if not is_whole(line) or (
            "\\u" in line and not is_whole(json.dumps(value, ensure_ascii=False))
        ):
            return "is not UTF-8, or names half of a surrogate pair"
    except (ValueError, RecursionError) as error:
        return f"is not JSON ({getattr(error, 'msg', error)})"
    return value
