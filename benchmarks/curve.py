"""Measure what more published paragraphs bring; write CURVE.md and print-curve.png beside this.

usage: python benchmarks/curve.py

From seeds/print alone. Training rows are drawn at random from the outlets that are not held out,
and the seeds are always trained on. Held out are two parts of five, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from print_rows import (
    HEADS,
    MAX_ITER,
    Matrix,
    list_labels,
    make_matrix,
    read_print,
    read_training_seeds,
)
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from stance.training.fitting import PRINT_RECIPES
from stance.training.linear import fit_map
from stance.training.metrics import measure_macro_f1

HERE = Path(__file__).parent
SIZES = (0, 750, 1_500, 3_000, 6_000)
"""Published paragraphs trained on, before all of them; 0 is the seeds alone."""
PARTS = (0, 1)


def measure_sizes(matrix: Matrix, labels: np.ndarray, C: float) -> Iterator[dict[str, float]]:
    """Yield macro-F1 on each held-out part for each number of published paragraphs."""
    rng = np.random.default_rng(0)
    for part in PARTS:
        pool = rng.permutation(np.flatnonzero(matrix.is_print & (matrix.parts != part)))
        test = np.flatnonzero(matrix.parts == part)
        annotated = labels[test - int((~matrix.is_print).sum())].tolist()
        for size in (*SIZES, len(pool)):
            train = np.concatenate([np.flatnonzero(~matrix.is_print), pool[:size]])
            model = LogisticRegression(C=C, class_weight="balanced", max_iter=MAX_ITER)
            coef, intercept = fit_map(model, matrix.features[train], matrix.shares[train])
            logits = matrix.features[test] @ coef.T + intercept
            predicted = matrix.classes[logits.argmax(axis=1)].tolist()
            yield {
                "part": part,
                "paragraphs": min(size, len(pool)),
                "is_all": size == len(pool),
                "macro_f1": measure_macro_f1(annotated, predicted, matrix.classes.tolist()),
            }


def measure_curve() -> pd.DataFrame:
    """Measure both heads."""
    seeds, counts = read_training_seeds(), read_print()
    frames = []
    for head in HEADS:
        matrix = make_matrix(head, seeds, counts)
        rows = list(
            measure_sizes(matrix, list_labels(counts, head), float(PRINT_RECIPES[head]["C"]))
        )
        frames.append(pd.DataFrame(rows).assign(head=head))
        print(frames[-1], flush=True)
    return pd.concat(frames, ignore_index=True)


def plot(curve: pd.DataFrame, path: Path) -> None:
    """Draw both heads: a line for the mean, a band over the held-out parts."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from stance.plots import plot_learning_curve

    drawn = curve[curve["paragraphs"] > 0]
    largest = int(drawn["paragraphs"].max())
    drawn = drawn.assign(paragraphs=drawn["paragraphs"].mask(drawn["is_all"], largest))
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for axis, (head, rows) in zip(axes, drawn.groupby("head"), strict=True):
        plot_learning_curve(rows.assign(on="held-out outlets"), size="paragraphs", by="on", ax=axis)
        seeds_alone = curve[(curve["head"] == head) & (curve["paragraphs"] == 0)]["macro_f1"].mean()
        axis.axhline(seeds_alone, color="0.5", linestyle="--", linewidth=1)
        axis.annotate(
            "seeds alone", (750, seeds_alone), (0, 4), textcoords="offset points", color="0.3"
        )
        axis.set(
            title=head,
            xscale="log",
            xlabel="published paragraphs trained on, beside the seeds",
            ylabel="macro-F1" if head == "stance" else "",
        )
        ticks = [*SIZES[1:], largest]
        axis.set_xticks(ticks, [*(f"{size:,}" for size in ticks[:-1]), "all"])
        axis.legend(loc="upper left", frameon=False)
        axis.minorticks_off()
    figure.savefig(path, dpi=120)


def report_lines(curve: pd.DataFrame) -> Iterator[str]:
    """Yield the lines of CURVE.md."""
    yield "# What more published paragraphs bring\n"
    yield (
        "Written by `benchmarks/curve.py` from `seeds/print` alone: macro-F1 on outlets that were "
        f"not trained on, mean of {len(PARTS)} held-out fifths, each in brackets. The seeds are "
        "always trained on; published paragraphs are drawn at random from the other outlets.\n"
    )
    sizes = [f"{size:,}" for size in SIZES]
    yield f"| head | {' | '.join(sizes)} | all |"
    yield "|---|" + "--:|" * (len(SIZES) + 1)
    for head, rows in curve.groupby("head"):
        cells = []
        for _, at_size in rows.assign(step=rows.groupby("part").cumcount()).groupby("step"):
            values = at_size["macro_f1"]
            each = ", ".join(f"{value:.3f}" for value in values)
            cells.append(f"{values.mean():.3f} ({each})")
        yield f"| {head} | {' | '.join(cells)} |"
    counts = curve[curve["is_all"]].groupby("part")["paragraphs"].first()
    yield (
        f"\nAll are {' and '.join(f'{count:,}' for count in counts)}. Vocabulary and idf are "
        "counted over all rows, held-out ones too; labels are not."
    )
    yield "\n![learning curve on print](print-curve.png)"


def main() -> None:
    """Measure, draw and write."""
    curve = measure_curve()
    plot(curve, HERE / "print-curve.png")
    report = "\n".join(report_lines(curve))
    (HERE / "CURVE.md").write_text(report + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
