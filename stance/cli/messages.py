"""What the command writes to standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from stance.tables.summary import Summary


def fail(message: str) -> int:
    """Show an error, and return the exit code for one of data or model."""
    click.echo(f"stance: error: {message}", err=True)
    return 1


def show_notice(message: Warning | str, *_: Any, **__: Any) -> None:
    """Show a warning; `warnings.showwarning` while a command runs."""
    click.echo(f"stance: notice: {message}", err=True)


def end_run(summary: Summary, *, quiet: bool) -> None:
    """Show what a run did; exit with 1 if some rows could not be read."""
    if not quiet:
        click.echo(str(summary), err=True)
    if summary.unreadable:
        where = f"they are in {summary.errors}" if summary.errors else "they are shown above"
        message = f"{summary.unreadable:,} rows could not be read; {where}"
        raise click.exceptions.Exit(fail(message))
