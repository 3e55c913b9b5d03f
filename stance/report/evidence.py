"""Label the paragraphs that a report shows again, to see the words behind their labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from stance.errors import TableError
from stance.model import Model
from stance.report.counts import TableCounts, is_cut
from stance.report.labelled_rows import LabelledRow
from stance.report.text_sections import shown_extremes
from stance.results import LabelledParagraph

# Of the list, in the order of the table: evidence takes a millisecond per paragraph.
_EXPLAINED: Final = 400
_TOLERANCE: Final = 1e-3  # of a probability, which the table has with six decimals


def find_evidence(model: Model, counts: TableCounts, path: Path) -> dict[int, LabelledParagraph]:
    """Label the paragraphs that are shown again, and check that the model gave their labels.

    Parameters
    ----------
    model : Model
        The model that labelled the table.
    counts : TableCounts
        What was kept of the table, with texts.
    path : Path
        The labelled table, for errors.

    Returns
    -------
    dict of int to LabelledParagraph
        Blocks with their evidence, which counts from the start of the text, by the number of their
        row. Empty for a model that copies features per stance target, as the table need not say
        which target a paragraph had.

    Raises
    ------
    TableError
        If the model does not give a paragraph the probabilities that the table has.
    """
    if any(head.copies for head in model.frozen.heads.values()):
        return {}
    extremes = [row for head in counts.heads.values() for row in shown_extremes(head)]
    explained: dict[int, LabelledParagraph] = {}
    for row in (*extremes, *counts.sample[:_EXPLAINED]):
        if row.number not in explained and not is_cut(row):
            block = _label_again(model, row, path, evidence=True)
            explained[row.number] = _with_evidence(row.block, block)
    if counts.first_long:  # whole; its evidence would take minutes
        _label_again(model, counts.first_long, path, evidence=False)
    return explained


def _label_again(
    model: Model, row: LabelledRow, path: Path, *, evidence: bool
) -> LabelledParagraph:
    for html in ("detect", "keep"):  # the table does not say which it was scored with
        block = model.label(row.block.text, unit="row", evidence=evidence, html=html)[0]
        head = next((head for head in row.block.results if _differs(row, block, head)), None)
        if head is None:
            return block
    raise TableError(
        f"{path}, paragraph of row {row.row} at {row.block.start} must get the {head} that "
        "the table gives it; this model and text give another. Pass the model (--model), "
        "table (--source) and column (--text) that it was scored with."
    )


def _differs(row: LabelledRow, again: LabelledParagraph, head: str) -> bool:
    probabilities = again.results[head].probabilities if head in again.results else {}
    return any(
        abs(probabilities.get(label, -1) - p) > _TOLERANCE
        for label, p in row.block.results[head].probabilities.items()
    )


def _with_evidence(block: LabelledParagraph, again: LabelledParagraph) -> LabelledParagraph:
    """Add the evidence of a block that was labelled again, with the offsets that it has."""
    results = {
        head: replace(result, evidence=again.results[head].evidence)
        for head, result in block.results.items()
    }
    return replace(block, start=0, end=len(block.text), results=results)
