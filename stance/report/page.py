"""A labelled table as one self-contained page: figures, words, and the paragraphs themselves, to search and to print."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any, Final

from stance.data import read_data
from stance.errors import InputError, TableError
from stance.inference.corrections import Correction, find_corrections
from stance.model import Model, as_model
from stance.report.counts import BEGINNING, WHOLE, Tally, is_cut
from stance.report.dates import COLUMNS
from stance.report.figure_sections import (
    groups_section,
    overview,
    section,
    shares_section,
    time_section,
    trust_section,
    undated_note,
)
from stance.report.keywords import WordCounts
from stance.report.labelled_table import LabelledTable, read_labelled
from stance.report.paragraph_data import LONGEST, list_paragraphs, to_json
from stance.report.text_sections import (
    ABOUT_EXAMPLES,
    ABOUT_LIST,
    ABOUT_VOICES,
    ABOUT_WORDS,
    extremes_section,
    shown_extremes,
    voices_section,
    words_section,
)
from stance.report.voices import find_voice
from stance.results import LabelledParagraph
from stance.tables.outputs import open_output

SAMPLE: Final = 20_000
"""Paragraphs that a page holds at most: some 12 MB, which a browser opens in a second."""
_EXPLAINED: Final = (
    400  # of these, in the order of the table: words behind a label take some milliseconds to find
)
_TOLERANCE: Final = 1e-3  # of a probability, written with six decimals


def write_report(
    labelled: str | Path,
    output: str | Path,
    *,
    source: str | Path | None = None,
    text: str | None = None,
    by: str | Sequence[str] = (),
    date: str | None = None,
    model: Model | str | Path | None = None,
    annotated: str | Path | None = None,
    title: str | None = None,
    encoding: str | None = None,
    force: bool = False,
    sample: int = SAMPLE,
) -> Tally:
    """Write a labelled table as one self-contained HTML page.

    Parameters
    ----------
    labelled : str or Path
        A CSV that `label_file` (``stance score``) wrote, by paragraph or by row.
    output : str or Path
        The page to write.
    source : str or Path, optional
        The table that was scored, from whose cells the paragraphs are cut. Its columns may be named in `by` and `date`.
    text : str, optional
        The column of texts, of `source` or, without one, of `labelled`. By default "text" where there is one; without
        texts the page has figures only, and says so.
    by : str or sequence of str, default=()
        Columns to compare: outlet, author.
    date : str, optional
        The column of dates; by default the first there is of `stance.report.dates.COLUMNS`.
    model : Model, str or Path, optional
        The model that labelled the table; by default the shipped one.
    annotated : str or Path, optional
        A CSV of paragraphs *of the same print*, annotated by readers, with columns "text" and one a head. What the model
        confuses is then measured on it, and not taken from the model's own cross-validation.
    title : str, optional
        By default made of the name of `labelled`.
    encoding : str, optional
        Of `source`.
    force : bool, default=False
        Replace `output`.
    sample : int, default=20,000
        Paragraphs that the page holds at most. Of more, a random sample, always the same; shares are counted on all. The
        list shows the first 2,000 characters of each; one of more than 10,000 is not labelled again for its evidence.

    Returns
    -------
    Tally
        What was counted.

    Raises
    ------
    TableError, InputError
        If a table cannot be read, a column is missing, the tables and the model do not belong together, or no paragraph
        is labelled.
    """
    held = as_model(model)
    path, origin = Path(labelled), None if source is None else Path(source)
    columns = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    with read_labelled(path, held.labels, source=origin, text=text, encoding=encoding) as table:
        when = date or next((column for column in table.columns if column.lower() in COLUMNS), None)
    carry = [*columns, *([when] if when else [])]
    with (
        open_output(Path(output), force=force) as out,
        read_labelled(
            path, held.labels, carry=carry, source=origin, text=text, encoding=encoding
        ) as table,
    ):
        tally = _count(table, held, columns, when, sample)
        explained = _explain(held, tally, path) if table.has_texts else {}
        page = _Page(
            held,
            tally,
            columns,
            when,
            find_corrections(held, annotated),
            explained,
            table.has_texts,
            table.faults,
        )
        out.add(part.encode() for part in page.parts(title or f"Positions conveyed: {path.name}"))
    return tally


def _count(
    table: LabelledTable, model: Model, by: Sequence[str], date: str | None, sample: int
) -> Tally:
    tally = Tally(model.labels, by, dated=date is not None, sample=sample)
    for row in table:
        tally.add(row)
    tally.end()
    if not tally.labelled:
        counts = (
            ", ".join(f"{status} {count:,}" for status, count in tally.statuses.items()) or "no row"
        )
        raise InputError(
            f"a report needs at least one labelled paragraph; got {counts}. Score the table first, and look at its statuses."
        )
    return tally


def _explain(model: Model, tally: Tally, path: Path) -> dict[int, LabelledParagraph]:
    """Label again, for their evidence, the paragraphs that are shown (by `id`), and see that the model is the one that labelled them."""
    if any(
        head.copies for head in model.frozen.heads.values()
    ):  # which target a paragraph had, the table need not tell
        return {}
    shown = [row for head in tally.heads.values() for row in shown_extremes(head)]
    explained: dict[int, LabelledParagraph] = {}
    for row in (*shown, *tally.sample[:_EXPLAINED], *tally.long):
        if id(row) not in explained and not is_cut(row):
            block = model.label(row.block.text, unit="row", evidence=len(row.block.text) <= WHOLE)[
                0
            ]  # else minutes
            for head, result in row.block.results.items():
                again = block.results[head].probabilities if head in block.results else {}
                if any(
                    abs(again.get(label, -1) - p) > _TOLERANCE
                    for label, p in result.probabilities.items()
                ):
                    raise TableError(
                        f"{path}, paragraph of row {row.row} at {row.block.start} must get the {head} that it has; the model and the text "
                        "given lead to another. Pass the model (--model), table (--source) and column (--text) that it was scored with."
                    )
            explained[id(row)] = _with_evidence(row.block, block)
    return explained


def _with_evidence(block: LabelledParagraph, again: LabelledParagraph) -> LabelledParagraph:
    results = {
        head: replace(result, evidence=again.results[head].evidence)
        for head, result in block.results.items()
    }
    return replace(block, start=0, end=len(block.text), results=results)


class _Page:
    """Puts the sections of one report together."""

    def __init__(
        self,
        model: Model,
        tally: Tally,
        by: Sequence[str],
        date: str | None,
        corrections: Mapping[str, Correction],
        explained: Mapping[int, LabelledParagraph],
        has_texts: bool,
        faults: int,
    ) -> None:
        self.model, self.tally, self.by, self.date = model, tally, by, date
        self.corrections, self.explained, self.has_texts, self.faults = (
            corrections,
            explained,
            has_texts,
            faults,
        )
        self.sample = tally.sample
        self.voices = (
            [find_voice(row.block.text[:LONGEST]) for row in self.sample] if has_texts else []
        )

    def parts(self, title: str) -> Iterator[str]:
        """Yield the page in order."""
        style, script = read_data("display.css") + read_data("report.css"), read_data("report.js")
        hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
        sections = [part for part in self.sections() if part]
        yield (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
            f'<title>{escape(title)}</title><style>{style}</style></head><body class="stance stance-page">'
        )
        yield f"<header><h1>{escape(title)}</h1>{self.lead()}<nav>{_links(sections)}</nav></header><main>"
        yield from sections
        yield f"</main><footer>{self.footer()}</footer>"
        if self.has_texts:
            yield f'<script type="application/json" id="s-data">{to_json(self.listing())}</script>'
        yield f"<script>{script}</script></body></html>\n"

    def lead(self) -> str:
        """Say in a sentence what the page is about, and what it is not."""
        name = escape(str(self.model.facts.get("name", "unnamed")))
        about = f"{self.tally.labelled:,} paragraphs of {self.tally.documents:,} rows, labelled by the model <b>{name}</b>."
        if "stance" not in self.model.labels:
            return f'<p class="s-lead">{about}</p>'
        return (
            f'<p class="s-lead">{about} They <em>convey</em> positions, whoever voices them: a paragraph that reports a rejection makes no '
            "outlet, and no author, opposed.</p>"
        )

    def footer(self) -> str:
        """Say how the page was made."""
        made = ", ".join(
            f"{escape(str(name))} {escape(str(version))}"
            for name, version in self.model.facts.get("versions", {}).items()
        )
        return f"<p>One file; it asks nothing of anywhere. The model was made with {made or 'versions that it does not tell'}.</p>"

    def sections(self) -> Iterator[str]:
        """Yield the sections in order."""
        tally, heads = self.tally, self.tally.heads
        yield overview(tally, self.faults)
        told: set[str] = set()
        for head, counted in heads.items():
            origin = self.corrections[head].origin
            yield shares_section(head, counted, self.corrections[head], told=origin in told)
            told.add(origin)
        if self.date and tally.days:
            shown = [
                time_section(head, counted, tally, self.corrections[head], self.date)
                for head, counted in heads.items()
            ]
            yield section("time", "Over time", *shown, undated_note(tally))
        elif self.date:
            yield section(
                "time",
                "Over time",
                f"<p>No cell of the column <code>{escape(self.date)}</code> is a date such as 2024-04-08.</p>",
            )
        for number, column in enumerate(self.by):
            shown = [
                groups_section(head, counted, column, self.corrections[head])
                for head, counted in heads.items()
            ]
            yield section(f"by-{number}", f"By {column}", *shown, about=_GROUPS)
        if not self.has_texts:
            yield section("paragraphs", "Paragraphs", about=_NO_TEXTS)
        else:
            yield from self.text_sections()
        name = str(self.model.facts.get("name", "unnamed"))
        yield trust_section(name, self.model.card, self.corrections, self.model.labels)

    def text_sections(self) -> Iterator[str]:
        """Yield what needs the texts: voices, words, examples, the list."""
        heads, sampled = self.tally.heads, ""
        if len(self.sample) < self.tally.labelled:
            sampled = f" From a random sample of {len(self.sample):,} of the {self.tally.labelled:,} paragraphs."
        shown = [voices_section(head, heads[head].labels, self._voices(head)) for head in heads]
        yield section("voices", "Whose voice", *shown, about=ABOUT_VOICES + sampled)
        words = [
            words_section(head, heads[head].labels, counted)
            for head, counted in self._words().items()
        ]
        yield section("words", "Telling words", *words, about=ABOUT_WORDS + sampled)
        shown = [extremes_section(head, counted, self.explained) for head, counted in heads.items()]
        cut = any(is_cut(row) for counted in heads.values() for row in shown_extremes(counted))
        yield section(
            "examples",
            "The surest and the least sure",
            *shown,
            about=ABOUT_EXAMPLES + (_CUT if cut else ""),
        )
        capped = (
            f"A random sample of {len(self.sample):,} of {self.tally.labelled:,}; the figures above count all. "
            if sampled
            else ""
        )
        explained = sum(id(row) in self.explained for row in self.sample)
        if explained < len(self.sample):
            capped += f"Words behind the labels are kept for {explained:,} of them; for others ask <code>stance explain</code>. "
        listed = '<div id="s-list"><noscript>This list needs a script.</noscript></div>'
        yield section("paragraphs", "All paragraphs", listed, about=capped + ABOUT_LIST)

    def listing(self) -> dict[str, Any]:
        """Return the paragraphs as the script wants them."""
        labels = {head: counted.labels for head, counted in self.tally.heads.items()}
        columns = [*self.by, *([self.date] if self.date else [])]
        listed = list_paragraphs(
            self.sample, labels, columns, len(self.by), self.voices, self.explained
        )
        # Of the whole text, of which the tally may have kept less.
        return listed | {
            "cut": [max(0, row.block.end - row.block.start - LONGEST) for row in self.sample]
        }

    def _voices(self, head: str) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for row, voice in zip(self.sample, self.voices, strict=True):
            found.setdefault(row.block.results[head].label, Counter())[voice] += 1
        return found

    def _words(self) -> dict[str, WordCounts]:
        """Count words by head; each text is read once."""
        counts = {head: WordCounts(self.model.frozen.gazetteer) for head in self.tally.heads}
        for row in self.sample:
            words = next(iter(counts.values())).read(row.block.text[:LONGEST])
            for head, counted in counts.items():
                counted.add(words, row.block.results[head].label)
        return counts


_GROUPS: Final = (
    "Paragraphs, not articles: a long article counts more. ● counted; the bar is the 95% interval, of the corrected share where there is "
    "one. The fewer the paragraphs, the wider."
)
_CUT: Final = f" Of a text of more than {WHOLE:,} characters, the first {BEGINNING:,} are shown, without the words behind its label."
_NO_TEXTS: Final = (
    "The labelled table holds no texts, so that words, voices and paragraphs cannot be shown. Name the table that was scored, and its "
    "column: <code>stance report labelled.csv --source articles.csv --text body -o report.html</code>."
)


def _links(sections: Sequence[str]) -> str:
    found = [re.match(r'<section id="([^"]*)"><h2>(.*?)</h2>', part) for part in sections]
    return "".join(f'<a href="#{match[1]}">{match[2]}</a>' for match in found if match)
