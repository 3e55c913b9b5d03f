"""A workbook for a spreadsheet: a row per paragraph, with a drop-down of labels."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from stance.annotate.exchange.tasks import Labels, text_of
from stance.optional import load_extra

if TYPE_CHECKING:
    import pandas as pd

_HIDDEN: Final = ("stratum", "probability", "drawn_from", "model_shown")
"""Readers need not see how paragraphs were drawn."""
_WIDTHS: Final = {"text": 80, "note": 30}
_LABELS_SHEET: Final = "columns"
"""Readers of workbooks know this name: a second sheet of another would be asked about."""


def make_workbook(frame: pd.DataFrame, labels: Labels) -> bytes:
    """Return an .xlsx of a table of readings."""
    xlsxwriter = load_extra("xlsxwriter", "io", "writing .xlsx")
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet, lists = book.add_worksheet("readings"), book.add_worksheet(_LABELS_SHEET)
        bold = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        top = book.add_format({"valign": "top"})
        sheet.freeze_panes(1, 0)
        for number, name in enumerate(map(str, frame.columns)):
            options = {"hidden": name in _HIDDEN}
            style = wrapped if name in _WIDTHS else top
            sheet.set_column(number, number, _WIDTHS.get(name, 16), style, options)
            sheet.write_string(0, number, name, bold)
            for row, cell in enumerate(frame.iloc[:, number], start=1):
                if shown := text_of(cell).encode(errors="replace").decode():
                    sheet.write_string(row, number, shown)
            if name in labels:
                source = _write_list(lists, list(labels).index(name), name, labels[name])
                drop_down = {"validate": "list", "source": source}
                sheet.data_validation(1, number, len(frame), number, drop_down)
    return content.getvalue()


def _write_list(sheet: Any, column: int, head: str, labels: Sequence[str]) -> str:
    """Write the labels of a head into a column of their own; return the range."""
    sheet.write_column(0, column, [head, *labels])
    letter = chr(ord("A") + column)
    return f"={_LABELS_SHEET}!${letter}$2:${letter}${len(labels) + 1}"
