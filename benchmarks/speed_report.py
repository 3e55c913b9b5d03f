"""Write what the benchmark of speed measured as SPEED.md, and draw speed.png."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Iterator, Mapping
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from speed_figures import (
    AGAIN,
    BASE,
    TABLES,
    TITLES,
    Figures,
    exponent,
    middle,
    rates,
    ratios,
    span,
    table_ratio,
    table_seconds,
    title,
)
from speed_goals import at_least, goal_lines

NOTES = """
**How.** A paragraph of the corpus is 50 to 90 words (70 on average, some 395 bytes): runs of 10 \
to 25 consecutive words of the seeds,
drawn with a fixed `random_state`. About one word in 60 is a capitalised one that no corpus \
holds, so that a cache of words is not
flattered: in the 7 million words of 100,000 paragraphs news has about one in 70, in ten times as \
many one in 230 (Heaps' law as fitted to
Reuters RCV1; Manning, Raghavan and Schütze 2008, section 5.1.1). "Met before" is the same \
paragraphs scored once more. Every figure comes
from a process of its own, pinned to one core (or two); the systems take turns within each round, \
and each round scores other paragraphs on
another core. The clock runs from a list of `str` to the probabilities of both heads, after \
loading and 1,000 other paragraphs; the words
that a process meets afterwards, it learns on the clock. Ratios are taken within a round. \
Medians; in brackets the range.

- **scikit-learn**: `TfidfVectorizer` (words 1-2, in the union also `char_wb` 3-5; \
`sublinear_tf`, `min_df=2`) and two
  `LogisticRegression`, fitted on the seeds; `transform` and `predict_proba`, which run on one \
core whatever they are given.
- **stance, like for like**: both heads with stems 1-2 and characters 3-5, sides masked as in the \
shipped model. The shipped model's
  head of stance has stems only.
- **stance, words**: both heads with stems 1-2.
- **fastText**: the command line (`predict-prob`), word bigrams, vectors of 16 numbers; with \
subwords 3-5. It labels one head, so both would
  take it twice as long. It reads a file and its output is thrown away; loading (the time for a \
file of one paragraph) is taken off.
- **VADER and TextBlob** give a sentiment, not these labels; they stand here because they are \
what many use on such tables.
"""
ABOUT_TABLES = """
`stance score TABLE -o OUTPUT` on {rows:,} paragraphs, five to an article or (`--unit row`) one to \
a row; one run each, its start
included. The plain script (`read_csv`, for articles a split at blank lines, \
`transform`, `predict_proba`, `to_csv`) writes the same columns but for `uncertain`, \
`familiarity`, `status` and what places a paragraph
in its cell, and its numbers with all digits, not six. It may use two cores, is measured on fewer \
rows in three runs, and scaled in
proportion, its start counted once.
"""
SHAPES = """
The shipped model on texts made from the same paragraphs, each cell as a whole (`label_cells`). \
Pace is bytes of UTF-8 a second
against news; of one-word cells it is cells against paragraphs. What keeps less than half is in \
**bold**. In Chinese no space
ends a word, so that nearly all words are new, as in "all-new words".
"""
RUNNING = """
## Run it

```sh
make bench-speed      # installs the peers, builds fastText, measures, writes this page
make bench-speed SPEED="--size 2000 --rounds 1 --folder trial --report trial"      # a trial; its \
ratios mean little
```

