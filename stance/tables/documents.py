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
from stance.tables.outputs import open_output
from stance.tables.writers.encoder import encoder_of


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
        What `Model.label` returned.
    output, columns, output_format, force
        As in `label_file`.

    Raises
    ------
    TableError
        If the output exists or cannot be written.
    InputError
        If there is no such column or format.
    """
    path = Path(output) if isinstance(output, (str, Path)) else output
    results = result_columns(document.labels)
    encoder = encoder_of(
        find_format(path, output_format, "output_format"),
        {"text": "text"},
        choose_columns(columns, results),
    )
    labelled = Columns.of(list(document.rows()), results, coded_names(document.labels))
    no_rows = Columns({name: array[:0] for name, array in labelled.arrays.items()}, labelled.names)
    texts = [block.text for block in document]
    with open_output(path, force=force, assemble=encoder.assemble) as opened:
        opened.add(encoder.begin(no_rows))
        opened.add(encoder.rows({"text": texts}, np.arange(len(texts)), labelled))


def read_document(path: Path, encoding: str | None = None) -> str:
    """Read a text file (``-`` for standard input); its line ends are kept.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        By default the one of the byte order mark, or UTF-8 without a mark.

    Raises
    ------
    TableError
        If the file cannot be read, or is not of that encoding.
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
            f"{path} must be {encoding or 'UTF-8'}; {error}. Name its encoding, or save it as "
            "UTF-8."
        ) from error
