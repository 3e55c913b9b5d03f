"""`stance suggest`: what to annotate next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import write_frame
from stance.cli.options import (
    examples,
    force_option,
    keep_option,
    model_option,
    table_encoding_option,
)


@click.command(
    epilog=examples(
        "stance suggest articles.csv -n 50 -o annotate.csv --text body",
        "stance suggest articles.csv -o annotate.csv --unfamiliar",
    )
)
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "-n",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="How many paragraphs to choose.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The CSV to write; by default standard output.",
)
@click.option("--text", default="text", show_default=True, help="The column of texts.")
@click.option(
    "--head",
    multiple=True,
    help="A label column to be uncertain about (repeat for several); by default all of the "
    "model's.",
)
@click.option(
    "--unit",
    type=click.Choice(["paragraph", "row"]),
    default="paragraph",
    show_default=True,
    help="Split each cell into paragraphs, or take it as one.",
)
@keep_option
@click.option(
    "--labelled",
    type=click.Path(path_type=Path),
    help="A CSV whose --text is annotated already: none of it is chosen.",
)
@click.option(
    "--novelty",
    type=click.FloatRange(0),
    default=0.0,
    show_default=True,
    help="How much new words count beside uncertainty.",
)
@click.option(
    "--unfamiliar",
    is_flag=True,
    help="Also choose among paragraphs too unfamiliar to be labelled, or in another language.",
)
@click.option("--random-state", type=int, default=0, show_default=True, help="Orders ties.")
@table_encoding_option
@force_option
@model_option
def suggest(
    table: Path,
    output: Path | None,
    head: tuple[str, ...],
    labelled: Path | None,
    force: bool,
    model: str | None,
    **options: Any,
) -> None:
    """Choose which paragraphs of TABLE, a CSV, to annotate next."""
    from stance.model import load
    from stance.training.annotated import read_annotated
    from stance.training.suggesting import suggest as suggest_paragraphs

    texts = (
        read_annotated(labelled, text=options["text"], labels=(), groups=None).texts
        if labelled
        else []
    )
    suggestions = suggest_paragraphs(
        load(model), table, head=head or None, labelled=texts, **options
    )
    write_frame(suggestions, output, force=force)
