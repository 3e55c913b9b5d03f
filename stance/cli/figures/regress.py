"""`stance regress`: regressions on labels."""

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
    labelled_by_option,
    without_copies_option,
    without_empty_option,
)


@click.command(
    epilog=examples(
        "stance regress 'opposed ~ outlet' labels.csv --annotated drawn.csv",
        "stance regress 'opposed ~ outlet + month' labels.csv --annotated drawn.csv -o fit.csv",
    )
)
@click.argument("formula")
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option(
    "--annotated",
    type=click.Path(path_type=Path),
    required=True,
    help="The paragraphs that `stance draw` drew from LABELLED, with readers' labels filled in. Of "
    "several readers, a folder or a pattern in quotes.",
)
@click.option(
    "--kind",
    type=click.Choice(["linear", "logistic"]),
    default="linear",
    show_default=True,
    help="Whether coefficients are differences of shares or of log odds.",
)
@click.option("--head", default="stance", show_default=True, help="The label column.")
@design_option
@article_option
@without_copies_option
@without_empty_option
@labelled_by_option
@annotated_text_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The CSV to write; by default standard output, as a table to read on a terminal.",
)
@force_option
def regress(
    formula: str,
    labelled: Path,
    annotated: Path,
    output: Path | None,
    force: bool,
    **options: Any,
) -> None:
    """Fit FORMULA, such as 'opposed ~ outlet + month', on LABELLED.

    A name in FORMULA is a label or a column of LABELLED, in backquotes if it has characters other
    than letters, digits and _.
    """
    from stance.inference.regressions import regress as fit

    frame = fit(formula, labelled, annotated, **options)
    # Six decimals, as csv_lines writes floats, would make 0 of many.
    cells = frame.assign(p_value=frame["p_value"].map("{:.3g}".format))
    write_figures(frame, cells, output, force=force)
