"""The sections of a report that show figures: what was scored, shares, groups, what to trust.

Each is HTML made from counts; every character of the data is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

import numpy as np

from stance.inference.corrections import Correction
from stance.labels import MEANINGS, STATUSES
from stance.report.charts import (
    Point,
    describe,
    interval,
    interval_chart,
    make_points,
    scale_axis,
    scale_for,
)
from stance.report.counts import HeadCounts, TableCounts
from stance.report.markup import as_code, html_table, scroll, section
from stance.show.styles import Style, badge, head_title, label_styles, percent

ABOUT_GROUPS: Final = (
    "Paragraphs, not articles: a long article counts more. ● the share, corrected where it can be, "
    "and the bar is its 95% interval; <b>|</b> as counted. The fewer the paragraphs, the wider."
)
_SHOWN_GROUPS: Final = 12
_GROUP_NAME_CHARACTERS: Final = 60
_ABOUT_CORRECTED: Final = (
    '<b class="s-key-dot">●</b> share corrected for the labels that the model is known to confuse; '
    "the bar is its 95% interval; <b>|</b> as counted."
)
_ABOUT_RAW: Final = (
    '<b class="s-key-dot">●</b> <b>raw</b> share, as it was counted; the bar is its 95% interval, '
    "which holds the number of paragraphs only. Nothing corrects it for what the model confuses."
)
_SHOWN_OF_CARD: Final = ("What may be said from it, and what not", "Limits")
_NO_CARD: Final = (
    "<p>The model has no card that says what it may be used for: ask whoever trained it.</p>"
)
_SAME_ORIGIN: Final = "Corrected in the same way, and to be doubted in the same way."


def overview(counts: TableCounts, faults: int) -> str:
    """Say what was scored and how sure the labels are."""
    unsure = percent(counts.any_uncertain / counts.labelled)
    about = (
        "A paragraph is uncertain where the model cannot rule out a second label; "
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
        (f"{counts.documents:,}", "rows scored"),
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
    head: str, counts: HeadCounts, correction: Correction, *, same_origin: bool = False
) -> str:
    """Show the share of each label, the largest first.

    Parameters
    ----------
    head : str
        The head.
    counts : HeadCounts
        Its counts.
    correction : Correction
        What its shares are corrected with.
    same_origin : bool, default=False
        Whether an earlier section has told where such a correction comes from.
    """
    effect = counts.design_effect.measure()
    points = make_points(counts.counts, correction, effect)
    scale = scale_for(points)
    corrected = correction.confusion is not None
    names = ["paragraphs", "counted"]
    names += ["corrected", "95% of corrected"] if corrected else ["95%"]
    styles = label_styles(counts.labels)
    rows = [
        _share_row(head, label, styles[label], int(counts.counts[code]), points[code], scale, names)
        for code, label in sorted(
            enumerate(counts.labels), key=lambda coded: -int(counts.counts[coded[0]])
        )
    ]
    titles = f"<th></th><th class='s-wide'>{scale_axis(scale)}</th>" + "".join(
        f"<th class='s-n'>{name}</th>" for name in names
    )
    origin = _SAME_ORIGIN if same_origin and corrected else escape(correction.origin)
    return section(
        f"shares-{_anchor(head)}",
        head_title(head),
        html_table("s-shares", titles, rows),
        f'<p class="s-note">{origin} {_effect_note(effect, counts)}</p>',
        about=_ABOUT_CORRECTED if corrected else _ABOUT_RAW,
    )


def _share_row(
    head: str,
    label: str,
    style: Style,
    count: int,
    point: Point,
    scale: float,
    names: Sequence[str],
) -> str:
    figures = [f"{count:,}", percent(point.raw)]
    if point.corrected is None:
        figures[-1] = f"<b>{figures[-1]}</b>"
    else:
        figures.append(f"<b>{point.corrected:.0%}</b>")
    figures.append(interval(point))
    cells = "".join(
        f"<td class='s-n' data-name='{name}'>{figure}</td>"
        for name, figure in zip(names, figures, strict=True)
    )
    meaning = escape(MEANINGS.get(head, {}).get(label, ""))
    chart = interval_chart(point, scale, f"{label}: {describe(point)}")
    return (
        f'<tr class="{style.css_class}"><th>{badge(label, style)}<small>{meaning}</small></th>'
        f"<td class='s-wide'>{chart}</td>{cells}</tr>"
    )


def _effect_note(effect: float, counts: HeadCounts) -> str:
    """Say how much the paragraphs of one row resemble each other."""
    documents = counts.design_effect.documents
    if documents < 2:
        return (
            "All paragraphs are from one row: how far rows differ cannot be told, and the "
            "intervals are too narrow for that."
        )
    if effect < 1.05:
        return (
            "Paragraphs of one row resemble each other no more than others "
            f"(design effect 1.0, from {documents:,} rows)."
        )
    worth = counts.counts.sum() / effect
    return (
        "Paragraphs of one row resemble each other: the intervals are as wide as if "
        f"{worth:,.0f} paragraphs had been drawn one by one "
        f"(design effect {effect:.1f}, from {documents:,} rows)."
    )


def groups_section(head: str, counts: HeadCounts, column: str, correction: Correction) -> str:
    """Show the share of each label by the values of a column.

    Values with most paragraphs come first, the rarest are added up.
    """
    groups = _largest_groups(counts.by.get(column, {}))
    effect = counts.design_effect.measure()
    points = [make_points(of_group, correction, effect) for _, of_group in groups]
    styles = label_styles(counts.labels)
    of_what = "counted" if correction.confusion is None else "corrected"
    charts = []
    for code, label in enumerate(counts.labels):
        scale = scale_for([of_group[code] for of_group in points])
        rows = [
            _group_row(value, int(of_group.sum()), group_points[code], scale, label)
            for (value, of_group), group_points in zip(groups, points, strict=True)
        ]
        titles = (
            f"<th>{badge(label, styles[label])}</th><th class='s-wide'>{scale_axis(scale)}</th>"
            f"<th class='s-n'>{of_what}</th>"
        )
        table = html_table("s-groups", titles, rows)
        charts.append(f'<div class="{styles[label].css_class}">{table}</div>')
    return f'<h3>{escape(head_title(head))}</h3><div class="s-grid3">{"".join(charts)}</div>'


def _largest_groups(groups: dict[str, np.ndarray]) -> list[tuple[str, np.ndarray]]:
    """Return the largest groups and the sum of the others, by name."""
    ordered = sorted(groups.items(), key=lambda group: (-int(group[1].sum()), group[0]))
    shown = [(value or "(empty)", counts) for value, counts in ordered[:_SHOWN_GROUPS]]
    others = [counts for _, counts in ordered[_SHOWN_GROUPS:]]
    if others:
        shown.append((f"{len(others):,} others", np.sum(others, axis=0)))
    return shown


def _group_row(value: str, total: int, point: Point, scale: float, label: str) -> str:
    name = escape(value[:_GROUP_NAME_CHARACTERS])
    chart = interval_chart(point, scale, f"{value}, {label}: {describe(point)}")
    return (
        f"<tr><th>{name}<small>{total:,} paragraphs</small></th><td class='s-wide'>{chart}</td>"
        f"<td class='s-n'><b>{percent(point.estimate)}</b>"
        f"<small>{interval(point)}</small></td></tr>"
    )


def trust_section(
    name: str,
    card: str | None,
    corrections: Mapping[str, Correction],
    labels: Mapping[str, Sequence[str]],
) -> str:
    """Show the limits that the model's card names, and what the model confuses."""
    parts = list(_card_parts(card or "")) or [_NO_CARD]
    for head, correction in corrections.items():
        if correction.confusion is not None:
            parts.append(_confusion_table(head, labels[head], correction.confusion))
    about = f"From the card of the model {as_code(name)}."
    return section("trust", "How far to trust it", *parts, about=about)


