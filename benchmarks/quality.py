"""Measure the shipped recipe and model; write QUALITY.md next to this script.

usage: python benchmarks/quality.py [real.jsonl]

On print, from seeds/print: macro-F1, calibration error and coverage of the shipped recipes over 20
splits of outlets, also at natural shares of the labels. On the seeds: the same over 20 splits of
voices, what masking costs, recall and false positives by the side that speaks, and faithfulness of
the evidence. On real paragraphs, if a file of them is given: figures part by part. Real paragraphs
are not distributed and never trained on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from print_rows import HEADS, list_labels, read_print, read_training_seeds
from sklearn.model_selection import GroupShuffleSplit
from threadpoolctl import threadpool_limits

import stance
from stance.labels import TONES, sentiment_of
from stance.model import Model
from stance.scoring.heads import Head, softmax
from stance.seeds.commands import read_seeds
from stance.training.blended import BlendedClassifier
from stance.training.counted.counts import Counts
from stance.training.evaluation import measure_head
from stance.training.fitting import PRINT_RECIPES
from stance.training.freezing import freeze, measure_nonconformity
from stance.training.linear import fit_temperature
from stance.training.metrics import bin_probabilities, measure_interval, measure_macro_f1

HERE = Path(__file__).parent
SPLITS = 20
LEVEL = 0.9
NATURAL_SHARES = {
    "stance": {"neutral": 0.845, "opposed": 0.032, "pro-ceasefire": 0.123},
    "tone": {
        "alarmed": 0.067, "angry": 0.123, "hopeful": 0.024, "mournful": 0.035, "neutral": 0.751
    },
}  # fmt: skip
"""What is taken for the shares of labels in plain news, from 374 paragraphs of the published ones.

They are rough, and those of no outlet. In seeds/print paragraphs against a ceasefire were searched
for: 10.7% are, in these 3.2%.
"""
NATURAL_COLUMNS = ("calibration error, natural shares", "coverage, natural shares")
MIN_PER_SIDE = 30  # paragraphs below which figures of a side say nothing


class HeldOut(NamedTuple):
    """Rows of one source, with logits from fits that did not see their outlet or voice."""

    logits: np.ndarray
    labels: np.ndarray
    groups: np.ndarray


def hold_out(
    seeds: pd.DataFrame, counts: Counts, head: str
) -> tuple[BlendedClassifier, HeldOut, HeldOut]:
    """Fit the shipped recipe; return it, and the held-out seeds and published paragraphs."""
    classifier = BlendedClassifier(**PRINT_RECIPES[head])
    classifier.fit(seeds["text"], seeds[head], groups=seeds["voice"], counts=counts, head=head)
    logits = np.log(np.maximum(classifier.held_out_, 1e-300))
    composed, published = np.split(logits, [len(seeds)])
    return (
        classifier,
        HeldOut(composed, seeds[head].to_numpy(), seeds["voice"].to_numpy()),
        HeldOut(published, list_labels(counts, head), counts.folds),
    )


def calibrate(head: Head, rows: HeldOut) -> tuple[float, Head]:
    """Return the temperature that suits some rows, and the head with their nonconformity."""
    classes = np.array(head.classes)
    shares = (rows.labels[:, None] == classes[None, :]).astype(float)
    temperature = fit_temperature(rows.logits, shares)
    probabilities = softmax(rows.logits / temperature)
    nonconformity = measure_nonconformity(probabilities, classes, rows.labels.tolist())
    return temperature, replace(head, nonconformity=nonconformity)


def select(rows: HeldOut, numbers: np.ndarray) -> HeldOut:
    """Return some of the rows."""
    return HeldOut(rows.logits[numbers], rows.labels[numbers], rows.groups[numbers])


def split_figures(head: Head, rows: HeldOut, limits: HeldOut | None) -> pd.DataFrame:
    """Return figures, one row per grouped split.

    A fifth of the groups is measured. Temperature and nonconformity come from `limits`, or from the
    other groups.
    """
    splitter = GroupShuffleSplit(SPLITS, test_size=0.2, random_state=0)
    figures = []
    for rest, test in splitter.split(rows.labels, groups=rows.groups):
        temperature, calibrated = calibrate(head, limits or select(rows, rest))
        part = select(rows, test)
        figures.append(measure_split(calibrated, part.labels, softmax(part.logits / temperature)))
    return pd.DataFrame(figures)


def measure_split(head: Head, labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """Measure some held-out rows, also as if their labels had natural shares."""
    measured = measure_head(head, labels.tolist(), probabilities, groups=None, level=LEVEL)
    calibration_error, coverage = measure_at_natural_shares(head, labels, probabilities)
    return {
        "macro-F1": measured.macro_f1,
        "calibration error": measured.calibration_error,
        "calibration error, natural shares": calibration_error,
        "coverage": measured.coverage,
        "coverage, natural shares": coverage,
        "uncertain": measured.uncertain,
    }


def measure_at_natural_shares(
    head: Head, labels: np.ndarray, probabilities: np.ndarray
) -> tuple[float, float]:
    """Return calibration error and coverage of rows weighted to the natural shares of labels."""
    weights = natural_weights(labels, NATURAL_SHARES[head.name])
    bins, top, right = bin_probabilities(labels.tolist(), probabilities, head.classes)
    gaps = [
        abs(float((weights * (right - top))[bins == number].sum())) for number in np.unique(bins)
    ]
    columns = np.searchsorted(head.classes, labels)
    covered = head.prediction_sets(probabilities, LEVEL)[np.arange(len(labels)), columns]
    return sum(gaps), float(weights @ covered)


def natural_weights(labels: np.ndarray, shares: Mapping[str, float]) -> np.ndarray:
    """Return weights that sum to 1 and give each label its share.

    >>> natural_weights(np.array(["a", "a", "b"]), {"a": 0.5, "b": 0.5}).tolist()
    [0.25, 0.25, 0.5]
    """
    names, columns, counts = np.unique(labels, return_inverse=True, return_counts=True)
    each = np.array([shares[str(name)] for name in names]) / counts
    weights = each[columns]
    return np.asarray(weights / weights.sum())


def split_lines(sources: Mapping[str, Mapping[str, pd.DataFrame]]) -> Iterator[str]:
    """Yield the table of split figures, means with the range, by source and head."""
    yield "| measured on | head | figure | mean | range |\n|---|---|---|--:|--:|"
    for source, heads in sources.items():
        for head, figures in heads.items():
            for name, values in figures.items():
                span = f"{values.min():.3f} to {values.max():.3f}"
                yield f"| {source} | {head} | {name} | {values.mean():.3f} | {span} |"


def measure_splits(seeds: pd.DataFrame, counts: Counts) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the figures of all splits by source, then by head."""
    figures: dict[str, dict[str, pd.DataFrame]] = {"print": {}, "seeds": {}}
    for name in HEADS:
        classifier, composed, published = hold_out(seeds, counts, name)
        head = freeze(name, classifier, np.zeros(1))
        figures["print"][name] = split_figures(head, published, None)
        figures["seeds"][name] = split_figures(head, composed, published).drop(
            columns=list(NATURAL_COLUMNS)
        )
    return figures


