"""Which format a name shows, and who reads and writes it."""

import io
from pathlib import Path

import pytest
from written_tables import encoder, written

from stance import InputError
from stance.tables.formats import FORMATS, Format, find_format, parse_format
from stance.tables.inputs import open_table
from stance.tables.rows import ReadOptions


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


def test_a_named_format_is_believed() -> None:
    assert find_format(Path("a.csv"), "jsonl.gz", "source_format") == Format("jsonl", "gz")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (Path("a.jsonl"), Format("jsonl")),
        (Path("a"), Format("csv")),
        (Path("a.gz"), Format("csv", "gz")),
        (io.BytesIO(), Format("csv")),
    ],
    ids=["a suffix", "none", "packed", "a stream"],
)
def test_without_a_name_the_suffix_decides_or_it_is_csv(file: object, expected: Format) -> None:
    assert find_format(file, None, "source_format") == expected


@pytest.mark.parametrize("name", ["klingon", "parquet.gz"])
def test_an_unknown_format_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(InputError) as error:
        find_format(Path("a.csv"), name, "source_format")
    assert str(error.value) == (
        "`source_format` must be one of ['csv', 'tsv', 'jsonl', 'parquet'] (csv, tsv, jsonl may end in .gz or .zst); "
        f"got {name!r}."
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_written_and_read(kind: str) -> None:
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    content = written(encoder(kind, ["id"], ["stance"]), {"id": ["7", "8"]}, [0, 0, 1])
    with open_table(io.BytesIO(content), Format(kind), ReadOptions("utf-8")) as (table, _):
        assert table.columns == ["id", "stance"]
        assert [list(chunk.columns["id"]) for chunk in table.chunks(["id"])] == [["7", "7", "8"]]
