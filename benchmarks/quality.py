"""Measure the shipped recipe and model; write QUALITY.md next to this script.

usage: python benchmarks/quality.py [real.jsonl]

On the seeds: calibration error and coverage over 20 grouped splits, what masking costs, recall and
false positives by the side that speaks, and faithfulness of the evidence. On real paragraphs, if a
file of them is given: figures part by part. Real paragraphs are not distributed and never trained
on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
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
from stance.training.freezing import freeze, measure_nonconformity
from stance.training.metrics import measure_interval, measure_macro_f1

HERE = Path(__file__).parent
SPLITS = 20
MIN_PER_SIDE = 30  # paragraphs below which figures of a side say nothing


def split_figures(seeds: pd.DataFrame, head: str) -> pd.DataFrame:
    """Return macro-F1, calibration error and coverage, one row per grouped split."""
    splitter = GroupShuffleSplit(SPLITS, test_size=0.2, random_state=0)
    return pd.DataFrame(
        measure_split(seeds.iloc[rest], seeds.iloc[test], head)
        for rest, test in splitter.split(seeds, groups=seeds["voice"])
    )


def measure_split(rest: pd.DataFrame, test: pd.DataFrame, head: str) -> dict[str, float]:
    """Fit on some voices of the rest, take nonconformity from the others, measure on the test."""
    splitter = GroupShuffleSplit(1, test_size=0.2, random_state=1)
    fit_rows, limit_rows = next(splitter.split(rest, groups=rest["voice"]))
    train, limits = rest.iloc[fit_rows], rest.iloc[limit_rows]
    model = ParagraphClassifier(**RECIPES[head], cv=3)
    model.fit(train["text"], train[head], groups=train["voice"])
    nonconformity = measure_nonconformity(
        model.predict_proba(limits["text"]), model.classes_, limits[head].tolist()
    )
    measured = measure_head(
        freeze(head, model, nonconformity),
        test[head].tolist(),
        model.predict_proba(test["text"]),
        groups=None,
        level=0.9,
    )
    return {
        "macro-F1": measured.macro_f1,
        "calibration error": measured.calibration_error,
        "coverage": measured.coverage,
        "uncertain": measured.uncertain,
    }


def split_lines(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield the table of split figures, means with the 95% interval of the mean."""
    yield "| head | figure | mean (95% interval) | range |\n|---|---|--:|--:|"
    for head in RECIPES:
        for name, values in split_figures(seeds, head).items():
            half = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
            mean = f"{values.mean():.3f} ({values.mean() - half:.3f} to {values.mean() + half:.3f})"
            yield f"| {head} | {name} | {mean} | {values.min():.3f} to {values.max():.3f} |"


