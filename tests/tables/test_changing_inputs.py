"""Tables that are written to while they are read: told, and never taken for what they were."""

import gzip
import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import stance
from stance import TableError
from stance.convert import convert_file
from stance.model import Model
from stance.tables import inputs as inputs_module
from stance.tables.inputs import Inputs
from stance.tables.rows import Chunk

ROWS = 30_000
MESSAGE = "{} must stay the same while it is read; it was written to, moved or removed. Wait until it is complete, and begin anew."


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("text\n" + "They urged a truce.\n" * ROWS)
    return path


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("late\n")


def overwrite(path: Path) -> None:
    """Write other bytes of the same number, and set the time of the file back."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(-10, os.SEEK_END)
        file.write(b"refused.\n\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def change_after_a_chunk(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], path: Path
) -> None:
    chunks = Inputs.chunks

    def changed(self: Inputs, columns: Sequence[str]) -> Iterator[tuple[str, Chunk, int]]:
        for number, chunk in enumerate(chunks(self, columns)):
            yield chunk
            if number == 0:
                change(path)

    monkeypatch.setattr(inputs_module.Inputs, "chunks", changed)


@pytest.mark.parametrize("change", [truncate, append, Path.unlink])
@pytest.mark.parametrize("resume", [False, True], ids=["once", "resumable"])
def test_a_table_that_changes_while_it_is_labelled_is_named_and_nothing_is_written(
    change: Callable[[Path], None],
    resume: bool,
    source: Path,
    small: Model,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_after_a_chunk(monkeypatch, change, source)
    output = tmp_path / "out.csv"
    with pytest.raises(TableError) as caught:
        stance.label_file(source, output, model=small, unit="row", resume=resume)
    assert str(caught.value) == MESSAGE.format(source)
    assert not output.exists()


def test_other_bytes_under_the_old_time_leave_nothing_to_resume(
    source: Path, small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_after_a_chunk(monkeypatch, overwrite, source)
    with pytest.raises(TableError) as caught:
        stance.label_file(source, tmp_path / "out.csv", model=small, unit="row", resume=True)
    assert str(caught.value) == (
        "the content of the tables must stay the same while they are read; it changed. Wait until they are complete, and begin anew."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_table_that_changes_while_it_is_converted_is_named(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_after_a_chunk(monkeypatch, truncate, source)
    with pytest.raises(TableError, match="must stay the same while it is read"):
        convert_file(source, tmp_path / "out.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_table_that_changes_after_it_was_read_is_named_too(
    source: Path, small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in2.csv").write_text("text\n" + "The talks go on.\n" * ROWS)
    chunks = Inputs.chunks

    def changed(self: Inputs, columns: Sequence[str]) -> Iterator[tuple[str, Chunk, int]]:
        yield from chunks(self, columns)
        append(source)

    monkeypatch.setattr(inputs_module.Inputs, "chunks", changed)
    with pytest.raises(TableError, match=r"in\.csv must stay the same"):
        stance.label_file(
            str(tmp_path / "in*.csv"), tmp_path / "out.jsonl", model=small, unit="row"
        )


def write_table(path: Path) -> None:
    """Write more than any reader takes at once, which packs badly."""
    chance = random.Random(0)
    rows = [f"The lamp {chance.randbytes(200).hex()} burns." for _ in range(24_000)]
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps({"text": row}) + "\n" for row in rows))
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress("\n".join(["text", *rows, ""]).encode(), 1))
    else:
        path.write_text("\n".join(["text", *rows, ""]))


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".jsonl"])
def test_a_table_that_is_changed_and_changed_back_is_not_certified(
    suffix: str, small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end, content, size and time are those of the beginning; what was read was not."""
    path = tmp_path / f"in{suffix}"
    write_table(path)
    monkeypatch.setattr("stance.tables.encodings.HEAD", 2**20)
    before, state = path.read_bytes(), path.stat()
    chunks = Inputs.chunks

    def put(content: bytes) -> None:
        path.write_bytes(content)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))

    def changed(self: Inputs, columns: Sequence[str]) -> Iterator[tuple[str, Chunk, int]]:
        for number, chunk in enumerate(chunks(self, columns)):
            if number == 0:
                end = len(before) * 3 // 4
                put(before[:end] + bytes(byte ^ 1 for byte in before[end:]))
            yield chunk

    monkeypatch.setattr(inputs_module.Inputs, "chunks", changed)
    check = Inputs.check_unchanged
    monkeypatch.setattr(
        inputs_module.Inputs, "check_unchanged", lambda self: (put(before), check(self))[1]
    )
    with pytest.raises(TableError, match="the content of the tables must stay the same"):
        stance.label_file(path, tmp_path / "out.csv", model=small, unit="row", resume=True)
    assert not (tmp_path / "out.csv").exists()
