"""`stance annotate`: a page on which a reader labels paragraphs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from stance.cli.messages import show
from stance.cli.options import (
    examples,
    force_option,
    model_option,
    one_or_all,
    paragraphs_option,
    split_names,
)

if TYPE_CHECKING:
    from stance.annotate.page import AnnotationPage

_FOR_THE_PAGE: Final = ("model", "show_model", "settle", "guidelines", "title")
"""Options that another tool has no use for."""


@click.command(
    epilog=examples(
        "stance annotate drawn.csv -o page.html",
        "stance annotate posts.csv -o page.html --text body --labels for,against,none",
    )
)
@click.argument(
    "tables", metavar="TABLE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The page to write."
)
@paragraphs_option
@click.option(
    "--labels",
    multiple=True,
    metavar="[HEAD=]LABELS",
    help="The labels to choose from, separated by commas: for,against,none. For several label "
    "columns repeat it: side=for,against.  [default: those of the model]",
)
@click.option(
    "--head",
    multiple=True,
    help="A label column to ask for (repeat for several); by default those that the table has, "
    "or all.",
)
@model_option
@click.option(
    "--show-model",
    is_flag=True,
    help="Show the model's label of each paragraph. What is read so is marked (model_shown).",
)
@click.option(
    "--settle",
    is_flag=True,
    help="Show the paragraphs on which the readers of the tables differ, to be settled.",
)
@click.option(
    "--guidelines",
    type=click.Path(path_type=Path),
    help="A text file that the page shows beside the labels.",
)
@click.option(
    "--export",
    metavar="TOOL",
    help="Instead of a page, write a file for label-studio, doccano, prodigy, argilla or potato, "
    "or a workbook with a list of labels in each cell (xlsx).",
)
@click.option("--title", help="The title of the page; by default its name.")
@click.option(
    "--encoding",
    help="Encoding of the tables; by default what a byte order mark says, or UTF-8.",
)
@force_option
def annotate(
    tables: tuple[Path, ...],
    output: Path,
    labels: tuple[str, ...],
    export: str | None,
    **options: Any,
) -> None:
    """Make a page on which the paragraphs of TABLE are labelled in a browser.

    TABLE is what `stance draw` or `stance suggest` wrote, or any table with a column of texts, a
    row for each paragraph. The page is one file, to be opened from disk or sent by mail; it saves
    what was read as a CSV.
    """
    if export:
        _export(tables, output, export, _split_labels(labels), options)
        return
    from stance.annotate.page import write_annotation_page

    page = write_annotation_page(
        one_or_all(tables), output, labels=_split_labels(labels), **options
    )
    show(_next_step(output, page, "settle" if options["settle"] else "read"), err=True)


def _export(
    tables: tuple[Path, ...],
    output: Path,
    tool: str,
    labels: dict[str, list[str]] | None,
    options: dict[str, Any],
) -> None:
    from stance.annotate.exchange.exporting import export_annotations

    unused = [f"--{name.replace('_', '-')}" for name in _FOR_THE_PAGE if options.pop(name)]
    if unused or len(tables) > 1:
        what = unused[0] if unused else "more than one table"
        raise click.UsageError(f"--export must be used without {what}. Leave it out.")
    paths = export_annotations(tables[0], output, format=tool, labels=labels, **options)
    show(f"wrote {', '.join(map(str, paths))}", err=True)


def _split_labels(values: tuple[str, ...]) -> dict[str, list[str]] | None:
    """Return the labels of each head; None if none are named.

    >>> _split_labels(("for, against", "tone=calm,angry"))
    {'label': ['for', 'against'], 'tone': ['calm', 'angry']}
    """
    labels: dict[str, list[str]] = {}
    for value in values:
        head, _, names = value.rpartition("=")
        head = head or "label"
        if head in labels:
            raise click.BadParameter(
                f"each label column must be given once; got {head!r} twice. "
                "Name it as in --labels side=for,against.",
                param_hint="--labels",
            )
        labels[head] = [name.strip() for name in split_names(names)]
    return labels or None


def _next_step(output: Path, page: AnnotationPage, task: str) -> str:
    keys = max(map(len, page.labels.values()))
    return (
        f"{output}: {page.paragraphs:,} paragraphs to {task} for {' and '.join(page.labels)}. Open "
        f"it in a browser, type your name, and give labels with the keys 1 to {min(keys, 9)}; "
        "then save the CSV."
    )