def masking_lines(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield what masking the sides costs, on the validation voices."""
    train, test = seeds[seeds["split"] == "train"], seeds[seeds["split"] == "validation"]
    yield "| head | masked | not masked |\n|---|--:|--:|"
    for head, recipe in RECIPES.items():
        cells = []
        for mask_sides in (True, False):
            model = ParagraphClassifier(**recipe, calibrate=False, mask_sides=mask_sides)
            predictions = model.fit(train["text"], train[head]).predict(test["text"]).tolist()
            score = measure_macro_f1(test[head].tolist(), predictions, model.classes_.tolist())
            cells.append(f"{score:.3f}")
        yield f"| {head} | {' | '.join(cells)} |"


def side_lines(model: Model, test: pd.DataFrame) -> Iterator[str]:
    """Yield recall and false-positive rate of each stance by the side that speaks."""
    labels = model.labels["stance"]
    best = model.frozen.probabilities(test["text"].tolist())["stance"].argmax(axis=1)
    test = test.assign(predicted=np.asarray(labels)[best])
    titles = " | ".join(f"{label} recall / false positives" for label in labels)
    yield f"| speaker | paragraphs | {titles} |"
    yield "|---|--:|" + "--:|" * len(labels)
    for side, rows in test.groupby("speaker_side"):
        if len(rows) < MIN_PER_SIDE:
            continue
        cells = []
        for label in labels:
            annotated, predicted = rows["stance"] == label, rows["predicted"] == label
            recall, false_positives = predicted[annotated].mean(), predicted[~annotated].mean()
            cells.append(f"{recall:.2f} / {false_positives:.2f}" if annotated.any() else "-")
        yield f"| {side} | {len(rows)} | {' | '.join(cells)} |"


def measure_faithfulness(model: Model, texts: list[str], head: str) -> float:
    """Return the share of paragraphs whose label loses probability without its weightiest word."""
    falls = []
    for text in texts:
        paragraph = model.label(text, unit="row")[0]
        if not paragraph.results or not paragraph.evidence[head]:
            continue
        word = max(paragraph.evidence[head], key=lambda word: word.contribution)
        shorter = text[: word.start] + text[word.end :]
        column = model.labels[head].index(paragraph.results[head].label)
        probability = model.frozen.probabilities([shorter])[head][0, column]
        falls.append(probability < paragraph.probability[head])
    return float(np.mean(falls))


def real_lines(model: Model, real: pd.DataFrame) -> Iterator[str]:
    """Yield the figures on real paragraphs, part by part; sentiment follows from the tone."""
    yield (
        "| part | paragraphs | head | macro-F1 (95% interval) | calibration error "
        "| coverage at 0.9 | uncertain |"
    )
    yield "|---|--:|---|--:|--:|--:|--:|"
    for part, rows in real.groupby("part"):
        probabilities = model.frozen.probabilities(rows["text"].tolist())
        for head, table in probabilities.items():
            measured = measure_head(
                model.frozen.heads[head], rows[head].tolist(), table, groups=None, level=0.9
            )
            macro_f1 = with_interval(measured.macro_f1, measured.macro_f1_interval)
            yield (
                f"| {part} | {len(rows)} | {head} | {macro_f1} "
                f"| {measured.calibration_error:.3f} "
                f"| {measured.coverage:.3f} | {measured.uncertain:.3f} |"
            )
        tones = [model.labels["tone"][column] for column in probabilities["tone"].argmax(axis=1)]
        macro_f1 = sentiment_figure(rows["tone"].tolist(), tones)
        yield f"| {part} | {len(rows)} | sentiment | {macro_f1} | | | |"


def sentiment_figure(annotated_tones: Sequence[str], predicted_tones: Sequence[str]) -> str:
    """Return macro-F1 of the sentiments that follow from tones, with its interval."""
    annotations = [sentiment_of(tone) for tone in annotated_tones]
    predictions = [sentiment_of(tone) for tone in predicted_tones]
    labels = sorted({sentiment_of(tone) for tone in TONES})
    return with_interval(
        measure_macro_f1(annotations, predictions, labels),
        measure_interval(annotations, predictions, labels),
    )


def with_interval(value: float, interval: tuple[float, float]) -> str:
    """Write a figure with its interval.

    >>> with_interval(0.7, (0.65, 0.75))
    '0.700 (0.650 to 0.750)'
    """
    return f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f})"


def report_lines(seeds: pd.DataFrame, model: Model, real: pd.DataFrame | None) -> Iterator[str]:
    """Yield the lines of QUALITY.md."""
    test = seeds[seeds["split"] == "test"]
    yield "# Quality, measured\n"
    yield "Written by `benchmarks/quality.py`. Seeds are composed; real print is harder.\n"
    if real is not None:
        yield "## Real paragraphs (not in the project)\n"
        yield from real_lines(model, real)
        yield ""
    yield "## Test voices, by the side that speaks\n"
    yield from side_lines(model, test)
    yield "\n## What masking the sides costs (macro-F1 on validation voices)\n"
    yield from masking_lines(seeds)
    texts = test["text"].tolist()
    shares = ", ".join(
        f"{measure_faithfulness(model, texts, head):.1%} ({head})" for head in model.labels
    )
    yield "\n## Faithfulness\n"
    yield (
        "Deleting the weightiest word for a label lowers its probability "
        f"in {shares} of the test paragraphs.\n"
    )
    yield f"## {SPLITS} grouped splits\n"
    yield from split_lines(seeds[seeds["split"] != "test"])


def main(real_path: str | None = None) -> None:
    """Measure and write."""
    real = None
    if real_path:
        lines = Path(real_path).read_text(encoding="utf-8").splitlines()
        real = pd.DataFrame(json.loads(line) for line in lines)
    else:
        print(
            "no real paragraphs given: what does not come with the project is left out",
            file=sys.stderr,
        )
    report = "\n".join(report_lines(read_seeds(), stance.load(), real))
    (HERE / "QUALITY.md").write_text(report + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    with threadpool_limits(1):
        main(*sys.argv[1:])
