"""Compare both scorers with scikit-learn on many texts.

usage: python benchmarks/equal.py [100000] [real.jsonl]

Prints the largest difference of a probability for each kind of text, scorer and head. The texts are
the seeds, random Unicode strings (`tests/random_texts.py`), and real paragraphs if a file is given.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

import stance
from stance.scoring.folders import shipped_path
from stance.scoring.scorer import CHOICE
from stance.seeds.commands import read_seeds

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from random_texts import random_texts


def main(n_texts: int, real: str | None = None) -> None:
    """Print one line per kind of text, scorer and head."""
    kinds = {
        "seeds": read_seeds()["text"].tolist(),
        "random strings": random_texts(n_texts, random_state=1),
    }
    if real:
        kinds["real paragraphs"] = [
            json.loads(line)["text"] for line in Path(real).read_text(encoding="utf-8").splitlines()
        ]
    frozen = stance.load().frozen
    for kind, texts in kinds.items():
        expected = {
            head: stance.load_pipeline(shipped_path(), head).predict_proba(texts)
            for head in frozen.heads
        }
        for name in ("compiled", "numpy"):
            os.environ[CHOICE] = name
            for head, probabilities in replace(frozen).score(texts).probabilities.items():
                difference = np.abs(probabilities - expected[head]).max()
                print(
                    f"{kind} ({len(texts):,}), {name}, {head}: largest difference {difference:.1e}"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, *sys.argv[2:3])
