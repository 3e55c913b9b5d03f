"""The sections of a report that show figures: what was scored, shares, groups.

Each is HTML made from counts; every character of the data is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final

import numpy as np

from stance.dates.days import PERIODS
from stance.labels import MEANINGS, STATUSES
from stance.report.charts import (
    Point,
    describe,
    interval,
    interval_chart,
    scale_axis,
    scale_for,
)
from stance.report.counts import HeadCounts, TableCounts
from stance.report.figures.downloads import Bar, save_buttons, share_svg, share_table
from stance.report.figures.estimates import EQUAL_RATES, ShareSource
from stance.report.markup import html_table, scroll, section
from stance.show.figure_table import EMPTY
from stance.show.styles import Style, badge, head_title, label_styles, percent

ABOUT_GROUPS: Final = (
    "● the estimated share, and the bar is its 95% interval; <b>|</b> as counted. ○ a share that "
    "was only counted: too few paragraphs of the group, or none, were read."
)
_ABOUT_UNIT: Final = {
    "paragraph": " Paragraphs, not articles: a long article counts more.",
    "article": " Each article counts as one. How many have any, and mostly, paragraphs of a label "
    "is as counted.",
}
_SHOWN_GROUPS: Final = 12
_GROUP_NAME_CHARACTERS: Final = 60
_ABOUT: Final = {
    "estimated": (
        '<b class="s-key-dot">●</b> estimated share; the bar is its 95% interval; <b>|</b> as '
        "counted."
    ),
    "inverted": (
        '<b class="s-key-dot">●</b> share corrected for the labels that the model was seen to '
        "confuse; the bar is its 95% interval; <b>|</b> as counted."
    ),
    "raw": '<b class="s-key-dot">○</b> <b>raw</b> share, as it was counted.',
}
_SHARE_NAMES: Final = {"estimated": "estimated", "inverted": "corrected", "raw": "raw share"}
_SAME_NOTES: Final = "As above."


def overview(counts: TableCounts, faults: int) -> str:
    """Say what was scored and how sure the labels are."""
    unsure = percent(counts.any_uncertain / counts.labelled)
    about = (
        "A paragraph is uncertain where the model does not rule out a second label; "
        f"{unsure} are so in at least one respect. "
        "They are counted with their most probable label."
    )
    statuses = "".join(
        f"<tr><th>{status}</th><td class='s-n'>{counts.statuses[status]:,}</td>"
        f"<td>{escape(MEANINGS['status'][status])}</td></tr>"
        for status in STATUSES
        if counts.statuses[status]
    )
    unread = ""
    if faults:
        unread = f"<p>{faults:,} rows of the table could not be read and are counted nowhere.</p>"
    return section(
        "scored",
        "What was scored, and how sure",
        f'<div class="s-cards">{_cards(counts)}</div>',
        f'<table class="s-table">{statuses}</table>',
        unread,
        about=about,
    )


def _cards(counts: TableCounts) -> str:
    """Return the largest figures, one card each."""
    unfamiliar = int(counts.familiarities[:8].sum()) / counts.labelled
    cards = [
        (f"{counts.documents:,}", f"{counts.document_name} scored"),
        (f"{counts.labelled:,}", f"paragraphs labelled, of {counts.statuses.total():,} blocks"),
        *(
            (percent(of_head.uncertain / counts.labelled), f"uncertain in {head}")
            for head, of_head in counts.heads.items()
        ),
        (percent(unfamiliar), "with fewer than 8 in 10 words known to the model"),
    ]
    return "".join(
        f'<div class="s-card"><b>{figure}</b><span>{escape(words)}</span></div>'
        for figure, words in cards
    )


def shares_section(
    head: str,
    counts: HeadCounts,
    source: ShareSource,
    *,
    same_notes: bool = False,
    meanings: bool = False,
) -> str:
    """Show the share of each label, the largest first.

    Parameters
    ----------
    head : str
        The head.
    counts : HeadCounts
        Its counts.
    source : ShareSource
        Where its shares come from.
    same_notes : bool, default=False
        Whether an earlier section has the same notes.
    meanings : bool, default=False
        Whether the labels mean what those of the shipped model do.
    """
    points = source.points(counts.weights)
    order = sorted(range(len(counts.labels)), key=lambda code: -points[code].share)
    scale, styles = scale_for(points), label_styles(counts.labels)
    names = _figure_names(source, counts.unit)
    rows = []
    for code in order:
        label = counts.labels[code]
        meaning = escape(MEANINGS.get(head, {}).get(label, "")) if meanings else ""
        figures = _figures(counts, code, points[code], source)
        rows.append(_share_row(label, styles[label], meaning, figures, points[code], scale, names))
    titles = f"<th></th><th class='s-wide'>{scale_axis(scale)}</th>" + "".join(
        f"<th class='s-n'>{name}</th>" for name in names
    )
    bars = [Bar("", counts.labels[c], styles[counts.labels[c]], points[c]) for c in order]
    notes = _SAME_NOTES if same_notes else " ".join(map(escape, source.notes))
    effect = f" {_effect_note(source.design_effect, counts)}" if source.kind == "inverted" else ""
    return section(
        f"shares-{_anchor(head)}",
        head_title(head),
        html_table("s-shares", titles, rows),
        _buttons(f"shares-{_anchor(head)}", head_title(head), bars, source),
        f'<p class="s-note">{notes}{effect}</p>',
        _offered(counts, source),
        about=_ABOUT[source.kind] + _ABOUT_UNIT[counts.unit],
    )


def _figure_names(source: ShareSource, unit: str) -> list[str]:
    """Name the columns of figures."""
    names = ["paragraphs"]
    if unit == "article":
        names += ["articles with any", "articles mostly"]
    if source.kind != "raw":
        names += ["counted", _SHARE_NAMES[source.kind], "95% interval"]
    else:
        names.append(_SHARE_NAMES["raw"])
    return names


def _figures(counts: HeadCounts, code: int, point: Point, source: ShareSource) -> list[str]:
    """Return the figures of a label, in the order of `_figure_names`."""
    figures = [f"{counts.counts[code]:,}"]
    if counts.unit == "article":
        documents = counts.design_effect.documents
        figures += [percent(int(n[code]) / documents) for n in (counts.any, counts.mostly)]
    if source.kind != "raw":
        figures += [percent(point.counted), f"<b>{percent(point.share)}</b>", interval(point)]
    else:
        figures.append(f"<b>{percent(point.counted)}</b>")
    return figures


def _share_row(
    label: str,
    style: Style,
    meaning: str,
    figures: Sequence[str],
    point: Point,
    scale: float,
    names: Sequence[str],
) -> str:
    cells = "".join(
        f"<td class='s-n' data-name='{name}'>{figure}</td>"
        for name, figure in zip(names, figures, strict=True)
    )
    chart = interval_chart(point, scale, f"{label}: {describe(point)}")
    return (
        f'<tr class="{style.css_class}"><th>{badge(label, style)}<small>{meaning}</small></th>'
        f"<td class='s-wide'>{chart}</td>{cells}</tr>"
    )


def _buttons(
    name: str, title: str, bars: Sequence[Bar], source: ShareSource, group: str = ""
) -> str:
    """Let a chart of shares be saved."""
    notes = {
        "estimated": "Dot and bar: estimate and 95% interval. Line: as counted.",
        "inverted": "Dot and bar: corrected by error rates of other paragraphs. Line: as counted.",
        "raw": "Raw: the model's labels, counted.",
    }
    svg = share_svg(title, bars, notes[source.kind])
    return save_buttons(name, svg, share_table(bars, group))


def _offered(counts: HeadCounts, source: ShareSource) -> str:
    """Fold away what the model's own matrix would make of raw shares, and mark it."""
    if source.kind != "raw" or source.correction is None:
        return ""
    rows = [
        f"<tr><th>{badge(label, style)}</th><td class='s-n'>{percent(point.counted)}</td>"
        f"<td class='s-n'>{percent(point.share)}</td><td class='s-n'>{interval(point)}</td></tr>"
        for (label, style), point in zip(
            label_styles(counts.labels).items(), source.inverted(counts.weights), strict=True
        )
    ]
    titles = "<th></th>" + "".join(
        f"<th class='s-n'>{name}</th>" for name in ("counted", "corrected", "95% of corrected")
    )
    return (
        "<details class='s-offered'><summary>corrected by the model's own error rates</summary>"
        f'<p class="s-note">{EQUAL_RATES} {escape(source.correction.origin)}</p>'
        f"{scroll(html_table('s-corrected', titles, rows))}</details>"
    )


