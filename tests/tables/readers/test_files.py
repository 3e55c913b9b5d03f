"""Files as the usual programs make them, from the suffix to the labels; see files/make_files.py."""

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import stance
from stance import InputError, StanceWarning, TableError
from stance.model import Model
from stance.tables.documents import read_document
from stance.tables.readers.docx import read_docx

FILES = Path(__file__).parents[2] / "files"
TABLES = ["articles.xlsx", "articles.xls", "articles.ods", "articles.json", "response.json"]


def needs(name: str) -> None:
    """Skip a test where what reads the file is not installed."""
    if Path(name).suffix in {".xlsx", ".xls", ".ods"}:
        pytest.importorskip("python_calamine")


def label(source: object, model: Model, **options: object) -> list[dict[str, object]]:
    """Label a source into JSONL, and return its rows."""
    output = io.BytesIO()
    stance.label_file(source, output, model=model, output_format="jsonl", **options)  # type: ignore[arg-type]
    return [json.loads(line) for line in output.getvalue().splitlines()]


@pytest.mark.filterwarnings("ignore::stance.StanceWarning")
@pytest.mark.parametrize("name", TABLES)
def test_a_file_of_any_kind_gives_the_same_rows(name: str, small: Model) -> None:
    needs(name)
    rows = label(FILES / name, small, text="body", keep=["id", "day"])
    assert [(row["id"], row["day"], row["start"], row["end"], row["status"]) for row in rows] == [
        (7, "2024-05-01", 0, 38, "labelled"),
        (8, "2024-05-02", 0, 34, "labelled"),
        (8, "2024-05-02", 36, 62, "labelled"),
        (9, "2024-05-03", None, None, "missing"),
    ]


def test_a_sheet_is_chosen_by_name_and_the_others_are_named(small: Model) -> None:
    needs("articles.xlsx")
    assert len(label(FILES / "articles.xlsx", small, text="body", sheet="autumn")) == 1
    with pytest.warns(StanceWarning, match=r"first sheet, 'spring'; it also has \['autumn'\]"):
        label(FILES / "articles.xlsx", small, text="body")
    with pytest.raises(
        InputError, match=r"there is no sheet 'May'; the sheets are \['spring', 'autumn'\]"
    ):
        label(FILES / "articles.xlsx", small, text="body", sheet="May")


def test_a_word_document_is_its_paragraphs() -> None:
    assert read_document(FILES / "article.docx") == (
        "# Talks Resume\n\nThe guild urged a truce before winter.\n\n• Lamp oil was counted.\n\n"
        "The council voted against a truce.\n\nForty boats were counted."
    )


def test_a_stream_of_arrow_that_was_saved_is_read(tmp_path: Path, small: Model) -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"text": ["The guild urged a truce.", None]})
    for name in ("a.arrow", "a.feather"):
        with pa.ipc.new_stream(tmp_path / name, table.schema) as stream:
            stream.write_table(table, max_chunksize=1)
        rows = label(tmp_path / name, small)
        assert [row["status"] for row in rows] == ["labelled", "missing"]


def test_feather_is_read_as_pandas_writes_it(tmp_path: Path, small: Model) -> None:
    pytest.importorskip("pyarrow")
    pd.DataFrame({"id": [7, 8], "body": ["A truce.", None]}).to_feather(tmp_path / "a.feather")
    rows = label(tmp_path / "a.feather", small, text="body", keep="id")
    assert [(row["id"], row["status"]) for row in rows] == [(7, "labelled"), (8, "missing")]


