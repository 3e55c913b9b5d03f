"""What a forged model says is checked before anything is made of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fuzz_models import MAX_GROWTH, MAX_SECONDS, fuzz

import stance
from stance.model import Model
from stance.scoring.files import write_sums


@pytest.fixture
def saved(small: Model, tmp_path: Path) -> Path:
    return small.save(tmp_path / "model")


def change(saved: Path, name: str, changes: Callable[[Any], object]) -> None:
    content = json.loads((saved / name).read_text())
    (saved / name).write_text(json.dumps(changes(content) or content))
    write_sums(saved)


CRAFTED: dict[str, tuple[str, Callable[[Any], object], str]] = {
    "classes that are the same": (
        "stance.features.json",
        lambda head: head.update(classes=["opposed"] * 3),
        "classes of stance are not distinct",
    ),
    "classes that are no text": (
        "stance.features.json",
        lambda head: head.update(classes=[1, 2, 3]),
        r"classes of stance\[0\] is int",
    ),
    "a feature that is no text": (
        "stance.features.json",
        lambda head: head["blocks"][0]["features"].__setitem__(0, 3),
        "a feature is no text",
    ),
    "a feature that occurs twice": (
        "stance.features.json",
        lambda head: head["blocks"][0]["features"].__setitem__(0, head["blocks"][0]["features"][1]),
        "a feature occurs twice",
    ),
    "a lexicon of giants": (
        "stance.features.json",
        lambda head: head["blocks"][0].update(lexicon={"truce": 10**9}),
        "not from -4 to 4",
    ),
    "heads without end": (
        "facts.json",
        lambda facts: facts.update(heads=[f"head {number}" for number in range(100)]),
        "heads are not distinct, or too many",
    ),
    "no count of rows": ("facts.json", lambda facts: facts.update(rows="many"), "facts.rows is str"),
    "versions of another shape": (
        "facts.json",
        lambda facts: facts.update(versions=["1"]),
        "facts.versions is list",
    ),
    "figures in words": (
        "facts.json",
        lambda facts: facts["cross_validation"]["stance"].update(macro_f1="good"),
        r"facts.cross_validation.stance.macro_f1 is no finite number",
    ),
    "a matrix that is not square": (
        "facts.json",
        lambda facts: facts["cross_validation"]["stance"].update(confusion=[[1, 2]]),
        "confusion is not square",
    ),
    "words that are no text": ("words.json", lambda words: [*words, 3], r"words\[\d+\] is int"),
    "names without end": (
        "sides.json",
        lambda sides: {"names": [f"South {n}" for n in range(501)], "exact": []},
        "too many names that begin with south",
    ),
    "a self-test without end": (
        "facts.json",
        lambda facts: facts["self_test"][0].update(text="a " * 100_000),
        "self_test is too long",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "problem"), CRAFTED.values(), ids=CRAFTED)
def test_what_is_forged_is_named(
    name: str, changes: Callable[[Any], object], problem: str, saved: Path
) -> None:
    change(saved, name, changes)
    with pytest.raises(stance.ModelError, match=problem):
        stance.load(saved)


def test_weights_beyond_number_or_measure_are_refused(saved: Path) -> None:
    weights = np.load(saved / "stance.weights.npy")
    np.save(saved / "stance.weights.npy", np.where(weights == weights.max(), 1e300, weights))
    write_sums(saved)
    with pytest.raises(stance.ModelError, match="has a weight beyond 1,000,000"):
        stance.load(saved)
    np.save(saved / "stance.weights.npy", np.zeros((2**24 + 8, 1)))
    write_sums(saved)
    with pytest.raises(stance.ModelError, match="weights, which is more than 16,777,216"):
        stance.load(saved)


def test_forged_models_are_refused_or_work(small: Model) -> None:
    figures = fuzz(small, 150)
    assert figures["slowest"] < MAX_SECONDS
    assert figures["growth"] < MAX_GROWTH


@pytest.mark.slow
def test_two_thousand_forged_models_are_refused_or_work(small: Model) -> None:
    figures = fuzz(small, 2000, random_state=1)
    assert figures["slowest"] < MAX_SECONDS
    assert figures["growth"] < MAX_GROWTH
