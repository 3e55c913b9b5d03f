"""Mark copies in a table: wire reports that several outlets print, quotations, boilerplate."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.columns import Columns
from stance.errors import InputError
from stance.inference.copies.fingerprints import (
    Fingerprints,
    join_fingerprints,
    make_fingerprints,
)
from stance.inference.copies.matching import find_copied_articles, find_copies
from stance.inference.prints import COPY_OF
from stance.options import ARTICLE, check_columns, check_once
from stance.tables.formats import find_output_format
from stance.tables.inputs import Inputs, find_files
from stance.tables.outputs import made_files, open_output
from stance.tables.runs import Chunks, DoneChunk, carried_cells, make_encoder, write_run
from stance.tables.summary import Summary
from stance.tables.writers.encoder import RowEncoder

if TYPE_CHECKING:
    import pandas as pd

ARTICLE_COPY_OF: Final = "article_copy_of"
_ID: Final = "paragraph_id"
_BATCH: Final = 4096  # texts that are hashed at a time


def mark_copies(
    frame: pd.DataFrame, text: str = "text", *, article: str | None = None
) -> pd.DataFrame:
    """Mark the texts of a frame that are copies, or near-copies, of earlier ones.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row per paragraph, such as `stance score --columns +text` writes, or per article. The
        first of several copies is the original: sort by date first.
    text : str, default="text"
        The column of texts.
    article : str, optional
        The column that names each paragraph's article; by default ``article``, if there is such a
        column, or else what ``paragraph_id`` says.

    Returns
    -------
    pandas.DataFrame
        The rows of `frame`, with two more columns. ``copy_of`` is the ``paragraph_id`` of the
        original, or the number of its row where there are no ids, counted from 0; empty for
        originals. ``article_copy_of``, where articles are known, is the name of another article,
        of paragraphs of which at least half of this one's are copies.

    Raises
    ------
    InputError
        If a column is missing.

    Notes
    -----
    A text is a near-copy if it and the original have half of their pairs of neighbouring words in
    common, as 60 MinHash values estimate it; texts of fewer than six words must have the same
    words. Case and punctuation do not count.

    Examples
    --------
    >>> import pandas as pd, stance
    >>> wire = "The council voted on Monday to send both letters back unopened."
    >>> texts = [wire, "A boat left the harbour at dawn.", wire.replace("Monday", "Tuesday")]
    >>> stance.mark_copies(pd.DataFrame({"text": texts}))["copy_of"].tolist()
    ['', '', '0']
    """
    layout = _Layout.of([str(column) for column in frame.columns], text, article)
    marks = _Marks(layout)
    cells = {name: frame[name].tolist() for name in layout.columns}
    marks.read(cells)
    marks.match()
    columns = marks.name(cells, list(range(len(frame))))
    return frame.assign(**{name: array.tolist() for name, array in columns.arrays.items()})


def mark_copies_file(
    source: str | Path | Sequence[str | Path],
    output: str | Path,
    *,
    text: str = "text",
    article: str | None = None,
    source_format: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    force: bool = False,
    progress: bool = False,
) -> Summary:
    """Mark copies in tables of any size, as `mark_copies` does.

    The source is read twice. Memory grows by some 450 bytes for each row, whatever its length.

    Parameters
    ----------
    source : str, Path or sequence of these
        One or more tables, as in `stance.label_file`.
    output : str or Path
        Where to write all rows and columns of the source, and the marks.
    text, article : str
        As in `mark_copies`.
    source_format, encoding, delimiter : str, optional
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
        If a column is missing.
    TableError
        If the table cannot be read, or the output exists already.
    """
    start = time.perf_counter()
    path = Path(output)
    table_format = find_output_format(path, None)
    _check_files(source)
    read_as: dict[str, Any] = {"source_format": source_format, "encoding": encoding}
    read_as["delimiter"] = delimiter
    with Inputs(source, besides=made_files(path), **read_as) as inputs:
        check_once(inputs.columns, inputs.columns)
        layout = _Layout.of(inputs.columns, text, article)
        marks = _Marks(layout)
        for _, chunk, _ in inputs.chunks(layout.columns):
            marks.read(chunk.columns)
        marks.match()
    with Inputs(source, besides=made_files(path), **read_as) as inputs:
        kept = [name for name in inputs.columns if name not in layout.results]
        encoder = make_encoder(inputs, table_format, kept, layout.results)
        with open_output(path, force=force, assemble=encoder.assemble) as opened:
            summary = write_run(
                inputs,
                opened,
                encoder,
                list(dict.fromkeys([*kept, *layout.columns])),
                partial(_encode, encoder, marks, inputs.several),
                empty=marks.name({name: [] for name in layout.columns}, []),
                progress=progress,
            )
    summary.seconds = time.perf_counter() - start
    return summary


def _check_files(source: str | Path | Sequence[str | Path]) -> None:
    """Raise InputError for a pipe or device."""
    for file in find_files(source):
        if not isinstance(file, Path) or (file.exists() and not file.is_file()):
            raise InputError(
                "copies must be found in files, which are read twice; a stream cannot be read "
                "again. Save it first."
            )


def _encode(
    encoder: RowEncoder, marks: _Marks, several: bool, chunks: Chunks
) -> Iterator[DoneChunk]:
    for file, chunk, position in chunks:
        numbers = [f"{file}:{number}" if several else number for number in chunk.numbers]
        columns = marks.name(chunk.columns, numbers)
        cells = carried_cells(encoder, file, chunk)
        data = encoder.rows(cells, np.arange(len(numbers)), columns) if numbers else ()
        counts = Summary(len(numbers), len(numbers), len(chunk.faults))
        yield DoneChunk(data, chunk.faults, file, counts, position)


@dataclass(frozen=True)
class _Layout:
    """Which columns say what: `ids` and `article` are None where nothing does."""

    text: str
    ids: str | None
    article: str | None

    @classmethod
    def of(cls, columns: Sequence[str], text: str, article: str | None) -> _Layout:
        """Find the columns of a table, or raise InputError."""
        if article is None and ARTICLE in columns:
            article = ARTICLE
        check_columns(columns, text, [] if article is None else [article])
        return cls(text, _ID if _ID in columns else None, article)

    @property
    def columns(self) -> list[str]:
        """Those that are read."""
        names = (self.text, self.ids, self.article)
        return list(dict.fromkeys(name for name in names if name is not None))

    @property
    def results(self) -> tuple[str, ...]:
        """Those that are added."""
        has_articles = self.article is not None or self.ids is not None
        return (COPY_OF, ARTICLE_COPY_OF) if has_articles else (COPY_OF,)

    def article_names(self, cells: Any) -> list[str] | None:
        """Return the article of each row, or None."""
        if self.article is not None:
            return [str(name) for name in cells[self.article]]
        if self.ids is not None:
            return [str(name).rpartition(":")[0] for name in cells[self.ids]]
        return None


@dataclass
class _Marks:
    """What is known of the rows of a table: first their fingerprints, then which are copies.

    `names` and `article_names` hold those of the originals that were come by.
    """

    layout: _Layout
    batches: list[Fingerprints] = field(default_factory=list)
    article_hashes: list[np.ndarray] = field(default_factory=list)
    original: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    articles: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    article_original: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    is_original: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))
    copied_articles: frozenset[int] = frozenset()
    names: dict[int, str] = field(default_factory=dict)
    article_names: dict[int, str] = field(default_factory=dict)
    n_named: int = 0

    def read(self, cells: Any) -> None:
        """Take the fingerprints of some rows."""
        texts = [cell if isinstance(cell, str) else "" for cell in cells[self.layout.text]]
        for start in range(0, len(texts), _BATCH):
            self.batches.append(make_fingerprints(texts[start : start + _BATCH]))
        names = self.layout.article_names(cells)
        if names is not None:  # hashes, not names: one of these may be long
            self.article_hashes.append(np.array([hash(name) for name in names], dtype=np.int64))

    def match(self) -> None:
        """Find the copies, and forget the fingerprints."""
        if self.batches:
            self.original = find_copies(join_fingerprints(self.batches))
        self.batches.clear()
        self.is_original = np.zeros(len(self.original), dtype=bool)
        self.is_original[self.original[self.original >= 0]] = True
        if self.article_hashes:
            hashes = np.concatenate(self.article_hashes)
            _, first, codes = np.unique(hashes, return_index=True, return_inverse=True)
            order = np.argsort(np.argsort(first))  # articles are numbered as they come
            self.articles = order[codes]
            self.article_original = find_copied_articles(self.original, self.articles)
            self.copied_articles = frozenset(np.unique(self.article_original).tolist())

    def name(self, cells: Any, numbers: Sequence[Any]) -> Columns:
        """Return the marks of the next rows; rows must come in the order they were read in."""
        rows = np.arange(self.n_named, self.n_named + len(numbers))
        self.n_named += len(numbers)
        ids = numbers if self.layout.ids is None else cells[self.layout.ids]
        for position in np.flatnonzero(self.is_original[rows]).tolist():
            self.names[int(rows[position])] = str(ids[position])
        arrays = {COPY_OF: [self.names[row] if row >= 0 else "" for row in self.original[rows]]}
        article_names = self.layout.article_names(cells)
        if article_names is not None:
            codes = self.articles[rows].tolist()
            for code, name in zip(codes, article_names, strict=True):
                if code in self.copied_articles:
                    self.article_names.setdefault(code, name)
            sources = self.article_original[rows].tolist()
            arrays[ARTICLE_COPY_OF] = [
                self.article_names[code] if code >= 0 else "" for code in sources
            ]
        return Columns({name: np.array(v, dtype=object) for name, v in arrays.items()}, {})
