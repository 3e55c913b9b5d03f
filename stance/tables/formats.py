"""The formats of tables, where each is read and written, and which format a name shows."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
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
    single text is labelled in less time than the readers take to import. A format without an
    encoder is only read. A file of a document format is one text, and a row of a table only among
    others.
    """

    reader: str
    encoder: str = ""
    packable: bool = False
    is_document: bool = False


# To add a format, write a module in readers/ and one in writers/, and add a line here.
FORMATS: Final = {
    "csv": FormatEntry("readers.csv.CsvTable", "writers.csv.CsvEncoder", packable=True),
    "tsv": FormatEntry("readers.csv.TsvTable", "writers.csv.TsvEncoder", packable=True),
    "jsonl": FormatEntry("readers.jsonl.JsonlTable", "writers.jsonl.JsonlEncoder", packable=True),
    "parquet": FormatEntry("readers.parquet.ParquetTable", "writers.parquet.ParquetEncoder"),
    "feather": FormatEntry("readers.feather.FeatherTable", "writers.parquet.FeatherEncoder"),
    "xlsx": FormatEntry("readers.workbook.WorkbookTable", "writers.workbook.WorkbookEncoder"),
    "xls": FormatEntry("readers.workbook.WorkbookTable"),
    "ods": FormatEntry("readers.workbook.WorkbookTable"),
    "json": FormatEntry("readers.json.JsonTable", packable=True),
    "docx": FormatEntry("readers.documents.DocxTable", is_document=True),
    "nexis": FormatEntry("readers.nexis.NexisTable"),
    "html": FormatEntry("readers.documents.HtmlTable", is_document=True),
}
_OTHER_SUFFIXES: Final = {
    "ndjson": "jsonl",
    "arrow": "feather",
    "ipc": "feather",
    "xlsm": "xlsx",
    "htm": "html",
}


class Format(NamedTuple):
    """The format of a table: one of `FORMATS`, and how the file is packed ("", "gz" or "zst")."""

    kind: str
    packing: str = ""

    @property
    def is_supported(self) -> bool:
        """Whether this format can be packed this way."""
        return FORMATS[self.kind].packable or not self.packing

    @property
    def is_written(self) -> bool:
        """Whether a table can be written so."""
        return self.is_supported and bool(FORMATS[self.kind].encoder)


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


def find_format(file: object, named: str | None) -> Format:
    """Return the format of a table to read: as it is named, as the file's name shows, or CSV.

    Parameters
    ----------
    file : Path or file object
        The table; only a path shows a format.
    named : str, optional
        The name of a format, such as "jsonl.gz".

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
        raise InputError(
            f"`source_format` must be one of {list(FORMATS)!r} "
            f"({', '.join(_packable(FORMATS))} may end in .gz or .zst); got {name!r}."
        )
    return table_format


def find_output_format(output: object, named: str | None) -> Format:
    """Return the format of a table to write: as it is named, as the file's suffix shows, or CSV.

    Parameters
    ----------
    output : Path or file object
        Where to write. Only a stream and a path without a suffix are CSV unless named otherwise.
    named : str, optional
        The name of a format, such as "jsonl.gz".

    Raises
    ------
    InputError
        If the name or the suffix is of no format that can be written: a file must hold what its
        name says.
    """
    suffixes = output.suffixes if isinstance(output, Path) else []
    name = named if named is not None else output.name if isinstance(output, Path) else "csv"
    table_format = parse_format(name)
    if table_format is None and named is None and not set(suffixes) - {".gz", ".zst"}:
        table_format = Format("csv", packing_of(name))
    if table_format is not None and table_format.is_written:
        return table_format
    written = {kind: entry for kind, entry in FORMATS.items() if entry.encoder}
    packable = ", ".join(_packable(written))
    if named is not None:
        raise InputError(
            f"`output_format` must be one of {list(written)!r} ({packable} may end in .gz or "
            f".zst); got {name!r}."
        )
    suffix_list = ", ".join(f".{kind}" for kind in written)
    raise InputError(
        f"the output must end in {suffix_list} ({packable} also in .gz or .zst); got {name!r}. "
        "Rename it, or name its format with output_format (--output-format)."
    )


def _packable(formats: Mapping[str, FormatEntry]) -> list[str]:
    return [kind for kind, entry in formats.items() if entry.packable]


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
