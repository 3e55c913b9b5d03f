"""Score a random part of a table again, and compare the bytes with those of its output."""

from __future__ import annotations

import contextlib
import io
import mmap
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from stance.batch import label_chunk
from stance.errors import InputError, TableError
from stance.model import Model, as_model
from stance.options import Reading, check_columns, check_positive, choose_results
from stance.tables.formats import Format
from stance.tables.inputs import Inputs
from stance.tables.outputs import made_files
from stance.tables.rows import Chunk
from stance.tables.runs import make_encoder
from stance.tables.streams import open_source
from stance.tables.writers.csv import check_excel
from stance.tables.writers.encoder import RowEncoder
from stance.tables.writers.run_record import read_record, record_path

_LINES: Final = ("csv", "tsv", "jsonl")
"""Formats in which the rows of an output stand one after the other as bytes."""
_READ_AS: Final = ("source_format", "encoding", "delimiter", "records", "sheet")
_OTHER_COLUMNS: Final = ("target_column", "key", "article")
_READING: Final = (
    "text", "target_column", "unit", "level", "longest", "key", "with_text", "html",
    "extra",
)  # fmt: skip


@dataclass(frozen=True)
class Verification:
    """What scoring a random part of a table again gave.

    Attributes
    ----------
    checked, rows : int
        How many rows of the source were scored again, of how many.
    difference : str or None
        A sentence on the first row whose bytes differ; None if none does.
    """

    checked: int
    rows: int
    difference: str | None = None

    def __str__(self) -> str:
        if self.difference:
            return self.difference
        return f"{self.checked:,} of {self.rows:,} rows were scored again: the bytes are the same."


def verify(
    labelled: str | Path,
    source: str | Path | Sequence[str | Path],
    *,
    model: Model | str | Path | None = None,
    n: int = 200,
    random_state: int | None = None,
) -> Verification:
    """Score a random part of a table again, and compare the bytes with its labelled table.

    Parameters
    ----------
    labelled : str or Path
        What `stance score` wrote as CSV, TSV or JSONL, with its record beside it.
    source : str, Path or sequence of str or Path
        The table that was scored.
    model : Model, str or Path, optional
        The model that labelled it; by default the shipped one.
    n : int, default=200
        How many rows of `source` to score again at most.
    random_state : int, optional
        Seed of the choice of rows; by default others each time.

    Returns
    -------
    Verification

    Raises
    ------
    InputError, TableError
        If there is no record, or model or source are not those that it names.

    Examples
    --------
    >>> import stance
    >>> stance.verify("labelled.csv", "articles.csv").difference  # doctest: +SKIP
    """
    check_positive("n", n)
    path, scorer = Path(labelled), as_model(model)
    record = read_record(path)
    options = record["options"]
    check_excel(options["excel"], Format(*options["output_format"]))
    _check_model(scorer, record)
    if options["output_format"][0] not in _LINES:
        raise InputError(
            f"{path} must be CSV, TSV or JSONL for its rows to be compared as bytes; it is "
            f"{options['output_format'][0]}. Score again into one of these."
        )
    read_as = {name: options[name] for name in _READ_AS}
    made = (*made_files(path), record_path(path))
    with Inputs(source, besides=made, **read_as) as inputs:
        _check_inputs(inputs, record)
        kept = check_columns(
            inputs.columns, *(options[name] for name in ("text", "keep", *_OTHER_COLUMNS))
        )
        results = choose_results(
            options["columns"], options["unit"], scorer.columns(options["unit"])
        )
        rows = record["counts"]["rows"]
        chosen = set(random.Random(random_state).sample(range(rows), min(n, rows)))
        encoder = make_encoder(
            inputs,
            Format(options["output_format"][0]),
            kept,
            results,
            article=options["article"],
            excel=options["excel"],
        )
        reading = Reading(**{name: options[name] for name in _READING})
        with _bytes_of(path) as written:
            blocks = _label_chosen(inputs, reading, encoder, scorer, chosen, rows)
            difference = _compare(blocks, written, path, reading.empty(scorer), encoder)
    return Verification(len(chosen), rows, difference)


