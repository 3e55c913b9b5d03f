"""Read a table of annotations, whichever tool exported it."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stance.annotate.columns import empty_readings
from stance.annotate.exchange import argilla, doccano, label_studio, potato, prodigy
from stance.annotate.exchange.tasks import HEADS_KEY
from stance.annotate.whole_tables import read_table
from stance.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

_TOOLS: Final = (label_studio, doccano, prodigy, argilla, potato)
_MAX_UNPACKED: Final = 2**30  # bytes of a zip: what is packed tightly could fill the disk


def read_export(source: pd.DataFrame | Path, encoding: str | None = None) -> pd.DataFrame:
    """Read a table of readings, or what another tool exported, as a table of readings.

    Parameters
    ----------
    source : pandas.DataFrame or Path
        A table; or a zip of tables, as doccano gives.
    encoding : str, optional
        Of CSV and JSON.

    Raises
    ------
    TableError
        If a table cannot be read, or a paragraph has several labels of a kind.
    """
    if isinstance(source, Path) and source.suffix.lower() == ".zip":
        return _read_zip(source, encoding)
    frame, name = read_table(source, encoding)
    tool = next((tool for tool in _TOOLS if tool.is_export(frame.columns)), None)
    if tool is None:
        return frame
    records: list[dict[str, Any]] = [
        {str(key): value for key, value in record.items()} for record in frame.to_dict("records")
    ]
    return _as_readings(list(tool.read_rows(records, name)))


def _as_readings(rows: list[dict[str, str]]) -> pd.DataFrame:
    """Return rows as a table of readings; each says in `HEADS_KEY` which labels it is asked for."""
    import pandas as pd

    asked = [row.pop(HEADS_KEY, "").split(",") for row in rows]
    heads = dict.fromkeys(head for one in asked for head in one if head)
    return empty_readings(pd.DataFrame(rows, dtype=object).fillna(""), heads)


def _read_zip(source: Path, encoding: str | None) -> pd.DataFrame:
    import pandas as pd

    try:
        with zipfile.ZipFile(source) as archive, tempfile.TemporaryDirectory() as folder:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if sum(one.file_size for one in members) > _MAX_UNPACKED:
                raise TableError(
                    f"{source} must hold at most {_MAX_UNPACKED:,} bytes; it holds more. Unpack it."
                )
            files = [Path(archive.extract(one, folder)) for one in members]
            frames = [read_export(file, encoding) for file in files]
    except zipfile.BadZipFile as error:
        raise TableError(f"{source} must be a zip; it is not ({error}). Export again.") from error
    if not frames:
        raise TableError(f"{source} must hold a table; it is empty. Export again.")
    return pd.concat(frames, ignore_index=True)
