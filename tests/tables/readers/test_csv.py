"""Reading CSV: hostile files, and no row lost."""

import gzip
import io
from pathlib import Path

import pytest
from csv_cases import CASES, ODDITIES, SPECTRUM, read
from hypothesis import given
from hypothesis import strategies as st

from stance import TableError
from stance.tables.encodings import original_bytes
from stance.tables.readers import csv as csv_reader
from stance.tables.readers.csv import read_rows
from stance.tables.writers.csv import csv_quoted


@pytest.mark.parametrize(("content", "expected"), SPECTRUM.values(), ids=SPECTRUM)
def test_the_cases_of_csv_spectrum(content: str, expected: list[list[str]]) -> None:
    assert read(content.encode())[1:] == (expected, [])


@pytest.mark.filterwarnings("ignore::stance.StanceWarning")  # of a guess of the encoding
@pytest.mark.parametrize(
    ("content", "columns", "expected", "aside"), ODDITIES.values(), ids=ODDITIES
)
def test_the_oddities_that_readers_stumble_over(
    content: bytes, columns: list[str], expected: list[list[str]], aside: list[int]
) -> None:
    """Every row is read as it is written, or put aside with its line: none is lost."""
    with read_rows(io.BytesIO(content)) as table:
        rows = [row for _, row in table]
    assert (table.columns, rows) == (columns, expected)
    assert [fault.line for fault in table.faults] == aside


@pytest.mark.parametrize("content", CASES.values(), ids=CASES)
def test_the_same_table_in_many_forms(content: bytes) -> None:
    assert read(content) == (["id", "text"], [["1", "a truce"]], [])


def test_cells_are_kept_as_they_are() -> None:
    content = b'id,text\n007,NA\nnull,"two\nlines, and ""quotes"""\n'
    assert read(content)[1] == [["007", "NA"], ["null", 'two\nlines, and "quotes"']]


def test_a_cell_may_be_ten_megabytes() -> None:
    assert len(read(b"id,text\n1," + b"x" * 10_000_000 + b"\n")[1][0][1]) == 10_000_000


def test_a_ragged_row_is_put_aside_word_for_word() -> None:
    with read_rows(io.BytesIO(b"id,text\n1,a\n2,b,c\n3\n4,d\n")) as table:
        rows = list(table)
    assert rows == [(0, ["1", "a"]), (3, ["4", "d"])]
    assert [(fault.row, fault.line, fault.raw) for fault in table.faults] == [
        (1, 3, "2,b,c\n"),
        (2, 4, "3\n"),
    ]
    assert table.faults[0].message() == "line 3 has 3 fields where the header has 2."


def test_a_quotation_that_is_closed_wrongly_costs_what_it_holds() -> None:
    with read_rows(io.BytesIO(b'id,text\n1,"a\n2,"b"\n3,c\n')) as table:
        rows = list(table)
    assert rows == [(1, ["3", "c"])]
    assert [(fault.row, fault.line, fault.raw) for fault in table.faults] == [
        (0, 2, '1,"a\n2,"b"\n')
    ]
    assert table.faults[0].message() == "line 2 cannot be read (',' expected after '\"')."


def test_a_row_with_bytes_of_another_encoding_is_put_aside_word_for_word() -> None:
    with read_rows(io.BytesIO("id,text\n1,ça\n2,né\n".encode() + b"3,caf\xe9\n4,d\n")) as table:
        rows = list(table)
    assert rows == [(0, ["1", "ça"]), (1, ["2", "né"]), (3, ["4", "d"])]
    assert [(fault.message(), original_bytes(fault.raw)) for fault in table.faults] == [
        ("line 4 is not utf-8.", b"3,caf\xe9\n")
    ]


def test_zero_bytes_are_text() -> None:
    assert read(b"id,text\n1,a\x00b\n")[1] == [["1", "a\x00b"]]


def test_a_line_longer_than_any_row_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in "rows", "readers.csv_records":
        monkeypatch.setattr(f"stance.tables.{module}.LONGEST_RECORD", 100)
    monkeypatch.setattr("stance.tables.encodings.BLOCK", 50)
    _, rows, faults = read(b"id,text\n" + b"x" * 1000 + b"\n1,a\n")
    assert rows == [["1", "a"]]
    assert len(faults) == 7
    assert faults[0] == "line 2 has 1 fields where the header has 2."