def test_a_folder_of_documents_and_tables_is_one_table(tmp_path: Path, small: Model) -> None:
    shutil.copy(FILES / "article.docx", tmp_path / "a.docx")
    (tmp_path / "~$a.docx").write_bytes(b"the lock of a word processor")
    (tmp_path / "b.json").write_text('[{"id": 1, "text": "A truce."}]', encoding="utf-8")
    (tmp_path / "c.csv").write_text("id,text\n2,A truce.\n", encoding="utf-8")
    rows = label(tmp_path, small, keep="id")
    assert [(Path(str(row["file"])).name, row["id"]) for row in rows if row["status"] == "labelled"] == [
        *[("a.docx", None)] * 4, ("b.json", 1), ("c.csv", "2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"%PDF-1.7", "cannot be read; it is a PDF. Make text of it first, with docling or markitdown, and score the text."),
        ("a.csv", b"%PDF-1.7", "cannot be read; it is a PDF. Make text of it first, with docling or markitdown, and score the text."),
        ("a.csv", b'[{"text": 1}]', "must be CSV; it is JSON. Rename it, or name its format with --format json, or 'jsonl' if each line is one object."),
        ("a.jsonl", b'[{"text": 1}]', "must be JSONL, one object per line; it is JSON. Rename it, or name its format with --format json, or 'jsonl' if each line is one object."),
        ("a.xlsx", b"<html><table>", "cannot be read; it is HTML. Save a table from a spreadsheet as .xlsx, or let the name of an article end in .html."),
        ("a.csv", b"{\\rtf1", "cannot be read; it is a document in RTF. Save it as .docx or .txt."),
        ("a.fods", b"<?xml version='1.0'?>\n\n<office:document xmlns:a='b'>", "cannot be read; it is an Office document in XML. Save it as .xlsx or .docx."),
        ("a.xls", b"<?xml version='1.0'?>\n<?mso-application progid='Excel.Sheet'?>", "cannot be read; it is an Office document in XML. Save it as .xlsx or .docx."),
        ("a.csv", b"\x80\x05\x95\x8d\x06", "cannot be read; it is a pickle of Python. Write the table as .parquet or .csv."),
        ("a.csv", b"$FL2@(#) SPSS DATA FILE", "cannot be read; it is a table of SPSS or Stata. Save it as .csv or .xlsx."),
        ("a.csv", b"SQLite format 3\0", "cannot be read; it is a database of SQLite. Give its address, as in 'sqlite:///news.db?table=articles'."),
        ("a.parquet", b"\x1f\x8b\x08\x00", "cannot be read; it is packed with gzip. Let its name end in .gz, or unpack it."),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cannot be read; it is an old Office document (.doc). Save it as .docx or .txt."),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_its_name_says_is_named(
    name: str, content: bytes, message: str, tmp_path: Path, small: Model
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError) as error:
        label(tmp_path / name, small)
    assert str(error.value) == f"{tmp_path / name} {message}"


@pytest.mark.parametrize("stream", [True, False], ids=["a stream", "a file"])
def test_a_workbook_called_csv_is_named(stream: bool, tmp_path: Path, small: Model) -> None:
    path = tmp_path / "a.csv"
    shutil.copy(FILES / "articles.xlsx", path)
    source = io.BytesIO(path.read_bytes()) if stream else path
    with pytest.raises(
        TableError,
        match=r"must be CSV; it is an Excel workbook \(\.xlsx\)\. Rename it, or name its format with --format xlsx\.",
    ):
        label(source, small)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.7", "cannot be read; it is a PDF. Make text of it first, with docling or markitdown, and score the text."),
        (b"<?xml version='1.0'?>\n\n<office:document xmlns:a='b'>", "cannot be read; it is an Office document in XML. Save it as .xlsx or .docx."),
        (b"\x89PNG\0", "cannot be read; it is an image. Make text of it first, with OCR such as docling's."),
        (b"\x1f\x8b\x08\x00", "cannot be read; it is packed with gzip. Let its name end in .gz, or unpack it."),
    ],
)  # fmt: skip
def test_a_text_that_is_none_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(TableError) as error:
        read_document(tmp_path / "a.txt")
    assert str(error.value) == f"{tmp_path / 'a.txt'} {message}"


def test_a_page_in_xml_is_a_text(tmp_path: Path) -> None:
    page = "<?xml version='1.0'?>\n<html><p>A truce.</p></html>"
    (tmp_path / "a.html").write_text(page)
    assert read_document(tmp_path / "a.html") == page


@pytest.mark.parametrize(
    ("content", "records", "message"),
    [
        ('{"a": [{"text": "A."}], "b": [{"text": "B."}]}', None, "must be a JSON array, or have one list of objects; it has 2. Name one with records (--records). Its keys are ['a', 'b']."),
        ('{"text": {"0": "A."}}', None, "must be a JSON array, or have one list of objects; it has 0. Name one further in with records (--records response.results); if pandas wrote the file, write it with orient='records'. Its keys are ['text']."),
        ('{"text": "A."}\n{"text": "B."}', None, "must hold one JSON array or object; more follows its first value (line 2). If it has one object per line, let its name end in .jsonl (--format jsonl)."),
        ('[{"text": "A."}, 7]', None, "must hold JSON objects; record 1 (from 0) is a int. Mend it."),
        ('[{"text": "A.", "text": "B."}]', None, "must hold one JSON array or object; a key occurs twice (line 1). Mend it."),
        ('{"a": {"b": 7}}', "a.b", "must hold a list of JSON objects; it holds a int. Name the list with records (--records)."),
        ('[{"text": "\\ud800"}]', None, "must be UTF-8; record 0 (from 0) is not, or names half of a surrogate pair. Mend it, or pass its encoding."),
        ("[]", None, "must hold JSON objects with keys; it holds none. Check the file."),
    ],
)  # fmt: skip
def test_json_that_is_no_table_is_refused(
    content: str, records: str | None, message: str, tmp_path: Path, small: Model
) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises((TableError, InputError)) as error:
        label(tmp_path / "a.json", small, records=records)
    assert str(error.value) == f"{tmp_path / 'a.json'} {message}"


