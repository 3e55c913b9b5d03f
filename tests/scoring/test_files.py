"""The files of a frozen model: changes are noticed, and loading them runs nothing."""

import contextlib
import dataclasses
import io
import json
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import HOSTILE
from framed import FRAME_TEXTS, with_frames

import stance
from stance.model import Model
from stance.scoring.files import read_frozen, write_frozen, write_sums
from stance.training.freezing import make_self_test


@pytest.fixture
def saved(small: Model, tmp_path: Path) -> Path:
    return small.save(tmp_path / "lighthouse")


def test_a_saved_model_comes_back_equal(
    saved: Path, small: Model, lighthouse: pd.DataFrame
) -> None:
    texts = [*lighthouse["text"], *HOSTILE]
    for head, table in stance.load(saved).frozen.probabilities(texts).items():
        np.testing.assert_array_equal(table, small.frozen.probabilities(texts)[head])


@pytest.fixture
def saved_frames(small: Model, tmp_path: Path) -> Path:
    """A saved model with frames."""
    frozen = with_frames(small.frozen)
    facts = dict(frozen.facts) | {"self_test": make_self_test(frozen)}
    write_frozen(dataclasses.replace(frozen, facts=facts), tmp_path / "framed")
    write_sums(tmp_path / "framed")
    return tmp_path / "framed"


def test_a_saved_model_with_frames_comes_back_equal(saved_frames: Path, small: Model) -> None:
    texts = [*FRAME_TEXTS, *HOSTILE]
    loaded, saved = stance.load(saved_frames).frozen, with_frames(small.frozen)
    assert loaded.scorer.name == saved.scorer.name
    for head, table in loaded.probabilities(texts).items():
        np.testing.assert_array_equal(table, saved.probabilities(texts)[head])


@pytest.mark.parametrize(
    "frame", ["NEG>NEG", "NEG>LAMP", "ASK>NEG", "", "NEG>ASK>STOP", "for LAMP", "NEG  STOP", 7]
)
def test_a_model_with_forged_frames_is_refused(frame: object, saved_frames: Path) -> None:
    """The first frame, NEG>ASK, is replaced; ASK>NEG stands among the others already."""
    path = saved_frames / "stance.features.json"
    features = json.loads(path.read_text())
    assert features["blocks"][-1]["features"][0] == "NEG>ASK"
    features["blocks"][-1]["features"][0] = frame
    path.write_text(json.dumps(features))
    write_sums(saved_frames)
    with pytest.raises(stance.ModelError, match=r"does not hold a whole model \(.*\)\. Copy"):
        stance.load(saved_frames)


def test_a_zip_of_a_model_loads(saved: Path, tmp_path: Path) -> None:
    archive = tmp_path / "lighthouse.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for file in saved.iterdir():
            out.write(file, file.name)
    assert stance.load(archive).labels == stance.load(saved).labels


def flip(content: bytes, offset: int, bits: int) -> bytes:
    """Change some bits of one byte."""
    return content[:offset] + bytes([content[offset] ^ bits]) + content[offset + 1 :]


def test_any_changed_byte_is_refused(saved: Path) -> None:
    rng = np.random.default_rng(0)
    for file in sorted(saved.iterdir()):
        if file.suffix == ".joblib":
            continue
        whole = file.read_bytes()
        for offset in {0, len(whole) - 1, *rng.integers(len(whole), size=5).tolist()}:
            file.write_bytes(flip(whole, offset, 1))
            with pytest.raises(stance.ModelError, match="was changed after it was saved"):
                stance.load(saved)
        file.write_bytes(whole)
    stance.load(saved)


@pytest.mark.parametrize("name", ["facts.json", "sides.json", "words.json", "stance.weights.npy"])
def test_a_missing_file_is_refused(name: str, saved: Path) -> None:
    (saved / name).unlink()
    with pytest.raises(stance.ModelError, match=rf"was changed after it was saved \({name}\)"):
        stance.load(saved)


def test_a_stray_file_does_no_harm(saved: Path) -> None:
    (saved / ".DS_Store").write_bytes(b"\x00")
    stance.load(saved)


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(
        stance.ModelError,
        match=r"must be a model folder or zip; it holds no SHA256SUMS\. Check the path\.$",
    ):
        stance.load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"self_test": []},
        {"heads": []},
        {"heads": ["mood"]},
        {"self_test": [{"text": "a", "probabilities": {"mood": [1]}}]},
    ],
)
def test_facts_that_do_not_fit_are_refused(change: dict[str, object], saved: Path) -> None:
    facts = json.loads((saved / "facts.json").read_text())
    (saved / "facts.json").write_text(json.dumps(facts | change))
    write_sums(saved)
    with pytest.raises(stance.ModelError, match="Copy or train"):
        stance.load(saved)


def test_a_damaged_zip_is_refused_or_gives_the_same_model(saved: Path, tmp_path: Path) -> None:
    archive = tmp_path / "zipped.zip"  # zipping a folder puts the files into one folder of the zip
    shutil.make_archive(str(archive.with_suffix("")), "zip", saved.parent, saved.name)
    whole, digest = archive.read_bytes(), stance.load(archive).digest
    for offset in np.random.default_rng(0).integers(len(whole), size=60).tolist():
        archive.write_bytes(flip(whole, offset, 0xFF))
        with contextlib.suppress(stance.ModelError):  # no other error may come
            assert stance.load(archive).digest == digest  # of a byte that no reader looks at


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(Path(os.environ["STANCE_TEST_BOMB"])),)


