"""What a careful reader expects, capability by capability (after CheckList, Ribeiro et al. 2020).

The cases were written by readers who had not run the model. A known failure carries ``"expect": "fail"`` and is a strict xfail, so that a
repaired one announces itself.
"""

from typing import Any

import pytest
from conftest import ROOT

from stance.model import Model
from stance.seeds.card import case_failures, read_cases

CASES = read_cases(ROOT / "tests" / "cases")


def test_there_are_enough_cases_with_names_of_their_own() -> None:
    assert len(CASES) >= 300
    assert len({case["label"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case["label"],
            marks=[pytest.mark.xfail(reason="known failure")]
            if case.get("expect") == "fail"
            else [],
        )
        for case in CASES
    ],
)
def test_case(case: dict[str, Any], shipped: Model) -> None:
    assert case_failures(shipped, case) == []
