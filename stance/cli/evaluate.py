"""`stance evaluate`: how good a model is on annotated paragraphs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import show
from stance.cli.options import (
    examples,
    level_option,
    model_option,
    one_or_all,
    paragraphs_option,
    table_encoding_option,
)


@click.command(
    epilog=examples(
        "stance evaluate annotated.csv",
        "stance evaluate page-Ann.csv page-Bob.csv --model models/mine",
    )
)
@click.argument(
    "tables", metavar="TABLE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@paragraphs_option
@table_encoding_option
@click.option(
    "--documents",
    help="The column that names the document of each paragraph; intervals resample documents.",
)
@level_option
@model_option
def evaluate(tables: tuple[Path, ...], model: str | None, **options: Any) -> None:
    """Measure a model on TABLE, annotated paragraphs with the model's label columns."""
    from stance.model import load
    from stance.training.evaluation import evaluate as evaluate_model

    for head, evaluation in evaluate_model(load(model), one_or_all(tables), **options).items():
        show(f"# {head}\n{evaluation}\n")
