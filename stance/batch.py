"""Label tables of any size, a chunk at a time."""

from __future__ import annotations

import functools
import hashlib
import json
import tempfile
import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from stance.columns import Columns
from stance.errors import InputError
from stance.model import Model, load
from stance.optional import version_of
from stance.options import TOO_LONG, carried_names, check_columns, check_unit, choose_columns
from stance.scoring.heads import check_level
from stance.tables.formats import find_format
from stance.tables.inputs import Inputs
from stance.tables.outputs import FileOutput, StreamOutput, made_files, open_output
from stance.tables.progress import Progress
from stance.tables.rows import Chunk, Fault
from stance.tables.summary import Summary
from stance.tables.writers.encoders import Layout, check_excel_safe, fault_lines
from stance.tables.writers.parquet import assemble

LONGEST: Final = 1_000_000  # characters of a cell; the longest novels have three times as many


@dataclass(frozen=True)
class _Plan:
    """What is to be done with each chunk; it travels to other processes."""

    text: str
    target_column: str | None
    unit: str
    level: float
    longest: int
    heads: tuple[str, ...]
    layout: Layout

    def columns(self) -> list[str]:
        """List the columns to read."""
        carried = [column for column in self.layout.carried if column is not None]
        return list(
            dict.fromkeys(
                [self.text, *([self.target_column] if self.target_column else []), *carried]
            )
        )

    def label(self, model: Model, chunk: Chunk) -> tuple[Columns, np.ndarray]:
        """Label a chunk; tell for each row of the result which row of the chunk it is of."""
        cells = [
            TOO_LONG if isinstance(cell, str) and len(cell) > self.longest else cell
            for cell in chunk.columns[self.text]
        ]
        targets = chunk.columns[self.target_column] if self.target_column else None
        labelled = model.label_cells(cells, unit=self.unit, level=self.level, targets=targets)
        at = labelled.arrays["row"]
        numbers = np.asarray(chunk.numbers, dtype=np.int64)
        return replace(labelled, arrays={**labelled.arrays, "row": numbers[at]}), at


@dataclass
class _Done:
    """A chunk that was labelled: its rows, its rows at fault, its counts, and how far the source was read."""

    data: Iterable[bytes]
    faults: Sequence[Fault]
    file: str
    counts: Summary
    position: int


