"""A run over a table: what was written already is passed over, and everything is counted."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from stance.columns import Columns
from stance.tables.formats import Format
from stance.tables.inputs import Inputs
from stance.tables.output_streams import StreamOutput
from stance.tables.outputs import open_output
from stance.tables.runs import Chunks, DoneChunk, carried_cells, make_encoder, write_run
from stance.tables.summary import Summary

NO_RESULTS = Columns({}, {})


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four rows, of which the third cannot be read, in chunks of two."""
    monkeypatch.setattr("stance.tables.readers.csv.ROWS", 2)
    path = tmp_path / "in.csv"
    path.write_text("id,text\n1,a\n2,b\n3,c,ragged\n4,d\n", encoding="utf-8")
    return path


def copy(encoder, calls: list[list[int]]) -> Callable[[Chunks], Iterator[DoneChunk]]:  # type: ignore[no-untyped-def]
    """Return what carries chunks over as they are, and notes the numbers of their rows."""

    def finish(chunks: Chunks) -> Iterator[DoneChunk]:
        for file, chunk, position in chunks:
            calls.append(list(chunk.numbers))
            count = len(chunk.numbers)
            data = encoder.rows(carried_cells(encoder, file, chunk), np.arange(count), NO_RESULTS)
            counts = Summary(count, count, len(chunk.faults))
            yield DoneChunk(data, chunk.faults, file, counts, position)

    return finish


def test_rows_and_faults_are_written_and_counted(source: Path, tmp_path: Path) -> None:
    calls: list[list[int]] = []
    with Inputs([source]) as inputs, open_output(tmp_path / "out.csv") as output:
        encoder = make_encoder(inputs, Format("csv"), ["id"])
        finish = copy(encoder, calls)
        summary = write_run(inputs, output, encoder, ["id"], finish, empty=NO_RESULTS)
    assert calls == [[0, 1], [3]]
    assert (tmp_path / "out.csv").read_bytes() == b"id\n1\n2\n4\n"
    assert (summary.rows, summary.written, summary.unreadable) == (3, 3, 1)
    assert summary.errors == tmp_path / "out.csv.errors.csv"
    assert summary.errors.read_text().startswith("row,line,reason,raw\n2,4,")


def test_chunks_that_are_written_already_are_passed_over(source: Path, tmp_path: Path) -> None:
    def run(stop: bool) -> tuple[list[list[int]], Summary]:
        calls: list[list[int]] = []
        with (
            Inputs([source]) as inputs,
            open_output(tmp_path / "out.csv", identity={"run": "one"}) as output,
        ):
            encoder = make_encoder(inputs, Format("csv"), ["id"])
            finish = copy(encoder, calls)
            if stop:
                finish = stop_after_one(finish)
            summary = write_run(inputs, output, encoder, ["id"], finish, empty=NO_RESULTS)
        return calls, summary

    with pytest.raises(KeyboardInterrupt):
        run(stop=True)
    assert not (tmp_path / "out.csv").exists()
    calls, summary = run(stop=False)
    assert calls == [[3]]
    assert (tmp_path / "out.csv").read_bytes() == b"id\n1\n2\n4\n"
    assert (summary.rows, summary.unreadable) == (3, 1)


def stop_after_one(
    finish: Callable[[Chunks], Iterator[DoneChunk]],
) -> Callable[[Chunks], Iterator[DoneChunk]]:
    def stopped(chunks: Chunks) -> Iterator[DoneChunk]:
        yield next(finish(chunks))
        raise KeyboardInterrupt

    return stopped


@pytest.mark.parametrize("keep", [True, False])
def test_a_stream_leaves_its_faults_to_the_summary(source: Path, keep: bool) -> None:
    content = io.BytesIO()
    output = StreamOutput(content)
    with Inputs([source]) as inputs:
        encoder = make_encoder(inputs, Format("csv"), ["id"])
        finish = copy(encoder, [])
        summary = write_run(
            inputs, output, encoder, ["id"], finish, empty=NO_RESULTS, keep_faults=keep
        )
    assert content.getvalue() == b"id\n1\n2\n4\n"
    assert [fault.row for fault in summary.faults] == ([2] if keep else [])
    assert summary.errors is None


def test_the_name_of_the_file_comes_first_where_there_may_be_several(
    source: Path, tmp_path: Path
) -> None:
    with Inputs(tmp_path) as inputs:
        encoder = make_encoder(inputs, Format("csv"), ["file", "id"], ["row"])
        assert list(encoder.carried.values()) == ["file", "input_file", "id"]
