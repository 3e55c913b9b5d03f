"""The quality gate: floors of measured quality, with digests of the data they were measured on.

On print: the shipped recipes, trained on the seeds and on eight of the ten folds of seeds/print,
are measured on the other two, whose outlets they have not seen. The shipped model itself was
trained on all ten, so it is measured on the composed test split and on behaviour cases only.

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

import numpy as np
from print_rows import HEADS, list_labels, read_print, read_training_seeds, select_rows
from print_rows import transform_counts as transform
from quality import measure_faithfulness
from threadpoolctl import threadpool_limits

import stance
from stance.model import Model
from stance.scoring.sums import digest
from stance.seeds.card import case_failures, read_cases
from stance.seeds.commands import PRINT, read_seeds
from stance.training.blended import BlendedClassifier
from stance.training.counted.counts import SUMS
from stance.training.fitting import PRINT_RECIPES
from stance.training.metrics import measure_macro_f1

FLOORS = Path(__file__).with_name("floors.json")
ROOT = Path(__file__).parent.parent
CHANGELOG = ROOT / "CHANGELOG.md"
MARGIN = 0.005  # between what is measured and the floor
HELD_OUT_FOLDS = (0, 1)  # a fifth of the published paragraphs
DIGEST = "_sha256"  # ends the names of what is not a figure


def measure(model: Model) -> dict[str, Any]:
    """Measure the model on the test split and the behaviour cases; higher is better."""
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


def measure_print() -> dict[str, Any]:
    """Measure the shipped recipes on outlets that they were not trained on."""
    seeds, counts = read_training_seeds(), read_print()
    is_test = np.isin(counts.folds, HELD_OUT_FOLDS)
    train, test = (select_rows(counts, np.flatnonzero(rows)) for rows in (~is_test, is_test))
    figures: dict[str, Any] = {"print_sha256": digest((PRINT / SUMS).read_bytes())}
    for head in HEADS:
        classifier = BlendedClassifier(**PRINT_RECIPES[head], calibrate=False)
        classifier.fit(seeds["text"], seeds[head], counts=train, head=head)
        predictions = classifier.pipeline_["classifier"].predict(transform(classifier, test))
        figures[f"print {head} macro-F1"] = measure_macro_f1(
            list_labels(test, head).tolist(), predictions.tolist(), classifier.classes_.tolist()
        )
    return figures


def read_floors() -> dict[str, Any]:
    """Read the floors; there are none before the first run."""
    return dict(json.loads(FLOORS.read_text(encoding="utf-8"))) if FLOORS.exists() else {}


def find_falls(figures: dict[str, Any], floors: dict[str, Any]) -> list[str]:
    """List the figures that are below their floor, or the data that have changed."""
    changed = [
        name for name in figures if name.endswith(DIGEST) and figures[name] != floors.get(name)
    ]
    if changed:
        return [
            f"the data behind {name} have changed since the floors were measured; "
            "raise or lower the floors"
            for name in changed
        ]
    return [
        f"{name} is {value:.3f}; its floor is {floors[name]:.3f}"
        for name, value in figures.items()
        if not name.endswith(DIGEST) and value < floors.get(name, 0.0)
    ]


def make_floors(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the floors that figures allow."""
    return {
        name: value if name.endswith(DIGEST) else round(value - MARGIN, 3)
        for name, value in figures.items()
    }


def is_explained(reason: str, changelog: str) -> bool:
    """Return whether a changelog has a reason word for word, however its lines are broken.

    >>> is_explained("trained on print", "- A new model, trained on\n  print.")
    True
    >>> is_explained(" ", "- A new model.")
    False
    """
    words = " ".join(reason.split())
    return bool(words) and words in " ".join(changelog.split())


def main(arguments: Sequence[str]) -> int:
    """Check, raise or lower; return the exit code."""
    match list(arguments):
        case ["check"] | ["raise"]:
            pass
        case ["lower", reason] if is_explained(reason, CHANGELOG.read_text(encoding="utf-8")):
            pass
        case ["lower", _]:
            print(
                "to lower a floor, its reason must stand in CHANGELOG.md, word for word",
                file=sys.stderr,
            )
            return 2
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    with threadpool_limits(1):  # figures must not depend on the number of threads
        figures = {**measure_print(), **measure(stance.load())}
    old, new = read_floors(), make_floors(figures)
    if arguments[0] == "check":
        falls = find_falls(figures, old)
        print("\n".join(falls) or "every figure is above its floor")
        return int(bool(falls))
    if arguments[0] == "raise":
        new = {
            name: value if name.endswith(DIGEST) else max(value, old.get(name, 0.0))
            for name, value in new.items()
        }
    FLOORS.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
