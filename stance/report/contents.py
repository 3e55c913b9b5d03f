"""What a report shows, and its sections in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from stance.model import Model
from stance.report.cards import CardColumns
from stance.report.counts import TableCounts, is_cut
from stance.report.figure_sections import (
    ABOUT_GROUPS,
    groups_section,
    overview,
    shares_section,
)
from stance.report.figures.estimates import ShareSource
from stance.report.figures.headline import headline
from stance.report.figures.trust import trust_section
from stance.report.labelled_rows import LISTED_CHARACTERS, MAX_WHOLE_CHARACTERS, LabelledRow
from stance.report.markup import as_code, section
from stance.report.paragraph_data import list_paragraphs
from stance.report.text_sections import (
    ABOUT_EXAMPLES,
    ABOUT_LIST,
    ABOUT_VOICES,
    ABOUT_WORDS,
    count_words,
    extremes_section,
    shown_extremes,
    voices_section,
    words_section,
)
from stance.report.time_section import time_section, undated_note
from stance.results import LabelledParagraph
from stance.text.voices import find_voice

_CUT: Final = (
    f" Of a text of more than {MAX_WHOLE_CHARACTERS:,} characters, the first "
    f"{LISTED_CHARACTERS:,} are shown, without the words behind its label."
)
_SHIPPED: Final = "ceasefire"
_MOST_FOR_WORDS: Final = 10_000  # paragraphs whose words are counted; more tell the same
_NO_TEXTS: Final = (
    "The labelled table holds no texts, so that words, voices and paragraphs cannot be shown. Name "
    "the table that was scored, and its column: <code>stance report labelled.csv --source "
    "articles.csv --text body -o report.html</code>."
)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a report shows.

    Attributes
    ----------
    model : Model
        The model that labelled the table.
    counts : TableCounts
        The figures.
    cards : CardColumns
        The columns that cards are made of.
    rows : sequence of LabelledRow
        The paragraphs of the list; voices and words are counted on them too.
    sources : dict of str to ShareSource
        Where the shares come from, by head.
    explained : dict of int to LabelledParagraph
        Blocks with their evidence, by the number of their row.
    has_texts : bool
        Whether the rows have texts.
    faults : int
        Rows of the table that could not be read.
    """

    model: Model
    counts: TableCounts
    cards: CardColumns
    rows: Sequence[LabelledRow]
    sources: Mapping[str, ShareSource]
    explained: Mapping[int, LabelledParagraph]
    has_texts: bool
    faults: int

    @property
    def model_name(self) -> str:
        """The name of the model."""
        return str(self.model.facts.get("name", "unnamed"))

    @cached_property
    def voices(self) -> list[str]:
        """The voice of each row."""
        return [find_voice(row.block.text[:LISTED_CHARACTERS]) for row in self.rows]

    def sections(self) -> Iterator[str]:
        """Yield the sections in order."""
        yield overview(self.counts, self.faults)
        yield from self._shares_sections()
        if self.counts.date:
            yield self._time_section(self.counts.date)
        yield from self._groups_sections()
        if self.has_texts:
            yield self._voices_section()
            yield self._words_section()
            yield self._examples_section()
            yield self._list_section()
        else:
            yield section("paragraphs", "Paragraphs", about=_NO_TEXTS)
        yield trust_section(self.model_name, self.model)

    def list_data(self) -> dict[str, Any]:
        """Return the paragraphs of the list as the page's script reads them."""
        by, date = self.counts.by, self.counts.date
        labels = {head: counts.labels for head, counts in self.counts.heads.items()}
        columns = list(dict.fromkeys(filter(None, (*by, self.cards.outlet, date))))
        return list_paragraphs(
            self.rows, labels, columns, by, self.voices, self.explained, self.cards
        )

    def headlines(self) -> str:
        """Return the shares in words, one sentence per head."""
        return "".join(
            headline(
                head,
                counts.labels,
                self.sources[head].points(counts.weights),
                self.sources[head],
                counts.unit,
            )
            for head, counts in self.counts.heads.items()
        )

    def _shares_sections(self) -> Iterator[str]:
        shown: set[tuple[str, ...]] = set()
        for head, counts in self.counts.heads.items():
            source = self.sources[head]
            notes = tuple(source.notes)
            yield shares_section(
                head,
                counts,
                source,
                same_notes=notes in shown,
                meanings=self.model_name == _SHIPPED,
            )
            shown.add(notes)

    def _time_section(self, column: str) -> str:
        if not self.counts.days:
            none = f"No cell of the column {as_code(column)} is a date such as 2024-04-08."
            return section("time", "Over time", f"<p>{none}</p>")
        charts = [
            time_section(head, counts, self.counts, self.sources[head], column)
            for head, counts in self.counts.heads.items()
        ]
        return section("time", "Over time", *charts, undated_note(self.counts))

    def _groups_sections(self) -> Iterator[str]:
        for number, column in enumerate(self.counts.by):
            charts = [
                groups_section(head, counts, column, self.sources[head])
                for head, counts in self.counts.heads.items()
            ]
            yield section(f"by-{number}", f"By {column}", *charts, about=ABOUT_GROUPS)

    @property
    def _sample_size(self) -> str:
        """How many paragraphs the list has of how many, where it does not have all."""
        if len(self.rows) == self.counts.labelled:
            return ""
        return f"random sample of {len(self.rows):,} of"

    @property
    def _sample_note(self) -> str:
        size = self._sample_size
        return f" From a {size} the {self.counts.labelled:,} paragraphs." if size else ""

    def _voices_section(self) -> str:
        tables = [
            voices_section(head, counts.labels, self.rows, self.voices)
            for head, counts in self.counts.heads.items()
        ]
        return section("voices", "Whose voice", *tables, about=ABOUT_VOICES + self._sample_note)

    def _words_section(self) -> str:
        step = 1 + (len(self.rows) - 1) // _MOST_FOR_WORDS
        rows = self.rows[::step]
        words = count_words(self.counts.heads, rows, self.model.frozen.gazetteer)
        lists = [
            words_section(head, counts.labels, words[head])
            for head, counts in self.counts.heads.items()
        ]
        note = self._sample_note
        if step > 1:
            note = f" From a sample of {len(rows):,} of the {self.counts.labelled:,} paragraphs."
        return section("words", "Telling words", *lists, about=ABOUT_WORDS + note)

    def _examples_section(self) -> str:
        heads = self.counts.heads
        examples = [
            extremes_section(head, counts, self.explained, self.cards)
            for head, counts in heads.items()
        ]
        cut = any(is_cut(row) for counts in heads.values() for row in shown_extremes(counts))
        about = ABOUT_EXAMPLES + (_CUT if cut else "")
        return section("examples", "The surest and the least sure", *examples, about=about)

    def _list_section(self) -> str:
        about = ""
        if size := self._sample_size:
            about = f"A {size} {self.counts.labelled:,}; the figures above count all. "
        explained = sum(row.number in self.explained for row in self.rows)
        if explained < len(self.rows):
            about += (
                f"Words behind the labels are kept for {explained:,} of them; for others ask "
                "<code>stance explain</code>. "
            )
        listed = '<div id="s-list"><noscript>This list needs a script.</noscript></div>'
        return section("paragraphs", "All paragraphs", listed, about=about + ABOUT_LIST)
