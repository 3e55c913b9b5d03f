"""What readers' labels are predicted from: the model's labels, or its probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from stance.inference.prints import Print

MIN_CELL: Final = 5
"""A predicted label with fewer annotated paragraphs is calibrated together with the next one."""


def make_predictors(
    print_: Print, head: str, labels: Sequence[str], rows: np.ndarray, sampled: np.ndarray
) -> dict[str, np.ndarray]:
    """Return what readers' labels may be predicted from, by estimator.

    Parameters
    ----------
    print_ : Print
        The print.
    head : str
        The head.
    labels : sequence of str
        Its labels.
    rows : ndarray of int
        The paragraphs of the group.
    sampled : ndarray of int
        Which of `rows` are annotated.
    """
    given = print_.given(head).fillna("").to_numpy(dtype=str)[rows]
    tables = {"calibrated": _cell_table(given, sampled)}
    probabilities = print_.probabilities(head, labels)
    if probabilities is not None:
        tables["PPI++"] = _probability_table(probabilities[rows], sampled)
    return {name: table for name, table in tables.items() if table.shape[1] > 1}


def _cell_table(given: np.ndarray, sampled: np.ndarray) -> np.ndarray:
    """Return a column of ones, and one column for each predicted label but the largest.

    >>> given = np.array(["a"] * 20 + ["b"] * 10 + ["c"] * 3)
    >>> _cell_table(given, np.arange(33)).shape  # "c" is merged with "b"
    (33, 2)
    """
    names, codes = np.unique(given, return_inverse=True)
    counts = np.bincount(codes[sampled], minlength=len(names))
    order = np.argsort(-counts, kind="stable").tolist()
    merged: list[list[int]] = [[]]
    for code in order:  # the largest first; small ones share a cell
        if merged[-1] and counts[merged[-1]].sum() >= MIN_CELL:
            merged.append([])
        merged[-1].append(code)
    if len(merged) > 1 and counts[merged[-1]].sum() < MIN_CELL:
        rest = merged.pop()
        merged[-1] += rest
    columns = [np.isin(codes, cell).astype(float) for cell in merged[1:]]
    return np.column_stack([np.ones(len(given)), *columns])


def _probability_table(probabilities: np.ndarray, sampled: np.ndarray) -> np.ndarray:
    """Return a column of ones, the probabilities but one, and one column for the withheld."""
    table = probabilities[:, 1:].copy()
    withheld = np.isnan(probabilities).any(axis=1)
    means = table[~withheld].mean(axis=0) if not withheld.all() else np.zeros(table.shape[1])
    table[withheld] = means
    columns = [np.ones((len(table), 1)), table]
    if withheld[sampled].sum() >= MIN_CELL:
        columns.append(withheld[:, None].astype(float))
    return np.column_stack(columns)
