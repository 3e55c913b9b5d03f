"""Reading Parquet: values and types as they are, from a pipe too."""

import io
from pathlib import Path

import pytest

from stance import TableError
from stance.tables.formats import Format
from stance.tables.inputs import open_table
from stance.tables.rows import ReadOptions

pa = pytest.importorskip("pyarrow", reason='needs pyarrow: pip install "stance-tone[io]"')
pq = pytest.importorskip("pyarrow.parquet", reason='needs pyarrow: pip install "stance-tone[io]"')

PARQUET = Format("parquet")


def test_values_and_types_come_back(tmp_path: Path) -> None:
    rows = {
        "id": [7, None, 9],
        "text": ["a", None, "c"],
        "day": pa.array([1, 2, 3], type=pa.timestamp("ms")),
    }
    pq.write_table(pa.table(rows), tmp_path / "in.parquet")
    with open_table(tmp_path / "in.parquet", PARQUET, ReadOptions()) as (table, _):
        assert table.columns == ["id", "text", "day"]
        assert table.types["day"] == pa.timestamp("ms")
        (chunk,) = table.chunks(["text", "id"])
    assert (list(chunk.numbers), dict(chunk.columns)) == (
        [0, 1, 2],
        {"text": ["a", None, "c"], "id": [7, None, 9]},
    )


def test_long_cells_make_small_chunks(tmp_path: Path) -> None:
    lines = [f"{number:010000}" for number in range(1500)]  # 15 million characters
    pq.write_table(pa.table({"text": lines}), tmp_path / "in.parquet", use_dictionary=False)
    with open_table(tmp_path / "in.parquet", PARQUET, ReadOptions()) as (table, _):
        chunks = list(table.chunks(["text"]))
    assert [line for chunk in chunks for line in chunk.columns["text"]] == lines
    assert [number for chunk in chunks for number in chunk.numbers] == list(range(1500))
    assert max(len(chunk.numbers) for chunk in chunks) < 500


class Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False


def test_a_stream_that_cannot_be_rewound_is_read() -> None:
    content = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2]}), content)
    with open_table(Pipe(content.getvalue()), PARQUET, ReadOptions()) as (table, _):
        assert [list(chunk.columns["id"]) for chunk in table.chunks(["id"])] == [[1, 2]]


def test_what_is_no_parquet_is_named() -> None:
    with (
        pytest.raises(
            TableError,
            match=r"^standard input must be a Parquet file; .* Name its format, or fetch it again\.$",
        ),
        open_table(io.BytesIO(b"id,text\n"), PARQUET, ReadOptions()),
    ):
        pass  # fmt: skip
