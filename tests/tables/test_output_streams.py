"""Output to a stream: every byte, in order, as it comes."""

import io
import os
from pathlib import Path
from typing import IO

import pytest

from stance.tables.output_streams import StreamOutput
from stance.tables.outputs import open_output


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
    output, errors = Sip(), Sip()
    with open_output(output, errors=errors) as opened:
        opened.add([b"they urged ", b"a truce"], [b"a fault"])
    assert (output.taken, errors.taken) == (b"they urged a truce", b"a fault")


def test_a_text_stream_gets_text_and_keeps_bytes_that_are_none() -> None:
    output, errors = io.StringIO(newline=""), io.StringIO(newline="")
    with open_output(output, errors=errors) as opened:
        opened.add(["café\n".encode()], [b"caf\xe9\n"])
    assert (output.getvalue(), errors.getvalue()) == ("café\n", "caf\udce9\n")


def test_what_must_be_assembled_is_written_at_the_end_and_a_kill_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def assemble(part: IO[bytes], stream: IO[bytes]) -> None:
        stream.write(part.read().upper())

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    stream = io.BytesIO()
    output = StreamOutput(stream, assemble=assemble)
    output.add([b"a truce"])
    assert stream.getvalue() == b""
    assert list(tmp_path.iterdir()) == []  # nothing has a name that could outlive the process
    output.finish()
    output.close()
    assert stream.getvalue() == b"A TRUCE"


@pytest.mark.skipif(os.name != "posix", reason="needs pipes of POSIX")
def test_a_pipe_that_does_not_wait_is_made_to() -> None:
    reading_end, writing_end = os.pipe()
    os.set_blocking(writing_end, False)
    with (
        os.fdopen(writing_end, "wb", buffering=0) as stream,
        os.fdopen(reading_end, "rb"),
        open_output(stream),
    ):
        assert os.get_blocking(writing_end)


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs /dev/null")
def test_a_device_is_a_stream_and_is_not_replaced() -> None:
    with open_output(Path("/dev/null")) as opened:
        assert isinstance(opened, StreamOutput)
        opened.add([b"a truce"])
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")
def test_no_text_steers_a_terminal_that_is_named_as_output() -> None:
    user, terminal = os.openpty()
    try:
        with open_output(Path(os.ttyname(terminal))) as output:
            output.add([b"a\x1b[2Jb"])
        assert os.read(user, 100) == rb"a\x1b[2Jb"
    finally:
        os.close(user)
        os.close(terminal)
