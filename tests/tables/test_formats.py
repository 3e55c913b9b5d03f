"""Which format a name shows, and which files it stands for."""

import io
from pathlib import Path

import pytest

from stance import InputError, TableError
from stance.tables.formats import Format, find_files, find_format, open_table, parse_format
from stance.tables.inputs import Inputs


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", Format("csv")),
        ("A.TSV.GZ", Format("tsv", "gz")),
        ("a.ndjson.zst", Format("jsonl", "zst")),
        ("a.parquet", Format("parquet")),
        ("a.txt", None),
        ("a.csv.zip", None),
    ],
)
def test_a_name_shows_its_format(name: str, expected: Format | None) -> None:
    assert parse_format(name) == expected


def test_a_format_told_is_believed() -> None:
    assert find_format(Path("a.csv"), "jsonl.gz", "source_format") == Format("jsonl", "gz")
    assert (
        find_format(Path("a"), None, "source_format")
        == find_format(io.BytesIO(), None, "source_format")
        == Format("csv")
    )
    for told in ("xlsx", "parquet.gz"):
        with pytest.raises(InputError) as error:
            find_format(Path("a.csv"), told, "source_format")
        assert str(error.value) == (
            "`source_format` must be one of ['csv', 'tsv', 'jsonl', 'parquet'], the first three with .gz or .zst if they are packed; "
            f"got {told!r}."
        )


def test_patterns_and_folders_stand_for_their_tables_in_order(tmp_path: Path) -> None:
    for name in ("b.csv", "a.jsonl", ".hidden.csv", "notes.txt", "out.csv", "old.csv.errors.csv"):
        (tmp_path / name).write_text("")
    (tmp_path / "c.csv").mkdir()
    out = tmp_path / "out.csv"
    assert find_files(tmp_path, besides=[out]) == [tmp_path / "a.jsonl", tmp_path / "b.csv"]
    assert find_files(str(tmp_path / "*.csv"), besides=[out]) == [tmp_path / "b.csv"]
    assert find_files([tmp_path / "b.csv", str(tmp_path / "[a].*")]) == [
        tmp_path / "b.csv",
        tmp_path / "a.jsonl",
    ]
    (tmp_path / "[1].csv").write_text("")  # a name like a pattern is a name where it is there
    assert find_files(tmp_path / "[1].csv") == [tmp_path / "[1].csv"]
    for nothing in (tmp_path / "*.tsv", tmp_path / "c.csv"):
        with pytest.raises(TableError) as error:
            find_files(nothing)
        assert (
            str(error.value)
            == f"{nothing} must hold a table (csv, tsv, jsonl, parquet); it holds none. Check the path."
        )


def test_parquet_comes_back_and_other_bytes_are_named(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    rows = {
        "id": [7, None, 9],
        "text": ["a", None, "c"],
        "at": pa.array([1, 2, 3], type=pa.timestamp("s")),
    }
    pq.write_table(pa.table(rows), tmp_path / "in.parquet")
    with open_table(tmp_path / "in.parquet", Format("parquet")) as (table, _):
        assert table.columns == ["id", "text", "at"]
        (chunk,) = table.chunks(["text", "id"])
    assert (list(chunk.numbers), dict(chunk.columns)) == (
        [0, 1, 2],
        {"text": ["a", None, "c"], "id": [7, None, 9]},
    )
    with (
        pytest.raises(
            TableError,
            match=r"^standard input must be a Parquet file; .* Name its format, or fetch it again\.$",
        ),
        open_table(io.BytesIO(b"id,text\n"), Format("parquet")),
    ):
        pass  # fmt: skip


def test_tables_with_other_columns_than_the_first_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,a\n")
    (tmp_path / "b.csv").write_text("text,id\nb,2\n")
    with Inputs(tmp_path) as inputs:
        assert [
            (name, dict(chunk.columns)) for name, chunk, _ in inputs.chunks(["id", "text"])
        ] == [
            (str(tmp_path / "a.csv"), {"id": ["1"], "text": ["a"]}),
            (str(tmp_path / "b.csv"), {"id": ["2"], "text": ["b"]}),
        ]
    (tmp_path / "c.csv").write_text("text,date\nb,2\n")
    with pytest.raises(InputError) as error:
        Inputs(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/c.csv must have the columns of {tmp_path}/a.csv; it lacks ['id'] and has ['date'] besides. Rename them, or label "
        "the tables one by one."
    )


def test_a_table_that_two_sources_stand_for_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,a\n")
    with pytest.raises(InputError) as error:
        Inputs([tmp_path, str(tmp_path / "[a].csv")])
    assert str(error.value) == (
        f"{tmp_path}/a.csv must be named once; it is there twice, and so would be its rows. Narrow the patterns or folders."
    )
    with Inputs(str(tmp_path / "**" / "**" / "*.csv")) as inputs:
        assert len(list(inputs.chunks(["id"]))) == 1
