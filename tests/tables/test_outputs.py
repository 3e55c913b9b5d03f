"""A file takes its place only when it is whole, and a run cut off goes on where it was."""

import io
import os
from pathlib import Path

import pytest

from stance import TableError
from stance.tables.outputs import FileOutput, open_output, replacing

MADE_OF = {"input": "1", "model": "2", "options": "3"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def cut_off(path: Path, pieces: int) -> None:
    """Begin a run that can be resumed, and stop after some pieces."""
    with pytest.raises(KeyboardInterrupt), replacing(path, identity=MADE_OF) as out:
        for number in range(pieces):
            out.add([f"{number}\n".encode()], [f"fault {number}\n".encode()], done=number)
        raise KeyboardInterrupt


def test_a_file_takes_its_place_only_when_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(RuntimeError), replacing(target) as out:
        out.add([b"half"])
        raise RuntimeError
    assert names(tmp_path) == []
    with replacing(target) as out:
        out.add([b"who", b"le"])
    with (
        pytest.raises(
            TableError,
            match=r"must not exist yet; it does\. Choose another path, or pass force \(--force\)\.$",
        ),
        replacing(target),
    ):
        pass
    assert (target.read_text(), names(tmp_path)) == ("whole", ["out.csv"])
    with replacing(target, force=True) as out:
        out.add([b"new"], [b"fault"])
    assert (target.read_text(), names(tmp_path)) == ("new", ["out.csv", "out.csv.errors.csv"])
    with replacing(target, force=True) as out:
        pass
    assert names(tmp_path) == ["out.csv"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "out.csv").symlink_to(tmp_path / "there" / "real.csv")
    with replacing(tmp_path / "out.csv") as out:
        out.add([b"whole"], [b"fault"])
    assert (tmp_path / "out.csv").is_symlink()
    assert names(tmp_path / "there") == ["real.csv", "real.csv.errors.csv"]


def test_a_run_cut_off_goes_on(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    cut_off(target, 3)
    assert names(tmp_path) == [".out.csv.errors.part", ".out.csv.journal", ".out.csv.part"]
    with replacing(target, identity=MADE_OF) as out:
        assert out.last == {"done": 2}
        out.add([b"3\n"], [], done=3)
    assert target.read_text() == "0\n1\n2\n3\n"
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
    target = tmp_path / "out.csv"
    cut_off(target, 3)
    path = tmp_path / name
    path.write_bytes(harm(path.read_bytes()))
    with replacing(target, identity=MADE_OF) as out:
        assert out.last == last
        for number in range(last.get("done", -1) + 1, 4):
            out.add([f"{number}\n".encode()], [f"fault {number}\n".encode()], done=number)
    assert target.read_text() == "0\n1\n2\n3\n"
    assert (tmp_path / "out.csv.errors.csv").read_text() == "fault 0\nfault 1\nfault 2\nfault 3\n"


@pytest.mark.parametrize("fault", [b"", b"a fault\n"])
def test_a_run_killed_before_it_tidied_up_is_tidied_up(
    fault: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.csv"
    with monkeypatch.context() as patch:
        patch.setattr(
            FileOutput, "_leave", lambda output, **_: None
        )  # all that stands after the output took its place
        with replacing(target, identity=MADE_OF) as out:
            out.add([b"0\n"], [fault], done=0)
    held = names(tmp_path)
    assert ".out.csv.journal" in held
    with replacing(target, identity=MADE_OF) as out:
        assert (out.finished, out.last) == (True, {"done": 0})
    assert (target.read_bytes(), names(tmp_path)) == (
        b"0\n",
        ["out.csv", "out.csv.errors.csv"] if fault else ["out.csv"],
    )


def test_another_file_in_the_place_of_a_run_cut_off_is_not_taken_for_its_output(
    tmp_path: Path,
) -> None:
    target = tmp_path / "out.csv"
    cut_off(target, 3)
    target.write_text("another")
    with (
        pytest.raises(TableError, match=r"must not exist yet; it does\. "),
        replacing(target, identity=MADE_OF),
    ):
        pass
    with replacing(target, identity=MADE_OF, force=True) as out:
        assert (out.finished, out.last) == (False, {"done": 2})


def test_a_run_made_of_something_else_is_refused_and_keeps_what_was_done(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    cut_off(target, 1)
    with (
        pytest.raises(TableError) as error,
        replacing(target, identity={**MADE_OF, "input": "4", "model": "5"}),
    ):
        pass
    assert str(error.value) == (
        f"{target} can be resumed only with what it was begun with; input and model changed since. Put that back, or pass force (--force) "
        "and not resume to begin anew."
    )
    with pytest.raises(TableError) as error, replacing(target):
        pass
    assert str(error.value) == (
        f"{target} must not be half done; a run that can be resumed was cut off. Pass resume (--resume) to go on, or force (--force) to "
        "begin anew."
    )
    with replacing(target, identity=MADE_OF) as out:
        assert out.last == {"done": 0}


def test_force_begins_anew(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    cut_off(target, 1)
    with replacing(target, force=True) as out:
        assert out.last == {}
        out.add([b"new"])
    assert (target.read_text(), names(tmp_path)) == ("new", ["out.csv"])


def test_one_run_at_a_time(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    target = tmp_path / "out.csv"
    with replacing(target) as out:
        out.add([b"first"])
        with (
            pytest.raises(
                TableError,
                match=r"must be written by one run at a time; another writes it\. Wait for it, or choose another path\.$",
            ),
            replacing(target, force=True),
        ):
            pass  # fmt: skip
    assert target.read_text() == "first"


class Sip(io.RawIOBase):
    """A raw stream that takes three bytes at once."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, piece) -> int:  # type: ignore[no-untyped-def]
        self.taken += bytes(piece[:3])
        return len(piece[:3])


def test_a_raw_stream_gets_every_byte() -> None:
    target, errors = Sip(), Sip()
    with open_output(target, errors=errors) as out:
        out.add([b"they urged ", b"a truce"], [b"a fault"])
    assert (target.taken, errors.taken) == (b"they urged a truce", b"a fault")


@pytest.mark.skipif(os.name != "posix", reason="needs pipes of POSIX")
def test_a_pipe_that_does_not_wait_is_made_to() -> None:
    there, here = os.pipe()
    os.set_blocking(here, False)
    with os.fdopen(here, "wb", buffering=0) as target, os.fdopen(there, "rb"), open_output(target):
        assert os.get_blocking(here)
