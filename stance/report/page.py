"""A labelled table as one page: figures, words, and the paragraphs, to search and to print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

from stance.data import read_data
from stance.dates.days import find_date_column
from stance.errors import InputError
from stance.model import Model, as_model
from stance.options import ARTICLE
from stance.report.cards import find_columns
from stance.report.contents import Contents
from stance.report.counts import TableCounts
from stance.report.evidence import find_evidence
from stance.report.figures.estimates import find_sources, needs_cells
from stance.report.labelled_table import LabelledTable, read_labelled
from stance.show.embedded import digest_source, to_json
from stance.show.styles import style_sheet
from stance.tables.outputs import check_page, open_output
from stance.tables.progress import Progress

SAMPLE: Final = 20_000
"""Paragraphs that a page holds at most: some 12 MB, which a browser opens in a second."""
UNITS: Final = ("paragraph", "article")
_NOT_OF_AUTHORS: Final = (
    " They <em>convey</em> positions, whoever voices them: a paragraph that reports a rejection "
    "makes no outlet, and no author, opposed."
)


def write_report(
    labelled: str | Path,
    output: str | Path,
    *,
    source: str | Path | None = None,
    text: str | None = None,
    by: str | Sequence[str] = (),
    date: str | None = None,
    day_first: bool | None = None,
    model: Model | str | Path | None = None,
    annotated: str | Path | None = None,
    design: str | None = None,
    unit: str = "paragraph",
    article: str | None = None,
    title: str | None = None,
    encoding: str | None = None,
    force: bool = False,
    sample: int = SAMPLE,
    progress: bool = False,
) -> TableCounts:
    """Write a labelled table as one self-contained HTML page.

    Parameters
    ----------
    labelled : str or Path
        A CSV that `label_file` (``stance score``) wrote, by paragraph or by row.
    output : str or Path
        The page to write.
    source : str or Path, optional
        The table that was scored; the paragraphs are slices of its cells. Its columns may be named
        in `by` and `date`.
    text : str, optional
        The column of texts, of `source` or, without one, of `labelled`. By default "text" where
        there is one; without texts the page has figures only, and says so.
    by : str or sequence of str, default=()
        Columns to compare: outlet, author. Columns month and year are made from the dates, where
        there are none.
    date : str, optional
        The column of dates; by default the first that is named in `stance.dates.days.COLUMNS`.
    day_first : bool, optional
        Whether dates such as 04/08/2024 begin with the day; by default they are not read.
    model : Model, str or Path, optional
        The model that labelled the table; by default the shipped one.
    annotated : str or Path, optional
        Paragraphs of `labelled` that were drawn and read, as for `stance.estimate_shares`, which
        then gives the shares and their intervals. Or other paragraphs, with a column "text" and one
        per head: shares are then corrected by what the model confuses in them, and marked. Without
        any, shares are raw and have no interval.
    design : {"random", "articles", "elsewhere"}, optional
        How they were drawn, as in `stance.estimate_shares`.
    unit : {"paragraph", "article"}, default="paragraph"
        What shares are of. As articles, each counts as one, whatever its length.
    article : str, optional
        The column of `labelled` or `source` that names each paragraph's article; by default
        ``article``, if there is such a column, or else each row of the scored table is one.
    title : str, optional
        By default made of the name of `labelled`.
    encoding : str, optional
        Of `source`.
    force : bool, default=False
        Replace `output`.
    sample : int, default=20,000
        Paragraphs that the page holds at most. Of more, a random sample, always the same; shares
        are counted on all. The list shows the first 2,000 characters of each; one of more than
        10,000 is not labelled again for its evidence.
    progress : bool, default=False
        Show on standard error how far the page is, if that is a terminal.

    Returns
    -------
    TableCounts
        What was counted.

    Raises
    ------
    TableError, InputError
        If a table cannot be read, a column is missing, the tables and the model do not belong
        together, or no paragraph is labelled.
    """
    check_page(output)
    scorer = as_model(model)
    if unit not in UNITS:
        raise InputError(f"`unit` must be one of {list(UNITS)!r}; got {unit!r}.")
    path = Path(labelled)
    columns = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    scored = None if source is None else Path(source)
    opened = read_labelled(path, scorer.labels, source=scored, text=text, encoding=encoding)
    with (
        opened as table,
        open_output(Path(output), force=force) as out,
        Progress(_size_of(path), shown=progress) as bar,
    ):
        bar.describe("reading")
        counts = TableCounts(
            scorer.labels,
            columns,
            date=date or find_date_column(table.columns),
            day_first=day_first,
            sample=sample,
            unit=unit,
            article=article or (ARTICLE if ARTICLE in table.columns else None),
        )
        cards = find_columns(table.columns, counts.date)
        cells = _count(table, counts, cards.names(), bar, keep=needs_cells(annotated, design))
        bar.describe("labelling examples again, for the words behind their labels")
        contents = Contents(
            model=scorer,
            counts=counts,
            cards=cards,
            rows=counts.sample,
            sources=find_sources(scorer, counts, path, cells, annotated, design),
            explained=find_evidence(scorer, counts, path) if table.has_texts else {},
            has_texts=table.has_texts,
            faults=table.faults,
        )
        bar.describe("writing the page")
        heading = title or f"Positions conveyed: {path.name}"
        out.add(part.encode() for part in _page_parts(heading, contents))
    return counts


def _size_of(path: Path) -> int:
    """Return the bytes of a file; 0 of a pipe, or where there is none."""
    return path.stat().st_size if path.is_file() else 0


def _count(
    table: LabelledTable,
    counts: TableCounts,
    of_cards: Sequence[str],
    bar: Progress,
    *,
    keep: bool,
) -> dict[str, list[str]]:
    """Count the rows; return the cells of each if they are to be kept, by column."""
    kept = (*counts.by, counts.date, counts.article)
    cells: dict[str, list[str]] = {name: [] for name in kept if name is not None}
    asked = [*cells, *of_cards]
    for rows in table.batches(asked, dates=counts.date, day_first=counts.day_first):
        counts.add(rows)
        for name in cells if keep else ():
            cells[name] += rows.cells[name]
        bar.advance(len(rows.numbers), table.position())
    if not counts.labelled:
        statuses = ", ".join(f"{status} {count:,}" for status, count in counts.statuses.items())
        raise InputError(
            f"a report needs at least one labelled paragraph; got {statuses or 'no row'}. "
            "Score the table first, and look at its statuses."
        )
    counts.end()
    return cells


def _page_parts(title: str, contents: Contents) -> Iterator[str]:
    """Yield the page in order."""
    name, script = escape(title), read_data("report.js")
    sections = list(contents.sections())
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{name}</title><style>{style_sheet()}{read_data('report.css')}</style></head>"
        '<body class="stance stance-page">'
    )
    yield f"<header><h1>{name}</h1>{contents.headlines()}{_lead(contents)}"
    yield f"<nav>{_links(sections)}</nav></header><main>"
    yield from sections
    yield f"</main><footer>{_footer(contents.model)}</footer>"
    if contents.has_texts:
        data = to_json(contents.list_data())
        yield f'<script type="application/json" id="s-data">{data}</script>'
    yield f"<script>{script}</script></body></html>\n"


def _lead(contents: Contents) -> str:
    """Say in a sentence what the page is about, and what it is not."""
    counts = contents.counts
    about = (
        f"{counts.labelled:,} paragraphs of {counts.documents:,} {counts.document_name}, "
        f"labelled by the model <b>{escape(contents.model_name)}</b>."
    )
    if "stance" in contents.model.labels:
        about += _NOT_OF_AUTHORS
    return f'<p class="s-lead">{about}</p>'


def _footer(model: Model) -> str:
    """Say how the page was made."""
    versions = ", ".join(
        f"{escape(str(name))} {escape(str(version))}"
        for name, version in model.facts.get("versions", {}).items()
    )
    return (
        "<p>One file; it loads nothing from elsewhere. The model was made with "
        f"{versions or 'versions that it does not tell'}.</p>"
    )


def _policy(script: str) -> str:
    """Return a content security policy that allows one script, by its digest, and nothing else."""
    return (
        "default-src 'none'; style-src 'unsafe-inline'; "
        f"script-src {digest_source(script)}; base-uri 'none'; form-action 'none'"
    )


def _links(sections: Sequence[str]) -> str:
    """Link to each section from the head of the page."""
    matches = [re.match(r'<section id="([^"]*)"><h2>(.*?)</h2>', part) for part in sections]
    return "".join(f'<a href="#{match[1]}">{match[2]}</a>' for match in matches if match)
