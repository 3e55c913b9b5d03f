"""What the pages take from the code and from other files, put in as they are read, so that nothing is typed twice.

A page asks for it by a comment on a line of its own: ``<!-- commands -->``, ``<!-- names -->``, ``<!-- modules -->``,
``<!-- notebooks -->``, ``<!-- meanings: status -->``, ``<!-- file: CHANGELOG.md -->``. A pattern takes several files (no
README), and ``FILE#Heading`` what stands under one heading. Links to files of the project become links to the page that shows
them, or else downloads, so that the built pages need nothing but themselves.
"""

from __future__ import annotations

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
    "README.md": "index.md",
    "benchmarks/*.md": "measured.md",
    "models/ceasefire/MODEL_CARD.md": "card.md",
    "seeds/DATASHEET.md": "datasheet.md",
    "seeds/GUIDELINES.md": "guidelines.md",
}
"""Which page shows a file of the project."""
MODULES = ("plots", "engines", "engines.dask", "engines.spark", "sql", "convert")
"""The public modules beside the names of the package; those that are there are shown."""
BESIDE = (
    "columns.Columns",
    "training.evaluation.Evaluation",
    "tables.Fault",
    "tables.read_rows",
    "report.TableCounts",
)
"""What the docstrings of public names speak of, and the package does not name."""


def setup(app: Any) -> dict[str, bool]:
    """Take part in Sphinx's reading."""
    app.connect("source-read", fill)
    app.connect("autodoc-process-docstring", list_references)
    return {"parallel_read_safe": True}


def fill(_app: Any, _page: str, source: list[str]) -> None:
    """Put what a page asks for in the place of its comments."""

    def put(match: re.Match[str]) -> str:
        if match[1] not in _BLOCKS:
            return match[0]
        above = re.findall(r"^(#+) ", match.string[: match.start()], re.MULTILINE)
        return "\n".join(_BLOCKS[match[1]](match[2] or "", "#" * (len(above[-1]) if above else 0)))

    text = _outside_fences(source[0], lambda part: relink(part, HERE))
    source[0] = re.sub(r"^<!-- (\w+)(?:: (.+))? -->$", put, text, flags=re.MULTILINE)


def _outside_fences(text: str, change: Callable[[str], str]) -> str:
    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if at % 2 else change(part) for at, part in enumerate(parts))


def relink(text: str, folder: Path) -> str:
    """Let the links of a file in `folder` lead on from a page of the documentation."""

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
    """Yield the text of files, or what stands under one heading of theirs, with headings below the heading above them."""
    pattern, _, heading = pattern.partition("#")
    files = sorted(
        file for file in ROOT.glob(pattern) if "*" not in pattern or file.name != "README.md"
    )
    if not files:
        raise FileNotFoundError(pattern)
    for file in files:
        text = file.read_text(encoding="utf-8")
        if heading:
            text = re.split(
                r"^#+ ", text.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE
            )[0]
        yield _outside_fences(
            text,
            lambda part, file=file: relink(
                re.sub(r"^#", f"{above}#", part, flags=re.MULTILINE), file.parent
            ),
        )


def meaning_lines(name: str, _above: str) -> Iterator[str]:
    """Yield a table of what the values of a column mean."""
    from stance.labels import MEANINGS

    yield from (f"| {name} | meaning |", "|---|---|")
    for value, meaning in MEANINGS[name].items():
        yield f"| `{value}` | {meaning} |"


def notebook_lines(_argument: str, _above: str) -> Iterator[str]:
    """Yield a list of the notebooks: their titles and the questions they answer."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        lines = "".join(
            json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]
        ).splitlines()
        title, question = lines[0].lstrip("# "), next(line for line in lines[1:] if line.strip())
        yield f"- [{title}](../notebooks/{path.name}). {question.strip('*')}"


def command_lines(_argument: str, above: str) -> Iterator[str]:
    """Yield what click knows of each command."""
    from stance.cli.main import cli

    return _command_lines(cli, click.Context(cli, info_name="stance"), above)


def _command_lines(command: click.Command, context: click.Context, above: str) -> Iterator[str]:
    yield from (
        f"{above}# {context.command_path}",
        "",
        "```text",
        command.get_usage(context).removeprefix("Usage: "),
        "```",
        "",
    )
    yield from (re.sub(r"([*<\[])", r"\\\1", command.help or ""), "")
    for parameter in command.get_params(context):
        if record := parameter.get_help_record(context):
            yield from (
                f"`{record[0]}`",
                ": " + (re.sub(r"([*<\[])", r"\\\1", record[1]) or "what to read"),
                "",
            )
    for name, child in getattr(command, "commands", {}).items():
        yield from _command_lines(
            child, click.Context(child, info_name=name, parent=context), above
        )


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
    """Yield a directive for each public module that is there."""
    import stance

    there = {module.name for module in pkgutil.walk_packages(stance.__path__, "stance.")}
    for name in (f"stance.{module}" for module in MODULES):
        if name in there:
            yield from (
                f"{above}# {name}",
                "",
                "```{eval-rst}",
                f".. automodule:: {name}",
                "   :members:",
                "```",
                "",
            )


def list_references(
    _app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]
) -> None:
    """Turn the numbered references of a docstring into a list: footnotes of the same number would clash on one page."""
    lines[:] = [
        re.sub(r"^\.\. \[(\d+)\] ", r"\1. ", re.sub(r"\[(\d+)\]_", r"[\1]", line)) for line in lines
    ]


_DIRECTIVES = {
    "Functions": "autofunction",
    "Classes": "autoclass",
    "Errors": "autoexception",
    "Closed sets": "py:data",
}
_OPTIONS = {"Functions": "", "Classes": "   :members:\n", "Errors": "   :show-inheritance:\n"}
_BLOCKS: dict[str, Callable[[str, str], Iterator[str]]] = {
    "commands": command_lines,
    "file": file_lines,
    "meanings": meaning_lines,
    "modules": module_lines,
    "names": name_lines,
    "notebooks": notebook_lines,
}
