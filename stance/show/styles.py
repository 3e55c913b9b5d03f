"""How a label looks, decided once for notebook, page, terminal and plots.

The word carries the meaning; shape and colour help. Shapes, hatches and markers keep the labels of
a head apart in grey. The colours are Okabe and Ito's [1]_, safe for the colour-blind, made darker
on white and lighter on black until they contrast by at least 3 to 1 with the background; none
marks a side as good or bad.

References
----------
.. [1] Okabe, M. and Ito, K. (2008). Color Universal Design. https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from html import escape
from typing import Final, NamedTuple

from stance.data import read_data


class Style(NamedTuple):
    """How a label is drawn.

    Attributes
    ----------
    shape : str
        A plain geometric character, in HTML and in a terminal.
    letter : str
        What a terminal without Unicode shows in its place.
    number : int
        Of its colour's CSS class, ``s-c0`` to ``s-c7``.
    colour, dark_colour : str
        As #RRGGBB, on a light background (pages and plots) and on a dark one (pages).
    terminal : int or None
        The one of a terminal's 256 colours that can be read on white and on black; None for the
        terminal's own.
    hatch, marker : str
        In matplotlib's letters.
    """

    shape: str
    letter: str
    number: int
    colour: str
    dark_colour: str
    terminal: int | None
    hatch: str
    marker: str

    @property
    def css_class(self) -> str:
        """The class whose ``--c`` is the label's colour."""
        return f"s-c{self.number}"


# The greys are as far as 3 to 1 allows from "angry": a darker one on white, or a lighter one on
# black, cannot be told from its purple by readers who do not see green.
STYLES: Final[Mapping[str, Style]] = {
    "neutral": Style("○", "o", 0, "#949494", "#757575", None, "....", "$\\circ$"),
    "pro-ceasefire": Style("●", "*", 1, "#0072B2", "#56B4E9", 32, "", "o"),
    "opposed": Style("■", "#", 2, "#D55E00", "#F08A4B", 166, "////", "s"),
    "hopeful": Style("▲", "^", 3, "#007F5F", "#2FBF95", 35, "----", "^"),
    "alarmed": Style("◆", "!", 4, "#B27700", "#E69F00", 136, "\\\\\\\\", "D"),
    "angry": Style("✕", "x", 5, "#A8437F", "#D98FB9", 132, "xxxx", "X"),
    "mournful": Style("▼", "v", 6, "#5A5AA8", "#A5A7EA", 98, "||||", "v"),
}
SPARE: Final = (
    *list(STYLES.values())[1:],
    Style("◇", "+", 7, "#7A6F00", "#F0E442", 100, "++++", "d"),
)
"""What the labels of a user's own model get, in this order."""
LETTERS: Final[Mapping[str, str]] = {
    style.shape: style.letter for style in (STYLES["neutral"], *SPARE)
}
"""The letter of each shape."""
_TITLES: Final[Mapping[str, str]] = {"stance": "Positions conveyed", "tone": "Tones conveyed"}


def label_styles(labels: Iterable[str]) -> dict[str, Style]:
    """Give each label of a head a style of its own; new labels get those that are free, in order.

    Beyond the eight styles of the table, new labels get the shape of one in the colour of another.
    No two of up to 49 labels look the same.

    >>> styles = label_styles(["against", "neutral", "pro-ceasefire"])
    >>> {label: style.shape for label, style in styles.items()}
    {'against': '■', 'neutral': '○', 'pro-ceasefire': '●'}
    """
    names = list(labels)
    new = _new_styles([STYLES[name] for name in names if name in STYLES])
    return {name: STYLES[name] if name in STYLES else next(new) for name in names}


def _new_styles(taken: Collection[Style]) -> Iterator[Style]:
    """Yield the spare styles that are not taken, then their shapes in each other's colours."""
    yield from (style for style in SPARE if style not in taken)
    while True:  # a head of more labels than pairs of shape and colour repeats them
        for shift in range(1, len(SPARE)):
            for number, style in enumerate(SPARE):
                form = SPARE[(number + shift) % len(SPARE)]
                yield style._replace(
                    shape=form.shape, letter=form.letter, hatch=form.hatch, marker=form.marker
                )


def head_title(head: str) -> str:
    """Return the title of a head's figures: a paragraph conveys a position, nobody holds it.

    >>> head_title("stance"), head_title("charged")
    ('Positions conveyed', 'Labels of charged')
    """
    return _TITLES.get(head, f"Labels of {head}")


def style_sheet() -> str:
    """Return the CSS that notebook and page share, with the colour of each style."""
    rules = (
        f".stance .{style.css_class} {{ --c: light-dark({style.colour}, {style.dark_colour}); }}\n"
        for style in (STYLES["neutral"], *SPARE)
    )
    return read_data("display.css") + "".join(rules)


def badge(label: str, style: Style) -> str:
    """Show a label as HTML: its shape in colour, and the word."""
    shape = f'<b class="s-shape {style.css_class}">{style.shape}</b>'
    return f'<span class="s-label">{shape}{escape(label)}</span>'


def percent(share: float) -> str:
    """Write a share in whole percent; 0% and 100% only where it is exactly that.

    >>> [percent(share) for share in (0.0, 0.001, 0.5, 0.996, 1.0)]
    ['0%', '<1%', '50%', '>99%', '100%']
    """
    if 0 < share < 0.005 or 0.995 <= share < 1:
        return "<1%" if share < 0.5 else ">99%"
    return f"{share:.0%}"


def uncertainty(label: str, probabilities: Mapping[str, float]) -> str:
    """Say that a label is uncertain, and which label comes next.

    >>> uncertainty("opposed", {"neutral": 0.3, "opposed": 0.6, "pro-ceasefire": 0.1})
    'uncertain; neutral 30%'
    """
    others = {other: p for other, p in probabilities.items() if other != label}
    second = max(others, key=lambda other: others[other], default=None)
    return "uncertain" if second is None else f"uncertain; {second} {percent(others[second])}"
