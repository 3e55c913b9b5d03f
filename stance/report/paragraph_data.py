"""The paragraphs of a report as data for its script, written so that nothing in it is markup.

It holds columns of codes and thousandths, which are short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from stance.report.cards import CardColumns
from stance.report.labelled_rows import LISTED_CHARACTERS, LabelledRow
from stance.results import LabelledParagraph
from stance.show.notebook import STEPS, weightiest
from stance.show.styles import label_styles
from stance.text.voices import VOICES

_CELL_CHARACTERS: Final = 200
_CARD_CHARACTERS: Final = 2_000
_NO_CARDS: Final = CardColumns()
_MAX_CHOICES: Final = 500  # of a column's values, in a menu


def list_paragraphs(
    rows: Sequence[LabelledRow],
    labels: Mapping[str, Sequence[str]],
    columns: Sequence[str],
    filters: Collection[str],
    voices: Sequence[str],
    explained: Mapping[int, LabelledParagraph],
    cards: CardColumns = _NO_CARDS,
) -> dict[str, Any]:
    """Turn paragraphs into the data that ``stance/data/report.js`` reads.

    Parameters
    ----------
    rows : sequence of LabelledRow
        The paragraphs, with the beginning of their texts.
    labels : dict of str to sequence of str
        The labels of each head.
    columns : sequence of str
        The names of the cells to show.
    filters : collection of str
        Those of the `columns` that the reader can filter by.
    voices : sequence of str
        The voice of each paragraph.
    explained : dict of int to LabelledParagraph
        Blocks with their evidence, by the number of their row.
    cards : CardColumns
        The columns of headline and link.

    Returns
    -------
    dict
        Ready for JSON.
    """
    blocks = [row.block for row in rows]
    return {
        "heads": [{"name": head} | _head(head, names, rows) for head, names in labels.items()],
        "text": [block.text[:LISTED_CHARACTERS] for block in blocks],
        "cut": [max(0, block.end - block.start - LISTED_CHARACTERS) for block in blocks],
        "spans": [[row.row, row.block.start, row.block.end] for row in rows],
        "voices": VOICES,
        "voice": [VOICES.index(voice) for voice in voices],
        "columns": [
            _column(name, [row.cells[name] for row in rows], name in filters) for name in columns
        ],
        "headline": _texts(rows, cards.headline, _CARD_CHARACTERS),
        "link": _texts(rows, cards.link, _CARD_CHARACTERS),
        "steps": [round(100 * step) for step in STEPS],
        "evidence": [
            _evidence(explained[row.number]) if row.number in explained else None for row in rows
        ],
    }


def _head(head: str, labels: Sequence[str], rows: Sequence[LabelledRow]) -> dict[str, Any]:
    results = [row.block.results[head] for row in rows]
    return {
        "labels": [
            {"name": label, "shape": style.shape, "colour": style.number}
            for label, style in label_styles(labels).items()
        ],
        "label": [labels.index(result.label) for result in results],
        "p": [[round(1000 * p) for p in result.probabilities.values()] for result in results],
        "unsure": [int(result.uncertain) for result in results],
    }


def _column(name: str, cells: Sequence[str], is_filter: bool) -> dict[str, Any]:
    """Return a column as its values and the code of each cell.

    "choose" has the codes to choose from, the most frequent first; none where it is no filter.
    """
    codes = {value: code for code, value in enumerate(dict.fromkeys(cells))}
    frequent = Counter(cells).most_common(_MAX_CHOICES) if is_filter else []
    return {
        "name": name,
        "values": [value[:_CELL_CHARACTERS] for value in codes],
        "cells": [codes[cell] for cell in cells],
        "choose": [codes[value] for value, _ in frequent],
    }


def _texts(rows: Sequence[LabelledRow], column: str | None, longest: int) -> dict[str, Any] | None:
    """Return the texts of a column and the code of each row's; None without such a column."""
    if column is None:
        return None
    codes: dict[str, int] = {}
    cells = [codes.setdefault(row.cells[column].strip(), len(codes)) for row in rows]
    return {"values": [value if len(value) <= longest else "" for value in codes], "cells": cells}


def _evidence(block: LabelledParagraph) -> list[list[list[int]]]:
    """Return [start, end, hundredths of a logit] of the weightiest words, by head."""
    return [
        [
            [word.start, word.end, round(100 * word.contribution)]
            for word in weightiest(result.evidence)
            if word.end <= LISTED_CHARACTERS
        ]
        for result in block.results.values()
    ]
