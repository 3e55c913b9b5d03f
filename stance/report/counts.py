"""Count a labelled table in one pass, and keep a sample and the surest and least sure paragraphs.

Counts are by label, by group and by day.
"""

from __future__ import annotations

import datetime
import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final

import numpy as np

from stance.dates.days import read_day
from stance.inference.shares import DesignEffect
from stance.report.labelled_table import LabelledRow

MAX_WHOLE_CHARACTERS: Final = 10_000
"""A longer text is cut to its first `LISTED_CHARACTERS`: a table of books would fill the memory."""
LISTED_CHARACTERS: Final = 2_000
"""Of one paragraph in the page's list."""
_EXTREMES: Final = 24  # kept of each kind, as copies of one text are dropped later
_EXAMPLES: Final = 3  # of dates that cannot be read

# (certainty, number, row), of which the greatest are kept; numbers are unique, so that rows are
# never compared.
_Ranked = tuple[float, int, LabelledRow]
# The code of a label, the groups and the day of a paragraph.
_Cell = tuple[int, tuple[str, ...], datetime.date | None]
_DOCUMENTS: Final = 1_000  # that are added up together


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
        self.counts = np.zeros(len(labels), dtype=np.int64)
        self.weights = np.zeros(len(labels), dtype=np.int64 if unit == "paragraph" else float)
        self.any = np.zeros(len(labels), dtype=np.int64)
        self.mostly = np.zeros(len(labels), dtype=np.int64)
        self.uncertain = 0
        self.design_effect = DesignEffect(len(labels))
        self.by: dict[str, dict[str, np.ndarray]] = {}
        self.days: dict[datetime.date, np.ndarray] = {}
        self._codes = {label: code for code, label in enumerate(labels)}
        self._surest: dict[str, list[_Ranked]] = {label: [] for label in labels}
        self._least_sure: list[_Ranked] = []
        self._open: defaultdict[str, Counter[_Cell]] = defaultdict(Counter)  # by document
        self._cells: defaultdict[_Cell, float] = defaultdict(float)  # of closed documents
        self._documents: list[list[int]] = []  # closed, and not added up yet

    def add(
        self,
        row: LabelledRow,
        head: str,
        number: int,
        groups: tuple[str, ...],
        day: datetime.date | None,
        document: str = "",
    ) -> None:
        """Count one labelled paragraph, the `number`-th."""
        result = row.block.results[head]
        probability = result.probabilities[result.label]
        self._open[document][self._codes[result.label], groups, day] += 1
        self.uncertain += result.uncertain
        for heap, certainty in (
            (self._surest[result.label], probability),
            (self._least_sure, -probability),
        ):
            if len(heap) < _EXTREMES or certainty >= heap[0][0]:
                _keep_greatest(heap, certainty, -number, row)

    def end_documents(self) -> None:
        """Close the counts of the documents that are open."""
        for document in self._open.values():
            own = [0] * len(self.labels)
            size = document.total() if self.unit == "article" else 1
            for cell, count in document.items():
                own[cell[0]] += count
                self._cells[cell] += count / size
            self._documents.append(own)
        self._open.clear()
        if len(self._documents) >= _DOCUMENTS:
            self._add_up()

    def _add_up(self) -> None:
        if not self._documents:
            return
        counts = np.asarray(self._documents)
        sizes = counts.sum(axis=1, keepdims=True)
        self.counts += counts.sum(axis=0)
        self.weights += (counts / sizes if self.unit == "article" else counts).sum(axis=0)
        self.any += (counts > 0).sum(axis=0)
        self.mostly += (2 * counts > sizes).sum(axis=0)
        self.design_effect.add(counts)
        self._documents.clear()

    def end(self, columns: Sequence[str]) -> None:
        """Close what is open, and add up groups, which are values of `columns`, and days."""
        self.end_documents()
        self._add_up()
        for (code, groups, day), weight in self._cells.items():
            for column, value in zip(columns, groups, strict=True):
                _weights_of(self.by.setdefault(column, {}), value, self.weights)[code] += weight
            if day:
                _weights_of(self.days, day, self.weights)[code] += weight
        self._cells.clear()

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
        How many labelled paragraphs to keep; of more, a random sample, always the same. Of a text
        of more than 10,000 characters, the first 2,000 are kept.
    unit : {"paragraph", "article"}, default="paragraph"
        What shares are of. Each article counts as one, whatever its length.
    article : str, optional
        The column that names each row's article, a cell of each row; articles then stay open to the
        end, as their rows need not come together. By default each row of the scored table is one.

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
        self._familiarities = [0] * 10
        self.bad_dates: list[str] = []
        self.days: defaultdict[datetime.date, int] = defaultdict(int)
        # Kept whole, to check that the model is the one that labelled it.
        self.first_long: LabelledRow | None = None
        self._sample: list[tuple[int, LabelledRow]] = []
        self._size, self._random = sample, Random(0)
        self._document = ("", -1)
        self._articles: set[str] = set()

    def add(self, row: LabelledRow) -> None:
        """Count one row of the table; rows of one document come together, unless it is named."""
        if self.article is not None:
            self._articles.add(row.cells[self.article])
            self.documents = len(self._articles)
        elif (row.file, row.row) != self._document:
            for counts in self.heads.values():
                counts.end_documents()
            self.documents += 1
            self._document = (row.file, row.row)
        self.statuses[row.block.status] += 1
        if row.block.results:
            self._add_labelled(row)

    def _add_labelled(self, row: LabelledRow) -> None:
        day = self._read_day(row.cells[self.date]) if self.date else None
        kept = _shorten(row)
        if kept is not row and self.first_long is None:
            self.first_long = row
        groups = tuple([row.cells[column] for column in self.by])
        document = row.cells[self.article] if self.article is not None else ""
        for head, counts in self.heads.items():
            counts.add(kept, head, self.labelled, groups, day, document)
        for result in row.block.results.values():
            if result.uncertain:
                self.any_uncertain += 1
                break
        self._familiarities[min(9, int(10 * (row.block.familiarity or 0)))] += 1
        self._draw(kept)
        self.labelled += 1

    def end(self) -> None:
        """Close the count; call it once all rows are in."""
        for counts in self.heads.values():
            counts.end(self.by)

    @property
    def familiarities(self) -> np.ndarray:
        """How many labelled paragraphs are familiar to the model, by tenths."""
        return np.asarray(self._familiarities, dtype=np.int64)

    @property
    def sample(self) -> list[LabelledRow]:
        """The labelled paragraphs that were kept, in order."""
        return [row for _, row in sorted(self._sample, key=lambda numbered: numbered[0])]

    def _draw(self, row: LabelledRow) -> None:
        """Keep each paragraph with the same chance (reservoir sampling)."""
        if len(self._sample) < self._size:
            self._sample.append((self.labelled, row))
            return
        replaced = self._random.randrange(self.labelled + 1)
        if replaced < self._size:
            self._sample[replaced] = (self.labelled, row)

    def _read_day(self, cell: str) -> datetime.date | None:
        day = read_day(cell, self.day_first)
        if day is None and not cell.strip():
            self.without_date += 1
        elif day is None:
            self.undated += 1
            if len(self.bad_dates) < _EXAMPLES and cell not in self.bad_dates:
                self.bad_dates.append(cell)
        else:
            self.days[day] += 1
        return day


