"""What a paragraph's card says of its article: headline, outlet, date and link, where there are."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final, NamedTuple

from stance.report.labelled_rows import LabelledRow

_HEADLINES: Final = ("headline", "title", "heading")
_OUTLETS: Final = ("outlet", "publication", "publisher", "newspaper", "paper", "source", "medium")
_LINKS: Final = ("link", "url", "web_url", "permalink")
_HEADLINE_CHARACTERS: Final = 200


class CardColumns(NamedTuple):
    """The columns that a card is made of; None for one that the table does not have."""

    headline: str | None = None
    outlet: str | None = None
    date: str | None = None
    link: str | None = None

    def names(self) -> list[str]:
        """List the columns that there are."""
        return [name for name in self if name]


def find_columns(columns: Iterable[str], date: str | None) -> CardColumns:
    """Find the columns of cards by their names.

    >>> find_columns(["id", "Headline", "url"], "day")
    CardColumns(headline='Headline', outlet=None, date='day', link='url')
    """
    by_name = {column.lower(): column for column in reversed(list(columns))}

    def first(names: Iterable[str]) -> str | None:
        return next((by_name[name] for name in names if name in by_name), None)

    return CardColumns(first(_HEADLINES), first(_OUTLETS), date, first(_LINKS))


def safe_link(cell: str) -> str:
    """Return an address of the web, and nothing for any other text.

    >>> safe_link(" https://example.org/a "), safe_link("javascript:alert(1)")
    ('https://example.org/a', '')
    """
    link = cell.strip()
    return link if link.lower().startswith(("http://", "https://")) else ""


def card_head(row: LabelledRow, columns: CardColumns) -> str:
    """Return the first line of a card: its headline as a link, outlet and date."""

    def cell(name: str | None) -> str:
        return row.cells.get(name, "").strip() if name else ""

    link = safe_link(cell(columns.link))
    headline = escape(cell(columns.headline)[:_HEADLINE_CHARACTERS] or ("link" if link else ""))
    if link:
        headline = f'<a href="{escape(link)}" rel="noopener noreferrer">{headline}</a>'
    parts = [f"<b>{headline}</b>"] if headline else []
    parts += [escape(text) for text in (cell(columns.outlet), cell(columns.date)) if text]
    return f'<p class="s-card-head">{" · ".join(parts)}</p>' if parts else ""
