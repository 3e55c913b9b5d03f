"""The section of a report that says how far to trust the model; every character is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.report.markup import as_code, html_table, scroll, section
from stance.show.styles import percent

if TYPE_CHECKING:
    from stance.model import Model

_SHOWN_OF_CARD: Final = ("What may be said from it, and what not", "Limits")
_NO_CARD: Final = (
    "<p>The model has no card that says what it may be used for: ask whoever trained it.</p>"
)
_MEASURED: Final = (
    ("cross_validation", "published paragraphs of outlets that it had not learned from", True),
    ("cross_validation", "annotated paragraphs that it had not learned from", False),
    ("composed", "composed paragraphs that it had not learned from", True),
)
"""The facts that hold figures, what they were measured on, and whether the model learned print."""


def trust_section(name: str, model: Model) -> str:
    """Show what was measured, on print first, the limits that the card names, and the confusions.

    Parameters
    ----------
    name : str
        The model's.
    model : Model
        The model that labelled the table.
    """
    parts = [_measured_table(model.facts)]
    parts += list(_card_parts(model.card or "")) or [_NO_CARD]
    for head, figures in model.facts.get("cross_validation", {}).items():
        if "confusion" in figures and head in model.labels:
            matrix = np.asarray(figures["confusion"])
            parts.append(_confusion_table(head, model.labels[head], matrix))
    about = f"What was measured of the model {as_code(name)}, and what its card says."
    return section("trust", "How far to trust it", *parts, about=about)


def _measured_table(facts: Mapping[str, Any]) -> str:
    """Show macro-F1, on published paragraphs first."""
    rows = []
    for fact, measured_on, on_print in _MEASURED:
        if on_print is not ("print" in facts):
            continue
        for head, figures in facts.get(fact, {}).items():
            low, high = figures["macro_f1_interval"]
            n = int(np.sum(figures["confusion"]))
            rows.append(
                f"<tr><th>{escape(head)}</th><td>{measured_on}</td><td class='s-n'>{n:,}</td>"
                f"<td class='s-n'><b>{figures['macro_f1']:.2f}</b></td>"
                f"<td class='s-n'>{low:.2f}–{high:.2f}</td></tr>"
            )
    if not rows:
        return ""
    titles = "<th>head</th><th>measured on</th>" + "".join(
        f"<th class='s-n'>{name}</th>" for name in ("paragraphs", "macro-F1", "95% interval")
    )
    return f"<h3>How often it is right</h3>{scroll(html_table('s-measured', titles, rows))}"


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
