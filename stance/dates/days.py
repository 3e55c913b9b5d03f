"""Read the dates of a table as days, and split a span of time into bins that fit a chart."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final, NamedTuple

from stance.dates.months import month_of

COLUMNS: Final = (
    "date",
    "published",
    "published_at",
    "publication_date",
    "pubdate",
    "datetime",
    "timestamp",
)
"""Names of columns that are taken for the date where none is named."""
PERIODS: Final = {"month": 7, "year": 4}
"""Columns that are made from dates where a table lacks them: how much of 2024-04-08 they are."""

_FORMATS: Final = (
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%Y/%m/%d",
    "%Y-%m",
    "%Y%m%d",
    "%B %Y",
    "%b %Y",
    "%m/%Y",
)
# 8 avril 2024    8. April 2024    8 de abril de 2024    April 8, 2024    2024. április 8.
_WEEKDAY: Final = re.compile(r"[^\W\d]+\.?,?\s+(?=\d{1,2}\D)")
_WORDS: Final = (
    re.compile(
        r"(?P<day>\d{1,2})\S{0,2}\s+(?:de\s+|d['’])?(?P<month>[^\W\d]+)\.?,?\s+"
        r"(?:de\s+)?(?P<year>\d{4})\b.{0,8}"
    ),
    re.compile(r"(?P<month>[^\W\d]+)\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})\.?\s+(?P<month>[^\W\d]+)\.?\s+(?P<day>\d{1,2})\.?"),
    re.compile(
        r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]"
    ),
)
_NUMBERS: Final = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_MAX_BINS: Final = 40  # more cannot be told apart in a chart
# Whatever the locale.
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
# The first day of the bin that a day falls into, by the name of the unit.
_FLOORS: Final[dict[str, Callable[[date], date]]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=day.month - (day.month - 1) % 3, day=1),
    "year": lambda day: day.replace(month=1, day=1),
}
# Days from the first of a bin to some day of the next one.
_STEPS: Final = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def find_date_column(columns: Iterable[str]) -> str | None:
    """Return the first of some columns whose name says that it holds dates.

    >>> find_date_column(["id", "Published", "date"])
    'Published'
    """
    return next((column for column in columns if str(column).lower() in COLUMNS), None)


def write_periods(days: Sequence[date | None], names: Iterable[str]) -> dict[str, list[str]]:
    """Return the cells of columns of `PERIODS`, by name; empty where there is no day.

    >>> write_periods([date(2024, 4, 8), None], ["month"])
    {'month': ['2024-04', '']}
    """
    written = ["" if day is None else day.isoformat() for day in days]
    return {name: [text[: PERIODS[name]] for text in written] for name in names}


@lru_cache(maxsize=65_536)  # a table repeats its dates, and a bad one is tried in every format
def read_day(cell: str, day_first: bool | None = None) -> date | None:
    """Read a date, or return None where it is none, or can be read in two ways.

    Parameters
    ----------
    cell : str
        Such as an ISO date, week or time, or a day whose month is written as a word: in English,
        or, where babel is installed, in any of its languages. 8.4.2024 is the eighth of April.
    day_first : bool, optional
        Whether 04/08/2024 begins with the day; by default it can be read in two ways.

    Examples
    --------
    >>> cells = ["2024-04-08T10:30:00Z", "8 April 2024", "Mon, 08 Apr 2024 10:30:00 +0000"]
    >>> [str(read_day(cell)) for cell in cells]
    ['2024-04-08', '2024-04-08', '2024-04-08']
    >>> [read_day(cell) for cell in ("04/08/2024", "spring", "")]
    [None, None, None]
    >>> str(read_day("04/08/2024", day_first=True)), str(read_day("2024-W15"))
    ('2024-08-04', '2024-04-08')
    """
    cell = cell.strip()
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(cell).date()
    numbers = _NUMBERS.fullmatch(cell)
    if numbers:
        return _read_numbers(numbers, day_first)
    for written in _FORMATS:
        with contextlib.suppress(ValueError):
            return datetime.strptime(cell, written).date()  # a day has no time zone
    with contextlib.suppress(ValueError, TypeError):
        return parsedate_to_datetime(cell).date()
    return _read_words(cell)


def _read_words(cell: str) -> date | None:
    """Read a date whose month is a word of another language, as far as babel knows it."""
    without_weekday = _WEEKDAY.sub("", cell, count=1)
    for pattern in _WORDS:
        match = pattern.fullmatch(cell) or pattern.fullmatch(without_weekday)
        if match:
            name = match["month"]
            month = int(name) if name.isdecimal() else month_of(name)
            with contextlib.suppress(ValueError):
                return date(int(match["year"]), month, int(match["day"])) if month else None
    return None


def _read_numbers(numbers: re.Match[str], day_first: bool | None) -> date | None:
    first, mark, second, year = numbers.groups()
    if mark == ".":
        day_first = True
    if day_first is None:
        return None
    day, month = (first, second) if day_first else (second, first)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


class Bins(NamedTuple):
    """A unit of time, and the first day of each bin from the first to the last, empty ones too."""

    unit: str
    starts: list[date]

    def number_of(self, day: date) -> int:
        """Return the number of the bin that a day falls into."""
        return self.starts.index(_FLOORS[self.unit](day))


def make_bins(days: Iterable[date]) -> Bins:
    """Split the span of some days by the shortest unit that fits a chart.

    It gives at most 40 bins, of which at least half are not empty; years may be more.

    >>> make_bins([date(2024, 1, 30), date(2024, 1, 31), date(2024, 2, 2)]).unit
    'day'
    >>> unit, starts = make_bins([date(2024, 1, 31), date(2024, 3, 1), date(2024, 5, 7)])
    >>> unit, [str(start) for start in starts]
    ('month', ['2024-01-01', '2024-02-01', '2024-03-01', '2024-04-01', '2024-05-01'])
    """
    ordered = sorted(set(days))
    for unit, floor in _FLOORS.items():
        filled = {floor(day) for day in ordered}
        bins = Bins(unit, list(_starts(unit, ordered[0], ordered[-1])))
        if len(bins.starts) <= min(_MAX_BINS, 2 * len(filled)):
            break
    return bins


def _starts(unit: str, first: date, last: date) -> Iterator[date]:
    floor, step = _FLOORS[unit], timedelta(days=_STEPS[unit])
    start, end = floor(first), floor(last)
    while start < end:  # stops before a step that would lead past the last date there can be
        yield start
        start = floor(start + step)
    yield start


def bin_name(unit: str, start: date) -> str:
    """Name a bin by its unit and first day.

    >>> start = date(2024, 4, 1)
    >>> [bin_name(unit, start) for unit in ("day", "week", "month", "quarter", "year")]
    ['1 Apr 2024', 'week of 1 Apr 2024', 'Apr 2024', 'Q2 2024', '2024']
    """
    month = f"{_MONTHS[start.month - 1]} {start.year}"
    return {
        "day": f"{start.day} {month}",
        "week": f"week of {start.day} {month}",
        "month": month,
        "quarter": f"Q{1 + (start.month - 1) // 3} {start.year}",
        "year": str(start.year),
    }[unit]
