"""Shares in one group of a print, and what readers' labels are predicted from in it.

That is the model's labels, or its probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from stance.inference.estimation import Estimate, Population, Sample, estimate
from stance.inference.prints import Print
from stance.inference.samples import Annotations

MIN_ANNOTATED: Final = 10
"""Fewer annotated paragraphs of a group give no figure."""
MIN_CELL: Final = 5
"""A predicted label with fewer annotated paragraphs is calibrated together with the next one."""


def estimate_group(
    print_: Print,
    head: str,
    annotations: Annotations,
    rows: np.ndarray,
    population: str,
    level: float = 0.95,
    minimum: int = MIN_ANNOTATED,
) -> tuple[int, Estimate | None]:
    """Estimate the shares in one group from the annotated paragraphs in it.

    Returns
    -------
    n : int
        Number of annotated paragraphs in the group, without those of weight 0.
    estimate : Estimate or None
        None if they are fewer than `minimum`.
    """
    rows = rows[print_.weights[rows] > 0]  # what counts nothing is no part of the shares
    sampled = np.isin(annotations.rows, rows)
    n = int(sampled.sum())
    if n < minimum:
        return n, None
    positions = np.searchsorted(rows, annotations.rows[sampled])
    probabilities = annotations.probabilities[sampled]
    if np.isnan(probabilities).any():  # each of these paragraphs had the same chance
        probabilities = _equal_probabilities(print_, annotations, rows, positions)
    sample = Sample(
        positions,
        annotations.outcomes[sampled],
        probabilities,
        np.unique(annotations.strata[sampled], return_inverse=True)[1],
        annotations.by_article,
    )
    group = Population(
        make_predictors(print_, head, annotations.labels, rows, positions),
        print_.weights[rows],
        print_.articles[rows],
    )
    superpopulation = population == "the outlets"
    return n, estimate(group, sample, superpopulation=superpopulation, level=level)


def _equal_probabilities(
    print_: Print, annotations: Annotations, rows: np.ndarray, positions: np.ndarray
) -> np.ndarray:
    """Return the share that was annotated: of the paragraphs, or of the articles drawn whole."""
    if not annotations.by_article:
        return np.full(len(positions), len(positions) / len(rows))
    articles = print_.articles[rows]
    share = len(np.unique(articles[positions])) / len(np.unique(articles))
    return np.full(len(positions), share)


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
    tables = {"calibrated": cell_table(print_.codes(head)[1][rows], sampled)}
    probabilities = print_.probabilities(head, labels)
    if probabilities is not None:
        tables["PPI++"] = _probability_table(probabilities[rows], sampled)
    return {name: table for name, table in tables.items() if table.shape[1] > 1}


def cell_table(given: np.ndarray, sampled: np.ndarray) -> np.ndarray:
    """Return a column of ones, and one column for each predicted label but the largest.

    >>> given = np.array(["a"] * 20 + ["b"] * 10 + ["c"] * 3)
    >>> cell_table(given, np.arange(33)).shape  # "c" is merged with "b"
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
