"""Which format a name shows, and who reads and writes it."""

import io
from pathlib import Path

import pytest
from written_tables import encoder, written

from stance import InputError
from stance.tables.formats import FORMATS, Format, find_format, find_output_format, parse_format
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
    assert find_format(Path("a.csv"), "jsonl.gz") == Format("jsonl", "gz")


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
    assert find_format(file, None) == expected


@pytest.mark.parametrize("name", ["klingon", "parquet.gz"])
def test_an_unknown_format_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(InputError) as error:
        find_format(Path("a.csv"), name)
    assert str(error.value) == (
        "`source_format` must be one of ['csv', 'tsv', 'jsonl', 'parquet', 'feather', 'xlsx', 'xls', 'ods', 'json', 'docx', 'nexis', 'html'] "
        "(csv, tsv, jsonl, json may end in .gz or .zst); "
        f"got {name!r}."
    )


@pytest.mark.parametrize("name", ["o.json", "o.docx", "o.txt", "o.parquet.gz", "o.2024"])
def test_an_output_must_have_a_suffix_that_can_be_written(name: str) -> None:
    with pytest.raises(InputError) as error:
        find_output_format(Path(name), None)
    assert str(error.value) == (
        "the output must end in .csv, .tsv, .jsonl, .parquet, .feather, .xlsx (csv, tsv, jsonl also in .gz or .zst); "
        f"got {name!r}. Rename it, or name its format with output_format (--output-format)."
    )


@pytest.mark.parametrize("name", ["o", "o.gz", "o.csv.gz"])
def test_an_output_without_a_suffix_is_csv(name: str) -> None:
    assert find_output_format(Path(name), None).kind == "csv"


def test_an_output_format_that_is_only_read_is_refused() -> None:
    with pytest.raises(InputError, match=r"^`output_format` must be one of .* got 'json'\.$"):
        find_output_format(Path("o.csv"), "json")


NEEDS = {"parquet": ["pyarrow"], "feather": ["pyarrow"], "xlsx": ["xlsxwriter", "python_calamine"]}


@pytest.mark.parametrize("kind", [kind for kind, entry in FORMATS.items() if entry.encoder])
def test_every_format_is_written_and_read(kind: str) -> None:
    for module in NEEDS.get(kind, []):
        pytest.importorskip(module)
    content = written(encoder(kind, ["id"], ["stance"]), {"id": ["7", "8"]}, [0, 0, 1])
    with open_table(io.BytesIO(content), Format(kind), ReadOptions("utf-8")) as (table, _):
        assert table.columns == ["id", "stance"]
        assert [list(chunk.columns["id"]) for chunk in table.chunks(["id"])] == [["7", "7", "8"]]
