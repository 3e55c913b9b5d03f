"""The formats of tables, where each is read and written, and which format a name shows."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from stance.errors import InputError
from stance.tables.streams import packing_of

if TYPE_CHECKING:
    from stance.tables.rows import TableReader
    from stance.tables.writers.encoder import RowEncoder


class FormatEntry(NamedTuple):
    """The classes that read and write a format, and whether it may be packed as .gz or .zst.

    Each class is named by its path below `stance.tables`, and imported when it is first needed: a
    single text is labelled in less time than the readers take to import.
    """

    reader: str
    encoder: str
    packable: bool = True


# To add a format, write a module in readers/ and one in writers/, and add a line here.
FORMATS: Final = {
    "csv": FormatEntry("readers.csv.CsvTable", "writers.csv.CsvEncoder"),
    "tsv": FormatEntry("readers.csv.TsvTable", "writers.csv.TsvEncoder"),
    "jsonl": FormatEntry("readers.jsonl.JsonlTable", "writers.jsonl.JsonlEncoder"),
    "parquet": FormatEntry(
        "readers.parquet.ParquetTable", "writers.parquet.ParquetEncoder", packable=False
    ),
}
_OTHER_SUFFIXES: Final = {"ndjson": "jsonl"}


class Format(NamedTuple):
    """The format of a table: one of `FORMATS`, and how the file is packed ("", "gz" or "zst")."""

    kind: str
    packing: str = ""

    @property
    def is_supported(self) -> bool:
        """Whether this format can be packed this way."""
        return FORMATS[self.kind].packable or not self.packing


def parse_format(name: str) -> Format | None:
    """Return the format that the name of a file, or of a format, shows; None if it shows none.

    >>> parse_format("jsonl.gz"), parse_format("news/articles.CSV"), parse_format("story.txt")
    (Format(kind='jsonl', packing='gz'), Format(kind='csv', packing=''), None)
    """
    packing = packing_of(name)
    unpacked = name.lower().removesuffix(f".{packing}" if packing else "")
    suffix = unpacked.rpartition(".")[2].rpartition("/")[2]
    kind = _OTHER_SUFFIXES.get(suffix, suffix)
    return Format(kind, packing) if kind in FORMATS else None


def find_format(file: object, named: str | None, option: str) -> Format:
    """Return the format that is named; without a name, the one that the file's name shows, or CSV.

    Parameters
    ----------
    file : Path or file object
        The table; only a path shows a format.
    named : str, optional
        The name of a format, such as "jsonl.gz".
    option : str
        The parameter that gave `named`, for the message.

    Raises
    ------
    InputError
        If `named` is no known format, or is packed and must not be.
    """
    name = named if named is not None else file.name if isinstance(file, Path) else "csv"
    table_format = parse_format(name)
    if table_format is None and named is None:
        table_format = Format("csv", packing_of(name))
    if table_format is None or not table_format.is_supported:
        packable = ", ".join(kind for kind, entry in FORMATS.items() if entry.packable)
        raise InputError(
            f"`{option}` must be one of {list(FORMATS)!r} ({packable} may end in .gz or .zst); "
            f"got {name!r}."
        )
    return table_format


def load_reader(table_format: Format) -> type[TableReader]:
    """Import the class that reads a format."""
    reader: type[TableReader] = _load(FORMATS[table_format.kind].reader)
    return reader


def load_encoder(table_format: Format) -> type[RowEncoder]:
    """Import the class that writes a format."""
    encoder: type[RowEncoder] = _load(FORMATS[table_format.kind].encoder)
    return encoder


def _load(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(f"stance.tables.{module}"), name)
