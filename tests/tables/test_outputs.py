"""A file takes its path only when it is whole, and a run that was cut off goes on where it was."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from stance import InputError, TableError
from stance.tables.outputs import FileOutput, made_files, open_output, replacing

MADE_OF = {"input": "1", "model": "2", "options": "3"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def cut_off(path: Path, pieces: int) -> None:
    """Begin a run that can be resumed, and stop after some pieces."""
    with pytest.raises(KeyboardInterrupt), replacing(path, identity=MADE_OF) as opened:
        for number in range(pieces):
            opened.add([f"{number}\n".encode()], [f"fault {number}\n".encode()], done=number)
        raise KeyboardInterrupt


def test_a_file_takes_its_path_only_when_whole(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    with pytest.raises(RuntimeError), replacing(output) as opened:
        opened.add([b"half"])
        raise RuntimeError
    assert names(tmp_path) == []
    with replacing(output) as opened:
        opened.add([b"who", b"le"])
    with (
        pytest.raises(
            TableError,
            match=r"must not exist yet; it does\. Choose another path, or pass force \(--force\)\.$",
        ),
        replacing(output),
    ):
        pass
    assert (output.read_text(), names(tmp_path)) == ("whole", ["out.csv"])
    with replacing(output, force=True) as opened:
        opened.add([b"new"], [b"fault"])
    assert (output.read_text(), names(tmp_path)) == ("new", ["out.csv", "out.csv.errors.csv"])
    with replacing(output, force=True) as opened:
        pass
    assert names(tmp_path) == ["out.csv"]


@pytest.mark.parametrize("which", ["data", "faults"])
def test_what_cannot_be_read_is_not_called_unwritable(which: str, tmp_path: Path) -> None:
    def read() -> Iterator[bytes]:
        yield b"half"
        raise OSError(5, "Input/output error", "table.csv")

    with (
        pytest.raises(OSError, match=r"table\.csv") as error,
        replacing(tmp_path / "out.csv") as out,
    ):
        out.add(**{"data": [], which: read()})
    assert (error.value.errno, error.value.filename) == (5, "table.csv")
    assert names(tmp_path) == []


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "out.csv").symlink_to(tmp_path / "there" / "real.csv")
    with replacing(tmp_path / "out.csv") as opened:
        opened.add([b"whole"], [b"fault"])
    assert (tmp_path / "out.csv").is_symlink()
    assert names(tmp_path / "there") == ["real.csv", "real.csv.errors.csv"]


def test_a_run_cut_off_goes_on(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    cut_off(output, 3)
    assert names(tmp_path) == [".out.csv.errors.part", ".out.csv.journal", ".out.csv.part"]
    with replacing(output, identity=MADE_OF) as opened:
        assert opened.last == {"done": 2}
        opened.add([b"3\n"], [], done=3)
    assert output.read_text() == "0\n1\n2\n3\n"
    assert (tmp_path / "out.csv.errors.csv").read_text() == "fault 0\nfault 1\nfault 2\n"
    assert names(tmp_path) == ["out.csv", "out.csv.errors.csv"]


@pytest.mark.parametrize(
    ("name", "harm", "last"),
    [
        (".out.csv.part", lambda content: content + b"3\nhal", {"done": 2}),
        (".out.csv.part", lambda content: content[:5], {"done": 1}),
        (".out.csv.part", lambda content: content[:4] + b"\0\0", {"done": 1}),
        (".out.csv.part", lambda content: b"", {}),
        (".out.csv.errors.part", lambda content: content[:-1], {"done": 1}),
        (".out.csv.journal", lambda content: content[:-9], {"done": 1}),
        (".out.csv.journal", lambda content: content[:9], {}),
    ],
    ids=[
        "more written",
        "less written",
        "zeros",
        "nothing",
        "fewer faults",
        "half a line",
        "half the first line",
    ],
)
def test_only_what_the_files_bear_out_is_believed(
    name: str, harm, last: dict[str, int], tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    output = tmp_path / "out.csv"
    cut_off(output, 3)
    path = tmp_path / name
    path.write_bytes(harm(path.read_bytes()))
    with replacing(output, identity=MADE_OF) as opened:
        assert opened.last == last
        for number in range(last.get("done", -1) + 1, 4):
            opened.add([f"{number}\n".encode()], [f"fault {number}\n".encode()], done=number)
    assert output.read_text() == "0\n1\n2\n3\n"
    assert (tmp_path / "out.csv.errors.csv").read_text() == "fault 0\nfault 1\nfault 2\nfault 3\n"


@pytest.mark.parametrize("fault", [b"", b"a fault\n"])
def test_a_run_killed_before_it_tidied_up_is_tidied_up(
    fault: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.csv"
    with monkeypatch.context() as patch:
        patch.setattr(
            FileOutput, "_leave", lambda output, **_: None
        )  # what comes after the output took its path
        with replacing(output, identity=MADE_OF) as opened:
            opened.add([b"0\n"], [fault], done=0)
    assert ".out.csv.journal" in names(tmp_path)
    with replacing(output, identity=MADE_OF) as opened:
        assert (opened.finished, opened.last) == (True, {"done": 0})
    assert (output.read_bytes(), names(tmp_path)) == (
        b"0\n",
        ["out.csv", "out.csv.errors.csv"] if fault else ["out.csv"],
    )


def test_another_file_at_the_path_of_a_run_cut_off_is_not_taken_for_its_output(
    tmp_path: Path,
) -> None:
    output = tmp_path / "out.csv"
    cut_off(output, 3)
    output.write_text("another")
    with (
        pytest.raises(TableError, match=r"must not exist yet; it does\. "),
        replacing(output, identity=MADE_OF),
    ):
        pass
    with replacing(output, identity=MADE_OF, force=True) as opened:
        assert (opened.finished, opened.last) == (False, {"done": 2})


def test_a_run_made_of_something_else_is_refused_and_keeps_what_was_done(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    cut_off(output, 1)
    with (
        pytest.raises(TableError) as error,
        replacing(output, identity={**MADE_OF, "input": "4", "model": "5"}),
    ):
        pass
    assert str(error.value) == (
        f"{output} can be resumed only with what it was begun with; input and model changed since. Restore it, or begin anew with "
        "force (--force) and without resume."
    )
    with pytest.raises(TableError) as error, replacing(output):
        pass
    assert str(error.value) == (
        f"{output} must not be half done; a run that can be resumed was cut off. Pass resume (--resume) to go on, or force (--force) to "
        "begin anew."
    )
    with replacing(output, identity=MADE_OF) as opened:
        assert opened.last == {"done": 0}


def test_force_begins_anew(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    cut_off(output, 1)
    with replacing(output, force=True) as opened:
        assert opened.last == {}
        opened.add([b"new"])
    assert (output.read_text(), names(tmp_path)) == ("new", ["out.csv"])


def test_one_run_at_a_time(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    output = tmp_path / "out.csv"
    with replacing(output) as opened:
        opened.add([b"first"])
        with (
            pytest.raises(
                TableError,
                match=r"must be written by one run at a time; another writes it\. Wait for it, or choose another path\.$",
            ),
            replacing(output, force=True),
        ):
            pass  # fmt: skip
    assert output.read_text() == "first"


def test_rows_at_fault_of_a_file_go_beside_it_and_nowhere_else(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        open_output(tmp_path / "out.csv", errors=io.BytesIO())
    assert str(error.value) == (
        "`errors` must be left out if `output` is a file; rows that cannot be read go to a file beside it."
    )


def test_a_stream_cannot_be_resumed() -> None:
    with pytest.raises(InputError) as error:
        open_output(io.BytesIO(), identity=MADE_OF)
    assert str(error.value) == (
        "`resume` must have a file as its output; what a stream has taken cannot be taken back. Name a file."
    )


def test_what_must_be_assembled_is_whole_only_at_the_end(tmp_path: Path) -> None:
    def assemble(part: IO[bytes], stream: IO[bytes]) -> None:
        stream.write(part.read().upper())

    with replacing(tmp_path / "out.csv", assemble=assemble) as opened:
        opened.add([b"a tr"])
        opened.add([b"uce"])
        assert "out.csv" not in names(tmp_path)
    assert ((tmp_path / "out.csv").read_bytes(), names(tmp_path)) == (b"A TRUCE", ["out.csv"])


@pytest.mark.parametrize("resume", [False, True], ids=["once", "resumable"])
def test_a_file_that_appears_during_the_run_is_not_replaced(resume: bool, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    with (
        pytest.raises(TableError) as caught,
        replacing(output, identity=MADE_OF if resume else None) as opened,
    ):
        opened.add([b"ours"], [b"fault"], done=0)
        output.write_text("theirs")
    assert str(caught.value) == (
        f"{output} must not exist yet; it appeared during the run. Choose another path, or pass force (--force)."
    )
    assert output.read_text() == "theirs"
    assert not (tmp_path / "out.csv.errors.csv").exists()
    if resume:
        output.unlink()
        with replacing(output, identity=MADE_OF) as opened:
            assert opened.last == {"done": 0}
    else:
        assert names(tmp_path) == ["out.csv"]


def test_a_file_system_without_links_serves_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    with replacing(tmp_path / "out.csv") as opened:
        opened.add([b"whole"])
    assert names(tmp_path) == ["out.csv"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("loop", "a link that leads back to itself"),
        (".", "a folder"),
        ("..", "a folder"),
        ("/", "a folder"),
    ],
    ids=["a loop", "here", "above", "root"],
)
def test_what_cannot_be_a_file_is_named(
    name: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    with pytest.raises(TableError) as caught:
        made_files(Path(name))
    assert str(caught.value) == f"{name} must be a file; it is {problem}. Name a file."


@pytest.mark.parametrize(
    "content",
    ["[1]", '"x"', "3", "null", '{"input": 3}', '{"input": "1"}\n{"files": 3}', '{"input": "1"}\n[]',
     '{"input": "1"}\n{"files": [[-1, 0], [0, 0]]}', '{"input": "1", "model": "2", "options": "3"}\n{"files": [[0, 0]]}'],
)  # fmt: skip
def test_a_journal_of_another_shape_is_named_and_left(content: str, tmp_path: Path) -> None:
    journal = tmp_path / ".out.csv.journal"
    journal.write_text(f"{content}\n")
    with pytest.raises(TableError) as caught:
        FileOutput(tmp_path / "out.csv", identity=MADE_OF)
    assert str(caught.value) == (
        f"{journal} must be the journal of a run that was cut off; it is something else. Remove it."
    )
    assert journal.read_text() == f"{content}\n"


@pytest.mark.parametrize("suffix", ["part", "journal", "errors.part"])
def test_a_folder_where_a_hidden_file_goes_is_named_and_left(suffix: str, tmp_path: Path) -> None:
    hidden = tmp_path / f".out.csv.{suffix}"
    hidden.mkdir()
    with pytest.raises(TableError) as error:
        FileOutput(tmp_path / "out.csv", force=False)
    assert str(error.value) == (
        f"{tmp_path / 'out.csv'} cannot be written; a folder lies where its unfinished file goes, "
        f"{hidden}. Move it, or choose another path."
    )
    assert names(tmp_path) == [hidden.name]
