"""Cue words: a closed table of words that say who asks for, accepts or refuses what.

The table ``stance/data/cues.csv`` gives each word a class ("reject" is REFUSE, "truce" is STOP) and
names no side. Words are compared by their stems, so that "rejected" counts as "reject".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from stance.data import read_data
from stance.text.words import stem

NEGATION: Final = "NEG"
"""The class of negators, which are no part of the table."""
CUE_CLASSES: Final = (
    NEGATION,
    "CALL",  # asking for something, or backing it
    "ACCEPT",
    "REFUSE",
    "STOP",  # a truce, by any name
    "HALT",  # verbs of ending, of a war or of anything
    "WAR",
    "PEACE",  # deals, talks, withdrawals
    "FIGHT",  # victory, defeat, escalation
    "ON",  # going on
    "UNTIL",  # conditions, and times to wait for
    "BAD",  # judgements
    "DESPITE",  # contrasts
    "BREAK",  # violations
)
"""Every class of a cue word. A class has a number: its index here plus 1; 0 stands for none."""


@lru_cache(maxsize=1)
def load_cues() -> Mapping[str, str]:
    """Read the class of each stem; a later row wins where two words share one.

    >>> cues = load_cues()
    >>> cues["reject"], cues["ceasefir"], cues["fight"], cues.get("lamp")
    ('REFUSE', 'STOP', 'FIGHT', None)
    """
    # Not the module csv: it need not be loaded to label a text, and no word has a comma.
    rows = (line.split(",") for line in read_data("cues.csv").splitlines()[1:])
    return {stem(word): cue_class for cue_class, word in rows}


@lru_cache(maxsize=1)
def number_cues() -> Mapping[str, int]:
    """Return the number of the class of each stem that `load_cues` knows."""
    return {stem: CUE_CLASSES.index(cue_class) + 1 for stem, cue_class in load_cues().items()}


def number_pair(frame: str) -> tuple[int, int]:
    """Return the numbers of the two classes of a frame.

    Raises
    ------
    ValueError
        If it is not two different classes.

    Examples
    --------
    >>> number_pair("NEG>CALL")
    (1, 2)
    """
    classes = frame.split(">")
    if len(classes) != 2 or classes[0] == classes[1] or not {*classes} <= {*CUE_CLASSES}:
        raise ValueError(
            f'a frame must be two different classes of cue words, as "NEG>CALL"; got {frame!r}.'
        )
    return CUE_CLASSES.index(classes[0]) + 1, CUE_CLASSES.index(classes[1]) + 1
