"""Writing Parquet: types are kept, and no row is lost."""

import io
from pathlib import Path

import pytest
from written_tables import LABELLED, encoder, written

from stance.convert import convert_file
from stance.errors import TableError
from stance.tables.writers.parquet import assemble

pa = pytest.importorskip("pyarrow", reason='needs pyarrow: pip install "stance-tone[io]"')
feather = pytest.importorskip(
    "pyarrow.feather", reason='needs pyarrow: pip install "stance-tone[io]"'
)
pq = pytest.importorskip("pyarrow.parquet", reason='needs pyarrow: pip install "stance-tone[io]"')


def test_parquet_keeps_types() -> None:
    content = written(
        encoder("parquet", ["id"], list(LABELLED.arrays)), {"id": ["7", None]}, [0, 0, 1]
    )
    table = pq.read_table(io.BytesIO(content))
    assert [str(type_) for type_ in table.schema.types] == [
        "string",
        "int64",
        "string",
        "bool",
        "int64",
        "double",
    ]
    assert table.to_pylist()[1:] == [
        {
            "id": "7",
            "row": 0,
            "stance": None,
            "stance_uncertain": None,
            "start": None,
            "stance_probability": None,
        },
        {
            "id": None,
            "row": 2,
            "stance": "opposed",
            "stance_uncertain": False,
            "start": 7,
            "stance_probability": 1 / 3,
        },
    ]


def test_rows_without_a_byte_are_rows(tmp_path: Path) -> None:
    with (
        (tmp_path / "batches").open("wb") as sink,
        pa.ipc.new_stream(sink, pa.schema({"x": pa.null()})) as stream,
    ):
        stream.write_table(pa.table({"x": pa.nulls(3)}))
    with (tmp_path / "batches").open("rb") as part, (tmp_path / "out.parquet").open("wb") as output:
        assemble(part, output)
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 3


def test_a_type_that_parquet_does_not_have_is_named(tmp_path: Path) -> None:
    months = pa.array([(1, 2, 3)], type=pa.month_day_nano_interval())
    feather.write_feather(pa.table({"months": months}), tmp_path / "in.feather")
    expected = (
        r"^Parquet must have a type for every column; .*month_day_nano_interval\. Leave the column "
        r"out, or write \.feather\.$"
    )
    with pytest.raises(TableError, match=expected):
        convert_file(tmp_path / "in.feather", tmp_path / "out.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["in.feather"]
