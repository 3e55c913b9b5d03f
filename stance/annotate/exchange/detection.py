"""Read a table of annotations, whichever tool exported it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stance.annotate.whole_tables import read_table

if TYPE_CHECKING:
    import pandas as pd


def read_export(source: pd.DataFrame | Path, encoding: str | None = None) -> pd.DataFrame:
    """Read a table of readings."""
    return read_table(source, encoding)[0]
