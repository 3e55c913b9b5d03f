"""`stance adapt`: refit a model's probabilities on annotated paragraphs of one's own print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import show
from stance.cli.options import (
    examples,
    force_option,
    paragraphs_option,
    table_encoding_option,
    target_column_option,
)


@click.command(
    epilog=examples(
        "stance adapt ceasefire read.csv -o mine",
        "stance adapt mine read.csv -o adapted --article article",
    )
)
@click.argument("model")
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The model folder to write.",
)
@paragraphs_option
@click.option(
    "--article",
    metavar="COLUMN",
    help="The column that names each paragraph's article, which is kept whole when the model is "
    "measured; by default what paragraph_id says.",
)
@target_column_option
@table_encoding_option
@force_option
@click.option("--name", help="The adapted model's name.  [default: that of MODEL and -adapted]")
def adapt(model: str, table: Path, output: Path, force: bool, **options: Any) -> None:
    """Adapt MODEL to the print that TABLE, a CSV of annotated paragraphs, was drawn from.

    MODEL is a model folder or zip, or 'ceasefire', the shipped model. Its temperature, an offset
    per label and the limits behind 'uncertain' are refitted, and nothing else. Where that would
    not help, nothing is written.
    """
    from stance.scoring.folders import check_vacant
    from stance.training.adapting import adapt as adapt_model
    from stance.training.recalibration import describe_gain

    check_vacant(output, force=force)
    adapted = adapt_model(model, table, **options)
    adapted.save(output, force=force)
    record = adapted.facts["adapted"]
    for why, count in record["left_out"].items():
        if count:
            show(f"left out: {count:,} paragraphs {why}", err=True)
    for head, figures in record["heads"].items():
        verdict = "adapted" if figures["adapted"] else "left as it was, as that is no gain"
        show(f"{describe_gain(head, figures)} {head} is {verdict}.", err=True)
