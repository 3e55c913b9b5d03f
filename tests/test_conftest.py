"""What a run of the tests says: known failures and skipped tests in a few lines, repaired and broken cases by name."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow  # it starts pytest, in two more processes

SKIPS = """
import pytest

@pytest.mark.parametrize("number", range(24))
def test_skipped(number):
    pytest.skip(f"needs tool {number // 2}")

@pytest.mark.slow
def test_slow():
    pass
"""
VOTE = {
    "capability": "vocabulary",
    "text": "The council voted against a truce by nine to two.",
    "expected": {"stance": "opposed"},
}
CASES = [
    {"label": "still-wrong", **VOTE, "expected": {"stance": "neutral"}, "expect": "fail"},
    {"label": "repaired", **VOTE, "expect": "fail"},
    {"label": "broken", **VOTE, "expected": {"stance": "neutral"}},
    {"label": "right", **VOTE},
]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest prints, in two processes, of the behaviour suite with `CASES` and of `SKIPS`."""
    root = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "pyproject.toml", root)
    for name in ("conftest.py", "behaviour/test_behaviour.py"):
        target = root / "tests" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / "tests" / name, target)
    (root / "tests" / "cases").mkdir()
    (root / "tests" / "cases" / "behaviour-1.json").write_text(json.dumps(CASES), encoding="utf-8")
    (root / "tests" / "test_skips.py").write_text(SKIPS, encoding="utf-8")
    options = ["-p", "no:cacheprovider", "-n", "2", "-m", "not slow", "-k", "test_case or skipped"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "tests"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stdout


def test_what_was_left_out_takes_ten_lines(output: str) -> None:
    lines = output.partition("= left out =")[2].partition("\n=")[0].splitlines()[1:]
    assert len(lines) == 10
    assert lines[0] == "2 skipped: needs tool 0"
    assert lines[-3:] == [
        "10 skipped for other reasons (pytest -rs lists them)",
        "1 known failures (pytest -rx lists them)",
        "tests marked slow were left out: make check runs them",
    ]


def test_a_repaired_case_says_so_and_a_broken_one_fails(output: str) -> None:
    remedy = (
        'known failure of the model; if it passes, remove its `"expect": "fail"` in tests/cases/'
    )
    failures, _, summary = output.partition("= FAILURES =")[2].partition("short test summary info")
    parts = re.split(r"_+ test_case\[(\w+)\] _+", failures)[1:]
    text_of = dict(zip(parts[::2], parts[1::2], strict=True))
    assert sorted(text_of) == ["broken", "repaired"]
    assert f"[XPASS(strict)] {remedy}" in text_of["repaired"]
    assert "stance is opposed, not neutral" in text_of["broken"]
    assert "2 failed, 1 passed, 24 skipped, 1 xfailed" in summary
