"""Writing CSV: quoted as the standard library does, with formulas disarmed on request."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_tables import LABELLED, encoder, written

from stance import InputError
from stance.columns import Columns
from stance.tables.formats import Format
from stance.tables.rows import Fault
from stance.tables.writers.csv import CsvEncoder, check_excel, csv_lines, fault_lines


def test_a_missing_value_is_an_empty_cell() -> None:
    content = written(encoder("csv", ["id"], list(LABELLED.arrays)), {"id": ["7", "8"]}, [0, 0, 1])
    assert content.decode() == (
        "id,row,stance,stance_uncertain,start,stance_probability\n"
        '7,0,"pro, ""so to speak""",true,0,0.250000\n'
        "7,0,,,,\n"
        "8,2,opposed,false,7,0.333333\n"
    )


def test_tsv_is_the_same_with_tabs() -> None:
    content = written(encoder("tsv", ["id"], ["row", "stance"]), {"id": ["a\tb", "c,d"]}, [0, 1, 1])
    assert content.decode() == (
        'id\trow\tstance\n"a\tb"\t0\t"pro, ""so to speak"""\nc,d\t0\t\nc,d\t2\topposed\n'
    )


@given(cells=st.lists(st.text("ab,;\"\r\n\t '=é", max_size=6), min_size=2, max_size=4))
def test_quoting_is_that_of_the_standard_library(cells: list[str]) -> None:
    expected = io.StringIO()
    csv.writer(expected).writerow(cells)
    names = [str(number) for number in range(len(cells))]
    content = written(
        encoder("csv", names, []),
        {name: [cell] for name, cell in zip(names, cells, strict=True)},
        [0],
    )
    assert content.decode().partition("\n")[2] == expected.getvalue().removesuffix("\r\n") + "\n"


def test_the_only_column_is_never_an_empty_line() -> None:
    content = written(encoder("csv", [], ["stance"]), {}, [0, 0, 1])
    assert content == b'stance\n"pro, ""so to speak"""\n""\nopposed\n'


def test_formulas_are_disarmed_on_request() -> None:
    cells = ["=1+1", "+1", "-1", "@a", "\tb", "\rc", "a=1", ""]
    labelled = Columns({"start": np.arange(len(cells)) - 1}, {})
    content = written(
        encoder("csv", ["=x"], ["start"], excel=","),
        {"=x": cells},
        range(len(cells)),
        labelled,
    )
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert content.startswith(b"\xef\xbb\xbf")
    assert [row[0] for row in rows] == [
        "'=x",
        "'=1+1",
        "'+1",
        "'-1",
        "'@a",
        "'\tb",
        "'\rc",
        "a=1",
        "",
    ]
    assert rows[1][1] == ""  # results are no formulas
    with pytest.raises(
        InputError, match=r"^`excel` is for csv and tsv; the output is jsonl\. Leave it out\.$"
    ):
        check_excel(",", Format("jsonl"))
    with pytest.raises(InputError, match=r"^`excel` must be ',' or ';'; got 'tab'\.$"):
        check_excel("tab", Format("csv"))


def test_spreadsheets_of_decimal_commas_get_semicolons() -> None:
    cells = {"a;b": ["x, y"], "c": ["z"]}
    content = written(encoder("csv", list(cells), [], excel=";"), cells, [0])
    assert content == '\ufeff"a;b";c\nx, y;z\n'.encode()
    content = written(encoder("tsv", list(cells), [], excel=","), cells, [0])
    assert content == "\ufeffa;b\tc\nx, y\tz\n".encode()


def test_rows_at_fault_are_written_as_they_stand() -> None:
    faults = [Fault(1, 3, "is not utf-8", b'caf\xe9,"a\n'.decode("utf-8", "surrogateescape"))]
    assert (
        b"".join(fault_lines(faults, None, header=True))
        == b'row,line,reason,raw\n1,3,is not utf-8,"caf\xe9,""a\n"\n'
    )
    assert (
        b"".join(fault_lines(faults, "in.csv", header=False))
        == b'in.csv,1,3,is not utf-8,"caf\xe9,""a\n"\n'
    )


def test_any_rows_are_written_as_results_are() -> None:
    content = b"".join(csv_lines(["tone", "share"], [("mournful", 1 / 3), (None, None)]))
    assert content == b"tone,share\nmournful,0.333333\n,\n"


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\r\n", "＝", "＋", "－", "＠"]
)
def test_no_cell_label_or_faulty_row_is_a_formula(sign: str) -> None:
    formula = f"{sign}1+1"
    fault = Fault(0, 2, formula, formula)
    lines = b"".join(fault_lines([fault], formula, header=True, excel=True)).decode()
    (cells,) = csv.DictReader(io.StringIO(lines, newline=""))
    assert (cells["file"], cells["reason"], cells["raw"]) == (f"'{formula}",) * 3
    labels = Columns({"stance": np.array([0])}, {"stance": (formula,)})
    row = b"".join(
        CsvEncoder(Format("csv"), {}, ("stance",), ",").rows({}, np.array([0]), labels)
    ).decode()
    assert next(csv.reader(io.StringIO(row, newline=""))) == [f"'{formula}"]
