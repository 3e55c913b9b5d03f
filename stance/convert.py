"""Write a table in another format: of a CSV, Parquet or JSONL, which any engine reads alike; no row lost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from stance.columns import Columns
from stance.errors import InputError
from stance.options import carried_names, check_once
from stance.tables.formats import KINDS, parse_format
from stance.tables.inputs import Inputs
from stance.tables.outputs import made_files, replacing
from stance.tables.progress import Progress
from stance.tables.summary import Summary
from stance.tables.writers.encoders import Layout, fault_lines
from stance.tables.writers.parquet import assemble


def convert_file(
    source: str | Path | IO[bytes] | Sequence[str | Path],
    target: str | Path,
    *,
    source_format: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    force: bool = False,
    progress: bool = False,
) -> Summary:
    """Write the rows of a table in the format that the target's suffix says, in memory of a chunk.

    Parameters
    ----------
    source : str, Path, binary file or sequence of str or Path
        A table or several, as in `stance.label_file`. Where there may be several, column ``file`` names the one that a row is of.
    target : str or Path
        Where to write. The path takes the new file only once it is whole. From one Parquet file to another types stay; in
        all other cases every column is text.
    source_format, encoding, delimiter : str, optional
        Of the source, as in `stance.label_file`.
    force : bool, default=False
        Replace `target`.
    progress : bool, default=False
        Show rows, rate and time left on standard error, if that is a terminal.

    Returns
    -------
    Summary
        How many rows were read and written, and how many could not be read.

    Raises
    ------
    InputError
        If the target's suffix says no format, or pyarrow is needed and not installed.
    TableError
        If the table cannot be read, or the target stands already. Rows that cannot be read do not stop the run: they go word
        for word to ``<target>.errors.csv`` with line and reason.
    """
    path = Path(target)
    form = parse_format(path.name)
    if form is None or (form.kind == "parquet" and form.packing):
        raise InputError(
            f"the target must end in one of {[f'.{kind}' for kind in KINDS]!r}; got {path.name!r}."
        )
    start = time.perf_counter()
    summary = Summary()
    none = Columns({}, {})
    read_as = {"source_format": source_format, "encoding": encoding, "delimiter": delimiter}
    with Inputs(source, besides=made_files(path), **read_as) as inputs:
        check_once(inputs.columns, inputs.columns)
        file_column: dict[str | None, str] = {None: "file"} if inputs.several else {}
        types = dict[str | None, Any](inputs.types.items())
        layout = Layout(
            form,
            {**file_column, **carried_names(inputs.columns, list(file_column.values()))},
            (),
            types=types,
        )
        built = assemble if form.kind == "parquet" else None
        with (
            replacing(path, force=force, assemble=built) as output,
            Progress(inputs.size, shown=progress) as bar,
        ):
            output.add(layout.begin(none))
            for file, chunk, position in inputs.chunks(inputs.columns):
                count = len(chunk.numbers)
                carried = {
                    column: [file] * count if column is None else chunk.columns[column]
                    for column in layout.carried
                }
                faults = fault_lines(
                    chunk.faults, file if inputs.several else None, header=not summary.unreadable
                )
                output.add(layout.rows(carried, np.arange(count), none) if count else (), faults)
                summary.add(Summary(count, count, len(chunk.faults)))
                bar.advance(count + len(chunk.faults), position)
    summary.errors = output.errors if summary.unreadable else None
    summary.seconds = time.perf_counter() - start
    return summary
