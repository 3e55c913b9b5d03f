"""Shares of labels as points, and points as small charts: inline SVG, without script or font.

Positions are in percent, so that charts stretch while their lines and dots do not. Every mark takes
its colour from the CSS variable ``--c`` and differs from the others in shape as well. Each chart
has a title that says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

from stance.show.styles import percent

STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
"""Between two marks of an axis."""
_MOST_MARKS: Final = 4
_INTERVAL_HEIGHT: Final = 24  # pixels, like the next two
_TIMELINE_HEIGHT: Final = 84
_COUNT_HEIGHT: Final = 44
_MARGIN: Final = 4  # above and below a timeline, so that its dots are not cut


class Point(NamedTuple):
    """A share as it was counted; and the estimate with its 95% interval, where there is one."""

    counted: float
    estimate: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def share(self) -> float:
        """The share to show: as estimated, else as counted."""
        return self.counted if self.estimate is None else self.estimate

    @property
    def ends(self) -> tuple[float, float] | None:
        """The interval of the estimate."""
        return None if self.low is None or self.high is None else (self.low, self.high)


def describe(point: Point) -> str:
    """Say a point in words.

    >>> describe(Point(0.2, 0.25, 0.1, 0.34))
    '25% estimated (10–34%), 20% counted'
    >>> describe(Point(0.2))
    '20% counted'
    """
    counted = f"{percent(point.counted)} counted"
    if point.estimate is None:
        return counted
    return f"{percent(point.estimate)} estimated ({interval(point)}), {counted}"


def interval(point: Point) -> str:
    """Write the 95% interval of a point.

    >>> interval(Point(0.2, 0.25, 0.1, 0.34)), interval(Point(0.2))
    ('10–34%', 'none')
    """
    if point.ends is None:
        return "none"
    low, high = point.ends
    return f"{100 * low:.0f}–{100 * high:.0f}%"


def scale_for(points: Sequence[Point]) -> float:
    """Return where the axis of some points ends: at the largest value.

    >>> scale_for([Point(0.12, 0.1, 0.05, 0.31), Point(0.2)])
    0.31
    """
    values = [value for point in points for value in (point.counted, *(point.ends or ()))]
    return max(values, default=0.0) or 1.0


def marks_of(scale: float) -> list[float]:
    """Return the marks of an axis from 0 to `scale`, at most five.

    >>> marks_of(0.31), marks_of(1.0)
    ([0.0, 0.1, 0.2, 0.3], [0.0, 0.25, 0.5, 0.75, 1.0])
    """
    # A little more than the scale: 3 * 0.1 is above 0.3.
    step = next((step for step in STEPS if (scale + 1e-9) / step < _MOST_MARKS + 1), STEPS[-1])
    return [round(number * step, 2) for number in range(int((scale + 1e-9) / step) + 1)]


def interval_chart(point: Point, scale: float, title: str) -> str:
    """Draw one share: a dot and a bar for estimate and interval, a line where it was counted.

    A share that was only counted is a ring without a bar.
    """
    marks = [
        _line("s-grid", (x, x), ("0", "24")) for x in (_percent(m / scale) for m in marks_of(scale))
    ]
    if point.ends is not None:
        low, high = (_percent(value / scale) for value in point.ends)
        marks.append(_line("s-band", (low, high), ("12", "12")))
        marks += [_line("s-end", (end, end), ("8", "16")) for end in (low, high)]
    if point.estimate is not None:
        counted = _percent(point.counted / scale)
        marks.append(_line("s-counted", (counted, counted), ("4", "20")))
    marks.append(_dot(point, _percent(point.share / scale), "12", 4.5))
    return _svg("".join(marks), title, _INTERVAL_HEIGHT)


def _dot(point: Point, x: str, y: str, radius: float) -> str:
    css_class = "s-dot" if point.estimate is not None else "s-dot s-raw"
    return f'<circle class="{css_class}" cx="{x}" cy="{y}" r="{radius}"/>'


def scale_axis(scale: float) -> str:
    """Return the axis that belongs to `interval_chart`."""
    marks = "".join(
        f'<span style="left:{_percent(mark / scale)}">{mark:.0%}</span>' for mark in marks_of(scale)
    )
    return f'<div class="s-axis s-marks" aria-hidden="true">{marks}</div>'


def timeline_axis(scale: float) -> str:
    """Return the axis that belongs to `timeline_chart`: its first and its last mark."""
    marks = "".join(
        f'<i style="top:{_y(mark, scale):.1f}px">{mark:.0%}</i>'
        for mark in (marks_of(scale)[0], marks_of(scale)[-1])
    )
    return f'<span class="s-yaxis" aria-hidden="true">{marks}</span>'


def timeline_chart(points: Sequence[Point | None], scale: float, title: str) -> str:
    """Draw shares over time: one dot and interval per bin, neighbours joined; None is a gap."""
    height = _TIMELINE_HEIGHT
    lines = [
        _line("s-grid", ("0", "100%"), (y, y))
        for y in (f"{_y(mark, scale):.1f}" for mark in marks_of(scale))
    ]
    dots = []
    before: tuple[str, str] | None = None
    for number, point in enumerate(points):
        if point is None:
            before = None
            continue
        x = f"{_middle(number, len(points)):.2f}%"
        y = f"{_y(point.share, scale):.1f}"
        if point.ends is not None:
            low, high = (f"{_y(value, scale):.1f}" for value in point.ends)
            lines.append(_line("s-band", (x, x), (low, high)))
        if before:
            lines.append(_line("s-join", (before[0], x), (before[1], y)))
        dots.append(_dot(point, x, y, 3.5))
        before = (x, y)
    return _svg("".join(lines + dots), title, height)


def count_chart(counts: Sequence[int], title: str) -> str:
    """Draw one bar per bin."""
    top = max([*counts, 1])
    width = 72 / len(counts)
    bars = []
    for number, count in enumerate(counts):
        height = (_COUNT_HEIGHT - 2) * count / top
        x = _middle(number, len(counts)) - width / 2
        bars.append(
            f'<rect class="s-count" x="{x:.2f}%" width="{width:.2f}%" '
            f'y="{_COUNT_HEIGHT - height:.1f}" height="{height:.1f}"/>'
        )
    return _svg("".join(bars), title, _COUNT_HEIGHT)


def parts_chart(counts: Sequence[int], title: str) -> str:
    """Draw the parts of a whole side by side, each lighter than the one before."""
    total = sum(counts) or 1
    start, bars = 0.0, []
    for number, count in enumerate(counts):
        width = 100 * count / total
        bars.append(
            f'<rect class="s-part s-part{number}" x="{start:.2f}%" width="{width:.2f}%" '
            'y="5" height="14"/>'
        )
        start += width
    return _svg("".join(bars), title, _INTERVAL_HEIGHT)


def _line(css_class: str, xs: tuple[str, str], ys: tuple[str, str]) -> str:
    (x1, x2), (y1, y2) = xs, ys
    return f'<line class="{css_class}" x1="{x1}" x2="{x2}" y1="{y1}" y2="{y2}"/>'


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def _middle(number: int, count: int) -> float:
    """Return the middle of a bin, in percent of the width."""
    return 100 * (number + 0.5) / count


def _y(share: float, scale: float) -> float:
    """Return the height of a share in a timeline, in pixels from the top."""
    inside = _TIMELINE_HEIGHT - 2 * _MARGIN
    return _TIMELINE_HEIGHT - _MARGIN - inside * min(share / scale, 1.0)


def _svg(inside: str, title: str, height: int) -> str:
    return (
        f'<svg class="s-chart" role="img" width="100%" height="{height}">'
        f"<title>{escape(title)}</title>{inside}</svg>"
    )
