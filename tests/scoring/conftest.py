"""Models that score with NumPy, whatever was built here."""

import pytest
from backends import with_backend

from stance.model import Model
from stance.scoring.frozen import FrozenModel


@pytest.fixture(scope="session")
def shipped_numpy(shipped: Model) -> FrozenModel:
    """The shipped model."""
    return with_backend(shipped.frozen, "numpy")


@pytest.fixture(scope="session")
def small_numpy(small: Model) -> FrozenModel:
    """The model trained here."""
    return with_backend(small.frozen, "numpy")
