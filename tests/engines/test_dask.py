"""Dask: the labels of one process, whatever partitions contain and workers fail."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stance.errors import InputError
from stance.model import Model

dask = pytest.importorskip("dask", reason='needs Dask: pip install "stance-tone[dask]"')
dd = pytest.importorskip("dask.dataframe", reason='needs Dask: pip install "stance-tone[dask]"')
distributed = pytest.importorskip(
    "distributed", reason='needs Dask: pip install "stance-tone[dask]"'
)

from stance.engines.dask import label_frame  # noqa: E402


@pytest.fixture
def articles() -> pd.DataFrame:
    texts = [
        "Lamps Out\n\nThey urged a truce.",
        None,
        "",
        "The council voted against a truce.",
        "Two\n\nparagraphs.",
    ] * 8
    frame = pd.DataFrame(
        {
            "body": texts,
            "row": [f"a{number:02}" for number in range(40)],
            "about": ["the lamp", None] * 20,
        }
    )
    return frame.set_index(pd.Index(range(100, 140), name="key"))


@pytest.mark.parametrize("unit", ["paragraph", "row", "document"])
@pytest.mark.parametrize("keep", [(), "all"], ids=["bare", "all"])
def test_partitions_give_what_one_process_gives(
    small: Model, articles: pd.DataFrame, unit: str, keep: str
) -> None:
    frame = dd.from_pandas(articles, npartitions=3)
    options = {"text": "body", "unit": unit, "keep": keep, "key": "row"}
    labelled = label_frame(frame, model=small, **options)
    expected = small.label_frame(frame.compute(), **options).drop(columns="row")
    pd.testing.assert_frame_equal(labelled.compute(scheduler="sync"), expected)
    assert labelled.divisions == frame.divisions


def test_targets_are_heeded(lighthouse: pd.DataFrame) -> None:
    import stance

    mine = stance.train(
        lighthouse.assign(about=["the lamp", "the oil"] * 18),
        labels=["stance"],
        target_column="about",
    )
    cells = pd.DataFrame(
        {"text": ["They urged a truce."] * 3, "about": ["the lamp", "the oil", None]}
    )
    labelled = label_frame(
        dd.from_pandas(cells, npartitions=2), model=mine, target_column="about"
    ).compute(scheduler="sync")
    assert (
        labelled["stance_p_opposed"].tolist()
        == mine.label_frame(cells, target_column="about")["stance_p_opposed"].tolist()
    )
    assert labelled["stance_p_opposed"].nunique() == 3


def _odd_part(number: int) -> pd.DataFrame:
    """Whole, empty, and all missing: of object, and of float, as a reader that guesses types gives them."""
    texts = [["They urged a truce."], [], [None], [np.nan]][number]
    frame = pd.DataFrame({"text": texts, "id": np.arange(len(texts), dtype="int64")})
    return frame if number > 1 else frame.astype({"text": "str"})


def test_the_types_are_the_same_whatever_a_partition_holds(small: Model) -> None:
    frame = dd.from_map(_odd_part, range(4), meta=_odd_part(0))
    labelled = label_frame(frame, model=small, keep="all")
    parts = [labelled.partitions[number].compute(scheduler="sync") for number in range(4)]
    assert [part.dtypes.to_dict() for part in parts] == [labelled.dtypes.to_dict()] * 4
    assert [part["status"].tolist() for part in parts] == [
        ["labelled"],
        [],
        ["missing"],
        ["missing"],
    ]


def test_a_categorical_column_keeps_its_categories(small: Model, articles: pd.DataFrame) -> None:
    frame = dd.from_pandas(articles.astype({"row": "category"}), npartitions=3)
    labelled = label_frame(frame, text="body", model=small, keep=["row"], unit="row").compute(
        scheduler="sync"
    )
    assert labelled["input_row"].tolist() == articles["row"].tolist()


def _waiting_part(number: int, folder: str) -> pd.DataFrame:
    """Make a part; the later ones wait until a worker was killed."""
    Path(folder, f"{number}-{time.time_ns()}").touch()
    while number >= 4 and not Path(folder, "killed").exists():
        time.sleep(0.01)
    return pd.DataFrame(
        {
            "id": [number] * 3,
            "text": ["They urged a truce.", None, f"Lamp {number}\n\nNo truce, the {number} said."],
        }
    )


def test_a_worker_killed_midway_costs_nothing(small: Model, tmp_path: Path) -> None:
    parts, seen = 8, tmp_path / "seen"
    seen.mkdir()
    frame = dd.from_map(
        _waiting_part, range(parts), folder=str(seen), meta=_waiting_part(0, str(tmp_path))
    )
    path = small.save(tmp_path / "model")
    with (
        dask.config.set(
            {"distributed.comm.timeouts.connect": "30s"}
        ),  # how long the dead are waited for
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs="ERROR",
            local_directory=str(tmp_path),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        future = client.compute(label_frame(frame, model=path, keep=["id"]))
        while (
            sum(int(mark.name.partition("-")[0]) >= 4 for mark in seen.iterdir()) < 2
        ):  # both workers wait
            time.sleep(0.01)
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        (seen / "killed").touch()
        labelled = future.result(timeout=600)
    assert len(list(seen.iterdir())) - 1 > parts  # what the lost worker had was made again
    whole = pd.concat([_waiting_part(number, str(seen)) for number in range(parts)])
    pd.testing.assert_frame_equal(
        labelled, small.label_frame(whole, keep=["id"]).drop(columns=["row", "paragraph_id"])
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"text": "body"},
            "there is no column 'body'; the columns are ['text']. Name the column of texts with text= (--text).",
        ),
        ({"unit": "word"}, "`unit` must be one of ['paragraph', 'row', 'document']; got 'word'."),
    ],
)
def test_errors_come_before_any_work(small: Model, options: dict[str, str], message: str) -> None:
    frame = dd.from_pandas(pd.DataFrame({"text": ["a truce"]}), npartitions=1)
    with pytest.raises(InputError) as caught:
        label_frame(frame, model=small, **options)
    assert str(caught.value) == message


def test_another_frame_is_refused(small: Model) -> None:
    with pytest.raises(InputError) as caught:
        label_frame(pd.DataFrame({"text": ["a truce"]}), model=small)
    assert (
        str(caught.value)
        == "`frame` must be a Dask DataFrame; got pandas.DataFrame. `dask.dataframe.from_pandas` makes one."
    )


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask.dataframe", None)
    with pytest.raises(
        InputError,
        match=r'^`stance\.engines\.dask` needs the package dask; it is not installed\. pip install "stance-tone\[dask\]"$',
    ):
        label_frame(None)
