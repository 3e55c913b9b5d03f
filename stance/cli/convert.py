"""`stance convert`: write a table in another format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from stance.cli.messages import end_run
from stance.cli.options import (
    delimiter_option,
    examples,
    force_option,
    quiet_option,
    records_option,
    sheet_option,
    source_encoding_option,
    source_format_option,
)


@click.command(
    epilog=examples(
        "stance convert articles.xlsx articles.csv",
        "stance convert response.json articles.parquet --records articles",
    )
)
@click.argument("source")
@click.argument("output", type=click.Path(path_type=Path))
@source_format_option
@source_encoding_option
@delimiter_option
@records_option
@sheet_option
@force_option
@quiet_option
def convert(source: str, output: Path, quiet: bool, **options: Any) -> None:
    """Write SOURCE, a table (or - for standard input), as OUTPUT.

    The format is that of OUTPUT's suffix; .parquet, for example, is read alike by any engine.
    """
    from stance.convert import convert_file

    table = sys.stdin.buffer if source == "-" else source
    end_run(convert_file(table, output, progress=not quiet, **options), quiet=quiet)
