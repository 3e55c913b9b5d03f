"""The command as a whole: what it offers, exit codes, streams and messages."""

import io
import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pandas as pd
import pytest

import stance
from stance.cli.main import SUMMARIES, cli, main
from stance.cli.messages import write_frame


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"stance {stance.__version__}\n"
    assert main(["--help"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    for name, summary in SUMMARIES.items():
        assert f"{name:<10}{summary}" in lines


def test_without_a_command_it_shows_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("Usage: stance [OPTIONS] COMMAND [ARGS]...\n")


@pytest.mark.parametrize("name", SUMMARIES)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: stance {name} [OPTIONS]")
    options = [option for option in cli.commands[name].params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", SUMMARIES)
def test_help_ends_with_two_examples_that_can_be_typed(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "--help"]) == 0
    *_, heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.strip() == "Examples:"
    for example in (first, second):
        program, command, *arguments = shlex.split(example)
        assert (program, command) == ("stance", name)
        cli.commands[name].make_context(name, arguments)  # raises for what would be refused


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scores"]) == 2
    assert capsys.readouterr().err.startswith("stance: error: No such command 'scores'.")


@pytest.mark.parametrize("given", ["articles.csv", "They urged a truce"])
def test_a_file_or_text_without_a_command_is_told_which(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([given]) == 2
    assert capsys.readouterr().err == (
        f"stance: error: No such command '{given}'. A file is labelled with `stance score FILE`, "
        "and a text with `stance explain TEXT`.\n"
    )


def test_help_imports_no_command_and_no_numpy() -> None:
    code = (
        "import sys\n"
        "from stance.cli.main import SUMMARIES, main\n"
        "assert main(['--help']) == 0\n"
        "commands = {f'stance.cli.{name}' for name in SUMMARIES}\n"
        "assert not {'numpy', 'stance.model', *commands} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)


@pytest.mark.parametrize(
    ("preset", "threads"), [(None, "1"), ("3", "3")], ids=["by default", "as preset"]
)
def test_numpy_gets_one_thread_of_blas_unless_preset(preset: str | None, threads: str) -> None:
    code = (
        "import atexit, os, sys\n"
        "from stance.cli.main import entry\n"
        "assert 'numpy' not in sys.modules  # which reads it once, as it is loaded\n"
        "atexit.register(lambda: print(os.environ['OPENBLAS_NUM_THREADS']))\n"
        "sys.argv = ['stance', '--version']\n"
        "entry()"
    )
    environment = {
        name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"
    }
    environment |= {} if preset is None else {"OPENBLAS_NUM_THREADS": preset}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == threads


@pytest.mark.parametrize("debug", [False, True])
def test_a_traceback_is_shown_on_request_only(
    debug: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*(["--debug"] if debug else []), "info", "nowhere"]) == 1
    error = capsys.readouterr().err
    assert error.endswith("Check the path, or train a model first.\n")
    assert ("Traceback" in error) == debug


def test_a_closed_pipe_ends_quietly(model_path: str) -> None:
    command = (
        f'"{sys.executable}" -m stance score - --text text --quiet --model "{model_path}"'
        " | head -n 1"
    )
    lines = b"text\n" + b"A truce was signed.\n" * 3000
    done = subprocess.run(["bash", "-c", command], input=lines, capture_output=True, check=False)
    assert done.stdout.startswith(b"row,")
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError(5, "Input/output error", "table.csv"), "table.csv: Input/output error"),
    ],
)
def test_what_the_system_refuses_is_named(
    error: OSError,
    named: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("stance.cli.main._give_up_stdout", lambda: None)
    monkeypatch.setattr("stance.model.load", refuse)
    assert main(["info", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"stance: error: cannot go on; {named}.\n"


def test_the_shell_is_told_what_can_be_typed() -> None:
    words = {"COMP_WORDS": "stance report --dat", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-m", "stance"],
        env=os.environ | words | {"_STANCE_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "plain,--date\n"


def test_a_lack_of_memory_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("stance.model.load", refuse)
    assert main(["info", str(tmp_path)]) == 1
    expected = "memory must suffice; it does not. Split the source, or end other programs."
    assert capsys.readouterr().err == f"stance: error: {expected}\n"


def test_a_table_that_is_shown_does_not_steer_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `stance draw` and `stance suggest` write has the texts of strangers."""

    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(written, "utf-8"))
    write_frame(pd.DataFrame({"text": ["a\x1b[2J\u202e"]}), None)
    assert written.getvalue() == b"text\na\\x1b[2J\\u202e\n"