def test_pickled_arrays_are_refused_and_nothing_runs(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANCE_TEST_BOMB", str(tmp_path / "exploded"))
    np.save(saved / "stance.weights.npy", np.array([[_Bomb()]], dtype=object), allow_pickle=True)
    write_sums(saved)
    with pytest.raises(
        stance.ModelError,
        match=r"stance\.weights\.npy must be a plain array of numbers; got something else\. "
        r"Copy or train the model again\.$",
    ):
        stance.load(saved)
    (saved / "stance.weights.npy").write_bytes(pickle.dumps(_Bomb()))
    write_sums(saved)
    with pytest.raises(stance.ModelError, match="must be a plain array of numbers"):
        stance.load(saved)
    assert not (tmp_path / "exploded").exists()


def npy(array: np.ndarray, version: tuple[int, int] = (1, 0)) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version, allow_pickle=False)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (npy(np.ones(3))[:-1], "a plain array of numbers"),
        (npy(np.ones(3), (2, 0)), "a plain array of numbers"),
        (npy(np.ones(3, dtype=">f8")), "finite float64"),
        (npy(np.ones(3, dtype=np.float32)), "finite float64"),
        (npy(np.array([0.5, np.nan])), "finite float64"),
        (b"", "a plain array of numbers"),
    ],
    ids=["cut short", "another version", "big-endian", "float32", "not finite", "empty"],
)
def test_arrays_of_another_kind_are_refused(content: bytes, complaint: str, saved: Path) -> None:
    (saved / "stance.scores.npy").write_bytes(content)
    write_sums(saved)
    with pytest.raises(stance.ModelError, match=rf"stance\.scores\.npy must (be|hold) {complaint}"):
        stance.load(saved)


@pytest.mark.parametrize("rows", [np.empty(0), np.linspace(0, 1, 9)], ids=["no rows", "rows"])
def test_arrays_come_back_as_they_were_whatever_their_order(rows: np.ndarray, saved: Path) -> None:
    before = stance.load(saved).frozen.heads["stance"]
    (saved / "stance.scores.npy").write_bytes(npy(rows))
    (saved / "stance.weights.npy").write_bytes(
        npy(np.asfortranarray(np.load(saved / "stance.weights.npy")))
    )
    write_sums(saved)
    after = stance.load(saved).frozen.heads["stance"]
    assert np.array_equal(after.nonconformity, rows)
    assert np.array_equal(after.weights, before.weights)
    assert np.array_equal(after.intercept, before.intercept)


CRAFTED = {
    "endless n-grams": (
        "stance.features.json",
        lambda features: features["blocks"][0].update(ngram_range=[1, 10**12]),
    ),
    "n-grams beyond a number": (
        "stance.features.json",
        lambda features: features["blocks"][0].update(ngram_range=[2**40, 2]),
    ),
    "a self-test of another shape": (
        "facts.json",
        lambda facts: facts.update(self_test=[{"text": "a", "probabilities": []}]),
    ),
    "a threshold in words": ("facts.json", lambda facts: facts.update(familiar="half")),
    "a number for yes or no": ("facts.json", lambda facts: facts.update(social_media=1)),
    "no threshold": ("facts.json", lambda facts: facts.pop("familiar")),
}


@pytest.mark.parametrize(("name", "change"), CRAFTED.values(), ids=CRAFTED)
def test_a_crafted_folder_is_a_model_error_at_once(
    name: str, change: Callable[[Any], object], saved: Path
) -> None:
    content = json.loads((saved / name).read_text())
    change(content)
    (saved / name).write_text(json.dumps(content))
    write_sums(saved)
    with pytest.raises(
        stance.ModelError, match=r"does not hold a whole model \(.*\)\. Copy or train it again\.$"
    ):
        stance.load(saved)


def test_what_steers_is_saved_and_the_facts_keep_their_order(
    small: Model, tmp_path: Path, saved: Path
) -> None:
    changed = dataclasses.replace(small.frozen, familiarity_threshold=0.25, social_media=True)
    write_frozen(changed, tmp_path / "changed")
    facts = json.loads((tmp_path / "changed" / "facts.json").read_text())
    before = json.loads((saved / "facts.json").read_text())
    assert (facts["familiar"], facts["social_media"]) == (0.25, True)
    assert list(facts) == [name for name in before if name != "pipelines"]


def test_another_format_is_refused(saved: Path) -> None:
    facts = json.loads((saved / "facts.json").read_text())
    (saved / "facts.json").write_text(json.dumps(facts | {"format": 99}))
    write_sums(saved)
    with pytest.raises(
        stance.ModelError,
        match=r"must be a model of format 1; got 99\. "
        r"Train it again, or install the stance that made it\.$",
    ):
        read_frozen(saved)


def test_a_model_that_computes_otherwise_is_refused(saved: Path) -> None:
    weights = np.load(saved / "stance.weights.npy")
    np.save(saved / "stance.weights.npy", weights * 1.001)
    write_sums(saved)
    with pytest.raises(
        stance.ModelError, match="gives other probabilities here than where it was saved"
    ):
        stance.load(saved)


def test_what_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        stance.ModelError,
        match=r"must be a model folder or zip; there is none\. "
        r"Check the path, or train a model first\.$",
    ):
        stance.load(tmp_path / "nowhere")
    (tmp_path / "story.txt").write_text("once")
    with pytest.raises(
        stance.ModelError,
        match=r"must be a model folder or zip; it cannot be read as one\. Check the path\.$",
    ):
        stance.load(tmp_path / "story.txt")