def test_the_list_of_a_json_object_is_named_or_the_only_one(small: Model) -> None:
    with pytest.warns(StanceWarning, match=r"response\.json is read from its list 'articles'\."):
        assert len(label(FILES / "response.json", small, text="body")) == 4
    assert len(label(FILES / "response.json", small, text="body", records="articles")) == 4
    with pytest.raises(
        InputError, match=r"there is no 'a\.b'\. Its keys are \['status', 'sources', 'articles'\]\."
    ):
        label(FILES / "response.json", small, records="a.b")


def docx_of(body: str) -> bytes:
    """Return a Word document with this body."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", body)
    return content.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<w:p><w:r><w:t>A</w:t><w:tab/><w:t>truce</w:t><w:br/><w:t>now.</w:t></w:r></w:p>", "A\ttruce\nnow."),
        ("<w:p><w:del><w:r><w:delText>No </w:delText></w:r></w:del><w:ins><w:r><w:t>A truce.</w:t></w:r></w:ins></w:p>", "A truce."),
        ("<w:p><w:moveFrom><w:r><w:t>Moved.</w:t></w:r></w:moveFrom><w:r><w:t>Kept.</w:t></w:r></w:p>", "Kept."),
        ("<w:p><w:r><w:t>Text.</w:t></w:r><w:r><w:txbxContent><w:p><w:r><w:t>Box.</w:t></w:r></w:p></w:txbxContent></w:r></w:p>", "Text.\n\nBox."),
    ],
    ids=["tabs and breaks", "tracked changes", "moved text", "a text box"],
)  # fmt: skip
def test_a_word_document_gives_what_a_reader_sees(body: str, expected: str) -> None:
    content = docx_of(f"<w:document {W}><w:body>{body}</w:body></w:document>")
    assert read_docx(io.BytesIO(content), "a.docx") == expected


def test_a_word_document_cannot_expand_entities() -> None:
    content = docx_of('<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>')
    with pytest.raises(
        TableError, match=r"^a\.docx must be a Word document \(\.docx\) that can be read; "
    ):
        read_docx(io.BytesIO(content), "a.docx")


COVER = ["Date and Time: Monday", "Documents (3)", "1. Talks Resume", "2. Lamps Out"]
FIRST = ["Talks Resume", "The Harbour Bell", "May 1, 2024 Wednesday", "Copyright 2024 The Harbour Bell", "Section: NEWS; Pg. 1", "Length: 12 words", "Byline: A Keeper", "Body",
         "The guild urged a truce.", "The council voted against a truce.", "Classification", "Language: ENGLISH", "Load-Date: May 2, 2024", "End of Document"]  # fmt: skip
SECOND = [
    "Lamps Out",
    "The Harbour Bell",
    "May 3, 2024 Friday",
    "Copyright 2024 The Harbour Bell",
    "Body",
    "Forty boats were counted.",
    "Load-Date: May 4, 2024",
    "End of Document",
]


def nexis(lines: list[str]) -> io.BytesIO:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    return io.BytesIO(docx_of(f"<w:document {W}><w:body>{body}</w:body></w:document>"))


def test_a_download_of_nexis_is_a_row_per_article(small: Model) -> None:
    keep = ["title", "source", "date", "byline", "section", "length", "load_date"]
    rows = label(
        nexis([*COVER, *FIRST, *SECOND]), small, source_format="nexis", keep=keep, columns="+text"
    )
    assert [row["text"] for row in rows] == [FIRST[8], FIRST[9], SECOND[5]]
    assert [row[name] for name in keep for row in rows[:1]] == [
        "Talks Resume", "The Harbour Bell", "May 1, 2024 Wednesday", "A Keeper", "NEWS; Pg. 1", "12 words", "May 2, 2024",
    ]  # fmt: skip
    assert [rows[2][name] for name in ("title", "byline", "load_date")] == [
        "Lamps Out",
        None,
        "May 4, 2024",
    ]


def test_what_cannot_be_cut_is_kept_and_a_notice_says_so(small: Model) -> None:
    with pytest.warns(
        StanceWarning,
        match=r"has 1 parts without a line 'Body', kept whole; the first begins 'A truce\.'",
    ):
        rows = label(
            nexis([*FIRST, "A truce."]), small, source_format="nexis", keep="title", columns="+text"
        )
    assert (rows[-1]["title"], rows[-1]["text"]) == (None, "A truce.")


def test_another_word_document_is_no_download_of_nexis(small: Model) -> None:
    with pytest.raises(
        TableError, match=r"must be a download of Nexis Uni; none of its parts has a line 'Body'\."
    ):
        label(FILES / "article.docx", small, source_format="nexis")


class Pipe(io.BufferedReader):
    """A stream that cannot be rewound, such as standard input behind a pipe."""

    def seekable(self) -> bool:
        return False


def test_a_workbook_from_a_pipe_must_be_named(small: Model) -> None:
    needs("articles.xlsx")
    content = (FILES / "articles.xlsx").read_bytes()
    with pytest.raises(
        TableError,
        match=r"it is a workbook, a document or another zip archive\. Name its format with --format xlsx, ods or docx",
    ):
        label(Pipe(io.BytesIO(content)), small)  # type: ignore[arg-type]
    rows = label(
        Pipe(io.BytesIO(content)), small, source_format="xlsx", sheet="autumn", text="body"
    )  # type: ignore[arg-type]
    assert [row["status"] for row in rows] == ["labelled"]


def test_a_word_document_of_boxes_in_boxes_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        boxes = "<w:p>" * 100_000 + "</w:p>" * 100_000
        body = f'<w:document xmlns:w="w"><w:body>{boxes}</w:body></w:document>'
        archive.writestr("word/document.xml", body)
    with pytest.raises(
        TableError,
        match=r"^a must have boxes in boxes that a word processor shows; it has thousands\.",
    ):
        read_docx(content, "a")


@pytest.mark.parametrize("name", ["libreoffice.ods", "libreoffice.xlsx", "libreoffice.xls"])
def test_what_libreoffice_saved_is_read(name: str, small: Model) -> None:
    pytest.importorskip("python_calamine")
    rows = label(FILES / name, small, text="body", keep=["id", "day"])
    assert [(row["id"], row["day"], row["end"], row["status"]) for row in rows] == [
        (7, "2024-05-01", 38, "labelled"),
        (8, "2024-05-02", 34, "labelled"),
        (9, "2024-05-03", None, "missing"),
    ]


SOFFICE = shutil.which("soffice")


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice (soffice), which is not installed")
def test_what_libreoffice_saves_now_is_read(tmp_path: Path, small: Model) -> None:
    pytest.importorskip("python_calamine")
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    for target, source in {
        "ods": "libreoffice.xlsx",
        "xls:MS Excel 97": "libreoffice.xlsx",
        "xlsx:Calc MS Excel 2007 XML": "libreoffice.ods",
        "docx:MS Word 2007 XML": "article.docx",
    }.items():
        command = [
            str(SOFFICE),
            home,
            "--headless",
            "--convert-to",
            target,
            "--outdir",
            str(tmp_path),
        ]
        subprocess.run([*command, str(FILES / source)], check=True, capture_output=True)
    for suffix in ("ods", "xls", "xlsx"):
        rows = label(tmp_path / f"libreoffice.{suffix}", small, text="body", keep=["id", "day"])
        assert [(row["id"], row["day"], row["end"]) for row in rows] == [
            (7, "2024-05-01", 38),
            (8, "2024-05-02", 34),
            (9, "2024-05-03", None),
        ]
    assert read_document(tmp_path / "article.docx") == read_document(FILES / "article.docx")


def test_a_document_that_libreoffice_saved_is_its_paragraphs() -> None:
    assert read_document(FILES / "libreoffice.docx") == (
        "Talks Resume\n\nThe guild urged a truce before winter.\n\n"
        "The council voted against a truce."
    )


def test_a_workbook_with_a_password_is_refused(small: Model) -> None:
    pytest.importorskip("python_calamine")
    with pytest.raises(
        TableError,
        match=r"protected\.xlsx must not need a password; it does\. Save a copy without one\.$",
    ):
        label(FILES / "protected.xlsx", small, text="body")
