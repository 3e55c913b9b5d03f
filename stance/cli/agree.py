"""`stance agree`: how far readers agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import show, write_frame
from stance.cli.options import examples, force_option, head_option


@click.command(
    epilog=examples("stance agree ann.csv bob.csv", "stance agree ann.csv bob.csv -o differ.csv")
)
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...")
@head_option
@click.option(
    "--article",
    metavar="COLUMN",
    help="The column that names each paragraph's article; by default what paragraph_id says.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A CSV to write: all readings of the paragraphs that readers differ on.",
)
@force_option
def agree(
    tables: tuple[str, ...],
    head: tuple[str, ...],
    output: Path | None,
    force: bool,
    **options: Any,
) -> None:
    """Measure how far the readers of each TABLE agree on the same paragraphs.

    A table is what `stance annotate` saved or another annotation tool exported; one table may hold
    several readers.
    """
    from stance.annotate.agreement import measure_agreement

    agreement = measure_agreement(*tables, head=list(head) or None, **options)
    rows, figures = agreement.disagreements, agreement.figures
    if output is not None:
        write_frame(rows.astype(object).where(rows.notna(), None), output, force=force)
    write_frame(figures.astype(object).where(figures.notna(), None), None, notes=agreement.notes)
    n_disputed = _count_paragraphs(rows)
    where = f"; their readings are in {output}" if output is not None else ""
    show(f"readers differ on {n_disputed:,} paragraphs{where}", err=True)


def _count_paragraphs(readings: Any) -> int:
    from stance.annotate.readings import name_paragraphs

    return int(name_paragraphs(readings).nunique())
