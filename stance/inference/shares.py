"""Shares of labels, corrected for the labels that a model is known to confuse, with intervals that carry the doubt about both.

A classifier that finds 20% of opposition where there is 30% says so in its held-out confusion matrix. "Adjusted classify
and count" turns that round: if ``q = M' p`` (``p`` the true shares, ``M[i, j]`` how often label i is taken for j, ``q`` the
shares found), then ``p`` solves the equation [1]_ [2]_.

References
----------
.. [1] Forman, G. (2008). Quantifying counts and costs via classification. Data Mining and Knowledge Discovery 17.
.. [2] Hopkins, D. and King, G. (2010). A method of automated nonparametric content analysis for social science.
   American Journal of Political Science 54.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from stance.errors import InputError

_PRIOR: Final = 0.5  # Jeffreys', so that a label never seen is not taken for one that cannot be
_DRAWS: Final = 1_000
_LARGEST_CONDITION: Final = (
    100.0  # beyond it, a sampling error of one point becomes one of the whole
)


class Shares(NamedTuple):
    """Shares of labels, in the order of the counts given; each an ndarray of shape (n_classes,).

    ``low`` and ``high`` are 95% intervals of ``estimate``. Where there is no confusion matrix, ``estimate`` is ``raw``.
    """

    raw: np.ndarray
    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray


def estimate_shares(
    counts: np.ndarray,
    confusion: np.ndarray | None = None,
    *,
    spread: float = 1.0,
    random_state: int = 0,
) -> Shares:
    """Estimate the shares of labels behind the counts of predictions.

    Parameters
    ----------
    counts : ndarray of shape (n_classes,)
        How often each label was predicted; not all zero.
    confusion : ndarray of shape (n_classes, n_classes), optional
        Held-out counts: rows are annotations, columns predictions. Without it nothing is corrected, and the interval
        holds only what comes from the number of paragraphs.
    spread : float, default=1.0
        By how much the counts vary more than those of paragraphs drawn one by one (`measure_spread`).
    random_state : int, default=0
        Seed of the draws.

    Returns
    -------
    Shares

    Raises
    ------
    InputError
        If there is nothing to share out, or the matrix cannot be turned round: some label is never annotated, or hardly
        told from others.

    Notes
    -----
    Each of 1,000 draws takes the rows of the matrix and the counts from their Dirichlet posteriors, solves, and projects
    onto the simplex; the interval goes from the 2.5th to the 97.5th percentile, and is stretched to hold the estimate.
    What it does not carry: that the paragraphs may be confused otherwise than those which the matrix was measured on.

    Examples
    --------
    >>> found = estimate_shares(np.array([70, 30]), np.array([[90, 10], [20, 80]]))
    >>> found.raw.round(2).tolist(), found.estimate.round(2).tolist()
    ([0.7, 0.3], [0.71, 0.29])
    """
    total = counts.sum()
    if total <= 0:
        raise InputError(
            "`counts` must count at least one paragraph; got none. Leave out what is empty."
        )
    raw = counts / total
    random = np.random.default_rng(random_state)
    found = random.dirichlet(counts / max(1.0, spread) + _PRIOR, _DRAWS)
    if confusion is None:
        return Shares(raw, raw, *_interval(found, raw))
    check_confusion(confusion)
    estimate = _solve(confusion[None] / confusion.sum(axis=1)[None, :, None], raw[None])[0]
    matrices = np.stack([random.dirichlet(row + _PRIOR, _DRAWS) for row in confusion], axis=1)
    return Shares(raw, estimate, *_interval(_solve(matrices, found), estimate))


def check_confusion(confusion: np.ndarray) -> None:
    """Refuse a confusion matrix that cannot be turned round."""
    rows = confusion.sum(axis=1)
    if (
        not rows.all()
        or np.linalg.cond(confusion / np.maximum(rows, 1)[:, None]) > _LARGEST_CONDITION
    ):
        raise InputError(
            f"`confusion` must tell its labels apart; got {confusion.tolist()!r}. Annotate more paragraphs of each label, or report raw "
            "shares."
        )


def _solve(matrices: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Solve ``q = M' p`` for each matrix and share vector, and project onto the simplex; shape (n, n_classes)."""
    return _project(np.linalg.solve(np.swapaxes(matrices, 1, 2), found[:, :, None])[:, :, 0])


def _project(points: np.ndarray) -> np.ndarray:
    """Move each row to the nearest one that has no negative part and adds up to 1.

    >>> _project(np.array([[1.2, -0.2], [0.3, 0.7]])).tolist()
    [[1.0, 0.0], [0.3, 0.7]]
    """
    falling = -np.sort(-points, axis=1)
    excess = (np.cumsum(falling, axis=1) - 1) / np.arange(1, points.shape[1] + 1)
    last = (falling > excess).sum(axis=1) - 1
    return np.asarray(np.maximum(points - excess[np.arange(len(points)), last][:, None], 0))


def _interval(draws: np.ndarray, estimate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    return np.minimum(low, estimate), np.maximum(high, estimate)


class Spread:
    """Measures, one document at a time, how much more the paragraphs of one document resemble each other than those of several.

    The figure is Kish's design effect: the variance of the shares between documents, over that of as many paragraphs drawn
    one by one. It needs three sums only, whatever the number of documents.
    """

    def __init__(self, n_classes: int) -> None:
        self.documents = 0
        self._counts = np.zeros(n_classes)
        self._squares = np.zeros(n_classes)  # of the counts of each document
        self._crossed = np.zeros(n_classes)  # counts times size
        self._sizes = 0.0  # squared

    def add(self, counts: np.ndarray) -> None:
        """Take one document's counts of labels into account."""
        size = counts.sum()
        if size:
            self.documents += 1
            self._counts += counts
            self._squares += counts**2
            self._crossed += counts * size
            self._sizes += size**2

    def measure(self) -> float:
        """Return the design effect, at least 1; 1 where there are fewer than two documents, which tell nothing."""
        total = self._counts.sum()
        if self.documents < 2:
            return 1.0
        shares = self._counts / total
        between = (
            (self._squares - 2 * shares * self._crossed + shares**2 * self._sizes).sum()
            * self.documents
            / (self.documents - 1)
        )
        alone = total * (shares * (1 - shares)).sum()
        return max(1.0, float(between / alone)) if alone else 1.0
