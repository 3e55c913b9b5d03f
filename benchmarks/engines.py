"""Measure one process against Dask and Spark: Parquet in, Parquet out, the shipped model.

usage: python benchmarks/engines.py 20000 200000

Each argument is a number of paragraphs (the seeds, repeated, one per cell). The table has one row
each for one process, for two Dask workers and for Spark on two threads, and one column of seconds
per number. The start of the cluster or session, paid once, has a column of its own.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

import stance
from stance.model import Model
from stance.seeds.commands import SEEDS

FILES = 8  # that Dask and Spark share between their workers
WORKERS = 2
COUNTS = (20_000, 200_000)

Label = Callable[[Path, Path], None]
"""Label the Parquet files of one folder into another."""


def write_paragraphs(folder: Path, count: int) -> None:
    """Write `count` paragraphs as Parquet files."""
    seeds = pd.read_csv(SEEDS, keep_default_na=False)["text"]
    texts = seeds.iloc[[number % len(seeds) for number in range(count)]].tolist()
    frame = pd.DataFrame({"id": range(count), "text": texts})
    folder.mkdir()
    size = -(-count // FILES)
    for number in range(FILES):
        part = frame.iloc[number * size : (number + 1) * size]
        part.to_parquet(folder / f"{number}.parquet", index=False)


@contextmanager
def one_process(model: Model) -> Iterator[Label]:
    """Label file by file in this process."""

    def label(source: Path, output: Path) -> None:
        output.mkdir()
        for path in sorted(source.iterdir()):
            labelled = model.label_frame(pd.read_parquet(path), keep=["id"], unit="row")
            labelled.to_parquet(output / path.name)

    yield label


@contextmanager
def with_dask(model: Model) -> Iterator[Label]:
    """Start a Dask cluster and label with it."""
    import dask.dataframe as dd
    from distributed import Client, LocalCluster

    from stance.engines import dask

    def label(source: Path, output: Path) -> None:
        frame = dd.read_parquet(source)
        dask.label_frame(frame, model=model, keep=["id"], unit="row").to_parquet(output)

    cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster):
        yield label


@contextmanager
def with_spark(model: Model) -> Iterator[Label]:
    """Start a Spark session and label with it."""
    from pyspark.sql import SparkSession

    from stance.engines import spark

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{WORKERS}]")
    session = builder.config("spark.ui.enabled", "false").getOrCreate()

    def label(source: Path, output: Path) -> None:
        frame = session.read.parquet(str(source))
        labelled = spark.label_frame(frame, model=model, keep=["id"], unit="row")
        labelled.write.parquet(str(output))

    yield label
    session.stop()


def seconds(run: Callable[[], object]) -> float:
    """Return the wall-clock seconds of a call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main(counts: list[int], scratch: Path) -> None:
    """Measure and print the table."""
    model = stance.load()
    model.label_cells(["They urged a truce."])  # makes what is made on first use
    for count in counts:
        write_paragraphs(scratch / str(count), count)
    print(f"| engine | start (s) | {' | '.join(f'{n:,} paragraphs (s)' for n in counts)} |")
    print("|---|--:|" + "--:|" * len(counts))
    engines = {"one process": one_process, "Dask": with_dask, "Spark": with_spark}
    for name, start_engine in engines.items():
        clock = time.perf_counter()
        with start_engine(model) as label:
            cells = [f"{time.perf_counter() - clock:.1f}"]
            for count in counts:
                output = scratch / f"{name}-{count}"
                taken = seconds(lambda n=count, to=output: label(scratch / str(n), to))
                cells.append(f"{taken:.1f}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        counts = [int(count.replace(",", "")) for count in sys.argv[1:]]
        main(counts or list(COUNTS), Path(scratch))
