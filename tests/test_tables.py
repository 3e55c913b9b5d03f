"""Reading and writing CSV: hostile files, no row lost."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance import TableError, tables
from stance.tables import read_rows, replacing, write_rows


def read(content: bytes, **options: str) -> tuple[list[str], list[list[str]], list[str]]:
    with read_rows(io.BytesIO(content), **options) as table:
        rows = [row for _, row in table]
    return table.columns, rows, [fault.message() for fault in table.faults]


CASES = {
    "comma": b"id,text\n1,a truce\n",
    "semicolon": b"id;text\n1;a truce\n",
    "tab": b"id\ttext\n1\ta truce\n",
    "CRLF": b"id,text\r\n1,a truce\r\n",
    "CR": b"id,text\r1,a truce\r",
    "no last newline": b"id,text\n1,a truce",
    "UTF-8 with a mark": b"\xef\xbb\xbfid,text\n1,a truce\n",
    "UTF-16": "id,text\n1,a truce\n".encode("utf-16"),
    "quoted": b'"id","text"\n"1","a truce"\n',
    "blank lines": b"id,text\n\n1,a truce\n\n",
}


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
    assert [(f.row, f.line, f.raw) for f in table.faults] == [(1, 3, "2,b,c\n"), (2, 4, "3\n")]
    assert table.faults[0].message() == "line 3 has 3 fields where the header has 2."


def test_an_unclosed_quotation_costs_its_own_line_only() -> None:
    _, rows, faults = read(b'id,text\n1,a\n2,"b\n3,c\n4,d\n')
    assert rows == [["1", "a"], ["3", "c"], ["4", "d"]]
    assert faults == ["line 3 opens a quotation that is not closed."]


def test_a_quotation_that_goes_on_for_longer_than_any_row_is_not_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_LONGEST", 100)
    _, rows, faults = read(b'id,text\n1,"b\n' + b"2,c\n" * 100)
    assert (len(rows), len(faults)) == (100, 1)


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
        (b"id,id\n1,2\n", r"must name each column once; \['id'\] occur more than once\. Rename them\.$"),
        (b"id,text\n1,caf\xe9\n", r"must be utf-8; .*Pass its encoding \(cp1252 is what Excel on Windows writes\)\.$"),
    ],
    ids=["empty", "twice", "cp1252"],
)
def test_what_cannot_be_read_is_named(content: bytes, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read(content)


def test_an_encoding_can_be_named() -> None:
    assert read(b"id,text\n1,caf\xe9\n", encoding="cp1252")[1] == [["1", "café"]]
    with pytest.raises(TableError, match=r"`encoding` must be one that Python knows; got 'klingon'\.$"):
        read(b"id,text\n", encoding="klingon")


def test_a_folder_or_nothing_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        with pytest.raises(TableError, match=r"must be a file that can be read; .*Check the path\.$"), read_rows(path):
            pass


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2), max_size=5))
def test_any_table_comes_back_equal(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    write_rows(out, ["a", "b"], rows)
    assert read(out.getvalue().encode(), delimiter=",") == (["a", "b"], rows, [])


def test_a_file_takes_its_place_only_when_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(RuntimeError), replacing(target, force=False) as out:
        out.write("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with replacing(target, force=False) as out:
        out.write("whole")
    with (
        pytest.raises(TableError, match=r"must not exist yet; it does\. Choose another path, or pass force \(--force\)\.$"),
        replacing(target, force=False),
    ):
        pass
    assert target.read_text() == "whole"
