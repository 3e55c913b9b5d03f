"""The model card shows measured figures, and the folder that it is written into stays whole."""

from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.model import Model
from stance.seeds.card import case_failures, write_card
from stance.training.counted.counting import Thresholds, count_paragraphs

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
    lighthouse: pd.DataFrame, tmp_path: Path
) -> None:
    counts, _ = count_paragraphs(
        lighthouse["text"].tolist(),
        {head: [[label] for label in lighthouse[head]] for head in ("stance", "tone")},
        articles=lighthouse["voice"],
        thresholds=Thresholds(stems=1, pairs=1, spellings=1, features=1),
    )
    recipes = {head: {"cv": 2} for head in ("stance", "tone")}
    small = stance.train(lighthouse, counts=counts, recipes=recipes, name="lighthouse")
    folder = small.save(tmp_path / "model")
    report = tmp_path / "QUALITY.md"
    report.write_text("# Quality\n\n## Print\n", encoding="utf-8")
    seeds = lighthouse.assign(split=["train"] * 24 + ["test"] * 12)
    write_card(small, seeds, CASES, [report], folder)
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# Model card: lighthouse\n")
    assert "24 composed paragraphs and short texts by 6 voices" in card
    figures = small.facts["cross_validation"]["tone"]
    n_print = counts.n_rows
    printed = f"| tone | print, held-out outlets | {n_print} | {figures['macro_f1']:.3f} ("
    assert printed in card
    measured = stance.evaluate(small, seeds[24:], documents="voice")["stance"]
    assert f"| stance | composed, test split | 12 | {measured.macro_f1:.3f} (" in card
    assert "| vocabulary | 100% | 1 |\n| noise | 0% | 1 |\n| all | 50% | 2 |\n" in card
    assert card.endswith("\n## Quality\n\n### Print\n")
    assert stance.load(folder).facts["name"] == "lighthouse"


def test_a_hub_reads_the_head_of_the_shipped_folder() -> None:
    yaml = pytest.importorskip("yaml")
    folder = Path(__file__).parents[2] / "models" / "ceasefire"
    _, head, text = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    fields = yaml.safe_load(head)
    assert (fields["language"], fields["pipeline_tag"]) == ("en", "text-classification")
    assert fields["license"] == "other"  # so the hub asks for a name and a link
    assert (folder / fields["license_link"]).read_text(encoding="utf-8").startswith("BSD 3-Clause")
    assert text.startswith("# ceasefire\n")
    assert {"README.md", "LICENSE"} <= set((folder / "SHA256SUMS").read_text().split())
