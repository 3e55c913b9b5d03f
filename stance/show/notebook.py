"""How a notebook shows a labelled document, and a model.

Each is one piece of HTML that needs nothing else; every character of the text is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from stance.show.styles import badge, label_styles, percent, style_sheet, uncertainty

if TYPE_CHECKING:
    from stance.results import Evidence, HeadResult, LabelledParagraph

SHOWN_BLOCKS: Final = 200
SHOWN_CHARACTERS: Final = 4_000
"""Of one block; a page of a novel has 2,000."""
STEPS: Final = (0.3, 0.8)
"""Weights from which on a word is marked more strongly, in logits.

They move a probability of one half by 7 and 19 points.
"""
_WEAKEST: Final = 0.1  # a word of less weight is not marked
_SHOWN_WORDS: Final = 8
_WORD_CHARACTERS: Final = 40
_KEY: Final = (
    '.<br><span class="s-c1">Underlined: words that speak <mark class="s-1">for</mark> '
    '<mark class="s-2">the stance</mark> <mark class="s-3">given</mark>, the thicker the more, and '
    '<mark class="s-against s-2">against</mark> it.</span> '
    "The bar shows the probability of every label."
)


def document_html(blocks: Sequence[LabelledParagraph]) -> str:
    """Show labelled blocks, up to `SHOWN_BLOCKS` of them and `SHOWN_CHARACTERS` of each.

    Parameters
    ----------
    blocks : sequence of LabelledParagraph
        The blocks of a document, in order.

    Returns
    -------
    str
        A style and one element of class ``stance``; no script, nothing to fetch. It says what is
        left out.
    """
    labelled = sum(bool(block.results) for block in blocks)
    key = _KEY if labelled else ""
    parts = [
        f'<style>{style_sheet()}</style><div class="stance stance-doc">',
        f'<p class="s-key">{len(blocks):,} blocks, {labelled:,} labelled: '
        f"{_label_counts(blocks)}{key}</p>",
        *(block_html(block) for block in blocks[:SHOWN_BLOCKS]),
    ]
    hidden = len(blocks) - SHOWN_BLOCKS
    if hidden > 0:
        parts.append(
            f'<p class="s-note">{hidden:,} more blocks are not shown; '
            "<code>to_frame()</code> has them all.</p>"
        )
    return "".join([*parts, "</div>"])


def _label_counts(blocks: Sequence[LabelledParagraph]) -> str:
    """Say how many blocks have each label, by head, the most frequent first."""
    heads: dict[str, dict[str, int]] = {}
    for block in blocks:
        for head, result in block.results.items():
            counts = heads.setdefault(head, dict.fromkeys(result.probabilities, 0))
            counts[result.label] += 1
    lines = []
    for head, counts in heads.items():
        styles = label_styles(counts)
        ordered = sorted(filter(counts.get, counts), key=lambda label: -counts[label])
        badges = [f"{badge(label, styles[label])} {counts[label]}" for label in ordered]
        lines.append(f"{escape(head)} {', '.join(badges)}")
    return "; ".join(lines) or "none"


def block_html(block: LabelledParagraph) -> str:
    """Show one block: its labels, its text with the evidence underlined, and figures on demand."""
    text = block.text[:SHOWN_CHARACTERS]
    if not block.results:
        kind = escape(block.kind.replace(" ", "-"))
        return (
            f'<div class="s-block s-other s-{kind}">'
            f'<div class="s-said">{escape(block.kind)} · {escape(block.reason)}</div>'
            f'<p class="s-text">{escape(text)}{_cut_note(block)}</p></div>'
        )
    first = next(iter(block.results.values()))
    style = label_styles(first.probabilities)[first.label]
    heads = "".join(_head_line(head, result) for head, result in block.results.items())
    return (
        f'<div class="s-block {style.css_class}"><div class="s-said">{heads}</div>'
        f'<p class="s-text">{mark_evidence(text, first.evidence, block.start)}'
        f"{_cut_note(block)}</p>{_details(block.results)}</div>"
    )


def _cut_note(block: LabelledParagraph) -> str:
    cut = len(block.text) - SHOWN_CHARACTERS
    if cut <= 0:
        return ""
    return (
        f' <span class="s-note">… {cut:,} more characters; <code>.text</code> has them all.</span>'
    )


def _head_line(head: str, result: HeadResult) -> str:
    """Show one head's label, its probability, and whether it is uncertain."""
    style = label_styles(result.probabilities)[result.label]
    line = (
        f'<span class="s-head"><span class="s-quiet">{escape(head)}</span> '
        f"{probability_bar(result)} <span>{badge(result.label, style)} "
        f"{percent(result.probabilities[result.label])}</span>"
    )
    if result.uncertain:
        doubt = escape(uncertainty(result.label, result.probabilities))
        line += f' <span class="s-unsure">{doubt}</span>'
    return f"{line}</span>"


