"""What the modules of all tools share: paragraphs as tasks, and cells as text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from stance.annotate.columns import SETTLES
from stance.annotate.whole_tables import cells
from stance.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

Task = dict[str, str]
Labels = Mapping[str, Sequence[str]]
HEADS_KEY: Final = "heads"
"""A column of what is exported: which label columns are asked for, so that they are known again."""
_OF_READERS: Final = ("reader", "note", "seconds", "model_shown", SETTLES)


def make_tasks(frame: pd.DataFrame, labels: Labels, ids: pd.Series[Any]) -> list[Task]:
    """Return one task per paragraph, with what is known of it but neither readings nor labels."""
    left_out = {*labels, *_OF_READERS}
    known = frame[[column for column in frame.columns if column not in left_out]].apply(cells)
    known = known.assign(paragraph_id=ids)[~ids.duplicated().to_numpy()]
    return [
        {str(key): value for key, value in row.items() if isinstance(value, str)}
        | {HEADS_KEY: ",".join(labels)}
        for row in known.to_dict("records")
    ]


def text_of(value: Any) -> str:
    """Return a cell as text; nothing, and what is not a number, as "".

    >>> text_of(None), text_of(float("nan")), text_of(3), text_of("a")
    ('', '', '3', 'a')
    """
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.15g}"
    return "" if value is None else str(value)


def only_label(labels: Iterable[Any], name: str) -> str:
    """Return the only label of a paragraph, "" if it has none.

    Raises
    ------
    TableError
        If there are several.
    """
    given = [text_of(label) for label in labels if text_of(label)]
    if len(given) > 1:
        raise TableError(
            f"{name} must have one label of a kind for each paragraph; one has {given!r}. "
            "Ask for a single choice, and export it again."
        )
    return given[0] if given else ""


def to_json(value: Any) -> bytes:
    """Return JSON with a line end."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def to_jsonl(values: Iterable[Any]) -> bytes:
    """Return one line of JSON for each value."""
    lines = (json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    return "".join(lines).encode(errors="replace")
