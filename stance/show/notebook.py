"""How a notebook shows a labelled document, and a model: self-contained pieces of HTML, every character of the text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final, Protocol

from stance.show.styles import badge, label_styles, percent, style_sheet, uncertainty

SHOWN_BLOCKS: Final = 200
SHOWN_CHARACTERS: Final = 4_000
"""Of one block; a page of a novel has 2,000."""
_SHOWN_WORDS: Final = 8
# Steps of a word's weight: 0.3 and 0.8 of a logit move a probability of one half by 7 and 19 points.
_STEPS: Final = (0.3, 0.8)
_WEAKEST: Final = 0.1


class Word(Protocol):
    """What is read of a `stance.Evidence`."""

    @property
    def text(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def contribution(self) -> float: ...


class Result(Protocol):
    """What is read of a `stance.HeadResult`."""

    @property
    def label(self) -> str: ...
    @property
    def probabilities(self) -> Mapping[str, float]: ...
    @property
    def uncertain(self) -> bool: ...
    @property
    def evidence(self) -> Sequence[Word]: ...


class Block(Protocol):
    """What is read of a `stance.LabelledParagraph`."""

    @property
    def text(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def results(self) -> Mapping[str, Result]: ...


def document_html(blocks: Sequence[Block]) -> str:
    """Show labelled blocks, up to `SHOWN_BLOCKS` of them and `SHOWN_CHARACTERS` of each.

    Parameters
    ----------
    blocks : sequence of LabelledParagraph
        The blocks of a document, in order.

    Returns
    -------
    str
        A style and one element of class ``stance``; no script, nothing to fetch. What is cut says so.
    """
    labelled = sum(bool(block.results) for block in blocks)
    parts = [f"<style>{style_sheet()}</style>", '<div class="stance stance-doc">']
    parts.append(
        f'<p class="s-key">{len(blocks):,} blocks, {labelled:,} labelled: {_tally(blocks)}{_KEY if labelled else ""}</p>'
    )
    parts += [block_html(block) for block in blocks[:SHOWN_BLOCKS]]
    hidden = len(blocks) - SHOWN_BLOCKS
    if hidden > 0:
        parts.append(
            f'<p class="s-note">{hidden:,} more blocks are not shown; <code>to_frame()</code> has them all.</p>'
        )
    return "".join([*parts, "</div>"])


_KEY: Final = (
    '.<br><span class="s-c1">Underlined: words that speak <mark class="s-1">for</mark> <mark class="s-2">the stance</mark> '
    '<mark class="s-3">given</mark>, the thicker the more, and <mark class="s-against s-2">against</mark> it.</span> '
    "The bar shows the probability of every label."
)


def _tally(blocks: Sequence[Block]) -> str:
    heads: dict[str, dict[str, int]] = {}
    for block in blocks:
        for head, result in block.results.items():
            counts = heads.setdefault(head, dict.fromkeys(result.probabilities, 0))
            counts[result.label] += 1
    said = []
    for head, counts in heads.items():
        styles = label_styles(counts)
        most = sorted(
            (label for label in counts if counts[label]), key=lambda label: -counts[label]
        )
        said.append(
            f"{escape(head)} "
            + ", ".join(f"{badge(label, styles[label])} {counts[label]}" for label in most)
        )
    return "; ".join(said) or "none"


def block_html(block: Block) -> str:
    """Show one block: labels, text with its evidence underlined, and folded away what is behind them."""
    cut = len(block.text) - SHOWN_CHARACTERS
    more = (
        f' <span class="s-note">… {cut:,} more characters; <code>.text</code> has them all.</span>'
        if cut > 0
        else ""
    )
    if not block.results:
        kind = escape(block.kind.replace(" ", "-"))
        said = f'<div class="s-said">{escape(block.kind)} · {escape(block.status)}</div>'
        return f'<div class="s-block s-other s-{kind}">{said}<p class="s-text">{escape(block.text[:SHOWN_CHARACTERS])}{more}</p></div>'
    first = next(iter(block.results.values()))
    colour = label_styles(first.probabilities)[first.label].css_class
    said = "".join(_said(head, result) for head, result in block.results.items())
    text = f'<p class="s-text">{mark_evidence(block.text[:SHOWN_CHARACTERS], first.evidence, block.start)}{more}</p>'
    return f'<div class="s-block {colour}"><div class="s-said">{said}</div>{text}{_why(block.results)}</div>'


def _said(head: str, result: Result) -> str:
    """Say one head's label, its probability, and whether it is uncertain."""
    shown = f"{badge(result.label, label_styles(result.probabilities)[result.label])} {percent(result.probabilities[result.label])}"
    doubt = uncertainty(result.label, result.probabilities)
    unsure = f' <span class="s-unsure">{escape(doubt)}</span>' if result.uncertain else ""
    return f'<span class="s-head"><span class="s-quiet">{escape(head)}</span> {probability_bar(result)} <span>{shown}</span>{unsure}</span>'


