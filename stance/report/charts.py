"""Shares of labels as points, and points as small charts: inline SVG, without script or font.

Positions are in percent, so that charts stretch while their lines and dots do not. Every mark takes
its colour from the CSS variable ``--c`` and differs from the others in shape as well. Each chart
has a title that says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

import numpy as np

from stance.inference.corrections import Correction
from stance.inference.shares import invert_confusion
from stance.show.styles import percent

SCALES: Final = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
_INTERVAL_HEIGHT: Final = 24  # pixels, like the next two
_TIMELINE_HEIGHT: Final = 84
_COUNT_HEIGHT: Final = 44
_MARGIN: Final = 4  # above and below a timeline, so that its dots are not cut


class Point(NamedTuple):
    """A share as it was counted, and the 95% interval of its estimate."""

    raw: float
    low: float
    high: float
    corrected: float | None = None

    @property
    def estimate(self) -> float:
        """The share that the interval is of: corrected where it can be, else as counted."""
        return self.raw if self.corrected is None else self.corrected


def make_points(counts: np.ndarray, correction: Correction, design_effect: float) -> list[Point]:
    """Return one point per label, for counts of shape (n_classes,)."""
    shares = invert_confusion(counts, correction.confusion, design_effect=design_effect)
    columns = (values.tolist() for values in (shares.raw, shares.low, shares.high, shares.estimate))
    corrected = correction.confusion is not None
    return [
        Point(raw, low, high, estimate if corrected else None)
        for raw, low, high, estimate in zip(*columns, strict=True)
    ]


def describe(point: Point) -> str:
    """Say a point in words.

    >>> describe(Point(0.2, 0.1, 0.34, 0.25))
    '25% corrected (10–34%), 20% counted'
    """
    counted = f"{percent(point.raw)} counted"
    if point.corrected is None:
        return f"{counted}, {interval(point)}"
    return f"{point.corrected:.0%} corrected ({interval(point)}), {counted}"


def interval(point: Point) -> str:
    """Write the 95% interval of a point.

    >>> interval(Point(0.2, 0.1, 0.34))
    '10–34%'
    """
    return f"{100 * point.low:.0f}–{100 * point.high:.0f}%"


def scale_for(points: Sequence[Point]) -> float:
    """Return the smallest scale that all points fit into.

    >>> scale_for([Point(0.12, 0.05, 0.31)])
    0.4
    """
    top = max((value for point in points for value in (point.raw, point.high)), default=1.0)
    return next((scale for scale in SCALES if top <= scale), 1.0)


def interval_chart(point: Point, scale: float, title: str) -> str:
    """Draw one share: a dot and a bar for estimate and interval, a line where it was counted."""
    estimate, low, high = (
        _percent(value / scale) for value in (point.estimate, point.low, point.high)
    )
    marks = [
        *(_line("s-grid", (f"{x}%", f"{x}%"), ("0", "24")) for x in (0, 25, 50, 75, 100)),
        _line("s-band", (low, high), ("12", "12")),
        *(_line("s-end", (end, end), ("8", "16")) for end in (low, high)),
    ]
    if point.corrected is not None:
        counted = _percent(point.raw / scale)
        marks.append(_line("s-counted", (counted, counted), ("4", "20")))
    marks.append(f'<circle class="s-dot" cx="{estimate}" cy="12" r="4.5"/>')
    return _svg("".join(marks), title, _INTERVAL_HEIGHT)


def scale_axis(scale: float) -> str:
    """Return the axis that belongs to `interval_chart`: every second of its lines is named."""
    marks = "".join(
        "<span></span>" if quarter % 2 else f"<span>{scale * quarter / 4:.0%}</span>"
        for quarter in range(5)
    )
    return f'<div class="s-axis" aria-hidden="true">{marks}</div>'


def timeline_chart(points: Sequence[Point | None], scale: float, title: str) -> str:
    """Draw shares over time: one dot and interval per bin, neighbours joined; None is a gap."""
    height = _TIMELINE_HEIGHT
    lines = [
        _line("s-grid", ("0", "100%"), (str(y), str(y)))
        for y in (_MARGIN, height / 2, height - _MARGIN)
    ]
    dots = []
    before: tuple[str, str] | None = None
    for number, point in enumerate(points):
        if point is None:
            before = None
            continue
        x = f"{_middle(number, len(points)):.2f}%"
        y, low, high = (
            f"{_y(value, scale):.1f}" for value in (point.estimate, point.low, point.high)
        )
        lines.append(_line("s-band", (x, x), (low, high)))
        if before:
            lines.append(_line("s-join", (before[0], x), (before[1], y)))
        dots.append(f'<circle class="s-dot" cx="{x}" cy="{y}" r="3.5"/>')
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
