"""The quality gate: the shipped model does not fall below its floors."""

import sys

import pytest
from conftest import ROOT

from stance.model import Model
from stance.seeds.commands import SEEDS

sys.path.insert(0, str(ROOT / "benchmarks"))
from gate import find_falls, measure, read_floors

pytestmark = pytest.mark.skipif(
    not SEEDS.exists(), reason="needs the seeds, which come with a checkout only"
)


def test_the_shipped_model_is_above_every_floor(shipped: Model) -> None:
    assert find_falls(measure(shipped), read_floors()) == []


def test_a_fall_and_other_data_are_said() -> None:
    floors = {"data_sha256": "a", "stance macro-F1": 0.7}
    assert find_falls({"data_sha256": "a", "stance macro-F1": 0.69}, floors) == [
        "stance macro-F1 is 0.690; its floor is 0.700"
    ]
    assert find_falls({"data_sha256": "b", "stance macro-F1": 0.9}, floors) == [
        "the test split has changed since the floors were measured; raise or lower them"
    ]
