"""Label many cells at once, as columns."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from stance.columns import Columns
from stance.labels import KINDS, LABELLED_KINDS, SENTIMENTS, STATUSES, sentiment_of, sentiment_signs
from stance.options import cell_status, check_level, check_unit
from stance.results import coded_names, column_name, document_columns, has_tones, result_columns
from stance.scoring.frozen import FrozenModel
from stance.text.paragraphs import split_paragraphs

_LABELLED: Final = STATUSES.index("labelled")
_SKIPPED: Final = STATUSES.index("skipped")
_EMPTY: Final = STATUSES.index("empty")
_UNFAMILIAR: Final = STATUSES.index("unfamiliar")
_PLACES: Final = ("row", "paragraph", "start", "end", "kind", "status")


def label_cells(
    model: FrozenModel,
    cells: Sequence[Any],
    *,
    unit: str,
    level: float,
    targets: Sequence[Any] | None,
    longest: int | None,
) -> Columns:
    """Label many cells at once; `Model.label_cells` says how."""
    check_unit(unit)
    check_level(level)
    places, texts = _split(cells, unit, longest)
    aims = (
        None
        if targets is None
        else [
            targets[row] if isinstance(targets[row], str) else None
            for row in places["row"].tolist()
        ]
    )
    blocks = _label(model, places, texts, aims, level)
    return _sum_up(model, blocks, len(cells)) if unit == "document" else blocks


def _split(
    cells: Sequence[Any], unit: str, longest: int | None
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Part cells into blocks: their places, with a status where there is none to label, and their texts."""
    if unit == "row":
        return _take_whole(cells, longest)
    places = array("q")
    texts: list[str] = []
    for row, cell in enumerate(cells):
        status = cell_status(cell, longest)
        blocks = () if status else split_paragraphs(cell)
        if not blocks:
            places.extend((row, -1, -1, -1, -1, STATUSES.index(status or "empty")))
            texts.append("")
        for number, (start, end, kind) in enumerate(blocks):
            places.extend(
                (
                    row,
                    number,
                    start,
                    end,
                    KINDS.index(kind),
                    _LABELLED if kind in LABELLED_KINDS else _SKIPPED,
                )
            )
            texts.append(cell[start:end])
    table = np.frombuffer(places, dtype=np.int64).reshape(-1, len(_PLACES)).copy()
    return dict(zip(_PLACES, table.T, strict=True)), texts


def _take_whole(
    cells: Sequence[Any], longest: int | None
) -> tuple[dict[str, np.ndarray], list[str]]:
    statuses = [cell_status(cell, longest) for cell in cells]
    texts = [cell if status is None else "" for cell, status in zip(cells, statuses, strict=True)]
    whole = np.asarray([status is None for status in statuses], dtype=bool)
    start, paragraph = np.where(whole, 0, -1), np.where(whole, 0, -1)
    end = np.where(whole, np.asarray(list(map(len, texts)), dtype=np.int64), -1)
    kind = np.where(whole, KINDS.index("paragraph"), -1)
    status = np.full(len(cells), _LABELLED)
    for row in np.flatnonzero(~whole).tolist():
        status[row] = STATUSES.index(statuses[row] or "")
    return dict(
        zip(_PLACES, (np.arange(len(cells)), paragraph, start, end, kind, status), strict=True)
    ), texts


def _label(
    model: FrozenModel,
    places: dict[str, np.ndarray],
    texts: Sequence[str],
    aims: Sequence[str | None] | None,
    level: float,
) -> Columns:
    arrays = places | {"familiarity": np.full(len(texts), np.nan)}
    chosen = np.flatnonzero(places["status"] == _LABELLED)
    picked = chosen.tolist()
    scores = model.score(
        [texts[at] for at in picked], None if aims is None else [aims[at] for at in picked]
    )
    arrays["familiarity"][chosen] = np.where(scores.words > 0, scores.familiarity, np.nan)
    known = scores.familiarity >= model.facts["familiar"]
    arrays["status"][chosen] = np.where(
        scores.words == 0, _EMPTY, np.where(known, _LABELLED, _UNFAMILIAR)
    )
    sure = known & (scores.words > 0)
    done = chosen[sure]
    labels = {name: head.classes for name, head in model.heads.items()}
    names = coded_names(labels)

    def spread(values: np.ndarray) -> np.ndarray:
        out = np.full(len(texts), -1 if values.dtype.kind == "i" else np.nan, dtype=values.dtype)
        out[done] = values
        return out

    for name, head in model.heads.items():
        table = scores.probabilities[name][sure]
        arrays[name] = spread(table.argmax(axis=1))
        arrays[f"{name}_probability"] = spread(table.max(axis=1, initial=0.0))
        arrays |= {
            column_name(name, label): spread(p)
            for label, p in zip(head.classes, table.T, strict=True)
        }
        arrays[f"{name}_uncertain"] = spread(head.is_uncertain(table, level).astype(int))
    if has_tones(labels):
        tones = labels["tone"]
        codes = np.asarray([*(SENTIMENTS.index(sentiment_of(tone)) for tone in tones), -1])
        arrays["sentiment"] = codes[arrays["tone"]]
        columns = np.stack([arrays[column_name("tone", tone)] for tone in tones], axis=1)
        arrays["sentiment_score"] = columns @ np.asarray(list(sentiment_signs(tones).values()))
    order = ["row", *result_columns(labels)]
    return Columns(
        {column: arrays[column] for column in order},
        {column: names[column] for column in order if column in names},
    )


def _sum_up(model: FrozenModel, blocks: Columns, n_cells: int) -> Columns:
    """Sum the blocks of each cell up in one row: how many, how many labelled, and the shares of each label among these."""
    row, status = blocks.arrays["row"], blocks.arrays["status"]
    done = status == _LABELLED
    labelled = np.bincount(row[done], minlength=n_cells)
    # Of a cell without labels: the first status other than "skipped"; of one that has no blocks, no counts.
    first = np.full(n_cells, _SKIPPED)
    others = np.flatnonzero(~done & (status != _SKIPPED))[::-1]
    first[row[others]] = status[others]
    whole = np.ones(n_cells, dtype=bool)
    whole[row[blocks.arrays["paragraph"] < 0]] = False

    def mean(values: np.ndarray) -> np.ndarray:
        total = np.bincount(row[done], weights=values[done], minlength=n_cells)
        return np.asarray(
            np.divide(total, labelled, out=np.full(n_cells, np.nan), where=labelled > 0)
        )

    arrays: dict[str, np.ndarray] = {"row": np.arange(n_cells)}
    arrays["paragraphs"] = np.where(whole, np.bincount(row, minlength=n_cells), -1)
    arrays["labelled"] = np.where(whole, labelled, -1)
    for name, head in model.heads.items():
        codes = blocks.arrays[name]
        arrays |= {
            column_name(name, label, "share"): mean(codes == code)
            for code, label in enumerate(head.classes)
        }
        arrays[f"{name}_uncertain_share"] = mean(blocks.arrays[f"{name}_uncertain"] == 1)
    if "sentiment_score" in blocks.arrays:
        arrays["sentiment_score"] = mean(blocks.arrays["sentiment_score"])
    arrays["status"] = np.where(labelled > 0, _LABELLED, first)
    order = ["row", *document_columns({name: head.classes for name, head in model.heads.items()})]
    return Columns({column: arrays[column] for column in order}, {"status": STATUSES})
