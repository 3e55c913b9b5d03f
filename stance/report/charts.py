"""Small charts as inline SVG: positions in percent, so that they stretch and their lines and dots do not; no script, no font.

Every mark takes its colour from the style's ``--c``, and tells itself from others by shape as well. Each chart has a title
that says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

SCALES: Final = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


class Point(NamedTuple):
    """A share as it was counted, and the 95% interval of what is behind it."""

    raw: float
    low: float
    high: float
    corrected: float | None = None


def scale_for(points: Sequence[Point]) -> float:
    """Return the smallest scale that holds all points.

    >>> scale_for([Point(0.12, 0.05, 0.31)])
    0.4
    """
    top = max((value for point in points for value in (point.raw, point.high)), default=1.0)
    return next((scale for scale in SCALES if top <= scale), 1.0)


def interval_chart(point: Point, scale: float, title: str) -> str:
    """Draw one share: a dot for what was counted, a bar for the interval, a line for the corrected share."""
    x, low, high = (f"{100 * value / scale:.2f}%" for value in (point.raw, point.low, point.high))
    grid = "".join(
        f'<line class="s-grid" x1="{at}%" x2="{at}%" y1="0" y2="24"/>'
        for at in (0, 25, 50, 75, 100)
    )
    band = f'<line class="s-band" x1="{low}" x2="{high}" y1="12" y2="12"/>'
    ends = "".join(
        f'<line class="s-end" x1="{at}" x2="{at}" y1="8" y2="16"/>' for at in (low, high)
    )
    middle = ""
    if point.corrected is not None:
        at = f"{100 * point.corrected / scale:.2f}%"
        middle = f'<line class="s-corrected" x1="{at}" x2="{at}" y1="4" y2="20"/>'
    return _svg(
        f'{grid}{band}{ends}{middle}<circle class="s-dot" cx="{x}" cy="12" r="4.5"/>', title, 24
    )


def scale_axis(scale: float) -> str:
    """Write the axis that belongs to `interval_chart`."""
    marks = "".join(
        f"<span>{scale * at / 4:.0%}</span>" if at % 2 == 0 else "<span></span>" for at in range(5)
    )
    return f'<div class="s-axis" aria-hidden="true">{marks}</div>'


def timeline_chart(points: Sequence[Point | None], scale: float, title: str) -> str:
    """Draw shares over time: a dot and an interval a bin, neighbours joined by a line; nothing where a bin is empty."""
    height = 84
    at = [_middle(number, len(points)) for number in range(len(points))]
    parts = [
        f'<line class="s-grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
        for y in (4, height / 2, height - 4)
    ]
    before: tuple[float, float] | None = None
    for x, point in zip(at, points, strict=True):
        if point is None:
            before = None
            continue
        y, low, high = (
            _height(value, scale, height) for value in (point.raw, point.low, point.high)
        )
        parts.append(
            f'<line class="s-band" x1="{x:.2f}%" x2="{x:.2f}%" y1="{low:.1f}" y2="{high:.1f}"/>'
        )
        if before:
            parts.append(
                f'<line class="s-join" x1="{before[0]:.2f}%" x2="{x:.2f}%" y1="{before[1]:.1f}" y2="{y:.1f}"/>'
            )
        before = (x, y)
    for x, point in zip(at, points, strict=True):
        if point is not None:
            parts.append(
                f'<circle class="s-dot" cx="{x:.2f}%" cy="{_height(point.raw, scale, height):.1f}" r="3.5"/>'
            )
    return _svg("".join(parts), title, height)


def count_chart(counts: Sequence[int], title: str) -> str:
    """Draw one bar a bin."""
    height, top = 44, max([*counts, 1])
    width = 72 / len(counts)
    bars = []
    for number, count in enumerate(counts):
        tall = (height - 2) * count / top
        x = _middle(number, len(counts)) - width / 2
        bars.append(
            f'<rect class="s-count" x="{x:.2f}%" width="{width:.2f}%" y="{height - tall:.1f}" height="{tall:.1f}"/>'
        )
    return _svg("".join(bars), title, height)


def parts_chart(parts: Sequence[int], title: str) -> str:
    """Draw parts of a whole beside each other, each lighter than the one before."""
    total, at, drawn = sum(parts) or 1, 0.0, []
    for number, part in enumerate(parts):
        width = 100 * part / total
        drawn.append(
            f'<rect class="s-part s-part{number}" x="{at:.2f}%" width="{width:.2f}%" y="5" height="14"/>'
        )
        at += width
    return _svg("".join(drawn), title, 24)


def _middle(number: int, count: int) -> float:
    return 100 * (number + 0.5) / count


def _height(share: float, scale: float, height: int) -> float:
    return height - 4 - (height - 8) * min(share / scale, 1.0)


def _svg(inside: str, title: str, height: int) -> str:
    return f'<svg class="s-chart" role="img" width="100%" height="{height}"><title>{escape(title)}</title>{inside}</svg>'
