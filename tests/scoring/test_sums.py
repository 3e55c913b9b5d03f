"""Models from strangers: refused by a sentence, at once and in little memory, or they work."""

import lzma
import resource
import time
import zipfile
from pathlib import Path

import pytest
from fuzz_models import HEADERS, MAX_GROWTH, MAX_SECONDS

import stance
from stance.model import Model
from stance.scoring import sums
from stance.scoring.files import write_sums
from stance.scoring.sums import SUMS, make_sums


@pytest.fixture
def saved(small: Model, tmp_path: Path) -> Path:
    return small.save(tmp_path / "model")


def refused(path: Path) -> str:
    """Load a model that must be refused soon and in little memory; return the message."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(stance.ModelError) as caught:
        stance.load(path)
    assert time.process_time() - start < MAX_SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MAX_GROWTH
    return str(caught.value)


TOO_LARGE = (
    " must be at most 160 MB, 12 of them not arrays; it is larger. Train a smaller model (min_df)."
)


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "not listed"])
def test_a_bomb_in_a_zip_is_never_unpacked(listed: bool, saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    zeros = bytes(2**20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in saved.iterdir():
            if file.suffix != ".joblib" and file.name != SUMS:
                archive.write(file, file.name)
        with archive.open("bomb.npy", "w") as bomb:
            for _ in range(1024):
                bomb.write(zeros)
        content = (saved / SUMS).read_bytes()
        archive.writestr(SUMS, b"0" * 64 + b"  bomb.npy\n" + content if listed else content)
    if listed:
        assert refused(path) == f"{path}{TOO_LARGE}"
    else:
        stance.load(path)


def test_a_zip_of_endless_entries_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "entries.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2000):
            archive.writestr(f"{number}", b"")
    assert refused(path).endswith("it cannot be read as one. Check the path.")


def test_a_zip_packed_in_another_way_is_refused(saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for file in saved.iterdir():
            archive.write(file, file.name)
    damaged = bytearray(path.read_bytes())
    damaged[60:80] = lzma.FORMAT_ALONE.to_bytes(20, "little")
    for content in (path.read_bytes(), bytes(damaged)):
        path.write_bytes(content)
        assert refused(path).endswith("it cannot be read as one. Check the path.")


def test_only_what_the_sums_list_is_read(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (saved / "stray.json").write_bytes(b" " * 10_000_000)
    (saved / "pipe").mkdir()
    monkeypatch.setattr(sums, "MAX_JSON", 1_000_000)
    stance.load(saved)


@pytest.mark.parametrize(
    "name", ["../secret.json", "/etc/hostname", "a\\b", "sub/facts.json"], ids=repr
)
def test_sums_that_name_files_elsewhere_are_refused(name: str, saved: Path) -> None:
    (saved / SUMS).write_text((saved / SUMS).read_text() + f"{'0' * 64}  {name}\n")
    assert refused(saved) == (
        f"{saved} was changed after it was saved (SHA256SUMS). Do not trust it; copy or train it again."
    )


def test_a_device_is_no_file_of_a_model(saved: Path) -> None:
    (saved / "words.json").unlink()
    (saved / "words.json").symlink_to("/dev/zero")
    assert "was changed after it was saved (words.json)" in refused(saved)


@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
def test_a_broken_array_header_is_a_model_error(header: bytes, saved: Path) -> None:
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    (saved / "stance.scores.npy").write_bytes(content)
    write_sums(saved)
    assert "Copy or train the model again." in refused(saved)


def test_json_that_unpacks_to_gigabytes_is_refused(saved: Path) -> None:
    (saved / "words.json").write_bytes(b"[" + b"{}," * 40_000_000 + b"{}]")
    files = {
        path.name: path.read_bytes()
        for path in saved.iterdir()
        if path.suffix != ".joblib" and path.name != "words.json"
    }
    content = make_sums(files) + b"0" * 64 + b"  words.json\n"
    (saved / SUMS).write_bytes(content)
    assert refused(saved) == f"{saved}{TOO_LARGE}"
