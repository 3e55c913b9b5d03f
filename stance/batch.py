"""Label tables of any size, chunk by chunk."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from stance.model import Model, as_model
from stance.optional import version_of
from stance.options import (
    MAX_CELL_CHARACTERS,
    Reading,
    check_columns,
    check_positive,
    choose_results,
    extra_columns,
)
from stance.scoring.blocks import count_html
from stance.tables.formats import Format, find_output_format
from stance.tables.inputs import Inputs
from stance.tables.outputs import made_files, open_output
from stance.tables.rows import Chunk
from stance.tables.runs import (
    Chunks,
    DoneChunk,
    carried_cells,
    make_encoder,
    write_run,
)
from stance.tables.summary import Summary
from stance.tables.writers.csv import check_excel
from stance.tables.writers.encoder import RowEncoder
from stance.tables.writers.run_record import check_record, digest_of, record_path, write_record
from stance.workers import call_in_processes

# Changes with how tables are split and written: a run of another version cannot be resumed.
_VERSION: Final = 4
_THREADS: Final = 2  # that label; more keep more chunks in memory, and gain nothing


def label_file(
    source: str | Path | IO[bytes] | Sequence[str | Path],
    output: str | Path | IO[Any],
    *,
    text: str = "text",
    model: Model | str | Path | None = None,
    unit: str = "paragraph",
    keep: str | Sequence[str] = (),
    columns: str | Sequence[str] = "all",
    level: float = 0.9,
    target_column: str | None = None,
    key: str | None = None,
    article: str | None = None,
    source_format: str | None = None,
    output_format: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    records: str | None = None,
    sheet: str | None = None,
    html: str = "detect",
    longest: int = MAX_CELL_CHARACTERS,
    excel: str | None = None,
    n_jobs: int = 1,
    force: bool = False,
    resume: bool = False,
    errors: IO[Any] | None = None,
    record: bool | str = False,
    progress: bool = False,
) -> Summary:
    """Label tables of texts into another table.

    Memory does not grow with the table: it is that of a few chunks of 4,096 rows or 4 million
    characters. Only JSON, workbooks and Word documents are read whole.

    Parameters
    ----------
    source : str, Path, binary file or sequence of str or Path
        A table: CSV, TSV, JSONL, JSON (``.gz`` and ``.zst`` are unpacked), Parquet, Feather, or a
        workbook (.xlsx, .xls, .ods), by its suffix; a pattern, a folder, or several of these. Among
        several files, each .docx and .html is one row, with column "text". Where there may be
        several files, column ``file`` names the file of each row, and ``row`` counts within it.
    output : str, Path, binary or text file
        Where to write, in the format (and packing) of its suffix. A path takes the new file only
        once it is complete.
    text : str, default="text"
        The column of texts.
    model : Model, str or Path, optional
        A model, or what `stance.load` takes; by default the shipped model.
    unit, keep, level, target_column, key, article
        As in `stance.Model.label_frame`.
    columns : "all", "+text" or sequence of str, default="all"
        The result columns to write: some of ``row`` and `stance.Model.columns`. "+text" is all of
        them and the text of each paragraph, as ``text``, which a workbook gets by default;
        "+voice", "+place" and "+digest" are as in `stance.Model.label_frame`.
    source_format, output_format : str, optional
        "csv", "tsv", "jsonl", "parquet", "feather" or "xlsx"; a source may also be "json", "xls",
        "ods", "docx", "nexis" or "html". The first three, and "json", may end in ``.gz`` or
        ``.zst``. By default the format that the suffix shows; a source with any other suffix, and
        an output without one, is CSV.
    encoding, delimiter : str, optional
        Of the source, as in `stance.tables.read_rows`.
    records : str, optional
        The list of a JSON object that holds the rows, such as "articles" or "response.results"; by
        default the only one, or the file is an array.
    sheet : str, optional
        The sheet of a workbook; by default the first.
    html : {"detect", "strip", "keep"}, default="detect"
        As in `stance.Model.label`; the summary counts the cells that are HTML.
    longest : int, default=1,000,000
        A cell of more characters gets the status "too long" and no label.
    excel : {",", ";"}, optional
        Write a CSV or TSV for spreadsheets: with a byte order mark, and an apostrophe before cells,
        labels and headers that would be taken for a formula (those that begin with ``= + - @``,
        also full-width, tab or a line end), in the file of the rows that could not be read too. The
        value is the delimiter of the CSV: a spreadsheet of a country with decimal commas expects
        ";".
    n_jobs : int, default=1
        Number of processes that label. The output does not change. Each takes a second or two to
        start. On two cores, two processes gained a tenth at 200,000 paragraphs and nothing at
        fewer, as the compiled scorer uses both cores by itself.
    force : bool, default=False
        Replace `output` if it exists.
    resume : bool, default=False
        Make a run that can be resumed, or resume one that was cut off; the output is byte for
        byte that of an uninterrupted run. Without it, a run that is cut off leaves nothing (or,
        if killed, a hidden file that the next run takes over).
    errors : binary or text file, optional
        Where rows that cannot be read go if `output` is a stream.
    record : bool or str, default=False
        Write what the run was to ``<output>.run.json``, for `stance.describe_methods` and
        `stance.verify`: digests of input and model, versions, options, counts. A str is the command
        to note in it. Nothing is written if `output` is a stream.
    progress : bool, default=False
        Show rows, rate and time left on standard error, if that is a terminal.

    Returns
    -------
    Summary
        What was read, written and labelled.

    Raises
    ------
    TableError, InputError
        If a table cannot be read, a column is missing, the output exists already or is being
        written by another run, or a run cannot be resumed. Rows that cannot be read do not stop
        the run: they go unchanged to ``<output>.errors.csv``, each with its line and the reason.

    Notes
    -----
    Until it is complete, packed and Parquet output needs its own size again on disk, Parquet
    twice. `resume` reads the source twice.
    """
    start = time.perf_counter()
    reading = Reading(text, target_column, unit, level, longest, key, html=html)
    check_positive("n_jobs", n_jobs)
    model = as_model(model)
    output = Path(output) if isinstance(output, (str, Path)) else output
    table_format = find_output_format(output, output_format)
    check_excel(excel, table_format)
    made = made_files(output) if isinstance(output, Path) else ()
    is_file = isinstance(output, Path) and (output.is_file() or not output.exists())
    record = is_file and record  # what a device or pipe has taken cannot be read again
    if record and isinstance(output, Path):
        check_record(output, force=force)
        made = (*made, record_path(output))
    read_as = {"source_format": source_format, "encoding": encoding, "delimiter": delimiter}
    read_as |= {"records": records, "sheet": sheet}
    with Inputs(source, besides=made, verified=resume, **read_as) as inputs:
        kept = check_columns(inputs.columns, text, keep, target_column, key, article)
        columns = _with_default_text(columns, unit, table_format)
        results = choose_results(columns, unit, model.columns(unit))
        reading = reading_for(reading, results, model)
        encoder = make_encoder(inputs, table_format, kept, results, article=article, excel=excel)
        options: dict[str, Any] = {"keep": kept, "columns": results, "excel": excel}
        options |= {"article": article}
        options |= {"output_format": table_format, **asdict(reading), **read_as}
        identity = _identify(inputs, model, options) if resume else None
        label = partial(label_chunk, reading, encoder, inputs.several)
        with open_output(
            output, force=force, identity=identity, errors=errors, assemble=encoder.assemble
        ) as opened:
            summary = write_run(
                inputs,
                opened,
                encoder,
                reading.columns(kept),
                partial(_label_in_threads, label, model)
                if n_jobs == 1
                else partial(_label_in_processes, label, model, n_jobs),
                empty=reading.empty(model),
                keep_faults=errors is None,
                progress=progress,
            )
        if record and isinstance(output, Path):
            write_record(output, _describe(inputs, output, model, options, summary, record))
    summary.seconds = time.perf_counter() - start
    return summary


def reading_for(reading: Reading, results: Sequence[str], model: Model) -> Reading:
    """Add the columns that are made on request only."""
    extra = extra_columns(results, model.columns(reading.unit))
    return replace(reading, with_text="text" in results, extra=extra)


def _with_default_text(
    columns: str | Sequence[str], unit: str, table_format: Format
) -> str | Sequence[str]:
    """Ask for the text of each paragraph where a person will read the table."""
    is_read = table_format.kind == "xlsx" and unit != "document"
    return "+text" if columns == "all" and is_read else columns


def _identify(inputs: Inputs, model: Model, options: dict[str, Any]) -> dict[str, str]:
    """Name everything that decides the bytes of the output."""
    named = json.dumps(options | {"version": _VERSION}, sort_keys=True)
    return {
        "input": inputs.digest(),
        "model": model.digest,
        "options": hashlib.sha256(named.encode()).hexdigest(),
        "stance": version_of("stance-tone"),
        # Scorers agree to 1e-9, which can still change the last of six decimals.
        "scorer": model.frozen.scorer.name,
    }


def _describe(
    inputs: Inputs,
    output: Path,
    model: Model,
    options: dict[str, Any],
    summary: Summary,
    command: bool | str,
) -> dict[str, Any]:
    """Return the record of a run; no path is in it."""
    return {
        "command": command if isinstance(command, str) else "stance.label_file",
        "date": datetime.now(UTC).date().isoformat(),
        "inputs": inputs.file_digests(),
        "output": {"name": output.name, "sha256": digest_of(output)},
        "model": {
            "name": model.facts.get("name", "unnamed"),
            "sha256": model.digest,
            "labels": {head: list(labels) for head, labels in model.labels.items()},
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version_of(name) for name in ("stance-tone", "numpy", "scikit-learn")},
        },
        "scorer": model.frozen.scorer.name,
        "options": options,
        "counts": summary.state(),
    }


def label_chunk(
    reading: Reading,
    encoder: RowEncoder,
    several: bool,
    model: Model,
    file: str,
    chunk: Chunk,
    position: int,
) -> DoneChunk:
    """Label the rows of a chunk, and encode them."""
    if not chunk.numbers:  # none of its rows could be read
        counts = Summary(unreadable=len(chunk.faults))
        return DoneChunk((), chunk.faults, file, counts, position)
    row_keys = [f"{file}:{number}" for number in chunk.numbers] if several else chunk.numbers
    labelled = reading.label(model, chunk.columns, row_keys)
    counts = Summary.of(
        labelled, list(model.labels), rows=len(chunk.numbers), unreadable=len(chunk.faults)
    )
    if reading.html == "detect":
        counts.html = count_html(chunk.columns[reading.text])
    rows = labelled.arrays["row"]  # within the chunk; the output counts within the file
    numbers = np.asarray(chunk.numbers, dtype=np.int64)[rows]
    numbered = replace(labelled, arrays={**labelled.arrays, "row": numbers})
    data = encoder.rows(carried_cells(encoder, file, chunk), rows, numbered)
    return DoneChunk(data, chunk.faults, file, counts, position)


def _label_in_threads(
    label: Callable[..., DoneChunk], model: Model, chunks: Chunks
) -> Iterator[DoneChunk]:
    """Label chunks while the next is read and those before are written; yield them in order.

    Two threads are enough: one chunk is split, and made into columns, while the other is scored.
    The scorer does not hold Python's lock, and uses all cores by itself.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        pending = deque[Future[DoneChunk]]()
        more = True
        while more or pending:
            try:
                chunk = next(chunks, None) if more else None
            except Exception:  # of the source; what was read before it is written all the same
                yield from (done.result() for done in pending)
                raise
            more = chunk is not None
            if chunk:
                pending.append(pool.submit(label, model, *chunk))
            if pending and (not more or len(pending) > _THREADS):
                yield pending.popleft().result()


def _label_in_processes(
    label: Callable[..., DoneChunk], model: Model, n_jobs: int, chunks: Chunks
) -> Iterator[DoneChunk]:
    """Label chunks in several processes, and yield them in order."""
    return call_in_processes(partial(_label_to_send, label, model), n_jobs, chunks)


def _label_to_send(label: Callable[..., DoneChunk], model: Model, *chunk: Any) -> DoneChunk:
    done = label(model, *chunk)
    return replace(done, data=list(done.data))
