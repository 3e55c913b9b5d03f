"""Take cells as the blocks that are labelled: split, or each as one paragraph."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import compress, groupby
from operator import itemgetter, not_
from typing import Any, Final

import numpy as np

from stance.labels import KINDS, LABELLED_KINDS, STATUSES
from stance.options import cell_status
from stance.text.boilerplate import BEGINNINGS
from stance.text.html import (
    ReadHtml,
    describe_tags,
    is_html,
    main_part,
    read_html,
    reads_html,
    split_page,
)
from stance.text.paragraphs import find_blocks, name_kinds

_Blocks = tuple[list[int], list[int], list[int], list[str]]
"""Starts, ends, codes of kinds, and texts of the blocks of a cell."""


def split_texts_in_python(
    cells: list[Any],
    longest: int,
    keeps_html: bool,
    kinds: tuple[int, int, int],
    beginnings: tuple[str, ...],
    split: Callable[[Any], _Blocks],
    /,
) -> tuple[bytes, bytes, list[str]]:
    """Return what `split_texts` does, with every cell left to `split`."""
    del longest, keeps_html, kinds, beginnings
    blocks = [split(cell) for cell in cells]
    numbers = [number for one in blocks for number in zip(*one[:3], strict=True)]
    counts = [len(one[0]) for one in blocks]
    return (
        np.asarray(numbers, dtype=np.int64).tobytes(),
        np.asarray(counts, dtype=np.int64).tobytes(),
        [text for one in blocks for text in one[3]],
    )


def no_plain_cells(cells: list[Any], longest: int, keeps_html: bool, /) -> bytes:
    """Return that no cell is surely plain: the rules of Python look at each."""
    del longest, keeps_html
    return bytes(len(cells))


def no_html(*arguments: object) -> None:
    """Return that a text of HTML is left to Python."""


try:
    from stance.scoring._scorer import plain_cells, split_texts
    from stance.scoring._scorer import read_html as compiled_html
except ImportError:  # it was not built
    plain_cells, split_texts, compiled_html = no_plain_cells, split_texts_in_python, no_html


LABELLED: Final = STATUSES.index("labelled")
SKIPPED: Final = STATUSES.index("skipped")
EMPTY: Final = STATUSES.index("empty")
_CODES: Final = {None: LABELLED} | {status: code for code, status in enumerate(STATUSES)}
"""The code of what `cell_status` returns; None stands for a cell that can be labelled."""
_PARAGRAPH: Final = KINDS.index("paragraph")
_NO_KIND: Final = -1
_DOUBTFUL: Final = -2
"""Of a paragraph that may be boilerplate or a headline, as the extension says."""
_UNNAMED: Final = -3
_NO_BLOCK: Final = ([-1], [-1], [_NO_KIND], [""])
"""Start, end, kind and text in the row of a cell without blocks."""
_KIND_CODES: Final = {kind: code for code, kind in enumerate(KINDS)}
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


def count_html(cells: Sequence[Any]) -> int:
    """Count the cells that are HTML.

    >>> count_html(["<p>A truce</p>", "Q&A", None])
    1
    """
    cells = [*cells]
    is_plain = plain_cells(cells, sys.maxsize, False)
    others = compress(cells, map(not_, is_plain))
    return sum(isinstance(cell, str) and is_html(cell) for cell in others)


def _plain_limits(longest: int | None, html: str) -> tuple[int, bool]:
    """Return how long a plain cell may be, and whether it may have tags; html="strip" has none."""
    limit = sys.maxsize if longest is None else longest
    return -1 if html == "strip" else limit, html == "keep"


def split_cells(
    cells: Sequence[Any], longest: int | None, html: str
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Split cells into blocks: columns that say where each stands, and the text of each.

    A cell without blocks gets one row with its status, -1 in the other columns, and no text.
    """
    cells = [*cells]
    kinds = _PARAGRAPH, _DOUBTFUL, _UNNAMED
    split = partial(_split, longest=longest, html=html)
    numbers, counts, texts = split_texts(
        cells, *_plain_limits(longest, html), kinds, BEGINNINGS, split
    )
    start, end, kind = np.frombuffer(numbers, dtype=np.int64).reshape(-1, 3).T.copy()
    n_rows = np.frombuffer(counts, dtype=np.int64)
    row = np.repeat(np.arange(len(cells)), n_rows)
    first_rows = np.repeat(np.cumsum(n_rows) - n_rows, n_rows)
    _name_doubtful(kind, row, texts)
    statuses = _KIND_STATUSES[kind]
    for number in np.flatnonzero(kind == _NO_KIND).tolist():
        status = first_status(cells[row[number]], longest)
        statuses[number] = EMPTY if status == LABELLED else status  # HTML may have no text
    return {
        "row": row,
        "paragraph": np.where(kind < 0, -1, np.arange(len(texts)) - first_rows),
        "start": start,
        "end": end,
        "kind": kind,
        "status": statuses,
    }, texts


