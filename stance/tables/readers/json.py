"""Read JSON: an array of objects, or an object that has a list of them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any

from stance.errors import InputError, StanceWarning, TableError
from stance.tables.encodings import is_whole, read_text
from stance.tables.readers.batches import check_cells, chunks_of
from stance.tables.readers.jsonl import DECODER
from stance.tables.rows import ROWS, Chunk, ReadOptions
from stance.tables.streams import ByteSource


class JsonTable:
    """A JSON file, read whole, as a `TableReader`.

    Attributes
    ----------
    name : str
        What messages call it.
    columns : list of str
        The keys of all objects, in order of appearance. An object that lacks one has None there.
    types : dict
        Empty: a key may have values of any type.
    """

    types: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, source: ByteSource, options: ReadOptions) -> None:
        self.name = source.name
        text = "".join(read_text(source.stream, source.name, options.encoding).blocks)
        self._records = self._find_records(self._decode(text), options.records)
        self._check(self._records, text)
        self.columns = list(dict.fromkeys(chain.from_iterable(self._records)))
        if not self.columns:
            raise TableError(
                f"{self.name} must hold JSON objects with keys; it holds none. Check the file."
            )

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Yield all rows in chunks, with the cells of the given columns.

        Raises
        ------
        TableError
            If a chunk has too many cells, as `check_cells` says.
        """
        check_cells(self.name, min(len(self._records), ROWS), len(columns))
        rows = ([row.get(column) for column in columns] for row in self._records)
        return chunks_of(columns, rows, len(self._records))

    def _decode(self, text: str) -> Any:
        try:
            return DECODER.decode(text.removeprefix("\ufeff"))
        except (ValueError, RecursionError) as error:
            reason = str(getattr(error, "msg", error))
            hint = "Mend it."
            if reason == "Extra data":
                reason = "more follows its first value"
                hint = "If it has one object per line, let its name end in .jsonl (--format jsonl)."
            raise TableError(
                f"{self.name} must hold one JSON array or object; {reason} "
                f"(line {getattr(error, 'lineno', 1)}). {hint}"
            ) from error

    def _find_records(self, value: Any, path: str | None) -> Any:
        """Return the list that `path` names, such as "response.results", or the only one."""
        if path is not None:
            for key in path.split("."):
                if not isinstance(value, dict) or key not in value:
                    raise InputError(
                        f"`records` must name a list in {self.name}; there is no {path!r}. "
                        f"{_lists_there_are(value)}"
                    )
                value = value[key]
        elif isinstance(value, dict):
            lists = _lists(value)
            if len(lists) != 1:
                advice = "Name one with records (--records)."
                if not lists:
                    advice = (
                        "Name one further in with records (--records response.results); if pandas "
                        "wrote the file, write it with orient='records'."
                    )
                raise InputError(
                    f"{self.name} must be a JSON array, or have one list of objects; it has "
                    f"{len(lists)}. {advice} {_lists_there_are(value)}"
                )
            warnings.warn(
                f"{self.name} is read from its list {lists[0]!r}.", StanceWarning, stacklevel=2
            )
            value = value[lists[0]]
        return value

    def _check(self, records: Any, text: str) -> None:
        """Check that there are objects, and that each can be written as UTF-8."""
        if not isinstance(records, list):
            raise TableError(
                f"{self.name} must hold a list of JSON objects; it holds a "
                f"{type(records).__name__}. Name the list with records (--records)."
            )
        may_break = "\\u" in text or not is_whole(text)
        for number, record in enumerate(records):
            if not isinstance(record, dict):
                raise TableError(
                    f"{self.name} must hold JSON objects; record {number} (from 0) is a "
                    f"{type(record).__name__}. Mend it."
                )
            if may_break and not is_whole(json.dumps(record, ensure_ascii=False)):
                raise TableError(
                    f"{self.name} must be UTF-8; record {number} (from 0) is not, or names half of "
                    "a surrogate pair. Mend it, or pass its encoding."
                )


def _lists(value: dict[str, Any]) -> list[str]:
    """Name the lists of objects that an object has.

    >>> _lists({"total": 2, "sources": ["a"], "articles": [{"text": "A truce."}]})
    ['articles']
    """
    return [
        key
        for key, items in value.items()
        if isinstance(items, list) and items and all(isinstance(item, dict) for item in items)
    ]


def _lists_there_are(value: Any) -> str:
    if not isinstance(value, dict):
        return f"There is a {type(value).__name__}."
    return f"Its keys are {list(value)[:20]!r}."
