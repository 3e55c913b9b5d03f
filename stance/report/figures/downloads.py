"""Each chart of a report as a file of its own: an SVG to print, and a CSV of its figures.

The page holds both as texts, beside the buttons that save them; its script only hands them over.
An SVG stands alone: it names what it shows and where its figures come from.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Final, NamedTuple

from stance.report.charts import Point, interval, marks_of, scale_for
from stance.show.styles import Style, percent

_WIDTH: Final = 760  # pixels, like all below
_NAMES: Final = 240
_FIGURES: Final = 120
_ROW: Final = 26
_TOP: Final = 48
_PANEL: Final = 110
_PART_OPACITIES: Final = (1.0, 0.5, 0.2)
_COLUMNS: Final = ("label", "counted", "share", "low", "high")


class Bar(NamedTuple):
    """One share of a chart: of a label, in a group that may have a name."""

    group: str
    label: str
    style: Style
    point: Point


def save_buttons(name: str, svg: str, table: str) -> str:
    """Return the buttons that save a chart; the page's script shows them."""
    files = ((f"{name}.svg", "SVG", svg), (f"{name}.csv", "CSV", table))
    buttons = " ".join(
        f'<button type="button" data-file="{escape(file)}" data-content="{escape(content)}" '
        f'aria-label="Save {escape(file)}">{kind}</button>'
        for file, kind, content in files
    )
    return f'<p class="s-save s-note" hidden>save this chart: {buttons}</p>'


def share_table(bars: Iterable[Bar], group: str) -> str:
    """Write shares as CSV, with a column for their group where it has a name."""
    rows = [
        [*([bar.group] if group else []), bar.label, *_cells(bar.point)] for bar in bars
    ]  # fmt: skip
    return write_table([*([group] if group else []), *_COLUMNS], rows)


def _cells(point: Point) -> list[str]:
    low, high = point.ends or (None, None)
    values = (point.counted, point.estimate, low, high)
    return ["" if value is None else f"{value:.4f}" for value in values]


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def share_svg(title: str, bars: Sequence[Bar], note: str) -> str:
    """Draw shares one under the other: dot, interval, and a line where each was counted."""
    scale = scale_for([bar.point for bar in bars])
    bottom = _TOP + _ROW * len(bars)

    def x(share: float) -> float:
        return _NAMES + (_WIDTH - _NAMES - _FIGURES) * share / scale

    parts = [_axis(x(mark), mark, bottom) for mark in marks_of(scale)]
    for number, bar in enumerate(bars):
        y = _TOP + _ROW * (number + 0.5)
        name = f"{bar.group}: {bar.label}" if bar.group else bar.label
        parts.append(_text(_NAMES - 12, y + 4, name[:38], anchor="end"))
        parts += _share_marks(bar, x, y)
        end = f" ({interval(bar.point)})" if bar.point.ends else ""
        parts.append(_text(_WIDTH - _FIGURES + 12, y + 4, f"{percent(bar.point.share)}{end}"))
    return _svg(title, parts, bottom + 26, note)


def _share_marks(bar: Bar, x: Callable[[float], float], y: float) -> list[str]:
    point, colour = bar.point, bar.style.colour
    marks = []
    if point.ends:
        low, high = point.ends
        marks.append(_line(x(low), y, x(high), y, colour, 6, 0.35))
    if point.estimate is not None:
        marks.append(_line(x(point.counted), y - 8, x(point.counted), y + 8, colour, 2))
    fill = colour if point.estimate is not None else "#ffffff"
    marks.append(_circle(x(point.share), y, colour, fill))
    return marks


def timeline_svg(
    title: str,
    names: Sequence[str],
    lines: Sequence[tuple[str, Style, Sequence[Point | None]]],
    note: str,
) -> str:
    """Draw one panel per label, from the first bin to the last; None is a gap."""
    scale = scale_for([point for *_, points in lines for point in points if point])
    width, parts = _WIDTH - _NAMES - 30, []
    for number, (label, style, points) in enumerate(lines):
        bottom = _TOP + _PANEL * (number + 1) - 24

        def y(share: float, bottom: float = bottom) -> float:
            return bottom - (_PANEL - 34) * share / scale

        parts.append(_text(_NAMES - 60, (y(0) + y(scale)) / 2 + 4, label[:28], anchor="end"))
        for mark in (marks_of(scale)[0], marks_of(scale)[-1]):
            parts.append(_line(_NAMES, y(mark), _WIDTH - 30, y(mark), "#dddddd", 1))
            parts.append(_text(_NAMES - 8, y(mark) + 4, f"{mark:.0%}", anchor="end"))
        xs = [_NAMES + width * (index + 0.5) / len(points) for index in range(len(points))]
        parts += _line_marks(xs, points, style.colour, y)
    bottom = _TOP + _PANEL * len(lines)
    parts.append(_text(_NAMES, bottom, names[0]))
    parts.append(_text(_WIDTH - 30, bottom, names[-1], anchor="end"))
    return _svg(title, parts, bottom + 10, note)


def _line_marks(
    xs: Sequence[float], points: Sequence[Point | None], colour: str, y: Callable[[float], float]
) -> list[str]:
    marks, before = [], None
    for x, point in zip(xs, points, strict=True):
        here = None if point is None else (x, y(point.share))
        if point is not None and here is not None:
            if point.ends:
                low, high = point.ends
                marks.append(_line(x, y(low), x, y(high), colour, 5, 0.35))
            if before:
                marks.append(_line(*before, *here, colour, 1.5))
            fill = colour if point.estimate is not None else "#ffffff"
            marks.append(_circle(*here, colour, fill))
        before = here
    return marks


def parts_svg(
    title: str, names: Sequence[str], rows: Sequence[tuple[str, Style, Sequence[int]]], note: str
) -> str:
    """Draw the parts of each label side by side, each lighter than the one before."""
    parts = []
    for number, (label, style, counts) in enumerate(rows):
        y, x, total = _TOP + _ROW * number, float(_NAMES), sum(counts) or 1
        parts.append(_text(_NAMES - 12, y + 17, label[:38], anchor="end"))
        for count, opacity in zip(counts, _PART_OPACITIES, strict=True):
            width = (_WIDTH - _NAMES - 30) * count / total
            parts.append(
                f'<rect x="{x:.1f}" y="{y + 5}" width="{width:.1f}" height="{_ROW - 10}" '
                f'fill="{style.colour}" fill-opacity="{opacity}"/>'
            )
            x += width
    bottom = _TOP + _ROW * len(rows)
    parts.append(_text(_NAMES, bottom + 16, f"from left to right: {', '.join(names)}"))
    return _svg(title, parts, bottom + 26, note)


def _axis(x: float, mark: float, bottom: float) -> str:
    line = _line(x, _TOP, x, bottom, "#dddddd", 1)
    return line + _text(x, bottom + 16, f"{mark:.0%}", anchor="middle")


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float, opacity: float = 1
) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}" stroke-opacity="{opacity}"/>'
    )


def _circle(x: float, y: float, colour: str, fill: str) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{fill}" stroke="{colour}" '
        'stroke-width="1.5"/>'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(title: str, parts: Sequence[str], height: float, note: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height + 24:.0f}" '
        f'viewBox="0 0 {_WIDTH} {height + 24:.0f}" font-family="sans-serif" font-size="13" '
        f'fill="#1b1f24" role="img"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="12" y="26" font-size="16" font-weight="bold">{escape(title)}</text>'
        f"{''.join(parts)}"
        f'<text x="12" y="{height + 12:.1f}" font-size="11" fill="#5b6470">{escape(note)}</text>'
        "</svg>"
    )