def label_file(
    source: str | Path | IO[bytes] | Sequence[str | Path],
    target: str | Path | IO[Any],
    *,
    text: str = "text",
    model: Model | str | Path | None = None,
    unit: str = "paragraph",
    keep: str | Sequence[str] = (),
    columns: str | Sequence[str] = "all",
    level: float = 0.9,
    target_column: str | None = None,
    source_format: str | None = None,
    target_format: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    longest: int = LONGEST,
    excel_safe: bool = False,
    n_jobs: int = 1,
    force: bool = False,
    resume: bool = False,
    errors: IO[Any] | None = None,
    progress: bool = False,
) -> Summary:
    """Label tables of texts into another table, in memory of a chunk: 4096 rows or 4 million characters.

    Parameters
    ----------
    source : str, Path, binary file or sequence of str or Path
        A CSV, TSV, JSONL or Parquet file by its suffix (``.gz`` and ``.zst`` are unpacked), a pattern, a folder or several of
        these. Where there may be several files, column ``file`` names the one that a row is of, and ``row`` counts within it.
    target : str, Path, binary or text file
        Where to write, in the format of its suffix (or packed by it); a path takes the new file only once it is whole.
    text : str, default="text"
        The column of texts.
    model : Model, str or Path, optional
        A model, or where one lies; by default the shipped one.
    unit, keep, level, target_column
        As in `Model.label_frame`.
    columns : "all" or sequence of str, default="all"
        The result columns to write: some of ``row`` and `Model.columns`.
    source_format, target_format : {"csv", "tsv", "jsonl", "parquet"}, optional
        The first three may end in ``.gz`` or ``.zst``. By default what the suffix says; CSV if it says nothing.
    encoding, delimiter : str, optional
        Of the source, as in `stance.tables.readers.csv.read_rows`.
    longest : int, default=1000000
        A cell of more characters gets the status "too long" and no label.
    excel_safe : bool, default=False
        Put an apostrophe before carried cells that a spreadsheet would take for a formula (``= + - @``, tab, return).
    n_jobs : int, default=1
        Processes that label. Order and bytes of the output are those of one process. Each takes a second or two to start. On two
        cores two gained a tenth at 200,000 paragraphs and nothing at fewer, as the compiled scorer uses both by itself.
    force : bool, default=False
        Replace `target`.
    resume : bool, default=False
        Make a run that can be resumed, and resume one that was cut off: the output is byte for byte that of a run that was
        not. Without it, a run that is cut off leaves nothing (or, killed, a hidden file that the next run takes over).
    errors : binary or text file, optional
        Where rows that cannot be read go if `target` is a stream.
    progress : bool, default=False
        Show rows, rate and time left on standard error, if that is a terminal.

    Returns
    -------
    Summary

    Raises
    ------
    TableError, InputError
        If a table cannot be read, a column is not there, the target stands already or another run writes it, or a run cannot
        be resumed. Rows that cannot be read do not stop the run: they go word for word to ``<target>.errors.csv`` with line
        and reason.

    Notes
    -----
    Packed and Parquet output needs as much room again until it is whole, Parquet twice. `resume` reads the source twice.
    """
    _check(unit, level, longest, n_jobs)
    start = time.perf_counter()
    held = model if isinstance(model, Model) else load(model)
    place = Path(target) if isinstance(target, (str, Path)) else target
    layout = find_format(place, target_format, "target_format")
    check_excel_safe(excel_safe, layout)
    besides = made_files(place) if isinstance(place, Path) else ()
    read_as = {"source_format": source_format, "encoding": encoding, "delimiter": delimiter}
    with Inputs(source, besides=besides, **read_as) as inputs:
        kept = check_columns(inputs.columns, text, keep, target_column)
        results = choose_columns(columns, ["row", *held.columns(unit)])
        file_column: dict[str | None, str] = {None: "file"} if inputs.several else {}
        names = carried_names(kept, [*file_column.values(), *results])
        types: dict[str | None, Any] = {
            column: kind for column, kind in inputs.types.items() if column in kept
        }
        plan = _Plan(
            text,
            target_column,
            unit,
            level,
            longest,
            tuple(held.labels),
            Layout(layout, {**file_column, **names}, results, excel_safe, types),
        )
        identity = _identity(inputs, held, plan, read_as) if resume else None
        built = assemble if layout.kind == "parquet" else None
        with open_output(
            place, force=force, identity=identity, errors=errors, assemble=built
        ) as output:
            summary = Summary.restored(output.last)
            with Progress(inputs.size, shown=progress) as bar:
                _run(
                    inputs,
                    held,
                    plan,
                    n_jobs,
                    output,
                    summary,
                    bar,
                    keep_faults=not isinstance(place, Path) and errors is None,
                )
    if isinstance(output, FileOutput) and summary.unreadable:
        summary.errors = output.errors
    summary.seconds = time.perf_counter() - start
    return summary


def _check(unit: str, level: float, longest: int, n_jobs: int) -> None:
    check_unit(unit)
    check_level(level)
    for name, value in (("longest", longest), ("n_jobs", n_jobs)):
        if value < 1:
            raise InputError(f"`{name}` must be at least 1; got {value!r}.")


def _identity(inputs: Inputs, model: Model, plan: _Plan, read_as: dict[str, Any]) -> dict[str, str]:
    """Name what makes the bytes of the output."""
    options = json.dumps([repr(plan), read_as, _VERSION], sort_keys=True)
    return {
        "input": inputs.digest(),
        "model": model.digest,
        "options": hashlib.sha256(options.encode()).hexdigest(),
        "stance": version_of("stance-tone"),
        "scorer": model.frozen.scorer.name,  # they agree to 1e-9, which a figure of six decimals may show
    }


# Of the way in which a table is parted and written; a run begun under another cannot be resumed.
_VERSION: Final = 2


