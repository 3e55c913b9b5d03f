"""The public benchmarks: what is missing is named."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

RUNNER = ROOT / "benchmarks" / "public.py"


@pytest.mark.skipif(
    not RUNNER.exists(), reason="needs benchmarks/, which comes with a checkout only"
)
def test_an_absent_benchmark_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(RUNNER), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert (
        f"{tmp_path / 'gwsd'} is absent: not measured. The benchmarks do not come with the project."
        in done.stderr
    )