What is measured is kept in `.venv/bench` as long as stance, its model and the sizes stay the \
same; `--parts` and `--systems` pick some.
"""


def score_lines(score: Figures, memory: Figures, absent: Mapping[str, str]) -> Iterator[str]:
    """Yield the table of scoring and memory."""
    yield (
        "| system | paragraphs/s | MB/s | x scikit-learn union | the same, words met before "
        "| peak MB |\n|---|--:|--:|--:|--:|--:|"
    )
    for name in dict.fromkeys([*score, *memory]):
        runs = score.get(name, {}).values()
        columns = (
            (rates(score, name), ",.0f"),
            ([run["bytes"] / run["seconds"] / 1e6 for run in runs], ".1f"),
            (ratios(score, name, BASE), ".1f"),
            (ratios(score, name, BASE, AGAIN), ".1f"),
            ([run["peak_mb"] for run in memory.get(name, {}).values()], ",.0f"),
        )
        cells = [span(values, form) if values else "" for values, form in columns]
        yield f"| {title(name)} | {' | '.join(cells)} |"
    for name, why in absent.items():
        yield f"| {title(name)} | {why} | | | | |"


def table_lines(tables: Figures, rows: int) -> Iterator[str]:
    """Yield the table of CSV to labelled CSV."""
    yield (
        "| from CSV to labelled CSV | table | seconds | paragraphs/s | x plain script | peak MB |"
        "\n|---|---|--:|--:|--:|--:|"
    )
    for name, rounds in tables.items():
        system, *words = name.split()
        if system == "plain":
            columns, ratio = words[0], "1"
            what = f"plain script, of {next(iter(rounds.values()))['paragraphs']:,} paragraphs"
        else:
            model, columns, threads = words
            what = f"{TITLES[f'ours-{model}']}, {'one core' if threads == '1' else 'two cores'}"
            ratio = f"{table_ratio(tables, name, rows) or math.nan:.1f}"
        seconds = table_seconds(tables, name, rows)
        rate = f"{rows / statistics.median(seconds):,.0f}"
        peak = span([run["peak_mb"] for run in rounds.values()])
        cells = [what, TABLES[columns], span(seconds, ",.1f"), rate, ratio, peak]
        yield f"| {' | '.join(cells)} |"


def shape_lines(shapes: Figures) -> Iterator[str]:
    """Yield the table of texts of other shapes than news."""
    yield "| texts | texts/s | MB/s | pace against news |\n|---|--:|--:|--:|"
    for name, rounds in shapes.items():
        unit = "texts" if name == "one-word cells" else "bytes"
        paces = [
            run[unit] / run["seconds"] * news["seconds"] / news[unit]
            for run, news in zip(rounds.values(), shapes["news"].values(), strict=False)
        ]
        cells = [
            span([run["texts"] / run["seconds"] for run in rounds.values()]),
            span([run["bytes"] / run["seconds"] / 1e6 for run in rounds.values()], ".1f"),
            at_least(0.5, middle(paces), ".2f"),
        ]
        yield f"| {name} | {' | '.join(cells)} |"


def growth_lines(figures: Figures, groups: Mapping[str, str]) -> Iterator[str]:
    """Yield seconds by number of paragraphs, and the exponent, for each group of figures.

    `groups` has the title of each group by the prefix of its names.
    """
    yield "| what | paragraphs: seconds | exponent |\n|---|---|--:|"
    for prefix, what in groups.items():
        runs = [
            run
            for name, rounds in figures.items()
            if name.startswith(prefix)
            for run in rounds.values()
        ]
        points = sorted((run["paragraphs"], run["seconds"]) for run in runs)
        if len(points) > 1:
            seconds = "; ".join(f"{n:,}: {seconds:,.3g}" for n, seconds in points)
            yield f"| {what} | {seconds} | {exponent(points):.2f} |"


def cold_lines(cold: Figures) -> Iterator[str]:
    """Yield the table of one short text, from the start of a process to its labels."""
    yield (
        "| one short text, start of the process to labels | CPU seconds | wall-clock seconds "
        "| peak MB |\n|---|--:|--:|--:|"
    )
    for name, rounds in cold.items():
        if name != "loaded":
            cells = [
                span([run[key] for run in rounds.values()], form)
                for key, form in (("cpu", ".3f"), ("seconds", ".3f"), ("peak_mb", ".0f"))
            ]
            yield f"| `{name}` | {' | '.join(cells)} |"
    for packages in cold.get("loaded", {}).values():
        loaded = [name for name, is_loaded in packages.items() if is_loaded]
        what = f"**{', '.join(loaded)}**" if loaded else f"none of {', '.join(packages)}"
        yield f"\n`stance score` of a text imports {what}."


def machine_line() -> str:
    """Describe the machine and the versions."""
    packages = ("numpy", "scipy", "scikit-learn", "pandas", "pyarrow", "vaderSentiment", "textblob")
    installed = {distribution.name for distribution in metadata.distributions()}
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in packages if name in installed
    )
    cores = len(os.sched_getaffinity(0))
    return (
        f"{platform.system()} on {platform.machine()}, {cores} cores, "
        f"Python {platform.python_version()}; {versions}."
    )


def draw(figures: Mapping[str, Figures], path: Path) -> None:
    """Draw paragraphs per second by system, and seconds by number of paragraphs."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 6), layout="constrained")
    draw_rates(figures["score"], left)
    draw_growth(figures["growth"], right)
    figure.savefig(path, dpi=110)


