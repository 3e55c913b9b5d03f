"""Write a table in another format, such as a CSV as Parquet, which any engine reads alike."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from stance.columns import Columns
from stance.options import check_once
from stance.tables.formats import find_output_format
from stance.tables.inputs import Inputs
from stance.tables.outputs import made_files, open_output
from stance.tables.runs import (
    Chunks,
    DoneChunk,
    carried_cells,
    make_encoder,
    write_run,
)
from stance.tables.summary import Summary
from stance.tables.writers.encoder import RowEncoder

_NO_RESULTS = Columns({}, {})


def convert_file(
    source: str | Path | IO[bytes] | Sequence[str | Path],
    output: str | Path,
    *,
    source_format: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    records: str | None = None,
    sheet: str | None = None,
    force: bool = False,
    progress: bool = False,
) -> Summary:
    """Write the rows of a table in the format that the output's suffix shows.

    Memory does not grow with the table.

    Parameters
    ----------
    source : str, Path, binary file or sequence of str or Path
        One or more tables, as in `stance.label_file`. Where there may be several, column ``file``
        names the file of each row.
    output : str or Path
        Where to write. The path takes the new file only once it is complete. From Parquet to
        Parquet, types are kept; in all other cases every column is text.
    source_format, encoding, delimiter, records, sheet : str, optional
        Of the source, as in `stance.label_file`.
    force : bool, default=False
        Replace `output` if it exists.
    progress : bool, default=False
        Show rows, rate and time left on standard error, if that is a terminal.

    Returns
    -------
    Summary
        How many rows were read and written, and how many could not be read.

    Raises
    ------
    InputError
        If the output's suffix shows no format, or pyarrow is needed and not installed.
    TableError
        If the table cannot be read, or the output exists already. Rows that cannot be read do not
        stop the run: they go unchanged to ``<output>.errors.csv``, each with its line and the
        reason.
    """
    start = time.perf_counter()
    path = Path(output)
    table_format = find_output_format(path, None)
    read_as: dict[str, Any] = {
        "source_format": source_format,
        "encoding": encoding,
        "delimiter": delimiter,
    }
    read_as |= {"records": records, "sheet": sheet}
    with Inputs(source, besides=made_files(path), **read_as) as inputs:
        check_once(inputs.columns, inputs.columns)
        encoder = make_encoder(inputs, table_format, inputs.columns)
        with open_output(path, force=force, assemble=encoder.assemble) as opened:
            summary = write_run(
                inputs,
                opened,
                encoder,
                inputs.columns,
                partial(_encode, encoder),
                empty=_NO_RESULTS,
                progress=progress,
            )
    summary.seconds = time.perf_counter() - start
    return summary


def _encode(encoder: RowEncoder, chunks: Chunks) -> Iterator[DoneChunk]:
    for file, chunk, position in chunks:
        count = len(chunk.numbers)
        cells = carried_cells(encoder, file, chunk)
        data = encoder.rows(cells, np.arange(count), _NO_RESULTS) if count else ()
        counts = Summary(count, count, len(chunk.faults))
        yield DoneChunk(data, chunk.faults, file, counts, position)
