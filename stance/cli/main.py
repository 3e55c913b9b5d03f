"""The `stance` command."""

from __future__ import annotations

import gc
import glob
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from stance.model import Model
    from stance.results import Document
    from stance.tables.summary import Summary

_TARGET = click.option("--target-column", help="The column that names what each text is about.")
_NOT_PROSE = (
    ".json",
    ".xlsx",
    ".xls",
    ".gz",
    ".zst",
    ".zip",
    ".html",
    ".htm",
    ".pdf",
    ".docx",
    ".ipynb",
)
_MODEL = click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="A model folder or zip; by default the shipped one.",
)


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from stance import __version__

        click.echo(f"stance {__version__}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Show the version and exit.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Label the stance toward a ceasefire and the tone of each paragraph of a text."""


@cli.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    help="Where to write; by default standard output. For a table of a database, another one.",
)
@click.option(
    "--text", help="The column of texts; SOURCE is then a table.  [default for tables: text]"
)
@click.option(
    "--unit",
    type=click.Choice(["paragraph", "row", "document"]),
    default="paragraph",
    show_default=True,
    help="Split each cell, take it as one paragraph, or sum it up in one row.",
)
@click.option("--keep", default="", help="Columns to carry along, parted by commas, or 'all'.")
@click.option(
    "--columns", default="all", show_default=True, help="Result columns to write, parted by commas."
)
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.99),
    default=0.9,
    show_default=True,
    help="Level of the sets behind 'uncertain'.",
)
@_TARGET
@click.option(
    "--format",
    "source_format",
    help="csv, tsv, jsonl (each also with .gz or .zst) or parquet; by default what the suffix says.",
)
@click.option("--output-format", "output_format", help="The same of the output.")
@click.option(
    "--encoding",
    help="Encoding of SOURCE; by default its byte order mark's, or UTF-8, or a guess that is told.",
)
@click.option("--delimiter", help="Delimiter of a CSV; by default the one its header shows.")
@click.option(
    "--longest",
    type=click.IntRange(1),
    default=1_000_000,
    show_default=True,
    help="Characters of the longest cell to label.",
)
@click.option(
    "--excel-safe",
    is_flag=True,
    help="Put an apostrophe before carried cells that a spreadsheet would take for a formula.",
)
@click.option(
    "--jobs",
    "n_jobs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes that label.",
)
@click.option("--force", is_flag=True, help="Replace the output.")
@click.option(
    "--resume",
    is_flag=True,
    help="Make a run that can be resumed, and go on with one that was cut off.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
@_MODEL
def score(
    sources: tuple[str, ...],
    output: str | None,
    text: str | None,
    model: Path | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Label SOURCE: tables (.csv, .tsv, .jsonl, .parquet; files, patterns, folders), one .txt file, or - for standard input.

    Standard input is a text, or a table if --text or --format is given. A table of a database is given by an address such as
    'sqlite:///news.db?table=articles&text=body' or 'postgresql://user@host/news?table=press.articles' (in quotes), and so is
    the output; &key=NAME names a unique column where the table has no primary key.
    """
    options = {**options, "keep": _parted(options["keep"]), "columns": _parted(options["columns"])}
    place = Path(output) if output else None
    if any("://" in address for address in (*sources, output or "")):
        _score_sql(sources, output or "", text, model, quiet, options)
    elif _are_tables(sources, text or options["source_format"]):
        _score_tables(sources, place, text or "text", model, quiet, options)
    else:
        _score_document(Path(sources[0]), place, model, options)


def _score_sql(
    sources: tuple[str, ...],
    output: str,
    text: str | None,
    model: Path | None,
    quiet: bool,
    options: dict[str, Any],
) -> None:
    from tqdm import tqdm

    from stance.sql import label_sql

    if len(sources) > 1 or not all("://" in address for address in (*sources, output)):
        raise click.UsageError(
            "one table of a database is labelled into another one, as in -o 'sqlite:///news.db?table=labels'."
        )
    ours = ("unit", "keep", "level", "target_column", "longest", "resume", "force")
    context = click.get_current_context()
    given = [
        max(option.opts, key=len)
        for option in context.command.params
        if option.name in {*options} - {*ours}
        and context.get_parameter_source(option.name) is not click.core.ParameterSource.DEFAULT
    ]
    if given:
        raise click.UsageError(f"{', '.join(given)} must be left out for a table of a database.")
    held = {name: options[name] for name in ours}
    with tqdm(unit=" rows", disable=True if quiet else None, file=sys.stderr) as bar:
        _report(
            label_sql(sources[0], output, text=text, model=model, progress=bar.update, **held),
            quiet,
        )


def _parted(columns: str) -> str | list[str]:
    return "all" if columns == "all" else [column for column in columns.split(",") if column]


def _are_tables(sources: tuple[str, ...], told: str | None) -> bool:
    """Tell tables from a text document: here alone is decided what a source is."""
    from stance.tables.formats import parse_format

    first = Path(sources[0])
    if (
        told
        or len(sources) > 1
        or parse_format(first.name)
        or first.is_dir()
        or (glob.has_magic(sources[0]) and not first.exists())
    ):
        return True
    if first.suffix.lower() in _NOT_PROSE:
        raise click.UsageError(
            f"a {first.suffix.lower()} file cannot be read; save it as .csv, or as .txt for one document."
        )
    return False


def _score_tables(
    sources: tuple[str, ...],
    output: Path | None,
    text: str,
    model: Path | None,
    quiet: bool,
    options: dict[str, Any],
) -> None:
    from stance.batch import label_file

    source = sys.stdin.buffer if sources == ("-",) else sources[0] if len(sources) == 1 else sources
    summary = label_file(
        source,
        output or sys.stdout.buffer,
        text=text,
        model=model,
        errors=None
        if output
        else sys.stderr.buffer,  # nothing is lost: without a file beside the output, they go here
        progress=not quiet,
        **options,
    )
    _report(summary, quiet)


def _report(summary: Summary, quiet: bool) -> None:
    """Say what a run did; end with 1 if there are rows that could not be read."""
    if not quiet:
        click.echo(str(summary), err=True)
    if summary.unreadable:
        where = f"they are in {summary.errors}" if summary.errors else "they stand above"
        raise click.exceptions.Exit(
            _fail(f"{summary.unreadable:,} rows could not be read; {where}")
        )


def _score_document(
    source: Path, output: Path | None, model: Path | None, options: dict[str, Any]
) -> None:
    from stance.tables.documents import read_document, write_document
    from stance.tables.formats import check_apart
    from stance.tables.outputs import made_files

    for_tables = [
        f"--{name.replace('_', '-')}"
        for name in ("keep", "target_column", "delimiter", "excel_safe", "resume")
        if options[name]
    ]
    if for_tables or options["unit"] == "document":
        raise click.UsageError(
            f"{', '.join(for_tables) or '--unit document'} is for tables; name the column of texts with --text."
        )
    unit = "row" if options["unit"] == "row" else "document"
    if output:
        check_apart([source], made_files(output))
    document = _load(model).label(
        read_document(source, options["encoding"]),
        unit=unit,
        level=options["level"],
        evidence=False,
    )
    if not output and sys.stdout.isatty():
        _show(document)
    else:
        written = {name: options[name] for name in ("columns", "output_format", "force")}
        write_document(document, output or sys.stdout.buffer, **written)


def _show(document: Document) -> None:
    import shutil

    from stance.show.terminal import document_lines, wants_colour

    letters = os.environ.get("TERM") == "dumb" or "utf" not in (sys.stdout.encoding or "").lower()
    width = shutil.get_terminal_size().columns
    lines = document_lines(document, width=width, colour=wants_colour(os.environ), letters=letters)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a letter that the terminal has not
    click.echo("\n".join(lines))


@cli.command()
@click.argument("source")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "source_format",
    help="csv, tsv, jsonl (each also with .gz or .zst) or parquet; by default what the suffix says.",
)
@click.option(
    "--encoding",
    help="Encoding of SOURCE; by default its byte order mark's, or UTF-8, or a guess that is told.",
)
@click.option("--delimiter", help="Delimiter of a CSV; by default the one its header shows.")
@click.option("--force", is_flag=True, help="Replace TARGET.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def convert(source: str, target: Path, quiet: bool, **options: Any) -> None:
    """Write SOURCE, a table (or - for standard input), as TARGET, in the format of its suffix: .parquet for engines, say."""
    from stance.convert import convert_file

    _report(
        convert_file(
            sys.stdin.buffer if source == "-" else source, target, progress=not quiet, **options
        ),
        quiet,
    )


@cli.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The model folder to write.",
)
@click.option("--text", default="text", show_default=True, help="The column of paragraphs.")
@click.option(
    "--labels", default="stance,tone", show_default=True, help="Label columns, parted by commas."
)
@click.option(
    "--groups",
    help="The column of what must stay together in cross-validation (voice, author, outlet).",
)
@_TARGET
@click.option("--encoding", help="Encoding of TABLE; by default its byte order mark's, or UTF-8.")
@click.option("--force", is_flag=True, help="Replace the model in the output folder.")
@click.option(
    "--no-mask-sides",
    is_flag=True,
    help="Let the names of nations, parties and leaders count (for study).",
)
@click.option("--name", default="unnamed", help="The model's name.")
def train(
    table: Path, output: Path, labels: str, no_mask_sides: bool, force: bool, **options: Any
) -> None:
    """Train a model on TABLE, a CSV of annotated paragraphs."""
    from stance.scoring.folders import check_vacant
    from stance.training.fitting import train as train_model

    check_vacant(output)
    if output.exists() and any(output.iterdir()) and not force:
        raise click.UsageError(f"{output} holds a model; pass --force to replace it.")

    model = train_model(
        table,
        labels=[label for label in labels.split(",") if label],
        mask_sides=not no_mask_sides,
        **options,
    )
    model.save(output)
    for head, figures in model.facts["cross_validation"].items():
        low, high = figures["macro_f1_interval"]
        click.echo(
            f"{head}: macro-F1 {figures['macro_f1']:.3f} ({low:.3f} to {high:.3f}), cross-validated",
            err=True,
        )


@cli.command()
@click.argument("paragraph")
@click.option("--head", default="stance", show_default=True, help="Which label column to explain.")
@click.option("--label", help="The label to explain; by default the one given.")
@click.option("--contrast", help="Explain why the label and not this one.")
@click.option("--target", help="What PARAGRAPH is about, for a model trained with --target-column.")
@_MODEL
def explain(
    paragraph: str,
    head: str,
    label: str | None,
    contrast: str | None,
    target: str | None,
    model: Path | None,
) -> None:
    """Show which words of PARAGRAPH speak for its label, and which against."""
    held = _load(model)
    intercept, evidence = held.explain(
        paragraph, head=head, label=label, contrast=contrast, target=target
    )
    labelled = held.label(paragraph, unit="row", target=target)[0]
    if not labelled.results:
        click.echo(f"{labelled.status}: this paragraph gets no label", err=True)
    for name, p in (labelled.results[head].probabilities if labelled.results else {}).items():
        click.echo(f"{p:6.1%}  {name}")
    click.echo(f"{intercept:+7.3f}  (before any word)")
    for word in sorted(evidence, key=lambda word: -word.contribution):
        click.echo(f"{word.contribution:+7.3f}  {word.text}")


@cli.command()
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
@click.option("--by", default="", help="Columns to compare (outlet, author), parted by commas.")
@click.option("--date", help="The column of dates; by default one that is named so.")
@click.option(
    "--annotated",
    type=click.Path(path_type=Path),
    help="A CSV of paragraphs of the same print, annotated, to correct the shares with.",
)
@click.option("--title", help="The title of the page.")
@click.option(
    "--encoding", help="Encoding of the source; by default its byte order mark's, or UTF-8."
)
@click.option("--force", is_flag=True, help="Replace the output.")
@_MODEL
def report(labelled: Path, output: Path, by: str, **options: Any) -> None:
    """Make a page to look at of LABELLED, a CSV that `stance score` wrote."""
    from stance.report.page import write_report

    tally = write_report(
        labelled, output, by=[column for column in by.split(",") if column], **options
    )
    click.echo(
        f"{output}: {tally.labelled:,} labelled paragraphs of {tally.documents:,} rows", err=True
    )


@cli.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--text", default="text", show_default=True, help="The column of paragraphs.")
@click.option("--encoding", help="Encoding of TABLE; by default its byte order mark's, or UTF-8.")
@click.option(
    "--documents",
    help="The column that tells which document a paragraph is from; intervals resample documents.",
)
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.99),
    default=0.9,
    show_default=True,
    help="Level of the sets behind 'uncertain'.",
)
def evaluate(model: Path, table: Path, **options: Any) -> None:
    """Measure MODEL on TABLE, a CSV of annotated paragraphs with the model's label columns."""
    from stance.training.evaluation import evaluate as evaluate_model

    for head, evaluation in evaluate_model(_load(model), table, **options).items():
        click.echo(f"# {head}\n{evaluation}\n")


@cli.command()
@click.argument("model", type=click.Path(path_type=Path), required=False)
def info(model: Path | None) -> None:
    """Show what MODEL (by default the shipped one) is, and how well it does."""
    held = _load(model)
    facts = held.facts
    click.echo(
        f"{facts['name']}: {facts['rows']:,} annotated paragraphs, sides {'masked' if held.frozen.gazetteer else 'not masked'}"
    )
    for head, labels in held.labels.items():
        figures = facts["cross_validation"][head]
        low, high = figures["macro_f1_interval"]
        click.echo(f"{head}: {', '.join(labels)}")
        click.echo(
            f"  macro-F1 {figures['macro_f1']:.3f} ({low:.3f} to {high:.3f}), cross-validated"
        )
        click.echo(f"  calibration error {figures['calibration_error']:.3f}")
        click.echo(
            f"  {sum(len(block.features) for block in held.frozen.heads[head].blocks):,} features"
        )
    click.echo(f"scored by: {held.frozen.scorer.name} ({held.frozen.scorer.why})")
    click.echo(
        "made with " + ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    )


@cli.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "-n",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="How many paragraphs to choose.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The CSV to write; by default standard output.",
)
@click.option("--text", default="text", show_default=True, help="The column of texts.")
@click.option(
    "--head",
    multiple=True,
    help="A label column to be uncertain about (repeat for several); by default all of the model's.",
)
@click.option(
    "--unit",
    type=click.Choice(["paragraph", "row"]),
    default="paragraph",
    show_default=True,
    help="Split each cell, or take it whole.",
)
@click.option("--keep", default="", help="Columns to carry along, parted by commas, or 'all'.")
@click.option(
    "--labelled",
    type=click.Path(path_type=Path),
    help="A CSV whose --text is annotated already: none of it is chosen.",
)
@click.option(
    "--novelty",
    type=click.FloatRange(0),
    default=0.0,
    show_default=True,
    help="How much new words count beside uncertainty.",
)
@click.option(
    "--unfamiliar", is_flag=True, help="Choose among paragraphs too unfamiliar to be labelled too."
)
@click.option("--random-state", type=int, default=0, show_default=True, help="Orders what is tied.")
@click.option("--encoding", help="Encoding of TABLE; by default its byte order mark's, or UTF-8.")
@click.option("--force", is_flag=True, help="Replace the output.")
@_MODEL
def suggest(
    table: Path,
    output: Path | None,
    head: tuple[str, ...],
    keep: str,
    labelled: Path | None,
    force: bool,
    model: Path | None,
    **options: Any,
) -> None:
    """Choose which paragraphs of TABLE, a CSV, to annotate next."""
    from stance.tables.outputs import open_output
    from stance.tables.writers.encoders import csv_lines
    from stance.training.annotated import read_annotated
    from stance.training.suggesting import suggest as suggest_paragraphs

    known = (
        read_annotated(labelled, text=options["text"], labels=(), groups=None).texts
        if labelled
        else []
    )
    found = suggest_paragraphs(
        _load(model), table, head=head or None, keep=_parted(keep), labelled=known, **options
    )
    with open_output(output or sys.stdout.buffer, force=force) as target:
        target.add(csv_lines(list(found.columns), found.itertuples(index=False)))


def _load(path: Path | None) -> Model:
    from stance.model import load

    return load(path)


def _fail(message: str) -> int:
    click.echo(f"stance: error: {message}", err=True)
    return 1


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 1 (data or model), 2 (usage), 130 (interrupted)."""
    from stance.errors import StanceError, StanceWarning

    argv = sys.argv[1:] if arguments is None else arguments
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", StanceWarning)
            warnings.showwarning = _show_notice
            code = cli.main(argv, prog_name="stance", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        bare = isinstance(error, click.exceptions.NoArgsIsHelpError)
        click.echo(f"{'' if bare else 'stance: error: '}{error.format_message()}", err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("stance: interrupted", err=True)
        return 130
    except BrokenPipeError:  # the reader has enough: no fault of ours, and nobody to tell
        _give_up_stdout()
        return 1
    except (StanceError, OSError) as error:
        if "--debug" in argv:
            import traceback

            traceback.print_exc()
        if isinstance(error, OSError):
            _give_up_stdout()  # it may be what failed, and Python would try again on the way out
        return _fail(
            f"cannot go on; {error.strerror or error}."
            if isinstance(error, OSError)
            else str(error)
        )


def _show_notice(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"stance: notice: {message}", err=True)


def _give_up_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def entry() -> None:
    """Run the command and leave with its exit code."""
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # before NumPy loads it; no command multiplies matrices that need more
    gc.set_threshold(
        100_000
    )  # what a start makes, it keeps: looking for garbage in it every 700 objects takes a tenth of the start
    code = main()
    gc.freeze()  # all of it goes with the process, so there is nothing to look for on the way out either
    sys.exit(code)
