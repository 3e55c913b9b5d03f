"""The quality gate: floors of measured quality, with a digest of the data they were measured on.

usage: python benchmarks/gate.py check            fail if a figure is below its floor
       python benchmarks/gate.py raise            raise floors to what is measured, never lower
       python benchmarks/gate.py lower "reason"   set floors to what is measured, lower ones too;
                                                  CHANGELOG.md must have the reason, word for word
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from quality import measure_faithfulness

import stance
from stance.model import Model
from stance.scoring.sums import digest
from stance.seeds.card import case_failures, read_cases
from stance.seeds.commands import read_seeds

FLOORS = Path(__file__).with_name("floors.json")
ROOT = Path(__file__).parent.parent
CHANGELOG = ROOT / "CHANGELOG.md"
MARGIN = 0.005  # between what is measured and the floor


def measure(model: Model) -> dict[str, Any]:
    """Measure the figures that have floors, on the test split; higher is better."""
    test = read_seeds().query("split == 'test'")
    rows = test[["text", "stance", "tone"]].to_numpy().tolist()
    figures: dict[str, Any] = {"data_sha256": digest(repr(rows).encode())}
    for head, evaluation in stance.evaluate(model, test, documents="voice").items():
        figures[f"{head} macro-F1"] = evaluation.macro_f1
        figures[f"{head} worst recall"] = min(evaluation.recall.values())
        figures[f"{head} 1 - calibration error"] = 1 - evaluation.calibration_error
        figures[f"{head} coverage"] = evaluation.coverage
    cases = read_cases(ROOT / "tests" / "cases")
    figures["behaviour"] = sum(not case_failures(model, case) for case in cases) / len(cases)
    figures["faithfulness"] = measure_faithfulness(model, test["text"].tolist()[::4], "stance")
    return figures


def read_floors() -> dict[str, Any]:
    """Read the floors; there are none before the first run."""
    if not FLOORS.exists():
        return {"data_sha256": ""}
    return dict(json.loads(FLOORS.read_text(encoding="utf-8")))


def find_falls(figures: dict[str, Any], floors: dict[str, Any]) -> list[str]:
    """Say which figures are below their floor, or that the data have changed."""
    if figures["data_sha256"] != floors["data_sha256"]:
        return ["the test split has changed since the floors were measured; raise or lower them"]
    return [
        f"{name} is {figures[name]:.3f}; its floor is {floor:.3f}"
        for name, floor in floors.items()
        if name != "data_sha256" and figures[name] < floor
    ]


def main(arguments: Sequence[str]) -> int:
    """Check, raise or lower; return the exit code."""
    figures = measure(stance.load())
    old = read_floors()
    new = {
        name: value if name == "data_sha256" else round(value - MARGIN, 3)
        for name, value in figures.items()
    }
    match list(arguments):
        case ["check"]:
            falls = find_falls(figures, old)
            print("\n".join(falls) or "every figure is above its floor")
            return int(bool(falls))
        case ["raise"]:
            floors = {
                name: value if name == "data_sha256" else max(value, old.get(name, 0.0))
                for name, value in new.items()
            }
        case ["lower", reason] if reason in CHANGELOG.read_text(encoding="utf-8"):
            floors = new
        case ["lower", _]:
            print(
                "to lower a floor, its reason must stand in CHANGELOG.md, word for word",
                file=sys.stderr,
            )
            return 2
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    FLOORS.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
