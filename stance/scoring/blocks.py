"""Take cells as the blocks that are labelled: split, or each as one paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from stance.labels import KINDS, LABELLED_KINDS, STATUSES
from stance.options import cell_status
from stance.text.html import plain_text, reads_html, split_text
from stance.text.paragraphs import find_blocks, name_kinds

try:
    from stance.scoring._scorer import split_plain
except ImportError:  # it was not built: the rules of stance.text split every text

    def split_plain(
        text: str, kind: str, /
    ) -> tuple[list[int], list[int], list[str | None], list[str]] | None:
        """Split no text."""
        return None


LABELLED: Final = STATUSES.index("labelled")
SKIPPED: Final = STATUSES.index("skipped")
EMPTY: Final = STATUSES.index("empty")
_CODES: Final = {None: LABELLED} | {status: code for code, status in enumerate(STATUSES)}
"""The code of what `cell_status` returns; None stands for a cell that can be labelled."""
_NO_KIND: Final = ""
_NO_BLOCK: Final = ([-1], [-1], [_NO_KIND], [""])
"""Start, end, kind and text in the row of a cell without blocks."""
_KIND_CODES: Final = {kind: code for code, kind in enumerate(KINDS)} | {_NO_KIND: -1}
_KIND_STATUSES: Final = np.array(
    [LABELLED if kind in LABELLED_KINDS else SKIPPED for kind in KINDS] + [EMPTY]
)
"""The status of a block of each kind; the last one, of code -1, is that of no block."""


def first_status(cell: Any, longest: int | None = None) -> int:
    """Return the code of the status that a cell, or a text, has before it is scored.

    >>> [STATUSES[first_status(cell)] for cell in (None, "  ", "A truce.")]
    ['missing', 'empty', 'labelled']
    """
    return _CODES[cell_status(cell, longest)]


def split_cells(
    cells: Sequence[Any], longest: int | None, html: str
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Split cells into blocks: columns that say where each stands, and the text of each.

    A cell without blocks gets one row with its status, -1 in the other columns, and no text.
    """
    starts, ends, kinds, texts = list[int](), list[int](), list[str](), list[str]()
    counts: list[int] = []  # of rows, by cell
    unsplit: dict[int, int] = {}  # the statuses of cells that are not split, by row
    for cell in cells:
        status = first_status(cell, longest)
        if status != LABELLED:
            unsplit[len(texts)] = status
        blocks = _split(cell, html) if status == LABELLED else _NO_BLOCK
        starts += blocks[0]
        ends += blocks[1]
        kinds += blocks[2]
        texts += blocks[3]
        counts.append(len(blocks[0]))
    n_rows = np.asarray(counts, dtype=np.int64)
    first_rows = np.repeat(np.cumsum(n_rows) - n_rows, n_rows)
    codes = np.asarray([_KIND_CODES[kind] for kind in kinds], dtype=np.int64)
    statuses = _KIND_STATUSES[codes]
    statuses[list(unsplit)] = list(unsplit.values())
    return {
        "row": np.repeat(np.arange(len(cells)), n_rows),
        "paragraph": np.where(codes < 0, -1, np.arange(len(texts)) - first_rows),
        "start": np.asarray(starts, dtype=np.int64),
        "end": np.asarray(ends, dtype=np.int64),
        "kind": codes,
        "status": statuses,
    }, texts


def _split(
    text: str, html: str
) -> tuple[Sequence[int], Sequence[int], Sequence[str], Sequence[str]]:
    """Return the starts, ends, kinds and texts of the blocks of a text.

    The extension splits a text of plain paragraphs; where it cannot, `find_blocks` does the same in
    more time.
    """
    if reads_html(text, html):
        blocks = split_text(text, "strip")
        if not blocks:
            return _NO_BLOCK
        return (
            [block.start for block in blocks],
            [block.end for block in blocks],
            [block.kind for block in blocks],
            [block.text for block in blocks],
        )
    plain = split_plain(text, "paragraph")
    if plain is None:
        found = find_blocks(text)
        return found if found[0] else _NO_BLOCK
    starts, ends, kinds, texts = plain
    return starts, ends, name_kinds(texts, kinds), texts


def take_whole(
    cells: Sequence[Any], longest: int | None, html: str
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Take each cell as one paragraph; the columns are those of `split_cells`."""
    texts: list[str] = []
    codes: list[int] = []
    ends: list[int] = []
    for cell in cells:
        code = first_status(cell, longest)
        text = plain_text(cell, html) if code == LABELLED else ""
        if code == LABELLED and text is not cell:  # HTML may have no text
            code = first_status(text)
        codes.append(code)
        texts.append(text if code == LABELLED else "")
        ends.append(len(cell) if code == LABELLED else -1)
    statuses = np.asarray(codes, dtype=np.int64)
    is_text = statuses == LABELLED
    return {
        "row": np.arange(len(cells)),
        "paragraph": np.where(is_text, 0, -1),
        "start": np.where(is_text, 0, -1),
        "end": np.asarray(ends, dtype=np.int64),
        "kind": np.where(is_text, KINDS.index("paragraph"), -1),
        "status": statuses,
    }, texts
