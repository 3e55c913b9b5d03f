"""Describe the seeds; write CORPUS.md and learning-curve.png next to this script.

Shares, agreement of the readers, words, stance from names alone, and the learning curve. Short
seeds (sentences of 2 to 14 words, by voices of their own) are described and measured apart.

usage: python benchmarks/corpus.py [folder]

`folder` has real texts, which are not distributed and never trained on: ``real/dev.jsonl``,
paragraphs with the fields text, stance, tone and part, and ``articles/cairo-talks.txt`` with the
labels that a reader allows for each block.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from nltk.metrics.agreement import AnnotationTask
from threadpoolctl import threadpool_limits

from stance.seeds.commands import read_seeds
from stance.seeds.rules import GENRES, find_short, measure_names_only
from stance.text.paragraphs import split_paragraphs
from stance.training.classifier import ParagraphClassifier
from stance.training.fitting import RECIPES
from stance.training.metrics import measure_macro_f1

HERE = Path(__file__).parent
HEADS = ("stance", "tone")
SIZES = (500, 1_000, 2_000, 4_000, 8_000)  # the last: all that there are
DRAWS = 2
PIECE = 1_000  # running words over which the type-token ratio is taken: it falls with length


def agreement(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield a table of kappa and alpha between writer and blind reader.

    Overall, for short seeds and for others, and by genre.
    """
    yield "| seeds | number | stance kappa | stance alpha | tone kappa | tone alpha |"
    yield "|---|--:|--:|--:|--:|--:|"
    is_short = find_short(seeds)
    groups = {"all": seeds, "paragraphs": seeds[~is_short], "short": seeds[is_short]}
    groups |= {name: seeds[seeds["genre"].isin(genres)] for name, genres in GENRES.items()}
    for name, part in groups.items():
        cells = []
        for head in HEADS:
            readings = [
                (reader, row, label)
                for reader in ("1", "2")
                for row, label in enumerate(part[f"{head}_{reader}"])
            ]
            task = AnnotationTask(data=readings)
            cells += [f"{task.kappa():.3f}", f"{task.alpha():.3f}"]
        yield f"| {name} | {len(part):,} | {' | '.join(cells)} |"


