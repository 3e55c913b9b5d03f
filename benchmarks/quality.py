"""Measure the shipped recipe and model; writes QUALITY.md beside itself.

usage: python benchmarks/quality.py [real.jsonl]

On the seeds: calibration error and coverage over 20 grouped splits, what masking costs, recall and false positives by the side that speaks,
faithfulness of the evidence. On real paragraphs, where a file of them is given: the same figures, part by part. They are measured on,
never trained on, and do not come with the project.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupShuffleSplit
from threadpoolctl import threadpool_limits

import stance
from stance.labels import TONES, sentiment_of
from stance.model import Model
from stance.seeds.commands import read_seeds
from stance.training.classifier import ParagraphClassifier
from stance.training.evaluation import measure_head
from stance.training.fitting import RECIPES
from stance.training.freezing import freeze, nonconformity_scores
from stance.training.metrics import measure_interval, measure_macro_f1

HERE = Path(__file__).parent
SPLITS = 20


def split_figures(seeds: pd.DataFrame, head: str) -> pd.DataFrame:
    """Measure calibration error and coverage over grouped splits: fit on some voices, set limits on others, score a third part."""
    rows = []
    splitter = GroupShuffleSplit(SPLITS, test_size=0.2, random_state=0)
    for rest, test in splitter.split(seeds, groups=seeds["voice"]):
        outer = seeds.iloc[rest]
        fit, limit = next(
            GroupShuffleSplit(1, test_size=0.2, random_state=1).split(outer, groups=outer["voice"])
        )
        train, held, scored = outer.iloc[fit], outer.iloc[limit], seeds.iloc[test]
        model = ParagraphClassifier(**RECIPES[head], cv=3).fit(
            train["text"], train[head], groups=train["voice"]
        )
        scores = nonconformity_scores(
            model.predict_proba(held["text"]), model.classes_, held[head].tolist()
        )
        found = measure_head(
            freeze(head, model, scores),
            scored[head].tolist(),
            model.predict_proba(scored["text"]),
            groups=None,
            level=0.9,
        )
        rows.append(
            {
                "macro-F1": found.macro_f1,
                "calibration error": found.calibration_error,
                "coverage": found.coverage,
                "uncertain": found.uncertain,
            }
        )
    return pd.DataFrame(rows)


def split_lines(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield the table of split figures, means with the 95% interval of the mean."""
    yield "| head | figure | mean (95% interval) | range |\n|---|---|--:|--:|"
    for head in RECIPES:
        for name, values in split_figures(seeds, head).items():
            half = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
            mean = f"{values.mean():.3f} ({values.mean() - half:.3f} to {values.mean() + half:.3f})"
            yield f"| {head} | {name} | {mean} | {values.min():.3f} to {values.max():.3f} |"


