"""What a run over a table did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stance.columns import Columns
from stance.tables.rows import Fault


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
        How many of them were uncertain, by head.
    statuses : Counter
        Output rows by status.
    errors : Path or None
        The file that holds the rows that could not be read, if there are any and the output is a file.
    faults : list of Fault
        The rows that could not be read, if neither that file nor a stream has taken them.
    seconds : float
        Wall-clock time; of a resumed run, since it was resumed.

    Notes
    -----
    Rows that could not be read count neither in `rows` nor in `written`; they keep their number, so that ``row`` in the
    output always names the row of the input.
    """

    rows: int = 0
    written: int = 0
    unreadable: int = 0
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    uncertain: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Path | None = None
    faults: list[Fault] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [f"{self.rows:,} rows read, {self.written:,} written, in {self.seconds:.1f} s"]
        if self.statuses:
            lines.append(
                "status: "
                + ", ".join(f"{name} {count:,}" for name, count in self.statuses.most_common())
            )
        for head, counts in self.labels.items():
            total = sum(counts.values())
            shares = ", ".join(
                f"{name} {count / total:.0%}" for name, count in counts.most_common()
            )
            lines.append(
                f"{head}: {shares} ({self.uncertain[head]:,} of {total:,} uncertain, {self.uncertain[head] / total:.0%})"
            )
        return "\n".join(lines)

    def add(self, other: Summary) -> None:
        """Take what was done elsewhere into account."""
        self.rows += other.rows
        self.written += other.written
        self.unreadable += other.unreadable
        self.uncertain += other.uncertain
        self.statuses += other.statuses
        for head, counts in other.labels.items():
            self.labels.setdefault(head, Counter()).update(counts)

    def state(self) -> dict[str, Any]:
        """Give the counts as JSON values."""
        return {
            name: getattr(self, name)
            for name in ("rows", "written", "unreadable", "labels", "uncertain", "statuses")
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Summary:
        """Make a summary of what `state` gave."""
        found = cls(*(state.get(name, 0) for name in ("rows", "written", "unreadable")))
        found.labels = {head: Counter(counts) for head, counts in state.get("labels", {}).items()}
        found.uncertain.update(state.get("uncertain", {}))
        found.statuses.update(state.get("statuses", {}))
        return found

    @classmethod
    def of(cls, labelled: Columns, heads: Sequence[str], *, rows: int, unreadable: int) -> Summary:
        """Count one chunk."""
        found = cls(rows, len(labelled), unreadable, statuses=_count(labelled, "status"))
        for head in heads:
            if head in labelled.arrays and (counts := _count(labelled, head)):
                found.labels[head] = counts
                found.uncertain[head] = _count(labelled, f"{head}_uncertain")[True]
        return found


def _count(labelled: Columns, column: str) -> Counter[Any]:
    codes = labelled.arrays[column]
    names = labelled.names[column]
    counts = np.bincount(codes[codes >= 0], minlength=len(names)).tolist()
    return Counter({name: count for name, count in zip(names, counts, strict=True) if count})
