"""`stance methods`: a paragraph on methods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import show
from stance.cli.options import (
    article_option,
    design_option,
    examples,
    population_option,
    split_names,
    weights_option,
    without_copies_option,
)


@click.command(
    epilog=examples(
        "stance methods labelled.csv",
        "stance methods labelled.csv --annotated read.csv --by outlet",
    )
)
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option(
    "--annotated",
    type=click.Path(path_type=Path),
    help="The paragraphs that were drawn from LABELLED and read: their design and the estimator "
    "that follows are described too.",
)
@click.option(
    "--by",
    type=split_names,
    metavar="COLUMNS",
    default="",
    help="Columns of LABELLED whose groups have shares of their own, separated by commas.",
)
@population_option
@design_option
@article_option
@weights_option
@without_copies_option
@click.option(
    "--differences",
    is_flag=True,
    help="Describe also the differences that `stance compare` gives (not with "
    "--assume-equal-errors).",
)
@click.option("--model", help="The model that labelled LABELLED; for --design elsewhere.")
def methods(labelled: Path, **options: Any) -> None:
    """Describe how LABELLED came about: a paragraph on methods, and its references.

    It is written from LABELLED.run.json, which `stance score` writes beside its output. Give it the
    options that `stance shares` or `stance compare` was given, so that it describes those figures.
    """
    from stance.records.methods import describe_methods

    show(describe_methods(labelled, **options))