def _effect_note(effect: float, counts: HeadCounts) -> str:
    """Say how much the paragraphs of one article resemble each other."""
    documents = counts.design_effect.documents
    if documents < 2:
        return (
            "All paragraphs are from one article: how far articles differ cannot be told, and the "
            "intervals are too narrow for that."
        )
    if effect < 1.05:
        return (
            "Paragraphs of one article resemble each other no more than others "
            f"(design effect 1.0, from {documents:,} articles)."
        )
    worth = counts.counts.sum() / effect
    return (
        "Paragraphs of one article resemble each other: the intervals are as wide as if "
        f"{worth:,.0f} paragraphs had been drawn one by one "
        f"(design effect {effect:.1f}, from {documents:,} articles)."
    )


def groups_section(head: str, counts: HeadCounts, column: str, source: ShareSource) -> str:
    """Show the share of each label by the values of a column.

    Values with most paragraphs come first, but months and years in order; the rarest are added up.
    """
    groups = _largest_groups(counts.by.get(column, {}), in_order=column in PERIODS)
    points = [source.points(of_group, (column, value)) for _, value, of_group in groups]
    styles = label_styles(counts.labels)
    charts, bars = [], []
    for code, label in enumerate(counts.labels):
        scale = scale_for([of_group[code] for of_group in points])
        rows = [
            _group_row(name, _size(of_group.sum(), counts.unit), of_points[code], scale, label)
            for (name, _, of_group), of_points in zip(groups, points, strict=True)
        ]
        titles = (
            f"<th>{badge(label, styles[label])}</th><th class='s-wide'>{scale_axis(scale)}</th>"
            "<th class='s-n'>share</th>"
        )
        table = html_table("s-groups", titles, rows)
        charts.append(f'<div class="{styles[label].css_class}">{table}</div>')
        bars += [
            Bar(name, label, styles[label], of_points[code])
            for (name, *_), of_points in zip(groups, points, strict=True)
        ]
    title = f"{head_title(head)} by {column}"
    buttons = _buttons(f"by-{_anchor(column)}-{_anchor(head)}", title, bars, source, column)
    grid = f'<div class="s-grid3">{"".join(charts)}</div>'
    return f"<h3>{escape(head_title(head))}</h3>{grid}{buttons}"


