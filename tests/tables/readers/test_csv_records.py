"""Lines of CSV as records: every line belongs to one, and an open quotation costs little.

What the extension parses is what the standard library gives.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from csv_cases import SPECTRUM, read
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import TableError
from stance.tables import encodings
from stance.tables.readers import csv as csv_reader
from stance.tables.readers import csv_records
from stance.tables.readers.csv import read_rows
from stance.tables.readers.csv_records import RecordParser
from stance.tables.rows import Lines


def parse(text: str, rows: int) -> tuple[list[list[str]], list[str], list[str]]:
    """Return the records that were parsed, the lines of each record, and the reasons of faults."""
    parser = RecordParser(Lines([text]), ",")
    records: list[list[str]] = []
    parts: list[str] = []
    reasons: list[str] = []
    while True:
        parsed = parser.read(rows, 1000)
        if not parsed.records:
            return records, parts, reasons
        starts = parsed.starts()
        for index, record in enumerate(parsed.records):
            parts.append("".join(parsed.lines[starts[index] : starts[index + 1]]))
            if index in parsed.reasons:
                reasons.append(parsed.reasons[index])
            else:
                records.append(record)


@given(st.text('ab,"\n', max_size=30), st.integers(1, 4))
def test_no_line_is_lost(text: str, rows: int) -> None:
    _, parts, _ = parse(text, rows)
    assert "".join(parts) == text


@given(st.lists(st.lists(st.text('a,"\n', max_size=4), min_size=2), max_size=5), st.integers(1, 4))
def test_well_formed_records_are_those_of_the_standard_library(
    rows: list[list[str]], at_once: int
) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    records, _, reasons = parse(stream.getvalue(), at_once)
    assert (records, reasons) == (rows, [])


def test_what_cannot_be_parsed_is_a_record_with_a_reason() -> None:
    assert parse('1,a\n2,"b"c\n3,"d\n4,e\n', 2) == (
        [["1", "a"], ["4", "e"]],
        ["1,a\n", '2,"b"c\n', '3,"d\n', "4,e\n"],
        ["cannot be read (',' expected after '\"')", "opens a quotation that is not closed"],
    )


def test_a_quotation_that_goes_on_for_longer_than_any_row_is_not_gathered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(csv_records, "LONGEST_RECORD", 100)
    _, rows, faults = read(b'id,text\n1,"b\n' + b"2,c\n" * 100)
    assert (len(rows), len(faults)) == (100, 1)
    monkeypatch.setattr(csv_records, "LONGEST_RECORD", 10_000)
    monkeypatch.setattr(csv_records, "_MOST_LINES", 10)
    monkeypatch.setattr(csv_reader, "ROWS", 4)
    _, rows, faults = read(b'id,text\n1,"b\n' + b"2,c\n" * 100)
    assert (len(rows), len(faults)) == (100, 1)


def test_a_delimiter_is_one_character() -> None:
    with pytest.raises(TableError) as error:
        RecordParser(Lines([]), ";;")
    assert str(error.value) == "`delimiter` must be one character; got ';;'."


needs_extension = pytest.mark.skipif(
    csv_records.read_records is None, reason="needs the compiled scorer, which is not installed"
)


def lines_of(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


def parse_plain(text: str, n_columns: int, delimiter: str = ",") -> list[list[str]] | None:
    parser = RecordParser(Lines([text]), delimiter)
    plain = parser.read_plain(1000, 1000, n_columns, list(range(n_columns)))
    return plain and [list(row) for row in zip(*plain.columns, strict=True)]


@needs_extension
@pytest.mark.parametrize(("content", "rows"), SPECTRUM.values(), ids=SPECTRUM)
def test_the_extension_parses_well_formed_rows(content: str, rows: list[list[str]]) -> None:
    header, *parsed = parse_plain(content, len(rows[0])) or []
    assert (header, parsed) == (lines_of(content)[0].rstrip().split(","), rows)


@needs_extension
@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('a,b\nc,"d\n', [["a", "b"]]),
        ('a,"b\r\n\r\nc"\r\nd,"e\r\n', [["a", "b\r\n\r\nc"]]),
        ('NA,null\n"",""""\n', [["NA", "null"], ["", '"']]),
        ('a"b,"c""d"\n', [['a"b', 'c"d']]),
        ("\ufeffa\0, b \n", [["\ufeffa\0", " b "]]),
        ("\u2019,\u00e9\n\U0001f54a,\n", [["\u2019", "\u00e9"], ["\U0001f54a", ""]]),
    ],
)
def test_only_whole_records_are_parsed_and_as_they_stand(
    content: str, rows: list[list[str]]
) -> None:
    assert parse_plain(content, 2) == rows


@pytest.mark.parametrize(
    "content",
    [
        'a,"b"c\n',
        '"a" ,b\n',
        "a,b\n\nc,d\n",
        "\na,b\n",
        "a,b\rc,d\n",
        'a,"b\rc"\n',
        "a,b\r",
        "a,b\nc\n",
        "a,b,c\n",
        "a,\udcff\n",
        'a,"\udcff"\n',
        "a,b",
        'a,"b\n',
        'a,"b\n\nc"\nd,"e',  # not whole lines
        "",
    ],
    ids=repr,
)
def test_what_may_be_a_fault_is_left_to_the_standard_library(content: str) -> None:
    assert parse_plain(content, 2) is None


