"""No character of a name, a label or a row steers the terminal that it is shown on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stance.model import Model
from stance.scoring.files import write_sums
from stance.show.printable import printable

EVIL = "a\x1b[2J\x9b31m\x07\u202eb"


def test_controls_are_escaped_and_letters_are_not() -> None:
    assert printable(EVIL) == r"a\x1b[2J\x9b31m\x07\u202eb"
    for harmless in ("naïve 中文 שלום\n\ttab", "👩\u200d🚀"):
        assert printable(harmless) == harmless


def on_terminal(*arguments: str, folder: Path) -> str:
    """Run the command with a terminal for its output and errors; return all that it wrote."""
    import pty

    master, terminal = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "stance", *arguments], stdout=terminal, stderr=terminal, cwd=folder
    )
    os.close(terminal)
    written = b""
    try:
        while block := os.read(master, 65536):
            written += block
    except OSError:  # the other end is closed
        pass
    run.wait(600)
    os.close(master)
    return written.decode(errors="replace")


@pytest.mark.skipif(os.name != "posix", reason="needs terminals of POSIX")
def test_rows_and_file_names_do_not_steer_a_terminal(small: Model, tmp_path: Path) -> None:
    small.save(tmp_path / "model")
    source = tmp_path / f"{EVIL}.csv"
    source.write_text(f"id,text\n{EVIL},They urged a truce.\n{EVIL},b,c\n")
    for more in ((), ("-o", "out.csv"), ("-o", "missing/out.csv")):
        written = on_terminal(
            "score", source.name, "--keep", "all", "-q", "--model", "model", *more, folder=tmp_path
        )
        assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(written), more
        assert written


@pytest.mark.skipif(os.name != "posix", reason="needs terminals of POSIX")
def test_the_name_of_a_model_does_not_steer_a_terminal(small: Model, tmp_path: Path) -> None:
    saved = small.save(tmp_path / "model")
    facts = json.loads((saved / "facts.json").read_text())
    (saved / "facts.json").write_text(json.dumps({**facts, "name": EVIL}))
    write_sums(saved)
    written = on_terminal("info", "model", folder=tmp_path)
    assert r"a\x1b[2J" in written
    assert "\x1b" not in written
