"""The progress bar: on a terminal only, and only if asked for."""

import io
import sys

import pytest

from stance.tables.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown_on(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, *, shown: bool = True) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(3_000_000, shown=shown) as bar:
        bar.advance(1200, 3_000_000)
        bar.advance(300, 0)  # a stream that does not know its position
    return stream.getvalue()


def test_a_terminal_shows_rows_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    last = shown_on(Terminal(), monkeypatch).rpartition("\r")[2]
    assert "100%" in last
    assert "3.00M/3.00M" in last
    assert "1,500 rows, " in last
    assert " rows/s" in last


def test_where_the_size_is_not_known_rows_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Progress(0, shown=True) as bar:
        bar.advance(1200, 0)
        bar.advance(300, 0)
    assert sys.stderr.getvalue().rpartition("\r")[2].startswith("1500 rows [")  # type: ignore[attr-defined]


def test_a_file_or_pipe_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown_on(io.StringIO(), monkeypatch) == ""


def test_a_terminal_shows_nothing_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown_on(Terminal(), monkeypatch, shown=False) == ""


def test_what_shows_nothing_waits_for_no_lock_that_a_killed_process_may_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The lock of tqdm is shared by forked processes, and nobody gives it back for a dead one."""
    monkeypatch.setattr("tqdm.tqdm.get_lock", lambda: pytest.fail("it took the lock"))
    assert shown_on(Terminal(), monkeypatch, shown=False) == ""
    assert shown_on(io.StringIO(), monkeypatch) == ""
