"""Read a text document, and write its labelled blocks as a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from stance.columns import Columns
from stance.errors import TableError
from stance.options import choose_columns
from stance.results import Document, coded_names, result_columns
from stance.tables.encodings import marked_encoding
from stance.tables.formats import find_format
from stance.tables.outputs import Assemble, open_output
from stance.tables.writers.encoders import Layout


def write_document(
    document: Document,
    output: str | Path | IO[Any],
    *,
    columns: str | Sequence[str] = "all",
    output_format: str | None = None,
    force: bool = False,
) -> None:
    """Write the blocks of a labelled document as a table: their text, and their results.

    Parameters
    ----------
    document : Document
        What `Model.label` gave.
    output, columns, output_format, force
        As in `label_file`.

    Raises
    ------
    TableError, InputError
        If the output stands already or cannot be written, or there is no such column.
    """
    place = Path(output) if isinstance(output, (str, Path)) else output
    there = result_columns(document.labels)
    layout = Layout(
        find_format(place, output_format, "output_format"),
        {"text": "text"},
        choose_columns(columns, there),
    )
    labelled = Columns.of(list(document.rows()), there, coded_names(document.labels))
    none = Columns({column: array[:0] for column, array in labelled.arrays.items()}, labelled.names)
    assemble: Assemble | None = None
    if layout.format.kind == "parquet":
        from stance.tables.writers.parquet import assemble
    with open_output(place, force=force, assemble=assemble) as opened:
        opened.add(layout.begin(none))
        opened.add(
            layout.rows(
                {"text": [block.text for block in document]}, np.arange(len(document)), labelled
            )
        )


def read_document(path: Path, encoding: str | None = None) -> str:
    """Read a text file, line ends untouched; without an encoding, what its byte order mark says, or UTF-8.

    Raises
    ------
    TableError
        If it cannot be read or is not UTF-8 (or UTF-16 or UTF-32 with a byte order mark).
    """
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        return content.decode(encoding or marked_encoding(content) or "utf-8")
    except OSError as error:
        raise TableError(
            f"{path} must be a file that can be read; {error.strerror or error}. Check the path."
        ) from error
    except (UnicodeDecodeError, LookupError) as error:
        raise TableError(
            f"{path} must be {encoding or 'UTF-8'}; {error}. Name its encoding, or save it as UTF-8."
        ) from error
