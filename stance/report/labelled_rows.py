"""Rows of a labelled table as columns: most of them are counted, and few are ever shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Any, Final

import numpy as np

from stance.dates.days import read_day, write_periods
from stance.labels import STATUSES
from stance.results import HeadResult, LabelledParagraph, column_name

MAX_WHOLE_CHARACTERS: Final = 10_000
"""A longer text is cut to its first `LISTED_CHARACTERS`: a table of books would fill the memory."""
LISTED_CHARACTERS: Final = 2_000
"""Of one paragraph in the page's list."""


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One row of a labelled table that has labels.

    Attributes
    ----------
    number : int
        Its number in the labelled table, from 0: no other row has it.
    row : int
        Which row of the scored table it came from.
    block : LabelledParagraph
        Its labels as the table gives them, without evidence; `text` is empty if there are no texts.
    cells : dict of str to str
        The cells of the columns asked for, by name.
    """

    number: int
    row: int
    block: LabelledParagraph
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LabelledRows:
    """Rows that were read together.

    Attributes
    ----------
    numbers : sequence of int
        The number of each row in the labelled table.
    files, rows : sequence
        Which scored table each came from ("" where the labelled table does not say), and which row.
    statuses, kinds : sequence of str
        Of each row.
    starts, ends : sequence of int
        Where each begins and ends in its text.
    labelled : sequence of int
        The positions, among these rows, of those with labels.
    labels : dict of str to sequence of str
        The labels of each head.
    codes, probabilities, uncertain : dict of str to ndarray
        By head, of each row with labels: the code of its label, the probabilities of all labels,
        of shape (n_labelled, n_labels), and whether it is uncertain.
    familiarities : sequence of float or None
        Of each row with labels, the share of words that the model has seen.
    texts : sequence of str
        Of each row; of more than 10,000 characters the first 2,000.
    cells : dict of str to sequence of str
        Of each row, the cells of the columns asked for.
    whole : tuple of int and str, optional
        The position, and the whole text, of the first row with labels whose text was cut.
    """

    numbers: Sequence[int]
    files: Sequence[str]
    rows: Sequence[int]
    statuses: Sequence[str]
    kinds: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    labelled: Sequence[int]
    labels: Mapping[str, Sequence[str]]
    codes: Mapping[str, np.ndarray]
    probabilities: Mapping[str, np.ndarray]
    uncertain: Mapping[str, np.ndarray]
    familiarities: Sequence[float | None]
    texts: Sequence[str] = ()
    cells: Mapping[str, Sequence[str]] = field(default_factory=dict)
    whole: tuple[int, str] | None = None

    def with_periods(
        self, names: Sequence[str], dates: str | None, day_first: bool | None
    ) -> LabelledRows:
        """Return these rows with the cells of "month" or "year", made from the column `dates`."""
        if dates is None or not names:
            return self
        days = [read_day(cell, day_first) for cell in self.cells[dates]]
        return replace(self, cells={**self.cells, **write_periods(days, names)})

    def row(self, index: int) -> LabelledRow:
        """Return the `index`-th of the rows with labels."""
        position = self.labelled[index]
        block = LabelledParagraph(
            text=self.texts[position],
            start=self.starts[position],
            end=self.ends[position],
            kind=self.kinds[position],
            status=self.statuses[position],
            results={head: self._result(head, index) for head in self.labels},
            familiarity=self.familiarities[index],
        )
        cells = {name: column[position] for name, column in self.cells.items()}
        return LabelledRow(self.numbers[position], self.rows[position], block, cells)

    def _result(self, head: str, index: int) -> HeadResult:
        names = self.labels[head]
        probabilities = dict(zip(names, self.probabilities[head][index].tolist(), strict=True))
        label = names[self.codes[head][index]]
        return HeadResult(label, probabilities, bool(self.uncertain[head][index]))


def parse_rows(
    numbers: Sequence[int],
    columns: Mapping[str, Sequence[str]],
    labels: Mapping[str, Sequence[str]],
) -> LabelledRows:
    """Read the cells of some rows, without their texts.

    Raises
    ------
    ValueError
        If a cell does not hold what `stance score` writes.
    """
    statuses = columns["status"]
    for status in set(statuses).difference(STATUSES):
        raise ValueError(f"status {status!r} is not one of {list(STATUSES)!r}")
    has_labels = [status == "labelled" for status in statuses]

    def of_labelled(name: str, read: Callable[[str], Any]) -> list[Any]:
        return [read(cell) for cell in compress(columns[name], has_labels)]

    return LabelledRows(
        numbers=numbers,
        files=columns.get("file", [""] * len(numbers)),
        rows=[int(cell) for cell in columns["row"]],
        statuses=statuses,
        kinds=columns["kind"],
        starts=[int(cell or 0) for cell in columns["start"]],
        ends=[int(cell or 0) for cell in columns["end"]],
        labelled=list(compress(range(len(numbers)), has_labels)),
        labels=labels,
        codes={
            head: _read_codes(head, names, of_labelled(head, str)) for head, names in labels.items()
        },
        probabilities={
            head: np.array([of_labelled(column_name(head, name), float) for name in names]).T
            for head, names in labels.items()
        },
        uncertain={
            head: np.array(of_labelled(f"{head}_uncertain", "true".__eq__), dtype=bool)
            for head in labels
        },
        familiarities=of_labelled("familiarity", _read_familiarity),
    )


def _read_familiarity(cell: str) -> float | None:
    familiarity = float(cell or 0)
    if not 0 <= familiarity <= 1:
        raise ValueError(f"familiarity {cell!r} is not from 0 to 1")
    return familiarity if cell else None


def _read_codes(head: str, names: Sequence[str], given: Sequence[str]) -> np.ndarray:
    codes = {name: code for code, name in enumerate(names)}
    for label in set(given).difference(codes):
        raise ValueError(f"{head} {label!r} is not one of {list(names)!r}")
    return np.array([codes[label] for label in given], dtype=np.int64)