def _card_parts(card: str) -> Iterator[str]:
    """Yield the parts of a model card that are shown, those that it has."""
    for title in _SHOWN_OF_CARD:
        part = re.search(
            rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", card, re.MULTILINE | re.DOTALL
        )
        if part:
            paragraphs = part[1].strip().split("\n\n")
            yield f"<h3>{title}</h3>" + "".join(f"<p>{_plain(text)}</p>" for text in paragraphs)


def _plain(markdown: str) -> str:
    """Turn a paragraph of Markdown into escaped text on one line."""
    return escape(re.sub(r"[*`]", "", " ".join(markdown.split())))


def _confusion_table(head: str, labels: Sequence[str], confusion: np.ndarray) -> str:
    titles = "".join(f"<th class='s-n'>{escape(label)}</th>" for label in labels)
    rows = []
    for annotated, counts in enumerate(confusion):
        cells = "".join(
            _confusion_cell(count, counts.sum(), annotated == predicted)
            for predicted, count in enumerate(counts)
        )
        rows.append(f"<tr><th>{escape(labels[annotated])}</th>{cells}</tr>")
    table = html_table("s-confusion", f"<th>annotated ↓ found →</th>{titles}", rows)
    return f"<h3>What the model confuses: {escape(head)}</h3>{scroll(table)}"


def _confusion_cell(count: int, total: int, right: bool) -> str:
    share = percent(count / total if total else 0)
    return f"<td class='s-n{' s-right' if right else ''}'>{share}<small>{count:,}</small></td>"


def _anchor(name: str) -> str:
    return re.sub(r"\W", "-", name)
