"""Recognise what a file is from its first bytes, whatever its name says."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from stance.errors import TableError

_HEAD: Final = 512  # bytes that are looked at


class _FileKind(NamedTuple):
    """What messages call a kind of file, and what to do with one that cannot be read."""

    title: str
    remedy: str = ""


FILE_KINDS: Final = {
    "csv": _FileKind("CSV"),
    "tsv": _FileKind("TSV"),
    "jsonl": _FileKind("JSONL, one object per line"),
    "json": _FileKind("JSON"),
    "parquet": _FileKind("Parquet"),
    "feather": _FileKind("Feather (Arrow IPC)"),
    "xlsx": _FileKind("an Excel workbook (.xlsx)"),
    "xls": _FileKind("an old Excel workbook (.xls)"),
    "ods": _FileKind("an OpenDocument workbook (.ods)"),
    "docx": _FileKind("a Word document (.docx)"),
    "nexis": _FileKind("a download of Nexis Uni (.docx)"),
    "html": _FileKind(
        "HTML",
        "Save a table from a spreadsheet as .xlsx, or let the name of an article end in .html.",
    ),
    "text": _FileKind("plain text"),
    "pdf": _FileKind(
        "a PDF", "Make text of it first, with docling or markitdown, and score the text."
    ),
    "doc": _FileKind("an old Office document (.doc)", "Save it as .docx or .txt."),
    "rtf": _FileKind("a document in RTF", "Save it as .docx or .txt."),
    "odt": _FileKind("an OpenDocument text (.odt)", "Save it as .docx or .txt."),
    "flat": _FileKind("an Office document in XML", "Save it as .xlsx or .docx."),
    "pickle": _FileKind("a pickle of Python", "Write the table as .parquet or .csv."),
    "statistics": _FileKind("a table of SPSS or Stata", "Save it as .csv or .xlsx."),
    "image": _FileKind("an image", "Make text of it first, with OCR such as docling's."),
    "gz": _FileKind("packed with gzip", "Let its name end in .gz, or unpack it."),
    "zst": _FileKind("packed with zstd", "Let its name end in .zst, or unpack it."),
    "zip": _FileKind("a zip archive", "Unpack it, and name the files in it."),
    "archive": _FileKind(
        "a workbook, a document or another zip archive",
        "Name its format with --format xlsx, ods or docx, or save it and name the file.",
    ),
    "sqlite": _FileKind(
        "a database of SQLite", "Give its address, as in 'sqlite:///news.db?table=articles'."
    ),
}
_SIGNATURES: Final = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PAR1", "parquet"),
    (b"ARROW1", "feather"),
    (b"\xff\xff\xff\xff", "feather"),  # a stream of Arrow
    (b"\x1f\x8b", "gz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"{\\rtf", "rtf"),
    (b"SQLite format 3\0", "sqlite"),
    (b"$FL2@(#)", "statistics"),
    (b"$FL3@(#)", "statistics"),
    (b"<stata_dta>", "statistics"),
    (b"\x80\x04\x95", "pickle"),
    (b"\x80\x05\x95", "pickle"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
)
_HTML: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_FLAT: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<\?xml\b.*?<(?:office:document|\?mso-application)\b", re.DOTALL
)
_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(\[\s*)?\{\s*\"")
_ZIPS: Final = frozenset({"xlsx", "ods", "docx", "nexis"})
# An .xls is such a file, and an .xlsx with a password, which its reader refuses.
_OLE: Final = frozenset({"xls", "xlsx"})


def check_content(stream: Any, name: str, expected: str) -> None:
    """Check that a file is what its name, or the user, says.

    Parameters
    ----------
    stream : binary file
        Nothing of it is taken; one that cannot look ahead is not checked.
    name : str
        What messages call it.
    expected : str
        A key of `FILE_KINDS`.

    Raises
    ------
    TableError
        If it is another kind of file. The message says which, and what to do.
    """
    actual = find_file_kind(_look_ahead(stream), stream)
    if (expected, actual) == ("nexis", "docx") or (actual == "archive" and expected in _ZIPS):
        return
    if actual in (None, expected) or (actual == "ole" and expected in _OLE):
        return
    if actual == "object":  # which a line of JSONL is too
        if expected in ("json", "jsonl"):
            return
        actual = "json"
    kind = FILE_KINDS["doc" if actual == "ole" else str(actual)]
    if kind.remedy:
        raise TableError(f"{name} cannot be read; it is {kind.title}. {kind.remedy}")
    hint = ", or 'jsonl' if each line is one object" if actual == "json" else ""
    raise TableError(
        f"{name} must be {FILE_KINDS[expected].title}; it is {kind.title}. "
        f"Rename it, or name its format with --format {actual}{hint}."
    )


def find_file_kind(head: bytes, stream: Any = None) -> str | None:
    """Return the kind of a file that begins so, or None for plain text and what is unknown.

    "object" is a JSON object, and perhaps one of many lines; "ole" an old file of Office.

    Parameters
    ----------
    head : bytes
        How the file begins.
    stream : binary file, optional
        The file, to look into an archive.

    Examples
    --------
    >>> heads = b"%PDF-1.7", b'[{"text": "A truce."}]', b"id,text"
    >>> [find_file_kind(head) for head in heads]
    ['pdf', 'json', None]
    """
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return _look_into(stream) if kind == "zip" else kind
    if _HTML.match(head):
        return "html"
    if _FLAT.match(head):
        return "flat"
    json = _JSON.match(head)
    if json:
        return "json" if json[1] else "object"
    return None


def _look_ahead(stream: Any) -> bytes:
    if hasattr(stream, "peek"):
        return bytes(stream.peek(_HEAD)[:_HEAD])
    if getattr(stream, "seekable", bool)():
        start = stream.tell()
        head = bytes(stream.read(_HEAD))
        stream.seek(start)
        return head
    return b""


def _look_into(stream: Any) -> str:
    """Return what kind of file a zip archive is."""
    if not getattr(stream, "seekable", bool)():
        return "archive"  # its list of files stands at its end
    import zipfile

    start = stream.tell()
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:80] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "zip"
    finally:
        stream.seek(start)
    if "word/document.xml" in names:
        return "docx"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    return "odt" if b"opendocument.text" in mimetype else "zip"
