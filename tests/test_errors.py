"""Errors: one tree, and they survive the way from one process to another."""

import pickle

import pytest

from stance import InputError, ModelError, StanceError, TableError, TrainingError


@pytest.mark.parametrize("kind", [InputError, ModelError, TableError, TrainingError])
def test_error_is_a_value_error_and_survives_a_worker_process(kind: type[StanceError]) -> None:
    error = pickle.loads(pickle.dumps(kind("A lamp must burn; got none. Light it.")))
    assert isinstance(error, ValueError)
    assert isinstance(error, StanceError)
    assert str(error) == "A lamp must burn; got none. Light it."
