"""Batch labelling: every row in, every row out."""

import io
import json
import os
import re
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from csv_cases import NAUGHTY
from csv_rows import rows_of

import stance
import stance.batch
from stance.convert import convert_file
from stance.model import Model
from stance.tables.inputs import Inputs


def test_rows_come_out_as_label_frame_gives_them(small: Model, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text('id,body\n7,"Lamps Out\n\nThey urged a truce."\n8,\n9,NA\n', encoding="utf-8")
    summary = stance.label_file(source, tmp_path / "out.csv", text="body", model=small, keep="id")
    rows = rows_of(tmp_path / "out.csv")
    assert [(row["id"], row["row"], row["kind"], row["status"]) for row in rows] == [
        ("7", "0", "heading", "skipped"),
        ("7", "0", "paragraph", "labelled"),
        ("8", "1", "", "empty"),
        ("9", "2", "paragraph", "unfamiliar"),
    ]
    assert (summary.rows, summary.written, summary.statuses["labelled"]) == (3, 4, 1)
    expected = small.label("They urged a truce.")[0]
    assert rows[1]["stance"] == expected.stance
    assert float(rows[1]["stance_probability"]) == pytest.approx(
        expected.probability["stance"], abs=1e-6
    )


def test_rows_that_cannot_be_read_are_kept_and_counted(small: Model, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    (tmp_path / "out.csv.errors.csv").write_text("of an earlier run")
    source.write_text("id,text\n1,a truce\n2,b,c\n3,a lamp\n", encoding="utf-8")
    summary = stance.label_file(source, tmp_path / "out.csv", model=small, unit="row", keep="all")
    assert [(row["id"], row["row"]) for row in rows_of(tmp_path / "out.csv")] == [
        ("1", "0"),
        ("3", "2"),
    ]
    assert rows_of(tmp_path / "out.csv.errors.csv") == [
        {"row": "1", "line": "3", "reason": "has 3 fields where the header has 2", "raw": "2,b,c\n"}
    ]
    assert summary.errors == tmp_path / "out.csv.errors.csv"
    source.write_text("id,text\n1,a truce\n", encoding="utf-8")
    assert stance.label_file(source, tmp_path / "out.csv", model=small, force=True).errors is None
    assert not (tmp_path / "out.csv.errors.csv").exists()


def test_an_unknown_column_leaves_no_file(small: Model, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,a truce\n", encoding="utf-8")
    with pytest.raises(
        stance.InputError,
        match=r"there is no column 'body'; the columns are \['id', 'text'\]\. Name the column of texts with text= \(--text\)\.$",
    ):
        stance.label_file(source, tmp_path / "out.csv", text="body", model=small)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_streams_do_as_well_as_paths(small: Model) -> None:
    out = io.StringIO(newline="")
    stance.label_file(io.BytesIO(b"text\nThey urged a truce.\n"), out, model=small, unit="document")
    assert len(out.getvalue().splitlines()) == 2


def test_memory_is_that_of_a_chunk(small: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two chunks are labelled at a time while a third waits; all before these are out.

    The beginning of the source, which decides the encoding, is read at once.
    """
    monkeypatch.setattr("stance.tables.readers.csv.ROWS", 5)
    monkeypatch.setattr("stance.tables.readers.csv.CHARACTERS", 100)
    monkeypatch.setattr("stance.tables.encodings.BLOCK", 100)
    monkeypatch.setattr("stance.tables.encodings.HEAD", 200)
    line = b"They urged a truce.\n"
    source, written = io.BytesIO(b"text\n" + line * 53), io.StringIO(newline="")
    label_cells, lock = small.label_cells, threading.Lock()
    given = 0

    def counted(cells, **options):  # type: ignore[no-untyped-def]
        nonlocal given
        assert len(cells) <= 5
        with lock:
            lines = written.getvalue().count("\n")
            assert 1 + given - 10 <= lines <= 1 + given if cells else lines == 0
            given += len(cells)
            assert source.tell() <= 200 + len(b"text\n") + given * len(line) + 5 * 100
        return label_cells(cells, **options)

    monkeypatch.setattr(small, "label_cells", counted)
    stance.label_file(source, written, model=small)
    assert given == 53


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_cells_without_a_text_keep_their_row_and_say_why(small: Model, tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.jsonl",
        '{"text": "They urged a truce."}\n{"text": null}\n{"text": 7}\n{"text": ""}\n{"text": "A truce, at last."}\n{}\n',
    )
    stance.label_file(source, tmp_path / "out.csv", model=small, longest=18)
    statuses = [(row["row"], row["status"]) for row in rows_of(tmp_path / "out.csv")]
    assert statuses == [
        ("0", "too long"),
        ("1", "missing"),
        ("2", "not text"),
        ("3", "empty"),
        ("4", "labelled"),
        ("5", "missing"),
    ]


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_json(path, lines=True)


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.parquet"])
def test_paragraphs_keep_their_names_in_every_format(
    name: str, small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    monkeypatch.setattr("stance.tables.readers.csv.ROWS", 2)  # rows are named across chunks
    source = write(tmp_path / "in.csv", "id,text\n" + 'a,They urged a truce.\n"b,1",\n' * 3)
    stance.label_file(source, tmp_path / name, model=small)
    assert read(tmp_path / name)["paragraph_id"].tolist() == [
        "0:0-19", "1:", "2:0-19", "3:", "4:0-19", "5:",
    ]  # fmt: skip
    stance.label_file(source, tmp_path / name, model=small, key="id", force=True)
    assert read(tmp_path / name)["paragraph_id"].tolist() == ["a:0-19", "b,1:"] * 3


def test_paragraphs_of_several_files_are_named_by_their_file(small: Model, tmp_path: Path) -> None:
    for name in ("east.csv", "west.csv"):
        write(tmp_path / name, "text\nThey urged a truce.\n")
    sources = [tmp_path / "east.csv", tmp_path / "west.csv"]
    stance.label_file(sources, tmp_path / "out.csv", model=small, unit="row")
    frame = read(tmp_path / "out.csv")
    assert frame["paragraph_id"].tolist() == [f"{file}:0:0-19" for file in frame["file"]]


@pytest.mark.parametrize("unit", ["paragraph", "row", "document"])
@pytest.mark.parametrize("name", ["out.csv", "out.jsonl.gz", "out.parquet"])
def test_processes_make_the_same_bytes(
    name: str, unit: str, small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    monkeypatch.setattr("stance.tables.readers.csv.ROWS", 3)
    source = write(
        tmp_path / "in.csv",
        "id,text\n"
        + "".join(f"{n},They urged a truce at {n}.\n" for n in range(10))
        + "11,a,b\n12,No truce.\n",
    )
    made = []
    for n_jobs in (1, 2):
        summary = stance.label_file(
            source, tmp_path / name, model=small, unit=unit, keep="all", n_jobs=n_jobs, force=True
        )
        made.append((tmp_path / name).read_bytes())
        assert (summary.rows, summary.unreadable) == (11, 1)
    assert made[0] == made[1]


def test_an_error_in_the_source_ends_a_run_of_many_processes_too(
    small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stance.tables.readers.csv.ROWS", 3)
    monkeypatch.setattr("stance.tables.encodings.HEAD", 2)
    monkeypatch.setattr("stance.tables.encodings.BLOCK", 2)
    (tmp_path / "in.csv").write_bytes(
        "text\n{}".format("They urged a truce.\n" * 9).encode("utf-16") + b"x"
    )
    with pytest.raises(stance.TableError, match=r"in\.csv must be utf-16; truncated data\."):
        stance.label_file(tmp_path / "in.csv", tmp_path / "out.csv", model=small, n_jobs=2)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_processes_do_not_run_ahead_of_a_slow_writer(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stance.tables.readers.csv.ROWS", 1)
    chunks = Inputs.chunks
    read = 0

    def counted(inputs, columns):  # type: ignore[no-untyped-def]
        nonlocal read
        for chunk in chunks(inputs, columns):
            read += 1
            yield chunk

    class Slow(io.BytesIO):
        ahead = 0

        def write(self, piece) -> int:  # type: ignore[no-untyped-def]
            if self.getvalue().count(b"\n") == 1:  # the first chunk, after the header
                before = read
                time.sleep(1)
                self.ahead = read - before
            return super().write(piece)

    monkeypatch.setattr(Inputs, "chunks", counted)
    output = Slow()
    stance.label_file(
        io.BytesIO(b"text\n" + b"A truce.\n" * 60), output, model=small, n_jobs=2, columns="row"
    )
    assert output.getvalue().split() == [b"row", *(str(row).encode() for row in range(60))]
    assert output.ahead <= 1


def test_what_was_read_before_an_error_in_the_source_is_written(
    small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stance.tables.readers.csv.ROWS", 1)
    monkeypatch.setattr("stance.tables.encodings.HEAD", 2)
    monkeypatch.setattr("stance.tables.encodings.BLOCK", 2)
    source, output = (
        io.BytesIO("text\n{}".format("They urged a truce.\n" * 3).encode("utf-16") + b"x"),
        io.BytesIO(),
    )
    with pytest.raises(stance.TableError, match=r"must be utf-16; truncated data\."):
        stance.label_file(source, output, model=small, columns="row")
    assert output.getvalue() == b"row\n0\n1\n2\n"


def test_many_files_are_told_apart(small: Model, tmp_path: Path) -> None:
    one, two = (
        write(tmp_path / "1.csv", "file,text\na,A truce.\n"),
        write(tmp_path / "2.tsv", "file\ttext\nb\tNo truce.\nc\n"),
    )
    summary = stance.label_file(tmp_path, tmp_path / "out.csv", model=small, keep="file")
    assert [
        (row["file"], row["input_file"], row["row"]) for row in rows_of(tmp_path / "out.csv")
    ] == [
        (str(one), "a", "0"),
        (str(two), "b", "0"),
    ]
    assert summary.errors
    assert [(row["file"], row["line"]) for row in rows_of(summary.errors)] == [(str(two), "3")]
    stance.label_file(
        tmp_path, tmp_path / "out.csv", model=small, force=True
    )  # what was made is no source
    assert len(rows_of(tmp_path / "out.csv")) == 2


def test_result_columns_can_be_chosen(small: Model, tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", "id,text\n1,A truce.\n")
    summary = stance.label_file(
        source, tmp_path / "out.csv", model=small, keep="id", columns=["tone", "row"]
    )
    assert list(rows_of(tmp_path / "out.csv")[0]) == ["id", "tone", "row"]
    assert summary.statuses["labelled"] == 1  # counted all the same
    with pytest.raises(
        stance.InputError,
        match=r"^`columns` must be some of the result columns; got \['mood'\]\. Choose from \['row', ",
    ):
        stance.label_file(source, tmp_path / "new.csv", model=small, columns=["mood"])


def test_parquet_keeps_the_types_of_what_is_carried(small: Model, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = pa.table(
        {
            "text": ["A truce.", None],
            "at": pa.array([1, None], type=pa.timestamp("ms")),
            "by": pa.array(["x", "y"]).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    stance.label_file(tmp_path / "in.parquet", tmp_path / "out.parquet", model=small, keep="all")
    carried = pq.read_table(tmp_path / "out.parquet").select(["text", "at", "by"])
    assert carried.equals(table.cast(carried.schema))
    assert carried.schema.field("at").type == pa.timestamp("ms")
    stance.label_file(tmp_path / "in.parquet", tmp_path / "out.csv", model=small, keep="at")
    assert [row["at"] for row in rows_of(tmp_path / "out.csv")] == [
        "1970-01-01T00:00:00.001000",
        "",
    ]


def test_a_stream_is_no_run_to_resume(small: Model, tmp_path: Path) -> None:
    with pytest.raises(
        stance.InputError,
        match=r"^`resume` must have a file as its source; a stream cannot be read again\. Save it first\.$",
    ):
        stance.label_file(io.BytesIO(b"text\na\n"), tmp_path / "out.csv", model=small, resume=True)
    source = write(tmp_path / "in.csv", "text\na\n")
    with pytest.raises(
        stance.InputError,
        match=r"^`resume` must have a file as its output; what a stream has taken cannot be taken back\. Name a file\.$",
    ):
        stance.label_file(source, io.BytesIO(), model=small, resume=True)


def test_only_the_same_run_is_resumed(
    small: Model, lighthouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("stance.tables.readers.csv.ROWS", 2)
    source, output = write(tmp_path / "in.csv", "text\n" + "A truce.\n" * 7), tmp_path / "out.csv"
    label_cells = small.label_cells
    calls = []

    def interrupted(cells, **options):  # type: ignore[no-untyped-def]
        calls.append(len(cells))
        if len(calls) == 4:
            raise KeyboardInterrupt
        return label_cells(cells, **options)

    monkeypatch.setattr(small, "label_cells", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stance.label_file(source, output, model=small, resume=True)
    other = stance.train(lighthouse.iloc[:-1], name="other")
    content = source.read_text()
    for what, changed, options in (
        ("input", content + "B.\n", {"model": small}),
        ("input", content.replace("A", "B"), {"model": small}),
        ("model", content, {"model": other}),
        ("options", content, {"model": small, "level": 0.8}),
        ("options", content, {"model": small, "keep": "text"}),
        ("options", content, {"model": small, "encoding": "cp1252"}),
    ):
        source.write_text(changed)
        with pytest.raises(
            stance.TableError,
            match=rf"can be resumed only with what it was begun with; {what} changed since\.",
        ):
            stance.label_file(source, output, resume=True, **options)
    source.write_text(content)
    for what, holder, name, value in (
        ("stance", stance.batch, "version_of", lambda package: "0"),
        ("scorer", small.frozen.scorer, "name", "another"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(holder, name, value)
            with pytest.raises(stance.TableError, match=rf"begun with; {what} changed since\."):
                stance.label_file(source, output, model=small, resume=True)
    calls[:] = range(4)
    summary = stance.label_file(source, output, model=small, resume=True)
    labelled = [n_cells for n_cells in calls[4:] if n_cells]  # none gives the result columns
    assert labelled == [2, 1]  # what was done is not done again
    assert (summary.rows, summary.written, summary.statuses["labelled"]) == (7, 7, 7)
    stance.label_file(source, tmp_path / "whole.csv", model=small)
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_a_run_killed_before_it_tidied_up_can_be_resumed(
    small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, output = (
        write(tmp_path / "in.csv", "id,text\n1,A truce.\n2,a,b\n"),
        tmp_path / "out.csv",
    )
    with monkeypatch.context() as patch:
        patch.setattr("stance.tables.outputs.FileOutput._leave", lambda output, **_: None)
        first = stance.label_file(source, output, model=small, resume=True)
    made = output.read_bytes()
    again = stance.label_file(source, output, model=small, resume=True)
    assert (again.rows, again.unreadable, again.errors, again.labels) == (
        1,
        1,
        first.errors,
        first.labels,
    )
    assert output.read_bytes() == made
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "in.csv",
        "out.csv",
        "out.csv.errors.csv",
    ]


def test_rows_at_fault_of_a_stream_are_kept_or_go_to_errors(small: Model) -> None:
    source = b"id,text\n1,a,b\n"
    summary = stance.label_file(io.BytesIO(source), io.BytesIO(), model=small)
    assert ([fault.raw for fault in summary.faults], summary.unreadable) == (["1,a,b\n"], 1)
    errors = io.StringIO()
    summary = stance.label_file(io.BytesIO(source), io.BytesIO(), model=small, errors=errors)
    assert (summary.faults, errors.getvalue().splitlines()[0]) == ([], "row,line,reason,raw")


@pytest.mark.parametrize(("option", "value"), [("n_jobs", 0), ("longest", 0)])
def test_numbers_too_small_are_refused(
    option: str, value: int, small: Model, tmp_path: Path
) -> None:
    with pytest.raises(stance.InputError, match=rf"^`{option}` must be at least 1; got 0\.$"):
        stance.label_file(
            io.BytesIO(b"text\na\n"), tmp_path / "out.csv", model=small, **{option: value}
        )


@pytest.mark.skipif(os.name != "posix", reason="needs file names of any bytes")
@pytest.mark.parametrize("output", ["out.csv", "out.jsonl", "out.parquet"])
def test_a_file_name_that_is_not_utf_8_is_escaped(
    output: str, small: Model, tmp_path: Path
) -> None:
    for name in (b"caf\xe9.csv", b"b.csv"):
        (tmp_path / os.fsdecode(name)).write_text("text\nA truce.\n")
    if output == "out.parquet":
        pytest.importorskip("pyarrow")
    sources = [tmp_path / "b.csv", tmp_path / os.fsdecode(b"caf\xe9.csv")]
    stance.label_file(sources, tmp_path / output, model=small, columns="row", resume=True)
    convert_file(tmp_path / output, tmp_path / "files.csv", force=True)
    assert [Path(row["file"]).name for row in rows_of(tmp_path / "files.csv")] == [
        "b.csv",
        "caf\\xe9.csv",
    ]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet", ".xlsx"])
def test_naughty_strings_come_out_as_they_went_in(
    suffix: str, small: Model, tmp_path: Path
) -> None:
    """No row is lost, and none is changed but where a workbook has no such character."""
    if suffix in (".parquet", ".xlsx"):
        pytest.importorskip("pyarrow" if suffix == ".parquet" else "python_calamine")
    texts = [text for text in NAUGHTY if text.isprintable() or suffix != ".xlsx"]
    texts = [text for text in texts if not re.search("[\ud800-\udfff]", text)]  # in no UTF-8
    source, output = tmp_path / "in.jsonl", tmp_path / f"out{suffix}"
    source.write_text("".join(json.dumps({"id": text, "text": text}) + "\n" for text in texts))
    stance.label_file(source, output, model=small, unit="row", keep=["id"], html="keep")
    with Inputs(output) as inputs:
        chunks = [chunk for _, chunk, _ in inputs.chunks(["row", "id"])]
    assert [int(row) for chunk in chunks for row in chunk.columns["row"]] == [*range(len(texts))]
    assert [text for chunk in chunks for text in chunk.columns["id"]] == texts


def test_naughty_strings_are_labelled_like_any_other(small: Model) -> None:
    frame = pd.DataFrame({"text": pd.Series(NAUGHTY, dtype=object)})
    labelled = small.label_frame(frame, html="keep")
    assert labelled["row"].nunique() == len(NAUGHTY)
    for text in NAUGHTY:
        document = small.label(text, html="keep")
        assert all(text[block.start : block.end] == block.text for block in document)
        repr(document)
        document._repr_html_()


@pytest.mark.skipif(os.name != "posix", reason="needs a device that takes everything")
def test_what_goes_to_a_device_has_no_record(small: Model, tmp_path: Path) -> None:
    """The digest of a pipe was waited for, for ever."""
    (tmp_path / "in.csv").write_text("text\nA truce.\n")
    (tmp_path / "out.csv").symlink_to(os.devnull)
    summary = stance.label_file(tmp_path / "in.csv", tmp_path / "out.csv", model=small, record=True)
    assert summary.written == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_a_record_that_cannot_be_written_is_named(
    small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "in.csv").write_text("text\nA truce.\n")
    monkeypatch.setattr(Path, "write_text", refuse)
    output = tmp_path / "out.csv"
    expected = f"{output}.run.json cannot be written; No space left on device. {output} is whole, and only lacks its record."
    with pytest.raises(stance.TableError, match=f"^{re.escape(expected)}$"):
        stance.label_file(tmp_path / "in.csv", output, model=small, record=True)
    assert output.exists()
