"""`stance draw`: draw paragraphs to annotate, for figures that hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.messages import write_frame
from stance.cli.options import (
    article_option,
    examples,
    force_option,
    head_option,
    split_names,
    unit_option,
)

_NO_TEXTS = (
    "The paragraphs are drawn without their texts, as LABELLED holds none. To get them, name the "
    "table that was scored: --source articles.csv --text body."
)


@click.command(
    epilog=examples(
        "stance draw labels.csv -n 200 -o drawn.csv",
        "stance draw labels.csv -o drawn.csv --by outlet",
    )
)
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option(
    "-n",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="How many paragraphs, or articles, to draw.",
)
@click.option(
    "--by",
    type=split_names,
    metavar="COLUMNS",
    default="",
    help="Columns whose groups get the same number each; or 'uncertainty', to draw more of what "
    "the model is unsure of.  [default: each paragraph has the same chance]",
)
@head_option
@unit_option
@article_option
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    help="The table that was scored, for the texts, if LABELLED does not carry them along.",
)
@click.option("--text", help="The column of texts.  [default: text]")
@click.option(
    "--random-state",
    type=int,
    default=0,
    show_default=True,
    help="Any other number draws other rows.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The CSV to write; by default standard output.",
)
@force_option
def draw(
    labelled: Path, head: tuple[str, ...], output: Path | None, force: bool, **options: Any
) -> None:
    """Draw paragraphs of LABELLED, a table that `stance score` wrote, to be annotated.

    Fill in the empty columns from the top, and pass the table to `stance shares --annotated`.
    """
    from stance.inference.drawing import draw as draw_paragraphs

    frame = draw_paragraphs(labelled, head=list(head) or None, **options)
    # Six decimals, as csv_lines writes floats, would change small probabilities.
    frame["probability"] = frame["probability"].map(repr)
    notes = [*frame.attrs["notes"], *([] if "text" in frame else [_NO_TEXTS])]
    write_frame(frame, output, force=force, notes=notes)
