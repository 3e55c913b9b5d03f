"""A page on which a reader labels paragraphs: one file, without a server."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final

from stance.annotate.page_data import page_data
from stance.annotate.paragraphs import (
    Item,
    Row,
    carried_columns,
    check_columns,
    read_disputes,
    read_items,
    read_rows,
    read_settled,
)
from stance.annotate.questions import Question, ask_labels, ask_model
from stance.data import read_data
from stance.errors import InputError, StanceWarning
from stance.model import Model, as_model
from stance.show.embedded import digest_source, to_json
from stance.show.styles import style_sheet
from stance.tables.outputs import check_page, open_output

if TYPE_CHECKING:
    import pandas as pd

_SCRIPTS: Final = ("annotate_csv.js", "annotate_work.js", "annotate.js", "annotate_keys.js")
_TEXT_HINT: Final = (
    "Name the column of texts with text= (--text); `stance draw --source` adds texts."
)


@dataclass(frozen=True)
class AnnotationPage:
    """What a page holds.

    Attributes
    ----------
    paragraphs : int
        How many are to be read.
    labels : dict of str to tuple of str
        The labels of each head, in the order of their keys.
    digest : str
        Of paragraphs and labels. Pages of one digest go on with each other's work.
    """

    paragraphs: int
    labels: Mapping[str, tuple[str, ...]]
    digest: str


def write_annotation_page(
    table: pd.DataFrame | str | Path | Sequence[str | Path],
    output: str | Path,
    *,
    text: str = "text",
    labels: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    head: str | Sequence[str] = (),
    model: Model | str | Path | None = None,
    show_model: bool = False,
    settle: bool = False,
    guidelines: str | Path | None = None,
    title: str | None = None,
    encoding: str | None = None,
    force: bool = False,
) -> AnnotationPage:
    """Write a page on which paragraphs are labelled in a browser, by keys, and saved as a CSV.

    The page is one file that loads nothing from elsewhere. It hides the model's labels, and each
    reader gets an order of their own.

    Parameters
    ----------
    table : pandas.DataFrame, str, Path or sequence of str or Path
        What `draw` or `suggest` chose, or any table with a column of texts: a row is a paragraph.
        With `settle`, the tables that readers saved, or what another tool exported.
    output : str or Path
        The page to write.
    text : str, default="text"
        The column of texts.
    labels : sequence of str, or dict of str to sequence of str, optional
        The labels to choose from; with a dict, those of several heads. A sequence has the head
        "label". By default they are the model's.
    head : str or sequence of str, default=()
        The label columns to ask for; by default those of which the table has a column, or all.
    model : Model, str or Path, optional
        Whose labels to ask for, and to show with `show_model`; by default the shipped one.
    show_model : bool, default=False
        Show the model's label of each paragraph. What was read so is marked in ``model_shown``: it
        agrees with the model more than readers would by themselves.
    settle : bool, default=False
        Ask for the paragraphs on which readers differ. What is saved has "yes" in ``settles``.
    guidelines : str or Path, optional
        A text file that the page shows beside the labels.
    title : str, optional
        By default the name of the page's file.
    encoding : str, optional
        Of `table`, if it is CSV, TSV or JSON.
    force : bool, default=False
        Replace `output`.

    Returns
    -------
    AnnotationPage
        What the page holds.

    Raises
    ------
    TableError, InputError
        If a table cannot be read, has not the columns, or the labels cannot be used.

    Notes
    -----
    The page saves all its paragraphs, in the reader's order, with the columns ``paragraph_id``,
    ``text``, ``reader``, one per head, ``note``, ``seconds``, ``stratum``, ``probability``,
    ``drawn_from``, ``model_shown``, and then whatever else the table had, but no label of a model.
    """
    check_page(output)
    columns, rows, name = (read_settled if settle else read_rows)(table, encoding)
    check_columns(columns, [text], name, _TEXT_HINT)
    heads = [head] if isinstance(head, str) else list(head)
    questions = (
        ask_model(as_model(model), heads, columns) if labels is None else ask_labels(labels, heads)
    )
    if settle:
        wanted = ["reader", *(question.head for question in questions)]
        check_columns(columns, wanted, name, "Give what the pages of the readers saved.")
        items = read_disputes(rows, text, questions, name)
    else:
        items = read_items(rows, text, name)
        _warn(rows, items, questions)
    carried = carried_columns(columns, text, questions)
    data = page_data(items, questions, carried, as_model(model) if show_model else None)
    path = Path(output)
    data["name"] = path.stem
    data["guidelines"] = "" if guidelines is None else _read_guidelines(Path(guidelines))
    with open_output(path, force=force) as out:
        out.add([_page(title or path.stem, data).encode(errors="replace")])
    return AnnotationPage(len(items), {q.head: q.labels for q in questions}, data["digest"])


def _warn(rows: Sequence[Row], items: Sequence[Item], questions: Sequence[Question]) -> None:
    """Say which rows and columns the page leaves out, and which texts may be whole articles."""
    if len(items) < len(rows):
        _notice(f"{len(rows) - len(items):,} rows have no text, and are left out of the page.")
    several = sum("\n\n" in item.text.strip().replace("\r\n", "\n") for item in items)
    if several:
        _notice(
            f"{several:,} texts have several paragraphs, and are read as one. To read them by "
            "paragraph, score them, and draw from what was scored (stance draw)."
        )
    filled = [q.head for q in questions if any(item.row.get(q.head, "").strip() for item in items)]
    if filled:
        _notice(
            f"the table has labels in {', '.join(filled)}; the page leaves them out, so as not to "
            "influence the reader. To go on with a saved CSV, load it in the page."
        )


def _notice(message: str) -> None:
    warnings.warn(message, StanceWarning, stacklevel=4)


def _read_guidelines(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{path} must be a text file; {error.strerror or error}. Check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} must be a text in UTF-8; it is not. Save it as plain text in UTF-8."
        ) from error


def _page(title: str, data: Mapping[str, Any]) -> str:
    style = style_sheet() + read_data("annotate.css")
    script = f'"use strict";\n(() => {{\n{"".join(map(read_data, _SCRIPTS))}}})();\n'
    policy = (
        f"default-src 'none'; style-src {digest_source(style)}; "
        f"script-src {digest_source(script)}; base-uri 'none'; form-action 'none'"
    )
    return Template(read_data("annotate.html")).substitute(
        policy=policy, title=escape(title), style=style, script=script, data=to_json(data)
    )
