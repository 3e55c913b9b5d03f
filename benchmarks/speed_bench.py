"""The base of the benchmark of speed: pinned and measured processes, systems, folders, results."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
WORK = HERE / "speed_work.py"
PINS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class RunError(RuntimeError):
    """A process ended with another exit code than 0."""


@dataclass(frozen=True)
class System:
    """One thing that is measured.

    `work` says what runs, `share` on which share of the size (slow systems get less), `env` with
    which environment variables.
    """

    name: str
    work: str
    threads: int = 1
    share: float = 1.0
    env: dict[str, str] = field(default_factory=dict)


def list_systems() -> list[System]:
    """List what is scored with; the first is what all others are compared with."""
    peers = [
        ("sklearn-union", 0.2),
        ("sklearn-words", 0.5),
        ("vader", 0.2),
        ("textblob", 0.1),
        ("fasttext-words", 1.0),
        ("fasttext-subwords", 1.0),
    ]
    systems = [System(name, name, share=share) for name, share in peers]
    ours = ("ours-union", "ours-shipped", "ours-words")
    for threads in (1, 2):
        systems += [System(f"{name}-{threads}", name, threads) for name in ours]
        systems += [
            System(f"{name}-frame-{threads}", f"{name}-frame", threads) for name in ours[:2]
        ]
    return systems + [
        System(f"{name}-numpy", name, share=0.2, env={"STANCE_SCORER": "numpy"}) for name in ours
    ]


@dataclass(frozen=True)
class Run:
    """What a process took and printed: wall-clock and CPU seconds, peak memory, output."""

    seconds: float
    cpu: float
    peak_mb: float
    out: str

    def figures(self) -> dict[str, float]:
        """Return the three figures as a dict."""
        return {"seconds": self.seconds, "cpu": self.cpu, "peak_mb": self.peak_mb}


@contextmanager
def pinned(threads: int, turn: int) -> Iterator[None]:
    """Keep this process, and those it starts, on as many cores as it has threads.

    Each turn takes other cores, so that a busy core slows all systems alike.
    """
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[(turn + step) % len(cores)] for step in range(threads)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def run(
    command: Sequence[Any],
    *,
    threads: int = 1,
    turn: int = 0,
    env: dict[str, str] | None = None,
    merged: bool = False,
) -> Run:
    """Run a command to its end.

    This process must stay small: a child's peak memory is never less than its parent's was.
    """
    start = time.perf_counter()
    with pinned(threads, turn):
        process = subprocess.Popen(
            [str(part) for part in command],
            env=os.environ | dict.fromkeys(PINS, str(threads)) | (env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merged else None,
            text=True,
        )
        assert process.stdout
        with process.stdout:
            out = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RunError(f"{' '.join(map(str, command))} ended with exit code {process.returncode}")
    return Run(
        time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out
    )


def work(*arguments: Any, **options: Any) -> dict[str, Any]:
    """Run a piece of work of `speed_work.py`; return what it printed and what the process took."""
    done = run([sys.executable, WORK, *arguments], **options)
    return {**json.loads(done.out), "process_seconds": done.seconds, "peak_mb": done.peak_mb}


class Bench:
    """The sizes, the folders, and the systems that can be measured."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.size, self.rounds = options.size, options.rounds
        self.n_cores = len(os.sched_getaffinity(0))
        self.folder = Path(options.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.fasttext = Path(options.fasttext)
        self.stamp = make_stamp()
        self.models = self.folder / f"models-{self.stamp}-{self.size}"
        self.absent = {
            system.name: why for system in list_systems() if (why := self._why_absent(system))
        }
        self.systems = [system for system in list_systems() if system.name not in self.absent]
        if options.systems:
            self.systems = [
                system for system in self.systems if system.name in options.systems.split(",")
            ]

    def _why_absent(self, system: System) -> str:
        package = {"vader": "vaderSentiment", "textblob": "textblob"}.get(system.work)
        if package and not find_spec(package):
            return f'{package} is not installed: not measured (pip install ".[bench]")'
        if system.work.startswith("fasttext") and not self.fasttext.exists():
            return (
                "fastText's command line was not built: not measured "
                "(make bench-speed builds it where it can)"
            )
        if system.threads > self.n_cores:
            return "one core only: not measured"
        return ""

    @property
    def settings(self) -> dict[str, Any]:
        """What must be unchanged for a figure to be kept."""
        return {
            "stamp": self.stamp,
            "size": self.size,
            "rounds": self.rounds,
            "absent": self.absent,
        }

    def prepare(self) -> None:
        """Make the models and the corpus."""
        for old in self.folder.glob("models-*"):
            if old != self.models:
                shutil.rmtree(old)
        print("making the models and the corpus ...", flush=True)
        counts = self.models / "features.json"
        if not counts.exists() or (
            self.fasttext.exists() and not (self.models / "fasttext-subwords.bin").exists()
        ):
            done = run([sys.executable, WORK, "prepare", self.models, self.size, self.fasttext])
            counts.write_text(done.out, encoding="utf-8")
        self.features: dict[str, int] = json.loads(counts.read_text(encoding="utf-8"))
        self.corpus = Path(
            json.loads(run([sys.executable, WORK, "corpus", self.folder, 10 * self.size]).out)
        )

    def score(self, system: System, count: int, turn: int) -> dict[str, Any]:
        """Score some paragraphs, others in each turn."""
        paths = [self.models, system.work, self.fasttext, self.corpus]
        settings = {"threads": system.threads, "turn": turn, "env": system.env}
        return work("score", *paths, turn * self.size, count, **settings)


class Results:
    """The raw figures of one part, by name and round, and what could not be measured.

    They are written to a file after each measurement.
    """

    def __init__(self, bench: Bench, part: str) -> None:
        self.path = bench.folder / f"{part}.json"
        kept = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}
        unchanged = kept.get("settings") == bench.settings
        self.content = kept if unchanged else {"settings": bench.settings, "figures": {}}
        self.figures: dict[str, dict[str, dict[str, Any]]] = self.content["figures"]
        self.failures: list[str] = []

    def measure(
        self, name: str, turn: int, measure: Callable[..., dict[str, Any]], *arguments: Any
    ) -> None:
        """Measure and keep a figure that is missing; if a process fails, say so and go on."""
        rounds = self.figures.setdefault(name, {})
        if str(turn) not in rounds:
            try:
                rounds[str(turn)] = measure(*arguments)
            except RunError as error:
                self.failures.append(f"{name}, round {turn + 1}: {error}")
                print(f"  {self.failures[-1]}", flush=True)
                return
            scratch = self.path.with_suffix(".part")
            scratch.write_text(json.dumps(self.content, indent=1), encoding="utf-8")
            scratch.rename(self.path)
        figures = ", ".join(f"{key} {value:,.4g}" for key, value in rounds[str(turn)].items())
        print(f"  {name}, round {turn + 1}: {figures}", flush=True)


def make_stamp() -> str:
    """Return a digest of what is measured, and of what makes it."""
    package, shipped = ROOT / "stance", ROOT / "models" / "ceasefire" / "SHA256SUMS"
    files = [
        *package.rglob("*.py"),
        *package.rglob("_scorer*"),
        *package.glob("scoring/c/*"),
        *package.glob("data/*.csv"),
        shipped,
        ROOT / "seeds" / "paragraphs.csv",
    ]
    files += [WORK, HERE / "speed_corpus.py", HERE / "speed_shapes.py"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()[:12]
