"""Measure how fast stance is beside its peers; write SPEED.md and speed.png next to this script.

usage: python benchmarks/speed.py [--size N] [--rounds N] [--systems NAME,...]
                                  [--parts tables,score,memory,cold,evidence,growth,shapes,training]
                                  [--folder FOLDER] [--fasttext FILE] [--report FOLDER]

Each measurement runs in a process of its own, pinned to as many cores as it may use; systems take
turns. Figures are kept in FOLDER (.venv/bench), one JSON file per part: an interrupted part goes on
where it stopped, and a complete one is not measured again, as long as stance, its models, the seeds
and the sizes stay the same. Linux only. `make bench-speed` installs the peers and builds fastText.
"""

from __future__ import annotations

import argparse
import compileall
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from speed_bench import HERE, ROOT, Bench, Results, run, work
from speed_corpus import PER_ARTICLE, articles_path, head_of_table
from speed_report import write_report
from speed_shapes import SHAPES

COLD_ROUNDS = 9
PLAIN_ROUNDS = 3
MAX_ROUNDS = 10  # the corpus has ten times the size
SHAPE_ROUNDS = 3
EVIDENCE_ROUNDS = 3
MIN_ROWS = 200  # that can be trained on, in a trial
MAX_TRAINING = 1800.0  # seconds that training a whole model may take, estimated from a smaller one
HEAVY = ("sklearn", "nltk", "pandas")
SENTENCE = (
    "Mediators said on Tuesday that both delegations had agreed to study a draft truce, "
    "while relatives of the missing waited for news."
)
SKLEARN_SCRIPT = """
import joblib
union, heads = joblib.load({path!r})
X = union.transform([open({text!r}).read()])
print(*(head.predict_proba(X) for head in heads.values()))
"""
VADER_SCRIPT = """
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
print(SentimentIntensityAnalyzer().polarity_scores(open({text!r}).read()))
"""


def measure_score(bench: Bench, results: Results) -> None:
    """Measure how many paragraphs a second each system scores, all systems in each round."""
    for turn in range(bench.rounds):
        for system in bench.systems:
            results.measure(
                system.name, turn, bench.score, system, int(system.share * bench.size), turn
            )


