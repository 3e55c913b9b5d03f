"""Writing results beside carried cells: every format gives back what went in."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance import InputError
from stance.columns import Columns
from stance.tables.formats import Format, open_table, parse_format
from stance.tables.outputs import StreamOutput
from stance.tables.rows import Fault
from stance.tables.streams import open_source
from stance.tables.writers.encoders import Layout, check_excel_safe, fault_lines, packed
from stance.tables.writers.parquet import assemble

NAMES = {"stance": ("opposed", 'pro, "so to speak"'), "stance_uncertain": (False, True)}
LABELLED = Columns(
    {
        "row": np.array([0, 0, 2]),
        "stance": np.array([1, -1, 0]),
        "stance_uncertain": np.array([1, -1, 0]),
        "start": np.array([0, -1, 7]),
        "stance_probability": np.array([0.25, np.nan, 1 / 3]),
    },
    NAMES,
)


def written(
    layout: Layout,
    carried: dict[str | None, Sequence[object]],
    at: Sequence[int],
    labelled: Columns,
) -> bytes:
    out = io.BytesIO()
    output = StreamOutput(out, assemble=assemble if layout.format.kind == "parquet" else None)
    none = Columns({name: array[:0] for name, array in labelled.arrays.items()}, labelled.names)
    output.add(layout.begin(none))
    output.add(layout.rows(carried, np.asarray(at, dtype=int), labelled))
    output.finish()
    output.close()
    return out.getvalue()


def layout_of(
    kind: str, carried: dict[str | None, str], results: Sequence[str], **options: object
) -> Layout:
    layout = parse_format(kind)
    assert layout
    return Layout(layout, carried, tuple(results), **options)  # type: ignore[arg-type]


def test_csv_says_missing_by_nothing() -> None:
    content = written(
        layout_of("csv", {"id": "id"}, list(LABELLED.arrays)),
        {"id": ["7", "8"]},
        [0, 0, 1],
        LABELLED,
    )
    assert content.decode() == (
        "id,row,stance,stance_uncertain,start,stance_probability\n"
        '7,0,"pro, ""so to speak""",true,0,0.250000\n'
        "7,0,,,,\n"
        "8,2,opposed,false,7,0.333333\n"
    )


def test_jsonl_says_missing_by_null() -> None:
    content = written(
        layout_of("jsonl", {"100%": "100%"}, list(LABELLED.arrays)),
        {"100%": [7, [1.5, None]]},
        [0, 0, 1],
        LABELLED,
    )
    assert [json.loads(line) for line in content.splitlines()] == [
        {
            "100%": 7,
            "row": 0,
            "stance": 'pro, "so to speak"',
            "stance_uncertain": True,
            "start": 0,
            "stance_probability": 0.25,
        },
        {
            "100%": 7,
            "row": 0,
            "stance": None,
            "stance_uncertain": None,
            "start": None,
            "stance_probability": None,
        },
        {
            "100%": [1.5, None],
            "row": 2,
            "stance": "opposed",
            "stance_uncertain": False,
            "start": 7,
            "stance_probability": 0.333333,
        },
    ]


def test_parquet_keeps_types() -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    content = written(
        layout_of("parquet", {"id": "id"}, list(LABELLED.arrays)),
        {"id": ["7", None]},
        [0, 0, 1],
        LABELLED,
    )
    table = pq.read_table(io.BytesIO(content))
    assert [str(kind) for kind in table.schema.types] == [
        "string",
        "int64",
        "string",
        "bool",
        "int64",
        "double",
    ]
    assert table.to_pylist()[1:] == [
        {
            "id": "7",
            "row": 0,
            "stance": None,
            "stance_uncertain": None,
            "start": None,
            "stance_probability": None,
        },
        {
            "id": None,
            "row": 2,
            "stance": "opposed",
            "stance_uncertain": False,
            "start": 7,
            "stance_probability": 1 / 3,
        },
    ]


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "csv.gz", "jsonl.zst", "parquet"])
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=2, max_size=2),
        max_size=5,
    )
)
def test_any_table_comes_back_equal(kind: str, rows: list[list[str]]) -> None:
    if kind in ("jsonl.zst", "parquet"):
        pytest.importorskip("pyarrow")
    if kind.startswith("jsonl") and not rows:
        return  # JSONL without a row has no columns
    labelled = Columns({"row": np.arange(len(rows))}, {})
    carried: dict[str | None, Sequence[object]] = {
        "a": [row[0] for row in rows],
        "b": [row[1] for row in rows],
    }
    content = written(
        layout_of(kind, {"a": "a", "b": "b"}, ["row"]), carried, range(len(rows)), labelled
    )
    layout = parse_format(kind)
    assert layout
    with open_table(
        io.BytesIO(content),
        layout,
        encoding="utf-8",
        delimiter="," if layout.kind == "csv" else None,
    ) as (table, _):
        assert table.columns == ["a", "b", "row"]
        chunks = list(table.chunks(["a", "b"]))
    assert [
        list(row)
        for chunk in chunks
        for row in zip(chunk.columns["a"], chunk.columns["b"], strict=True)
    ] == rows


@given(cells=st.lists(st.text("ab,;\"\r\n\t '=é", max_size=6), min_size=2, max_size=4))
def test_quoting_is_that_of_the_standard_library(cells: list[str]) -> None:
    expected = io.StringIO()
    csv.writer(expected).writerow(cells)
    names: dict[str | None, str] = {str(number): str(number) for number in range(len(cells))}
    content = written(
        layout_of("csv", names, []),
        {name: [cell] for name, cell in zip(names, cells, strict=True)},
        [0],
        LABELLED,
    )
    assert content.decode().partition("\n")[2] == expected.getvalue().removesuffix("\r\n") + "\n"


def test_the_only_column_is_never_an_empty_line() -> None:
    content = written(layout_of("csv", {}, ["stance"]), {}, [0, 0, 1], LABELLED)
    assert content == b'stance\n"pro, ""so to speak"""\n""\nopposed\n'


def test_formulas_are_disarmed_on_request() -> None:
    cells = ["=1+1", "+1", "-1", "@a", "\tb", "\rc", "a=1", ""]
    layout = layout_of("csv", {"=x": "=x"}, ["start"], excel_safe=True)
    labelled = Columns({"start": np.arange(len(cells)) - 1}, {})
    content = written(layout, {"=x": cells}, range(len(cells)), labelled)
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
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
        InputError, match=r"^`excel_safe` is for csv and tsv; the output is jsonl\. Leave it out\.$"
    ):
        check_excel_safe(True, Format("jsonl"))


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


@pytest.mark.parametrize("packing", ["", "gz", "zst"])
def test_packed_pieces_may_follow_each_other(packing: str, tmp_path: Path) -> None:
    if packing == "zst":
        pytest.importorskip("pyarrow")
    content = b"".join(b"".join(packed([piece], packing)) for piece in (b"a\n", b"b\n"))
    with open_source(io.BytesIO(content), packing) as source:
        assert source.stream.read(100) + source.stream.read(100) == b"a\nb\n"
    if packing == "gz":
        assert gzip.decompress(content) == b"a\nb\n"
        assert content[4:8] == bytes(4)  # no time of day: the same bytes every day
