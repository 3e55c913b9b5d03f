"""Workbooks that would fill any memory are refused before they are read."""

import io
import zipfile
from pathlib import Path

import pytest

import stance
from stance import TableError
from stance.model import Model
from stance.tables.readers.workbook_room import check_room
from stance.tables.rows import MAX_CELLS

FILES = Path(__file__).parents[2] / "files"
SHEETS = {"articles.xlsx": "xl/worksheets/sheet1.xml", "articles.ods": "content.xml"}
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
EMPTY = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
HIDDEN = """<row><c a=" r='A1'>" r="XFD1048576"><v>1</v></c></row>"""
UNNAMED = "<row>" + "<c/>" * 16_000 + "<c><v>1</v></c></row>" + "<row><c><v>1</v></c></row>" * 4000
REPEATED = (
    '<table:table-row table:number-rows-repeated="{}"><table:table-cell '
    'table:number-columns-repeated="{}"{}></table:table-row></table:table>'
)


def changed(name: str, old: str, new: str) -> bytes:
    """Return a workbook in which something stands at the end of its first sheet."""
    content = io.BytesIO()
    with zipfile.ZipFile(FILES / name) as old_archive, zipfile.ZipFile(content, "w") as archive:
        for member in old_archive.namelist():
            text = old_archive.read(member)
            if member == SHEETS[name]:
                text = text.replace(old.encode(), new.encode(), 1)
            archive.writestr(member, text)
    return content.getvalue()


@pytest.mark.parametrize("more", [FAR, HIDDEN, UNNAMED], ids=["far", "hidden", "unnamed"])
def test_a_sheet_with_room_for_too_many_cells_is_refused(more: str) -> None:
    content = changed("articles.xlsx", "</sheetData>", more + "</sheetData>")
    with pytest.raises(
        TableError,
        match=r"^a must have room for at most 50,000,000 cells in a sheet; one has [\d,]+ rows and 16,[\d,]+ columns\. "
        r"Delete what stands far from the table, or save the table as \.csv\.$",
    ):
        check_room(io.BytesIO(content), "a")


@pytest.mark.parametrize("numbers", [(100_000, 1000), (10**18, 10**9)])
def test_a_cell_that_is_repeated_counts_as_often(numbers: tuple[int, int]) -> None:
    filled = ' office:value-type="string"><text:p>a</text:p></table:table-cell'
    row = REPEATED.format(*numbers, filled)
    with pytest.raises(TableError, match="must have room for at most 50,000,000 cells"):
        check_room(io.BytesIO(changed("articles.ods", "</table:table>", row)), "a")


@pytest.mark.filterwarnings("ignore::stance.StanceWarning")  # of a second sheet
@pytest.mark.parametrize(
    ("name", "end", "more"),
    [
        ("articles.xlsx", "</sheetData>", EMPTY + "</sheetData>"),
        ("articles.ods", "</table:table>", REPEATED.format(1_048_000, 16_384, "/")),
    ],
)
def test_empty_cells_far_away_take_no_room(
    name: str, end: str, more: str, small: Model, tmp_path: Path
) -> None:
    pytest.importorskip("python_calamine")
    path = tmp_path / name
    path.write_bytes(changed(name, end, more))
    summary = stance.label_file(path, tmp_path / "out.csv", model=small, text="body")
    assert summary.rows == 3


def test_a_file_that_unpacks_to_gigabytes_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", "a")
    declared = (2**31).to_bytes(4, "little")
    archive_bytes = bytearray(content.getvalue())
    directory = archive_bytes.index(b"PK\x01\x02")
    archive_bytes[directory + 24 : directory + 28] = declared
    with pytest.raises(
        TableError,
        match=r"^a must have files of at most 1,024 MB in it; 'xl/sharedStrings\.xml' has 2,048\.",
    ):
        check_room(io.BytesIO(bytes(archive_bytes)), "a")


CELL_THAT_SAYS_NOTHING = "<c><v>1</v></c>"


