"""What the writers of all formats share: any table comes back equal, and packed pieces add up."""

import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_tables import encoder, written

from stance.columns import Columns
from stance.tables.formats import parse_format
from stance.tables.inputs import open_table
from stance.tables.rows import ReadOptions
from stance.tables.streams import open_source
from stance.tables.writers.encoder import RowColumn, join_in_python, join_rows, packed


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "csv.gz", "jsonl.zst", "parquet"])
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=2, max_size=2),
        max_size=5,
    )
)
def test_any_table_comes_back_equal(name: str, rows: list[list[str]]) -> None:
    if name in ("jsonl.zst", "parquet"):
        pytest.importorskip("pyarrow")
    if name.startswith("jsonl") and not rows:
        return  # JSONL without a row has no columns
    labelled = Columns({"row": np.arange(len(rows))}, {})
    carried: dict[str | None, Sequence[object]] = {
        "a": [row[0] for row in rows],
        "b": [row[1] for row in rows],
    }
    content = written(encoder(name, ["a", "b"], ["row"]), carried, range(len(rows)), labelled)
    table_format = parse_format(name)
    assert table_format
    options = ReadOptions("utf-8", "," if table_format.kind == "csv" else None)
    with open_table(io.BytesIO(content), table_format, options) as (table, _):
        assert table.columns == ["a", "b", "row"]
        chunks = list(table.chunks(["a", "b"]))
    assert [
        list(row)
        for chunk in chunks
        for row in zip(chunk.columns["a"], chunk.columns["b"], strict=True)
    ] == rows


def test_a_long_cell_that_many_rows_carry_is_encoded_in_pieces() -> None:
    labelled = Columns({"row": np.zeros(100, dtype=int)}, {})
    csv = encoder("csv", ["text"], ["row"])
    pieces = list(csv.rows({"text": ["x" * 200_000]}, np.zeros(100, dtype=int), labelled))
    assert b"".join(pieces) == (b"x" * 200_000 + b",0\n") * 100
    assert max(map(len, pieces)) < 2**20


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


def numbers_like(number: float) -> st.SearchStrategy[float]:
    """Draw numbers of a size, among them those half-way between two of six decimals."""
    halves = st.integers(-1000, 1000).map(lambda step: (2 * step + 1) / 2e6)
    return st.one_of(st.floats(-number, number), halves, halves.map(lambda half: half + 2e-16))


@given(
    floats=st.lists(
        st.one_of(st.floats(), numbers_like(1.0), numbers_like(2000.0)), min_size=3, max_size=3
    ),
    integers=st.lists(st.integers(-1, 2**63 - 1), min_size=3, max_size=3),
    texts=st.lists(st.text("a%é,\u2019\n\U0001f54a\0", max_size=4), min_size=3, max_size=3),
    between=st.lists(st.text('%s"é,', max_size=3), min_size=5, max_size=5),
)
def test_rows_are_joined_as_in_python(
    floats: list[float], integers: list[int], texts: list[str], between: list[str]
) -> None:
    columns: list[RowColumn] = [
        (np.array(floats), "null"),
        (np.array(integers), ""),
        (np.array([1, -1, 0]), texts),
        (np.arange(3), texts),
    ]
    for first, last in (0, 3), (1, 2), (2, 2):
        assert join_rows(between, columns, first, last) == join_in_python(
            between, columns, first, last
        )


@pytest.mark.parametrize(
    "column",
    [
        (np.array([0, 2]), ["a", "b"]),
        (np.array([0, -2]), ["a", "b"]),
        (np.array([0, -1]), []),
        (np.array([0]), ["a", "b"]),
        (np.array([0, 1], dtype=np.int32), ["a", "b"]),
        (np.array([0.0, 1.0]), ["a", "b"]),
        (np.array([0.0, 1.0]), None),
        np.array([0, 1]),
    ],
)
def test_what_is_no_column_of_the_rows_is_refused(column: RowColumn) -> None:
    extension = pytest.importorskip("stance.scoring._scorer")
    with pytest.raises(ValueError, match=r"must be"):
        extension.join_rows(["", "\n"], [column], 0, 2)
