"""The journal of a run, and the files whose growth it follows. Runs cut off are in test_outputs.py."""

from pathlib import Path
from zlib import crc32

import pytest

from stance import TableError
from stance.tables.journal import GrowingFile, Journal, has_content

MADE_OF = {"input": "1", "model": "2"}


def test_a_growing_file_knows_its_length_and_checksums(tmp_path: Path) -> None:
    path = tmp_path / "part"
    file = GrowingFile(path)
    file.write(b"they urged ")
    file.write(b"a truce")
    assert (file.length, file.crc) == (18, crc32(b"they urged a truce"))
    assert file.checksums([0, 11, 18, 19]) == {
        0: 0,
        11: crc32(b"they urged "),
        18: crc32(b"they urged a truce"),
    }
    file.cut(11, crc32(b"they urged "))
    file.write(b"peace")
    file.close()
    assert path.read_bytes() == b"they urged peace"
    assert has_content(path, 16, crc32(b"they urged peace"))
    assert not has_content(path, 15, crc32(b"they urged peac"))
    assert has_content(tmp_path / "nowhere", 0, 0)
    assert not has_content(tmp_path / "nowhere", 1, 0)


def test_one_run_at_a_time_locks_a_file(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    first, second = GrowingFile(tmp_path / "part"), GrowingFile(tmp_path / "part")
    assert first.lock()
    assert not second.lock()
    first.close()
    assert second.lock()
    second.close()


def test_a_file_that_has_taken_the_path_is_not_removed(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "part")
    (tmp_path / "part").unlink()
    (tmp_path / "part").write_text("another")
    file.remove()
    file.close()
    assert (tmp_path / "part").read_text() == "another"


def write_journal(path: Path, file: GrowingFile) -> None:
    journal = Journal(path)
    journal.begin(MADE_OF)
    for number, content in enumerate((b"a\n", b"b\n", b"c\n")):
        file.write(content)
        journal.add({"files": [[file.length, file.crc]], "state": {"done": number}})
    journal.close()


def test_the_last_line_that_the_file_confirms_is_believed(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "part")
    write_journal(tmp_path / "journal", file)
    assert Journal(tmp_path / "journal").find_last([file])["state"] == {"done": 2}
    file.cut(5, crc32(b"a\nb\nc"))
    journal = Journal(tmp_path / "journal")
    assert journal.find_last([file])["state"] == {"done": 1}
    assert (tmp_path / "part").read_bytes() == b"a\nb\n"
    journal.begin(MADE_OF)
    journal.close()
    assert Journal(tmp_path / "journal").lines == journal.lines
    assert len(journal.lines) == 3
    file.close()


def test_half_a_line_is_forgotten(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "part")
    write_journal(tmp_path / "journal", file)
    (tmp_path / "journal").write_bytes((tmp_path / "journal").read_bytes()[:-3])
    assert Journal(tmp_path / "journal").find_last([file])["state"] == {"done": 1}
    file.close()


def test_what_has_changed_since_is_named(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "part")
    write_journal(tmp_path / "journal", file)
    file.close()
    Journal(tmp_path / "journal").check(MADE_OF, "out.csv")
    with pytest.raises(TableError) as error:
        Journal(tmp_path / "journal").check({"input": "1", "model": "3", "level": "4"}, "out.csv")
    assert str(error.value) == (
        "out.csv can be resumed only with what it was begun with; level and model changed since. Restore it, or begin anew with "
        "force (--force) and without resume."
    )
