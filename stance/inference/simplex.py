"""Move shares to the nearest ones that are shares: none negative, and 1 in all."""

from __future__ import annotations

import numpy as np


def project(points: np.ndarray) -> np.ndarray:
    """Move each row to the nearest one that has no negative part and adds up to 1.

    What a row's largest parts exceed 1 by is taken off them evenly; the others become 0. Below,
    only 1.2 is among the largest, and exceeds 1 by 0.2.

    >>> project(np.array([[1.2, -0.2], [0.3, 0.7]])).tolist()
    [[1.0, 0.0], [0.3, 0.7]]
    """
    falling = -np.sort(-points, axis=1)
    excess = (np.cumsum(falling, axis=1) - 1) / np.arange(1, points.shape[1] + 1)
    last = (falling > excess).sum(axis=1) - 1
    return np.asarray(np.maximum(points - excess[np.arange(len(points)), last][:, None], 0))
