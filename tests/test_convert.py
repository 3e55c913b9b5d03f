"""Conversion: every row of the CSV, every column as text, in a file that every engine reads alike."""

import io
import json
import random
from pathlib import Path

import pytest

from stance.convert import convert_file
from stance.errors import InputError, TableError
from stance.tables.readers import csv as tables

pa = pytest.importorskip("pyarrow", reason='needs pyarrow: pip install "stance-tone[io]"')
pq = pytest.importorskip("pyarrow.parquet", reason='needs pyarrow: pip install "stance-tone[io]"')

ROWS = [
    ["007", "NA", "They urged\na truce.", "a\u2028b"],
    ["1e3", "", ' "quoted", it said', "=1+1"],
    ["true", "null", "休戦 👩‍👩‍👧", "\t"],
]
CSV = 'id,note,text,rest\n007,NA,"They urged\na truce.",a\u2028b\n1e3,," ""quoted"", it said",=1+1\ntrue,null,休戦 👩‍👩‍👧,\t\n'


def read(path: Path) -> list[list[object]]:
    if path.suffix == ".jsonl":
        lines = path.read_text(encoding="utf-8").split("\n")
        assert lines.pop() == ""
        return [list(json.loads(line).values()) for line in lines]
    table = pq.read_table(path)
    assert {str(kind) for kind in table.schema.types} == {"string"}
    return [list(row.values()) for row in table.to_pylist()]


@pytest.mark.parametrize("name", ["out.parquet", "out.jsonl", "OUT.PARQUET"])
def test_cells_come_out_as_they_stand(tmp_path: Path, name: str) -> None:
    source, output = tmp_path / "in.csv", tmp_path / name
    source.write_text(CSV, encoding="utf-8")
    summary = convert_file(source, output)
    assert (summary.rows, summary.written, summary.errors) == (3, 3, None)
    assert read(output) == ROWS if name != "OUT.PARQUET" else pq.read_table(output).num_rows == 3
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", name}


def test_a_large_table_is_written_a_chunk_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "ROWS", 100)
    lengths = random.Random(7).choices([1, 10, 400], k=1_000)
    source = io.BytesIO(
        (
            "id,text\n"
            + "".join(f"{number},{'x' * length}\n" for number, length in enumerate(lengths))
        ).encode()
    )
    assert convert_file(source, tmp_path / "out.parquet").written == 1_000
    assert read(tmp_path / "out.parquet") == [
        [str(number), "x" * length] for number, length in enumerate(lengths)
    ]


@pytest.mark.parametrize(
    "way",
    [["a.parquet", "b.csv"], ["a.jsonl.gz", "b.parquet", "c.tsv", "d.csv"]],
    ids=["parquet", "all"],
)
def test_there_and_back_again(tmp_path: Path, way: list[str]) -> None:
    source = first = tmp_path / "in.csv"
    source.write_text(CSV, encoding="utf-8")
    for name in way:
        convert_file(source, tmp_path / name)
        source = tmp_path / name
    assert source.read_bytes() == first.read_bytes()


def test_parquet_keeps_its_types_and_several_files_become_one(tmp_path: Path) -> None:
    for name, ids in (("1.parquet", [2**53 + 1, None]), ("2.parquet", [3])):
        pq.write_table(
            pa.table({"id": pa.array(ids, pa.int64()), "file": pa.array(["a"] * len(ids))}),
            tmp_path / name,
        )
    convert_file(tmp_path / "*.parquet", tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column_names == ["file", "id", "input_file"]
    assert table.column("id").to_pylist() == [2**53 + 1, None, 3]
    assert [Path(name).name for name in table.column("file").to_pylist()] == [
        "1.parquet",
        "1.parquet",
        "2.parquet",
    ]


@pytest.mark.parametrize("name", ["out.parquet", "out.jsonl"])
def test_a_table_without_rows_keeps_its_columns(tmp_path: Path, name: str) -> None:
    convert_file(io.BytesIO(b"id,text\n"), tmp_path / name)
    assert (
        read(tmp_path / name) == []
        if name.endswith("jsonl")
        else pq.read_table(tmp_path / name).column_names == ["id", "text"]
    )


def test_another_format_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        convert_file(tmp_path / "nowhere.csv", tmp_path / "out.json")
    assert (
        str(caught.value)
        == "the output must end in .csv, .tsv, .jsonl, .parquet, .feather, .xlsx (csv, tsv, jsonl also in .gz or .zst); "
        "got 'out.json'. Rename it, or name its format with output_format (--output-format)."
    )


def test_a_table_that_cannot_be_read_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(TableError):
        convert_file(io.BytesIO(b"id,id\n1,2\n"), tmp_path / "out.parquet")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out.csv", "out.csv.errors.csv", "link.csv"])
def test_a_source_that_the_output_would_replace_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "out.csv.errors.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "out.csv")
    with pytest.raises(InputError) as error:
        convert_file(tmp_path / name, tmp_path / "out.csv", force=True)
    assert (
        str(error.value)
        == f"{tmp_path}/{name} must not be both source and output (or its .errors.csv). Choose another path."
    )
    assert (tmp_path / name).read_text(encoding="utf-8") == CSV


def broken(column: str) -> "pa.Table":
    """Make a table with a column that Python cannot read."""
    buffers = [None, pa.py_buffer(b"\0\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xe9b")]
    made = {
        "name": pa.Array.from_buffers(pa.string(), 1, buffers),
        "day": pa.array([10_000_000], pa.int32()).cast(pa.date32()),
    }
    return pa.table({column: made[column]})


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ("name", "'utf-8' codec can't decode byte 0xe9 in position 1: invalid continuation byte"),
        ("day", "date value out of range"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(column: str, why: str, tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    pq.write_table(broken(column), source)
    with pytest.raises(TableError) as error:
        convert_file(source, tmp_path / "out.csv")
    assert str(error.value) == (
        f"{source} must hold values that can be read; column {column!r} holds one that cannot: {why}. Mend it, or leave the column out."
    )


def test_columns_of_one_name_are_named(tmp_path: Path) -> None:
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), tmp_path / "in.parquet")
    with pytest.raises(
        InputError, match=r"^column 'a' must occur once; it occurs 2 times\. Rename one\.$"
    ):
        convert_file(tmp_path / "in.parquet", tmp_path / "out.csv")


def test_rows_of_any_type_come_through(tmp_path: Path) -> None:
    table = pa.table(
        {
            "view": pa.array(["a", None, "a"], pa.string_view()),
            "numbers": [[1.0, float("nan"), float("inf")], [], None],
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    convert_file(tmp_path / "in.parquet", tmp_path / "out.jsonl")
    assert read(tmp_path / "out.jsonl") == [["a", [1.0, None, "inf"]], [None, []], ["a", None]]
    convert_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").column("view").to_pylist() == ["a", None, "a"]
