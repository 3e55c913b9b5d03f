"""Write what the benchmark of speed measured as SPEED.md, and draw speed.png."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Figures = Mapping[str, Mapping[str, Mapping[str, Any]]]  # by name, then by round
BASE = "sklearn-union"
AGAIN = "again_seconds"
TITLES = {
    "sklearn-union": "scikit-learn, words and characters",
    "sklearn-words": "scikit-learn, words",
    "vader": "VADER",
    "textblob": "TextBlob",
    "fasttext-words": "fastText, words (one head)",
    "fasttext-subwords": "fastText, words and subwords (one head)",
    "ours-union": "stance, like for like",
    "ours-shipped": "stance, shipped model",
    "ours-words": "stance, words",
}
NOTES = """
**How.** A paragraph of the corpus is 50 to 90 words (70 on average, some 395 bytes): runs of 10 to 25 consecutive words of the seeds,
drawn with a fixed `random_state`. About one word in 60 is a capitalised one that no corpus holds, so that a cache of words is not
flattered: in the 7 million words of 100,000 paragraphs news has about one in 70, in ten times as many one in 230 (Heaps' law as fitted to
Reuters RCV1; Manning, Raghavan and Schütze 2008, section 5.1.1). "Met before" is the same paragraphs scored once more. Every figure comes
from a process of its own, pinned to one core (or two); the systems take turns within each round, and each round scores other paragraphs on
another core. The clock runs from a list of `str` to the probabilities of both heads, after loading and 1,000 other paragraphs; the words
that a process meets afterwards, it learns on the clock. Ratios are taken within a round. Medians; in brackets the range.

- **scikit-learn**: `TfidfVectorizer` (words 1-2, in the union also `char_wb` 3-5; `sublinear_tf`, `min_df=2`) and two
  `LogisticRegression`, fitted on the seeds; `transform` and `predict_proba`, which run on one core whatever they are given.
- **stance, like for like**: both heads with stems 1-2 and characters 3-5, sides masked as in the shipped model. The shipped model's
  head of stance has stems only.
- **stance, words**: both heads with stems 1-2.
- **fastText**: the command line (`predict-prob`), word bigrams, vectors of 16 numbers; with subwords 3-5. It labels one head, so both would
  take it twice as long. It reads a file and its output is thrown away; loading (the time for a file of one paragraph) is taken off.
- **VADER and TextBlob** give a sentiment, not these labels; they stand here because they are what many use on such tables.
"""
TABLES = """
`stance score TABLE -o OUTPUT --unit row` on {rows:,} paragraphs, one run each, its start included. The plain script (`read_csv`,
`transform`, `predict_proba`, `to_csv`) writes the same columns but for `uncertain`, `familiarity`, `status` and what places a paragraph
in its cell, and its numbers with all digits, not six. It may use two cores, is measured on fewer rows in three runs, and scaled in
proportion, its start counted once.
"""
RUNNING = """
## Run it

```sh
make bench-speed      # installs the peers, builds fastText, measures, writes this page
make bench-speed SPEED="--size 2000 --rounds 1 --folder trial --report trial"      # a trial; its ratios mean little
```

