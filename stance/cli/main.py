"""The `stance` command: what it offers, how it reports errors, and its exit codes.

Each command is a module of this package, or of its folder figures, with a function of its name,
imported when it is run.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import re
import signal
import sys
import warnings
from collections import UserDict
from types import FrameType
from typing import Any, Final

import click

from stance.cli.messages import fail, show, show_notice

# To add a command, write a module of its name, and add a line here for `stance --help`.
SUMMARIES: Final = {
    "score": "Label the paragraphs of tables, or of one text.",
    "explain": "Show which words of a paragraph speak for its label.",
    "draw": "Draw paragraphs to annotate, for figures that hold.",
    "annotate": "Make a page on which paragraphs are labelled by hand.",
    "plan": "Plan how many paragraphs to annotate, from a pilot.",
    "shares": "Estimate shares of labels, with intervals that hold.",
    "compare": "Estimate differences between groups, with intervals that hold.",
    "regress": "Fit a regression in which a label is the outcome or a regressor.",
    "methods": "Write a paragraph on methods from the record of a run.",
    "verify": "Score a random part of a table again, and compare bytes.",
    "copies": "Mark paragraphs and articles that were printed before.",
    "report": "Make a page to look at from a labelled table.",
    "convert": "Write a table in another format.",
    "info": "Show what a model is, and how well it does.",
    "evaluate": "Measure a model on annotated paragraphs.",
    "agree": "Measure how far readers agree, and list what they differ on.",
    "suggest": "Choose which paragraphs to annotate next.",
    "train": "Train a model on annotated paragraphs.",
    "adapt": "Fit a model's probabilities to your print.",
    "counts": "Write what a model can learn from paragraphs, without their text.",
}
_FIGURES: Final = frozenset(
    {"draw", "plan", "shares", "compare", "regress", "methods", "verify", "copies"}
)
"""The commands whose modules are in the folder figures."""
# Objects that are made between two searches for garbage. A start keeps nearly all that it makes:
# searching every 700 objects, Python's default, would take a tenth of it.
_GC_THRESHOLD: Final = 100_000
# What else ends a run as Ctrl-C does: the end of a session, and of a computing job's time.
_END_SIGNALS: Final = ("SIGTERM", "SIGHUP")


class _Commands(UserDict[str, Any]):
    """The commands by name, each imported when it is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in self:
            raise KeyError(name)
        package = "stance.cli.figures" if name in _FIGURES else "stance.cli"
        command: click.Command = getattr(importlib.import_module(f"{package}.{name}"), name)
        return command


class _Group(click.Group):
    """A group whose help shows `SUMMARIES`, in their order, without importing the commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUMMARIES)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; say how a file or a text is labelled where one is given instead."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if not re.search(r"[\s./]", args[0]):
                raise
            raise click.UsageError(
                f"{error.format_message()} A file is labelled with `stance score FILE`, and a text "
                "with `stance explain TEXT`."
            ) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from stance import __version__

        click.echo(f"stance {__version__}")
        context.exit()


@click.group(
    cls=_Group,
    commands=_Commands(SUMMARIES),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Label the stance toward a ceasefire and the tone of each paragraph of a text."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code.

    It is 0, 1 for an error of data or model, 2 for one of usage, or 130 if interrupted (143 by
    SIGTERM, 129 by SIGHUP, where `entry` runs it).
    """
    from stance.errors import StanceError, StanceWarning

    argv = sys.argv[1:] if arguments is None else arguments
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", StanceWarning)
            warnings.showwarning = show_notice
            code = cli.main(argv, prog_name="stance", standalone_mode=False, obj=argv)
        sys.stdout.flush()
        return int(code or 0)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        is_help = isinstance(error, click.exceptions.NoArgsIsHelpError)
        show(("" if is_help else "stance: error: ") + error.format_message(), err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort, _EndedBySignal) as error:
        return _end(error)
    except BrokenPipeError:  # the reader has seen enough: not an error, and nobody to report to
        _give_up_stdout()
        return 1
    except (StanceError, OSError, MemoryError) as error:
        return _fail(error, trace="--debug" in argv)


def _end(error: BaseException) -> int:
    """Say what ended the run, and return the exit code that shells give for it."""
    number = error.args[0] if isinstance(error, _EndedBySignal) else signal.SIGINT
    is_interrupt = number == signal.SIGINT
    reason = "interrupted" if is_interrupt else f"ended by {signal.Signals(number).name}"
    click.echo(f"stance: {reason}", err=True)
    return 128 + int(number)


def _fail(error: Exception, *, trace: bool) -> int:
    if trace:
        import traceback

        traceback.print_exc()
    message = str(error)
    if isinstance(error, MemoryError):
        message = "memory must suffice; it does not. Split the source, or end other programs."
    elif isinstance(error, OSError) and error.errno == errno.EBADF:
        message = "standard output must be open; it is closed. Open it, or name a file (-o)."
        _give_up_stdout()
    elif isinstance(error, OSError):
        file = f"{error.filename}: " if error.filename else ""
        message = f"cannot go on; {file}{error.strerror or error}."
        _give_up_stdout()  # it may be what failed, and Python would flush it again on exit
    return fail(message)


def _give_up_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _EndedBySignal(BaseException):
    """Raised with the number of a signal: what is half done is tidied up on the way out."""


def _end_by_signal(number: int, _: FrameType | None) -> None:
    for name in _END_SIGNALS:  # a second one must not cut off the tidying up
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    raise _EndedBySignal(number)


def _heed_signals() -> None:
    for name in _END_SIGNALS:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) != signal.SIG_IGN:  # as `nohup` wants it
            signal.signal(number, _end_by_signal)


def _open_standard_streams() -> None:
    """Open what the caller closed, so that no file of ours gets its number and is written to.

    Output then has a stream that cannot be written, which is an error only if there is output.
    """
    modes = (os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)
    for number, mode in enumerate(modes):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest free number: this one
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)


def entry() -> None:
    """Run the command and exit with its code."""
    # NumPy reads this once, when it is loaded. No command multiplies matrices that need more.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(_GC_THRESHOLD)
    _open_standard_streams()
    _heed_signals()
    code = main()
    gc.freeze()  # everything goes with the process: no search for garbage on exit either
    sys.exit(code)
