"""Make a model score with one backend, and compare what backends give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stance.scoring.frozen import FrozenModel
from stance.scoring.scorer import CHOICE

BACKENDS = ("compiled", "numpy")


def with_backend(frozen: FrozenModel, name: str) -> FrozenModel:
    """Return a copy of a model that scores with the backend of this name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHOICE, name)
        copy = replace(frozen)
        assert copy.scorer.name == name
    return copy


def assert_close(actual: np.ndarray, expected: np.ndarray) -> None:
    """Compare probabilities: they may differ by the rounding of their sums only."""
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-9)
