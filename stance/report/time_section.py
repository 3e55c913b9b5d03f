"""The section of a report that shows shares over time; every character of the data is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from stance.dates.days import Bins, bin_name, make_bins
from stance.report.charts import (
    Point,
    count_chart,
    interval,
    scale_for,
    timeline_axis,
    timeline_chart,
)
from stance.report.counts import HeadCounts, TableCounts
from stance.report.figures.downloads import save_buttons, timeline_svg, write_table
from stance.report.figures.estimates import PERIOD, ShareSource
from stance.report.markup import as_code, html_table, scroll
from stance.show.styles import badge, head_title, label_styles, percent

_ABOUT = {
    "raw": "○ raw, as counted.",
    "estimated": "● estimated, with 95% intervals; ○ as counted, where too few were read.",
    "inverted": "● corrected; bars are 95% intervals.",
}


def time_section(
    head: str, counts: HeadCounts, table: TableCounts, source: ShareSource, column: str
) -> str:
    """Show the share of each label over time.

    Parameters
    ----------
    head : str
        The head.
    counts : HeadCounts
        Its counts, by day.
    table : TableCounts
        The counts of the whole table, whose days decide the bins.
    source : ShareSource
        Where the shares come from.
    column : str
        The column of dates.
    """
    bins = make_bins(table.days)
    by_bin = _count_by_bin(counts, bins)
    points = [
        source.points(row, (PERIOD, str(number))) if row.sum() else None
        for number, row in enumerate(by_bin)
    ]
    about = f"By {bins.unit}, from the column {as_code(column)}: {_ABOUT[source.kind]}"
    totals = [round(total) for total in by_bin.sum(axis=1).tolist()]
    return (
        f'<h3>{escape(head_title(head))}</h3><p class="s-lead">{about}</p>'
        f"{_label_rows(counts.labels, bins, points)}{_total_row(totals, bins, counts.unit)}"
        f"{_axis(bins)}{_buttons(head, counts.labels, bins, points)}"
        f"{_figures(bins, totals, points, counts)}"
    )


def _count_by_bin(counts: HeadCounts, bins: Bins) -> np.ndarray:
    """Add up the counts of days; shape (n_bins, n_classes)."""
    by_bin = np.zeros((len(bins.starts), len(counts.labels)), dtype=counts.weights.dtype)
    for day, of_day in counts.days.items():
        by_bin[bins.number_of(day)] += of_day
    return by_bin


def _buttons(
    head: str, labels: Sequence[str], bins: Bins, points: Sequence[list[Point] | None]
) -> str:
    """Let the chart be saved."""
    names = [bin_name(bins.unit, start) for start in bins.starts]
    lines = [
        (label, style, [of_bin[code] if of_bin else None for of_bin in points])
        for code, (label, style) in enumerate(label_styles(labels).items())
    ]
    rows = [
        [name, label, *("" if value is None else f"{value:.4f}" for value in line[number] or ())]
        for label, _, line in lines
        for number, name in enumerate(names)
    ]
    columns = [bins.unit, "label", "counted", "share", "low", "high"]
    svg = timeline_svg(f"{head_title(head)} over time", names, lines, "Bars: 95% intervals.")
    return save_buttons(f"time-{head}", svg, write_table(columns, rows))


def _label_rows(labels: Sequence[str], bins: Bins, points: Sequence[list[Point] | None]) -> str:
    """Draw one line per label, all on one scale."""
    scale = scale_for([point for of_bin in points if of_bin for point in of_bin])
    axis = timeline_axis(scale)
    rows = []
    for number, (label, style) in enumerate(label_styles(labels).items()):
        line = [of_bin[number] if of_bin else None for of_bin in points]
        chart = timeline_chart(line, scale, f"{label}, {_span(bins)}")
        rows.append(
            f'<div class="s-time {style.css_class}"><span>{badge(label, style)}</span>{axis}'
            f"<div>{chart}</div></div>"
        )
    return "".join(rows)


def _total_row(totals: Sequence[int], bins: Bins, unit: str) -> str:
    """Draw how many paragraphs, or articles, each bin has."""
    most = f"at most {max(totals):,}"
    chart = count_chart(totals, f"{unit.capitalize()}s by {bins.unit}, {_span(bins)}: {most}")
    return f'<div class="s-time"><span>{unit}s<small>{most}</small></span><div>{chart}</div></div>'


def _axis(bins: Bins) -> str:
    """Name the first and the last bin and, of five or more, the middle one."""
    names = [bin_name(bins.unit, start) for start in bins.starts]
    middle = names[len(names) // 2] if len(names) > 4 else ""
    ends = f"<span>{names[0]}</span><span>{middle}</span><span>{names[-1]}</span>"
    return f'<div class="s-time s-when"><span></span><div class="s-axis">{ends}</div></div>'


def _span(bins: Bins) -> str:
    return f"{bin_name(bins.unit, bins.starts[0])} to {bin_name(bins.unit, bins.starts[-1])}"


def _figures(
    bins: Bins,
    totals: Sequence[int],
    points: Sequence[list[Point] | None],
    counts: HeadCounts,
) -> str:
    """Fold away the figures of the charts, as a table."""
    titles = "".join(
        f"<th class='s-n'>{escape(label)}</th>" for label in (f"{counts.unit}s", *counts.labels)
    )
    rows = []
    for start, total, of_bin in zip(bins.starts, totals, points, strict=True):
        if of_bin:
            cells = "".join(
                f"<td class='s-n'>{percent(point.share)}"
                f"{f' <small>{interval(point)}</small>' if point.ends else ''}</td>"
                for point in of_bin
            )
            name = bin_name(bins.unit, start)
            rows.append(f"<tr><th>{name}</th><td class='s-n'>{total:,}</td>{cells}</tr>")
    table = html_table("s-inline", f"<th>{bins.unit}</th>{titles}", rows)
    return f"<details><summary>the figures</summary>{scroll(table)}</details>"


def undated_note(counts: TableCounts) -> str:
    """Say how many paragraphs have no date, and what the cells hold that cannot be read."""
    empty = ""
    if counts.without_date:
        empty = f'<p class="s-note">{counts.without_date:,} paragraphs have no date.</p>'
    if not counts.undated:
        return empty
    cells = ", ".join(repr(cell[:30]) for cell in counts.bad_dates)
    return (
        f'{empty}<p class="s-note">{counts.undated:,} paragraphs have no date that can be read in '
        f"one way only ({escape(cells)}); they are not shown here. Write dates as 2024-04-08, "
        "or say which comes first with --day-first or --month-first.</p>"
    )