@pytest.mark.parametrize(
    ("row", "cell"),
    [("""<row a=' r="1"'>""", """<c a=' r="A1"'>"""), ("""<row x:r="1">""", """<c x:r="A1">""")],
    ids=["in a value", "under another name"],
)
def test_only_the_place_of_a_cell_is_one(row: str, cell: str) -> None:
    cell += "<v>1</v></c>"
    row = row + cell * 16_384 + "</row>" + f"{row}{cell}</row>" * 4000
    with pytest.raises(TableError, match=r"one has 4,0\d\d rows and 16,384 columns\."):
        check_room(io.BytesIO(changed("articles.xlsx", "</sheetData>", row + "</sheetData>")), "a")


def test_of_two_repeats_the_larger_one_counts() -> None:
    filled = ' x:number-columns-repeated="000001" office:value-type="string"><text:p>a</text:p></table:table-cell'
    row = REPEATED.format(100_000, 1000, filled)
    with pytest.raises(TableError, match=r"one has 100,0\d\d rows and 1,000 columns"):
        check_room(io.BytesIO(changed("articles.ods", "</table:table>", row)), "a")


@pytest.mark.filterwarnings("ignore::stance.StanceWarning")  # of a second sheet
@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("</sheetData>", f"""<row y="<">{CELL_THAT_SAYS_NOTHING}</row></sheetData>""", "not well-"),
        (
            "</sheetData>",
            f"<row>{CELL_THAT_SAYS_NOTHING}</row></row></sheetData>",
            "mismatched tag",
        ),
        ("</sheetData>", f"<row>{CELL_THAT_SAYS_NOTHING}</row>&a;</sheetData>", "undefined entity"),
    ],
)
def test_a_sheet_that_is_not_xml_is_refused_before_it_is_read(
    before: str, after: str, reason: str, small: Model, tmp_path: Path
) -> None:
    """What was measured ended at the fault; what reads the workbook went on, and was killed."""
    path = tmp_path / "in.xlsx"
    path.write_bytes(changed("articles.xlsx", before, after))
    expected = f"must be a workbook that can be read; a file in it is not XML: {reason}"
    with pytest.raises(TableError, match=expected):
        stance.label_file(path, tmp_path / "out.csv", model=small, text="body")


def test_a_sheet_that_defines_its_attributes_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        definition = '<!DOCTYPE row [<!ATTLIST c r CDATA "A1">]>'
        archive.writestr("xl/a.xml", f"{definition}<row>{CELL_THAT_SAYS_NOTHING}</row>")
    with pytest.raises(zipfile.BadZipFile, match=r"^a file in it defines what its XML means"):
        check_room(content, "a")


def test_files_of_gigabytes_together_are_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"xl/{number}.xml", "a")
    archive_bytes = bytearray(content.getvalue())
    directory = -1
    for _ in range(3):
        directory = archive_bytes.index(b"PK\x01\x02", directory + 1)
        archive_bytes[directory + 24 : directory + 28] = (2**30).to_bytes(4, "little")
    with pytest.raises(
        TableError,
        match=r"^a must have at most 2,048 MB of files in it; it has 3,072\. Save it as \.csv, or split it\.$",
    ):
        check_room(io.BytesIO(bytes(archive_bytes)), "a")


def test_the_limit_leaves_room_for_a_full_sheet_of_some_columns() -> None:
    assert MAX_CELLS > 1_048_576 * 40


def test_a_damaged_workbook_is_named(tmp_path: Path, small: Model) -> None:
    pytest.importorskip("python_calamine")
    content = bytearray(changed("articles.xlsx", "</sheetData>", "</sheetData>"))
    content[content.index(b"<sheetData>") + 20] ^= 1  # its checksum is wrong
    (tmp_path / "in.xlsx").write_bytes(bytes(content))
    with pytest.raises(TableError, match="must be a workbook that can be read; Bad CRC-32"):
        stance.label_file(tmp_path / "in.xlsx", tmp_path / "out.csv", model=small, text="body")
