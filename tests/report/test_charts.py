"""Small charts: what they say in words, and where their marks stand."""

import re
from xml.etree import ElementTree

import pytest

from stance.report.charts import (
    Point,
    count_chart,
    interval_chart,
    marks_of,
    parts_chart,
    scale_for,
    timeline_chart,
)


def test_a_chart_says_what_it_shows_and_is_well_formed() -> None:
    for chart in (
        interval_chart(Point(0.2, 0.25, 0.1, 0.3), 0.4, "a <b> & c"),
        timeline_chart([Point(0.2, 0.2, 0.1, 0.3), None], 0.4, "a <b> & c"),
        count_chart([0, 5], "a <b> & c"),
        parts_chart([1, 2, 3], "a <b> & c"),
    ):
        root = ElementTree.fromstring(chart)
        assert root.attrib["role"] == "img"
        assert root.findtext("title") == "a <b> & c"


def test_marks_stand_where_the_scale_puts_them() -> None:
    chart = interval_chart(Point(0.2, 0.25, 0.1, 0.3), 0.4, "")
    assert 'class="s-dot" cx="62.50%"' in chart  # of the estimate, as the interval is
    assert 'class="s-band" x1="25.00%" x2="75.00%"' in chart
    assert 'class="s-counted" x1="50.00%"' in chart
    counted = interval_chart(Point(0.2), 0.4, "")
    assert 'class="s-dot s-raw" cx="50.00%"' in counted
    assert "s-counted" not in counted and "s-band" not in counted


@pytest.mark.parametrize(
    ("high", "marks"),
    [
        (0.0, [0.0, 0.25, 0.5, 0.75, 1.0]),
        (0.031, [0.0, 0.01, 0.02, 0.03]),
        (0.3, [0.0, 0.1, 0.2, 0.3]),
        (0.62, [0.0, 0.2, 0.4, 0.6]),
    ],
)
def test_an_axis_ends_at_the_highest_value(high: float, marks: list[float]) -> None:
    scale = scale_for([Point(0.0, 0.0, 0.0, high), Point(0.0)])
    assert scale == (high or 1.0)
    assert marks_of(scale) == marks


def test_an_empty_bin_breaks_the_line() -> None:
    point = Point(0.2, 0.2, 0.1, 0.3)
    assert timeline_chart([point, point, point], 0.4, "").count("s-join") == 2
    assert timeline_chart([point, None, point], 0.4, "").count("s-join") == 0


def test_parts_fill_the_whole() -> None:
    widths = [
        float(width) for width in re.findall(r'width="([\d.]+)%" y', parts_chart([1, 2, 1], ""))
    ]
    assert widths == [25.0, 50.0, 25.0]
    assert parts_chart([0, 0], "").count("0.00%") == 4
