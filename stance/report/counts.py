"""Count a labelled table in one pass, and keep a sample and the surest and least sure paragraphs.

Counts are by label, by group and by day. Rows are counted as columns; only those that are kept
become objects.
"""

from __future__ import annotations

import datetime
import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final

import numpy as np

from stance.dates.days import read_day
from stance.inference.shares import DesignEffect
from stance.report.labelled_rows import LabelledRow, LabelledRows

_EXTREMES: Final = 24  # kept of each kind, as copies of one text are dropped later
_EXAMPLES: Final = 3  # of dates that cannot be read

# (certainty, number, row), of which the greatest are kept; numbers are unique, so that rows are
# never compared.
_Ranked = tuple[float, int, LabelledRow]


class _Codes:
    """A column as numbers of its values, which are counted in the order in which they come."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}
        self._parts: list[np.ndarray] = []

    def add(self, values: Iterable[Any]) -> None:
        """Add the values of some rows."""
        numbers = self.numbers
        codes = [numbers.setdefault(value, len(numbers)) for value in values]
        self._parts.append(np.array(codes, dtype=np.int32))

    def joined(self) -> np.ndarray:
        """Return the number of each row's value."""
        return np.concatenate(self._parts)


class HeadCounts:
    """What is counted for one head; arrays are of shape (n_classes,), in the order of `labels`.

    Attributes
    ----------
    counts : ndarray of int
        Paragraphs.
    weights : ndarray
        What shares are of: paragraphs, or articles, whose parts add up to one each.
    by, days : dict
        The same by column and value, and by day.
    any, mostly : ndarray of int
        Documents with any paragraph of each label, and with more than half of theirs.
    """

    def __init__(self, labels: Sequence[str], unit: str = "paragraph") -> None:
        self.labels = tuple(labels)
        self.unit = unit
        self.uncertain = 0
        self.design_effect = DesignEffect(len(labels))
        self.counts = self.weights = self.any = self.mostly = np.zeros(len(labels), dtype=np.int64)
        self.by: dict[str, dict[str, np.ndarray]] = {}
        self.days: dict[datetime.date, np.ndarray] = {}
        self._codes: list[np.ndarray] = []
        self._surest: dict[str, list[_Ranked]] = {label: [] for label in labels}
        self._least_sure: list[_Ranked] = []

    def add(self, rows: LabelledRows, head: str, first: int) -> None:
        """Count rows; the first of them that has labels is the `first`-th of the table."""
        codes = rows.codes[head]
        self._codes.append(codes)
        self.uncertain += int(rows.uncertain[head].sum())
        certainties = rows.probabilities[head][np.arange(len(codes)), codes]
        for code, label in enumerate(self.labels):
            own = np.flatnonzero(codes == code)
            _keep_greatest(self._surest[label], certainties, own, rows, first)
        everyone = np.arange(len(codes))
        _keep_greatest(self._least_sure, -certainties, everyone, rows, first)

    def end(self, documents: np.ndarray, by: Mapping[str, _Codes], days: _Codes | None) -> None:
        """Add up what was counted; `documents` has the number of each row's, without a gap."""
        codes = np.concatenate(self._codes)
        own = self._tabulate(documents, codes)
        sizes = own.sum(axis=1, keepdims=True)
        weights = 1 / sizes[documents, 0] if self.unit == "article" else None
        self.counts = own.sum(axis=0)
        self.weights = self.counts if weights is None else (own / sizes).sum(axis=0)
        self.any, self.mostly = (own > 0).sum(axis=0), (2 * own > sizes).sum(axis=0)
        self.design_effect.add(own)
        for column, values in by.items():
            table = self._tabulate(values.joined(), codes, weights)
            self.by[column] = dict(zip(values.numbers, table, strict=True))
        if days:
            table = self._tabulate(days.joined(), codes, weights)
            numbered = zip(days.numbers, table, strict=True)
            self.days = {day: of_day for day, of_day in numbered if day is not None}

    def _tabulate(
        self, numbers: np.ndarray, codes: np.ndarray, weights: np.ndarray | None = None
    ) -> np.ndarray:
        """Add up rows by a number of each, and by label; shape (n_numbers, n_classes)."""
        n_labels = len(self.labels)
        size = n_labels * (int(numbers.max(initial=-1)) + 1)
        return np.bincount(numbers * n_labels + codes, weights, size).reshape(-1, n_labels)

    def surest(self, label: str, limit: int) -> list[LabelledRow]:
        """Return the most certain paragraphs of a label, each text once."""
        return _distinct(self._surest[label], limit)

    def least_sure(self, limit: int) -> list[LabelledRow]:
        """Return the least certain paragraphs, each text once."""
        return _distinct(self._least_sure, limit)


