"""The headline of a report: its shares in words, as they may be printed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from stance.report.charts import Point
from stance.report.figures.estimates import WHOLE, ShareSource
from stance.show.styles import head_title, percent

_SHOWN: Final = 3  # labels of a head; the rest are added up


def headline(
    head: str, labels: Sequence[str], points: Sequence[Point], source: ShareSource, unit: str
) -> str:
    """Say the shares of one head in a sentence, the largest first.

    Parameters
    ----------
    head : str
        The head.
    labels : sequence of str
        Its labels.
    points : sequence of Point
        The share of each in the whole table.
    source : ShareSource
        Where they come from.
    unit : {"paragraph", "article"}
        What they are of.
    """
    ordered = sorted(zip(labels, points, strict=True), key=lambda pair: -pair[1].share)
    first = f"the {unit}s" if unit == "paragraph" else "the articles, each counted as one,"
    phrases = [
        f"<b>{percent(point.share)}</b>{' of ' + first + ' are' if not number else ''} "
        f"{escape(label)}{_in_brackets(point, named=not number)}"
        for number, (label, point) in enumerate(ordered[:_SHOWN])
    ]
    rest = sum(point.share for _, point in ordered[_SHOWN:])
    if rest:
        phrases.append(f"{percent(rest)} something else")
    *some, last = phrases
    listed = f"{', '.join(some)} and {last}" if some else last
    return (
        f'<p class="s-headline">{escape(head_title(head))}: {_opening(source)}{listed}. '
        f'<span class="s-quiet">{_basis(source)}</span></p>'
    )


def _in_brackets(point: Point, *, named: bool) -> str:
    if point.ends is None:
        return ""
    low, high = point.ends
    name = "95% interval " if named else ""
    return f" ({name}{100 * low:.0f}% to {100 * high:.0f}%)"


def _opening(source: ShareSource) -> str:
    return {"raw": "as counted, ", "estimated": "an estimated ", "inverted": "corrected, "}[
        source.kind
    ]


def _basis(source: ShareSource) -> str:
    """Say in a few words what the shares rest on."""
    if source.kind == "estimated":
        return f"From {source.estimates[WHOLE].annotated:,} paragraphs drawn and read."
    if source.kind == "inverted":
        return "Marked: rests on error rates that were measured elsewhere."
    return "Raw: no reader has checked them, so there is no interval."
