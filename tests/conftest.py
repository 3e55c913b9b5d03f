"""A dozen two-line paragraphs on one theme, and the models that tests share."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.model import Model

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

# The war of the two lighthouses, told by everyone in it.
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

HOSTILE = [
    "", " ", "\n\n\t", ".", "¡¿", "\x00", "a\x00truce", "\ufeffA truce", "\u202eecurt a", "İSTANBUL’S TRUCE", "ΣΊΣΥΦΟΣ", "ﬁre", "e\u0301",
    "don’t don't DON’T", "'quoted'", "''double''", "U.S.-backed U.S. us US", "Israel’s ISRAEL's israelis", "x" * 10_000, "truce " * 3_000,
    "👩‍👩‍👧 truce 🕊️", "休戦", "هدنة", "\ud800", "Ben-\nGvir", "South  Sudan", "cease-fire cease fire ceasefire", "‹side›", "1,200 500,000 7.5", "-", "_", "__a__",
]  # fmt: skip


@pytest.fixture(scope="session")
def lighthouse() -> pd.DataFrame:
    """Twelve paragraphs with stance, tone and who wrote them, three times over with a word changed, so that folds can be made."""
    rows = [
        (text.replace(".", f" {word}."), stance, tone, f"{who} {word}")
        for word in ("there", "again", "ashore")
        for text, stance, tone, who in LIGHTHOUSE
    ]
    return pd.DataFrame(rows, columns=["text", "stance", "tone", "voice"])


@pytest.fixture(scope="session")
def shipped() -> Model:
    """The model that comes with the package."""
    return stance.load()


@pytest.fixture(scope="session")
def small(lighthouse: pd.DataFrame) -> Model:
    """A model trained here in a second."""
    return stance.train(lighthouse, name="lighthouse")


@pytest.fixture
def shared() -> Path:
    """The folder of measuring material beside the project; a test that needs it skips where it is absent."""
    if not SHARED.exists():
        pytest.skip("needs ../shared, which does not come with the project")
    return SHARED
