"""Lines taken a few at a time: none is lost, wherever blocks and limits fall."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.tables.rows import Fault, Lines

texts = st.text("a\n\r ", max_size=30)


@given(texts, st.integers(1, 5), st.integers(1, 4), st.integers(1, 9), st.booleans())
def test_lines_are_those_of_the_whole_text(
    text: str, block: int, rows: int, characters: int, feeds_only: bool
) -> None:
    newline = "\n" if feeds_only else ""
    blocks = [text[start : start + block] for start in range(0, len(text), block)]
    lines = Lines(blocks, newline)
    taken = list(iter(lambda: lines.take(rows, characters), []))
    assert [line for batch in taken for line in batch] == (
        io.StringIO(text, newline=newline).readlines()
    )
    for batch in taken:
        assert len(batch) <= rows
        assert sum(map(len, batch[:-1])) < characters


def test_lines_that_are_given_back_come_next() -> None:
    lines = Lines(["a\nb\nc\n"])
    first = lines.take(2, 100)
    lines.give_back(first[1:])
    assert lines.take(9, 100) == ["b\n", "c\n"]
    assert lines.take(9, 100) == []


def test_a_line_longer_than_any_record_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stance.tables.rows.LONGEST_RECORD", 5)
    assert Lines(["xxxx"] * 4 + ["x\na\n"]).take(9, 100) == ["x" * 8, "x" * 8, "x\n", "a\n"]


def test_a_fault_says_its_line_and_reason() -> None:
    assert Fault(2, 4, "is not utf-8", "?\n").message() == "line 4 is not utf-8."
