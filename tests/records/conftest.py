"""A table that was scored from a shell, with its record."""

import csv
from pathlib import Path

import pytest

from stance.cli.main import main
from stance.model import Model

BODIES = [
    "The council voted against a truce by nine to two.\n\nForty boats were counted in the harbour.",
    "The fishermen's guild urged the two lighthouses to stop the fighting.",
    "The talks on the lamp oil will resume on Tuesday at the customs house.",
    "She buried her brother on the shingle and asked only that the fighting end.",
]


@pytest.fixture
def scored(tmp_path: Path, small: Model) -> Path:
    """The labelled table; beside it its record, articles.csv, and the model."""
    with (tmp_path / "articles.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("id", "body"), *enumerate(BODIES * 5)])
    small.save(tmp_path / "model")
    labelled = tmp_path / "labelled.csv"
    command = ["score", str(tmp_path / "articles.csv"), "-o", str(labelled), "--text", "body"]
    assert main([*command, "--keep", "id", "-q", "--model", str(tmp_path / "model")]) == 0
    return labelled