class TableCounts:
    """Counts of a labelled table.

    Parameters
    ----------
    labels : dict of str to sequence of str
        The labels of each head.
    by : sequence of str
        Columns to count by: cells of each row.
    date : str, optional
        The column of dates: a cell of each row.
    day_first : bool, optional
        As in `read_day`.
    sample : int
        How many labelled paragraphs to keep; of more, a random sample, always the same.
    unit : {"paragraph", "article"}, default="paragraph"
        What shares are of. Each article counts as one, whatever its length.
    article : str, optional
        The column that names each row's article, a cell of each row; the rows of one need not come
        together. By default each row of the scored table is one.

    Attributes
    ----------
    documents, labelled : int
        Articles (or rows of the scored table), and labelled paragraphs.
    document_name : {"articles", "rows"}
        What documents are.
    """

    def __init__(
        self,
        labels: Mapping[str, Sequence[str]],
        by: Sequence[str] = (),
        *,
        date: str | None = None,
        day_first: bool | None = None,
        sample: int,
        unit: str = "paragraph",
        article: str | None = None,
    ) -> None:
        self.heads = {head: HeadCounts(names, unit) for head, names in labels.items()}
        self.unit, self.article = unit, article
        self.document_name = "rows" if article is None else "articles"
        self.by, self.date, self.day_first = tuple(by), date, day_first
        self.documents = self.labelled = self.any_uncertain = 0
        self.without_date = self.undated = 0  # of labelled paragraphs: empty cells, unread ones
        self.statuses: Counter[str] = Counter()
        self.familiarities = np.zeros(10, dtype=np.int64)
        self.bad_dates: list[str] = []
        self.days: Counter[datetime.date] = Counter()
        # Kept whole, to check that the model is the one that labelled it.
        self.first_long: LabelledRow | None = None
        self._sample: list[tuple[int, LabelledRow]] = []
        self._size, self._random = sample, Random(0)
        self._document = ("", -1)
        self._articles: dict[str, int] = {}
        self._documents: list[np.ndarray] = []
        self._groups = {column: _Codes() for column in self.by}
        self._days = _Codes()

    def add(self, rows: LabelledRows) -> None:
        """Count rows; those of one document come together, unless it is named."""
        labelled = rows.labelled
        self.statuses.update(rows.statuses)
        self._documents.append(self._number_documents(rows)[labelled])
        for column, groups in self._groups.items():
            groups.add([rows.cells[column][position] for position in labelled])
        if self.date:
            self._add_days([rows.cells[self.date][position] for position in labelled])
        for head, counts in self.heads.items():
            counts.add(rows, head, self.labelled)
        self.any_uncertain += int(np.any([*rows.uncertain.values()], axis=0).sum())
        tenths = [min(9, int(10 * (familiarity or 0))) for familiarity in rows.familiarities]
        self.familiarities += np.bincount(np.asarray(tenths, dtype=int), minlength=10)
        if rows.whole and self.first_long is None:
            position, text = rows.whole
            row = rows.row(labelled.index(position))
            self.first_long = replace(row, block=replace(row.block, text=text))
        self._draw(rows)
        self.labelled += len(labelled)

    def end(self) -> None:
        """Add up all rows, of which there must be one with labels; call it once they are in."""
        documents = np.unique(np.concatenate(self._documents), return_inverse=True)[1]
        for counts in self.heads.values():
            counts.end(documents, self._groups, self._days if self.date else None)

    @property
    def sample(self) -> list[LabelledRow]:
        """The labelled paragraphs that were kept, in order."""
        return [row for _, row in sorted(self._sample, key=lambda numbered: numbered[0])]

    def _number_documents(self, rows: LabelledRows) -> np.ndarray:
        """Return the number of each row's document."""
        if self.article is not None:
            known = self._articles
            numbers = [known.setdefault(name, len(known)) for name in rows.cells[self.article]]
            self.documents = len(known)
            return np.array(numbers, dtype=np.int64)
        numbers = []
        for document in zip(rows.files, rows.rows, strict=True):
            self.documents += document != self._document
            self._document = document
            numbers.append(self.documents)
        return np.array(numbers, dtype=np.int64)

    def _draw(self, rows: LabelledRows) -> None:
        """Keep each paragraph with the same chance (reservoir sampling)."""
        for index in range(len(rows.labelled)):
            number = self.labelled + index
            if number < self._size:
                self._sample.append((number, rows.row(index)))
            elif (replaced := self._random.randrange(number + 1)) < self._size:
                self._sample[replaced] = (number, rows.row(index))

    def _add_days(self, cells: Sequence[str]) -> None:
        """Count labelled rows by the days in their cells."""
        days = {cell: read_day(cell, self.day_first) for cell in cells}
        self._days.add([days[cell] for cell in cells])
        for cell, count in Counter(cells).items():
            day = days[cell]
            if day is not None:
                self.days[day] += count
            elif not cell.strip():
                self.without_date += count
            else:
                self.undated += count
                if len(self.bad_dates) < _EXAMPLES and cell not in self.bad_dates:
                    self.bad_dates.append(cell)


def is_cut(row: LabelledRow) -> bool:
    """Return whether only the beginning of a row's text was kept."""
    return len(row.block.text) < row.block.end - row.block.start


def _keep_greatest(
    heap: list[_Ranked],
    certainties: np.ndarray,
    indexes: np.ndarray,
    rows: LabelledRows,
    first: int,
) -> None:
    """Keep the most certain of some rows, and of equal ones the earlier."""
    if len(heap) == _EXTREMES:
        indexes = indexes[certainties[indexes] >= heap[0][0]]
    for index in indexes.tolist():
        rank = (float(certainties[index]), -first - index)
        if len(heap) < _EXTREMES:
            heapq.heappush(heap, (*rank, rows.row(index)))
        elif rank > heap[0][:2]:
            heapq.heapreplace(heap, (*rank, rows.row(index)))


def _distinct(heap: Sequence[_Ranked], limit: int) -> list[LabelledRow]:
    """Return the rows of the greatest entries, each text once."""
    rows = [row for *_, row in sorted(heap, key=lambda entry: entry[:2], reverse=True)]
    first_of_text: dict[str, LabelledRow] = {}
    for row in rows:
        first_of_text.setdefault(row.block.text, row)
    return list(first_of_text.values())[:limit]
