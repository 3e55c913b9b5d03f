"""What a careful reader expects, capability by capability (after CheckList, Ribeiro et al. 2020).

The cases were written by readers who had not run the model. A known failure carries ``"expect": "fail"`` and is a strict xfail, so that a
repaired one announces itself.
"""

import json
from typing import Any

import pytest
from conftest import ROOT

from stance.model import Model

FILES = sorted((ROOT / "tests" / "cases").glob("behaviour-*.json"))
CASES = [case for path in FILES for case in json.loads(path.read_text(encoding="utf-8"))]


def labels(model: Model, text: str) -> dict[str, str | None]:
    block = model.label(text, unit="row")[0]
    return {"stance": block.stance, "tone": block.tone}


def failures(model: Model, case: dict[str, Any]) -> list[str]:
    """Say in which heads a case is not what its reader expects."""
    found = labels(model, case["text"])
    expected = labels(model, case["same_as"]) if "same_as" in case else case["expected"]
    return [f"{head} is {found[head]}, not {label}" for head, label in expected.items() if found[head] != label]


def test_there_are_enough_cases_with_names_of_their_own() -> None:
    assert len(CASES) >= 300
    assert len({case["label"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["label"], marks=[pytest.mark.xfail(reason="known failure")] if case.get("expect") == "fail" else [])
        for case in CASES
    ],
)
def test_case(case: dict[str, Any], shipped: Model) -> None:
    assert failures(shipped, case) == []
