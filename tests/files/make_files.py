"""Make the files beside this one with the programs that people make them with.

python -m pip install openpyxl xlwt odfpy python-docx && python tests/files/make_files.py
"""

import datetime
import json
from pathlib import Path

import docx
import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

HERE = Path(__file__).parent
NAMES = ["id", "body", "day"]
ROWS = [
    (7, "The guild urged a truce before winter.", datetime.date(2024, 5, 1)),
    (
        8,
        "The council voted against a truce.\n\nThe nurse begged for calm.",
        datetime.date(2024, 5, 2),
    ),
    (9, None, datetime.date(2024, 5, 3)),
]


def make_xlsx() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "spring"
    sheet.append(NAMES)
    for row in ROWS:
        sheet.append(row)
    book.create_sheet("autumn").append(["body"])
    book["autumn"].append(["The talks resume on Tuesday."])
    book.save(HERE / "articles.xlsx")


def make_xls() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("spring")
    date_style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for row_number, row in enumerate([NAMES, *ROWS]):
        for column, value in enumerate(row):
            if isinstance(value, datetime.date):
                sheet.write(row_number, column, value, date_style)
            elif value is not None:
                sheet.write(row_number, column, value)
    book.save(HERE / "articles.xls")


def ods_cell(value: object) -> TableCell:
    if isinstance(value, int):
        return TableCell(valuetype="float", value=value)
    if isinstance(value, datetime.date):
        return TableCell(valuetype="date", datevalue=value.isoformat())
    if value is None:
        return TableCell()
    cell = TableCell(valuetype="string")
    for line in str(value).split("\n"):
        cell.addElement(P(text=line))
    return cell


def make_ods() -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="spring")
    for row in [NAMES, *ROWS]:
        line = TableRow()
        for value in row:
            line.addElement(ods_cell(value))
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(HERE / "articles.ods")


def make_docx() -> None:
    document = docx.Document()
    document.add_heading("Talks Resume", 1)
    document.add_paragraph("The guild urged a truce before winter.")
    document.add_paragraph("Lamp oil was counted.", style="List Bullet")
    paragraph = document.add_paragraph("The council voted ")
    paragraph.add_run("against").bold = True
    paragraph.add_run(" a truce.")
    document.add_table(1, 1).cell(0, 0).text = "Forty boats were counted."
    document.save(HERE / "article.docx")


def make_json() -> None:
    records = [dict(zip(NAMES, [*row[:2], str(row[2])], strict=True)) for row in ROWS]
    (HERE / "articles.json").write_text(json.dumps(records), encoding="utf-8")
    response = {"status": "ok", "sources": ["a"], "articles": records}
    (HERE / "response.json").write_text(json.dumps(response), encoding="utf-8")


if __name__ == "__main__":
    make_xlsx()
    make_xls()
    make_ods()
    make_docx()
    make_json()
