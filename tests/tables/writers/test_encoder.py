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
from stance.tables.writers.encoder import packed


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
