"""`stance verify`: a random part of a table, scored again."""

from __future__ import annotations

from pathlib import Path

import click

from stance.cli.messages import fail, show
from stance.cli.options import examples, model_option


@click.command(
    epilog=examples(
        "stance verify labelled.csv --input articles.csv",
        "stance verify labelled.csv --input articles.csv -n 500",
    )
)
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option(
    "--input",
    "source",
    multiple=True,
    required=True,
    help="The table that was scored (repeat for several, in the same order).",
)
@click.option(
    "-n",
    "n",
    type=click.IntRange(1),
    default=200,
    show_default=True,
    help="How many of its rows to score again.",
)
@click.option("--random-state", type=int, help="Choose the same rows each time.")
@model_option
def verify(
    labelled: Path, source: tuple[str, ...], n: int, random_state: int | None, model: str | None
) -> None:
    """Score a random part of the table behind LABELLED again, and compare bytes.

    LABELLED and LABELLED.run.json are what `stance score` wrote. The exit code is 1 if a row
    differs; the first is shown.
    """
    from stance.records.verification import verify as verify_table

    inputs = source[0] if len(source) == 1 else source
    result = verify_table(labelled, inputs, model=model, n=n, random_state=random_state)
    if result.difference:
        raise click.exceptions.Exit(fail(result.difference))
    show(str(result))
