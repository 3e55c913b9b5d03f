"""What a careful reader expects, capability by capability (after CheckList, Ribeiro et al. 2020).

The cases were written by readers who had not run the model. A known failure is marked `"expect": "fail"` in
its file and runs as a strict xfail: one that is repaired fails the suite until the mark is removed.
"""

from typing import Any

import pytest
from conftest import ROOT

from stance.model import Model
from stance.seeds.card import case_failures, read_cases

CASES = read_cases(ROOT / "tests" / "cases")
KNOWN_FAILURE = pytest.mark.xfail(
    raises=AssertionError,
    reason='known failure of the model; if it passes, remove its `"expect": "fail"` in tests/cases/',
)


def parameter(case: dict[str, Any]) -> Any:
    marks = [KNOWN_FAILURE] if case.get("expect") == "fail" else []
    return pytest.param(case, id=case["label"], marks=marks)


def test_there_are_enough_cases_with_names_of_their_own() -> None:
    assert len(CASES) >= 300
    assert len({case["label"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_case(case: dict[str, Any], shipped: Model) -> None:
    assert case_failures(shipped, case) == []
