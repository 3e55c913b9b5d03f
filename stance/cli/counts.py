"""`stance counts`: what a model can learn from annotated paragraphs, without their text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stance.cli.options import examples, paragraphs_option, split_names, table_encoding_option


@click.command(
    epilog=examples(
        "stance counts annotated.csv -o counts --labels stance,tone",
        "stance counts annotated.csv -o counts --article article",
    )
)
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder to write; it must be new.",
)
@paragraphs_option
@click.option(
    "--labels",
    type=split_names,
    metavar="COLUMNS",
    default="stance,tone",
    show_default=True,
    help="Label columns, separated by commas; further readings stand in COLUMN_2, COLUMN_3 ...",
)
@click.option("--article", help="The column that names the article of a paragraph.")
@click.option("--outlet", help="The column that names its outlet.")
@table_encoding_option
@click.option(
    "--stems",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="Keep stems that occur in this many articles.",
)
@click.option(
    "--pairs",
    type=click.IntRange(1),
    default=25,
    show_default=True,
    help="Keep pairs of neighbouring stems that occur in this many articles.",
)
@click.option(
    "--spellings",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="Keep whole words that occur in this many articles.",
)
@click.option(
    "--features",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    help="Leave out paragraphs with fewer different kept stems and pairs.",
)
@click.option(
    "--accept-disclosure",
    is_flag=True,
    help="Write the file even if more of the text than usual can be read from it.",
)
def counts(
    table: Path,
    output: Path,
    stems: int,
    pairs: int,
    spellings: int,
    features: int,
    **options: Any,
) -> None:
    """Write what a model can learn from TABLE, a CSV of annotated paragraphs, without their text.

    The folder holds counts of frequent words and pairs per paragraph, with the labels. `stance
    train --counts` learns from it.
    """
    from stance.training.counted.counting import Thresholds
    from stance.training.counted.sharing import write_counts

    thresholds = Thresholds(stems, pairs, spellings, features)
    written = write_counts(table, output, thresholds=thresholds, **options)
    facts = written.facts
    click.echo(
        f"{written.n_rows:,} paragraphs; left out: {facts['near_copies']:,} near-copies, "
        f"{facts['too_rare']:,} with too few kept features",
        err=True,
    )
    for head, labels in facts["lost"].items():
        lost = "; ".join(f"{label} {n:,} of {total:,}" for label, (n, total) in labels.items())
        click.echo(f"left out, by {head}: {lost}", err=True)
    for line in disclosure_lines(facts["disclosure"]):
        click.echo(line, err=True)
    click.echo(facts["notice"], err=True)


def disclosure_lines(figures: dict[str, Any]) -> list[str]:
    """Say in words how much of the texts can be read."""
    return [
        "a run of 8 words can be read with certainty in "
        f"{figures['certain']:.1%} of the paragraphs "
        f"(articles joined: {figures['certain_joined']:.1%})",
        f"and by the best guess in {figures['guessed']:.1%} of {figures['n_guessed']} paragraphs "
        f"(articles joined: {figures['guessed_joined']:.1%})",
    ]
