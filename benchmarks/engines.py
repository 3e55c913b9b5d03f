"""Measure one process against Dask and Spark: Parquet in, Parquet out, the shipped model.

    python benchmarks/engines.py 20000 200000

For each number of paragraphs (the seeds over and over, each as one cell), a row of a table: seconds in one process, with two
Dask workers, with Spark on two threads; start-up of cluster or session apart, as it is paid once.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

import stance
from stance.seeds.commands import SEEDS

FILES = 8  # what Dask and Spark share out
WORKERS = 2


def write_paragraphs(folder: Path, count: int) -> None:
    texts = pd.read_csv(SEEDS, keep_default_na=False)["text"]
    frame = pd.DataFrame(
        {
            "id": range(count),
            "text": texts.iloc[[number % len(texts) for number in range(count)]].tolist(),
        }
    )
    folder.mkdir()
    size = -(-count // FILES)
    for number in range(FILES):
        frame.iloc[number * size : (number + 1) * size].to_parquet(
            folder / f"{number}.parquet", index=False
        )


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main(counts: list[int], scratch: Path) -> None:
    import dask.dataframe as dd
    from distributed import Client, LocalCluster
    from pyspark.sql import SparkSession

    from stance.engines import dask, spark

    model = stance.load()
    model.label_cells(["They urged a truce."])  # whatever is made on first use
    for count in counts:
        write_paragraphs(scratch / str(count), count)

    def one_process(source: Path, target: Path) -> None:
        target.mkdir()
        for file in sorted(source.iterdir()):
            model.label_frame(pd.read_parquet(file), keep=["id"], unit="row").to_parquet(
                target / file.name
            )

    def with_dask(source: Path, target: Path) -> None:
        dask.label_frame(dd.read_parquet(source), model=model, keep=["id"], unit="row").to_parquet(
            target
        )

    def with_spark(source: Path, target: Path) -> None:
        spark.label_frame(
            session.read.parquet(str(source)), model=model, keep=["id"], unit="row"
        ).write.parquet(str(target))

    table = {
        "one process": [
            seconds(lambda c=c: one_process(scratch / str(c), scratch / f"one-{c}")) for c in counts
        ]
    }
    start = time.perf_counter()
    with (
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        starts = {"one process": 0.0, "Dask": time.perf_counter() - start}
        table["Dask"] = [
            seconds(lambda c=c: with_dask(scratch / str(c), scratch / f"dask-{c}")) for c in counts
        ]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    start = time.perf_counter()
    session = (
        SparkSession.builder.master(f"local[{WORKERS}]")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    starts["Spark"] = time.perf_counter() - start
    table["Spark"] = [
        seconds(lambda c=c: with_spark(scratch / str(c), scratch / f"spark-{c}")) for c in counts
    ]
    session.stop()
    print(
        "| engine | start (s) | "
        + " | ".join(f"{count:,} paragraphs (s)" for count in counts)
        + " |"
    )
    print("|---|--:|" + "--:|" * len(counts))
    for name, measured in table.items():
        print(
            f"| {name} | {starts[name]:.1f} | "
            + " | ".join(f"{second:.1f}" for second in measured)
            + " |"
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(
            [int(count.replace(",", "")) for count in sys.argv[1:]] or [20_000, 200_000],
            Path(scratch),
        )
