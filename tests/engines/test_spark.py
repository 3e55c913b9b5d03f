"""Spark: the labels of one process, with a schema that stands before any row is read."""

import datetime
import shutil
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from stance.errors import InputError
from stance.model import Model

sql = pytest.importorskip("pyspark.sql", reason='needs Spark: pip install "stance-tone[spark]"')
if shutil.which("java") is None:
    pytest.skip("needs Java, which Spark runs on", allow_module_level=True)
pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings(
        "ignore:unclosed <socket:ResourceWarning"
    ),  # Spark's gateway to Java
]

from stance.engines.spark import label_frame  # noqa: E402

TEXTS = [
    "Lamps Out\n\nThey urged a truce.",
    None,
    "",
    "The council voted against a truce.",
    "Two\n\nparagraphs.",
    "12",
    "休戦",
] * 4
KEYS = [
    2**53 + 1 + number if number % 3 else None for number in range(len(TEXTS))
]  # a float would lose the last digit
ROWS = [
    (
        number,
        key,
        text,
        Decimal("1.10"),
        datetime.datetime(2024, 3, 31, 2, 30, tzinfo=datetime.UTC),
        ["a", None],
        float("nan"),
    )
    for number, (key, text) in enumerate(zip(KEYS, TEXTS, strict=True))
]
SCHEMA = "id long, `key.of` long, text string, price decimal(6,2), tone timestamp, tags array<string>, share double"


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        builder = builder.config(
            "spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
        )  # quick to start
        session = (
            builder.config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()
        end_java(session.sparkContext)


def end_java(context: Any) -> None:
    """End Spark's Java process: another test would get it back, with the folder it began in."""
    gateway = type(context)._gateway
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(600)
    type(context)._gateway = type(context)._jvm = None


@pytest.fixture(scope="module")
def frame(spark: Any) -> Any:
    return spark.createDataFrame(ROWS, SCHEMA).repartition(3).cache()


def by_id(frame: Any) -> list[dict[str, Any]]:
    return sorted(
        (row.asDict() for row in frame.collect()), key=lambda row: row["id"]
    )  # stable: blocks keep their order


@pytest.mark.parametrize("unit", ["paragraph", "document"])
def test_partitions_give_what_one_process_gives(small: Model, frame: Any, unit: str) -> None:
    labelled = label_frame(frame, model=small, keep=["id"], unit=unit, key="id")
    expected = small.label_frame(
        pd.DataFrame({"id": range(len(TEXTS)), "text": TEXTS}), keep=["id"], unit=unit, key="id"
    ).drop(columns="row")
    assert labelled.columns == list(expected.columns)
    plain = expected.astype(object)
    assert by_id(labelled) == plain.where(plain.notna(), None).to_dict("records")


def test_carried_columns_come_out_as_they_went_in(small: Model, frame: Any) -> None:
    labelled = label_frame(frame, model=small, keep="all", unit="row")
    carried = ["id", "key.of", "text", "price", "input_tone", "tags", "share"]
    assert [field.dataType for field in labelled.schema.fields[:7]] == [
        field.dataType for field in frame.schema.fields
    ]
    rows = by_id(labelled)
    assert [[repr(row[name]) for name in carried] for row in rows] == [
        [repr(v) for v in row.values()] for row in by_id(frame)
    ]
    assert [row["key.of"] for row in rows] == KEYS


def test_the_schema_is_the_same_whatever_a_partition_holds(small: Model, spark: Any) -> None:
    rows = [(1, "They urged a truce."), (2, None)]
    schemas = set()
    for some in (rows, rows[1:], []):
        labelled = label_frame(
            spark.createDataFrame(some, "id long, text string"), model=small, keep=["id"]
        )
        assert [row["status"] for row in by_id(labelled)] == ["labelled", "missing"][
            2 - len(some) :
        ]
        schemas.add(labelled.schema.json())
    assert len(schemas) == 1


def test_cells_that_hold_no_text_say_so(small: Model, frame: Any) -> None:
    labelled = label_frame(frame, text="price", model=small, keep=["id"])
    assert {row["status"] for row in by_id(labelled)} == {"not text"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"text": "body"},
            "there is no column 'body'; the columns are ['id', 'key.of', 'text', 'price', 'tone', 'tags', 'share']. Name the column of texts with text= (--text).",
        ),
        ({"level": 2.0}, "`level` must be from 0.5 to 0.99; got 2.0. The usual choice is 0.9."),
    ],
)
def test_errors_come_before_any_work(
    small: Model, frame: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        label_frame(frame, model=small, keep=["id"], **options)
    assert str(caught.value) == message


def test_another_frame_is_refused(small: Model) -> None:
    with pytest.raises(InputError) as caught:
        label_frame(pd.DataFrame({"text": ["a truce"]}), model=small, keep=())
    assert (
        str(caught.value)
        == "`frame` must be a Spark DataFrame; got pandas.DataFrame. `spark.createDataFrame` makes one."
    )


def test_without_spark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(
        InputError,
        match=r'^`stance\.engines\.spark` needs the package pyspark; it is not installed\. pip install "stance-tone\[spark\]"$',
    ):
        label_frame(None, keep=())