def _largest_groups(
    groups: dict[str, np.ndarray], *, in_order: bool
) -> list[tuple[str, str, np.ndarray]]:
    """Return the name, value and counts of the largest groups, and the sum of the others.

    The others have a value that no cell has, as no estimate is of them.
    """
    # Weights of articles are fractions: of as many articles, their sums differ in the last digits.
    ordered = sorted(groups.items(), key=lambda group: (-round(group[1].sum(), 6), group[0]))
    largest = ordered[:_SHOWN_GROUPS]
    if in_order:
        largest.sort(key=lambda group: (not group[0], group[0]))
    shown = [(value or EMPTY, value, counts) for value, counts in largest]
    others = [counts for _, counts in ordered[_SHOWN_GROUPS:]]
    if others:
        shown.append((f"{len(others):,} others", "\0others", np.sum(others, axis=0)))
    return shown


def _group_row(value: str, size: str, point: Point, scale: float, label: str) -> str:
    name = escape(value[:_GROUP_NAME_CHARACTERS])
    chart = interval_chart(point, scale, f"{value}, {label}: {describe(point)}")
    ends = f"<small>{interval(point)}</small>" if point.ends else "<small>counted</small>"
    return (
        f"<tr><th>{name}<small>{size}</small></th><td class='s-wide'>{chart}</td>"
        f"<td class='s-n'><b>{percent(point.share)}</b>{ends}</td></tr>"
    )


def _size(n: float, unit: str) -> str:
    """Say how many there are of a unit; weights may add up to a little less or more.

    >>> _size(0.9999, "article"), _size(1200, "paragraph")
    ('1 article', '1,200 paragraphs')
    """
    number = f"{n:,.0f}"
    return f"{number} {unit}" if number == "1" else f"{number} {unit}s"


def _anchor(name: str) -> str:
    return re.sub(r"\W", "-", name)