def _check_model(model: Model, record: Mapping[str, Any]) -> None:
    if model.digest != record["model"]["sha256"]:
        raise InputError(
            f"the model must be the one that labelled the table, {record['model']['name']!r} with "
            f"digest {record['model']['sha256'][:12]}; got {model.facts.get('name')!r} with "
            f"{model.digest[:12]}. Pass it (model, --model)."
        )


def _check_inputs(inputs: Inputs, record: Mapping[str, Any]) -> None:
    digests = [file["sha256"] for file in inputs.file_digests()]
    expected = [file["sha256"] for file in record["inputs"]]
    if None not in expected and digests != expected:
        names = ", ".join(str(file["name"]) for file in record["inputs"])
        raise TableError(
            f"the input must be what was scored, {names}, byte for byte; its digest differs. "
            "Pass the table as it was."
        )


@contextlib.contextmanager
def _bytes_of(path: Path) -> Iterator[bytes | mmap.mmap]:
    """Give the content of a file, unpacked, without reading it whole where that is possible."""
    if path.suffix in (".gz", ".zst"):
        with open_source(path) as opened:
            yield bytes(opened.stream.read())
    elif not path.stat().st_size:
        yield b""
    else:
        with path.open("rb") as stream:
            yield mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def _label_chosen(
    inputs: Inputs,
    reading: Reading,
    encoder: RowEncoder,
    model: Model,
    chosen: set[int],
    rows: int,
) -> Iterator[tuple[str, int, bytes]]:
    """Yield the file, number and output bytes of each chosen row, in order.

    Raises
    ------
    TableError
        If there are not as many rows as those were chosen from: a record could say 0.
    """
    before = 0
    kept = [name for name in encoder.carried if name is not None]
    for file, chunk, position in inputs.chunks(reading.columns(kept)):
        for index, number in enumerate(chunk.numbers):
            if before + index in chosen:
                columns = {name: [cells[index]] for name, cells in chunk.columns.items()}
                one = Chunk([number], columns, [])
                done = label_chunk(reading, encoder, inputs.several, model, file, one, position)
                yield file, number, b"".join(done.data)
        before += len(chunk.numbers)
    if before != rows:
        raise TableError(
            f"the input must have the {rows:,} rows that the record counts; it has {before:,}. "
            "Score again."
        )


def _compare(
    blocks: Iterator[tuple[str, int, bytes]],
    written: bytes | mmap.mmap,
    path: Path,
    empty: Any,
    encoder: RowEncoder,
) -> str | None:
    """Look for the bytes of each row, one after the other; describe the first that is not there."""
    header = b"".join(encoder.begin(empty))
    if written[: len(header)] != header:
        return f"{path} does not begin with the columns that scoring again gives."
    offset = len(header)
    for file, number, block in blocks:
        start = written.find(block, offset)
        while start > 0 and written[start - 1 : start] != b"\n":
            start = written.find(block, start + 1)
        if start < 0:
            again = header + block
            return _describe(path, encoder.table_format.kind, file, number, again)
        offset = start + len(block)
    return None


def _describe(path: Path, kind: str, file: str, number: int, again: bytes) -> str:
    """Say in which cell the rows of one input row differ."""
    expected = list(_records(io.BytesIO(again), kind))
    there = [
        record
        for record in _records(path, None)
        if str(record["row"]) == str(number) and record.get("file", file) == file
    ]
    row = f"row {number:,}" if "file" not in (expected or [{}])[0] else f"row {number:,} of {file}"
    for one, other in zip_longest(there, expected):
        if one is None or other is None:
            return (
                f"{path}, {row} differs: the table has {len(there):,} rows of it, and scoring "
                f"again gives {len(expected):,}."
            )
        for column, cell in other.items():
            if one[column] != cell:
                return (
                    f"{path}, {row} ({other.get('paragraph_id', '')}) differs: column {column!r} "
                    f"holds {one[column]!r}, and scoring again gives {cell!r}."
                )
    return f"{path}, {row} differs: its cells are the same, and their bytes or order are not."


def _records(source: Path | io.BytesIO, kind: str | None) -> Iterator[dict[str, Any]]:
    with Inputs(source, source_format=kind) as inputs:
        for _, chunk, _ in inputs.chunks(inputs.columns):
            for cells in zip(*chunk.columns.values(), strict=True):
                yield dict(zip(inputs.columns, cells, strict=True))
