"""`stance plan`: how many paragraphs to annotate."""

from __future__ import annotations

from pathlib import Path

import click

from stance.cli.messages import write_figures
from stance.cli.options import design_option, examples


@click.command(
    epilog=examples(
        "stance plan labels.csv --pilot pilot.csv",
        "stance plan labels.csv --pilot pilot.csv --width 0.05",
    )
)
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option(
    "--pilot",
    type=click.Path(path_type=Path),
    required=True,
    help="30 to 50 paragraphs that `stance draw` drew from LABELLED, annotated.",
)
@click.option(
    "--width",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.1,
    show_default=True,
    help="Width of the 95% interval that is wanted: 0.1 for 10 points.",
)
@click.option("--head", default="stance", show_default=True, help="The label column.")
@design_option
def plan(labelled: Path, pilot: Path, width: float, head: str, design: str | None) -> None:
    """Plan how many paragraphs of LABELLED to annotate, from a pilot."""
    from stance.inference.planning import plan as make_plan

    frame = make_plan(labelled, pilot, width, head=head, design=design)
    write_figures(frame, frame, None)
