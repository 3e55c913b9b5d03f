"""What pyarrow parses is what the standard library would give; the rest is left to the standard library."""

import csv
import io
import threading
from typing import Any

import pytest
from csv_cases import SPECTRUM, read
from hypothesis import given
from hypothesis import strategies as st

from stance.tables.readers import csv as csv_reader
from stance.tables.readers import csv_pyarrow, csv_records
from stance.tables.readers.csv import read_rows
from stance.tables.readers.csv_pyarrow import parse_plain

needs_pyarrow = pytest.mark.skipif(
    csv_pyarrow._import_pyarrow() is None, reason="needs pyarrow, which is not installed"
)


def lines_of(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


def parse(text: str, n_columns: int, delimiter: str = ",") -> list[list[str]] | None:
    plain = parse_plain(lines_of(text), delimiter, n_columns)
    return plain and [list(row) for row in zip(*map(plain.column, range(n_columns)), strict=True)]


@needs_pyarrow
@pytest.mark.parametrize(("content", "rows"), SPECTRUM.values(), ids=SPECTRUM)
def test_well_formed_rows_are_parsed(content: str, rows: list[list[str]]) -> None:
    header, *parsed = parse(content, len(rows[0])) or []
    assert (header, parsed) == (lines_of(content)[0].rstrip().split(","), rows)


@needs_pyarrow
@pytest.mark.parametrize(
    ("content", "rows", "n_lines"),
    [
        ('a,b\nc,"d\n', [["a", "b"]], 1),
        ('a,"b\n\nc"\nd,"e', None, 0),  # not whole lines
        ('a,"b\r\n\r\nc"\r\nd,"e\r\n', [["a", "b\r\n\r\nc"]], 3),
        ('NA,null\n"",""""\n', [["NA", "null"], ["", '"']], 2),
        ("a\0, b \n", [["a\0", " b "]], 1),
    ],
)
def test_only_whole_records_are_parsed_and_as_they_stand(
    content: str, rows: list[list[str]] | None, n_lines: int
) -> None:
    assert parse(content, 2) == rows
    if rows:
        assert parse_plain(lines_of(content), ",", 2)[0] == n_lines  # type: ignore[index]


@pytest.mark.parametrize(
    "content",
    [
        'a"b,c\n',
        'a,"b"c\n',
        '"a" ,b\n',
        "a,b\n\nc,d\n",
        "\na,b\n",
        "a,b\rc,d\n",
        "a,b\nc\n",
        "a,b,c\n",
        "\ufeffa,b\n",
        "a,\udcff\n",
        "a,b",
    ],
    ids=repr,
)
def test_what_pyarrow_might_read_otherwise_is_not_given_to_it(content: str) -> None:
    assert parse(content, 2) is None


@needs_pyarrow
def test_pyarrow_never_reads_in_the_main_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """There it takes signals for itself, and lost a Ctrl-C in one of some twenty runs."""
    pyarrow = csv_pyarrow._import_pyarrow()
    read_in = []
    read_csv = pyarrow.csv.read_csv

    def record(*arguments: Any) -> Any:
        read_in.append(threading.current_thread())
        return read_csv(*arguments)

    monkeypatch.setattr(pyarrow.csv, "read_csv", record)
    assert parse("a,b\n", 2) == [["a", "b"]]
    assert read_in and threading.main_thread() not in read_in


def test_without_pyarrow_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_pyarrow, "_import_pyarrow", lambda: None)
    assert parse("a,b\n", 2) is None


cells = st.sampled_from(
    [
        "a",
        '"b"',
        '""',
        '"c\nd"',
        '"e""f"',
        "",
        '"g,"',
        '"\r\n"',
        'h"i',
        '"j"k',
        ' "l"',
        "é",
        "\ufeff",
        '"m',
        "\0",
    ]
)
records = st.builds(",".join, st.lists(cells, min_size=1, max_size=3)) | st.just("")
texts = st.lists(
    st.builds(str.__add__, records, st.sampled_from(["\n"] * 5 + ["\r\n", "\r", ""])), max_size=12
).map("".join)


@needs_pyarrow
@given(texts, st.integers(1, 3))
def test_what_is_parsed_is_what_the_standard_library_gives(text: str, n_columns: int) -> None:
    plain = parse_plain(lines_of(text), ",", n_columns) if text else None
    if plain:
        head = lines_of(text)[: plain.n_lines]
        assert parse(text, n_columns) == list(csv.reader(head, strict=True))


def chunks(
    content: bytes, *, pyarrow: bool, **settings: int
) -> list[tuple[list[int], list[list[str]], list[str]]]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setattr(csv_reader if name == "ROWS" else csv_records, name, value)
        if not pyarrow:
            patch.setattr(csv_pyarrow, "_import_pyarrow", lambda: None)
        with read_rows(io.BytesIO(content), encoding="utf-8") as table:
            return [
                (
                    list(chunk.numbers),
                    [*map(list, chunk.columns.values())],
                    [repr(fault) for fault in chunk.faults],
                )
                for chunk in table.chunks(["x", "y"])
            ]


lines = st.sampled_from(
    ["a,b\n", '"a\n\n""b""",c\r\n', "a\n", "\n", 'a"b,c\n', 'a,"b"c\n', 'a,"b\n', "a,\xff\n"]
)  # \xff is no UTF-8


@needs_pyarrow
@given(st.lists(lines, max_size=30).map("".join), st.integers(1, 9))
def test_a_table_is_the_same_with_and_without_pyarrow_chunk_by_chunk(
    rows: str, at_once: int
) -> None:
    """Where a chunk ends counts: a run that was cut off is resumed by the number of chunks that it wrote."""
    content = f"x,y\n{rows}".encode("latin-1")
    settings = {"ROWS": at_once, "_MOST_LINES": 6, "LONGEST_RECORD": 60}
    assert chunks(content, pyarrow=True, **settings) == chunks(content, pyarrow=False, **settings)


@needs_pyarrow
def test_a_quotation_that_goes_on_for_longer_than_any_row_is_left_to_the_standard_library() -> None:
    content = b"x,y\n" + b"1,2\n" * 9 + b'3,"\n' + b"4,5\n" * 20
    settings = {"ROWS": 8, "_MOST_LINES": 3}
    read_chunks = chunks(content, pyarrow=True, **settings)
    assert read_chunks == chunks(content, pyarrow=False, **settings)
    assert sum(len(faults) for _, _, faults in read_chunks) == 1


@needs_pyarrow
def test_large_tables_go_to_it_from_the_second_chunk_on(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[int] = []
    monkeypatch.setattr(csv_reader, "ROWS", 4)
    monkeypatch.setattr(
        csv_records,
        "parse_plain",
        lambda lines, *rest: used.append(len(lines)) or parse_plain(lines, *rest),
    )
    columns, rows, faults = read(b"x,y\n" + b'1,"two\n2"\n' * 10)
    assert (columns, rows, faults) == (["x", "y"], [["1", "two\n2"]] * 10, [])
    assert used == [4, 4, 4, 4]
