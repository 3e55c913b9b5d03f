"""Read JSONL, one JSON object a line, as checked rows; no row lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from math import isinf
from typing import Any

from stance.errors import TableError
from stance.tables.encodings import is_whole, read_text
from stance.tables.rows import CHARACTERS, ROWS, Chunk, Fault, Lines
from stance.tables.streams import Source


class JsonLines:
    """An open JSONL: iterate once over its chunks.

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        The keys of the first 4096 objects (or 4 million characters), in order of appearance. An object that lacks one has None there.
    """

    def __init__(self, source: Source, *, encoding: str | None = None) -> None:
        self.name = source.name
        text = read_text(source.stream, source.name, encoding)
        self._lines = Lines(text.blocks, newline="\n")
        self._row = 0
        self._line = 1
        self._first = self._read()
        self.columns = list(dict.fromkeys(chain.from_iterable(self._first[1])))
        if not self.columns:
            wrong = self._first[2][0].message() if self._first[2] else "it holds none."
            raise TableError(
                f"{self.name} must hold one JSON object a line, with keys; {wrong} Mend it, or name its format."
            )

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows, some at a time, with the columns named; with all columns, an object with further keys is a fault."""
        known = frozenset(self.columns) if set(columns) >= set(self.columns) else None
        found, self._first = self._first, ([], [], [])
        while found[0] or found[2]:
            yield _part(*found, columns, known)
            found = self._read()

    def _read(self) -> tuple[list[tuple[int, int, str]], list[dict[str, Any]], list[Fault]]:
        """Read some lines: where each row stands, and its object; the rows that are none."""
        places: list[tuple[int, int, str]] = []
        objects: list[dict[str, Any]] = []
        faults: list[Fault] = []
        while not (places or faults) and (lines := self._lines.take(ROWS, CHARACTERS)):
            for number, line in enumerate(lines, start=self._line):
                if not line.strip():
                    continue
                found = _parse(line)
                if isinstance(found, str):
                    faults.append(Fault(self._row, number, found, line))
                else:
                    places.append((self._row, number, line))
                    objects.append(found)
                self._row += 1
            self._line += len(lines)
        return places, objects, faults


def _part(
    places: Sequence[tuple[int, int, str]],
    objects: Sequence[dict[str, Any]],
    faults: Sequence[Fault],
    columns: Sequence[str],
    known: frozenset[str] | None,
) -> Chunk:
    further = (
        []
        if known is None
        else [at for at, found in enumerate(objects) if not known.issuperset(found)]
    )
    if further:
        more = [
            Fault(
                *places[at][:2],
                f"has keys that no earlier row has: {sorted(set(objects[at]) - (known or set()))!r}",
                places[at][2],
            )
            for at in further
        ]
        faults = sorted([*faults, *more], key=lambda fault: fault.row)
        kept = sorted(set(range(len(objects))) - set(further))
        places, objects = [places[at] for at in kept], [objects[at] for at in kept]
    return Chunk(
        [place[0] for place in places],
        {column: [found.get(column) for found in objects] for column in columns},
        faults,
    )


def _parse(line: str) -> dict[str, Any] | str:
    """Parse a line, or say why it is no row."""
    try:
        found = _DECODER.decode(line)
        if not isinstance(found, dict):
            return f"must hold a JSON object; it holds {type(found).__name__}"
        # Half of a pair cannot be written as UTF-8.
        if not is_whole(line) or (
            "\\u" in line and not is_whole(json.dumps(found, ensure_ascii=False))
        ):
            return "is not UTF-8, or names half of a surrogate pair"
    except (ValueError, RecursionError) as error:
        return f"is not JSON ({getattr(error, 'msg', error)})"
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _float(text: str) -> float:
    value = float(text)
    if isinf(value):
        raise ValueError(f"{text} is too large")
    return value


def _constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=_constant)
