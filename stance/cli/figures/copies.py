"""`stance copies`: mark paragraphs and articles that were printed before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import end_run
from stance.cli.options import (
    delimiter_option,
    examples,
    force_option,
    paragraphs_option,
    quiet_option,
    source_encoding_option,
    source_format_option,
)


@click.command(
    epilog=examples(
        "stance copies articles.csv -o marked.csv --text body",
        "stance copies labelled.csv -o marked.csv --article id",
    )
)
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The table to write: all of SOURCE, and the columns copy_of and article_copy_of.",
)
@paragraphs_option
@click.option(
    "--article",
    metavar="COLUMN",
    help="The column that names each paragraph's article; by default 'article', if SOURCE has it, "
    "or else what paragraph_id says.",
)
@source_format_option
@source_encoding_option
@delimiter_option
@force_option
@quiet_option
def copies(source: Path, output: Path, quiet: bool, **options: Any) -> None:
    """Mark which texts of SOURCE are copies, or near-copies, of earlier ones.

    SOURCE is a table with a paragraph in each row, such as `stance score --columns +text` writes.
    `stance shares --without-copies` then counts each once.
    """
    from stance.inference.copies.marking import mark_copies_file

    end_run(mark_copies_file(source, output, progress=not quiet, **options), quiet=quiet)
