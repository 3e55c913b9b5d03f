"""Label a table of any size, a row at a time."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from stance.cells import carried_names, check_columns, check_unit
from stance.errors import TableError
from stance.heads import check_level
from stance.model import Model
from stance.tables import Fault, Table, read_rows, replacing, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class Summary:
    """What a run did.

    Attributes
    ----------
    rows : int
        Input rows that were read.
    written : int
        Output rows.
    labels : dict of str to Counter
        How often each label was given, by head (empty for unit "document").
    uncertain : Counter
        How many of them were uncertain, by head.
    statuses : Counter
        Output rows by status.
    faults : list of Fault
        Input rows that could not be read; they are in `errors`.
    errors : Path or None
        Where their text was written.
    seconds : float
        Wall-clock time.

    Notes
    -----
    Rows that could not be read count neither in `rows` nor in `written`; they keep their number, so that ``row`` in the
    output always names the row of the input.
    """

    rows: int = 0
    written: int = 0
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    uncertain: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    errors: Path | None = None
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [f"{self.rows:,} rows read, {self.written:,} written, in {self.seconds:.1f} s"]
        lines.append("status: " + ", ".join(f"{name} {count:,}" for name, count in self.statuses.most_common()))
        for head, counts in self.labels.items():
            total = sum(counts.values())
            shares = ", ".join(f"{name} {count / total:.0%}" for name, count in counts.most_common())
            lines.append(f"{head}: {shares} ({self.uncertain[head] / total:.0%} of them uncertain)")
        return "\n".join(lines)

    def count(self, row: dict[str, Any], heads: Sequence[str]) -> None:
        """Take one output row into account."""
        self.written += 1
        self.statuses[row["status"]] += 1
        for head in heads:
            if row.get(head) is not None:
                self.labels.setdefault(head, Counter())[row[head]] += 1
                self.uncertain[head] += row[f"{head}_uncertain"]


def label_file(
    source: str | Path | IO[bytes],
    target: str | Path | IO[str],
    *,
    text: str = "text",
    model: Model | str | Path | None = None,
    unit: str = "paragraph",
    keep: str | Sequence[str] = (),
    level: float = 0.9,
    target_column: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    force: bool = False,
    progress: Callable[[Iterable[Any]], Iterable[Any]] | None = None,
) -> Summary:
    """Label a CSV of texts into another CSV, in memory of one row.

    Parameters
    ----------
    source : str, Path or binary file
        The table to read.
    target : str, Path or text file
        Where to write; a path takes the new file only once it is whole.
    text : str, default="text"
        The column of texts.
    model : Model, str or Path, optional
        A model, or where one lies; by default the shipped one.
    unit, keep, level, target_column
        As in `Model.label_frame`.
    encoding, delimiter : str, optional
        Of the source, as in `stance.tables.read_rows`.
    force : bool, default=False
        Replace `target`.
    progress : callable, optional
        Wraps the rows as they are read (``tqdm``).

    Returns
    -------
    Summary

    Raises
    ------
    TableError, InputError
        If the table cannot be read, a column is not there, or the target stands already. Rows that cannot be read do not
        stop the run: they go word for word to ``<target>.errors.csv`` with line and reason.
    """
    from stance.model import load

    check_unit(unit)
    check_level(level)
    held = model if isinstance(model, Model) else load(model)
    origin = Path(source) if isinstance(source, (str, Path)) else source
    summary = Summary()
    start = time.perf_counter()
    with contextlib.ExitStack() as stack:
        table = stack.enter_context(read_rows(origin, encoding=encoding, delimiter=delimiter))
        kept = check_columns(table.columns, text, keep, target_column)
        columns = ["row", *held.columns(unit)]
        names = carried_names(kept, columns)
        out = stack.enter_context(_target(target, force))
        read = (text, target_column)
        rows = _labelled(table, held, read, unit, level, kept, columns, summary, progress)
        write_rows(out, [*names.values(), *columns], rows)
    summary.faults = table.faults
    summary.seconds = time.perf_counter() - start
    if isinstance(target, (str, Path)):
        summary.errors = _write_faults(Path(target), summary.faults)
    return summary


def _target(target: str | Path | IO[str], force: bool) -> contextlib.AbstractContextManager[IO[str]]:
    if isinstance(target, (str, Path)):
        return replacing(Path(target), force=force)
    return contextlib.nullcontext(target)


def _labelled(
    table: Table,
    model: Model,
    read: tuple[str, str | None],
    unit: str,
    level: float,
    kept: Sequence[str],
    columns: Sequence[str],
    summary: Summary,
    progress: Callable[[Iterable[Any]], Iterable[Any]] | None,
) -> Iterator[list[Any]]:
    at = table.columns.index(read[0])
    aim = None if read[1] is None else table.columns.index(read[1])
    carried = [table.columns.index(column) for column in kept]
    for number, record in progress(table) if progress else table:
        summary.rows += 1
        target = None if aim is None else record[aim]
        labelled = model.label_cells([record[at]], unit=unit, level=level, targets=[target])
        for values in labelled.rows():
            row = dict(zip(columns, values, strict=True))
            summary.count(row, list(model.labels))
            row["row"] = number
            yield [record[column] for column in carried] + [row[column] for column in columns]


def _write_faults(target: Path, faults: Sequence[Fault]) -> Path | None:
    path = target.with_name(target.name + ".errors.csv")
    if not faults:
        path.unlink(missing_ok=True)  # of an earlier run
        return None
    with replacing(path, force=True) as out:
        write_rows(out, ["row", "line", "reason", "raw"], ((fault.row, fault.line, fault.reason, fault.raw) for fault in faults))
    return path


def read_document(path: Path, encoding: str | None = None) -> str:
    """Read a text file, line ends untouched; without an encoding, what its byte order mark says, or UTF-8.

    Raises
    ------
    TableError
        If it cannot be read or is not UTF-8 (or UTF-16 with a byte order mark).
    """
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        return content.decode(encoding or ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"))
    except OSError as error:
        raise TableError(f"{path} must be a file that can be read; {error.strerror or error}. Check the path.") from error
    except (UnicodeDecodeError, LookupError) as error:
        raise TableError(f"{path} must be {encoding or 'UTF-8'}; {error}. Name its encoding, or save it as UTF-8.") from error
