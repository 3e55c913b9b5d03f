"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from stance.options import HTML_MODES, LEVELS


def split_names(value: str) -> list[str]:
    """Split names at commas.

    >>> split_names("stance,tone")
    ['stance', 'tone']
    """
    return [name for name in value.split(",") if name]


def split_names_or_all(value: str) -> str | list[str]:
    """Split names at commas, unless the value is "all"."""
    return value if value == "all" else split_names(value)


def one_or_all(tables: Sequence[Path]) -> Path | list[Path]:
    """Return the only table that was named, or a list: a single name may be a folder or pattern."""
    return tables[0] if len(tables) == 1 else list(tables)


def examples(first: str, second: str) -> str:
    """Return the epilog of a command's help: two command lines as they are typed.

    >>> print(examples("stance info", "stance info models/mine").replace("\\b", "").strip())
    Examples:
      stance info
      stance info models/mine
    """
    return f"\b\nExamples:\n  {first}\n  {second}"


model_option = click.option(
    "--model",
    metavar="MODEL",
    help="A model folder or zip, or 'ceasefire', the shipped model, which is the default.",
)
target_column_option = click.option(
    "--target-column", help="The column that names what each text is about."
)
keep_option = click.option(
    "--keep",
    type=split_names_or_all,
    metavar="COLUMNS",
    default="",
    help="Columns to carry along, separated by commas, or 'all'.",
)
level_option = click.option(
    "--level",
    type=click.FloatRange(*LEVELS),
    default=0.9,
    show_default=True,
    help="Confidence level of the prediction sets behind 'uncertain'.",
)
source_format_option = click.option(
    "--format",
    "source_format",
    help="csv, tsv, jsonl, json (each also with .gz or .zst), parquet, feather, xlsx, xls, ods, "
    "docx, nexis (a .docx of many articles) or html; by default the format that the suffix shows.",
)
records_option = click.option(
    "--records",
    metavar="KEY",
    help="The list of a JSON object that holds the rows, such as articles or response.results.",
)
sheet_option = click.option("--sheet", help="The sheet of a workbook; by default the first.")
source_encoding_option = click.option(
    "--encoding",
    help="Encoding of SOURCE; by default what its byte order mark says, or UTF-8, or a guess "
    "with a notice.",
)
delimiter_option = click.option(
    "--delimiter", help="Delimiter of a CSV; by default the one that its header shows."
)
html_option = click.option(
    "--html",
    type=click.Choice(HTML_MODES),
    default="detect",
    show_default=True,
    help="Read texts as HTML, without tags: if they have any, always (strip) or never (keep).",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
table_encoding_option = click.option(
    "--encoding",
    help="Encoding of TABLE; by default what its byte order mark says, or UTF-8.",
)
force_option = click.option("--force", is_flag=True, help="Replace the output.")
paragraphs_option = click.option(
    "--text", default="text", show_default=True, help="The column of paragraphs."
)
population_option = click.option(
    "--population",
    type=click.Choice(["this print", "the outlets"]),
    default="this print",
    show_default=True,
    help="What the shares are of: these paragraphs, or all that appears where they come from.",
)
head_option = click.option(
    "--head", multiple=True, help="A label column (repeat for several); by default all."
)
design_option = click.option(
    "--design",
    type=click.Choice(["random", "articles", "elsewhere"]),
    help="How the paragraphs were drawn, if not by `stance draw`: each with the same chance, whole "
    "articles with the same chance, or from other print.",
)
article_option = click.option(
    "--article",
    metavar="COLUMN",
    help="The column that names each paragraph's article; by default 'article', if LABELLED has "
    "it, or else each row that was scored.",
)
weights_option = click.option(
    "--weights", metavar="COLUMN", help="What each paragraph counts, such as circulation."
)
without_copies_option = click.option(
    "--without-copies",
    is_flag=True,
    help="Leave out the paragraphs that `stance copies` marked as copies.",
)
without_empty_option = click.option(
    "--without-empty",
    is_flag=True,
    help="Leave out the paragraphs with an empty cell where one is needed to group them; else they "
    "are the group '(empty)'.",
)
unit_option = click.option(
    "--unit",
    type=click.Choice(["paragraph", "article"]),
    default="paragraph",
    show_default=True,
    help="Draw or count paragraphs, or whole articles.",
)
labelled_by_option = click.option(
    "--model",
    metavar="MODEL",
    help="The model that labelled LABELLED, a folder or zip, or 'ceasefire': annotated paragraphs "
    "that it was trained on are refused; if it was adapted to some, its labels from before are "
    "used. Needed for --design elsewhere.",
)
annotated_text_option = click.option(
    "--text",
    default="text",
    show_default=True,
    help="The column of texts in the annotated table, which --model needs.",
)
