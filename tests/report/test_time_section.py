"""Shares over time."""

from html_tree import by_class, text_of
from reported import Tables, section_of


def test_paragraphs_are_counted_by_a_unit_that_fits(tables: Tables) -> None:
    time = section_of(tables.full(), "time")
    assert "By week, from the column date: ○ raw, as counted." in text_of(time)
    figures = time.find("details")
    assert figures is not None
    rows = [[text_of(cell) for cell in row] for row in figures.findall(".//tbody/tr")]
    assert [row[:2] for row in rows] == [
        ["week of 26 Feb 2024", "2"], ["week of 4 Mar 2024", "1"], ["week of 18 Mar 2024", "2"],
    ]  # fmt: skip
    (axis, _) = by_class(time, "s-when")
    assert text_of(axis) == "week of 26 Feb 2024 week of 18 Mar 2024"


def test_there_is_one_line_per_label_and_one_of_paragraphs(tables: Tables) -> None:
    lines = [text_of(line[0]) for line in by_class(section_of(tables.full(), "time"), "s-time")]
    assert [line for line in lines if line][:4] == [
        "○ neutral", "■ opposed", "● pro-ceasefire", "paragraphs at most 2",
    ]  # fmt: skip


def test_dates_that_can_be_read_in_two_ways_are_counted_and_said(tables: Tables) -> None:
    time = text_of(section_of(tables.full(), "time"))
    assert "1 paragraphs have no date that can be read in one way only ('03/04/2024')" in time


def test_a_column_without_dates_is_named(tables: Tables) -> None:
    time = text_of(section_of(tables.full(date="outlet"), "time"))
    assert time == "Over time No cell of the column outlet is a date such as 2024-04-08."
