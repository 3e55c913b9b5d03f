"""The sections of a report that need the texts: whose voice, which words, which paragraphs.

Every character of the data is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Final

from stance.report.cards import CardColumns, card_head
from stance.report.charts import parts_chart
from stance.report.counts import HeadCounts
from stance.report.figures.downloads import parts_svg, save_buttons, write_table
from stance.report.keywords import WordCounts
from stance.report.labelled_rows import LISTED_CHARACTERS, LabelledRow
from stance.report.markup import html_table, scroll
from stance.results import LabelledParagraph
from stance.show.notebook import block_html
from stance.show.styles import Style, badge, head_title, label_styles, percent
from stance.text.tokens import Gazetteer
from stance.text.voices import VOICES

ABOUT_VOICES: Final = (
    "A paragraph is <b>quoted</b> if at least half of its words stand in quotation marks, "
    "<b>attributed</b> if half stand in these or in sentences with a reporting word (said, urged, "
    "rejected, according to ...), else in the text's <b>own voice</b>. A rule of thumb: on 60 real "
    "paragraphs that it was not made on it agreed with a reader on 53."
)
ABOUT_WORDS: Final = (
    "Words, and pairs of words, that stand out in a label's paragraphs; beside each, in how many "
    "paragraphs of the label and of all others it occurs. Of the thousands compared some stand out "
    "by chance, most of all in a small table. They show what is written about under a label, and "
    "not why a paragraph got it. Names of nations, peoples, parties and leaders are left out. "
    "Choose one to search for it."
)
ABOUT_EXAMPLES: Final = (
    "Read these before you trust a figure. Underlined: words for (full line) and against (dotted) "
    "the label."
)
ABOUT_LIST: Final = (
    "Search, filter, and open a paragraph to see what is behind its labels. Printing prints the "
    "paragraphs listed."
)
_NO_CARDS: Final = CardColumns()
_SHOWN_EXAMPLES: Final = 6  # of the surest of all labels, and of the least sure
_LONGEST_BAR: Final = 60  # of a telling word, in percent of its line


def voices_section(
    head: str, labels: Sequence[str], rows: Sequence[LabelledRow], voices: Sequence[str]
) -> str:
    """Show how many paragraphs of each label give the text's own voice, attribute, or quote.

    `voices` has the voice of each row.
    """
    counts: dict[str, Counter[str]] = {label: Counter() for label in labels}
    for row, voice in zip(rows, voices, strict=True):
        counts[row.block.results[head].label][voice] += 1
    parts = [
        (label, style, [counts[label][voice] for voice in VOICES])
        for label, style in label_styles(labels).items()
    ]
    table_rows = [_voice_row(*part) for part in parts]
    names = "".join(
        f"<th class='s-n'><i class='s-swatch s-part{number}'></i>{voice}</th>"
        for number, voice in enumerate(VOICES)
    )
    titles = f"<th></th><th class='s-wide'></th>{names}"
    table = html_table("s-inline s-voices", titles, table_rows)
    svg = parts_svg(f"{head_title(head)}: whose voice", VOICES, parts, "Paragraphs, as counted.")
    saved = write_table(["label", *VOICES], [[label, *of_label] for label, _, of_label in parts])
    buttons = save_buttons(f"voices-{head}", svg, saved)
    return f"<h3>{escape(head_title(head))}</h3>{scroll(table)}{buttons}"


def _voice_row(label: str, style: Style, counts: Sequence[int]) -> str:
    total = sum(counts)
    cells = "".join(
        f"<td class='s-n'>{count:,} <small>{percent(count / total)}</small></td>"
        if total
        else "<td class='s-n'>0</td>"
        for count in counts
    )
    words = ", ".join(f"{voice} {count}" for voice, count in zip(VOICES, counts, strict=True))
    chart = parts_chart(counts, f"{label}: {words}")
    return (
        f'<tr class="{style.css_class}"><th>{badge(label, style)}</th>'
        f'<td class="s-wide">{chart}</td>{cells}</tr>'
    )


def count_words(
    heads: Iterable[str], rows: Sequence[LabelledRow], gazetteer: Gazetteer | None
) -> dict[str, WordCounts]:
    """Count words by head, what is listed of each text; each text is read and counted once."""
    counts = {head: WordCounts(gazetteer) for head in heads}
    reader = WordCounts(gazetteer)
    of_labels: dict[tuple[str, ...], Counter[str]] = {}
    for row in rows:
        labels = tuple([row.block.results[head].label for head in counts])
        words = reader.read(row.block.text[:LISTED_CHARACTERS])
        of_labels.setdefault(labels, Counter()).update(words)
    for labels, counter in of_labels.items():
        for of_head, label in zip(counts.values(), labels, strict=True):
            of_head.add(counter, label)
    return counts


def words_section(head: str, labels: Sequence[str], words: WordCounts) -> str:
    """Show the most telling words of each label."""
    lists = []
    for label, style in label_styles(labels).items():
        telling = words.telling(label, [other for other in labels if other != label])
        largest = max((word.z for word in telling), default=1.0)
        items = "".join(
            f'<li><button type="button" class="s-find">{escape(word.text)}</button>'
            f'<i style="width:{_LONGEST_BAR * word.z / largest:.0f}%"></i>'
            f'<small title="z = {word.z:.1f}">{word.inside}:{word.outside}</small></li>'
            for word in telling
        )
        listed = items or "<li class='s-quiet'>none stands out</li>"
        lists.append(
            f'<div class="{style.css_class}"><p>{badge(label, style)}</p>'
            f'<ol class="s-words">{listed}</ol></div>'
        )
    return f'<h3>{escape(head_title(head))}</h3><div class="s-grid5">{"".join(lists)}</div>'


def extremes_section(
    head: str,
    counts: HeadCounts,
    explained: Mapping[int, LabelledParagraph],
    cards: CardColumns = _NO_CARDS,
) -> str:
    """Show the most certain paragraphs of each label, and the least certain of all.

    `explained` has blocks with their evidence, by the number of their row.
    """

    def show(rows: Sequence[LabelledRow]) -> str:
        return "".join(
            f"<div class='s-shown'>{card_head(row, cards)}"
            f"{block_html(_led_by(head, explained.get(row.number, row.block)))}</div>"
            for row in rows
        )

    name = escape(head)
    return (
        f'<div class="s-grid2"><div><h3>{name}: the most certain of each label</h3>'
        f"{show(_surest(counts))}</div><div><h3>{name}: the least certain</h3>"
        f"{show(_least_sure(counts))}</div></div>"
    )


def _led_by(head: str, block: LabelledParagraph) -> LabelledParagraph:
    """Put a head first: a block is shown in its colour and with its evidence."""
    return replace(block, results={head: block.results[head], **block.results})


def shown_extremes(counts: HeadCounts) -> list[LabelledRow]:
    """List the paragraphs that `extremes_section` shows."""
    return [*_surest(counts), *_least_sure(counts)]


def _surest(counts: HeadCounts) -> list[LabelledRow]:
    limit = max(1, _SHOWN_EXAMPLES // len(counts.labels))
    return [row for label in counts.labels for row in counts.surest(label, limit)]


def _least_sure(counts: HeadCounts) -> list[LabelledRow]:
    return counts.least_sure(_SHOWN_EXAMPLES)
