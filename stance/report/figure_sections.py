"""The sections of a report as HTML: each a function of what was counted; every character of the data is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

import numpy as np

from stance.inference.corrections import Correction
from stance.inference.shares import estimate_shares
from stance.labels import MEANINGS, STATUSES
from stance.report.charts import (
    Point,
    count_chart,
    interval_chart,
    scale_axis,
    scale_for,
    timeline_chart,
)
from stance.report.counts import HeadTally, Tally
from stance.report.dates import bin_name, make_bins
from stance.show.styles import Style, badge, head_title, label_styles, percent

_SHOWN_GROUPS: Final = 12


def section(anchor: str, title: str, *parts: str, about: str = "") -> str:
    """Wrap parts in a section with a title."""
    lead = f'<p class="s-lead">{about}</p>' if about else ""
    return f'<section id="{anchor}"><h2>{escape(title)}</h2>{lead}{"".join(parts)}</section>'


def overview(tally: Tally, faults: int) -> str:
    """Say what was scored and how sure the labels are."""
    seen = tally.statuses.total()
    unsure = tally.any_uncertain / tally.labelled
    unfamiliar = int(tally.familiarities[:8].sum()) / tally.labelled
    cards = [
        (f"{tally.documents:,}", "rows scored"),
        (f"{tally.labelled:,}", f"paragraphs labelled, of {seen:,} blocks"),
        *(
            (percent(t.uncertain / tally.labelled), f"uncertain in {head}")
            for head, t in tally.heads.items()
        ),
        (percent(unfamiliar), "with fewer than 8 in 10 words known to the model"),
    ]
    boxes = "".join(
        f'<div class="s-card"><b>{figure}</b><span>{escape(words)}</span></div>'
        for figure, words in cards
    )
    rows = "".join(
        f"<tr><th>{status}</th><td class='s-n'>{tally.statuses[status]:,}</td><td>{escape(MEANINGS['status'][status])}</td></tr>"
        for status in STATUSES
        if tally.statuses[status]
    )
    lost = (
        f"<p>{faults:,} rows of the table could not be read and are counted nowhere.</p>"
        if faults
        else ""
    )
    about = (
        f"A paragraph is uncertain where the model cannot rule out a second label; {percent(unsure)} are so in at least one respect. "
        "They are counted with their most probable label."
    )
    table = f'<table class="s-table">{rows}</table>'
    return section(
        "scored",
        "What was scored, and how sure",
        f'<div class="s-cards">{boxes}</div>',
        table,
        lost,
        about=about,
    )


def shares_section(
    head: str, tally: HeadTally, correction: Correction, *, told: bool = False
) -> str:
    """Show the share of each label; where its origin was told before, it is not told again."""
    effect = tally.design_effect.measure()
    points = _points(tally.counts, correction, effect)
    scale = scale_for(points)
    corrected = correction.confusion is not None
    names = (
        "paragraphs",
        "counted",
        *(("corrected", "95% of corrected") if corrected else ("95%",)),
    )
    styles = label_styles(tally.labels)
    rows = []
    for at in np.argsort(-tally.counts, kind="stable"):
        label, point = tally.labels[at], points[at]
        chart = interval_chart(point, scale, f"{label}: {_said(point)}")
        meaning = MEANINGS.get(head, {}).get(label, "")
        figures = [f"{tally.counts[at]:,}", f"<b>{percent(point.raw)}</b>", _range(point)]
        if point.corrected is not None:
            figures.insert(2, f"{point.corrected:.0%}")
        cells = "".join(
            f"<td class='s-n' data-name='{name}'>{figure}</td>"
            for name, figure in zip(names, figures, strict=True)
        )
        rows.append(
            f'<tr class="{styles[label].css_class}"><th>{badge(label, styles[label])}<small>{escape(meaning)}</small></th>'
            f"<td class='s-wide'>{chart}</td>{cells}</tr>"
        )
    titles = f"<th></th><th class='s-wide'>{scale_axis(scale)}</th>" + "".join(
        f"<th class='s-n'>{name}</th>" for name in names
    )
    origin = (
        "Corrected in the same way, and to be doubted in the same way."
        if told and corrected
        else escape(correction.origin)
    )
    notes = f'<p class="s-note">{origin} {_effect_note(effect, tally)}</p>'
    return section(
        f"shares-{_anchor(head)}",
        head_title(head),
        html_table("s-shares", titles, rows),
        notes,
        about=_KEY[corrected],
    )


_KEY: Final = {
    True: '<b class="s-key-dot">●</b> share counted; <b>|</b> corrected for the labels that the model is known to confuse; '
    "the bar is the 95% interval of the corrected share.",
    False: '<b class="s-key-dot">●</b> <b>raw</b> share, as it was counted; the bar is its 95% interval, which holds the number of '
    "paragraphs only. Nothing corrects it for what the model confuses.",
}


def _effect_note(effect: float, tally: HeadTally) -> str:
    if tally.design_effect.documents < 2:
        return "All paragraphs are from one row: how far rows differ cannot be told, and the intervals are too narrow for that."
    if effect < 1.05:
        return f"Paragraphs of one row resemble each other no more than others (design effect 1.0, from {tally.design_effect.documents:,} rows)."
    alone = tally.counts.sum() / effect
    return (
        f"Paragraphs of one row resemble each other: the intervals are as wide as if {alone:,.0f} paragraphs had been drawn one by one "
        f"(design effect {effect:.1f}, from {tally.design_effect.documents:,} rows)."
    )


def time_section(
    head: str, tally: HeadTally, whole: Tally, correction: Correction, column: str
) -> str:
    """Show the share of each label over time."""
    bins = make_bins(whole.days)
    counts = np.zeros((len(bins.starts), len(tally.labels)), dtype=np.int64)
    for day, found in tally.days.items():
        counts[bins.place(day)] += found
    effect = tally.design_effect.measure()
    points = [_points(row, correction, effect) if row.sum() else None for row in counts]
    scale = scale_for([point for each in points if each for point in each])
    first, last = (bin_name(bins.unit, bins.starts[at]) for at in (0, -1))
    styles = label_styles(tally.labels)
    rows = []
    for at, label in enumerate(tally.labels):
        line = [each[at] if each else None for each in points]
        rows.append(
            _time_row(
                badge(label, styles[label]),
                styles[label],
                line,
                scale,
                f"{label}, {first} to {last}",
            )
        )
    totals = counts.sum(axis=1)
    bars = count_chart(
        totals.tolist(), f"Paragraphs by {bins.unit}, {first} to {last}: at most {totals.max():,}"
    )
    middle = bin_name(bins.unit, bins.starts[len(bins.starts) // 2]) if len(bins.starts) > 4 else ""
    rows.append(
        f'<div class="s-time"><span>paragraphs<small>at most {totals.max():,}</small></span><div>{bars}</div></div>'
    )
    ends = f"<span>{first}</span><span>{middle}</span><span>{last}</span>"
    axis = f'<div class="s-time s-when"><span></span><div class="s-axis">{ends}</div></div>'
    table = _time_table(
        bins.unit,
        [bin_name(bins.unit, start) for start in bins.starts],
        totals,
        points,
        tally.labels,
    )
    what = "" if correction.confusion is None else " of the corrected shares"
    about = (
        f"By {bins.unit}, from the column {_code(column)}: ● counted; bars are 95% intervals{what}."
    )
    return f'<h3>{escape(head_title(head))}</h3><p class="s-lead">{about}</p>{"".join(rows)}{axis}{table}'


def undated_note(tally: Tally) -> str:
    """Say how many paragraphs have no date, and what stands in its place."""
    if not tally.undated:
        return ""
    seen = ", ".join(repr(cell[:30]) for cell in tally.bad_dates)
    return (
        f'<p class="s-note">{tally.undated:,} paragraphs have no date that can be read in one way only ({escape(seen)}); '
        "they are not shown here. Write dates as 2024-04-08.</p>"
    )


def _time_row(
    name: str, style: Style, points: Sequence[Point | None], scale: float, title: str
) -> str:
    chart = timeline_chart(points, scale, title)
    axis = f'<span class="s-yaxis" aria-hidden="true"><i>{scale:.0%}</i><i>0</i></span>'
    return (
        f'<div class="s-time {style.css_class}"><span>{name}</span>{axis}<div>{chart}</div></div>'
    )


def _time_table(
    unit: str,
    names: Sequence[str],
    totals: np.ndarray,
    points: Sequence[list[Point] | None],
    labels: Sequence[str],
) -> str:
    titles = "".join(f"<th class='s-n'>{escape(label)}</th>" for label in ("paragraphs", *labels))
    rows = []
    for name, total, each in zip(names, totals, points, strict=True):
        if each:
            cells = "".join(
                f"<td class='s-n'>{percent(point.raw)} <small>{_range(point)}</small></td>"
                for point in each
            )
            rows.append(f"<tr><th>{name}</th><td class='s-n'>{total:,}</td>{cells}</tr>")
    table = html_table("s-inline", f"<th>{unit}</th>{titles}", rows)
    return f"<details><summary>the figures</summary>{scroll(table)}</details>"


def groups_section(head: str, tally: HeadTally, column: str, correction: Correction) -> str:
    """Show the share of each label by the values of a column, those with most paragraphs first, the rest together."""
    counted = sorted(
        tally.by.get(column, {}).items(), key=lambda pair: (-int(pair[1].sum()), pair[0])
    )
    shown = [(value or "(empty)", counts) for value, counts in counted[:_SHOWN_GROUPS]]
    rest = counted[_SHOWN_GROUPS:]
    if rest:
        shown.append((f"{len(rest):,} others", np.sum([counts for _, counts in rest], axis=0)))
    effect = tally.design_effect.measure()
    points = [_points(counts, correction, effect) for _, counts in shown]
    styles = label_styles(tally.labels)
    charts = []
    for at, label in enumerate(tally.labels):
        scale = scale_for([each[at] for each in points])
        rows = [
            _group_row(value, int(counts.sum()), each[at], scale, label)
            for (value, counts), each in zip(shown, points, strict=True)
        ]
        titles = f"<th>{badge(label, styles[label])}</th><th class='s-wide'>{scale_axis(scale)}</th><th class='s-n'>counted</th>"
        table = html_table("s-groups", titles, rows)
        charts.append(f'<div class="{styles[label].css_class}">{table}</div>')
    return f'<h3>{escape(head_title(head))}</h3><div class="s-grid3">{"".join(charts)}</div>'


def _group_row(value: str, total: int, point: Point, scale: float, label: str) -> str:
    chart = interval_chart(point, scale, f"{value}, {label}: {_said(point)}")
    return (
        f"<tr><th>{escape(value[:60])}<small>{total:,} paragraphs</small></th><td class='s-wide'>{chart}</td>"
        f"<td class='s-n'><b>{percent(point.raw)}</b><small>{_range(point)}</small></td></tr>"
    )


def trust_section(
    name: str,
    card: str | None,
    corrections: Mapping[str, Correction],
    labels: Mapping[str, Sequence[str]],
) -> str:
    """Show the limits that the model's card names, and what the model confuses."""
    parts = []
    for title in ("What may be said from it, and what not", "Limits"):
        found = re.search(
            rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", card or "", re.MULTILINE | re.DOTALL
        )
        if found:
            parts.append(
                f"<h3>{title}</h3>"
                + "".join(
                    f"<p>{escape(_plain(text))}</p>" for text in found[1].strip().split("\n\n")
                )
            )
    if not parts:
        parts.append(
            "<p>The model has no card that says what it may be used for: ask whoever trained it.</p>"
        )
    for head, correction in corrections.items():
        if correction.confusion is not None:
            parts.append(_confusion_table(head, labels[head], correction))
    return section(
        "trust", "How far to trust it", *parts, about=f"From the card of the model {_code(name)}."
    )


