"""The folder of a model: written whole or not at all, and never over anything but a model."""

import shutil
import zipfile
from pathlib import Path

import pytest

import stance
from stance.model import Model
from stance.scoring import folders


def test_a_model_is_replaced_only_when_told_to(
    small: Model, shipped: Model, tmp_path: Path
) -> None:
    folder = shipped.save(tmp_path / "mine")
    with pytest.raises(
        stance.ModelError,
        match=r"mine must be a new folder; it holds a model\. "
        r"Choose another path, or pass `force=True` \(--force\) to replace it\.$",
    ):
        small.save(folder)
    assert stance.load(folder).digest == shipped.digest
    small.save(folder, force=True)
    assert stance.load(folder).digest == small.digest
    assert (folder / "MODEL_CARD.md").read_text(encoding="utf-8") == small.card


@pytest.mark.parametrize("force", [False, True])
def test_nothing_but_a_model_is_ever_replaced(force: bool, small: Model, tmp_path: Path) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "home.txt").write_text("Dear all")
    with pytest.raises(
        stance.ModelError,
        match=r"must be a new folder, or hold a model and nothing else; it holds home\.txt\. "
        r"Choose another path\.$",
    ):
        small.save(letters, force=force)
    with pytest.raises(stance.ModelError, match=r"it holds home\.txt\."):
        small.save(letters / "home.txt", force=force)
    assert (letters / "home.txt").read_text() == "Dear all"


def test_a_model_beside_other_files_is_not_replaced(small: Model, tmp_path: Path) -> None:
    folder = small.save(tmp_path / "mine")
    (folder / "thesis.txt").write_text("Chapter one")
    with pytest.raises(stance.ModelError, match=r"it holds thesis\.txt\."):
        small.save(folder, force=True)
    assert (folder / "thesis.txt").read_text() == "Chapter one"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_is_as_good_as_a_new_one(small: Model, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert stance.load(small.save(tmp_path / "mine")).digest == small.digest


@pytest.mark.parametrize("reached", ["old", "mine"])
def test_an_interrupt_leaves_a_whole_model(
    reached: str, small: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.save(tmp_path / "mine")
    rename, reaching = Path.rename, [reached]

    def interrupted(self: Path, target: Path) -> Path:
        moved = rename(self, target)
        if [target.name] == reaching:
            reaching.clear()
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        small.save(tmp_path / "mine", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert stance.load(tmp_path / "mine").digest == small.digest


def test_a_loaded_model_saves_with_its_pipelines(small: Model, tmp_path: Path) -> None:
    one = small.save(tmp_path / "one")
    two = stance.load(one).save(tmp_path / "two")
    contents = [
        {path.name: path.read_bytes() for path in folder.iterdir()} for folder in (one, two)
    ]
    assert contents[0] == contents[1]
    assert {"stance.joblib", "tone.joblib"} < set(contents[0])


def test_the_card_is_read_from_a_folder_and_from_either_kind_of_zip(
    small: Model, tmp_path: Path
) -> None:
    folder = small.save(tmp_path / "mine")
    assert str(stance.load(folder).card).startswith("# Model card: lighthouse\n\nTrained on 36")
    (folder / "MODEL_CARD.md").write_text("# Lighthouse", encoding="utf-8")
    whole = shutil.make_archive(str(tmp_path / "whole"), "zip", tmp_path, "mine")
    flat = tmp_path / "flat.zip"
    with zipfile.ZipFile(flat, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    folders.write_sums(folder)
    assert [folders.read_card(Path(path)) for path in (folder, whole, flat)] == ["# Lighthouse"] * 3


def test_a_missing_shipped_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "stance"
    monkeypatch.setattr(folders, "__file__", str(package / "scoring" / "folders.py"))
    with pytest.raises(
        stance.ModelError,
        match=r"^the shipped model 'ceasefire' must be in .*models; it is missing\. "
        r"Install stance-tone again\.$",
    ):
        stance.load()