def masking_lines(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield what masking the sides costs, on the validation voices."""
    train, test = seeds[seeds["split"] == "train"], seeds[seeds["split"] == "validation"]
    yield "| head | masked | not masked |\n|---|--:|--:|"
    for head, recipe in PRINT_RECIPES.items():
        cells = []
        for mask_sides in (True, False):
            model = BlendedClassifier(**recipe, calibrate=False, mask_sides=mask_sides)
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
        "| at natural shares | coverage at 0.9 | at natural shares | uncertain |"
    )
    yield "|---|--:|---|--:|--:|--:|--:|--:|--:|"
    for part, rows in real.groupby("part"):
        probabilities = model.frozen.probabilities(rows["text"].tolist())
        for head, table in probabilities.items():
            measured = measure_head(
                model.frozen.heads[head], rows[head].tolist(), table, groups=None, level=0.9
            )
            macro_f1 = with_interval(measured.macro_f1, measured.macro_f1_interval)
            natural = measure_at_natural_shares(
                model.frozen.heads[head], rows[head].to_numpy(), table
            )
            yield (
                f"| {part} | {len(rows)} | {head} | {macro_f1} "
                f"| {measured.calibration_error:.3f} | {natural[0]:.3f} "
                f"| {measured.coverage:.3f} | {natural[1]:.3f} | {measured.uncertain:.3f} |"
            )
        tones = [model.labels["tone"][column] for column in probabilities["tone"].argmax(axis=1)]
        macro_f1 = sentiment_figure(rows["tone"].tolist(), tones)
        yield f"| {part} | {len(rows)} | sentiment | {macro_f1} | | | | | |"


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


def natural_share_words() -> str:
    """Write the natural shares of both heads in one phrase."""
    return "; ".join(
        f"{head}: " + ", ".join(f"{label} {share:.1%}" for label, share in shares.items())
        for head, shares in NATURAL_SHARES.items()
    )


def report_lines(seeds: pd.DataFrame, model: Model, real: pd.DataFrame | None) -> Iterator[str]:
    """Yield the lines of QUALITY.md."""
    test = seeds[seeds["split"] == "test"]
    yield "# Quality, measured\n"
    yield (
        "Written by `benchmarks/quality.py`. Print is published paragraphs, seeds are composed; "
        "print is harder.\n"
    )
    if real is not None:
        yield "## Real paragraphs (not in the project)\n"
        yield (
            "Part news has natural shares as it is. At natural shares, rows are weighted to those "
            "below; a label that a part lacks is left out.\n"
        )
        yield from real_lines(model, real)
        yield ""
    yield f"## {SPLITS} grouped splits\n"
    yield (
        "The shipped recipes, fitted five times without a fifth of outlets and voices. A split "
        "measures 2 of the 10 folds of outlets, with temperature and thresholds from the other 8; "
        "or a fifth of the voices, with those from print. Natural shares are those of "
        f"{natural_share_words()}.\n"
    )
    yield from split_lines(measure_splits(read_training_seeds(), read_print()))
    yield ""
    yield "## Test voices, by the side that speaks\n"
    yield from side_lines(model, test)
    yield "\n## What masking the sides costs (macro-F1 on validation voices)\n"
    yield "Fitted on composed paragraphs alone: counts files are always masked.\n"
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
