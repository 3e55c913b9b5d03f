"""One colour, hatch and marker a label, the same in every plot and page.

The hues are Okabe and Ito's, safe for the colour-blind; orange and purple are darkened until they stand 3 to 1 against white. Colour
never stands alone: hatch and marker tell the labels of a head apart in grey too.

References
----------
Okabe and Ito (2008). Color universal design. https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple


class Style(NamedTuple):
    """How a label is drawn: colour as #RRGGBB, hatch and marker in matplotlib's letters."""

    colour: str
    hatch: str
    marker: str


STYLES: Final = {
    "pro-ceasefire": Style("#0072B2", "", "o"),
    "opposed": Style("#D55E00", "////", "s"),
    "neutral": Style("#ABABAB", "....", "D"),
    "hopeful": Style("#009E73", "", "o"),
    "alarmed": Style("#C07F00", "\\\\\\\\", "^"),
    "angry": Style("#A0406F", "xxxx", "s"),
    "mournful": Style("#5A5AA8", "||||", "v"),
}
SPARE: Final = (
    Style("#0072B2", "", "o"),
    Style("#D55E00", "////", "s"),
    Style("#009E73", "....", "D"),
    Style("#A0406F", "xxxx", "^"),
    Style("#C07F00", "\\\\\\\\", "v"),
    Style("#5A5AA8", "||||", "P"),
    Style("#000000", "----", "X"),
)
"""What other labels take, in their order."""


def label_styles(labels: Iterable[str]) -> dict[str, Style]:
    """Give each label its style: its own where all have one, else one after the other from `SPARE`.

    >>> label_styles(["neutral", "opposed"])["opposed"].colour, label_styles(["no", "yes"])["yes"].colour
    ('#D55E00', '#D55E00')
    """
    names = list(labels)
    if all(name in STYLES for name in names):
        return {name: STYLES[name] for name in names}
    return {name: SPARE[at % len(SPARE)] for at, name in enumerate(names)}
