"""Cue words, and frames: in which order a sentence asks, refuses, stops and judges.

The table ``stance/data/cues.csv`` gives each cue word a class ("reject" is REFUSE, "truce" is STOP)
and names no side. Words are compared by their stems, so that "rejected" counts as "reject".

A *frame* is one of three things that the cues of a sentence give:

a pair
    two neighbouring classes that differ, as ``CALL>STOP``;
a chain
    what stands around a *mention* of a stop, of peace or of the war: up to three classes before it
    and two after it, as ``REFUSE STOP BAD`` in "Rejecting the truce was wrong";
an outcome
    what the chain comes to: ``for STOP``, ``against STOP`` or ``bare STOP``. Each class that
    reverses turns it round, so that "Rejecting the truce was wrong" is ``for STOP``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from stance.data import read_data
from stance.text.words import stem

NEGATION: Final = "NEG"
"""The class of negators, which are no part of the table."""
CUE_CLASSES: Final = (
    NEGATION,
    "ASK",  # asking for something
    "BACK",  # speaking for it
    "ACCEPT",
    "YES",
    "REFUSE",
    "BLOCK",  # vetoes, and other ways to stop a plan
    "BLAME",
    "BAD",  # judgements
    "GOOD",
    "MUST",
    "FAIL",
    "LOSE",
    "BREAK",  # violations
    "ENEMY",  # what only a foe is called
    "STOP",  # a truce, by any name
    "END",  # an end of the war: HALT and then WAR
    "PEACE",  # deals, talks, withdrawals
    "WAR",
    "HALT",  # verbs of ending, of a war or of anything
    "FIGHT",  # victory, defeat, escalation
    "ON",  # going on
    "UNTIL",  # conditions, and times to wait for
    "DESPITE",  # contrasts
    "MAY",
    "SAY",
    "WE",
    "WHO",  # whoever does it
    "BOTH",
    "VOTE",
    "NOW",
    # Parts of a cue of two words; alone they are none.
    "TURN",
    "OUT",
    "HOLD",
    "FIRE",
)
"""Every class of a cue word. A class has a number: its index here plus 1; 0 stands for none."""
NUMBERS: Final[Mapping[str, int]] = {name: i for i, name in enumerate(CUE_CLASSES, start=1)}
"""The number of each class."""

JOINS: Final[Mapping[tuple[str, str], tuple[str, int]]] = {
    ("TURN", "OUT"): ("REFUSE", 2),  # "ruled out", "turned it down"
    ("VOTE", "OUT"): ("REFUSE", 1),
    ("HOLD", "FIRE"): ("STOP", 1),
    ("HALT", "FIRE"): ("STOP", 1),
    ("HALT", "WAR"): ("END", 4),  # "stop the senseless bombing"
    ("HALT", "FIGHT"): ("END", 4),
}
"""Two neighbouring cues that are one: their classes; the class of both, and how many words the
second may stand behind the first."""
PARTS: Final = frozenset({"TURN", "OUT", "HOLD", "FIRE"})
"""Classes that are no cue unless they are joined."""
MENTIONS: Final = ("STOP", "END", "PEACE", "WAR")
"""Classes that name what somebody is for or against."""
REVERSING: Final = frozenset({NEGATION, "REFUSE", "FAIL", "BAD", "HALT", "LOSE", "BREAK", "ENEMY"})
"""Links of a chain that turn round what it comes to."""
LINKS: Final[Mapping[str, str]] = {
    **{name: name for name in MENTIONS},
    **{name: name for name in REVERSING},
    **{name: name for name in ("ASK", "BACK", "MUST", "GOOD", "FIGHT", "ON")},
    "ACCEPT": "BACK",
    "YES": "BACK",
    "BLOCK": "REFUSE",
    "BLAME": "BAD",
}
"""The class under which a cue stands in chains; all others are passed over."""
VERDICTS: Final = frozenset(
    {"REFUSE", "FAIL", "BAD", "BACK", "MUST", "GOOD", "BREAK", "LOSE", "ENEMY"}
)
"""Links that judge the mention before them; the outcome is read no further."""
DOUBLED: Final = frozenset({NEGATION, "REFUSE"})
"""Links that count each time; any other that follows itself is one."""
N_BEFORE: Final = 3
"""Links of a chain before the mention, at most."""
N_AFTER: Final = 2
"""Links after the last mention of a sentence, at most; other mentions have none."""
N_ALONE: Final = 4
"""Links of a chain without a mention, at most."""
OUTCOMES: Final = ("for", "against", "bare")
"""What a chain comes to; "bare" if nothing but the mention is there."""

PAIR, CHAIN, OUTCOME = 1, 2, 3
"""Kinds of frames, as `number_frame` tells them."""
BITS: Final = 6
"""Bits of a class in the number of a frame."""
MAX_LINKS: Final = N_BEFORE + 1 + N_AFTER
MAX_RECALLED: Final = 16
"""Cues of a sentence whose frames are remembered, at most."""


class Frame(NamedTuple):
    """A frame, and the cues `first` and `last` of its sentence that it begins and ends with."""

    name: str
    first: int
    last: int


@lru_cache(maxsize=1)
def load_cues() -> Mapping[str, str]:
    """Read the class of each stem.

    >>> cues = load_cues()
    >>> cues["reject"], cues["ceasefir"], cues["fight"], cues.get("lamp")
    ('REFUSE', 'STOP', 'WAR', None)
    """
    # Not the module csv: it need not be loaded to label a text, and no word has a comma.
    rows = (line.split(",") for line in read_data("cues.csv").splitlines()[1:])
    return {stem(word): cue_class for cue_class, word in rows}


@lru_cache(maxsize=1)
def number_cues() -> Mapping[str, int]:
    """Return the number of the class of each stem that `load_cues` knows."""
    return {stem: NUMBERS[cue_class] for stem, cue_class in load_cues().items()}


def join_cues(cues: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Join neighbouring cues of a sentence that are one, and leave out parts that are none.

    Parameters
    ----------
    cues : iterable of (int, str)
        The index of a token and the class of its word, in order.

    Returns
    -------
    list of (int, str)
        A joined cue stands where its first word stands.

    Examples
    --------
    >>> join_cues([(0, "TURN"), (1, "OUT"), (2, "HALT"), (5, "WAR"), (9, "OUT")])
    [(0, 'REFUSE'), (2, 'END')]
    """
    joined: list[tuple[int, str]] = []
    for index, cue_class in cues:
        start, first = joined[-1] if joined else (0, "")
        both, reach = JOINS.get((first, cue_class), ("", -1))
        if index - start <= reach:
            joined[-1] = start, both
        else:
            joined.append((index, cue_class))
    return [(index, cue_class) for index, cue_class in joined if cue_class not in PARTS]


