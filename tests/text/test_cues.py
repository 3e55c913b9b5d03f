"""The table of cue words: closed, and even-handed."""

import pytest
from framed import list_frames

from stance.data import read_data
from stance.text.cues import (
    BITS,
    CUE_CLASSES,
    JOINS,
    LINKS,
    MENTIONS,
    NEGATION,
    NUMBERS,
    PARTS,
    REVERSING,
    VERDICTS,
    find_frames,
    join_cues,
    load_cues,
    number_frame,
)
from stance.text.sides import load_gazetteer
from stance.text.tokens import SIDE, make_tokens

ROWS = [line.split(",") for line in read_data("cues.csv").splitlines()]


def test_every_row_is_a_word_of_a_known_class() -> None:
    assert ROWS[0] == ["class", "word"]
    assert {cue_class for cue_class, _ in ROWS[1:]} == {*CUE_CLASSES} - {NEGATION, "END"}
    assert all(word.islower() and word.isalpha() for _, word in ROWS[1:])
    assert len({word for _, word in ROWS[1:]}) == len(ROWS) - 1


def test_no_cue_is_the_name_of_a_side() -> None:
    text = ", ".join(word for _, word in ROWS)
    assert SIDE not in {token.word for token in make_tokens(text, load_gazetteer())}
    assert SIDE not in load_cues()


def test_no_two_words_share_a_stem() -> None:
    assert len(load_cues()) == len(ROWS) - 1


def test_rules_name_classes_that_there_are() -> None:
    assert {*MENTIONS} | REVERSING | VERDICTS <= {*LINKS.values()} <= {*LINKS} <= {*CUE_CLASSES}
    for pair, (both, reach) in JOINS.items():
        assert {*pair, both} <= {*CUE_CLASSES}
        assert reach > 0
    assert not PARTS & {*LINKS}
    assert len(CUE_CLASSES) < 1 << BITS


@pytest.mark.parametrize(
    ("cues", "joined"),
    [
        ([], []),
        ([(3, "OUT")], []),
        ([(3, "VOTE"), (4, "OUT")], [(3, "REFUSE")]),
        ([(3, "VOTE"), (5, "OUT")], [(3, "VOTE")]),
        ([(3, "TURN"), (5, "OUT")], [(3, "REFUSE")]),
        ([(3, "TURN"), (4, "PEACE"), (5, "OUT")], [(4, "PEACE")]),
        ([(0, "HALT"), (4, "WAR"), (5, "FIRE")], [(0, "END")]),
        ([(0, "HALT"), (5, "WAR")], [(0, "HALT"), (5, "WAR")]),
        ([(0, "HALT"), (1, "FIRE"), (2, "WAR")], [(0, "STOP"), (2, "WAR")]),
    ],
)
def test_two_words_that_are_one_cue_are_joined(
    cues: list[tuple[int, str]], joined: list[tuple[int, str]]
) -> None:
    assert join_cues(cues) == joined


@pytest.mark.parametrize(
    ("classes", "frames"),
    [
        ("", ""),
        ("SAY", ""),
        ("NEG", "NEG"),
        ("STOP STOP NOW", "STOP>NOW, STOP, bare STOP"),
        ("NEG NEG STOP", "NEG>STOP, NEG NEG STOP, for STOP"),
        ("ASK ASK STOP", "ASK>STOP, ASK STOP, for STOP"),
        (
            "ASK NEG MUST REFUSE STOP",
            "ASK>NEG, NEG>MUST, MUST>REFUSE, REFUSE>STOP, NEG MUST REFUSE STOP, for STOP",
        ),
        (
            "BLOCK PEACE ACCEPT BLAME BAD",
            "BLOCK>PEACE, PEACE>ACCEPT, ACCEPT>BLAME, BLAME>BAD, REFUSE PEACE BACK BAD, "
            "against PEACE",
        ),
        (
            "STOP NEG REFUSE BAD",
            "STOP>NEG, NEG>REFUSE, REFUSE>BAD, STOP NEG REFUSE, for STOP",
        ),
        (
            "NEG WAR SAY ASK END",
            "NEG>WAR, WAR>SAY, SAY>ASK, ASK>END, NEG WAR, against WAR, ASK END, for END",
        ),
        ("REFUSE SAY GOOD BAD ON MUST", "REFUSE>SAY, SAY>GOOD, GOOD>BAD, BAD>ON, ON>MUST, "
         "REFUSE GOOD BAD ON"),
    ],
)  # fmt: skip
def test_frames_are_pairs_chains_and_outcomes(classes: str, frames: str) -> None:
    found = find_frames(tuple(classes.split()))
    assert ", ".join(frame.name for frame in found) == frames


def test_a_frame_tells_which_cues_it_begins_and_ends_with() -> None:
    found = find_frames(("SAY", "NEG", "STOP", "STOP", "BAD"))
    assert [(frame.first, frame.last) for frame in found] == [
        (0, 1),
        (1, 2),
        (2, 4),
        (1, 4),
        (1, 4),
    ]


def test_frames_have_distinct_numbers() -> None:
    frames = list_frames()
    assert len({number_frame(frame) for frame in frames}) == len(frames)
    assert number_frame("NEG STOP") == 2 << 36 | NUMBERS["NEG"] << 6 | NUMBERS["STOP"]
    assert number_frame("against STOP") == 3 << 36 | NUMBERS["STOP"] << 6 | 2


@pytest.mark.parametrize(
    "frame",
    [
        "", "NEG>", "NEG>NEG", "NEG>LAMP", "NEG>ASK>STOP", "NEG>OUT", "SAY", "NEG SAY", "NEG  STOP",
        "for", "for ASK", "For STOP", "NEG BLOCK", "NEG " * 6 + "STOP",
    ],
)  # fmt: skip
def test_what_is_no_frame_is_refused(frame: str) -> None:
    with pytest.raises(ValueError, match=r"^a frame must be ") as error:
        number_frame(frame)
    assert str(error.value) == (
        'a frame must be a pair, chain or outcome of classes of cue words, as "ASK>STOP", '
        f'"REFUSE STOP BAD" or "for STOP"; got {frame!r}.'
    )
