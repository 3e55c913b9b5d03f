"""Read a text document, and write its labelled blocks as a table."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from stance.columns import Columns
from stance.errors import TableError
from stance.options import ON_REQUEST, choose_columns, extra_columns
from stance.results import Document, coded_names, result_columns
from stance.tables.encodings import marked_encoding, read_blocks
from stance.tables.formats import find_output_format
from stance.tables.outputs import open_output
from stance.tables.streams import check_ends
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
    columns : "all" or sequence of str, default="all"
        As in `label_file`; the text always comes first.
    output, output_format, force
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
    chosen = choose_columns(columns, results, on_request=ON_REQUEST["paragraph"])
    encoder = encoder_of(
        find_output_format(path, output_format),
        {"text": "text"},
        tuple(column for column in chosen if column != "text"),
    )
    texts = [block.text for block in document]
    labelled = Columns.of(list(document.rows()), results, coded_names(document.labels))
    extra = extra_columns(chosen, results)
    if extra:
        from stance.text.voices import add_columns  # here: few ask for them

        labelled = add_columns(labelled, texts, extra)
    no_rows = Columns({name: array[:0] for name, array in labelled.arrays.items()}, labelled.names)
    with open_output(path, force=force, assemble=encoder.assemble) as opened:
        opened.add(encoder.begin(no_rows))
        opened.add(encoder.rows({"text": texts}, np.arange(len(texts)), labelled))


def read_document(path: Path, encoding: str | None = None) -> str:
    """Read a text or a Word document (``-`` for a text on standard input); line ends are kept.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        By default the one of the byte order mark, or UTF-8 without a mark.

    Raises
    ------
    TableError
        If the file cannot be read, is not of that encoding, or is no text.
    """
    name = "standard input" if str(path) == "-" else str(path)
    try:
        content = _read_whole(path, name)
        if _may_be_binary(content):
            document = _read_binary(content, name)
            if document is not None:
                return document
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


def _read_whole(path: Path, name: str) -> bytes:
    with contextlib.ExitStack() as stack:
        standard = str(path) == "-"
        stream = sys.stdin.buffer if standard else stack.enter_context(path.open("rb"))
        check_ends(stream, name)
        return b"".join(read_blocks(stream, name))


def _may_be_binary(content: bytes) -> bool:
    """Return whether a file needs a closer look; text in UTF-16 has zeros too."""
    return (
        content.startswith((b"%PDF", b"PK", b"{\\rtf", b"\x1f\x8b", b"<?xml"))
        or b"\0" in content[:512]
    )


def _read_binary(content: bytes, name: str) -> str | None:
    """Return the text of a Word document, or None for text; refuse anything else."""
    from stance.tables.readers.signatures import check_content, find_file_kind

    stream = io.BytesIO(content)
    if find_file_kind(content, stream) == "docx":
        from stance.tables.readers.docx import read_docx

        return read_docx(stream, name)
    check_content(stream, name, "text")
    return None
