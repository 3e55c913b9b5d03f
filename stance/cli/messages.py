"""What commands write: tables as CSV, and messages to standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from stance.show.printable import binary_stream, printable

if TYPE_CHECKING:
    import pandas as pd

    from stance.tables.summary import Summary

_LONGEST: Final = 4000  # characters of a message


def show(text: str, *, err: bool = False) -> None:
    """Show text that may hold names from outside: no character of it steers a terminal."""
    click.echo(printable(text), err=err)


def _sentence(message: object) -> str:
    """Return a message in one line: a name in it may hold line ends, or megabytes."""
    sentence = str(message).replace("\n", "\\n")
    half = _LONGEST // 2
    return sentence if len(sentence) <= _LONGEST else f"{sentence[:half]} ... {sentence[-half:]}"


def fail(message: str) -> int:
    """Show an error, and return the exit code for one of data or model."""
    show(f"stance: error: {_sentence(message)}", err=True)
    return 1


def show_notice(message: Warning | str, *_: Any, **__: Any) -> None:
    """Show a warning; `warnings.showwarning` while a command runs."""
    show(f"stance: notice: {_sentence(message)}", err=True)


def write_frame(
    frame: pd.DataFrame, output: Path | None, *, force: bool = False, notes: Iterable[str] = ()
) -> None:
    """Write a frame as CSV, by default to standard output, and show the notes on it."""
    from stance.tables.outputs import open_output
    from stance.tables.writers.csv import csv_lines

    with open_output(output or binary_stream(sys.stdout), force=force) as opened:
        opened.add(csv_lines(list(frame.columns), frame.itertuples(index=False)))
    for note in notes:
        show(note, err=True)


def write_figures(
    frame: pd.DataFrame, cells: pd.DataFrame, output: Path | None, *, force: bool = False
) -> None:
    """Show figures and their notes: aligned on a terminal, and else their `cells` as CSV."""
    notes = frame.attrs["notes"]
    if output is not None or not sys.stdout.isatty():
        write_frame(cells, output, force=force, notes=notes)
        return
    from stance.show.figure_table import figure_lines

    for line in figure_lines(frame):
        show(line)
    for note in notes:
        show(note, err=True)


def end_run(summary: Summary, *, quiet: bool) -> None:
    """Show what a run did; exit with 1 if some rows could not be read."""
    if not quiet:
        show(str(summary), err=True)
    if summary.unreadable:
        where = f"they are in {summary.errors}" if summary.errors else "they are shown above"
        message = f"{summary.unreadable:,} rows could not be read; {where}"
        raise click.exceptions.Exit(fail(message))