def shares(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield the shares of labels, genres, conflicts and flags."""
    for column in ("stance", "tone", "genre", "conflict", "split", "about", "noise", "phenomenon"):
        counts = seeds[column].value_counts(normalize=True)
        yield f"- **{column}**: " + ", ".join(
            f"{name} {share:.1%}" for name, share in counts.items()
        )
    for cells in (
        pd.crosstab(seeds["stance"], seeds["tone"]),
        pd.crosstab(seeds["conflict"] + ", " + seeds["speaker_side"], seeds["stance"]),
    ):
        yield from crosstab(cells)


def crosstab(cells: pd.DataFrame) -> Iterator[str]:
    """Yield a table of counts."""
    yield "\n| | " + " | ".join(cells.columns) + " |\n|---|" + "--:|" * cells.shape[1]
    yield from (
        f"| {stance} | " + " | ".join(map(str, row)) + " |"
        for stance, row in zip(cells.index, cells.to_numpy(), strict=True)
    )


def words(seeds: pd.DataFrame) -> str:
    """Describe number, variety and length: tokens, types, type-token ratio, words of a seed."""
    tokens = re.findall(r"\w+", " ".join(seeds["text"]).lower())
    starts = range(0, len(tokens) - PIECE + 1, PIECE)
    ratio = np.mean([len(set(tokens[start : start + PIECE])) / PIECE for start in starts])
    lengths = seeds["text"].str.split().map(len)
    return (
        f"{len(tokens):,} words, {len(set(tokens)):,} different; "
        f"type-token ratio of {PIECE:,} running words {ratio:.3f}; "
        f"median length {lengths.median():.0f} words, from {lengths.min()} to {lengths.max()}"
    )


def draw_voices(seeds: pd.DataFrame, size: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw whole voices until there are `size` seeds."""
    voices = rng.permutation(sorted(seeds["voice"].unique()))
    counts = seeds["voice"].value_counts()[voices].cumsum()
    return seeds[seeds["voice"].isin(counts.index[: int((counts < size).sum()) + 1])]


def read_article(folder: Path) -> pd.DataFrame:
    """Read the article's labelled blocks, each with the set of labels that a reader allows."""
    text = (folder / "cairo-talks.txt").read_bytes().decode("utf-8")
    allowed = pd.read_csv(folder / "cairo-talks.labels.csv", keep_default_na=False)
    allowed["text"] = [text[block.start : block.end] for block in split_paragraphs(text)]
    return allowed[allowed["stance"] != ""]


def learning_curve(
    seeds: pd.DataFrame, real: Sequence[dict[str, str]], article: pd.DataFrame
) -> pd.DataFrame:
    """Measure macro-F1 on other voices and on real paragraphs, by the number of seeds trained on.

    Whole voices are drawn. On the article, the figure is the share of blocks whose label the reader
    allows.
    """
    rng = np.random.default_rng(0)
    pool, test = seeds[seeds["split"] != "test"], seeds[seeds["split"] == "test"]
    is_short = find_short(test)
    test_sets = {"test voices, paragraphs": test[~is_short], "test voices, short": test[is_short]}
    frame = pd.DataFrame(real)
    if len(frame):
        test_sets |= {f"real, {part}": rows for part, rows in frame.groupby("part")}
    rows = []
    for size in SIZES:
        for _ in range(DRAWS if size < len(pool) else 1):
            drawn = draw_voices(pool, size, rng)
            for head in HEADS:
                model = ParagraphClassifier(**RECIPES[head], calibrate=False)
                model.fit(drawn["text"], drawn[head])
                rows += [
                    {"head": head, "on": name, "seeds": size, "macro_f1": score}
                    for name, score in measure_sets(model, head, test_sets, article)
                ]
    return pd.DataFrame(rows)


def measure_sets(
    model: ParagraphClassifier,
    head: str,
    test_sets: Mapping[str, pd.DataFrame],
    article: pd.DataFrame,
) -> Iterator[tuple[str, float]]:
    """Yield the name and the figure of each test set, and of the article if there is one."""
    for name, rows in test_sets.items():
        predictions = model.predict(rows["text"]).tolist()
        yield name, measure_macro_f1(rows[head].tolist(), predictions, model.classes_.tolist())
    if len(article):
        pairs = zip(model.predict(article["text"]), article[head], strict=True)
        allowed = np.mean([label in labels.split("|") for label, labels in pairs])
        yield "article, share allowed", float(allowed)


def plot(curve: pd.DataFrame, path: Path) -> None:
    """Draw the learning curve, one panel per head."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from stance.plots import plot_learning_curve

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
    for axis, (head, part) in zip(axes, curve.groupby("head"), strict=True):
        plot_learning_curve(part, size="seeds", by="on", ax=axis)
        axis.set(
            title=head,
            xscale="log",
            xlabel="seeds trained on (whole voices)",
            ylabel="macro-F1" if head == "stance" else "",
        )
        axis.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
        axis.minorticks_off()
    figure.savefig(path, dpi=120)


def report_lines(seeds: pd.DataFrame, curve: pd.DataFrame) -> Iterator[str]:
    """Yield the lines of CORPUS.md."""
    yield "# The seeds, measured\n\nWritten by `benchmarks/corpus.py`.\n"
    is_short = find_short(seeds)
    for title, part in (("paragraphs", seeds[~is_short]), ("short", seeds[is_short])):
        yield f"## Shares: {title} ({len(part):,})"
        yield from shares(part)
        yield f"\n{words(part)}.\n"
    yield "\n## Two blind readings\n"
    yield from agreement(seeds)
    sides, sides_and_places = (measure_names_only(seeds, places=places) for places in (False, True))
    yield "\n## Stance from names alone\n"
    yield f"Macro-F1 on other voices (chance 0.333): {sides:.3f} from nations, peoples,"
    yield (
        f"parties, armed groups and leaders; {sides_and_places:.3f} "
        "where cities and regions count too."
    )
    yield "\n## Learning curve\n"
    yield "| head | measured on | " + " | ".join(f"{size:,}" for size in SIZES) + " |"
    yield "|---|---|" + "--:|" * len(SIZES)
    table = curve.pivot_table(index=["head", "on"], columns="seeds", values="macro_f1")
    for (head, name), row in zip(table.index, table.to_numpy(), strict=True):
        yield f"| {head} | {name} | " + " | ".join(f"{value:.3f}" for value in row) + " |"
    yield (
        f"\nMeans of {DRAWS} draws of whole voices "
        "(the last size: all that there are outside the test split). The recipe is `RECIPES`, that "
        "of seeds alone; the shipped model learns from print too."
    )
    yield "\n![learning curve](learning-curve.png)"


def main(folder: str | None = None) -> None:
    """Measure and write."""
    seeds = read_seeds()
    real: list[dict[str, str]] = []
    article = pd.DataFrame()
    if folder:
        lines = (Path(folder) / "real" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
        real = [json.loads(line) for line in lines]
        article = read_article(Path(folder) / "articles")
    else:
        print(
            "no real paragraphs given: the learning curve is measured on composed voices only",
            file=sys.stderr,
        )
    curve = learning_curve(seeds, real, article)
    plot(curve, HERE / "learning-curve.png")
    report = "\n".join(report_lines(seeds, curve))
    (HERE / "CORPUS.md").write_text(report + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    with threadpool_limits(1):
        main(*sys.argv[1:])
