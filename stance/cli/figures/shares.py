"""`stance shares`: shares of labels with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import write_figures
from stance.cli.options import (
    annotated_text_option,
    article_option,
    design_option,
    examples,
    force_option,
    head_option,
    labelled_by_option,
    population_option,
    split_names,
    unit_option,
    weights_option,
    without_copies_option,
)


@click.command(
    epilog=examples(
        "stance shares labels.csv --annotated drawn.csv",
        "stance shares labels.csv --annotated drawn.csv --by outlet",
    )
)
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option(
    "--annotated",
    type=click.Path(path_type=Path),
    help="The paragraphs that `stance draw` drew from LABELLED, with readers' labels filled in. Of "
    "several readers, a folder or a pattern in quotes.",
)
@click.option(
    "--by",
    type=split_names,
    metavar="COLUMNS",
    default="",
    help="Columns of LABELLED whose groups get shares of their own, separated by commas.",
)
@population_option
@head_option
@design_option
@article_option
@unit_option
@weights_option
@without_copies_option
@labelled_by_option
@annotated_text_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The CSV to write; by default standard output, as a table to read on a terminal.",
)
@force_option
def shares(
    labelled: Path,
    annotated: Path | None,
    by: list[str],
    head: tuple[str, ...],
    output: Path | None,
    force: bool,
    **options: Any,
) -> None:
    """Estimate the shares of labels in LABELLED, a table that `stance score` wrote."""
    from stance.inference.figures import estimate_shares

    frame = estimate_shares(labelled, annotated, by, head=list(head) or None, **options)
    cells = frame.astype(object).where(frame.notna(), None)
    write_figures(frame, cells, output, force=force)
