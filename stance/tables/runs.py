"""Take a table chunk by chunk from its inputs to its output, and count what was done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from stance.columns import Columns
from stance.errors import TableError
from stance.options import carried_names
from stance.tables.formats import Format
from stance.tables.inputs import Inputs
from stance.tables.output_streams import StreamOutput
from stance.tables.outputs import FileOutput
from stance.tables.progress import Progress
from stance.tables.rows import Chunk, Fault
from stance.tables.summary import Summary
from stance.tables.writers.csv import fault_lines
from stance.tables.writers.encoder import RowEncoder, encoder_of

Chunks = Iterator[tuple[str, Chunk, int]]
"""What `Inputs.chunks` yields: the name of a file, rows of it, and how many bytes are read."""


@dataclass
class DoneChunk:
    """A chunk that is ready to be written.

    Attributes
    ----------
    data : iterable of bytes
        Its output rows.
    faults : sequence of Fault
        Its rows that could not be read.
    file : str
        The file it is from.
    counts : Summary
        What was counted in it.
    position : int
        How many bytes were read by its end.
    """

    data: Iterable[bytes]
    faults: Sequence[Fault]
    file: str
    counts: Summary
    position: int


def make_encoder(
    inputs: Inputs,
    table_format: Format,
    kept: Sequence[str],
    results: Sequence[str] = (),
    *,
    article: str | None = None,
    excel: str | None = None,
) -> RowEncoder:
    """Lay out output rows: the file's name if there may be several, carried columns, results."""
    file_column: dict[str | None, str] = {None: "file"} if inputs.several else {}
    names = carried_names(kept, [*file_column.values(), *results], article)
    types: dict[str | None, Any] = {
        column: inputs.types[column] for column in kept if column in inputs.types
    }
    return encoder_of(table_format, {**file_column, **names}, tuple(results), excel, types)


def carried_cells(encoder: RowEncoder, file: str, chunk: Chunk) -> dict[str | None, Sequence[Any]]:
    """Return the cells of a chunk that are carried along, by column; None is that of the file."""
    return {
        column: [file] * len(chunk.numbers) if column is None else chunk.columns[column]
        for column in encoder.carried
    }


def write_run(
    inputs: Inputs,
    output: FileOutput | StreamOutput,
    encoder: RowEncoder,
    columns: Sequence[str],
    finish: Callable[[Chunks], Iterator[DoneChunk]],
    *,
    empty: Columns,
    keep_faults: bool = True,
    progress: bool = False,
) -> Summary:
    """Read the chunks that an output lacks, have them finished, and write them in order.

    Parameters
    ----------
    inputs : Inputs
        The tables to read.
    output : FileOutput or StreamOutput
        Where to write; one that resumes a run knows how many chunks it has.
    encoder : RowEncoder
        How rows are written.
    columns : sequence of str
        The columns to read.
    finish : callable
        Turns chunks that were read into chunks to write, one for one and in order.
    empty : Columns
        The result columns without any row.
    keep_faults : bool, default=True
        Whether the summary keeps the rows that could not be read if `output` is a stream.
    progress : bool, default=False
        Whether to show a progress bar.

    Raises
    ------
    TableError
        If a table cannot be read to its end, or is written to while it is read: then nothing is
        left that could be resumed.
    """
    try:
        summary = Summary.restored(output.last)
    except (TypeError, ValueError, AttributeError) as error:
        raise TableError(
            "the journal of the run to be resumed must hold its counts; it holds something else. "
            "Begin anew (force, --force)."
        ) from error
    if not output.finished:
        keep_faults = keep_faults and isinstance(output, StreamOutput)
        with Progress(inputs.size, shown=progress) as bar:
            n_done = output.last.get("done")
            if n_done is None:
                n_done = 0
                output.add(encoder.begin(empty), done=n_done, **summary.state())
            chunks = islice(inputs.chunks(columns), n_done, None)
            for number, chunk in enumerate(finish(chunks), start=n_done + 1):
                file = chunk.file if inputs.several else None
                faults = fault_lines(
                    chunk.faults,
                    file,
                    header=not summary.unreadable,
                    excel=encoder.excel is not None,
                )
                summary.add(chunk.counts)
                if keep_faults:
                    summary.faults += chunk.faults
                output.add(chunk.data, faults, done=number, **summary.state())
                bar.advance(chunk.counts.rows + chunk.counts.unreadable, chunk.position)
            try:
                inputs.check_unchanged()
            except TableError:
                output.forget()
                raise
    if isinstance(output, FileOutput) and summary.unreadable:
        summary.errors = output.errors
    return summary
