"""What a terminal shows, asked through a pseudo-terminal as a reader would see it."""

import os
import re
import sys
from pathlib import Path

import pytest

from stance.model import Model
from stance.show.terminal import document_lines

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal, which this system has not")
STORY = "Lamps Out\n\nThe council voted against a truce by nine to two, said the harbour master, and the lamp will be lit again before the herring come.\n"
SAID = re.compile(r"  stance  █+░* +[<>]?\d+%  ■ opposed")


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """Run the command with a terminal as its standard output; return what it printed."""
    pid, terminal = pty.fork()
    if pid == 0:
        base = {
            name: value
            for name, value in os.environ.items()
            if name not in ("NO_COLOR", "TERM", "COLUMNS")
        }
        os.execve(
            sys.executable,
            [sys.executable, "-W", "ignore", "-m", "stance", *arguments],
            base | {"PYTHONUTF8": "1"} | environment,
        )
    printed = b""
    while chunk := _read(terminal):
        printed += chunk
    os.waitpid(pid, 0)
    os.close(terminal)
    return printed.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed
        return b""


@pytest.fixture
def story(small: Model, tmp_path: Path) -> list[str]:
    path = tmp_path / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return ["score", str(path), "--model", str(small.save(tmp_path / "model"))]


def test_a_terminal_gets_colour_shape_word_and_bar(story: list[str]) -> None:
    shown = on_a_terminal(*story, TERM="xterm-256color", COLUMNS="60")
    assert "\x1b[38;5;166m\x1b[1m■ opposed" in shown
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert plain.startswith("2 blocks, 1 labelled\n\n  heading, skipped\n    Lamps Out\n")
    assert SAID.search(plain)
    assert max(map(len, plain.splitlines())) <= 60
    assert "lit\n    again" in plain or "lamp will" in plain


def test_no_color_is_obeyed(story: list[str]) -> None:
    shown = on_a_terminal(*story, TERM="xterm-256color", NO_COLOR="1")
    assert "\x1b" not in shown
    assert SAID.search(shown)


def test_a_dumb_terminal_gets_plain_letters(story: list[str]) -> None:
    shown = on_a_terminal(*story, TERM="dumb")
    assert shown.isascii()
    assert re.search(r"  stance  =+\.* +[<>]?\d+%  # opposed", shown)


def test_uncertain_labels_say_what_else_is_possible(shipped: Model) -> None:
    document = shipped.label(
        "CAIRO - Negotiators trying to arrange a cease-fire began leaving the capital on Monday to consult their leaders."
    )
    result = document[0].results["stance"]
    second = sorted(result.probabilities, key=lambda label: -result.probabilities[label])[1]
    assert f"(uncertain; {second} {result.probabilities[second]:.0%})" in "\n".join(
        document_lines(document, colour=False)
    )


def test_a_text_cannot_steer_the_terminal(small: Model) -> None:
    shown = "\n".join(
        document_lines(
            small.label("The council \x1b[2J voted against\x07 a truce.\x9b31m"), colour=False
        )
    )
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)


@pytest.mark.parametrize("width", [1, 20, 80, 500])
def test_lines_keep_to_the_width_within_reason(small: Model, width: int) -> None:
    lines = [
        line
        for line in document_lines(small.label(STORY), width=width, colour=False)
        if line.startswith("    ")
    ]
    assert max(map(len, lines)) <= min(100, max(30, width))
