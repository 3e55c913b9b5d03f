"""`stance train`: fit a model of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import show
from stance.cli.options import (
    examples,
    force_option,
    one_or_all,
    paragraphs_option,
    split_names,
    table_encoding_option,
    target_column_option,
)


@click.command(
    epilog=examples(
        "stance train annotated.csv -o models/mine",
        "stance train annotated.csv -o models/mine --labels charged --text body",
    )
)
@click.argument("tables", metavar="[TABLE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The model folder to write.",
)
@paragraphs_option
@click.option(
    "--labels",
    type=split_names,
    metavar="COLUMNS",
    default=None,
    help="Label columns, separated by commas.  [default: those between reader and note, or stance "
    "and tone]",
)
@click.option(
    "--groups",
    help="The column of what must stay together in cross-validation (voice, author, outlet).",
)
@target_column_option
@table_encoding_option
@force_option
@click.option(
    "--no-mask-sides",
    is_flag=True,
    help="Let the names of nations, parties and leaders count (for study).",
)
@click.option(
    "--counts",
    type=click.Path(path_type=Path),
    help="A folder that `stance counts` wrote: learn from it too, or without TABLE from it alone.",
)
@click.option(
    "--private",
    is_flag=True,
    help="Learn only from words and pairs that many articles (--groups) share.",
)
@click.option("--name", default="unnamed", help="The model's name.")
def train(
    tables: tuple[Path, ...], output: Path, no_mask_sides: bool, force: bool, **options: Any
) -> None:
    """Train a model on TABLE, annotated paragraphs, on counts of others, or on both."""
    from stance.scoring.folders import check_vacant
    from stance.training.fitting import train as train_model

    check_vacant(output, force=force)  # before the training, which takes minutes
    table = one_or_all(tables) if tables else None
    model = train_model(table, mask_sides=not no_mask_sides, **options)
    model.save(output, force=force)
    for head, figures in model.facts["cross_validation"].items():
        low, high = figures["macro_f1_interval"]
        show(
            f"{head}: macro-F1 {figures['macro_f1']:.3f} ({low:.3f} to {high:.3f}), "
            "cross-validated",
            err=True,
        )
    show(f"the model is in {output}; name it with --model", err=True)
