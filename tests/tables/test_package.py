"""What the package hands on, and that it loads nothing before that is used."""

import subprocess
import sys

import pytest

import stance.tables
from stance.tables.readers.csv import read_rows
from stance.tables.rows import Fault


def test_the_reader_of_rows_and_its_faults_are_handed_on() -> None:
    assert stance.tables.read_rows is read_rows
    assert stance.tables.Fault is Fault
    assert {"read_rows", "Fault"} <= set(dir(stance.tables))
    with pytest.raises(AttributeError, match=r"^module 'stance\.tables' has no attribute 'write'$"):
        stance.tables.write  # noqa: B018


def test_no_reader_is_loaded_before_it_is_used() -> None:
    code = "import sys, stance.tables.formats; print(*(name for name in sys.modules if 'readers' in name))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