def _confusion_table(head: str, labels: Sequence[str], correction: Correction) -> str:
    assert correction.confusion is not None
    titles = "".join(f"<th class='s-n'>{escape(label)}</th>" for label in labels)
    rows = []
    for number, (label, row) in enumerate(zip(labels, correction.confusion, strict=True)):
        cells = "".join(
            _confusion_cell(count, row.sum(), at == number) for at, count in enumerate(row)
        )
        rows.append(f"<tr><th>{escape(label)}</th>{cells}</tr>")
    table = html_table("s-confusion", f"<th>annotated ↓ found →</th>{titles}", rows)
    return f"<h3>What the model confuses: {escape(head)}</h3>{scroll(table)}"


def _confusion_cell(count: int, total: int, right: bool) -> str:
    share = count / total if total else 0
    mark = " class='s-n s-right'" if right else " class='s-n'"
    return f"<td{mark}>{percent(share)}<small>{count:,}</small></td>"


def _plain(text: str) -> str:
    return re.sub(r"[*`]", "", " ".join(text.split()))


def _points(counts: np.ndarray, correction: Correction, effect: float) -> list[Point]:
    found = estimate_shares(counts, correction.confusion, design_effect=effect)
    columns = (values.tolist() for values in (found.raw, found.low, found.high, found.estimate))
    corrected = correction.confusion is not None
    return [
        Point(raw, low, high, estimate if corrected else None)
        for raw, low, high, estimate in zip(*columns, strict=True)
    ]


def _said(point: Point) -> str:
    counted = f"{percent(point.raw)} counted"
    return (
        f"{counted}, {_range(point)}"
        if point.corrected is None
        else f"{counted}, {point.corrected:.0%} corrected ({_range(point)})"
    )


def _range(point: Point) -> str:
    return f"{100 * point.low:.0f}–{100 * point.high:.0f}%"


def html_table(kind: str, titles: str, rows: Sequence[str]) -> str:
    """Put rows under titles."""
    return f'<table class="s-table {kind}"><thead><tr>{titles}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def scroll(table: str) -> str:
    """Let a table be wider than a phone."""
    return f'<div class="s-scroll">{table}</div>'


def _code(name: str) -> str:
    return f"<code>{escape(name)}</code>"


def _anchor(name: str) -> str:
    return re.sub(r"\W", "-", name)