def test_a_header_alone_has_no_rows() -> None:
    assert read(b"id,text\n") == (["id", "text"], [], [])


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(b"id,text\n1,a\n") + gzip.compress(b"2,b\n"))
    with read_rows(tmp_path / "in.csv.gz") as table:
        assert [row for _, row in table] == [["1", "a"], ["2", "b"]]
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(b"id,text\n1,a\n")[:-9])
    with (
        pytest.raises(
            TableError,
            match=r"in\.csv\.gz must be whole; it cannot be read to its end: .*Fetch it again\.$",
        ),
        read_rows(tmp_path / "in.csv.gz"),
    ):
        pass


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8"), max_size=5), min_size=1, max_size=3),
        max_size=5,
    ),
    st.sampled_from(["\n", "\r", "\r\n"]),
    st.integers(1, 5),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_where_blocks_and_chunks_end_makes_no_difference(
    rows: list[list[str]], end: str, size: int, encoding: str
) -> None:
    width = max(map(len, rows), default=1)
    lines = [
        ",".join(csv_quoted(cell) or '""' for cell in row + [""] * (width - len(row)))
        for row in [["a", "b", "c"][:width], *rows]
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stance.tables.encodings.BLOCK", size)
        patch.setattr(csv_reader, "ROWS", size)
        patch.setattr(csv_reader, "CHARACTERS", 10 * size)
        table = read((end.join(lines) + end).encode(encoding), encoding=encoding, delimiter=",")
    assert table == (["a", "b", "c"][:width], [row + [""] * (width - len(row)) for row in rows], [])


def test_an_unclosed_quotation_costs_its_own_line_only() -> None:
    _, rows, faults = read(b'id,text\n1,a\n2,"b\n3,c\n4,d\n')
    assert rows == [["1", "a"], ["3", "c"], ["4", "d"]]
    assert faults == ["line 3 opens a quotation that is not closed."]


def test_an_empty_line_is_a_row_of_a_table_of_one_column_only() -> None:
    assert read(b"text\na\n\nb\n")[1] == [["a"], [""], ["b"]]
    assert read(b"id,text\n1,a\n\n2,b\n")[1] == [["1", "a"], ["2", "b"]]


def test_empty_columns_of_a_spreadsheet_get_a_name() -> None:
    assert read(b"id,text,,\n1,a,,\n")[0] == ["id", "text", "column 3", "column 4"]


def test_what_was_lent_is_not_closed() -> None:
    source = io.BytesIO(b"id,text\n1,a\n")
    with read_rows(source) as table:
        list(table)
    assert not source.closed


def test_a_delimiter_is_one_character() -> None:
    with pytest.raises(TableError, match=r"`delimiter` must be one character; got ';;'\.$"):
        read(b"id;;text\n", delimiter=";;")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"must begin with a header; it is empty\. Name the columns in its first line\.$"),
        (
            b"id,id\n1,2\n",
            r"must name each column once; \['id'\] occur more than once\. Rename them\.$",
        ),
    ],
    ids=["empty", "twice"],
)
def test_what_cannot_be_read_is_named(content: bytes, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read(content)


def test_an_encoding_can_be_named() -> None:
    assert read(b"id,text\n1,caf\xe9\n", encoding="cp1252")[1] == [["1", "café"]]
    with pytest.raises(
        TableError, match=r"`encoding` must be a text encoding that Python knows; got 'klingon'\.$"
    ):
        read(b"id,text\n", encoding="klingon")


def test_a_folder_or_nothing_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        with (
            pytest.raises(
                TableError, match=r"must be a file that can be read; .*Check the path\.$"
            ),
            read_rows(path),
        ):
            pass


def test_rows_after_a_header_of_several_lines_are_all_there() -> None:
    content = b'"a long column name\nb\nc",d\n1,2\n3,4\n5,6\n7\n'
    with read_rows(io.BytesIO(content)) as table:
        rows = list(table)
    assert table.columns == ["a long column name\nb\nc", "d"]
    assert rows == [(0, ["1", "2"]), (1, ["3", "4"]), (2, ["5", "6"])]
    assert [(fault.row, fault.message()) for fault in table.faults] == [
        (3, "line 7 has 1 fields where the header has 2.")
    ]
