"""Measure by simulation how often the figures of `stance.inference` hold; write FIGURES.md.

usage: python benchmarks/figures.py [REPEATS]

Each print has 3,000 paragraphs in 500 articles of two outlets, whose shares of opposition differ by
25 points; the model withholds its label from some 3%. Paragraphs of one article are alike. The
whole call is repeated: drawing, reading, the choice of the estimator, refusals.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import stance

LABELS = ("neutral", "opposed", "pro-ceasefire")
SHARES = {"Bell": (0.45, 0.30, 0.25), "Lamp": (0.60, 0.05, 0.35)}
MATRICES = {
    "72% right, even": [[0.72, 0.14, 0.14], [0.14, 0.72, 0.14], [0.14, 0.14, 0.72]],
    "opposed taken for neutral": [[0.88, 0.04, 0.08], [0.45, 0.45, 0.10], [0.15, 0.05, 0.80]],
    "90% right": [[0.90, 0.05, 0.05], [0.05, 0.90, 0.05], [0.05, 0.05, 0.90]],
}
DESIGNS = ("random", "by outlet", "by uncertainty", "by uncertainty, half done")
SIZES = (50, 100, 300, 1000)
PARAGRAPHS, PER_ARTICLE = 3000, 6
ALIKE = 0.3  # paragraphs of an article draw their labels from a Dirichlet of 1 / ALIKE in all


def simulate(random: np.random.Generator, matrix: list[list[float]]) -> pd.DataFrame:
    """Make a labelled print; column ``truth`` is what a reader would say."""
    rates = np.asarray(matrix)
    n_articles = PARAGRAPHS // PER_ARTICLE
    outlets = np.arange(n_articles) % 2
    base = np.asarray(list(SHARES.values()))
    own = np.stack([random.dirichlet(base[outlet] / ALIKE) for outlet in outlets])
    articles = np.repeat(np.arange(n_articles), PER_ARTICLE)
    truth = (random.random(PARAGRAPHS)[:, None] > own[articles].cumsum(axis=1)).sum(axis=1)
    truth = np.minimum(truth, 2)
    given = (random.random(PARAGRAPHS)[:, None] > rates[truth].cumsum(axis=1)).sum(axis=1)
    given = np.minimum(given, 2)
    joint = base.mean(axis=0)[:, None] * rates
    posterior = (joint / joint.sum(axis=0)).T[given]
    noisy = np.exp(np.log(posterior + 1e-3) + random.normal(0, 0.5, posterior.shape))
    noisy /= noisy.sum(axis=1, keepdims=True)
    order = np.arange(PARAGRAPHS)
    noisy[order, given] = noisy.max(axis=1) + 1e-6  # the label is the most probable one
    noisy /= noisy.sum(axis=1, keepdims=True)
    withheld = random.random(PARAGRAPHS) < 0.03
    labels = np.asarray(LABELS, dtype=object)
    frame = pd.DataFrame({"paragraph_id": [f"{a}:{i}-{i + 1}" for i, a in enumerate(articles)]})
    frame["outlet"] = np.asarray(list(SHARES))[outlets[articles]]
    frame["stance"] = np.where(withheld, None, labels[given])
    frame["stance_probability"] = np.where(withheld, np.nan, noisy[order, given])
    for code, label in enumerate(LABELS):
        column = f"stance_p_{label.replace('-', '_')}"
        frame[column] = np.where(withheld, np.nan, noisy[:, code])
    frame["status"] = np.where(withheld, "unfamiliar", "labelled")
    frame["truth"] = labels[truth]
    return frame


def annotate(print_: pd.DataFrame, design: str, n: int, random_state: int) -> pd.DataFrame:
    """Draw and annotate paragraphs; of a half-done draw, the first half from the top."""
    by = {"by outlet": "outlet", "random": None}.get(design, "uncertainty")
    size = 2 * n if "half" in design else n
    drawn = stance.draw(print_, size, by=by, random_state=random_state)
    truth = print_.set_index("paragraph_id")["truth"]
    drawn["stance"] = drawn["paragraph_id"].map(truth)
    if "half" in design:
        drawn.loc[drawn.index >= n, "stance"] = ""
    return drawn


def measure(name: str, design: str, n: int, population: str, repeats: int) -> dict[str, object]:
    """Repeat one cell; return coverage, width, error, and how often each estimator was chosen."""
    hits, widths, errors, estimators = [], [], [], Counter[str]()
    hand = []
    for repeat in range(repeats):
        random = np.random.default_rng([repeat, n, len(design)])
        print_ = simulate(random, MATRICES[name])
        drawn = annotate(print_, design, n, repeat)
        frame = stance.estimate_shares(print_, drawn, population=population)
        truth = print_["truth"].value_counts(normalize=True)
        if population == "the outlets":
            truth = pd.Series(np.mean(list(SHARES.values()), axis=0), index=LABELS)
        true = frame["label"].map(truth).fillna(0)
        hits.append(((frame["low"] <= true) & (true <= frame["high"])).to_numpy())
        widths.append((frame["high"] - frame["low"]).mean())
        errors.append(abs(frame["share"] - true).sum() / 2)
        estimators[frame["estimator"].iloc[0].split(",")[0]] += 1
        p = true.to_numpy()
        hand.append(2 * 1.96 * np.sqrt(p * (1 - p) / n * (1 - n / len(print_))).mean())
    return {
        "coverage": float(np.mean(hits)),
        "lowest": float(np.mean(hits, axis=0).min()),
        "width": 100 * float(np.mean(widths)),
        "by hand": 100 * float(np.mean(hand)),
        "error": 100 * float(np.mean(errors)),
        "chosen": ", ".join(f"{key} {count}" for key, count in estimators.most_common()),
    }


def measure_differences(n: int, repeats: int) -> tuple[float, float, int]:
    """Return how often all differences hold at once, their mean error, and pairs refused."""
    together, errors, refused = [], [], 0
    for repeat in range(repeats):
        random = np.random.default_rng([repeat, n])
        print_ = simulate(random, MATRICES["opposed taken for neutral"])
        drawn = annotate(print_, "by outlet", n, repeat)
        frame = stance.compare(print_, drawn, "outlet")
        if frame["difference"].isna().any():
            refused += 1
            continue
        shares = print_.groupby("outlet")["truth"].value_counts(normalize=True).unstack().fillna(0)
        true = frame["label"].map(shares.loc["Bell"] - shares.loc["Lamp"])
        together.append(bool(((frame["low"] <= true) & (true <= frame["high"])).all()))
        errors.append(abs(frame["difference"] - true).mean())
    return float(np.mean(together)), 100 * float(np.mean(errors)), refused


def lines(repeats: int) -> Iterator[str]:
    """Yield the lines of FIGURES.md."""
    yield "# How often the figures hold\n"
    yield (
        f"Made by `make bench-figures` (`python benchmarks/figures.py {repeats}`): {repeats} "
        "simulated prints per row, of 3,000 paragraphs in 500 articles of two outlets; the model "
        "withholds its label from 3%. Each row repeats the whole call: drawing, reading, choosing "
        "the estimator. Coverage is of 95% intervals, over all labels and for the label that does "
        "worst; the standard error of a coverage is "
        f"{100 * np.sqrt(0.05 * 0.95 / repeats):.1f} points for one label. Widths and errors are "
        "in points; the error is how many paragraphs of 100 stand under another label. *By hand* "
        "is the width of a plain count of a random sample of the same size.\n"
    )
    yield "## Shares\n"
    yield (
        "| model | drawn | annotated | population | coverage | worst label | width | by hand "
        "| error | estimator |"
    )
    yield "|---|---|--:|---|--:|--:|--:|--:|--:|---|"
    for name in MATRICES:
        for design in DESIGNS:
            for n in SIZES:
                yield _row(name, design, n, "this print", repeats)
    for n in SIZES:
        yield _row("72% right, even", "random", n, "the outlets", repeats)
    yield "\n## Differences of two outlets\n"
    yield (
        "Half of the paragraphs annotated in each; three labels; the family holds if all its "
        "intervals do.\n"
    )
    yield "| annotated | family holds | error | refused (under 30 in an outlet) |"
    yield "|--:|--:|--:|--:|"
    for n in SIZES:
        coverage, error, refused = (
            measure_differences(n, repeats) if n >= 60 else (np.nan, np.nan, repeats)
        )
        yield f"| {n} | {coverage:.1%} | {error:.1f} | {refused} |".replace("nan%", "–").replace(
            "nan", "–"
        )


def _row(name: str, design: str, n: int, population: str, repeats: int) -> str:
    cell = measure(name, design, n, population, repeats)
    return (
        f"| {name} | {design} | {n} | {population} | {cell['coverage']:.1%} | {cell['lowest']:.1%} "
        f"| {cell['width']:.1f} | {cell['by hand']:.1f} | {cell['error']:.1f} | {cell['chosen']} |"
    )


def main() -> None:
    """Write FIGURES.md."""
    warnings.simplefilter("ignore", stance.StanceWarning)
    start = time.perf_counter()
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    text = []
    for line in lines(repeats):
        print(line, flush=True)
        text.append(line)
    seconds = time.perf_counter() - start
    text.append(f"\nMade in {seconds / 60:.0f} minutes on one core.")
    Path(__file__).with_name("FIGURES.md").write_text("\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