What is measured is kept in `.venv/bench` as long as stance, its model and the sizes stay the same; `--parts` and `--systems` pick some.
"""


def span(values: Sequence[float], form: str = ",.0f") -> str:
    """Write a median, and the range where there are several values."""
    middle = format(statistics.median(values), form)
    return middle if len(values) == 1 else f"{middle} ({min(values):{form}}-{max(values):{form}})"


def rates(figures: Figures, name: str) -> list[float]:
    """Return paragraphs a second, round by round."""
    return [one["paragraphs"] / one["seconds"] for one in figures.get(name, {}).values()]


def ratios(figures: Figures, name: str, base: str, clock: str = "seconds") -> list[float]:
    """Return how many times as fast one is by some clock as another is the first time, in each round that has both."""
    ours, theirs = figures.get(name, {}), figures.get(base, {})
    found = [(ours[turn], theirs[turn]) for turn in ours if turn in theirs and clock in ours[turn]]
    return [
        one["paragraphs"] / one[clock] * other["seconds"] / other["paragraphs"]
        for one, other in found
    ]


def title(name: str) -> str:
    """Return what a system is called in a table."""
    stem, frame, rest = name.partition("-frame")
    base, _, how = (stem + rest).rpartition("-")
    if base not in TITLES:
        return f"{TITLES[name]}, one thread"
    how = {"1": "one thread", "2": "two threads", "numpy": "by NumPy, one thread"}[how]
    return f"{TITLES[base]}{', `label_frame` end to end' if frame else ''}, {how}"


def score_lines(score: Figures, memory: Figures, absent: Mapping[str, str]) -> Iterator[str]:
    """Yield the table of scoring and memory."""
    yield "| system | paragraphs/s | MB/s | x scikit-learn union | the same, words met before | peak MB |\n|---|--:|--:|--:|--:|--:|"
    for name in dict.fromkeys([*score, *memory]):
        megabytes = [one["bytes"] / one["seconds"] / 1e6 for one in score.get(name, {}).values()]
        times, again = ratios(score, name, BASE), ratios(score, name, BASE, AGAIN)
        peak = [one["peak_mb"] for one in memory.get(name, {}).values()]
        cells = [
            span(rates(score, name)) if megabytes else "",
            span(megabytes, ".1f") if megabytes else "",
        ]
        cells += [
            span(times, ".1f") if times else "",
            span(again, ".1f") if again else "",
            span(peak) if peak else "",
        ]
        yield f"| {title(name)} | {' | '.join(cells)} |"
    for name, why in absent.items():
        yield f"| {title(name)} | {why} | | | | |"


def table_seconds(tables: Figures, name: str, rows: int) -> list[float]:
    """Return seconds for all rows, round by round; of the plain script, its start once and the rest in proportion."""
    found = tables.get(name, {}).values()
    if name.startswith("ours"):
        return [one["seconds"] for one in found]
    return [
        one["process_seconds"] - one["seconds"] + one["seconds"] * rows / one["paragraphs"]
        for one in found
    ]


def table_ratio(tables: Figures, name: str, rows: int) -> float | None:
    """Return how many times as fast one of ours is as the plain script with the same columns, medians."""
    ours, plain = (
        table_seconds(tables, name, rows),
        table_seconds(tables, f"plain {name.split()[2]}", rows),
    )
    return statistics.median(plain) / statistics.median(ours) if ours and plain else None


def table_lines(tables: Figures, rows: int) -> Iterator[str]:
    """Yield the table of CSV to labelled CSV."""
    yield "| from CSV to labelled CSV | columns | seconds | paragraphs/s | x plain script | peak MB |\n|---|---|--:|--:|--:|--:|"
    shown = {"labels": "stance and tone", "all": "all"}
    for name, rounds in tables.items():
        who, *words = name.split()
        seconds, peak = (
            table_seconds(tables, name, rows),
            span([one["peak_mb"] for one in rounds.values()]),
        )
        if who == "plain":
            columns, times = words[0], "1"
            what = f"plain script, of {next(iter(rounds.values()))['paragraphs']:,} rows"
        else:
            model, columns, threads = words
            what = f"{TITLES[f'ours-{model}']}, {'one core' if threads == '1' else 'two cores'}"
            times = f"{table_ratio(tables, name, rows) or math.nan:.1f}"
        cells = [
            what,
            shown[columns],
            span(seconds, ",.1f"),
            f"{rows / statistics.median(seconds):,.0f}",
            times,
            peak,
        ]
        yield f"| {' | '.join(cells)} |"


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Fit seconds = c * n ** exponent by least squares of the logarithms."""
    return statistics.linear_regression(
        [math.log(n) for n, _ in points], [math.log(seconds) for _, seconds in points]
    ).slope


