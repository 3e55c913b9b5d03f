"""What a run over a table did, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from stance.columns import Columns
from stance.tables.rows import Fault

_COUNTS: Final = ("rows", "written", "unreadable", "html")
_COUNTERS: Final = ("uncertain", "statuses", "languages")


@dataclass
class Summary:
    """What a run did.

    Attributes
    ----------
    rows : int
        Input rows that were read.
    written : int
        Output rows.
    unreadable : int
        Input rows that could not be read.
    labels : dict of str to Counter
        How often each label was given, by head (empty for unit "document").
    uncertain : Counter
        How many of these labels are uncertain, by head.
    statuses : Counter
        Output rows by status.
    languages : Counter
        Paragraphs in another language than the model, by language.
    errors : Path or None
        The file of the rows that could not be read; None if there are none, or if the output is a
        stream.
    faults : list of Fault
        The rows that could not be read, unless they were written to a file or a stream.
    html : int
        Cells that were recognised as HTML, and read without their tags.
    seconds : float
        Wall-clock time; for a resumed run, since it was resumed.

    Notes
    -----
    Rows that could not be read count neither in `rows` nor in `written`. They keep their number, so
    that ``row`` in the output always names the row of the input.
    """

    rows: int = 0
    written: int = 0
    unreadable: int = 0
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    uncertain: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    errors: Path | None = None
    faults: list[Fault] = field(default_factory=list)
    seconds: float = 0.0
    html: int = 0

    def __str__(self) -> str:
        lines = [f"{self.rows:,} rows read, {self.written:,} written, in {self.seconds:.1f} s"]
        if self.statuses:
            lines.append(f"status: {_listed(self.statuses)}")
        if self.languages:
            lines.append(f"language: {_listed(self.languages)}")
        if self.html:
            lines.append(f"html: {self.html:,} cells read without tags (--html keep leaves them)")
        return "\n".join([*lines, *(self._label_line(head) for head in self.labels)])

    def _label_line(self, head: str) -> str:
        counts, n_uncertain = self.labels[head], self.uncertain[head]
        total = counts.total()
        shares = ", ".join(f"{name} {count / total:.0%}" for name, count in counts.most_common())
        share = f"{n_uncertain / total:.0%}"
        return f"{head}: {shares} ({n_uncertain:,} of {total:,} uncertain, {share})"

    def add(self, other: Summary) -> None:
        """Add the counts of another part of the run."""
        self.rows += other.rows
        self.written += other.written
        self.unreadable += other.unreadable
        self.html += other.html
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for head, counts in other.labels.items():
            self.labels.setdefault(head, Counter()).update(counts)

    def state(self) -> dict[str, Any]:
        """Return the counts as JSON values, for `restored`."""
        return {name: getattr(self, name) for name in (*_COUNTS, "labels", *_COUNTERS)}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Summary:
        """Make a summary from what `state` returned.

        >>> Summary.restored(Summary(rows=3).state()).rows
        3
        """
        summary = cls(**{name: state.get(name, 0) for name in _COUNTS})
        summary.labels = {head: Counter(counts) for head, counts in state.get("labels", {}).items()}
        for name in _COUNTERS:
            getattr(summary, name).update(state.get(name, {}))
        return summary

    @classmethod
    def of(cls, labelled: Columns, heads: Sequence[str], *, rows: int, unreadable: int) -> Summary:
        """Count one chunk."""
        summary = cls(rows, len(labelled), unreadable, statuses=_count(labelled, "status"))
        if "language" in labelled.arrays:
            summary.languages = _count(labelled, "language")
        for head in heads:
            if head in labelled.arrays and (counts := _count(labelled, head)):
                summary.labels[head] = counts
                summary.uncertain[head] = _count(labelled, f"{head}_uncertain")[True]
        return summary


def _listed(counts: Counter[str]) -> str:
    """List names and counts, the most frequent first.

    >>> _listed(Counter(labelled=1200, empty=3))
    'labelled 1,200, empty 3'
    """
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common())


def _count(labelled: Columns, column: str) -> Counter[Any]:
    """Count the values of a column of codes; code -1 is a missing value."""
    codes, names = labelled.arrays[column], labelled.names[column]
    counts = np.bincount(codes[codes >= 0], minlength=len(names)).tolist()
    return Counter({name: count for name, count in zip(names, counts, strict=True) if count})
