"""Describe the seeds: shares, agreement, words, names alone, and the learning curve; writes CORPUS.md and a picture beside itself.

usage: python benchmarks/corpus.py [folder]

`folder` holds measuring material that does not come with the project and is never trained on: ``real/dev.jsonl``, real paragraphs
with fields text, stance, tone and part; ``articles/cairo-talks.txt`` with the labels that a reader allows for each block.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from nltk.metrics.agreement import AnnotationTask
from threadpoolctl import threadpool_limits

from stance.seeds.commands import read_seeds
from stance.seeds.rules import GENRES, measure_names_only
from stance.text.paragraphs import split_paragraphs
from stance.training.classifier import ParagraphClassifier
from stance.training.fitting import RECIPES
from stance.training.metrics import measure_macro_f1

HERE = Path(__file__).parent
SIZES = (375, 750, 1_500, 3_000, 6_000)
DRAWS = 3


def agreement(seeds: pd.DataFrame) -> Iterator[str]:
    """Yield a table of kappa and alpha between writer and blind reader, overall and by genre."""
    yield "| genre | paragraphs | stance kappa | stance alpha | tone kappa | tone alpha |\n|---|--:|--:|--:|--:|--:|"
    groups = {"all": tuple(seeds["genre"].unique()), **GENRES}
    for name, genres in groups.items():
        part = seeds[seeds["genre"].isin(genres)]
        cells = []
        for head in ("stance", "tone"):
            rows = [
                (coder, at, label)
                for coder in ("1", "2")
                for at, label in enumerate(part[f"{head}_{coder}"])
            ]
            task = AnnotationTask(data=rows)
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
    """Count tokens and types, and the mean type-token ratio of pieces of 1,000 words."""
    found = re.findall(r"\w+", " ".join(seeds["text"]).lower())
    pieces = [found[at : at + 1_000] for at in range(0, len(found) - 999, 1_000)]
    ratio = np.mean([len(set(piece)) / 1_000 for piece in pieces])
    lengths = seeds["text"].str.split().map(len)
    return (
        f"{len(found):,} words, {len(set(found)):,} different; type-token ratio of 1,000 running words {ratio:.3f}; "
        f"median length {lengths.median():.0f} words, {(lengths < 25).mean():.1%} under 25"
    )


def draw_voices(seeds: pd.DataFrame, size: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw whole voices until `size` seeds are there."""
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
    """Measure macro-F1 on other voices and on real paragraphs, by the number of seeds trained on, whole voices at a time.

    On the article it is the share of blocks whose label the reader allows.
    """
    rng = np.random.default_rng(0)
    pool, test = seeds[seeds["split"] != "test"], seeds[seeds["split"] == "test"]
    targets = {"test voices": test}
    frame = pd.DataFrame(real)
    if len(frame):
        targets |= {f"real, {part}": rows for part, rows in frame.groupby("part")}
    rows = []
    for size in SIZES:
        for _ in range(DRAWS if size < len(pool) else 1):
            part = draw_voices(pool, size, rng)
            for head in ("stance", "tone"):
                model = ParagraphClassifier(**RECIPES[head], calibrate=False).fit(
                    part["text"], part[head]
                )
                for name, target in targets.items():
                    score = measure_macro_f1(
                        target[head].tolist(),
                        model.predict(target["text"]).tolist(),
                        model.classes_.tolist(),
                    )
                    rows.append({"head": head, "on": name, "seeds": size, "macro_f1": score})
                if len(article):
                    pairs = zip(model.predict(article["text"]), article[head], strict=True)
                    allowed = np.mean([label in labels.split("|") for label, labels in pairs])
                    rows.append(
                        {
                            "head": head,
                            "on": "article, share allowed",
                            "seeds": size,
                            "macro_f1": allowed,
                        }
                    )
    return pd.DataFrame(rows)


def plot(curve: pd.DataFrame, path: Path) -> None:
    """Draw the learning curve, one panel a head."""
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


def main(folder: str | None = None) -> None:
    """Measure and write."""
    seeds = read_seeds()
    real: list[dict[str, str]] = []
    article = pd.DataFrame()
    if folder:
        real = [
            json.loads(line)
            for line in (Path(folder) / "real" / "dev.jsonl")
            .read_text(encoding="utf-8")
            .splitlines()
        ]
        article = read_article(Path(folder) / "articles")
    else:
        print(
            "no real paragraphs given: the learning curve is measured on composed voices only",
            file=sys.stderr,
        )
    curve = learning_curve(seeds, real, article)
    plot(curve, HERE / "learning-curve.png")
    table = curve.pivot_table(index=["head", "on"], columns="seeds", values="macro_f1")
    lines = [
        "# The seeds, measured\n",
        "Written by `benchmarks/corpus.py`.\n",
        "## Shares",
        *shares(seeds),
        "\n## Words\n",
        words(seeds),
    ]
    lines += ["\n## Two blind readings\n", *agreement(seeds)]
    lines += [
        "\n## Stance from names alone\n",
        f"Macro-F1 on other voices (chance 0.333): {measure_names_only(seeds):.3f} from nations, peoples,",
    ]
    lines += [
        f"parties, armed groups and leaders; {measure_names_only(seeds, places=True):.3f} where cities and regions count too."
    ]
    lines += [
        "\n## Learning curve\n",
        "| head | measured on | " + " | ".join(f"{size:,}" for size in SIZES) + " |",
        "|---|---|" + "--:|" * len(SIZES),
    ]
    lines += [
        f"| {head} | {name} | " + " | ".join(f"{value:.3f}" for value in row) + " |"
        for (head, name), row in zip(table.index, table.to_numpy(), strict=True)
    ]
    lines += [
        f"\nMeans of {DRAWS} draws of whole voices (the last size: all that there are outside the test split)."
    ]
    lines += ["\n![learning curve](learning-curve.png)"]
    (HERE / "CORPUS.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    with threadpool_limits(1):
        main(*sys.argv[1:])
