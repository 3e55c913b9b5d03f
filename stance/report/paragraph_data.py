"""The paragraphs of a report as the data of its script: columns of codes and thousandths, written so that nothing in them is markup."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stance.report.labelled_table import LabelledRow
from stance.report.voices import VOICES
from stance.results import LabelledParagraph
from stance.show.notebook import weightiest
from stance.show.styles import label_styles

LONGEST: Final = 2_000
"""Characters of a paragraph that a page holds."""
_LONGEST_CELL: Final = 200
_MOST_VALUES: Final = 500  # of a column, to choose from


def list_paragraphs(
    rows: Sequence[LabelledRow],
    labels: Mapping[str, Sequence[str]],
    columns: Sequence[str],
    n_choosable: int,
    voices: Sequence[str],
    explained: Mapping[int, LabelledParagraph],
) -> dict[str, Any]:
    """Turn paragraphs into the data that ``stance/data/report.js`` reads.

    Parameters
    ----------
    rows : sequence of LabelledRow
        The paragraphs, with their texts.
    labels : dict of str to sequence of str
        The labels of each head.
    columns : sequence of str
        The names of the cells that they carry; the first `n_choosable` can be filtered by.
    n_choosable : int
        See `columns`.
    voices : sequence of str
        The voice of each paragraph.
    explained : dict of int to LabelledParagraph
        By `id` of a row, its block with evidence.
    """
    return {
        "heads": [{"name": head} | _head(head, names, rows) for head, names in labels.items()],
        "text": [row.block.text[:LONGEST] for row in rows],
        "cut": [max(0, len(row.block.text) - LONGEST) for row in rows],
        "place": [[row.row, row.block.start, row.block.end] for row in rows],
        "voices": VOICES,
        "voice": [VOICES.index(voice) for voice in voices],
        "columns": [
            _column(name, [row.carried[at] for row in rows], at < n_choosable)
            for at, name in enumerate(columns)
        ],
        "evidence": [
            _evidence(explained[id(row)]) if id(row) in explained else None for row in rows
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


def _column(name: str, cells: Sequence[str], choosable: bool) -> dict[str, Any]:
    """Return a column as its values and the code of each cell, and the codes to choose from, the most frequent first."""
    codes = {value: code for code, value in enumerate(dict.fromkeys(cells))}
    chosen = (
        [codes[value] for value, _ in Counter(cells).most_common(_MOST_VALUES)] if choosable else []
    )
    return {
        "name": name,
        "values": [value[:_LONGEST_CELL] for value in codes],
        "cells": [codes[cell] for cell in cells],
        "choose": chosen,
    }


def _evidence(block: LabelledParagraph) -> list[list[list[int]]]:
    """Return [start, end, hundredths of a logit] of the weightiest words, by head."""
    return [
        [
            [word.start, word.end, round(100 * word.contribution)]
            for word in weightiest(result.evidence)
            if word.end <= LONGEST
        ]
        for result in block.results.values()
    ]


def to_json(data: Any) -> str:
    """Write data so that nothing in it ends a script element, or is read as markup.

    >>> to_json(["</script><b>&amp;", "\\u2028"])
    '["\\\\u003c/script\\\\u003e\\\\u003cb\\\\u003e\\\\u0026amp;","\\\\u2028"]'
    """
    plain = json.dumps(
        data, separators=(",", ":")
    )  # ASCII, so that no other separator of lines is left either
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
