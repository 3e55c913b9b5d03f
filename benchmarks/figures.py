"""Measure by simulation how often the figures of `stance.inference` hold; write FIGURES.md.

usage: python benchmarks/figures.py [REPEATS [USES]]

Each print has 3,000 paragraphs in 500 articles of two outlets, whose shares of opposition differ by
25 points; the model withholds its label from some 3%. Paragraphs of one article are alike. The
whole call is repeated: drawing, reading, the choice of the estimator, refusals. A print is read
once for all designs and sizes, which changes no figure and halves the time.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import stance
from stance.inference.prints import Print, read_print

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
CORES = min(2, os.cpu_count() or 1)
PILOT, PROMISED = 40, 0.1  # paragraphs of a pilot, and the width that `plan` is asked for
KINDS = ("linear", "logistic")
REPEATS = 1500  # prints per row of shares: what 20 minutes on two quiet cores allow
CHUNK = 20  # prints that one process measures at a time
ALIKE = 0.3  # paragraphs of an article draw their labels from a Dirichlet of 1 / ALIKE in all


def simulate(random: np.random.Generator, matrix: list[list[float]]) -> pd.DataFrame:
    """Make a labelled print; column ``truth`` is what a reader would say."""
    rates = np.asarray(matrix)
    n_articles = PARAGRAPHS // PER_ARTICLE
    outlets = np.arange(n_articles) % 2
    base = np.asarray(list(SHARES.values()))
    own = random.standard_gamma(base[outlets] / ALIKE)  # a Dirichlet, once it adds up to 1
    own /= own.sum(axis=1, keepdims=True)
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


class Result(NamedTuple):
    """What one call gave; arrays have one value per label, NaN where it gave no figure."""

    hits: np.ndarray
    widths: np.ndarray
    error: float
    by_hand: float
    estimator: str


def annotate(
    print_: pd.DataFrame, design: str, n: int, random_state: int, read: Print | None = None
) -> pd.DataFrame:
    """Draw and annotate paragraphs; of a half-done draw, the first half from the top.

    `read` is the print, if it was read before.
    """
    if design == "articles":
        return _annotate_articles(print_, n, random_state)
    by = {"by outlet": "outlet", "random": None}.get(design, "uncertainty")
    size = 2 * n if "half" in design else n
    drawn = stance.draw(print_ if read is None else read, size, by=by, random_state=random_state)  # type: ignore[arg-type]
    truth = print_["truth"].tolist()
    rows = read_print(print_ if read is None else read).find(drawn["paragraph_id"].tolist())
    drawn["stance"] = [truth[row] for row in rows.tolist()]
    if "half" in design:
        drawn.loc[drawn.index >= n, "stance"] = ""
    return drawn


def _annotate_articles(print_: pd.DataFrame, n: int, random_state: int) -> pd.DataFrame:
    """Draw whole articles, and annotate some `n` paragraphs in all."""
    articles = print_["paragraph_id"].str.rpartition(":")[0]
    chosen = np.random.default_rng(random_state).choice(
        articles.unique(), max(2, n // PER_ARTICLE), replace=False
    )
    drawn = print_.loc[articles.isin(chosen), ["paragraph_id", "truth"]]
    return drawn.rename(columns={"truth": "stance"}).reset_index(drop=True)


def measure_once(
    print_: pd.DataFrame,
    read: Print,
    shares: np.ndarray,
    design: str,
    n: int,
    population: str,
    repeat: int,
) -> Result:
    """Draw, annotate, estimate, and compare with the truth of the population.

    `read` is the print as it was read, and `shares` are its true ones.
    """
    p = shares if population == "this print" else np.mean(list(SHARES.values()), axis=0)
    by_hand = 2 * 1.96 * np.sqrt(p * (1 - p) / n * (1 - n / len(print_))).mean()
    drawn = annotate(print_, design, n, repeat, read)
    kind = "articles" if design == "articles" else None
    try:
        frame = stance.estimate_shares(read, drawn, population=population, design=kind)  # type: ignore[arg-type]
    except stance.InputError:
        nothing = np.full(len(LABELS), np.nan)
        return Result(nothing, nothing, np.nan, by_hand, "refused")
    true = np.asarray([p[LABELS.index(label)] for label in frame["label"]])
    share, low, high = (frame[name].to_numpy() for name in ("share", "low", "high"))
    hits = ((low <= true) & (true <= high)).astype(float)
    error, widths = float(abs(share - true).sum() / 2), high - low
    return Result(hits, widths, error, by_hand, str(frame["estimator"].iloc[0]).split(",")[0])


def measure_prints(
    name: str, cells: Iterable[tuple[str, int, str]], repeats: Iterable[int]
) -> dict[tuple[str, int, str], list[Result]]:
    """Measure all cells of one model on the same prints."""
    warnings.simplefilter("ignore", stance.StanceWarning)
    results: dict[tuple[str, int, str], list[Result]] = {cell: [] for cell in cells}
    for repeat in repeats:
        print_ = simulate(np.random.default_rng([repeat, len(name)]), MATRICES[name])
        read = read_print(print_)
        shares = np.asarray([(print_["truth"] == label).mean() for label in LABELS])
        for cell, of_cell in results.items():
            of_cell.append(measure_once(print_, read, shares, *cell, repeat))
    return results


def summarise(results: list[Result]) -> dict[str, object]:
    """Return coverage, with and without refusals, width, error, and the estimators chosen."""
    hits = np.stack([result.hits for result in results])
    given = ~np.isnan(hits).any(axis=1)
    estimators = Counter(result.estimator for result in results)
    return {
        "coverage": float(np.mean(hits[given])),
        "with refusals": float(np.mean(np.nan_to_num(hits))),
        "refused": int((~given).sum()),
        "lowest": float(np.mean(hits[given], axis=0).min()),
        "width": 100 * float(np.nanmean([result.widths for result in results])),
        "by hand": 100 * float(np.mean([result.by_hand for result in results])),
        "error": 100 * float(np.nanmean([result.error for result in results])),
        "chosen": ", ".join(f"{key} {count}" for key, count in estimators.most_common()),
    }


def measure(name: str, design: str, n: int, population: str, repeats: int) -> dict[str, object]:
    """Repeat one cell."""
    cell = (design, n, population)
    return summarise(measure_prints(name, [cell], range(repeats))[cell])


def measure_differences(
    n: int, repeats: int, name: str = "opposed taken for neutral"
) -> tuple[float, float, int]:
    """Return how often all differences hold at once, their mean error, and pairs refused."""
    together, errors, refused = [], [], 0
    for repeat in range(repeats):
        print_ = simulate(np.random.default_rng([repeat, n]), MATRICES[name])
        read = read_print(print_)
        drawn = annotate(print_, "by outlet", n, repeat, read)
        frame = stance.compare(read, drawn, "outlet")  # type: ignore[arg-type]
        if frame["difference"].isna().any():
            refused += 1
            continue
        shares = print_.groupby("outlet")["truth"].value_counts(normalize=True).unstack().fillna(0)
        true = frame["label"].map(shares.loc["Bell"] - shares.loc["Lamp"])
        together.append(bool(((frame["low"] <= true) & (true <= frame["high"])).all()))
        errors.append(abs(frame["difference"] - true).mean())
    return float(np.mean(together)), 100 * float(np.mean(errors)), refused


def measure_plan(name: str, uses: int) -> tuple[float, float]:
    """Return how often a sample of the planned size reaches the width, and the mean size."""
    warnings.simplefilter("ignore", stance.StanceWarning)
    reached, sizes = [], []
    for use in range(uses):
        print_ = simulate(np.random.default_rng([use, 7, len(name)]), MATRICES[name])
        read = read_print(print_)
        planned = stance.plan(read, annotate(print_, "random", PILOT, use, read), PROMISED)  # type: ignore[arg-type]
        n = int(planned.set_index("label").loc["opposed", "n"])
        drawn = annotate(print_, "random", n, uses + use, read)
        shares = stance.estimate_shares(read, drawn).set_index("label").loc["opposed"]  # type: ignore[arg-type]
        reached.append(shares["high"] - shares["low"] <= PROMISED)
        sizes.append(n)
    return float(np.mean(reached)), float(np.mean(sizes))


def measure_zero_effect(name: str, n: int, repeats: int) -> dict[str, tuple[float, float, int]]:
    """Plant no effect; return how often one is found, how often intervals hold 0, and refusals.

    Both kinds of regression are fitted to the same prints.
    """
    warnings.simplefilter("ignore", stance.StanceWarning)
    effects: dict[str, list[tuple[bool, bool]]] = {kind: [] for kind in KINDS}
    for repeat in range(repeats):
        random = np.random.default_rng([repeat, n, 3, len(name)])
        print_ = simulate(random, MATRICES[name])
        side = np.repeat(random.integers(0, 2, PARAGRAPHS // PER_ARTICLE), PER_ARTICLE)
        print_["side"] = np.where(side, "left", "right")  # of whole articles, at random
        read = read_print(print_)
        drawn = annotate(print_, "random", n, repeat, read)
        for kind, of_kind in effects.items():
            try:
                frame = stance.regress("opposed ~ side", read, drawn, kind=kind)  # type: ignore[arg-type]
            except stance.InputError:
                continue
            effect = frame.set_index("term").loc["side[right]"]
            of_kind.append((effect["p_value"] < 0.05, effect["low"] <= 0 <= effect["high"]))
    return {
        kind: (*map(float, np.mean(of_kind, axis=0)), repeats - len(of_kind))  # type: ignore[misc]
        for kind, of_kind in effects.items()
    }


def share_lines(repeats: int) -> Iterator[str]:
    """Yield the table of shares: each model on two cores, a few prints at a time."""
    cells = [(design, n, "this print") for design in DESIGNS for n in SIZES]
    more = [("articles", n, "this print") for n in SIZES[1:]]
    more += [("random", n, "the outlets") for n in SIZES]
    yield (
        "| model | drawn | annotated | population | coverage | worst label | refused | counting "
        "refusals as misses | width | by hand | error | estimator |"
    )
    yield "|---|---|--:|---|--:|--:|--:|--:|--:|--:|--:|---|"
    chunks = [range(first, min(first + CHUNK, repeats)) for first in range(0, repeats, CHUNK)]
    for number, name in enumerate(MATRICES):
        of_model = cells if number else cells + more
        parts = Parallel(n_jobs=CORES)(
            delayed(measure_prints)(name, of_model, chunk) for chunk in chunks
        )
        for cell in of_model:
            yield _share_row(name, cell, summarise([r for part in parts for r in part[cell]]))


def _share_row(name: str, cell: tuple[str, int, str], figures: dict[str, Any]) -> str:
    design, n, population = cell
    return (
        f"| {name} | {design} | {n} | {population} | {figures['coverage']:.1%} | "
        f"{figures['lowest']:.1%} | {figures['refused']} | {figures['with refusals']:.1%} | "
        f"{figures['width']:.1f} | {figures['by hand']:.1f} | {figures['error']:.1f} | "
        f"{figures['chosen']} |"
    )


def difference_lines(repeats: int) -> Iterator[str]:
    """Yield the table of differences."""
    yield "| model | annotated | family holds | error | refused (under 30 in an outlet) |"
    yield "|---|--:|--:|--:|--:|"
    cells = [(name, n) for name in MATRICES for n in SIZES if n >= 100]
    results = Parallel(n_jobs=CORES)(
        delayed(measure_differences)(n, repeats, name) for name, n in cells
    )
    for (name, n), (coverage, error, refused) in zip(cells, results, strict=True):
        yield f"| {name} | {n} | {coverage:.1%} | {error:.1f} | {refused} |"


def plan_lines(uses: int) -> Iterator[str]:
    """Yield the table of `plan`."""
    yield "| model | mean size planned | reach the width |"
    yield "|---|--:|--:|"
    results = Parallel(n_jobs=CORES)(delayed(measure_plan)(name, uses) for name in MATRICES)
    for name, (reached, size) in zip(MATRICES, results, strict=True):
        yield f"| {name} | {size:,.0f} | {reached:.0%} |"


def regression_lines(repeats: int) -> Iterator[str]:
    """Yield the table of `regress`."""
    yield "| model | kind | annotated | found by mistake | intervals with 0 | refused |"
    yield "|---|---|--:|--:|--:|--:|"
    cells = [(name, n) for name in MATRICES for n in (200, 300)]
    results = Parallel(n_jobs=CORES)(delayed(measure_zero_effect)(*c, repeats) for c in cells)
    for (name, n), of_kinds in zip(cells, results, strict=True):
        for kind, (found, held, refused) in of_kinds.items():
            yield f"| {name} | {kind} | {n} | {found:.1%} | {held:.1%} | {refused} |"


def lines(repeats: int, uses: int) -> Iterator[str]:
    """Yield the lines of FIGURES.md."""
    import figures_print  # beside this script

    error = 100 * np.sqrt(0.05 * 0.95 / repeats)
    yield "# How often the figures hold\n"
    yield (
        f"Made by `make bench-figures` (`python benchmarks/figures.py {repeats} {uses}`): "
        f"{repeats:,} simulated prints per row of shares, of 3,000 paragraphs in 500 articles of "
        "two outlets; the model withholds its label from 3%. Each row repeats the whole call: "
        "drawing, reading, choosing the estimator. Coverage is of 95% intervals, for all labels "
        "and for the one that does worst; the standard error of a coverage is "
        f"{error:.1f} points for one label. "
        "Widths and errors are in points; the error is how many paragraphs of 100 stand under "
        "another label. *By hand* is the width of a plain count of a random sample of the same "
        "size; for whole articles and for the outlets, of paragraphs drawn one by one.\n"
    )
    yield "## Shares\n"
    yield from share_lines(repeats)
    yield (
        f"\n## Differences of two outlets\n\n{uses:,} prints per row. Half of the paragraphs "
        "annotated in each; three labels; the family holds if all its intervals do.\n"
    )
    yield from difference_lines(uses)
    yield (
        f"\n## Plans\n\n{uses:,} uses per row: a pilot of {PILOT} paragraphs, and a width of "
        f"{100 * PROMISED:.0f} points for the share of *opposed*; four in five should reach it.\n"
    )
    yield from plan_lines(uses)
    yield (
        f"\n## Regressions without an effect\n\n{uses:,} prints per row. Whole articles are "
        "assigned to two sides at random; a test at 5% should find an effect 5 times in 100. Both "
        "kinds share their prints.\n"
    )
    yield from regression_lines(uses)
    draws = max(1, uses // 5)
    yield (
        "\n## Published paragraphs\n\nThe paragraphs of seeds/print, part by part of their "
        "outlets: labelled by a model that did not learn the part, whose readers' labels are "
        f"drawn {draws:,} times. The figures say how many paragraphs of 100 the shares put under "
        "another label than the readers did: as counted, as a plain count of the paragraphs drawn "
        "(*by hand*), and as estimated; and how many of the readers' shares the intervals hold.\n"
    )
    yield from figures_print.lines(draws)


def main() -> None:
    """Write FIGURES.md."""
    warnings.simplefilter("ignore", stance.StanceWarning)
    start = time.perf_counter()
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS
    text = []
    uses = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    for line in lines(repeats, uses):
        print(line, flush=True)
        text.append(line)
    minutes = (time.perf_counter() - start) / 60
    text.append(f"\nMade in {minutes:.0f} minutes on {CORES} cores.")
    Path(__file__).with_name("FIGURES.md").write_text("\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
