"""The sections of a report that need the texts: whose voice, which words, which paragraphs to look at; all data is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Final

from stance.report.charts import parts_chart
from stance.report.counts import HeadTally
from stance.report.figure_sections import html_table, scroll
from stance.report.keywords import WordCounts
from stance.report.labelled_table import LabelledRow
from stance.report.voices import VOICES
from stance.results import LabelledParagraph
from stance.show.notebook import block_html
from stance.show.styles import badge, head_title, label_styles, percent

_SHOWN_EXAMPLES: Final = 6

ABOUT_VOICES: Final = (
    "A paragraph is <b>quoted</b> if at least half of its words stand in quotation marks, <b>attributed</b> if half stand in these or in "
    "sentences with a reporting word (said, urged, rejected, according to ...), else in the text's <b>own voice</b>. A rule of thumb: on "
    "60 real paragraphs that it was not made on it agreed with a reader on 53."
)
ABOUT_WORDS: Final = (
    "Words, and pairs of words, that stand out in a label's paragraphs; beside each, in how many paragraphs of the label and of all others "
    "it occurs. Of the thousands compared some stand out by chance, most of all in a small table. They show what is written about under a "
    "label, and not why a paragraph got it. Names of nations, peoples, parties and leaders are left out. Choose one to search for it."
)
ABOUT_EXAMPLES: Final = "Read these before you trust a figure. Underlined: words for (full line) and against (dotted) the label."
ABOUT_LIST: Final = "Search, filter, and open a paragraph to see what is behind its labels. Printing prints the paragraphs listed."


def voices_section(
    head: str, labels: Sequence[str], voices: Mapping[str, Mapping[str, int]]
) -> str:
    """Show how many paragraphs of each label speak in the text's own voice, attribute, or quote."""
    styles = label_styles(labels)
    rows = []
    for label in labels:
        counts = [voices.get(label, {}).get(voice, 0) for voice in VOICES]
        total = sum(counts)
        said = [
            f"{count:,} <small>{percent(count / total)}</small>" if total else "0"
            for count in counts
        ]
        title = f"{label}: " + ", ".join(
            f"{voice} {count}" for voice, count in zip(VOICES, counts, strict=True)
        )
        cells = "".join(f"<td class='s-n'>{each}</td>" for each in said)
        wide = f'<td class="s-wide">{parts_chart(counts, title)}</td>'
        rows.append(
            f'<tr class="{styles[label].css_class}"><th>{badge(label, styles[label])}</th>{wide}{cells}</tr>'
        )
    names = "".join(
        f"<th class='s-n'><i class='s-swatch s-part{at}'></i>{voice}</th>"
        for at, voice in enumerate(VOICES)
    )
    table = html_table("s-inline s-voices", f"<th></th><th class='s-wide'></th>{names}", rows)
    return f"<h3>{escape(head_title(head))}</h3>{scroll(table)}"


def words_section(head: str, labels: Sequence[str], words: WordCounts) -> str:
    """Show the most telling words of each label."""
    styles = label_styles(labels)
    lists = []
    for label in labels:
        found = words.telling(label, [other for other in labels if other != label])
        most = max((word.z for word in found), default=1.0)
        items = "".join(
            f'<li><button type="button" class="s-find">{escape(word.text)}</button><i style="width:{60 * word.z / most:.0f}%"></i>'
            f'<small title="z = {word.z:.1f}">{word.inside}:{word.outside}</small></li>'
            for word in found
        )
        listed = items or "<li class='s-quiet'>none stands out</li>"
        name = badge(label, styles[label])
        lists.append(
            f'<div class="{styles[label].css_class}"><p>{name}</p><ol class="s-words">{listed}</ol></div>'
        )
    return f'<h3>{escape(head_title(head))}</h3><div class="s-grid5">{"".join(lists)}</div>'


def extremes_section(
    head: str, tally: HeadTally, explained: Mapping[int, LabelledParagraph]
) -> str:
    """Show the most certain paragraphs of each label, and the least certain of all."""

    def shown(rows: Sequence[LabelledRow]) -> str:
        return "".join(block_html(_led_by(head, explained.get(id(row), row.block))) for row in rows)

    return (
        f'<div class="s-grid2"><div><h3>{escape(head)}: the most certain of each label</h3>{shown(_surest(tally))}</div>'
        f"<div><h3>{escape(head)}: the least certain</h3>{shown(_least_sure(tally))}</div></div>"
    )


def _led_by(head: str, block: LabelledParagraph) -> LabelledParagraph:
    """Put a head first: its colour and its evidence are shown."""
    return replace(block, results={head: block.results[head], **block.results})


def shown_extremes(tally: HeadTally) -> list[LabelledRow]:
    """List the paragraphs that `extremes_section` shows."""
    return [*_surest(tally), *_least_sure(tally)]


def _surest(tally: HeadTally) -> list[LabelledRow]:
    return [
        row
        for label in tally.labels
        for row in tally.surest(label, max(1, _SHOWN_EXAMPLES // len(tally.labels)))
    ]


def _least_sure(tally: HeadTally) -> list[LabelledRow]:
    return tally.least_sure(_SHOWN_EXAMPLES)
