"""Lines of CSV as records: every line belongs to one, and an open quotation costs little."""

import csv
import io

import pytest
from csv_cases import read
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import TableError
from stance.tables.readers import csv as csv_reader
from stance.tables.readers import csv_records
from stance.tables.readers.csv_records import RecordParser, Records
from stance.tables.rows import Lines


def parse(text: str, rows: int) -> tuple[list[list[str]], list[str], list[str]]:
    """Return the records that were parsed, the lines of each record, and the reasons of faults."""
    parser = RecordParser(Lines([text]), ",")
    records: list[list[str]] = []
    parts: list[str] = []
    reasons: list[str] = []
    while True:
        parsed = parser.read(rows, 1000)
        assert isinstance(parsed, Records)
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
