"""Count a labelled table in one pass: by label, by group and by day; keep a sample of it, and its surest and least sure paragraphs."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import Final

import numpy as np

from stance.inference.shares import DesignEffect
from stance.report.dates import read_day
from stance.report.labelled_table import LabelledRow

WHOLE: Final = 10_000
"""Characters of a text that is kept whole; of a longer one, the first `BEGINNING` are."""
BEGINNING: Final = 2_000
_EXTREMES: Final = 24  # kept of each kind; copies of one text are thrown out later
_EXAMPLES: Final = 3


class HeadTally:
    """What is counted for one head; codes of labels are places in `labels`."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self.counts = np.zeros(len(labels), dtype=np.int64)
        self.uncertain = 0
        self.design_effect = DesignEffect(len(labels))
        self.by: dict[str, dict[str, np.ndarray]] = {}
        self.days: dict[date, np.ndarray] = {}
        self._surest: dict[str, list[tuple[float, int, LabelledRow]]] = {
            label: [] for label in labels
        }
        self._least: list[tuple[float, int, LabelledRow]] = []
        self._document = np.zeros(len(labels), dtype=np.int64)

    def add(
        self, row: LabelledRow, head: str, number: int, groups: Mapping[str, str], day: date | None
    ) -> None:
        """Count one labelled paragraph, the `number`-th."""
        result = row.block.results[head]
        code = self.labels.index(result.label)
        probability = result.probabilities[result.label]
        self._document[code] += 1
        self.uncertain += result.uncertain
        for column, value in groups.items():
            self.by.setdefault(column, {}).setdefault(value, np.zeros_like(self.counts))[code] += 1
        if day:
            self.days.setdefault(day, np.zeros_like(self.counts))[code] += 1
        _keep(self._surest[result.label], (probability, -number, row))
        _keep(self._least, (-probability, -number, row))

    def end_document(self) -> None:
        """Close the count of one document."""
        self.counts += self._document
        self.design_effect.add(self._document)
        self._document[:] = 0

    def surest(self, label: str, limit: int) -> list[LabelledRow]:
        """Return the most certain paragraphs of a label, each text once."""
        return _distinct(self._surest[label], limit)

    def least_sure(self, limit: int) -> list[LabelledRow]:
        """Return the least certain paragraphs, each text once."""
        return _distinct(self._least, limit)


class Tally:
    """Counts of a labelled table.

    Parameters
    ----------
    labels : dict of str to sequence of str
        The labels of each head.
    by : sequence of str
        Columns to count by; the first of the cells carried.
    dated : bool
        Whether the last of the cells carried is a date.
    sample : int
        How many labelled paragraphs to keep; of more, a random sample, always the same. Of a text of more than 10,000
        characters, the first 2,000 are kept.
    """

    def __init__(
        self, labels: Mapping[str, Sequence[str]], by: Sequence[str], *, dated: bool, sample: int
    ) -> None:
        self.heads = {head: HeadTally(names) for head, names in labels.items()}
        self.by, self.dated = tuple(by), dated
        self.documents = self.labelled = self.any_uncertain = self.undated = 0
        self.statuses: Counter[str] = Counter()
        self.familiarities = np.zeros(10, dtype=np.int64)
        self.bad_dates: list[str] = []
        self.days: defaultdict[date, int] = defaultdict(int)
        self._sample: list[tuple[int, LabelledRow]] = []
        self.long: list[
            LabelledRow
        ] = []  # the first text that was cut, whole: to see that the model is the one that labelled it
        self._size, self._random = sample, Random(0)
        self._document = ("", -1)

    def add(self, row: LabelledRow) -> None:
        """Count one row of the table; rows of one document come together."""
        if (row.file, row.row) != self._document:
            self.end()
            self.documents += 1
            self._document = (row.file, row.row)
        self.statuses[row.block.status] += 1
        if not row.block.results:
            return
        day = self._day(row.carried[-1]) if self.dated else None
        whole, row = row, _shorten(row)
        if row is not whole and not self.long:
            self.long.append(whole)
        groups = dict(zip(self.by, row.carried, strict=False))
        for head, tally in self.heads.items():
            tally.add(row, head, self.labelled, groups, day)
        self.any_uncertain += any(result.uncertain for result in row.block.results.values())
        self.familiarities[min(9, int(10 * (row.block.familiarity or 0)))] += 1
        self._draw(row)
        self.labelled += 1

    def end(self) -> None:
        """Close the last document; call it once all rows are in."""
        for tally in self.heads.values():
            tally.end_document()

    @property
    def sample(self) -> list[LabelledRow]:
        """The labelled paragraphs kept, in order."""
        return [row for _, row in sorted(self._sample, key=lambda pair: pair[0])]

    def _draw(self, row: LabelledRow) -> None:
        """Keep each paragraph with the same chance (reservoir sampling)."""
        if len(self._sample) < self._size:
            self._sample.append((self.labelled, row))
        elif (at := self._random.randrange(self.labelled + 1)) < self._size:
            self._sample[at] = (self.labelled, row)

    def _day(self, cell: str) -> date | None:
        day = read_day(cell)
        if day is None:
            self.undated += 1
            if len(self.bad_dates) < _EXAMPLES and cell not in self.bad_dates:
                self.bad_dates.append(cell)
        else:
            self.days[day] += 1
        return day


def is_cut(row: LabelledRow) -> bool:
    """Tell whether only the beginning of a row's text was kept."""
    return len(row.block.text) < row.block.end - row.block.start


def _shorten(row: LabelledRow) -> LabelledRow:
    """Bound what a row holds in memory: a whole table of cells would fill it."""
    if len(row.block.text) <= WHOLE:
        return row
    return replace(row, block=replace(row.block, text=row.block.text[:BEGINNING]))


def _keep(
    heap: list[tuple[float, int, LabelledRow]], entry: tuple[float, int, LabelledRow]
) -> None:
    """Keep the greatest entries; numbers are unique, so rows are never compared."""
    if len(heap) < _EXTREMES:
        heapq.heappush(heap, entry)
    else:
        heapq.heappushpop(heap, entry)


def _distinct(heap: Sequence[tuple[float, int, LabelledRow]], limit: int) -> list[LabelledRow]:
    """Return the greatest entries, each text once."""
    rows = [row for _, _, row in sorted(heap, key=lambda entry: entry[:2], reverse=True)]
    return list({row.block.text: row for row in reversed(rows)}.values())[::-1][:limit]