def draw_rates(score: Figures, axes: Any) -> None:
    """Draw one bar per system."""
    names = [name for name in score if "-frame" not in name][::-1]
    middles = [statistics.median(rates(score, name)) for name in names]
    colours = ["#2a6f97" if name.startswith("ours") else "#adb5bd" for name in names]
    titles = [title(name).removesuffix(", one thread") for name in names]
    bars = axes.barh(titles, middles, color=colours)
    axes.bar_label(bars, labels=[f" {value:,.0f}" for value in middles])
    axes.set(
        xscale="log",
        xlabel="paragraphs a second (logarithmic)",
        xlim=(min(middles, default=1) / 3, max(middles, default=1) * 20),
    )


def draw_growth(growth: Figures, axes: Any) -> None:
    """Draw one line per model."""
    for name, rounds in growth.items():
        points = [(run["paragraphs"], run["seconds"]) for run in rounds.values()]
        label = f"{TITLES[name]} (exponent {exponent(points):.2f})"
        axes.plot(*zip(*points, strict=True), marker="o", label=label)
    axes.set(xscale="log", yscale="log", xlabel="paragraphs", ylabel="seconds, one thread")
    if growth:
        axes.legend(loc="upper left")


def write_report(
    folder: Path,
    figures: Mapping[str, Figures],
    *,
    size: int,
    absent: Mapping[str, str],
    features: Mapping[str, int],
) -> None:
    """Write SPEED.md and speed.png into a folder."""
    rows = 10 * size
    counts = "; ".join(f"{TITLES[name]} {count:,}" for name, count in features.items())
    growing = {name: TITLES[name] for name in figures["growth"]}
    training = {
        "fit": "`ParagraphClassifier.fit`, recipe of stance",
        "train": "`stance.train`, both heads, cross-validated",
    }
    lines = [
        "# Speed, measured\n",
        "Written by `benchmarks/speed.py`. Medians; what was missed is in **bold**.\n",
        *[machine_line(), ""],
        *goal_lines(figures, rows),
        "\n## Tables\n",
        *table_lines(figures["tables"], rows),
        "\n" + ABOUT_TABLES.format(rows=rows).strip(),
        "\n![Paragraphs a second, and growth](speed.png)\n\n## Scoring and memory\n",
        *score_lines(figures["score"], figures["memory"], absent),
        NOTES.rstrip(),
        f"- **Features** over both heads: {counts}.",
        f"- **Peak memory** is that of a process that scores {size // 5:,} paragraphs, "
        "Python and its packages included.",
        "\n## Cold start\n",
        *cold_lines(figures["cold"]),
        "\n## Growth, one thread\n",
        *growth_lines(figures["growth"], growing),
        "\n## Shapes of text, one thread\n",
        *shape_lines(figures["shapes"]),
        SHAPES.rstrip(),
        "\n## Training, one thread\n",
        *growth_lines(figures["training"], training),
        "\nRows are drawn from the seeds with replacement, "
        "so the vocabulary does not grow with them. One run each.",
        RUNNING.rstrip(),
    ]
    (folder / "SPEED.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if find_spec("matplotlib"):
        draw(figures, folder / "speed.png")
    else:
        print('matplotlib is not installed: speed.png is not drawn (pip install ".[plot]").')
