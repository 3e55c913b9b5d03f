"""Files of a frozen model: they cannot be tampered with, and loading them runs nothing."""

import contextlib
import io
import json
import os
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import HOSTILE

import stance
from stance.model import Model
from stance.scoring.files import read_frozen, write_sums


@pytest.fixture
def saved(small: Model, tmp_path: Path) -> Path:
    return small.save(tmp_path / "lighthouse")


def test_a_saved_model_comes_back_equal(
    saved: Path, small: Model, lighthouse: pd.DataFrame
) -> None:
    texts = [*lighthouse["text"], *HOSTILE]
    for head, table in stance.load(saved).frozen.probabilities(texts).items():
        np.testing.assert_array_equal(table, small.frozen.probabilities(texts)[head])


def test_a_zip_of_a_model_loads(saved: Path, tmp_path: Path) -> None:
    archive = tmp_path / "lighthouse.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for file in saved.iterdir():
            out.write(file, file.name)
    assert stance.load(archive).labels == stance.load(saved).labels


def test_any_changed_byte_is_refused(saved: Path) -> None:
    rng = np.random.default_rng(0)
    for file in sorted(saved.iterdir()):
        if file.suffix == ".joblib":
            continue
        whole = file.read_bytes()
        for at in {0, len(whole) - 1, *rng.integers(len(whole), size=5).tolist()}:
            file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
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


def test_a_damaged_zip_is_refused(saved: Path, tmp_path: Path) -> None:
    whole = Path(
        shutil.make_archive(str(tmp_path / "zipped"), "zip", saved.parent, saved.name)
    ).read_bytes()
    stance.load(
        tmp_path / "zipped.zip"
    )  # one folder around the files is what zipping a folder gives
    rng = np.random.default_rng(0)
    for at in rng.integers(len(whole), size=60).tolist():
        (tmp_path / "zipped.zip").write_bytes(
            whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        )
        with contextlib.suppress(
            stance.ModelError
        ):  # a byte that no reader looks at does no harm; no other error may come
            stance.load(tmp_path / "zipped.zip")


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
        match=r"stance\.weights\.npy must be a plain array of numbers; got none\. Copy or train the model again\.$",
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
def test_arrays_that_are_none_of_ours_are_refused(
    content: bytes, complaint: str, saved: Path
) -> None:
    (saved / "stance.scores.npy").write_bytes(content)
    write_sums(saved)
    with pytest.raises(stance.ModelError, match=rf"stance\.scores\.npy must (be|hold) {complaint}"):
        stance.load(saved)


@pytest.mark.parametrize("scores", [np.empty(0), np.linspace(0, 1, 9)], ids=["none", "some"])
def test_arrays_come_back_as_they_were_whatever_their_order(
    scores: np.ndarray, saved: Path
) -> None:
    before = stance.load(saved).frozen.heads["stance"]
    (saved / "stance.scores.npy").write_bytes(npy(scores))
    (saved / "stance.weights.npy").write_bytes(
        npy(np.asfortranarray(np.load(saved / "stance.weights.npy")))
    )
    write_sums(saved)
    after = stance.load(saved).frozen.heads["stance"]
    assert np.array_equal(after.scores, scores)
    assert np.array_equal(after.weights, before.weights)
    assert np.array_equal(after.intercept, before.intercept)


CRAFTED = {
    "endless n-grams": (
        "stance.features.json",
        lambda held: held["blocks"][0].update(ngram_range=[1, 10**12]),
    ),
    "n-grams beyond a number": (
        "stance.features.json",
        lambda held: held["blocks"][0].update(ngram_range=[2**40, 2]),
    ),
    "a self-test of another shape": (
        "facts.json",
        lambda held: held.update(self_test=[{"text": "a", "probabilities": []}]),
    ),
}


@pytest.mark.parametrize(("name", "change"), CRAFTED.values(), ids=CRAFTED)
def test_a_crafted_folder_is_a_model_error_at_once(name: str, change, saved: Path) -> None:  # type: ignore[no-untyped-def]
    held = json.loads((saved / name).read_text())
    change(held)
    (saved / name).write_text(json.dumps(held))
    write_sums(saved)
    with pytest.raises(
        stance.ModelError, match=r"does not hold a whole model \(.*\)\. Copy or train it again\.$"
    ):
        stance.load(saved)


def test_another_format_is_refused(saved: Path) -> None:
    facts = json.loads((saved / "facts.json").read_text())
    (saved / "facts.json").write_text(json.dumps(facts | {"format": 99}))
    write_sums(saved)
    with pytest.raises(
        stance.ModelError,
        match=r"must be a model of format 1; got 99\. Train it again, or install the stance it was made by\.$",
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
        match=r"must be a model folder or zip; there is none\. Check the path, or train a model first\.$",
    ):
        stance.load(tmp_path / "nowhere")
    (tmp_path / "story.txt").write_text("once")
    with pytest.raises(
        stance.ModelError,
        match=r"must be a model folder or zip; it cannot be read as one\. Check the path\.$",
    ):
        stance.load(tmp_path / "story.txt")


def test_a_pipeline_is_loaded_only_if_its_digest_is_the_one_that_was_saved(
    saved: Path, lighthouse: pd.DataFrame, small: Model
) -> None:
    pipeline = stance.load_pipeline(saved, "tone")
    np.testing.assert_array_equal(
        pipeline.predict_proba(lighthouse["text"]),
        small._pipelines["tone"].predict_proba(lighthouse["text"]),
    )
    (saved / "tone.joblib").write_bytes(pickle.dumps(_Bomb))
    with pytest.raises(
        stance.ModelError,
        match=r"was changed after it was saved\. Do not load it; copy or train the model again\.$",
    ):
        stance.load_pipeline(saved, "tone")
    with pytest.raises(
        stance.ModelError,
        match=r"must hold mood\.joblib; it holds pipelines for \['stance', 'tone'\]",
    ):
        stance.load_pipeline(saved, "mood")
