"""The model card shows measured figures, and the folder that it is written into stays whole."""

from pathlib import Path

import pandas as pd

import stance
from stance.model import Model
from stance.seeds.card import case_failures, write_card

CASES = [
    {
        "label": "vote",
        "capability": "vocabulary",
        "text": "The council voted against a truce by nine to two.",
        "expected": {"stance": "opposed", "tone": "neutral"},
    },
    {
        "label": "typo",
        "capability": "noise",
        "text": "The council voted against a truce by nine to two.",
        "same_as": "The talks on the lamp oil will resume on Tuesday at the customs house.",
    },
]


def test_a_case_says_which_heads_fail(small: Model) -> None:
    assert [case_failures(small, case) for case in CASES] == [
        [],
        ["stance is opposed, not neutral"],
    ]


def test_the_card_has_its_figures_and_the_model_loads_again(
    small: Model, lighthouse: pd.DataFrame, tmp_path: Path
) -> None:
    folder = small.save(tmp_path / "model")
    report = tmp_path / "QUALITY.md"
    report.write_text("# Quality\n\n## Print\n", encoding="utf-8")
    seeds = lighthouse.assign(split=["train"] * 24 + ["test"] * 12)
    write_card(small, seeds, CASES, [report], folder)
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# Model card: lighthouse\n")
    assert "24 composed paragraphs by 6 voices" in card
    figures = small.facts["cross_validation"]["tone"]
    assert f"| tone | cross-validation by voice | 24 | {figures['macro_f1']:.3f} (" in card
    measured = stance.evaluate(small, seeds[24:], documents="voice")["stance"]
    assert f"| stance | test split | 12 | {measured.macro_f1:.3f} (" in card
    assert "| vocabulary | 100% | 1 |\n| noise | 0% | 1 |\n| all | 50% | 2 |\n" in card
    assert card.endswith("\n## Quality\n\n### Print\n")
    assert stance.load(folder).facts["name"] == "lighthouse"
