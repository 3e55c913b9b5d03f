"""The record of a run, beside its output: what was read, by what, with which options and result."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from stance.data.shapes import check_shape
from stance.errors import TableError
from stance.options import check_html, check_level, check_unit
from stance.tables.formats import Format

SUFFIX: Final = ".run.json"
_FORMAT: Final = "stance run, 1"
_MAX_BYTES: Final = 64 * 2**20  # of a record: room for the names of 500,000 files

_FILE: Final = {"name": str, "sha256": (str,)}
_OPTIONS: Final = {
    "keep": [str], "columns": [str], "excel": (str,), "article": (str,), "output_format": [str],
    "text": str, "target_column": (str,), "unit": str, "level": float, "longest": (int,),
    "key": (str,), "with_text": bool, "html": str, "extra": [str], "source_format": (str,),
    "encoding": (str,), "delimiter": (str,), "records": (str,), "sheet": (str,),
}  # fmt: skip
_COUNTS: Final = {
    "rows": int, "written": int, "unreadable": int, "labels": {str: {str: int}},
    "uncertain": {str: int}, "statuses": {str: int},
}  # fmt: skip
_SHAPE: Final = {
    "command": str,
    "date": str,
    "inputs": [_FILE],
    "model": {"name": str, "sha256": str, "labels": {str: [str]}},
    "versions": {"stance-tone": str, str: str},
    "options": _OPTIONS,
    "counts": _COUNTS,
}
"""What a record holds, as `check_shape` takes it: it may come from anyone."""


def record_path(output: Path) -> Path:
    """Return where the record of an output is.

    >>> record_path(Path("news/labelled.csv")).name
    'labelled.csv.run.json'
    """
    return output.parent / f"{output.name}{SUFFIX}"  # a folder may have no name


def check_record(output: Path, *, force: bool) -> None:
    """Raise TableError if something other than a record is where the record would go."""
    path = record_path(output)
    if not path.exists() or force:
        return
    try:
        read_record(output)
    except TableError as error:
        raise TableError(
            f"{path} must be the record of a run, to be replaced by another; it is something else. "
            "Move it, or leave the record out (--no-record)."
        ) from error


def write_record(output: Path, record: Mapping[str, Any]) -> None:
    """Write a record, in one step."""
    path = record_path(output)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    content = json.dumps({"format": _FORMAT, **record}, indent=1, ensure_ascii=False)
    try:
        unfinished.write_text(content + "\n", encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise TableError(
            f"{path} cannot be written; {error.strerror or error}. {output} is whole, and only "
            "lacks its record."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def read_record(output: Path) -> dict[str, Any]:
    """Read the record of a labelled table.

    Raises
    ------
    TableError
        If there is none, or it is something else.
    """
    path = record_path(output)
    try:
        record = _load(path)
        if record.get("format") != _FORMAT:
            raise ValueError(f"its format is {record.get('format')!r:.40}")
        check_shape(record, _SHAPE, "it", whole=True)
        _check_options(record["options"])
    except FileNotFoundError as error:
        raise TableError(
            f"{output} must have the record of its run beside it; there is no {path.name}. Score "
            "again with `stance score`, which writes it, or with label_file(record=True)."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise TableError(
            f"{path} must be the record of a run, as `stance score` writes it; it is something "
            "else. Score again."
        ) from error
    return record


def _load(path: Path) -> dict[str, Any]:
    if path.exists() and not path.is_file():  # a pipe would never end
        raise ValueError("it is no file")
    with path.open("rb") as stream:
        content = stream.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise ValueError("it is too long")
    record = json.loads(content)
    if not isinstance(record, dict):
        raise ValueError("it is no object")
    return record


def _check_options(options: Mapping[str, Any]) -> None:
    """Raise ValueError for options that no run can have had."""
    check_unit(options["unit"])
    check_level(options["level"])
    check_html(options["html"])
    if len(options["output_format"]) != len(Format._fields):
        raise ValueError("its output has no format")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def bare_command(arguments: Sequence[str]) -> str:
    """Write a command down, each path in it reduced to the name of its file.

    >>> bare_command(["score", "/home/ann/news.csv", "-o", "../out/labels.csv", "--text", "body"])
    'stance score news.csv -o labels.csv --text body'
    """
    return " ".join(["stance", *(_bare(argument) for argument in arguments)])


def _bare(argument: str) -> str:
    name, sign, value = argument.partition("=") if argument.startswith("--") else ("", "", argument)
    if os.sep in value or "/" in value:
        value = value.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    quoted = f"'{value}'" if any(letter in value for letter in " *?[;&") else value
    return f"{name}{sign}{quoted}"
