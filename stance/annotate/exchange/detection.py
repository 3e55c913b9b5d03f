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
from stance.errors import StanceError, TableError
from stance.tables.readers.workbook_room import UNPACKING_ERRORS

if TYPE_CHECKING:
    import pandas as pd

_OTHER_SHAPE: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What reading a record raises that is built in another way than the tool builds it."""
_TOOLS: Final = (label_studio, doccano, prodigy, argilla, potato)
_PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAX_FILES: Final = 10_000
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
    try:
        return _as_readings(list(tool.read_rows(records, name)))
    except _OTHER_SHAPE as error:
        if isinstance(error, StanceError):
            raise
        raise TableError(
            f"{name} must be what {tool.NAME} exports; one of its records has another shape "
            f"({type(error).__name__}: {error!s:.80}). Export it again."
        ) from error


def _as_readings(rows: list[dict[str, str]]) -> pd.DataFrame:
    """Return rows as a table of readings; each says in `HEADS_KEY` which labels it is asked for."""
    import pandas as pd

    asked = [row.pop(HEADS_KEY, "").split(",") for row in rows]
    heads = dict.fromkeys(head for one in asked for head in one if head)
    return empty_readings(pd.DataFrame(rows, dtype=object).fillna(""), heads)


def _read_zip(source: Path, encoding: str | None) -> pd.DataFrame:
    import pandas as pd

    with tempfile.TemporaryDirectory() as folder:
        files = _unpack(source, Path(folder))
        frames = [read_export(file, encoding) for file in files]
    if not frames:
        raise TableError(f"{source} must hold a table; it is empty. Export again.")
    return pd.concat(frames, ignore_index=True)


def _unpack(source: Path, folder: Path) -> list[Path]:
    """Unpack a zip, each file into a folder of its own: two may have one name."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            _check_members(source, members)
            return [
                Path(archive.extract(one, folder / str(number)))
                for number, one in enumerate(members)
            ]
    except (*UNPACKING_ERRORS, RuntimeError, ValueError) as error:
        if isinstance(error, StanceError):
            raise
        raise TableError(f"{source} must be a zip; it is not ({error}). Export again.") from error


def _check_members(source: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > _MAX_FILES or sum(one.file_size for one in members) > _MAX_UNPACKED:
        raise TableError(
            f"{source} must hold at most {_MAX_FILES:,} files of {_MAX_UNPACKED:,} bytes in all; "
            "it holds more. Unpack it."
        )
    if any(one.compress_type not in _PACKINGS or one.flag_bits & 1 for one in members):
        raise TableError(
            f"{source} must be packed by deflate, as exports are; it is packed in another way, or "
            "encrypted. Unpack it."
        )
    inner = [one.filename for one in members if one.filename.lower().endswith(".zip")]
    if inner:  # it may hold itself
        raise TableError(
            f"{source} must hold tables; it holds the zip {inner[0]!r}. Unpack it first."
        )
