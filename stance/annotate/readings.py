"""Read the readings of paragraphs, join those of several readers, and settle on one label each."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np

from stance.annotate.columns import SETTLES
from stance.annotate.exchange.detection import read_export
from stance.annotate.whole_tables import cells
from stance.errors import InputError, StanceWarning, TableError

if TYPE_CHECKING:
    import pandas as pd

_SHARED: Final = ("text", "stratum", "probability", "drawn_from")
"""What all readings of a paragraph have in common."""
YES: Final = ("yes", "true", "1")


class Readings(NamedTuple):
    """All rows of annotations, also those without a label, and what errors call them."""

    frame: pd.DataFrame
    name: str


Annotated: TypeAlias = "pd.DataFrame | str | Path | Readings"
"""What gives annotations: a table in memory, a file of any format, or what was read before."""


def read_readings(
    table: pd.DataFrame | str | Path | Sequence[pd.DataFrame | str | Path] | Readings,
    *,
    encoding: str | None = None,
) -> Readings:
    """Read annotations: tables of readings, or what another tool exported.

    Those that were read before are taken as they are.

    Parameters
    ----------
    table : pandas.DataFrame, str, Path or sequence of these
        A table in memory, or a file of any format, a pattern or a folder. Several are joined; where
        one does not say who read it, its reader is the name of the file.
    encoding : str, optional
        Of CSV and JSON.

    Returns
    -------
    Readings

    Raises
    ------
    TableError
        If a file cannot be read whole.
    """
    import pandas as pd

    if isinstance(table, Readings):
        return table
    sources = _list_sources(table)
    frames = []
    for source in sources:
        frame = read_export(source, encoding)
        if len(sources) > 1 and isinstance(source, Path):
            frame = _name_reader(frame, source)
        frames.append(frame)
    joined = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    is_file = isinstance(table, (str, Path))
    return Readings(_spread(joined), str(table) if is_file else "the table")


def _list_sources(table: Any) -> list[pd.DataFrame | Path]:
    import pandas as pd

    from stance.tables.inputs import find_files

    sources: list[pd.DataFrame | Path] = []
    for one in [table] if isinstance(table, (pd.DataFrame, str, Path)) else table:
        if isinstance(one, pd.DataFrame):
            sources.append(one)
        else:
            sources += [Path(str(file)) for file in find_files(one)]
    if not sources:
        raise InputError("there must be at least one table of readings; got none. Name one.")
    return sources


def _name_reader(frame: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Name the reader after the file, where no row of it names one."""
    if "reader" in frame and cells(frame["reader"]).notna().any():
        return frame
    return frame.assign(reader=file.name.partition(".")[0])


def _spread(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill in a paragraph's text, and how it was drawn, where only another of its rows says so."""
    columns = [name for name in _SHARED if name in frame]
    if "paragraph_id" not in frame or not columns or not frame["paragraph_id"].duplicated().any():
        return frame
    known = frame[columns].apply(cells)
    first = known.groupby(frame["paragraph_id"].astype(str)).transform("first")
    filled = {name: frame[name].where(known[name].notna(), first[name]) for name in columns}
    return frame.assign(**filled)


def name_paragraphs(frame: pd.DataFrame) -> pd.Series[Any]:
    """Return what tells each row's paragraph from others: its id, or its text without case.

    Without an id, and without a column `reader`, each row is a paragraph of its own.
    """
    import pandas as pd

    numbers = pd.Series(np.arange(len(frame)), index=frame.index).map("row {}".format)
    if "reader" in frame and "text" in frame:
        numbers = cells(frame["text"]).map(_fold, na_action="ignore").fillna(numbers)
    return cells(frame["paragraph_id"]).fillna(numbers) if "paragraph_id" in frame else numbers


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def settling_rows(frame: pd.DataFrame) -> pd.Series[Any]:
    """Return which rows settle what other readers differ on, as bool."""
    import pandas as pd

    if SETTLES not in frame:
        return pd.Series(False, index=frame.index)
    return cells(frame[SETTLES]).str.lower().isin(YES)


def given_labels(frame: pd.DataFrame, head: str) -> pd.Series[Any]:
    """Return each row's label, NaN where there is none or where another row settles it."""
    given = cells(frame[head])
    settles = settling_rows(frame) & given.notna()
    if not settles.any():
        return given
    ids = name_paragraphs(frame)
    return given.where(settles | ~ids.isin(set(ids[settles])))


def shown_rows(frame: pd.DataFrame) -> pd.Series[Any]:
    """Return which rows were read with the model's label in view, as bool."""
    import pandas as pd

    if "model_shown" not in frame:
        return pd.Series(False, index=frame.index)
    shown = cells(frame["model_shown"])
    return shown.str.lower().isin(YES) if shown.notna().any() else shown.notna()


def settle(frame: pd.DataFrame, heads: Sequence[str], name: str) -> pd.DataFrame:
    """Return one row per paragraph, with the label that was settled or that most readers gave.

    Where readers differ evenly and nobody settled it, there is no label; a warning counts these.

    Raises
    ------
    TableError
        If no row has a label.
    """
    frame = frame.reset_index(drop=True)
    ids = name_paragraphs(frame)
    n_split = 0
    if ids.duplicated().any():
        labels = {}
        for head in heads:
            given = given_labels(frame, head)
            labels[head] = ids.map(_majorities(ids, given))
            n_split += len(set(ids[given.notna()]) - set(ids[labels[head].notna()]))
        frame = frame.assign(**labels)[~ids.duplicated()]
    if n_split:
        warnings.warn(
            f"{name}: readers differ on {n_split:,} labels; these are left out. "
            "Settle them with `stance annotate --settle`.",
            StanceWarning,
            stacklevel=2,
        )
    return _drop_unlabelled(frame, heads, name)


def _majorities(ids: pd.Series[Any], given: pd.Series[Any]) -> Mapping[str, str]:
    """Return the label that more than half of each paragraph's readings gave."""
    counts = given.groupby(ids).value_counts()
    sizes = counts.groupby(level=0).transform("sum")
    winners = counts[counts * 2 > sizes].reset_index()
    return dict(zip(winners.iloc[:, 0], winners.iloc[:, 1], strict=True))


def _drop_unlabelled(frame: pd.DataFrame, heads: Sequence[str], name: str) -> pd.DataFrame:
    """Drop rows without any label: they are still to be read."""
    if not heads or not len(frame):
        return frame
    has_label = frame[list(heads)].apply(cells).notna().any(axis=1)
    n_empty = int((~has_label).sum())
    if n_empty == len(frame):
        columns = " or ".join(map(repr, heads))
        raise TableError(
            f"{name} must hold annotations in column {columns}; it holds none. Annotate first."
        )
    if n_empty:
        warnings.warn(
            f"{name}: {n_empty:,} of {len(frame):,} paragraphs have no label yet; they are left "
            "out.",
            StanceWarning,
            stacklevel=3,
        )
    return frame[has_label]
