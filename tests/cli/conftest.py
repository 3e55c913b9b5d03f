"""What the tests of commands share: a model on disk, and a run in a process of its own."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stance.model import Model


@pytest.fixture
def model_path(small: Model, tmp_path: Path) -> str:
    return str(small.save(tmp_path / "model"))


@pytest.fixture
def run() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run the command, and return its exit code and what it wrote."""

    def start(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "stance", *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, check=False)

    return start


@pytest.fixture
def rows() -> Callable[[bytes], list[dict[str, str]]]:
    """Read the rows of a CSV."""
    return lambda content: list(csv.DictReader(io.StringIO(content.decode(), newline="")))