def growth_lines(figures: Figures, groups: Mapping[str, str]) -> Iterator[str]:
    """Yield seconds by number of paragraphs, and the exponent, for each group of figures (those whose name begins alike)."""
    yield "| what | paragraphs: seconds | exponent |\n|---|---|--:|"
    for prefix, what in groups.items():
        found = [
            one
            for name, rounds in figures.items()
            if name.startswith(prefix)
            for one in rounds.values()
        ]
        points = sorted((one["paragraphs"], one["seconds"]) for one in found)
        if len(points) > 1:
            yield f"| {what} | {'; '.join(f'{n:,}: {seconds:,.3g}' for n, seconds in points)} | {exponent(points):.2f} |"


def cold_lines(cold: Figures) -> Iterator[str]:
    """Yield the table of one short text, from the start of a process to its labels."""
    yield "| one short text, start of the process to labels | CPU seconds | wall-clock seconds | peak MB |\n|---|--:|--:|--:|"
    for name, rounds in cold.items():
        if name != "loaded":
            cells = [
                span([one[key] for one in rounds.values()], form)
                for key, form in (("cpu", ".3f"), ("seconds", ".3f"), ("peak_mb", ".0f"))
            ]
            yield f"| `{name}` | {' | '.join(cells)} |"
    for found in cold.get("loaded", {}).values():
        loaded = [name for name, there in found.items() if there]
        yield f"\n`stance score` of a text imports {'**' + ', '.join(loaded) + '**' if loaded else 'none of ' + ', '.join(found)}."


def goal_lines(found: Mapping[str, Figures], rows: int) -> Iterator[str]:
    """Yield what was asked for and what was reached, on the like-for-like and on the shipped model; what was missed in bold."""
    yield "| asked for | like for like | shipped model |\n|---|--:|--:|"
    score, cold = found["score"], found["cold"]

    def cell(value: float | None, goal: float, form: str = ".1f") -> str:
        if value is None:
            return "not measured"
        reached = value >= goal if goal > 0 else value <= -goal
        return f"{value:{form}}" if reached else f"**{value:{form}}**"

    def middle(values: Sequence[float]) -> float | None:
        return statistics.median(values) if values else None

    models = ("union", "shipped")
    asked = [
        ("scikit-learn union, one thread", "-1", BASE, 60),
        ("scikit-learn union, two threads to its one", "-2", BASE, 100),
        ("VADER, one thread", "-1", "vader", 20),
        ("scikit-learn union, by NumPy", "-numpy", BASE, 4),
    ]

    def both(name: str, base: str, goal: float) -> str:
        first, again = (
            cell(middle(ratios(score, name, base, clock)), goal) for clock in ("seconds", AGAIN)
        )
        return f"{first}; met before {again}"

    for what, threads, base, goal in asked:
        yield f"| at least {goal} x {what} | {' | '.join(both(f'ours-{model}{threads}', base, goal) for model in models)} |"
    words, shipped = (
        both(f"ours-{model}-1", "fasttext-words", 2) for model in ("words", "shipped")
    )
    yield f"| at least 2 x fastText's command line on words only, both heads to its one | {words} (words only) | {shipped} |"
    for columns, what, goal in (("labels", "stance and tone", 40), ("all", "all columns", 20)):
        for threads, cores in ((2, "two cores"), (1, "one core")):
            cells = [
                cell(table_ratio(found["tables"], f"ours {model} {columns} {threads}", rows), goal)
                for model in models
            ]
            yield f"| at least {goal} x the plain script from CSV to CSV, {what}, {cores} | {' | '.join(cells)} |"
    peaks = [
        middle([max(peaks)]) if peaks else None
        for peaks in (_peaks(found["tables"], model) for model in models)
    ]
    yield f"| at most 600 MB for that table of {rows:,} paragraphs | {' | '.join(cell(peak, -600, '.0f') for peak in peaks)} |"
    cpu = middle([one["cpu"] for one in cold.get("python -m stance score", {}).values()])
    yield f"| at most 0.35 s of CPU for one short text, start to labels | | {cell(cpu, -0.35, '.2f')} |"


