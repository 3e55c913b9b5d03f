"""The section of a report that shows shares over time; every character of the data is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from stance.inference.corrections import Correction
from stance.report.charts import (
    Point,
    count_chart,
    interval,
    make_points,
    scale_for,
    timeline_chart,
)
from stance.report.counts import HeadCounts, TableCounts
from stance.report.dates import Bins, bin_name, make_bins
from stance.report.markup import as_code, html_table, scroll
from stance.show.styles import badge, head_title, label_styles, percent


def time_section(
    head: str, counts: HeadCounts, table: TableCounts, correction: Correction, column: str
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
    correction : Correction
        What the shares are corrected with.
    column : str
        The column of dates.
    """
    bins = make_bins(table.days)
    by_bin = _count_by_bin(counts, bins)
    effect = counts.design_effect.measure()
    points = [make_points(row, correction, effect) if row.sum() else None for row in by_bin]
    shown = "counted" if correction.confusion is None else "corrected"
    about = f"By {bins.unit}, from the column {as_code(column)}: ● {shown}; bars are 95% intervals."
    totals = by_bin.sum(axis=1).tolist()
    return (
        f'<h3>{escape(head_title(head))}</h3><p class="s-lead">{about}</p>'
        f"{_label_rows(counts.labels, bins, points)}{_total_row(totals, bins)}{_axis(bins)}"
        f"{_figures(bins, totals, points, counts.labels)}"
    )


def _count_by_bin(counts: HeadCounts, bins: Bins) -> np.ndarray:
    """Add up the counts of days; shape (n_bins, n_classes)."""
    by_bin = np.zeros((len(bins.starts), len(counts.labels)), dtype=np.int64)
    for day, of_day in counts.days.items():
        by_bin[bins.number_of(day)] += of_day
    return by_bin


def _label_rows(labels: Sequence[str], bins: Bins, points: Sequence[list[Point] | None]) -> str:
    """Draw one line per label, all on one scale."""
    scale = scale_for([point for of_bin in points if of_bin for point in of_bin])
    axis = f'<span class="s-yaxis" aria-hidden="true"><i>{scale:.0%}</i><i>0</i></span>'
    rows = []
    for number, (label, style) in enumerate(label_styles(labels).items()):
        line = [of_bin[number] if of_bin else None for of_bin in points]
        chart = timeline_chart(line, scale, f"{label}, {_span(bins)}")
        rows.append(
            f'<div class="s-time {style.css_class}"><span>{badge(label, style)}</span>{axis}'
            f"<div>{chart}</div></div>"
        )
    return "".join(rows)


def _total_row(totals: Sequence[int], bins: Bins) -> str:
    """Draw how many paragraphs each bin has."""
    most = f"at most {max(totals):,}"
    chart = count_chart(totals, f"Paragraphs by {bins.unit}, {_span(bins)}: {most}")
    return (
        f'<div class="s-time"><span>paragraphs<small>{most}</small></span><div>{chart}</div></div>'
    )


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
    labels: Sequence[str],
) -> str:
    """Fold away the figures of the charts, as a table."""
    titles = "".join(f"<th class='s-n'>{escape(label)}</th>" for label in ("paragraphs", *labels))
    rows = []
    for start, total, of_bin in zip(bins.starts, totals, points, strict=True):
        if of_bin:
            cells = "".join(
                f"<td class='s-n'>{percent(point.estimate)} <small>{interval(point)}</small></td>"
                for point in of_bin
            )
            name = bin_name(bins.unit, start)
            rows.append(f"<tr><th>{name}</th><td class='s-n'>{total:,}</td>{cells}</tr>")
    table = html_table("s-inline", f"<th>{bins.unit}</th>{titles}", rows)
    return f"<details><summary>the figures</summary>{scroll(table)}</details>"


def undated_note(counts: TableCounts) -> str:
    """Say how many paragraphs have no date, and what their cells hold instead."""
    if not counts.undated:
        return ""
    cells = ", ".join(repr(cell[:30]) for cell in counts.bad_dates)
    return (
        f'<p class="s-note">{counts.undated:,} paragraphs have no date that can be read in one way '
        f"only ({escape(cells)}); they are not shown here. Write dates as 2024-04-08, "
        "or say which comes first with --day-first or --month-first.</p>"
    )
