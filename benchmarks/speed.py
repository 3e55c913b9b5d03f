"""Measure how fast stance is beside its peers; writes SPEED.md and speed.png beside itself.

usage: python benchmarks/speed.py [--size N] [--rounds N] [--parts score,memory,cold,growth,tables,training] [--systems NAME,...]
                                  [--folder FOLDER] [--fasttext FILE] [--report FOLDER]

Everything is measured in processes of their own, pinned to as many cores as they may use, in turns. What was measured lies in FOLDER
(.venv/bench) as one JSON a part. A part that was interrupted goes on where it stopped, and one that is whole is not measured again, as long
as stance, its models, the seeds and the sizes stay the same. Linux only. `make bench-speed` installs the peers and builds fastText.
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
from speed_corpus import head_of_table
from speed_report import write_report

COLD_ROUNDS = 9
PLAIN_ROUNDS = 3
MOST_ROUNDS = 10  # the corpus has ten times the size
COLUMNS = "--columns"  # the option of `stance score` that picks columns
FEWEST = 200  # rows that can be trained on, in a trial
PATIENCE = 1800.0  # seconds that training a whole model may take, as foreseen from a smaller one
HEAVY = ("sklearn", "nltk", "pandas")
SENTENCE = "Mediators said on Tuesday that both delegations had agreed to study a draft truce, while relatives of the missing waited for news."


def measure_score(bench: Bench, results: Results) -> None:
    """Measure how many paragraphs a second each system scores, all systems in each round."""
    for turn in range(bench.rounds):
        for system in bench.systems:
            results.measure(
                system.name, turn, bench.score, system, int(system.share * bench.size), turn
            )


def measure_memory(bench: Bench, results: Results) -> None:
    """Measure the most memory that a process holds which scores a fifth of the size."""
    for system in bench.systems:
        results.measure(system.name, 0, bench.score, system, bench.size // 5, 0)


def measure_cold(bench: Bench, results: Results) -> None:
    """Measure one short text from the start of the process to its labels; a first run is not counted."""
    short = bench.folder / "short.txt"
    short.write_text(SENTENCE + "\n", encoding="utf-8")
    compileall.compile_dir(
        ROOT / "stance", quiet=1
    )  # as pip does; Python may be told to keep no bytecode, and would compile each time
    commands = list_cold(bench, short)
    for command in commands.values():
        run(command)
    for turn in range(COLD_ROUNDS):
        for name, command in commands.items():
            results.measure(name, turn, time_command, command, 1, turn)
    results.measure(
        "loaded",
        0,
        find_loaded,
        [sys.executable, "-X", "importtime", "-m", "stance", "score", short],
    )


def time_command(command: Sequence[Any], threads: int, turn: int) -> dict[str, float]:
    """Return what a command takes."""
    return run(command, threads=threads, turn=turn).figures()


def find_loaded(command: Sequence[Any]) -> dict[str, int]:
    """Tell which heavy packages a command imported."""
    lines = run(command, merged=True).out.splitlines()
    names = {
        line.rpartition("|")[2].strip().partition(".")[0]
        for line in lines
        if line.startswith("import time:")
    }
    return {name: int(name in names) for name in HEAVY}


def list_cold(bench: Bench, short: Path) -> dict[str, list[Any]]:
    """List the commands that label one short text, of those that are there."""
    script, read = Path(sys.executable).with_name("stance"), f"text = open({str(short)!r}).read()"
    pipeline = (
        f"import joblib; union, heads = joblib.load({str(bench.models / 'sklearn-union.joblib')!r})"
    )
    vader = "from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer"
    found: dict[str, list[Any]] = {
        "python -m stance score": [sys.executable, "-m", "stance", "score", short]
    }
    if script.exists():
        found["stance score"] = [script, "score", short]
    plain = f"{pipeline}; {read}; X = union.transform([text]); print(*(head.predict_proba(X) for head in heads.values()))"
    found["scikit-learn union, from joblib"] = [sys.executable, "-c", plain]
    if find_spec("vaderSentiment"):
        found["VADER"] = [
            sys.executable,
            "-c",
            f"{vader}; {read}; print(SentimentIntensityAnalyzer().polarity_scores(text))",
        ]
    if bench.fasttext.exists():
        found["fastText command line, words"] = [
            bench.fasttext,
            "predict-prob",
            bench.models / "fasttext-words.bin",
            short,
            "1",
        ]
    return found


def measure_growth(bench: Bench, results: Results) -> None:
    """Measure seconds at a hundredth of the size, a tenth, the size, and ten times the size, on one thread."""
    for name in ("ours-union", "ours-shipped"):
        for turn, count in enumerate(
            (bench.size // 100, bench.size // 10, bench.size, 10 * bench.size)
        ):
            results.measure(name, turn, work, "grow", bench.models, name, bench.corpus, count)


def measure_tables(bench: Bench, results: Results) -> None:
    """Measure from CSV to labelled CSV: ours at ten times the size, pandas and scikit-learn at a fifth of it."""
    small, target = head_of_table(bench.corpus, bench.size // 5), bench.folder / "labelled.csv"
    picks = COLUMNS in run([sys.executable, "-m", "stance", "score", "--help"]).out
    if not picks:
        print(
            f"  stance score has no option {COLUMNS}: the two label columns alone are not measured"
        )
    for columns in ("labels", "all") if picks else ("all",):
        for turn in range(PLAIN_ROUNDS):
            results.measure(
                f"plain {columns}", turn, time_plain, bench, small, target, columns, turn
            )
        for model in ("union", "shipped"):
            command = [
                sys.executable,
                "-m",
                "stance",
                "score",
                bench.corpus.with_suffix(".csv"),
                "-o",
                target,
                "--unit",
                "row",
            ]
            command += [
                "--quiet",
                "--force",
                *([] if model == "shipped" else ["--model", bench.models / f"ours-{model}"]),
            ]
            command += [COLUMNS, "stance,tone"] if columns == "labels" else []
            for threads in range(1, 1 + min(2, bench.n_cores)):
                results.measure(
                    f"ours {model} {columns} {threads}", 0, time_command, command, threads, 0
                )
    target.unlink(missing_ok=True)


def time_plain(
    bench: Bench, source: Path, target: Path, columns: str, turn: int
) -> dict[str, float]:
    """Time the plain script, which may use two cores; what it takes to start apart from what grows with the rows."""
    return work(
        "table", bench.models, source, target, columns, threads=min(2, bench.n_cores), turn=turn
    )


def measure_training(bench: Bench, results: Results) -> None:
    """Measure a fit of the stance head and the training of a whole model; the largest of these only if it ends in time."""
    counts = [times * max(FEWEST, bench.size // 100) for times in (1, 6, 50)]
    for count in counts:
        results.measure(f"fit {count}", 0, work, "train", "fit", count)
    for count in counts[:2]:
        results.measure(f"train {count}", 0, work, "train", "train", count)
    seconds = [
        one["seconds"] * counts[2] / counts[1]
        for one in results.figures[f"train {counts[1]}"].values()
    ]
    if seconds and seconds[0] < PATIENCE:
        results.measure(f"train {counts[2]}", 0, work, "train", "train", counts[2])
    else:
        print(
            f"  a whole model at {counts[2]:,} paragraphs would not be trained within {PATIENCE:.0f} s: not measured"
        )


PARTS = {
    "score": measure_score,
    "memory": measure_memory,
    "cold": measure_cold,
    "growth": measure_growth,
    "tables": measure_tables,
    "training": measure_training,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is not there yet, and write the report."""
    parser = argparse.ArgumentParser(description="Measure how fast stance is beside its peers.")
    parser.add_argument(
        "--size", type=int, default=100_000, help="paragraphs a fast system scores in a round"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--systems", help="only these, by name")
    parser.add_argument(
        "--folder",
        default=ROOT / ".venv" / "bench",
        help="where models, corpus and raw figures lie",
    )
    parser.add_argument(
        "--fasttext", default=ROOT / ".venv" / "bench" / "fasttext", help="fastText's command line"
    )
    parser.add_argument("--report", default=HERE, type=Path, help="where SPEED.md and speed.png go")
    options = parser.parse_args(arguments)
    parts = options.parts.split(",")
    if not hasattr(os, "sched_setaffinity"):
        parser.error("processes are pinned to cores, which only Linux allows from Python")
    if unknown := set(parts) - set(PARTS):
        parser.error(
            f"--parts must be some of {', '.join(PARTS)}; got {', '.join(sorted(unknown))}"
        )
    if not 1 <= options.rounds <= MOST_ROUNDS or options.size < 200:
        parser.error(f"--rounds must be 1 to {MOST_ROUNDS} and --size at least 200")
    options.report.mkdir(parents=True, exist_ok=True)
    bench = Bench(options)
    for name, why in bench.absent.items():
        print(f"{name}: {why}.")
    bench.prepare()
    results = {part: Results(bench, part) for part in PARTS}
    for part in parts:
        print(f"{part}:", flush=True)
        PARTS[part](bench, results[part])
    found = {
        part: {name: rounds for name, rounds in held.figures.items() if rounds}
        for part, held in results.items()
    }
    write_report(
        options.report, found, size=bench.size, absent=bench.absent, features=bench.features
    )
    print(f"wrote {options.report / 'SPEED.md'}")
    if failures := [failure for held in results.values() for failure in held.failures]:
        raise SystemExit(
            "\n".join(
                [
                    f"{len(failures)} measurements failed; run this again to have them made:",
                    *failures,
                ]
            )
        )


if __name__ == "__main__":
    main()