def _peaks(tables: Figures, model: str) -> list[float]:
    return [
        one["peak_mb"]
        for name, rounds in tables.items()
        if name.startswith(f"ours {model}")
        for one in rounds.values()
    ]


def machine_line() -> str:
    """Describe the machine and the versions."""
    packages = ("numpy", "scipy", "scikit-learn", "pandas", "pyarrow", "vaderSentiment", "textblob")
    installed = {found.name for found in metadata.distributions()}
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in packages if name in installed
    )
    cores = len(os.sched_getaffinity(0))
    return f"{platform.system()} on {platform.machine()}, {cores} cores, Python {platform.python_version()}; {versions}."


def draw(found: Mapping[str, Figures], target: Path) -> None:
    """Draw paragraphs a second by system, and seconds by number of paragraphs."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 6), layout="constrained")
    names = [name for name in found["score"] if "-frame" not in name][::-1]
    middles = [statistics.median(rates(found["score"], name)) for name in names]
    colours = ["#2a6f97" if name.startswith("ours") else "#adb5bd" for name in names]
    bars = left.barh(
        [title(name).removesuffix(", one thread") for name in names], middles, color=colours
    )
    left.bar_label(bars, labels=[f" {value:,.0f}" for value in middles])
    left.set(
        xscale="log",
        xlabel="paragraphs a second (logarithmic)",
        xlim=(min(middles, default=1) / 3, max(middles, default=1) * 20),
    )
    for name, rounds in found["growth"].items():
        points = [(one["paragraphs"], one["seconds"]) for one in rounds.values()]
        right.plot(
            *zip(*points, strict=True),
            marker="o",
            label=f"{TITLES[name]} (exponent {exponent(points):.2f})",
        )
    right.set(xscale="log", yscale="log", xlabel="paragraphs", ylabel="seconds, one thread")
    if found["growth"]:
        right.legend(loc="upper left")
    figure.savefig(target, dpi=110)


def write_report(
    folder: Path,
    found: Mapping[str, Figures],
    *,
    size: int,
    absent: Mapping[str, str],
    features: Mapping[str, int],
) -> None:
    """Write SPEED.md and speed.png into a folder."""
    rows = 10 * size
    counts = "; ".join(f"{TITLES[name]} {count:,}" for name, count in features.items())
    growing = {name: TITLES[name] for name in found["growth"]}
    training = {
        "fit": "`ParagraphClassifier.fit`, recipe of stance",
        "train": "`stance.train`, both heads, cross-validated",
    }
    lines = [
        "# Speed, measured\n\nWritten by `benchmarks/speed.py`. Medians; what was missed is in **bold**.\n",
        *[machine_line(), ""],
        *goal_lines(found, rows),
        "\n![Paragraphs a second, and growth](speed.png)\n\n## Scoring and memory\n",
        *score_lines(found["score"], found["memory"], absent),
        NOTES.rstrip(),
        f"- **Features** over both heads: {counts}.",
        f"- **Peak memory** is that of a process that scores {size // 5:,} paragraphs, Python and its packages included.",
        "\n## Cold start\n",
        *cold_lines(found["cold"]),
        "\n## Growth, one thread\n",
        *growth_lines(found["growth"], growing),
        "\n## Tables\n",
        *table_lines(found["tables"], rows),
        "\n" + TABLES.format(rows=rows).strip(),
        "\n## Training, one thread\n",
        *growth_lines(found["training"], training),
        "\nRows are drawn from the seeds with replacement, so the vocabulary does not grow with them. One run each.",
        RUNNING.rstrip(),
    ]
    (folder / "SPEED.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if find_spec("matplotlib"):
        draw(found, folder / "speed.png")
    else:
        print('matplotlib is not installed: speed.png is not drawn (pip install ".[plot]").')