def test_a_delimiter_that_ends_cells_otherwise_is_left_to_the_standard_library() -> None:
    for delimiter in '"\r\n':
        assert parse_plain(f"a{delimiter}b\n", 2, delimiter) is None


cells = st.sampled_from(
    ["a", '"b"', '""', '"c\nd"', '"e""f"', "", '"g,"', '"\r\n"', 'h"i', '"j"k', ' "l"', "é", "\ufeff",
     '"m', "\0", "\u2019", '"\U0001f54a"']
)  # fmt: skip
records = st.builds(",".join, st.lists(cells, min_size=1, max_size=3)) | st.just("")
texts = st.lists(
    st.builds(str.__add__, records, st.sampled_from(["\n"] * 5 + ["\r\n", "\r", ""])), max_size=12
).map("".join)


@given(texts, st.integers(1, 3))
def test_what_the_extension_parses_is_what_the_standard_library_gives(
    text: str, n_columns: int
) -> None:
    parser = RecordParser(Lines([text]), ",")
    plain = parser.read_plain(1000, 1000, n_columns, list(range(n_columns)))
    if plain:
        head = lines_of(text)[: plain.n_lines]
        rows = [row or [""] for row in csv.reader(head, strict=True)]
        assert list(map(list, zip(*plain.columns, strict=True))) == rows
        assert len(rows) == plain.n_rows


def chunks(
    content: bytes, *, compiled: bool, **settings: int
) -> list[tuple[list[int], list[list[str]], list[str]]]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            module = csv_reader if name in ("ROWS", "CHARACTERS") else csv_records
            module = encodings if name == "BLOCK" else module
            patch.setattr(module, name, value)
        if not compiled:
            patch.setattr(csv_records, "read_records", None)
        with read_rows(io.BytesIO(content), encoding="utf-8") as table:
            return [
                (
                    list(chunk.numbers),
                    [*map(list, chunk.columns.values())],
                    [repr(fault) for fault in chunk.faults],
                )
                for chunk in table.chunks(["y", "x"])
            ]


lines = st.sampled_from(
    ["a,b\n"] * 4
    + ['"a\n\n""b""",c\r\n', "a\n", "\n", 'a"b,c\n', 'a,"b"c\n', 'a,"b\n', "a,\xff\n", "a,b\r"]
)  # \xff is no UTF-8


@needs_extension
@given(
    st.lists(lines, max_size=30).map("".join),
    st.integers(1, 9),
    st.integers(5, 60),
    st.sampled_from([1, 7, 20, 1000]),
)
def test_a_table_is_the_same_with_and_without_the_extension_chunk_by_chunk(
    rows: str, at_once: int, characters: int, block: int
) -> None:
    """Where a chunk ends counts: a run that was cut off is resumed by the number of its chunks."""
    content = f"x,y\n{rows}".encode("latin-1")
    settings = {"ROWS": at_once, "CHARACTERS": characters, "BLOCK": block}
    settings |= {"_MOST_LINES": 6, "LONGEST_RECORD": 200}
    assert chunks(content, compiled=True, **settings) == chunks(content, compiled=False, **settings)


@needs_extension
def test_tables_go_to_the_extension_from_the_first_row_on(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[int] = []

    def count(*arguments: Any) -> Any:
        result = extension.read_records(*arguments)
        used.append(result[2] if result else 0)
        return result

    extension = pytest.importorskip("stance.scoring._scorer")
    monkeypatch.setattr(csv_reader, "ROWS", 4)
    monkeypatch.setattr(csv_records, "read_records", count)
    columns, rows, faults = read(b"x,y\n" + b'1,"two\n2"\n' * 5 + b"\n" + b"1,2\n" * 8)
    assert (columns, faults) == (["x", "y"], [])
    assert rows == [["1", "two\n2"]] * 5 + [["1", "2"]] * 8
    assert used == [2, 2, 0, 4, 3, 0]


def test_what_was_read_before_a_source_broke_off_is_there() -> None:
    def blocks() -> Iterator[str]:
        yield "1,2\n3,4\n"
        raise TableError("it broke off.")

    parser = RecordParser(Lines(blocks()), ",")
    plain = parser.read_plain(2, 1000, 2, [1])
    assert (plain.columns if plain else [["2", "4"]]) == [["2", "4"]]
    with pytest.raises(TableError, match=r"^it broke off\.$"):
        parser.read(3, 1000)


@needs_extension
def test_what_the_extension_cannot_parse_is_refused() -> None:
    extension = pytest.importorskip("stance.scoring._scorer")
    for start, n_columns, wanted in (-1, 1, [0]), (0, 0, []), (0, 1, [1]), (0, 1, [-1]):
        with pytest.raises(ValueError, match=r"must (be|hold)"):
            extension.read_records("a\n", start, 0, 9, 9, True, ",", n_columns, wanted)
    assert extension.read_records("a\n", 5, 9, 9, 9, True, ",", 1, [0]) is None
