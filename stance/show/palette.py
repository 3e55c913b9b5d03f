"""One colour, hatch and marker a label, the same in every plot and page.

The hues are Okabe and Ito's, safe for the colour-blind; the light ones are darkened until they stand 3 to 1 against white. Grey is
light, as a darker one and the purple of "angry" look the same to who sees no green. Colour never stands alone: hatch and marker tell
the labels of a head apart in grey too.

References
----------
Okabe and Ito (2008). Color universal design. https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final, NamedTuple


class Style(NamedTuple):
    """How a label is drawn: colour as #RRGGBB, hatch and marker in matplotlib's letters."""

    colour: str
    hatch: str
    marker: str


STYLES: Final = {
    "neutral": Style("#ABABAB", "....", "$\\circ$"),
    "pro-ceasefire": Style("#0072B2", "", "o"),
    "opposed": Style("#D55E00", "////", "s"),
    "hopeful": Style("#007F5F", "----", "^"),
    "alarmed": Style("#B27700", "\\\\\\\\", "D"),
    "angry": Style("#A8437F", "xxxx", "X"),
    "mournful": Style("#5A5AA8", "||||", "v"),
}
SPARE: Final = (*list(STYLES.values())[1:], Style("#7A6F00", "++++", "d"))
"""What other labels take, in their order."""


def label_styles(labels: Iterable[str]) -> dict[str, Style]:
    """Give each label its own style, and other labels one after the other from `SPARE`, none that is taken.

    >>> {label: style.colour for label, style in label_styles(["for", "neutral", "opposed", "torn"]).items()}
    {'for': '#0072B2', 'neutral': '#ABABAB', 'opposed': '#D55E00', 'torn': '#007F5F'}
    """
    names = list(labels)
    taken = {STYLES[name] for name in names if name in STYLES}
    spare = itertools.cycle([style for style in SPARE if style not in taken] or SPARE)
    return {name: STYLES[name] if name in STYLES else next(spare) for name in names}