def is_cut(row: LabelledRow) -> bool:
    """Return whether only the beginning of a row's text was kept."""
    return len(row.block.text) < row.block.end - row.block.start


def _shorten(row: LabelledRow) -> LabelledRow:
    """Cut a text of more than `MAX_WHOLE_CHARACTERS`."""
    if len(row.block.text) <= MAX_WHOLE_CHARACTERS:
        return row
    return replace(row, block=replace(row.block, text=row.block.text[:LISTED_CHARACTERS]))


def _weights_of(groups: dict[Any, np.ndarray], key: Any, like: np.ndarray) -> np.ndarray:
    if key not in groups:
        groups[key] = np.zeros_like(like)
    weights: np.ndarray = groups[key]
    return weights


def _keep_greatest(heap: list[_Ranked], certainty: float, number: int, row: LabelledRow) -> None:
    if len(heap) < _EXTREMES:
        heapq.heappush(heap, (certainty, number, row))
    elif (certainty, number) > heap[0][:2]:
        heapq.heapreplace(heap, (certainty, number, row))


def _distinct(heap: Sequence[_Ranked], limit: int) -> list[LabelledRow]:
    """Return the rows of the greatest entries, each text once."""
    rows = [row for *_, row in sorted(heap, key=lambda entry: entry[:2], reverse=True)]
    first_of_text: dict[str, LabelledRow] = {}
    for row in rows:
        first_of_text.setdefault(row.block.text, row)
    return list(first_of_text.values())[:limit]
