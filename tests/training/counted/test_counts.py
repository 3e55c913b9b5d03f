"""Counts files: whole, checked, and refused where anything is wrong."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fuzz_models import HEADERS
from scipy import sparse

from stance import TableError
from stance.training.counted.counting import Thresholds, count_paragraphs
from stance.training.counted.counts import SUMS, Counts, read_counts, save_counts


@pytest.fixture
def counts() -> Counts:
    readings = {"stance": [["pro"], ["con"], ["pro", "con"], ["pro"], [], ["con"]]}
    everything = Thresholds(stems=1, pairs=1, spellings=1, features=1)
    texts = [" ".join(dict.fromkeys(f"w{n}{chr(97 + k)}" for k in range(9))) for n in range(6)]
    return count_paragraphs(texts, readings, thresholds=everything)[0]


def test_what_is_written_is_read(counts: Counts, tmp_path: Path) -> None:
    save_counts(counts, tmp_path / "c")
    read = read_counts(tmp_path / "c")
    for name, block in counts.blocks.items():
        assert read.blocks[name].features == block.features
        assert (read.blocks[name].matrix != block.matrix).nnz == 0
    assert read.classes == {"stance": ("con", "pro")}
    np.testing.assert_array_equal(read.readings["stance"], counts.readings["stance"])
    np.testing.assert_array_equal(read.folds, counts.folds)
    np.testing.assert_array_equal(read.lengths, counts.lengths)
    assert read.facts == counts.facts


def test_readings_that_differ_are_shares(counts: Counts) -> None:
    assert sorted(map(tuple, counts.readings["stance"].tolist())) == [
        (0.0, 0.0), (0.0, 1.0), (0.0, 1.0), (0.5, 0.5), (1.0, 0.0), (1.0, 0.0),
    ]  # fmt: skip


def test_a_folder_that_holds_something_is_left_alone(counts: Counts, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(TableError, match="must be a new or empty folder"):
        save_counts(counts, tmp_path)


def test_every_byte_counts(counts: Counts, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    save_counts(counts, folder)
    for file in folder.iterdir():
        content = file.read_bytes()
        for position in range(0, len(content), max(1, len(content) // 5)):
            changed = bytearray(content)
            changed[position] ^= 1
            file.write_bytes(changed)
            with pytest.raises(TableError):
                read_counts(folder)
        file.write_bytes(content)
    read_counts(folder)


def forge(folder: Path, name: str, content: bytes) -> None:
    """Change a file and make the digests fit."""
    (folder / name).write_bytes(content)
    names = sorted(file.name for file in folder.iterdir() if file.name != SUMS)
    digests = (hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names)
    lines = (f"{digest}  {name}\n" for digest, name in zip(digests, names, strict=True))
    (folder / SUMS).write_text("".join(lines))


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("words.columns.npy", np.full(102, 250, dtype=np.uint8)),
        ("words.columns.npy", np.zeros(102, dtype=np.uint8)),
        ("words.counts.npy", np.zeros(102, dtype=np.uint8)),
        ("words.counts.npy", np.ones(101, dtype=np.uint8)),
        ("words.ends.npy", np.array([0, 17, 9, 51, 68, 85, 102])),
        ("words.ends.npy", np.array([0, 17, 34, 51, 68, 85, 2**60])),
        ("stance.labels.npy", np.full((6, 2), np.nan, dtype=np.float32)),
        ("stance.labels.npy", np.full((6, 2), 0.4, dtype=np.float32)),
        ("folds.npy", np.zeros((6, 1), dtype=np.uint8)),
        ("lengths.npy", np.array([b"x"] * 6)),
        ("folds.npy", np.array([None] * 6, dtype=object)),
    ],
)
def test_forged_arrays_with_fitting_digests_are_refused(
    counts: Counts, tmp_path: Path, name: str, array: np.ndarray
) -> None:
    folder = tmp_path / "c"
    save_counts(counts, folder)
    np.save(tmp_path / "forged.npy", array, allow_pickle=True)
    forge(folder, name, (tmp_path / "forged.npy").read_bytes())
    with pytest.raises(TableError, match="must hold a whole counts file"):
        read_counts(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 9}, "must be a counts file of format 1; got 9"),
        ({"tokenizer": "0"}, "made under the rules of the tokenizer of this version"),
        ({"sides": "0"}, "made under the masked names of this version"),
        ({"rows": -1}, "must hold a whole counts file"),
        ({"blocks": ["../words"]}, "must hold a whole counts file"),
        ({"labels": {"tone": ["a", "b"]}}, "must hold a whole counts file"),
    ],
)
def test_facts_that_do_not_fit_are_refused(
    counts: Counts, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    folder = tmp_path / "c"
    save_counts(counts, folder)
    facts = json.loads((folder / "counts.json").read_text())
    forge(folder, "counts.json", json.dumps(facts | change).encode())
    with pytest.raises(TableError, match=message):
        read_counts(folder)


def test_another_folder_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="must be a counts file, a folder with SHA256SUMS"):
        read_counts(tmp_path)


def test_a_row_without_a_label_of_a_head_stays_for_the_others(counts: Counts) -> None:
    both = replace(counts, readings=counts.readings | {"tone": np.eye(6, 2)})
    assert both.n_rows == 6
    assert isinstance(both.blocks["words"].matrix, sparse.csr_array)


@pytest.mark.parametrize(
    "change",
    [
        {"labels": {"stance": ["con", 1]}},
        {"labels": {"stance": ["con", "con"]}},
        {"labels": ["stance"]},
        {"rows": "6"},
        {"rows": 10**400},
        {"blocks": [{}]},
        {"blocks": []},
        {"blocks": ["words", "valence"]},
        {"thresholds": {"stems": "1"}},
        {"disclosure": {"certain": None}},
        {"notice": ["\x1b[2J"]},
    ],
)
def test_facts_of_another_type_are_refused(
    change: dict[str, object], counts: Counts, tmp_path: Path
) -> None:
    folder = tmp_path / "c"
    save_counts(counts, folder)
    facts = json.loads((folder / "counts.json").read_text()) | change
    forge(folder, "counts.json", json.dumps(facts).encode())
    with pytest.raises(TableError, match="must hold a whole counts file; it does not"):
        read_counts(folder)


@pytest.mark.parametrize("header", HEADERS)
def test_an_array_with_a_forged_header_is_refused(
    header: bytes, counts: Counts, tmp_path: Path
) -> None:
    folder = tmp_path / "c"
    save_counts(counts, folder)
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    forge(folder, "folds.npy", content)
    with pytest.raises(TableError, match="must hold a whole counts file; it does not"):
        read_counts(folder)
