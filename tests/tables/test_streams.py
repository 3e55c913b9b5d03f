"""Files and streams, opened for reading: unpacked, named, and read to their end."""

import gzip
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from stance import TableError
from stance.tables.documents import read_document
from stance.tables.encodings import read_text
from stance.tables.streams import digest_blocks, open_source


def test_a_file_is_unpacked_as_its_name_says_and_its_packed_bytes_are_counted(
    tmp_path: Path,
) -> None:
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(b"id\n1\n"))
    with open_source(path) as source:
        assert (source.name, source.stream.read()) == (str(path), b"id\n1\n")
        assert source.position() == path.stat().st_size


def test_a_packing_that_is_named_is_believed(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(gzip.compress(b"id\n1\n"))
    with open_source(tmp_path / "in.csv", "gz") as source:
        assert source.stream.read() == b"id\n1\n"


def test_a_stream_is_left_open_and_called_by_its_name() -> None:
    stream = io.BytesIO(b"id\n")
    with open_source(stream) as source:
        assert source.name == "standard input"
    assert not stream.closed
    stream.name = "keepers.csv"  # type: ignore[attr-defined]
    with open_source(stream) as source:
        assert source.name == "keepers.csv"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError) as error, open_source(tmp_path / "nowhere.csv"):
        pass
    assert str(error.value) == (
        f"{tmp_path}/nowhere.csv must be a file that can be read; No such file or directory. Check the path."
    )


@pytest.mark.skipif(os.name != "posix", reason="needs pipes of POSIX")
def test_a_pipe_that_does_not_wait_is_read_to_its_end() -> None:
    reading_end, writing_end = os.pipe()
    os.set_blocking(reading_end, False)
    with (
        os.fdopen(reading_end, "rb") as stream,
        os.fdopen(writing_end, "wb", buffering=0) as writer,
    ):
        late = threading.Timer(0.2, lambda: (writer.write(b"id\n1\n"), writer.close()))
        late.start()
        with open_source(stream) as source:
            assert source.position() == 0  # a pipe does not know
            assert "".join(read_text(source.stream, "in.csv").blocks) == "id\n1\n"
        late.join()


def test_what_was_not_digested_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "in.bin"
    content = bytes(range(256)) * 10_000
    path.write_bytes(content)
    digests = digest_blocks(path)
    with open_source(path, "", digests) as source:
        assert source.stream.read() == content
        assert (source.stream.seek(-3, os.SEEK_END), source.stream.read(9)) == (
            2_559_997,
            b"\xfd\xfe\xff",
        )
        assert (source.stream.seek(2**20 - 1), source.stream.read(2)) == (2**20 - 1, b"\xff\x00")
        assert (source.stream.seek(9_000_000), source.stream.read()) == (9_000_000, b"")
    for other in (content[:-1], content + b"x", content[:2_000_000] + b"x" + content[2_000_001:]):
        path.write_bytes(other)
        with open_source(path, "", digests) as source:
            assert source.stream.read(2**20) == content[: 2**20]
            with pytest.raises(TableError, match="the content of the tables must stay the same"):
                source.stream.read()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
@pytest.mark.parametrize("read", [read_document, lambda path: open_source(path).__enter__()])
def test_a_device_that_may_never_end_is_not_read(read: Callable[[Path], object]) -> None:
    with pytest.raises(TableError) as error:
        read(Path("/dev/zero"))
    assert str(error.value) == (
        "/dev/zero must be a file, a pipe or a terminal; it is a device that may never end. "
        "Save what it gives to a file."
    )
    assert read_document(Path(os.devnull)) == ""
