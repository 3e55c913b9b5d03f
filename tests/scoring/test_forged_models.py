"""Models from strangers: refused by a sentence, at once and in little memory, or they work."""

import json
import lzma
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fuzz_models import HEADERS, MAX_GROWTH, MAX_SECONDS, fuzz

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


def change(saved: Path, name: str, changes: Callable[[Any], object]) -> None:
    content = json.loads((saved / name).read_text())
    (saved / name).write_text(json.dumps(changes(content) or content))
    write_sums(saved)


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


CRAFTED: dict[str, tuple[str, Callable[[Any], object], str]] = {
    "classes that are the same": (
        "stance.features.json",
        lambda head: head.update(classes=["opposed"] * 3),
        "classes of stance are not distinct",
    ),
    "classes that are no text": (
        "stance.features.json",
        lambda head: head.update(classes=[1, 2, 3]),
        r"classes of stance\[0\] is int",
    ),
    "a feature that is no text": (
        "stance.features.json",
        lambda head: head["blocks"][0]["features"].__setitem__(0, 3),
        "a feature is no text",
    ),
    "a lexicon of giants": (
        "stance.features.json",
        lambda head: head["blocks"][0].update(lexicon={"truce": 10**9}),
        "not from -4 to 4",
    ),
    "heads without end": (
        "facts.json",
        lambda facts: facts.update(heads=[f"head {number}" for number in range(100)]),
        "heads are not distinct, or too many",
    ),
    "no count of rows": ("facts.json", lambda facts: facts.update(rows="many"), "facts.rows is str"),
    "versions of another shape": (
        "facts.json",
        lambda facts: facts.update(versions=["1"]),
        "facts.versions is list",
    ),
    "figures in words": (
        "facts.json",
        lambda facts: facts["cross_validation"]["stance"].update(macro_f1="good"),
        r"facts.cross_validation.stance.macro_f1 is no finite number",
    ),
    "a matrix that is not square": (
        "facts.json",
        lambda facts: facts["cross_validation"]["stance"].update(confusion=[[1, 2]]),
        "confusion is not square",
    ),
    "words that are no text": ("words.json", lambda words: [*words, 3], r"words\[\d+\] is int"),
    "names without end": (
        "sides.json",
        lambda sides: {"names": [f"South {n}" for n in range(501)], "exact": []},
        "too many names that begin with south",
    ),
    "a self-test without end": (
        "facts.json",
        lambda facts: facts["self_test"][0].update(text="a " * 100_000),
        "self_test is too long",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "problem"), CRAFTED.values(), ids=CRAFTED)
def test_what_is_forged_is_named(
    name: str, changes: Callable[[Any], object], problem: str, saved: Path
) -> None:
    change(saved, name, changes)
    with pytest.raises(stance.ModelError, match=problem):
        stance.load(saved)


def test_weights_beyond_number_or_measure_are_refused(saved: Path) -> None:
    weights = np.load(saved / "stance.weights.npy")
    np.save(saved / "stance.weights.npy", np.where(weights == weights.max(), 1e300, weights))
    write_sums(saved)
    assert "has a weight beyond 1,000,000" in refused(saved)
    np.save(saved / "stance.weights.npy", np.zeros((2**24 + 8, 1)))
    write_sums(saved)
    assert "weights, which is more than 16,777,216" in refused(saved)


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


def test_forged_models_are_refused_or_work(small: Model) -> None:
    figures = fuzz(small, 150)
    assert figures["slowest"] < MAX_SECONDS
    assert figures["growth"] < MAX_GROWTH


@pytest.mark.slow
def test_two_thousand_forged_models_are_refused_or_work(small: Model) -> None:
    figures = fuzz(small, 2000, random_state=1)
    assert figures["slowest"] < MAX_SECONDS
    assert figures["growth"] < MAX_GROWTH
