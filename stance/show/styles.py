"""The shape and the colour of each label: the same in a notebook, on a page, in a terminal and in print.

A word carries the meaning, a shape and a colour help. Shapes are plain geometric characters, told apart in grey; colours
are Okabe and Ito's, darker or lighter where the background asks for it, and say nothing good or bad of a side.

References
----------
.. [1] Okabe, M. and Ito, K. (2008). Color Universal Design.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, NamedTuple


class Look(NamedTuple):
    """How a label looks: a character, its colour's number in ``stance/data/display.css``, and one of a terminal's
    256 that can be read on white and on black (None: the terminal's own)."""

    shape: str
    colour: int
    terminal: int | None


_KNOWN: Final[Mapping[str, Look]] = {
    "neutral": Look("○", 0, None),
    "pro-ceasefire": Look("●", 1, 32),
    "opposed": Look("■", 2, 166),
    "hopeful": Look("▲", 3, 35),
    "alarmed": Look("◆", 4, 136),
    "angry": Look("✕", 5, 132),
    "mournful": Look("▼", 6, 98),
}
# For the labels of a user's own model, in order; after the last they begin again.
_OTHERS: Final = (
    Look("●", 1, 32), Look("■", 2, 166), Look("▲", 3, 35), Look("◆", 4, 136),
    Look("✕", 5, 132), Look("▼", 6, 98), Look("◇", 7, None),
)  # fmt: skip


def label_looks(labels: Sequence[str]) -> dict[str, Look]:
    """Give each label of a head its look.

    >>> [look.shape for look in label_looks(["neutral", "opposed", "pro-ceasefire"]).values()]
    ['○', '■', '●']
    >>> [look.shape for look in label_looks(["against", "for", "neutral"]).values()]
    ['●', '■', '○']
    """
    others = iter([*_OTHERS] * (1 + len(labels) // len(_OTHERS)))
    return {label: _KNOWN[label] if label in _KNOWN else next(others) for label in labels}


def percent(share: float) -> str:
    """Write a share in whole percent, never as a certainty that it is not.

    >>> [percent(share) for share in (0.0, 0.001, 0.5, 0.996, 1.0)]
    ['0%', '<1%', '50%', '>99%', '100%']
    """
    if 0 < share < 0.005 or 0.995 <= share < 1:
        return "<1%" if share < 0.5 else ">99%"
    return f"{share:.0%}"


def uncertainty(label: str, probabilities: Mapping[str, float]) -> str:
    """Say that a label is uncertain, and what comes next.

    >>> uncertainty("opposed", {"neutral": 0.3, "opposed": 0.6, "pro-ceasefire": 0.1})
    'uncertain; neutral 30%'
    """
    others = {other: p for other, p in probabilities.items() if other != label}
    second = max(others, key=lambda other: others[other], default=None)
    return "uncertain" if second is None else f"uncertain; {second} {percent(others[second])}"


def badge(label: str, look: Look) -> str:
    """Show a label as HTML: its shape in colour, and the word."""
    return f'<span class="s-label"><b class="s-shape s-c{look.colour}">{look.shape}</b>{escape(label)}</span>'
