"""`stance report`: a labelled table as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import show, show_notice
from stance.cli.options import (
    article_option,
    design_option,
    examples,
    force_option,
    model_option,
    quiet_option,
    split_names,
)


@click.command(
    epilog=examples(
        "stance report labels.csv -o report.html --by outlet,month",
        "stance report labels.csv -o report.html --source articles.csv --text body",
    )
)
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The page to write."
)
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    help="The table that was scored, to show its paragraphs.",
)
@click.option(
    "--text", help="The column of texts in the source, or else in LABELLED.  [default: text]"
)
@click.option(
    "--by",
    type=split_names,
    metavar="COLUMNS",
    default="",
    help="Columns to compare (outlet, author), separated by commas; month and year are made from "
    "the dates.",
)
@click.option("--date", help="The column of dates; by default the first whose name says so.")
@click.option(
    "--day-first/--month-first",
    default=None,
    help="How to read dates such as 04/08/2024, which are not read otherwise.",
)
@click.option(
    "--annotated",
    type=click.Path(path_type=Path),
    help="Paragraphs of LABELLED that were drawn and read (stance draw): they give the shares with "
    "their intervals. Or other annotated paragraphs, with their texts: they correct the shares.",
)
@design_option
@click.option(
    "--unit",
    type=click.Choice(["paragraph", "article"]),
    default="paragraph",
    show_default=True,
    help="What shares are of; each article counts as one, whatever its length.",
)
@article_option
@click.option("--title", help="The title of the page.")
@click.option(
    "--encoding",
    help="Encoding of the source; by default what its byte order mark says, or UTF-8.",
)
@force_option
@quiet_option
@model_option
def report(labelled: Path, output: Path, quiet: bool, **options: Any) -> None:
    """Make a page to look at from LABELLED, a CSV that `stance score` wrote."""
    from stance.report.page import write_report

    counts = write_report(labelled, output, progress=not quiet, **options)
    if quiet:
        return
    show(
        f"{output}: {counts.labelled:,} labelled paragraphs of {counts.documents:,} "
        f"{counts.document_name}",
        err=True,
    )
    if counts.without_date:
        show_notice(
            f"{counts.without_date:,} paragraphs are left out over time: they have no date."
        )
    if counts.undated:
        example = counts.bad_dates[0]
        show_notice(
            f"{counts.undated:,} paragraphs are left out over time: their dates cannot be read in "
            f"one way only, such as {example[:30]!r}. Write 2024-04-08, or say --day-first or "
            "--month-first."
        )
