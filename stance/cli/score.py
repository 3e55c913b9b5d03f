"""`stance score`: label tables, one text, or a table of a database."""

from __future__ import annotations

import enum
import glob
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from stance.cli.messages import end_run
from stance.cli.options import (
    delimiter_option,
    examples,
    force_option,
    html_option,
    keep_option,
    level_option,
    model_option,
    quiet_option,
    records_option,
    sheet_option,
    source_encoding_option,
    source_format_option,
    split_names_or_all,
    target_column_option,
)
from stance.options import MAX_CELL_CHARACTERS, UNITS
from stance.show.printable import binary_stream

if TYPE_CHECKING:
    from stance.results import Document


class _Kind(enum.Enum):
    """What SOURCE is, in the words of messages."""

    TEXT = "one text"
    FILES = "tables in files"
    DATABASE = "a table of a database"


_ANY: Final = frozenset(_Kind)
_TABLES: Final = frozenset({_Kind.FILES, _Kind.DATABASE})
_FILES: Final = frozenset({_Kind.FILES})

# The kinds of source that each option is for. Each is passed on by its name, as a parameter of
# `label_file`, `label_sql` or `_score_text`; one that does not apply is refused.
_KINDS: Final = {
    "text": _TABLES,
    "unit": _ANY,
    "keep": _TABLES,
    "columns": _ANY - {_Kind.DATABASE},
    "no_text": _FILES,
    "level": _ANY,
    "target_column": _TABLES,
    "key": _FILES,
    "article": _FILES,
    "source_format": _FILES,
    "output_format": _ANY - {_Kind.DATABASE},
    "encoding": _ANY - {_Kind.DATABASE},
    "delimiter": _FILES,
    "records": _FILES,
    "sheet": _FILES,
    "html": _ANY - {_Kind.DATABASE},
    "longest": _TABLES,
    "excel": _FILES,
    "n_jobs": _FILES,
    "force": _ANY,
    "record": _FILES,
    "resume": _TABLES,
    "model": _ANY,
}

# Suffixes of files that look like plain text and are neither that nor tables we read. Whatever is
# not text is recognised by its content.
_NOT_TEXT: Final = (".ipynb",)


