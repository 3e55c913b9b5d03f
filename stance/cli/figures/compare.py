"""`stance compare`: differences between groups."""

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
    weights_option,
    without_copies_option,
    without_empty_option,
)


@click.command(
    epilog=examples(
        "stance compare labels.csv --by outlet --annotated drawn.csv",
        "stance compare labels.csv --by outlet --head stance --label opposed --annotated drawn.csv",
    )
)
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option(
    "--annotated",
    type=click.Path(path_type=Path),
    required=True,
    help="The paragraphs that `stance draw` drew from LABELLED, with readers' labels filled in. Of "
    "several readers, a folder or a pattern in quotes.",
)
@click.option(
    "--by",
    type=split_names,
    metavar="COLUMNS",
    required=True,
    help="Columns of LABELLED whose groups are compared, separated by commas.",
)
@population_option
@head_option
@click.option(
    "--label",
    multiple=True,
    help="A label to compare (repeat for several); by default all. Fewer have narrower intervals.",
)
@design_option
@article_option
@weights_option
@without_copies_option
@without_empty_option
@labelled_by_option
@annotated_text_option
@click.option(
    "--assume-equal-errors",
    is_flag=True,
    help="Take the model to confuse labels alike in all groups, so that few annotated paragraphs "
    "of each do.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The CSV to write; by default standard output, as a table to read on a terminal.",
)
@force_option
def compare(
    labelled: Path,
    annotated: Path,
    by: list[str],
    head: tuple[str, ...],
    label: tuple[str, ...],
    output: Path | None,
    force: bool,
    **options: Any,
) -> None:
    """Compare the shares of labels in groups of LABELLED, a table that `stance score` wrote."""
    from stance.inference.differences import compare as compare_groups

    frame = compare_groups(
        labelled, annotated, by, head=list(head) or None, label=list(label) or None, **options
    )
    cells = frame.astype(object).where(frame.notna(), None)
    cells["p_value"] = frame["p_value"].map("{:.3g}".format, na_action="ignore")
    write_figures(frame, cells, output, force=force)