def _run(
    inputs: Inputs,
    model: Model,
    plan: _Plan,
    n_jobs: int,
    output: FileOutput | StreamOutput,
    summary: Summary,
    bar: Progress,
    *,
    keep_faults: bool,
) -> None:
    if output.finished:
        return
    begun = output.last.get("done", -1)
    if begun < 0:
        none = model.label_cells([], unit=plan.unit, level=plan.level)
        output.add(plan.layout.begin(none), done=0, **summary.state())
    chunks = islice(inputs.chunks(plan.columns()), max(begun, 0), None)
    for number, done in enumerate(_labelled(chunks, model, plan, n_jobs), start=max(begun, 0) + 1):
        first = not summary.unreadable
        faults = fault_lines(done.faults, done.file if inputs.several else None, header=first)
        summary.add(done.counts)
        if keep_faults:
            summary.faults += done.faults
        output.add(done.data, faults, done=number, **summary.state())
        bar.advance(done.counts.rows + done.counts.unreadable, done.position)


def _labelled(
    chunks: Iterator[tuple[str, Chunk, int]], model: Model, plan: _Plan, n_jobs: int
) -> Iterator[_Done]:
    return (
        _labelled_beside(chunks, model, plan)
        if n_jobs == 1
        else _labelled_elsewhere(chunks, model, plan, n_jobs)
    )


def _labelled_beside(
    chunks: Iterator[tuple[str, Chunk, int]], model: Model, plan: _Plan
) -> Iterator[_Done]:
    """Label each chunk in a thread beside the one that reads the next and writes the last: the scorer holds no lock."""
    with ThreadPoolExecutor(1) as pool:
        begun: Future[_Done] | None = None
        more = True
        while more:
            try:
                chunk = next(chunks, None)
            except Exception:  # of the source: what was read before it is labelled all the same
                if begun:
                    yield begun.result()
                raise
            following = pool.submit(_label, model, plan, *chunk) if chunk else None
            if begun:
                yield begun.result()
            begun, more = following, following is not None


def _label(model: Model, plan: _Plan, file: str, chunk: Chunk, position: int) -> _Done:
    if not chunk.numbers:
        return _Done((), chunk.faults, file, Summary(unreadable=len(chunk.faults)), position)
    labelled, at = plan.label(model, chunk)
    counts = Summary.of(labelled, plan.heads, rows=len(chunk.numbers), unreadable=len(chunk.faults))
    carried = {
        name: [file] * len(chunk.numbers) if name is None else chunk.columns[name]
        for name in plan.layout.carried
    }
    return _Done(plan.layout.rows(carried, at, labelled), chunk.faults, file, counts, position)


def _labelled_elsewhere(
    chunks: Iterator[tuple[str, Chunk, int]], model: Model, plan: _Plan, n_jobs: int
) -> Iterator[_Done]:
    """Label chunks in other processes; they come back in order, and none is read while one is written: few wait for a slow writer."""
    from joblib import Parallel, delayed

    failed: list[BaseException] = []
    wanted = (
        threading.Event()
    )  # set while a result is waited for: never does one wait for what is not read
    wanted.set()

    def read() -> Iterator[Any]:
        try:  # joblib reads in a thread of its own, where an error would be lost
            for chunk in chunks:
                yield delayed(_label_elsewhere)(folder, plan, *chunk)
                wanted.wait()
        except BaseException as error:
            failed.append(error)

    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model")
        parallel = Parallel(
            n_jobs=n_jobs,
            return_as="generator",
            pre_dispatch="2*n_jobs",
            batch_size=1,
            max_nbytes=None,
        )
        results = parallel(read())
        try:
            while done := next(results, None):
                wanted.clear()
                yield done
                wanted.set()
        finally:
            wanted.set()
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore"
                )  # that work was cut off is known to whoever cut it off
                results.close()
    if failed:
        raise failed[0]


def _label_elsewhere(folder: str, plan: _Plan, file: str, chunk: Chunk, position: int) -> _Done:
    done = _label(_held(folder), plan, file, chunk, position)
    done.data = list(done.data)
    return done


@functools.lru_cache(maxsize=1)
def _held(folder: str) -> Model:
    return load(Path(folder) / "model")
