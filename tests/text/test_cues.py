"""The table of cue words: closed, and even-handed."""

import pytest

from stance.data import read_data
from stance.text.cues import CUE_CLASSES, NEGATION, load_cues, number_pair
from stance.text.sides import load_gazetteer
from stance.text.tokens import SIDE, make_tokens

ROWS = [line.split(",") for line in read_data("cues.csv").splitlines()]


def test_every_row_is_a_word_of_a_known_class() -> None:
    assert ROWS[0] == ["class", "word"]
    assert {cue_class for cue_class, _ in ROWS[1:]} == {*CUE_CLASSES} - {NEGATION}
    assert all(word.islower() and word.isalpha() for _, word in ROWS[1:])
    assert len({word for _, word in ROWS[1:]}) == len(ROWS) - 1


def test_no_cue_is_the_name_of_a_side() -> None:
    text = ", ".join(word for _, word in ROWS)
    assert SIDE not in {token.word for token in make_tokens(text, load_gazetteer())}
    assert SIDE not in load_cues()


def test_the_later_row_wins_where_words_share_a_stem() -> None:
    cues = load_cues()
    assert (cues["fight"], cues["until"], cues["ceasefir"]) == ("FIGHT", "UNTIL", "STOP")


@pytest.mark.parametrize("frame", ["", "NEG", "NEG>", "NEG>NEG", "NEG>LAMP", "NEG>CALL>STOP"])
def test_what_is_no_frame_is_refused(frame: str) -> None:
    message = (
        "^a frame must be two different classes of cue words, "
        f'as "NEG>CALL"; got {frame!r}' + r"\.$"
    )
    with pytest.raises(ValueError, match=message):
        number_pair(frame)