def probability_bar(result: Result) -> str:
    """Draw the probability of every label, in the order of the labels, as one bar; the label given is full."""
    styles = label_styles(result.probabilities)
    title = ", ".join(f"{label} {p:.1%}" for label, p in result.probabilities.items())
    parts = (
        f'<i class="{styles[label].css_class}{" s-given" if label == result.label else ""}" style="width:{p:.1%}"></i>'
        for label, p in result.probabilities.items()
    )
    return f'<span class="s-bar" role="img" title="{escape(title)}" aria-label="{escape(title)}">{"".join(parts)}</span>'


def mark_evidence(text: str, words: Sequence[Word], offset: int = 0) -> str:
    """Escape a text and underline its weightiest words, for or against, by strength.

    Parameters
    ----------
    text : str
        The paragraph, or its beginning.
    words : sequence of Evidence
        Their offsets count from `offset` before the paragraph.
    offset : int, default=0
        Where the paragraph begins.
    """
    parts, at = [], 0
    for word in weightiest(words):
        start, end = word.start - offset, word.end - offset
        if at <= start and end <= len(text):
            parts.append(f"{escape(text[at:start])}{_mark(word)}")
            at = end
    return "".join([*parts, escape(text[at:])])


def weightiest(words: Sequence[Word]) -> list[Word]:
    """Return the words that are worth marking, in the order of the text."""
    strong = [word for word in words if abs(word.contribution) >= _WEAKEST]
    return sorted(
        sorted(strong, key=lambda word: -abs(word.contribution))[:_SHOWN_WORDS],
        key=lambda word: word.start,
    )


def _mark(word: Word) -> str:
    step = 1 + sum(abs(word.contribution) >= least for least in _STEPS)
    against = " s-against" if word.contribution < 0 else ""
    return f'<mark class="s-{step}{against}" title="{word.contribution:+.3f}">{escape(word.text)}</mark>'


def _why(results: Mapping[str, Result]) -> str:
    """Fold away, for each head, every probability and the words for and against."""
    shown = []
    for head, result in results.items():
        styles = label_styles(result.probabilities)
        every = " · ".join(
            f"{badge(label, styles[label])} {p:.1%}"
            for label, p in sorted(result.probabilities.items(), key=lambda x: -x[1])
        )
        words = "".join(
            f'<span class="s-word">{escape(word.text[:40])} <span class="s-quiet">{word.contribution:+.2f}</span></span>'
            for word in sorted(weightiest(result.evidence), key=lambda word: -word.contribution)
        )
        about = (
            f"<p>words for and against {escape(result.label)}, in logits:<br>{words}</p>"
            if words
            else ""
        )
        shown.append(f"<div><b>{escape(head)}</b><p>{every}</p>{about}</div>")
    return f'<details class="s-why"><summary>why</summary><div>{"".join(shown)}</div></details>'


def model_html(labels: Mapping[str, Sequence[str]], facts: Mapping[str, Any]) -> str:
    """Show what a model is: its name, labels, and how well it does on held-out rows."""
    rows = []
    for head, names in labels.items():
        styles = label_styles(names)
        figures = facts.get("cross_validation", {}).get(head)
        found = "not measured"
        if figures:
            low, high = figures["macro_f1_interval"]
            found = f"{figures['macro_f1']:.2f} ({low:.2f} to {high:.2f})"
        rows.append(
            f"<tr><th>{escape(head)}</th><td>{' · '.join(badge(name, styles[name]) for name in names)}</td><td>{found}</td></tr>"
        )
    about = f"{escape(str(facts.get('name', 'unnamed')))}</b>"
    if "rows" in facts:
        about += f' <span class="s-quiet">trained on {facts["rows"]:,} annotated paragraphs</span>'
    table = f"<table><tr><th></th><th>labels</th><th>macro-F1, cross-validated (95%)</th></tr>{''.join(rows)}</table>"
    return f'<style>{style_sheet()}</style><div class="stance stance-doc"><p><b>Model {about}</p>{table}</div>'