def probability_bar(result: HeadResult) -> str:
    """Draw every label's probability as one bar, in the order of the labels."""
    styles = label_styles(result.probabilities)
    title = escape(", ".join(f"{label} {p:.1%}" for label, p in result.probabilities.items()))
    bars = []
    for label, p in result.probabilities.items():
        given = " s-given" if label == result.label else ""
        bars.append(f'<i class="{styles[label].css_class}{given}" style="width:{p:.1%}"></i>')
    return (
        f'<span class="s-bar" role="img" title="{title}" aria-label="{title}">'
        f"{''.join(bars)}</span>"
    )


def mark_evidence(text: str, words: Sequence[Evidence], offset: int = 0) -> str:
    """Escape a text and underline its weightiest words, for or against, by strength.

    Parameters
    ----------
    text : str
        The paragraph, or its beginning.
    words : sequence of Evidence
        The words and their offsets in the document.
    offset : int, default=0
        Where the paragraph begins in the document.
    """
    parts, copied = [], 0
    for word in weightiest(words):
        start, end = word.start - offset, word.end - offset
        if text[start:end] != word.text:  # the document is HTML, and its tags are not shown
            start = text.find(word.text, copied)
            end = start + len(word.text)
        if copied <= start and end <= len(text):
            parts.append(f"{escape(text[copied:start])}{_mark(word)}")
            copied = end
    return "".join([*parts, escape(text[copied:])])


def weightiest(words: Sequence[Evidence]) -> list[Evidence]:
    """Return the words that are worth marking, in the order of the text."""
    strong = [word for word in words if abs(word.contribution) >= _WEAKEST]
    strongest = sorted(strong, key=lambda word: -abs(word.contribution))[:_SHOWN_WORDS]
    return sorted(strongest, key=lambda word: word.start)


def _mark(word: Evidence) -> str:
    strength = 1 + sum(abs(word.contribution) >= step for step in STEPS)
    against = " s-against" if word.contribution < 0 else ""
    return (
        f'<mark class="s-{strength}{against}" title="{word.contribution:+.3f}">'
        f"{escape(word.text)}</mark>"
    )


def _details(results: Mapping[str, HeadResult]) -> str:
    """Fold away every probability, and the words for and against, of each head."""
    heads = "".join(_head_details(head, result) for head, result in results.items())
    return f'<details class="s-why"><summary>why</summary><div>{heads}</div></details>'


def _head_details(head: str, result: HeadResult) -> str:
    styles = label_styles(result.probabilities)
    ordered = sorted(result.probabilities.items(), key=lambda labelled: -labelled[1])
    labels = " · ".join(f"{badge(label, styles[label])} {p:.1%}" for label, p in ordered)
    words = "".join(
        f'<span class="s-word">{escape(word.text[:_WORD_CHARACTERS])} '
        f'<span class="s-quiet">{word.contribution:+.2f}</span></span>'
        for word in sorted(weightiest(result.evidence), key=lambda word: -word.contribution)
    )
    if words:
        words = f"<p>words for and against {escape(result.label)}, in logits:<br>{words}</p>"
    return f"<div><b>{escape(head)}</b><p>{labels}</p>{words}</div>"


def model_html(labels: Mapping[str, Sequence[str]], facts: Mapping[str, Any]) -> str:
    """Show what a model is: its name, labels, and how well it does on held-out rows."""
    rows = []
    for head, names in labels.items():
        styles = label_styles(names)
        badges = " · ".join(badge(name, styles[name]) for name in names)
        quality = _quality(facts.get("cross_validation", {}).get(head))
        rows.append(f"<tr><th>{escape(head)}</th><td>{badges}</td><td>{quality}</td></tr>")
    name = escape(str(facts.get("name", "unnamed")))
    trained = ""
    if "rows" in facts:
        count = f"{facts['rows']:,} annotated paragraphs"
        trained = f' <span class="s-quiet">trained on {count}</span>'
    titles = "<tr><th></th><th>labels</th><th>macro-F1, cross-validated (95%)</th></tr>"
    return (
        f'<style>{style_sheet()}</style><div class="stance stance-doc">'
        f"<p><b>Model {name}</b>{trained}</p><table>{titles}{''.join(rows)}</table></div>"
    )


def _quality(figures: Mapping[str, Any] | None) -> str:
    """Write a head's macro-F1 with its interval, where it was measured."""
    if not figures:
        return "not measured"
    low, high = figures["macro_f1_interval"]
    return f"{figures['macro_f1']:.2f} ({low:.2f} to {high:.2f})"
