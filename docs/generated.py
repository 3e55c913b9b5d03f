"""Fill the pages from the code and from other files of the project, so that nothing is typed twice.

A page asks for a block with a comment on its own line:

``<!-- commands -->``, ``<!-- names -->``, ``<!-- modules -->``
    The reference of the command, of the package, of its public modules.
``<!-- notebooks -->``
    The titles and questions of the notebooks.
``<!-- meanings: status -->``
    What the values of a column mean.
``<!-- file: CHANGELOG.md -->``
    A file; or several, by a pattern that leaves out README files; or what stands under one of its
    headings, by ``FILE#Heading``.

Links to files of the project become links to the page that shows them, or else downloads, so that
the built pages need nothing else.
"""

from __future__ import annotations

import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

HERE = Path(__file__).parent
ROOT = HERE.parent
PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/*.md": "measured.md",
    "models/ceasefire/MODEL_CARD.md": "card.md",
    "seeds/DATASHEET.md": "datasheet.md",
    "seeds/GUIDELINES.md": "guidelines.md",
    "README.md": "index.md",
}
"""The page that shows each file of the project, by the first pattern that fits."""
MODULES = (
    "plots",
    "engines",
    "engines.dask",
    "engines.spark",
    "engines.duckdb",
    "engines.polars",
    "sql",
    "convert",
)
"""Public modules, beside the names of the package."""
BESIDE = (
    "columns.Columns",
    "training.counted.counting.Thresholds",
    "training.evaluation.Evaluation",
    "tables.Fault",
    "tables.read_rows",
    "report.TableCounts",
)
"""What public names return or refer to, and `stance` itself does not name."""
_DIRECTIVES = {
    "Functions": "autofunction",
    "Classes": "autoclass",
    "Errors": "autoexception",
    "Closed sets": "py:data",
}
_OPTIONS = {"Functions": "", "Classes": "   :members:\n", "Errors": "   :show-inheritance:\n"}


def setup(app: Any) -> dict[str, bool]:
    """Connect to Sphinx, which calls this because conf.py lists the module."""
    app.connect("source-read", fill)
    app.connect("autodoc-process-docstring", list_references)
    return {"parallel_read_safe": True}


def fill(_app: Any, _page: str, source: list[str]) -> None:
    """Replace the comments of a page by the blocks that they ask for."""

    def block(match: re.Match[str]) -> str:
        if match[1] not in _BLOCKS:
            return match[0]
        above = re.findall(r"^(#+) ", match.string[: match.start()], re.MULTILINE)
        return "\n".join(_BLOCKS[match[1]](match[2] or "", "#" * (len(above[-1]) if above else 0)))

    text = _outside_fences(source[0], lambda part: relink(part, HERE))
    source[0] = re.sub(r"^<!-- (\w+)(?:: (.+))? -->$", block, text, flags=re.MULTILINE)


def _outside_fences(text: str, change: Callable[[str], str]) -> str:
    """Change a text everywhere but inside its fenced blocks."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    # A group in the pattern puts the fenced blocks at the odd positions.
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def relink(text: str, folder: Path) -> str:
    """Make the links of a file in `folder` valid on a page of the documentation."""

    def lead(match: re.Match[str]) -> str:
        path = (folder / match[1]).resolve()
        if path.parent == HERE:
            return path.name + (match[2] or "")
        for pattern, page in PAGES.items():
            if path.relative_to(ROOT).match(pattern):
                return page
        return f"../{path.relative_to(ROOT).as_posix()}"

    return re.sub(r"(?<=\]\()([^)\s#:]+)(#[^)\s]*)?(?=\))", lead, text)


def file_lines(pattern: str, above: str) -> Iterator[str]:
    """Yield the text of files, or of one of their sections, with headings below the one above."""
    pattern, _, heading = pattern.partition("#")
    files = sorted(
        file for file in ROOT.glob(pattern) if "*" not in pattern or file.name != "README.md"
    )
    if not files:
        raise FileNotFoundError(pattern)
    for file in files:
        text = file.read_text(encoding="utf-8")
        if heading:
            text = _section(text, heading)
        yield _outside_fences(text, lambda part, file=file: _fit(part, file.parent, above))


def _section(text: str, heading: str) -> str:
    """Return what stands under a heading, up to the next heading of any level."""
    below = text.split(f"# {heading}\n", 1)[1]
    return re.split(r"^#+ ", below, maxsplit=1, flags=re.MULTILINE)[0]


def _fit(text: str, folder: Path, above: str) -> str:
    return relink(re.sub(r"^#", f"{above}#", text, flags=re.MULTILINE), folder)


def meaning_lines(name: str, _above: str) -> Iterator[str]:
    """Yield a table of what the values of a column mean."""
    from stance.labels import MEANINGS

    yield from (f"| {name} | meaning |", "|---|---|")
    for value, meaning in MEANINGS[name].items():
        yield f"| `{value}` | {meaning} |"


def notebook_lines(_argument: str, _above: str) -> Iterator[str]:
    """Yield a list of the notebooks: their titles, and the questions they answer."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        first_cell = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
        title, *lines = "".join(first_cell["source"]).splitlines()
        question = next(line for line in lines if line.strip())
        yield f"- [{title.lstrip('# ')}](../notebooks/{path.name}). {question.strip('*')}"


def command_lines(_argument: str, above: str) -> Iterator[str]:
    """Yield what `--help` says of each command."""
    from stance.cli.main import cli

    return _command_lines(cli, click.Context(cli, info_name="stance"), above)


def _command_lines(command: click.Command, context: click.Context, above: str) -> Iterator[str]:
    usage = command.get_usage(context).removeprefix("Usage: ")
    yield from (f"{above}# {context.command_path}", "", "```text", usage, "```", "")
    yield from (_escape(inspect.cleandoc(command.help or "")), "")
    for parameter in command.get_params(context):
        if record := parameter.get_help_record(context):
            option, meaning = record
            yield from (f"`{option}`", f": {_escape(meaning) or 'what to read'}", "")
    if command.epilog:
        _, heading, *examples = command.epilog.splitlines()
        yield from (heading, "", "```sh", *map(str.strip, examples), "```", "")
    for name, child in getattr(command, "commands", {}).items():
        child_context = click.Context(child, info_name=name, parent=context)
        yield from _command_lines(child, child_context, above)


def _escape(text: str) -> str:
    return re.sub(r"([*<\[])", r"\\\1", text)


def name_lines(_argument: str, above: str) -> Iterator[str]:
    """Yield a directive for each public name of the package, by kind."""
    import stance

    groups: dict[str, list[str]] = {"Functions": [], "Classes": [], "Errors": [], "Closed sets": []}
    for name in (*stance.__all__, *BESIDE):
        value = pkgutil.resolve_name(f"stance.{name}")
        if not isinstance(value, type):
            group = "Functions" if callable(value) else "Closed sets"
        else:
            group = "Errors" if issubclass(value, Exception) else "Classes"
        options = f"   :value: {value!r}\n" if group == "Closed sets" else _OPTIONS[group]
        groups[group].append(f".. {_DIRECTIVES[group]}:: stance.{name}\n{options}")
    for group, directives in groups.items():
        yield from (f"{above}# {group}", "", "```{eval-rst}", *directives, "```", "")


def module_lines(_argument: str, above: str) -> Iterator[str]:
    """Yield a directive for each public module."""
    for module in MODULES:
        directive = f".. automodule:: stance.{module}"
        yield from (f"{above}# stance.{module}", "", "```{eval-rst}", directive, "   :members:")
        yield from ("```", "")


def list_references(
    _app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]
) -> None:
    """Turn the numbered references of a docstring into a list.

    As footnotes, those of the same number would clash on one page.
    """
    lines[:] = [
        re.sub(r"^\.\. \[(\d+)\] ", r"\1. ", re.sub(r"\[(\d+)\]_", r"[\1]", line)) for line in lines
    ]


_BLOCKS: dict[str, Callable[[str, str], Iterator[str]]] = {
    "commands": command_lines,
    "file": file_lines,
    "meanings": meaning_lines,
    "modules": module_lines,
    "names": name_lines,
    "notebooks": notebook_lines,
}
"""What writes each block."""
