"""Which files a source stands for, and several tables read as one."""

import io
from pathlib import Path

import pandas as pd
import pytest

import stance
from stance import InputError, TableError
from stance.tables.inputs import Inputs, check_apart, find_files


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
    (tmp_path / "[1].csv").write_text("")  # a name like a pattern is the name of a file that exists
    assert find_files(tmp_path / "[1].csv") == [tmp_path / "[1].csv"]


@pytest.mark.parametrize("name", ["*.tsv", "empty"])
def test_a_pattern_or_folder_without_a_table_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(TableError) as error:
        find_files(tmp_path / name)
    assert (
        str(error.value)
        == f"{tmp_path}/{name} must hold a table (csv, tsv, jsonl, parquet, feather, xlsx, xls, ods, json, docx, nexis, html); it holds none. Check the path."
    )


def test_no_source_at_all_is_refused() -> None:
    with pytest.raises(InputError) as error:
        Inputs([])
    assert str(error.value) == "`source` must name at least one file; got none."


@pytest.mark.parametrize("source", ["", ["a.csv", ""]])
def test_a_source_without_a_name_is_not_the_current_folder(source: str | list[str]) -> None:
    with pytest.raises(InputError) as error:
        find_files(source)
    assert str(error.value) == (
        "`source` must name a file, a pattern or a folder; it is empty. Name one."
    )


@pytest.mark.parametrize(
    "source", ["They urged a truce.", ["a.csv", "They urged"], "A truce? " * 999]
)
def test_a_text_is_no_source(source: str | list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        stance.label_file(source, tmp_path / "out.csv")
    assert str(error.value) == (
        "`source` must be a file, a pattern or a folder; it looks like a text. Call label for "
        "one text (echo 'They urged a truce.' | stance score -)."
    )


def test_the_second_of_two_files_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\n")
    with pytest.raises(TableError, match=r"no\.csv must be a file that can be read; No such file"):
        Inputs([tmp_path / "a.csv", tmp_path / "no.csv"])


def test_a_source_that_is_the_output_too_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("id\n1\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "out.csv")
    with pytest.raises(InputError) as error:
        check_apart([tmp_path / "link.csv"], [tmp_path / "out.csv"])
    assert str(error.value) == (
        f"{tmp_path}/link.csv must not be both source and output (or its .errors.csv). Choose another path."
    )


def test_a_table_that_two_sources_stand_for_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,a\n")
    with pytest.raises(InputError) as error:
        Inputs([tmp_path, str(tmp_path / "[a].csv")])
    assert str(error.value) == (
        f"{tmp_path}/a.csv must be named once; it is named twice, which would read its rows twice. Narrow the patterns or folders."
    )
    with Inputs(str(tmp_path / "**" / "**" / "*.csv")) as inputs:
        assert len(list(inputs.chunks(["id"]))) == 1


def test_tables_are_read_one_after_another_whatever_the_order_of_their_columns(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,a\n")
    (tmp_path / "b.csv").write_text("text,id\nb,2\n")
    with Inputs(tmp_path) as inputs:
        assert [
            (name, dict(chunk.columns)) for name, chunk, _ in inputs.chunks(["id", "text"])
        ] == [
            (str(tmp_path / "a.csv"), {"id": ["1"], "text": ["a"]}),
            (str(tmp_path / "b.csv"), {"id": ["2"], "text": ["b"]}),
        ]


@pytest.mark.parametrize(
    ("header", "difference"),
    [
        ("text,date", "lacks ['id'] and also has ['date']"),
        ("text", "lacks ['id']"),
        ("text,id,date", "also has ['date']"),
    ],
)
def test_other_columns_than_those_of_the_first_table_are_named(
    header: str, difference: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,a\n")
    (tmp_path / "b.csv").write_text(f"{header}\n")
    with pytest.raises(InputError) as error:
        Inputs(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/b.csv must have the columns of {tmp_path}/a.csv; it {difference}. Rename them, or label the tables one by one."
    )


@pytest.mark.parametrize(
    ("names", "several"),
    [(["a.csv"], False), (["[a].csv"], True), (["."], True), (["a.csv", "b.jsonl"], True)],
    ids=["a file", "a pattern", "a folder", "a list"],
)
def test_only_one_named_file_is_surely_one_table(
    names: list[str], several: bool, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "b.jsonl").write_text('{"id": 1}\n')
    with Inputs([tmp_path / name for name in names]) as inputs:
        assert inputs.several is several
    if len(names) == 1:
        with Inputs(str(tmp_path / names[0])) as inputs:
            assert inputs.several is several


def test_the_position_counts_the_bytes_of_all_tables(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "b.csv").write_text("id\n22\n")
    with Inputs(tmp_path) as inputs:
        assert (inputs.size, [position for *_, position in inputs.chunks(["id"])]) == (11, [5, 11])


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "jsonl", "json", "parquet", "feather", "xlsx"])
def test_the_position_keeps_pace_with_the_rows_handed_on(suffix: str, tmp_path: Path) -> None:
    """Not with what was read ahead, to find the encoding or because a format is read whole."""
    path = tmp_path / f"long.{suffix}"
    write_long(path, 20_000)
    with Inputs(path) as inputs:
        places = [
            (chunk.numbers[-1] / 20_000, position / inputs.size)
            for _, chunk, position in inputs.chunks(["text"])
        ]
    assert len(places) > 3
    assert max(abs(rows - read) for rows, read in places) < 0.25  # a block of 1 MB
    assert places[-1][1] == 1


def write_long(path: Path, n_rows: int) -> None:
    frame = pd.DataFrame(
        {"text": [f"{number} lamps were lit. " + "oil " * 60 for number in range(n_rows)]}
    )
    match path.suffixes:
        case [".json"]:
            frame.to_json(path, orient="records")
        case [".jsonl"]:
            frame.to_json(path, orient="records", lines=True)
        case [".parquet"]:
            frame.to_parquet(path)
        case [".feather"]:
            frame.to_feather(path)
        case [".xlsx"]:
            frame.to_excel(path, index=False, engine="xlsxwriter")
        case _:
            frame.to_csv(path, index=False)


def test_a_digest_changes_with_content_and_with_names_if_there_are_several(tmp_path: Path) -> None:
    def digest(*names: str) -> str:
        with Inputs([tmp_path / name for name in names]) as inputs:
            return inputs.digest()

    for name in ("a.csv", "b.csv", "c.csv"):
        (tmp_path / name).write_text("id\n1\n")
    assert digest("a.csv") == digest("b.csv")
    assert digest("a.csv", "b.csv") != digest("a.csv", "c.csv")
    before = digest("a.csv")
    (tmp_path / "a.csv").write_text("id\n2\n")
    assert digest("a.csv") != before
    with Inputs(io.BytesIO(b"id\n1\n")) as inputs, pytest.raises(InputError) as error:
        inputs.digest()
    assert (
        str(error.value)
        == "`resume` must have a file as its source; a stream cannot be read again. Save it first."
    )
