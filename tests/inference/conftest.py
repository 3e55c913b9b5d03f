"""A simulated print whose readers' labels are known, from benchmarks/figures.py."""

import importlib.util
import sys
from types import ModuleType

import pytest
from conftest import ROOT

BENCHMARK = ROOT / "benchmarks" / "figures.py"


@pytest.fixture(scope="session")
def simulation() -> ModuleType:
    """The benchmark of figures, which comes with a checkout only."""
    if not BENCHMARK.exists():
        pytest.skip("needs benchmarks/, which comes with a checkout only")
    spec = importlib.util.spec_from_file_location("figures_benchmark", BENCHMARK)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
