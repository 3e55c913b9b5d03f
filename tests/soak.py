"""Use stance for minutes on end: threads, forks, loads, kills and resumed runs, over and over.

    python tests/soak.py 300

Every result is compared with the first one, and memory must stay within 5% of what it was after a
quarter of the time.
"""

import faulthandler
import gc
import os
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.testing  # before a fork: a lock of an import that goes on is never given back
from conftest import HOSTILE

import stance
import stance.scoring.compiled as backend
import stance.tables.readers.csv as csv_reader
from stance.model import Model

MAX_GROWTH = 0.05
N_THREADS = 4
N_ROWS = 400
WARM_UP = 0.25  # of the time, in which caches fill
PATIENCE = 120  # seconds for a child to end


def resident_bytes() -> int:
    """Return how much memory this process takes up."""
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Soak:
    """What is done in each round, and how often it was."""

    def __init__(self, folder: Path) -> None:
        self.counts: Counter[str] = Counter()
        self.chance = random.Random(0)
        self.model = stance.load()
        self.folder = folder
        self.saved = self.model.save(folder / "model")
        self.source = folder / "in.csv"
        lines = (f'{row},"They urged a truce, the {row} keeper said."' for row in range(N_ROWS))
        ragged = (f"{row},ragged,row" for row in range(N_ROWS // 10))
        self.source.write_text("\n".join(["id,text", *lines, *ragged, ""]), encoding="utf-8")
        self.texts = [
            *HOSTILE,
            *(f"They refused a truce, the {n} keeper said." for n in range(500)),
        ]
        self.expected = self.model.frozen.score(self.texts).probabilities["stance"]
        self.whole = folder / "whole.csv"
        self._label(self.whole)

    def score(self, model: Model, name: str) -> None:
        """Score texts with words that were never met beside them, and compare."""
        new = [f"unheard{self.chance.getrandbits(64)}of a truce" for _ in range(200)]
        probabilities = model.frozen.score([*self.texts, *new]).probabilities["stance"]
        np.testing.assert_array_equal(probabilities[: len(self.texts)], self.expected)
        self.counts[name] += len(self.texts) + len(new)

    def score_in_threads(self) -> None:
        """Score with one model in several threads, and fork meanwhile."""
        with ThreadPoolExecutor(N_THREADS) as pool:
            runs = [
                pool.submit(self.score, self.model, "texts scored in threads")
                for _ in range(N_THREADS)
            ]
            child = self._fork(lambda: self.score(self.model, ""))
            for run in runs:
                run.result()
        assert self._wait(child) == 0, "a forked process went wrong"
        self.counts["forks"] += 1

    def load(self) -> None:
        """Load the saved model, label and explain."""
        model = stance.load(self.saved)
        self.score(model, "texts scored after a load")
        model.label(self.texts[-1])
        self.counts["loads"] += 1

    def kill_and_resume(self) -> None:
        """Kill a run at a random moment, resume it, and compare every byte."""
        output = self.folder / "out.csv"
        child = self._fork(lambda: self._label(output))
        time.sleep(self.chance.uniform(0, 0.2))
        os.kill(child, signal.SIGKILL)
        self.counts["kills survived"] += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        self.counts["runs resumed"] += (self.folder / ".out.csv.journal").exists()
        if not output.exists():
            self._label(output)
        errors = [path.with_name(f"{path.name}.errors.csv") for path in (output, self.whole)]
        assert output.read_bytes() == self.whole.read_bytes(), "a resumed run wrote other bytes"
        assert errors[0].read_bytes() == errors[1].read_bytes(), "a row was lost"
        for path in (output, errors[0]):
            path.unlink()
        for path in self.folder.glob(".out.csv.*"):  # of a run that was killed as it tidied up
            path.unlink()

    def _label(self, output: Path) -> None:
        stance.label_file(self.source, output, model=self.model, keep="all", resume=True)

    def _fork(self, task) -> int:  # type: ignore[no-untyped-def]
        child = os.fork()
        if child:
            return child
        # One that hangs says where.
        faulthandler.dump_traceback_later(PATIENCE / 2, exit=True)
        try:
            task()
            os._exit(0)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)

    def _wait(self, child: int) -> int:
        end = time.monotonic() + PATIENCE
        while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
            assert time.monotonic() < end, "a forked process hangs"
            time.sleep(0.005)
        return os.waitstatus_to_exitcode(ended[1])


def soak(seconds: float) -> tuple[Counter[str], float]:
    """Go on for some seconds; return how often each thing was done, and the growth of memory."""
    backend.MAX_BYTES = 2 * 2**20  # so that words are forgotten many times
    csv_reader.ROWS = 5  # many chunks, between which a kill can strike
    start, settled, sizes = time.monotonic(), 0, list[int]()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):
        rounds = Soak(Path(folder))
        while (spent := time.monotonic() - start) < seconds or len(sizes) < 8:
            rounds.score_in_threads()
            rounds.load()
            rounds.kill_and_resume()
            sizes.append(resident_bytes())
            settled = settled or (len(sizes) if spent > WARM_UP * seconds else 0)
            rounds.counts["rounds"] += 1
    # The largest of each part: memory that is given back and taken again is no growth.
    middle = max(settled, len(sizes) // 4)
    return rounds.counts, max(sizes[middle:]) / max(sizes[:middle]) - 1


def main() -> None:
    seconds = float(sys.argv[1])
    counts, growth = soak(seconds)
    print(
        f"{seconds:.0f} s: "
        + ", ".join(f"{count:,} {name}" for name, count in counts.items() if name)
        + f"; no wrong result, rows lost 0, memory grew by {growth:.1%}"
    )
    sys.exit(growth > MAX_GROWTH)


if __name__ == "__main__":
    main()
