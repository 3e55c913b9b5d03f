"""`stance methods`: a paragraph on methods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import show
from stance.cli.options import design_option, examples


@click.command(
    epilog=examples(
        "stance methods labelled.csv", "stance methods labelled.csv --annotated read.csv"
    )
)
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option(
    "--annotated",
    type=click.Path(path_type=Path),
    help="The paragraphs that were drawn from LABELLED and read: their design and the estimator "
    "that follows are described too.",
)
@design_option
@click.option("--model", help="The model that labelled LABELLED; for --design elsewhere.")
def methods(labelled: Path, **options: Any) -> None:
    """Describe how LABELLED came about: a paragraph on methods, and its references.

    It is written from LABELLED.run.json, which `stance score` writes beside its output.
    """
    from stance.records.methods import describe_methods

    show(describe_methods(labelled, **options))
