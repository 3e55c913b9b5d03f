"""Write paragraphs for another annotation tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stance.annotate.columns import HEADS, empty_readings, list_label_columns
from stance.annotate.exchange import argilla, doccano, label_studio, potato, prodigy
from stance.annotate.exchange.tasks import Labels, make_tasks
from stance.annotate.exchange.workbook import make_workbook
from stance.annotate.questions import check_heads
from stance.annotate.readings import name_paragraphs, read_readings
from stance.annotate.whole_tables import cells
from stance.errors import InputError, TableError
from stance.labels import STANCES, TONES

if TYPE_CHECKING:
    import pandas as pd

_TOOLS: Final = {
    "label-studio": label_studio,
    "doccano": doccano,
    "prodigy": prodigy,
    "argilla": argilla,
    "potato": potato,
}
FORMATS: Final = (*_TOOLS, "xlsx")
_ONE_HEAD: Final = ("doccano", "prodigy")
"""Tools that ask one question at a time."""
_KNOWN: Final = dict(zip(HEADS, (STANCES, TONES), strict=True))


def export_annotations(
    table: pd.DataFrame | str | Path,
    output: str | Path,
    *,
    format: str,
    labels: Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    head: str | Sequence[str] = (),
    text: str = "text",
    encoding: str | None = None,
    force: bool = False,
) -> list[Path]:
    """Write the paragraphs of a table for another annotation tool, or for a spreadsheet.

    What the tool exports is read wherever annotations are. Only the workbook carries labels that
    the table has already: in the other tools, readers begin anew.

    Parameters
    ----------
    table : pandas.DataFrame, str or Path
        Paragraphs, best what `draw` or `suggest` wrote.
    output : str or Path
        The file to write. Label Studio, doccano and Potato get a second file beside it, with the
        labels.
    format : {"label-studio", "doccano", "prodigy", "argilla", "potato", "xlsx"}
        The tool.
    labels : dict of str to sequence of str, or sequence of str, optional
        The labels of each head; those of a head "label", if it is a sequence. By default the heads
        that the table has, with the labels of the shipped model or those in the table.
    head : str or sequence of str, default=()
        The heads to ask for; by default all.
    text : str, default="text"
        The column of paragraphs.
    encoding : str, optional
        Of a CSV.
    force : bool, default=False
        Replace files.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        If the format is unknown, the tool asks one question at a time and there are several, or the
        labels of a head are not known.
    TableError
        If the table has no such column of texts.

    Examples
    --------
    >>> import pandas as pd, stance, tempfile
    >>> drawn = pd.DataFrame({"paragraph_id": ["a:0-9"], "text": ["A truce."], "stance": [""]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = stance.export_annotations(drawn, f"{folder}/a.json", format="label-studio")
    ...     print(*(file.name for file in files))
    a.json a.xml
    """
    if format not in FORMATS:
        raise InputError(f"`format` must be one of {list(FORMATS)!r}; got {format!r}.")
    frame, name = read_readings(table, encoding=encoding)
    _check_text(frame, text, name)
    frame = frame.rename(columns={text: "text"})
    asked = _choose(_find_labels(frame, labels, name), head)
    if format in _ONE_HEAD and len(asked) > 1:
        raise InputError(
            f"{format} asks one question at a time; there are {list(asked)!r}. "
            "Name one with head (--head)."
        )
    ids = name_paragraphs(frame)
    if format == "xlsx":
        readings = empty_readings(frame.assign(paragraph_id=ids), asked)
        files = {".xlsx": make_workbook(readings, asked)}
    else:
        files = _TOOLS[format].make_files(make_tasks(frame, asked, ids), asked)
    return _write(files, Path(output), force=force)


def _check_text(frame: pd.DataFrame, text: str, name: str) -> None:
    if text not in frame:
        raise TableError(
            f"{name} must have the column {text!r}; its columns are {list(frame.columns)!r}. "
            "Name the column of texts with text= (--text); `stance draw --source` adds texts."
        )


def _find_labels(
    frame: pd.DataFrame, labels: Mapping[str, Sequence[str]] | Sequence[str] | None, name: str
) -> Labels:
    if labels is not None:
        by_head = labels if isinstance(labels, Mapping) else {"label": labels}
        return {head: [str(name) for name in names] for head, names in by_head.items()}
    heads = list_label_columns([str(column) for column in frame.columns]) or list(_KNOWN)
    asked = {head: _KNOWN.get(head) or sorted(set(cells(frame[head]).dropna())) for head in heads}
    unknown = [head for head, names in asked.items() if not names]
    if unknown:
        raise InputError(
            f"the labels to choose from must be known; {name} does not show those of "
            f"{unknown!r}. Name them with labels (--labels)."
        )
    return asked


def _choose(asked: Labels, head: str | Sequence[str]) -> Labels:
    heads = [head] if isinstance(head, str) else list(head)
    check_heads(heads, asked)
    return {name: asked[name] for name in heads or asked}


def _write(files: Mapping[str, bytes], output: Path, *, force: bool) -> list[Path]:
    """Write the first file to `output`, and the others beside it."""
    from stance.tables.outputs import open_output

    first, *others = files
    if output.suffix.lower() != first:
        raise InputError(f"`output` must end in {first}; got {output.name!r}. Rename it.")
    paths = [output, *(output.with_name(output.stem + suffix) for suffix in others)]
    for path, content in zip(paths, files.values(), strict=True):
        with open_output(path, force=force) as opened:
            opened.add([content.replace(b'"{name}"', f'"{output.name}"'.encode())])
    return paths
