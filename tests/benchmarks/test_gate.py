"""The quality gate: the shipped model does not fall below its floors."""

import sys

import pytest
from conftest import ROOT

from stance.model import Model
from stance.seeds.commands import SEEDS

sys.path.insert(0, str(ROOT / "benchmarks"))
from gate import find_falls, is_explained, measure, measure_print, read_floors

pytestmark = pytest.mark.skipif(
    not SEEDS.exists(), reason="needs the seeds, which come with a checkout only"
)


def test_the_shipped_model_is_above_every_floor(shipped: Model) -> None:
    assert find_falls(measure(shipped), read_floors()) == []


def test_the_shipped_recipes_are_above_every_floor_on_print() -> None:
    assert find_falls(measure_print(), read_floors()) == []


def test_the_floors_cover_every_figure_and_no_other() -> None:
    names = {"print_sha256", "data_sha256", "behaviour", "faithfulness"}
    for head in ("stance", "tone"):
        names |= {f"print {head} macro-F1", f"{head} macro-F1", f"{head} worst recall"}
        names |= {f"{head} 1 - calibration error", f"{head} coverage"}
    assert set(read_floors()) == names


def test_a_floor_is_lowered_for_a_reason_that_the_changelog_has() -> None:
    changelog = "- The model is trained on\n  published paragraphs too."
    assert is_explained("trained on published paragraphs", changelog)
    assert not is_explained("trained on more paragraphs", changelog)
    assert not is_explained("", changelog)


def test_a_fall_and_other_data_are_said() -> None:
    floors = {"data_sha256": "a", "stance macro-F1": 0.7}
    assert find_falls({"data_sha256": "a", "stance macro-F1": 0.69}, floors) == [
        "stance macro-F1 is 0.690; its floor is 0.700"
    ]
    assert find_falls({"data_sha256": "b", "stance macro-F1": 0.9}, floors) == [
        "the data behind data_sha256 have changed since the floors were measured; "
        "raise or lower the floors"
    ]