@click.command(
    epilog=examples(
        "stance score articles.xlsx -o labels.xlsx --text body --keep id,date",
        "stance score 'archive/*.jsonl.gz' -o labels.parquet --text body --resume",
    )
)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    help="Where to write; by default standard output. For a database, the address of a new table.",
)
@click.option(
    "--text", help="The column of texts; SOURCE is then a table.  [default for tables: text]"
)
@click.option(
    "--unit",
    type=click.Choice(UNITS),
    default="paragraph",
    show_default=True,
    help="Split each cell into paragraphs, take it as one, or sum it up in one row.",
)
@keep_option
@click.option(
    "--columns",
    type=split_names_or_all,
    metavar="COLUMNS",
    default="all",
    show_default=True,
    help="Result columns to write, separated by commas; +text adds the text of each paragraph, "
    "which workbooks and terminals get anyway, +voice whose words it gives, +place whether it "
    "leads its text.",
)
@click.option(
    "--no-text",
    is_flag=True,
    help="Write no text, not even of the columns to keep, but the SHA-256 of each paragraph: for "
    "archives that may not share it.",
)
@level_option
@target_column_option
@click.option(
    "--key",
    metavar="COLUMN",
    help="A column of unique values, by which paragraph_id names the documents.  "
    "[default: their row]",
)
@click.option(
    "--article",
    metavar="COLUMN",
    help="The column that names the article of each row, for figures; it is written as article.  "
    "[default: each row is one]",
)
@source_format_option
@click.option(
    "--output-format",
    help="csv, tsv, jsonl (each also with .gz or .zst), parquet, feather or xlsx; by default the "
    "format that the suffix shows, or CSV.",
)
@source_encoding_option
@delimiter_option
@records_option
@sheet_option
@html_option
@click.option(
    "--longest",
    type=click.IntRange(1),
    default=MAX_CELL_CHARACTERS,
    show_default=True,
    help="Characters of the longest cell to label.",
)
@click.option(
    "--excel",
    flag_value=",",
    help="Write CSV for spreadsheets: with a byte order mark, and an apostrophe before formulas.",
)
@click.option(
    "--excel-semicolons",
    "excel",
    flag_value=";",
    help="The same with semicolons, as Excel expects where decimals have commas.",
)
@click.option(
    "--jobs",
    "n_jobs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Number of processes that label.",
)
@force_option
@click.option(
    "--resume",
    is_flag=True,
    help="Make a run that can be resumed, or resume one that was cut off.",
)
@click.option(
    "--record/--no-record",
    default=True,
    show_default=True,
    help="Write what the run was to OUTPUT.run.json, for `stance methods` and `stance verify`.",
)
@quiet_option
@model_option
@click.pass_context
def score(
    context: click.Context,
    /,
    sources: tuple[str, ...],
    output: str | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Label SOURCE: tables, one text, or a table of a database.

    Tables are .csv, .tsv, .jsonl, .json, .parquet, .feather, .xlsx, .xls and .ods files, patterns
    or folders (in which each .docx and .html is a row); a text is one .txt, .docx or .html file.
    Standard input (-) is a text, or a table if --text or --format is given. A table of a database
    is given by an address such as 'sqlite:///news.db?table=articles&text=body' or
    'postgresql://user@host/news?table=press.articles' (in quotes), and so is the output; &key=NAME
    names a unique column where the table has no primary key.
    """
    _refuse_text(sources[0])
    _refuse_output(sources, output)
    if output == "":  # of a variable of the shell that is not set
        raise click.UsageError(
            "-o must name a file; it is empty. Name one, or leave -o out for standard output."
        )
    kind = _find_kind(sources, output, is_table=bool(options["text"] or options["source_format"]))
    _refuse_others(context, kind)
    applicable = {name: value for name, value in options.items() if kind in _KINDS[name]}
    if kind is _Kind.TEXT:
        _score_text(Path(sources[0]), Path(output) if output else None, **applicable)
    elif kind is _Kind.FILES:
        _score_files(sources, Path(output) if output else None, quiet, applicable)
    else:
        _score_database(sources[0], output or "", quiet, applicable)


def _refuse_text(source: str) -> None:
    """Raise UsageError for a text where a file must be named."""
    from stance.texts import looks_like_text

    if looks_like_text(source):
        raise click.UsageError(
            "SOURCE must be a file; it looks like a text. Pass it through a pipe "
            "(echo 'They urged a truce.' | stance score -), or to stance explain."
        )


def _refuse_output(sources: tuple[str, ...], output: str | None) -> None:
    """Raise UsageError if the last of several sources is probably meant as the output."""
    last = sources[-1]
    if len(sources) > 1 and not output and not Path(last).exists() and not glob.has_magic(last):
        raise click.UsageError(
            f"each SOURCE must be there; {last!r} is not. If it is the output, put -o before it; "
            "if it is the column of texts, --text."
        )


def _find_kind(sources: tuple[str, ...], output: str | None, *, is_table: bool) -> _Kind:
    """Decide what SOURCE is; no other place does."""
    addresses = ["://" in address for address in (*sources, output or "")]
    if any(addresses):
        if len(sources) > 1 or not all(addresses):
            raise click.UsageError(
                "one table of a database is labelled into another one, as in "
                "-o 'sqlite:///news.db?table=labels'."
            )
        return _Kind.DATABASE
    return _Kind.FILES if is_table or _are_tables(sources) else _Kind.TEXT


def _are_tables(sources: tuple[str, ...]) -> bool:
    from stance.tables.formats import FORMATS, parse_format

    first = Path(sources[0])
    is_pattern = glob.has_magic(sources[0]) and not first.exists()
    if len(sources) > 1 or first.is_dir() or is_pattern:
        return True
    table_format = parse_format(first.name)
    if table_format:
        return not FORMATS[table_format.kind].is_document
    suffix = first.suffix.lower()
    if suffix in _NOT_TEXT:
        raise click.UsageError(
            f"a {suffix} file cannot be read; save it as .csv, or as .txt for one document."
        )
    return False


def _refuse_others(context: click.Context, kind: _Kind) -> None:
    """Raise UsageError for options that were given and do not apply to this kind of source."""
    given = [
        _typed(option, context.params[option.name or ""])
        for option in context.command.params
        if kind not in _KINDS.get(option.name or "", _ANY) and _is_given(context, option)
    ]
    if kind is _Kind.TEXT and context.params["unit"] == "document":
        given.append("--unit document")
    if given:
        hint = " Name the column of texts with --text if it is a table."
        raise click.UsageError(
            f"{', '.join(given)} must be left out for {kind.value}."
            + (hint if kind is _Kind.TEXT else "")
        )


def _typed(option: click.Parameter, value: Any) -> str:
    """Return an option as it was typed: the second name of a pair of flags says no."""
    names = option.secondary_opts if value is False and option.secondary_opts else option.opts
    return max(names, key=len)


def _is_given(context: click.Context, option: click.Parameter) -> bool:
    """Return whether an option was given; of two flags for one value, only the one that was."""
    name = option.name or ""
    if context.get_parameter_source(name) is click.core.ParameterSource.DEFAULT:
        return False
    value = option.flag_value if isinstance(option, click.Option) else None
    return not isinstance(value, str) or context.params[name] == value


def _score_files(
    sources: tuple[str, ...], output: Path | None, quiet: bool, options: dict[str, Any]
) -> None:
    from stance.batch import label_file
    from stance.tables.writers.run_record import bare_command

    if options["record"]:
        options["record"] = bare_command(click.get_current_context().obj)
    no_text = options.pop("no_text")
    if no_text:
        _leave_out_text(options)
    elif not output and sys.stdout.isatty() and options["columns"] == "all":
        options["columns"] = "all" if options["unit"] == "document" else "+text"
    summary = label_file(
        sys.stdin.buffer if sources == ("-",) else sources[0] if len(sources) == 1 else sources,
        output or binary_stream(sys.stdout),
        text=options.pop("text") or "text",
        # Without a file beside the output, rows that cannot be read go here: none is lost.
        errors=None if output else binary_stream(sys.stderr),
        progress=not quiet,
        **options,
    )
    end_run(summary, quiet=quiet)


def _leave_out_text(options: dict[str, Any]) -> None:
    """Ask for digests in place of texts; raise UsageError where a text is asked for, too."""
    text, keep, columns = options["text"] or "text", options["keep"], options["columns"]
    if "text" in [column.removeprefix("+") for column in columns] or keep == "all" or text in keep:
        raise click.UsageError(
            "--no-text must be left out where --columns or --keep asks for the text; name the "
            "columns to keep one by one."
        )
    if columns == "all":
        options["columns"] = "+digest" if options["unit"] != "document" else "all"


def _score_database(source: str, output: str, quiet: bool, options: dict[str, Any]) -> None:
    from tqdm import tqdm

    from stance.sql import label_sql

    with tqdm(unit=" rows", disable=True if quiet else None, file=sys.stderr) as bar:
        summary = label_sql(source, output, progress=bar.update, **options)
        end_run(summary, quiet=quiet)


def _score_text(
    source: Path,
    output: Path | None,
    *,
    unit: str,
    columns: str | list[str],
    level: float,
    output_format: str | None,
    encoding: str | None,
    html: str,
    force: bool,
    model: str | None,
) -> None:
    from stance.model import load
    from stance.tables.documents import read_document, write_document

    if output:
        from stance.tables.inputs import check_apart
        from stance.tables.outputs import made_files

        check_apart([source], made_files(output))
    text = read_document(source, encoding)
    document = load(model).label(text, unit=unit, level=level, evidence=False, html=html)
    if not output and sys.stdout.isatty():
        _show(document)
    else:
        write_document(
            document,
            output or sys.stdout.buffer,
            columns=columns,
            output_format=output_format,
            force=force,
        )


def _show(document: Document) -> None:
    import shutil

    from stance.show.terminal import document_lines, wants_colour

    letters = os.environ.get("TERM") == "dumb" or "utf" not in (sys.stdout.encoding or "").lower()
    width = shutil.get_terminal_size().columns
    lines = document_lines(document, width=width, colour=wants_colour(os.environ), letters=letters)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # letters it cannot show
    click.echo("\n".join(lines))