def _name_doubtful(kind: np.ndarray, row: np.ndarray, texts: Sequence[str]) -> None:
    """Put the kinds of blocks of which the extension is not sure in the place of its codes."""
    doubtful = np.flatnonzero(kind <= _DOUBTFUL)
    if not len(doubtful):
        return
    is_alone = np.bincount(row) == 1
    last_sure = np.full(len(is_alone), -1)
    sure = np.flatnonzero(kind >= 0)
    last_sure[row[sure]] = sure  # of several in a row, the last is written last
    stands_above = doubtful < last_sure[row[doubtful]]
    known = ["paragraph" if code == _DOUBTFUL else None for code in kind[doubtful].tolist()]
    blocks = zip(
        row[doubtful].tolist(), doubtful.tolist(), known, stands_above.tolist(), strict=True
    )
    for cell, group in groupby(blocks, key=itemgetter(0)):
        _, numbers, given, above = zip(*group, strict=True)
        named = name_kinds(
            [texts[number] for number in numbers],
            given,
            alone=bool(is_alone[cell]),
            n_above=sum(above),
        )
        kind[list(numbers)] = [_KIND_CODES[name] for name in named]


def _split(text: Any, longest: int | None, html: str) -> _Blocks:
    """Split a cell by the rules of `stance.text`."""
    if first_status(text, longest) != LABELLED:
        return _NO_BLOCK
    if reads_html(text, html):
        blocks = split_page(_read_page(text))
        starts, ends = [block.start for block in blocks], [block.end for block in blocks]
        kinds, texts = [block.kind for block in blocks], [block.text for block in blocks]
    else:
        starts, ends, kinds, texts = find_blocks(text)
    return (starts, ends, [_KIND_CODES[kind] for kind in kinds], texts) if starts else _NO_BLOCK


def _read_page(source: str) -> ReadHtml:
    """Return what `read_html` does, by the extension if it can."""
    page = _read_quickly(source)
    if page is None:
        return read_html(source)
    text, pieces = page
    numbers = memoryview(pieces).cast("q").tolist()
    sources = list(zip(numbers[1::3], numbers[2::3], strict=True))
    return ReadHtml(text, numbers[::3], sources)


def _read_text(source: str) -> str:
    """Return the text of HTML, by the extension if it can."""
    page = _read_quickly(source)
    return read_html(source).text if page is None else page[0]


def _read_quickly(source: str) -> tuple[str, bytes] | None:
    """Return the text of HTML and its pieces as the extension gives them; None if it cannot."""
    start, end = main_part(source)
    tags, unread, unescape = _html_rules()
    return compiled_html(source, start, end, tags, unread, unescape)


@lru_cache(maxsize=1)
def _html_rules() -> tuple[dict[str, str], dict[str, int], Callable[[str], str]]:
    """Return what tags become, which elements are not read, and what decodes entities."""
    from html import unescape  # here: a start without HTML need not wait for it

    return *describe_tags(), unescape


def take_whole(
    cells: Sequence[Any], longest: int | None, html: str
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Take each cell as one paragraph; the columns are those of `split_cells`."""
    texts = [*cells]
    is_plain = np.frombuffer(plain_cells(texts, *_plain_limits(longest, html)), dtype=bool)
    statuses = np.full(len(texts), LABELLED)
    ends: dict[int, int] = {}  # of cells that are not plain
    for number in np.flatnonzero(~is_plain).tolist():
        cell = texts[number]
        code = first_status(cell, longest)
        ends[number] = len(cell) if code == LABELLED else -1
        text = cell if code == LABELLED else ""
        if code == LABELLED and reads_html(cell, html):
            text = _read_text(cell)
            code = first_status(text)  # HTML may have no text
        statuses[number] = code
        texts[number] = text if code == LABELLED else ""
    end = np.fromiter(map(len, texts), np.int64, len(texts))
    end[list(ends)] = list(ends.values())
    is_text = statuses == LABELLED
    return {
        "row": np.arange(len(texts)),
        "paragraph": np.where(is_text, 0, -1),
        "start": np.where(is_text, 0, -1),
        "end": end,
        "kind": np.where(is_text, _PARAGRAPH, -1),
        "status": statuses,
    }, texts
