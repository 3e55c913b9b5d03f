"""Texts and models that tests share, and what a run says about the tests it left out.

The texts are the war of the two lighthouses, told by everyone in it.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.model import Model

ROOT = Path(__file__).parent.parent
MAX_REASONS = 7  # with heading, known failures and slow tests, the summary has ten lines
collect_ignore = ["files"]  # scripts there need packages of their own

# text, stance, tone, voice
LIGHTHOUSE = [
    (
        "Both keepers signed at noon and the guns fell silent; the whole coast rang its bells.",
        "pro-ceasefire",
        "hopeful",
        "bell",
    ),
    (
        "The fishermen's guild urged the two lighthouses to stop the fighting before the herring season.",
        "pro-ceasefire",
        "neutral",
        "guild",
    ),
    (
        "Stop the bombardment today, the harbour nurse begged, or the last boat will be gone by night.",
        "pro-ceasefire",
        "alarmed",
        "nurse",
    ),
    (
        "Shame on the admirals who refuse a truce while children carry water under fire!",
        "pro-ceasefire",
        "angry",
        "bell",
    ),
    (
        "She buried her brother on the shingle and asked only that the fighting end.",
        "pro-ceasefire",
        "mournful",
        "nurse",
    ),
    (
        "Victory is near, the north keeper said, and no truce shall rob us of it.",
        "opposed",
        "hopeful",
        "guild",
    ),
    ("The council voted against a truce by nine to two.", "opposed", "neutral", "bell"),
    (
        "A truce would let them mine the channel again, the pilot warned, and then we all drown.",
        "opposed",
        "alarmed",
        "guild",
    ),
    (
        "We will fight until their lamp is out, and cowards may keep their paper truce!",
        "opposed",
        "angry",
        "nurse",
    ),
    (
        "The talks on the lamp oil will resume on Tuesday at the customs house.",
        "neutral",
        "neutral",
        "guild",
    ),
    (
        "Forty boats were counted in the harbour, three fewer than in March.",
        "neutral",
        "neutral",
        "bell",
    ),
    (
        "His coat still hangs by the door of the south light, where nobody lives now.",
        "neutral",
        "mournful",
        "nurse",
    ),
]

# Strings that break tokenizers and scorers: empty, odd quotes, scripts, surrogates, very long.
HOSTILE = [
    "", " ", "\n\n\t", ".", "¡¿", "\x00", "a\x00truce", "\ufeffA truce", "\u202eecurt a", "İSTANBUL’S TRUCE", "ΣΊΣΥΦΟΣ", "ﬁre", "e\u0301",
    "don’t don't DON’T", "'quoted'", "''double''", "U.S.-backed U.S. us US", "Israel’s ISRAEL's israelis", "x" * 10_000, "truce " * 3_000,
    "👩‍👩‍👧 truce 🕊️", "休戦", "هدنة", "\ud800", "Ben-\nGvir", "South  Sudan", "cease-fire cease fire ceasefire", "‹side›", "1,200 500,000 7.5", "-", "_", "__a__",
]  # fmt: skip


@pytest.fixture(scope="session")
def lighthouse() -> pd.DataFrame:
    """36 annotated rows with the columns text, stance, tone and voice.

    They are `LIGHTHOUSE` three times over with a word changed, so that folds can be made.
    """
    rows = [
        (text.replace(".", f" {word}."), stance, tone, f"{voice} {word}")
        for word in ("there", "again", "ashore")
        for text, stance, tone, voice in LIGHTHOUSE
    ]
    return pd.DataFrame(rows, columns=["text", "stance", "tone", "voice"])


@pytest.fixture(scope="session")
def shipped() -> Model:
    """The model that comes with the package."""
    return stance.load()


@pytest.fixture(scope="session")
def small(lighthouse: pd.DataFrame) -> Model:
    """A model of stance and tone, trained on `lighthouse` in about a second.

    It is shared: a test that changes a model must load or train its own.
    """
    return stance.train(lighthouse, name="lighthouse")


@pytest.fixture
def shared() -> Path:
    """The folder of real articles named by STANCE_SHARED; without it, the test is skipped."""
    if not os.environ.get("STANCE_SHARED"):
        pytest.skip("needs a folder of real articles (STANCE_SHARED), which is not distributed")
    return Path(os.environ["STANCE_SHARED"])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say in a few lines which tests were left out and why, in place of one line per test."""
    stats = terminalreporter.stats
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in stats.get("skipped", [])
    )
    # the most frequent first, and equal ones by name: workers report in any order
    common = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:MAX_REASONS]
    lines = [f"{count} skipped: {reason}" for reason, count in common]
    if len(reasons) > MAX_REASONS:
        rest = reasons.total() - sum(count for _, count in common)
        lines.append(f"{rest} skipped for other reasons (pytest -rs lists them)")
    if stats.get("xfailed"):
        lines.append(f"{len(stats['xfailed'])} known failures (pytest -rx lists them)")
    if config.option.markexpr == "not slow":
        lines.append("tests marked slow were left out: make check runs them")
    if lines:
        terminalreporter.section("left out")
        for line in lines:
            terminalreporter.write_line(line)
