"""Pieces of HTML that the sections of a report share."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def section(anchor: str, title: str, *parts: str, about: str = "") -> str:
    """Wrap parts in a section with a title and a line about it."""
    lead = f'<p class="s-lead">{about}</p>' if about else ""
    return f'<section id="{anchor}"><h2>{escape(title)}</h2>{lead}{"".join(parts)}</section>'


def html_table(css_class: str, titles: str, rows: Sequence[str]) -> str:
    """Put rows under titles."""
    return (
        f'<table class="s-table {css_class}"><thead><tr>{titles}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def scroll(table: str) -> str:
    """Let a table be wider than a phone."""
    return f'<div class="s-scroll">{table}</div>'


def as_code(name: str) -> str:
    """Set a name in the font of code.

    >>> as_code("<b>")
    '<code>&lt;b&gt;</code>'
    """
    return f"<code>{escape(name)}</code>"
