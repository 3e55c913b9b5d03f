"""Dates are read in one way or not at all, and binned so that they can be looked at."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stance.dates.days import make_bins, read_day


@pytest.mark.parametrize(
    "cell",
    ["03/04/2024", "2024-13-01", "yesterday", "04.03.24", "٢٠٢٤", "0", "<b>", "2024-02-30", "NaT"],
)
def test_what_is_no_date_or_two_is_none(cell: str) -> None:
    assert read_day(cell) is None


@pytest.mark.parametrize(
    ("cell", "day_first", "expected"),
    [
        ("03/04/2024", True, date(2024, 4, 3)),
        ("03/04/2024", False, date(2024, 3, 4)),
        ("13/04/2024", True, date(2024, 4, 13)),
        ("13/04/2024", False, None),
        ("13/04/2024", None, None),  # else a column would keep its late days only
        ("3.4.2024", None, date(2024, 4, 3)),
        ("03-04-2024", True, date(2024, 4, 3)),
        ("31/02/2024", True, None),
        ("2024-W14", None, date(2024, 4, 1)),
        ("2024-W14-3", None, date(2024, 4, 3)),
        ("April 2024", None, date(2024, 4, 1)),
        ("04/2024", None, date(2024, 4, 1)),
    ],
)
def test_numbers_are_read_in_the_order_that_was_named(
    cell: str, day_first: bool | None, expected: date | None
) -> None:
    assert read_day(cell, day_first) == expected


@pytest.mark.parametrize(
    ("span", "unit"),
    [
        (0, "day"),
        (30, "day"),
        (200, "week"),
        (900, "month"),
        (3_000, "quarter"),
        (30_000, "year"),
        (300_000, "year"),
    ],
)
def test_a_span_has_no_more_bins_than_can_be_looked_at(span: int, unit: str) -> None:
    days = [date(1800, 1, 1) + timedelta(days=step) for step in range(0, span + 1, 2)]
    bins = make_bins(days)
    assert bins.unit == unit
    assert len(bins.starts) <= 40 or unit == "year"
    assert all(0 <= bins.number_of(day) < len(bins.starts) for day in days)


def test_sparse_days_are_put_together() -> None:
    assert (
        make_bins([date(2024, 1, 1), date(2024, 1, 20), date(2024, 2, 2), date(2024, 3, 30)]).unit
        == "month"
    )


def test_the_ends_of_time_are_dates_too() -> None:
    assert len(make_bins([date.min, date.max]).starts) == 9999
    assert make_bins([date.max]).starts == [date.max]


@given(
    st.lists(st.dates(date(2020, 1, 1), date(2024, 12, 31)), min_size=1, max_size=12),
    st.dates(date(2020, 1, 1), date(2024, 12, 31)),
)
@example([date(2023, 1, 1), date(2023, 2, 1), date(2023, 3, 2)], date(2023, 3, 2))
@example([date(2024, 2, 10), date(2024, 4, 3), date(2024, 5, 1)], date(2024, 5, 1))
@example([date(2020, 1, 1), date(2023, 6, 1), date(2024, 1, 1)], date(2024, 1, 1))
def test_every_day_of_the_span_falls_into_a_bin(days: list[date], day: date) -> None:
    bins = make_bins(days)
    assert [bins.number_of(each) for each in (min(days), max(days))] == [0, len(bins.starts) - 1]
    inside = min(max(day, min(days)), max(days))
    number = bins.number_of(inside)
    assert bins.starts[number] <= inside
    assert number + 1 == len(bins.starts) or inside < bins.starts[number + 1]


@pytest.mark.parametrize(
    "cell",
    [
        "8 avril 2024",
        "lundi 8 avril 2024",
        "Montag, 8. April 2024",
        "8 de abril de 2024",
        "2024. április 8.",
        "8 апреля 2024 г.",
        "8 kwietnia 2024",
        "8 نيسان 2024",
        "2024年4月8日",
        "2024-W15",
        "2024-W15-1",
    ],
)
def test_weeks_and_months_of_other_languages_are_read(cell: str) -> None:
    pytest.importorskip("babel")
    assert str(read_day(cell)) == "2024-04-08"


def test_a_name_of_two_months_is_none() -> None:
    assert read_day("8 listopad 2024") is None  # October in Croatian, November in Polish
    assert read_day("8 lampes 2024") is None
