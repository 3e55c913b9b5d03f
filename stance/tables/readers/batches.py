"""Cut rows that are already in memory into chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from stance.errors import TableError
from stance.tables.rows import CHARACTERS, MAX_CELLS, ROWS, Chunk


def check_cells(name: str, n_rows: int, n_keys: int) -> None:
    """Check that a chunk of objects has no more cells than a workbook may have.

    Where each object has keys of its own, all others lack them: the cells are the square.

    Raises
    ------
    TableError
        If it has.
    """
    if n_rows * n_keys > MAX_CELLS:
        raise TableError(
            f"{name} must have room for at most {MAX_CELLS:,} cells in {n_rows:,} rows; their "
            f"objects have {n_keys:,} different keys. Name the columns to keep (--keep), or give "
            "the objects the same keys."
        )


def chunks_of(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], n_rows: int
) -> Iterator[Chunk]:
    """Yield rows as chunks, none of them unreadable.

    Parameters
    ----------
    columns : sequence of str
        The names of the columns.
    rows : iterable of sequence
        The cells of each row, in the order of `columns`.
    n_rows : int
        How many they are.
    """
    first = 0
    batch: list[Sequence[Any]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(len(cell) for cell in row if isinstance(cell, str))
        if len(batch) == ROWS or size >= CHARACTERS:
            yield _chunk(columns, batch, first, n_rows)
            first, batch, size = first + len(batch), [], 0
    if batch:
        yield _chunk(columns, batch, first, n_rows)


def _chunk(columns: Sequence[str], rows: Sequence[Sequence[Any]], first: int, n_rows: int) -> Chunk:
    cells = {column: [row[index] for row in rows] for index, column in enumerate(columns)}
    end = first + len(rows)
    return Chunk(range(first, end), cells, [], end / n_rows)