def find_frames(classes: tuple[str, ...]) -> tuple[Frame, ...]:
    """Return the frames of a sentence, given the classes of its joined cues.

    >>> [frame.name for frame in find_frames(("REFUSE", "STOP", "BAD"))]
    ['REFUSE>STOP', 'STOP>BAD', 'REFUSE STOP BAD', 'for STOP']
    """
    return _recall_frames(classes) if len(classes) <= MAX_RECALLED else _make_frames(classes)


def _make_frames(classes: tuple[str, ...]) -> tuple[Frame, ...]:
    return (*_find_pairs(classes), *_find_chains(classes))


_recall_frames = lru_cache(maxsize=50_000)(_make_frames)  # most sentences have few cues


def _find_pairs(classes: tuple[str, ...]) -> Iterator[Frame]:
    distinct = [i for i, name in enumerate(classes) if not i or name != classes[i - 1]]
    for first, last in itertools.pairwise(distinct):
        yield Frame(f"{classes[first]}>{classes[last]}", first, last)


def _find_chains(classes: tuple[str, ...]) -> Iterator[Frame]:
    links: list[tuple[int, str]] = []
    for index, cue_class in enumerate(classes):
        link = LINKS.get(cue_class)
        if link and (not links or link != links[-1][1] or link in DOUBLED):
            links.append((index, link))
    mentions = [i for i, (_, link) in enumerate(links) if link in MENTIONS]
    if links and not mentions:
        yield _chain(links[:N_ALONE])
    for start, mention in zip([0, *(i + 1 for i in mentions)], mentions, strict=False):
        before = links[max(start, mention - N_BEFORE) : mention]
        after = links[mention + 1 : mention + 1 + N_AFTER] if mention == mentions[-1] else []
        whole = _chain([*before, links[mention], *after])
        yield whole
        outcome = _find_outcome([link for _, link in before], [link for _, link in after])
        yield whole._replace(name=f"{outcome} {links[mention][1]}")


def _chain(links: list[tuple[int, str]]) -> Frame:
    return Frame(" ".join(link for _, link in links), links[0][0], links[-1][0])


def _find_outcome(before: list[str], after: list[str]) -> str:
    """Return what links before and after a mention come to.

    >>> _find_outcome(["NEG", "REFUSE"], []), _find_outcome(["ASK"], ["NEG", "GOOD", "BAD"])
    ('for', 'against')
    """
    if not before and not after:
        return "bare"
    verdict = next((i for i, link in enumerate(after) if link in VERDICTS), len(after))
    n_reversing = sum(link in REVERSING for link in (*before, *after[: verdict + 1]))
    return "against" if n_reversing % 2 else "for"


def number_frame(frame: str) -> int:
    """Return the number of a frame: its kind, and then the classes, of six bits each.

    An outcome counts as a pair of the mention and the index of the outcome plus 1.

    Raises
    ------
    ValueError
        If it is no frame.

    Examples
    --------
    >>> number_frame("NEG>ASK") == PAIR << 36 | 1 << 6 | 2
    True
    """
    outcome, _, mention = frame.partition(" ")
    if ">" in frame:
        kind, names = PAIR, frame.split(">")
        numbers = [NUMBERS[name] for name in names if name in NUMBERS and name not in PARTS]
        is_frame = len(names) == len(numbers) == 2 and numbers[0] != numbers[1]
    elif outcome in OUTCOMES:
        kind = OUTCOME
        is_frame = mention in MENTIONS
        numbers = [NUMBERS.get(mention, 0), OUTCOMES.index(outcome) + 1]
    else:
        kind, names = CHAIN, frame.split(" ")
        numbers = [NUMBERS[name] for name in names if LINKS.get(name) == name]
        is_frame = len(names) == len(numbers) <= MAX_LINKS
    if not is_frame:
        raise ValueError(
            'a frame must be a pair, chain or outcome of classes of cue words, as "ASK>STOP", '
            f'"REFUSE STOP BAD" or "for STOP"; got {frame!r}.'
        )
    packed = 0
    for number in numbers:
        packed = packed << BITS | number
    return kind << MAX_LINKS * BITS | packed