def measure_memory(bench: Bench, results: Results) -> None:
    """Measure the peak memory of a process that scores a fifth of the size."""
    for system in bench.systems:
        results.measure(system.name, 0, bench.score, system, bench.size // 5, 0)


def measure_cold(bench: Bench, results: Results) -> None:
    """Measure one short text from the start of the process to its labels, after a first run."""
    short = bench.folder / "short.txt"
    short.write_text(SENTENCE + "\n", encoding="utf-8")
    # as pip does: where Python may not write bytecode, it would compile each time
    compileall.compile_dir(ROOT / "stance", quiet=1)
    commands = list_cold(bench, short)
    for command in commands.values():
        run(command)
    for turn in range(COLD_ROUNDS):
        for name, command in commands.items():
            results.measure(name, turn, time_command, command, 1, turn)
    traced = [sys.executable, "-X", "importtime", "-m", "stance", "score", short]
    results.measure("loaded", 0, find_loaded, traced)


def time_command(command: Sequence[Any], threads: int, turn: int) -> dict[str, float]:
    """Return what a command takes."""
    return run(command, threads=threads, turn=turn).figures()


def find_loaded(command: Sequence[Any]) -> dict[str, int]:
    """Return which heavy packages a command imported, as 1 or 0."""
    lines = run(command, merged=True).out.splitlines()
    names = {
        line.rpartition("|")[2].strip().partition(".")[0]
        for line in lines
        if line.startswith("import time:")
    }
    return {name: int(name in names) for name in HEAVY}


def list_cold(bench: Bench, short: Path) -> dict[str, list[Any]]:
    """List the commands that label one short text, as far as they are installed."""
    python = sys.executable
    script = Path(python).with_name("stance")
    commands: dict[str, list[Any]] = {
        "python -m stance score": [python, "-m", "stance", "score", short]
    }
    if script.exists():
        commands["stance score"] = [script, "score", short]
    union = SKLEARN_SCRIPT.format(path=str(bench.models / "sklearn-union.joblib"), text=str(short))
    commands["scikit-learn union, from joblib"] = [python, "-c", union]
    if find_spec("vaderSentiment"):
        commands["VADER"] = [python, "-c", VADER_SCRIPT.format(text=str(short))]
    if bench.fasttext.exists():
        model = bench.models / "fasttext-words.bin"
        commands["fastText command line, words"] = [
            bench.fasttext, "predict-prob", model, short, "1"
        ]  # fmt: skip
    return commands


def measure_growth(bench: Bench, results: Results) -> None:
    """Measure seconds at 1/100, 1/10, 1 and 10 times the size, on one thread."""
    counts = (bench.size // 100, bench.size // 10, bench.size, 10 * bench.size)
    for name in ("ours-union", "ours-shipped"):
        for turn, count in enumerate(counts):
            results.measure(name, turn, work, "grow", bench.models, name, bench.corpus, count)


def measure_shapes(bench: Bench, results: Results) -> None:
    """Measure texts of other shapes than news, each shape in each round."""
    for turn in range(SHAPE_ROUNDS):
        for shape in SHAPES:
            results.measure(
                shape, turn, work, "shape", bench.models, shape, bench.corpus, bench.size // 5
            )


def measure_evidence(bench: Bench, results: Results) -> None:
    """Measure articles that are labelled one by one, with the words behind each label."""
    for turn in range(EVIDENCE_ROUNDS):
        results.measure("articles", turn, work, "evidence", bench.corpus, bench.size // 50)


def measure_tables(bench: Bench, results: Results) -> None:
    """Measure from CSV to labelled CSV: articles that are split first, then one paragraph a row.

    Ours at ten times the size, pandas and scikit-learn at a fifth of it.
    """
    for columns in ("articles", "labels", "all"):
        measure_columns(bench, results, columns)


def measure_columns(bench: Bench, results: Results, columns: str) -> None:
    """Measure one kind of table: "articles", or rows of which two or all columns are written."""
    table, n_rows = bench.corpus.with_suffix(".csv"), bench.size // 5
    if columns == "articles":
        table, n_rows = articles_path(bench.corpus), n_rows // PER_ARTICLE
    small, output = head_of_table(table, n_rows), bench.folder / "labelled.csv"
    for turn in range(PLAIN_ROUNDS):
        results.measure(f"plain {columns}", turn, time_plain, bench, small, output, columns, turn)
    for model in ("union", "shipped"):
        command = score_command(bench, table, output, model, columns)
        for threads in range(1, 1 + min(2, bench.n_cores)):
            results.measure(
                f"ours {model} {columns} {threads}", 0, time_command, command, threads, 0
            )
    output.unlink(missing_ok=True)


def score_command(bench: Bench, table: Path, output: Path, model: str, columns: str) -> list[Any]:
    """Return the `stance score` command that labels a table."""
    unit = "paragraph" if columns == "articles" else "row"
    command = [sys.executable, "-m", "stance", "score", table]
    command += ["-o", output, "--unit", unit, "--quiet", "--force"]
    if model != "shipped":
        command += ["--model", bench.models / f"ours-{model}"]
    if columns == "labels":
        command += ["--columns", "stance,tone"]
    return command


def time_plain(
    bench: Bench, source: Path, output: Path, columns: str, turn: int
) -> dict[str, float]:
    """Time the plain script, which may use two cores; its start is measured apart from the rest."""
    return work(
        "table", bench.models, source, output, columns, threads=min(2, bench.n_cores), turn=turn
    )


def measure_training(bench: Bench, results: Results) -> None:
    """Measure a fit of the stance head and the training of a whole model.

    The largest of these only if a smaller one says that it would end in time.
    """
    counts = [times * max(MIN_ROWS, bench.size // 100) for times in (1, 6, 50)]
    for count in counts:
        results.measure(f"fit {count}", 0, work, "train", "fit", count)
    for count in counts[:2]:
        results.measure(f"train {count}", 0, work, "train", "train", count)
    seconds = [
        one["seconds"] * counts[2] / counts[1]
        for one in results.figures[f"train {counts[1]}"].values()
    ]
    if seconds and seconds[0] < MAX_TRAINING:
        results.measure(f"train {counts[2]}", 0, work, "train", "train", counts[2])
    else:
        print(
            f"  a whole model at {counts[2]:,} paragraphs would not be trained "
            f"within {MAX_TRAINING:.0f} s: not measured"
        )


PARTS = {
    "tables": measure_tables,
    "score": measure_score,
    "memory": measure_memory,
    "cold": measure_cold,
    "evidence": measure_evidence,
    "growth": measure_growth,
    "shapes": measure_shapes,
    "training": measure_training,
}


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse and check the command line."""
    parser = argparse.ArgumentParser(description="Measure how fast stance is beside its peers.")
    parser.add_argument(
        "--size", type=int, default=100_000, help="paragraphs a fast system scores in a round"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", default=",".join(PARTS), help="only these parts")
    parser.add_argument("--systems", help="only these systems, by name")
    bench = ROOT / ".venv" / "bench"
    parser.add_argument("--folder", default=bench, help="for models, corpus and raw figures")
    parser.add_argument("--fasttext", default=bench / "fasttext", help="fastText's command line")
    parser.add_argument("--report", default=HERE, type=Path, help="for SPEED.md and speed.png")
    options = parser.parse_args(arguments)
    options.parts = options.parts.split(",")
    if not hasattr(os, "sched_setaffinity"):
        parser.error("processes are pinned to cores, which only Linux allows from Python")
    if unknown := set(options.parts) - set(PARTS):
        parser.error(
            f"--parts must be some of {', '.join(PARTS)}; got {', '.join(sorted(unknown))}"
        )
    if not 1 <= options.rounds <= MAX_ROUNDS or options.size < 200:
        parser.error(f"--rounds must be 1 to {MAX_ROUNDS} and --size at least 200")
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what has not been measured yet, and write the report."""
    options = read_options(arguments)
    options.report.mkdir(parents=True, exist_ok=True)
    bench = Bench(options)
    for name, why in bench.absent.items():
        print(f"{name}: {why}.")
    bench.prepare()
    results = {part: Results(bench, part) for part in PARTS}
    for part in options.parts:
        print(f"{part}:", flush=True)
        PARTS[part](bench, results[part])
    figures = {
        part: {name: rounds for name, rounds in result.figures.items() if rounds}
        for part, result in results.items()
    }
    write_report(
        options.report, figures, size=bench.size, absent=bench.absent, features=bench.features
    )
    print(f"wrote {options.report / 'SPEED.md'}")
    if failures := [failure for result in results.values() for failure in result.failures]:
        heading = f"{len(failures)} measurements failed; run this again to repeat them:"
        raise SystemExit("\n".join([heading, *failures]))


if __name__ == "__main__":
    main()