def masking_lines(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield what masking the sides costs on the validation voices."""
    train, test = seeds[seeds["split"] == "train"], seeds[seeds["split"] == "validation"]
    yield "| head | masked | not masked |\n|---|--:|--:|"
    for head, recipe in RECIPES.items():
        cells = []
        for masked in (True, False):
            model = ParagraphClassifier(**recipe, calibrate=False, mask_sides=masked).fit(
                train["text"], train[head]
            )
            score = measure_macro_f1(
                test[head].tolist(), model.predict(test["text"]).tolist(), model.classes_.tolist()
            )
            cells.append(f"{score:.3f}")
        yield f"| {head} | {' | '.join(cells)} |"


def side_lines(model: Model, test: pd.DataFrame) -> Iterator[str]:
    """Yield recall and false-positive rate of each stance by the side that speaks."""
    predicted = np.asarray(model.labels["stance"])[
        model.frozen.probabilities(test["text"].tolist())["stance"].argmax(axis=1)
    ]
    yield (
        "| speaker | paragraphs | "
        + " | ".join(f"{name} recall / false positives" for name in model.labels["stance"])
        + " |"
    )
    yield "|---|--:|" + "--:|" * len(model.labels["stance"])
    for side, rows in test.groupby("speaker_side"):
        if len(rows) < 30:
            continue
        given, found = rows["stance"].to_numpy(), predicted[test.index.get_indexer(rows.index)]
        cells = []
        for name in model.labels["stance"]:
            hit, false = (found[given == name] == name), (found[given != name] == name)
            cells.append(f"{hit.mean():.2f} / {false.mean():.2f}" if len(hit) else "-")
        yield f"| {side} | {len(rows)} | {' | '.join(cells)} |"


def measure_faithfulness(model: Model, texts: list[str], head: str) -> float:
    """Return the share of paragraphs whose label loses probability when the weightiest word for it is deleted."""
    falls = []
    for text in texts:
        block = model.label(text, unit="row")[0]
        if not block.results or not block.evidence[head]:
            continue
        best = max(block.evidence[head], key=lambda word: word.contribution)
        label = block.results[head].label
        without = text[: best.start] + text[best.end :]
        at = model.labels[head].index(label)
        falls.append(model.frozen.probabilities([without])[head][0, at] < block.probability[head])
    return float(np.mean(falls))


def real_lines(model: Model, real: pd.DataFrame) -> Iterator[str]:
    """Yield the figures on real paragraphs, part by part; sentiment is the tone's, in three classes."""
    yield "| part | paragraphs | head | macro-F1 (95% interval) | calibration error | coverage at 0.9 | uncertain |"
    yield "|---|--:|---|--:|--:|--:|--:|"
    for part, rows in real.groupby("part"):
        found = model.frozen.probabilities(rows["text"].tolist())
        for head, table in found.items():
            figures = measure_head(
                model.frozen.heads[head], rows[head].tolist(), table, groups=None, level=0.9
            )
            low, high = figures.macro_f1_interval
            yield (
                f"| {part} | {len(rows)} | {head} | {figures.macro_f1:.3f} ({low:.3f} to {high:.3f}) | {figures.calibration_error:.3f} "
                f"| {figures.coverage:.3f} | {figures.uncertain:.3f} |"
            )
        tones = [model.labels["tone"][at] for at in found["tone"].argmax(axis=1)]
        given, predicted = (
            [sentiment_of(tone) for tone in column] for column in (rows["tone"], tones)
        )
        names = sorted({sentiment_of(tone) for tone in TONES})
        low, high = measure_interval(given, predicted, names)
        yield f"| {part} | {len(rows)} | sentiment | {measure_macro_f1(given, predicted, names):.3f} ({low:.3f} to {high:.3f}) | | | |"


def main(real_path: str | None = None) -> None:
    """Measure and write."""
    seeds, model = read_seeds(), stance.load()
    test = seeds[seeds["split"] == "test"]
    lines = [
        "# Quality, measured\n",
        "Written by `benchmarks/quality.py`. Seeds are composed; real print is harder.\n",
    ]
    if real_path:
        real = pd.DataFrame(
            json.loads(line) for line in Path(real_path).read_text(encoding="utf-8").splitlines()
        )
        lines += ["## Real paragraphs (not in the project)\n", *real_lines(model, real), ""]
    else:
        print(
            "no real paragraphs given: what does not come with the project is left out",
            file=sys.stderr,
        )
    lines += ["## Test voices, by the side that speaks\n", *side_lines(model, test), ""]
    lines += [
        "## What masking the sides costs (macro-F1 on validation voices)\n",
        *masking_lines(seeds),
        "",
    ]
    share = {
        head: measure_faithfulness(model, test["text"].tolist(), head) for head in model.labels
    }
    lines += [
        "## Faithfulness\n",
        "Deleting the weightiest word for a label lowers its probability in "
        + ", ".join(f"{value:.1%} ({head})" for head, value in share.items())
        + " of the test paragraphs.\n",
    ]
    lines += [f"## {SPLITS} grouped splits\n", *split_lines(seeds[seeds["split"] != "test"])]
    (HERE / "QUALITY.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    with threadpool_limits(1):
        main(*sys.argv[1:])
