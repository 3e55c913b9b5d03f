"""The folder of a model: save it whole, read its card, find the one that is shipped, pack one for the way to another process.

What zips and copies is imported where it is used: finding the shipped model, which every start does, needs none of it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from stance.errors import ModelError
from stance.scoring.files import digest, write_frozen, write_sums
from stance.scoring.frozen import FrozenModel

SHIPPED: Final = "ceasefire"


def shipped_path() -> Path:
    """Return the folder of the model that comes with the package: inside a wheel, beside the package in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "models", package.parent / "models"):
        if (folder / SHIPPED / "facts.json").exists():
            return folder / SHIPPED
    raise ModelError(
        f"the shipped model {SHIPPED!r} must lie in {package / 'models'}; it does not. Install stance-tone again."
    )


def read_card(source: Path) -> str | None:
    """Read ``MODEL_CARD.md`` of a model's folder or zip; None where there is none."""
    import zipfile

    top = source if source.is_dir() else zipfile.Path(source)
    places = [
        top,
        *(folder for folder in top.iterdir() if folder.is_dir()),
    ]  # a zip may hold the folder itself
    return next(
        (
            file.read_text(encoding="utf-8")
            for place in places
            if (file := place / "MODEL_CARD.md").exists()
        ),
        None,
    )


def pack_model(model: FrozenModel) -> bytes:
    """Zip the files of a model, without its pipelines: equal models are equal bytes."""
    import tempfile
    import zipfile

    facts = {name: fact for name, fact in model.facts.items() if name != "pipelines"}
    content = io.BytesIO()
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(content, "w") as archive:
        folder = Path(scratch)
        write_frozen(replace(model, facts=facts), folder)
        write_sums(folder)
        for file in sorted(folder.iterdir()):  # a ZipInfo holds no time
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def save_model(
    model: FrozenModel, folder: Path, *, pipelines: Mapping[str, Any], source: Path | None
) -> None:
    """Write a model and its pipelines; `Model.save` says how.

    Parameters
    ----------
    model : FrozenModel
        What scores.
    folder : Path
        A new folder, or one that holds a model, which is replaced whole.
    pipelines : dict of str to ParagraphClassifier
        By head, of those that were fitted in this process.
    source : Path or None
        The folder that the model was loaded from, whose pipelines go along.
    """
    import tempfile

    check_vacant(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fresh, old = Path(scratch) / "model", Path(scratch) / "old"
        fresh.mkdir()
        facts = {
            **model.facts,
            "pipelines": _write_pipelines(model.heads, fresh, pipelines, source),
        }
        write_frozen(replace(model, facts=facts), fresh)
        write_sums(fresh)
        try:
            if folder.exists():
                folder.rename(old)
            fresh.rename(folder)
        except BaseException:  # an interrupt too: what is left in `scratch` is deleted
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise


def _write_pipelines(
    heads: Mapping[str, Any], folder: Path, pipelines: Mapping[str, Any], source: Path | None
) -> dict[str, str]:
    for name in heads:
        target = folder / f"{name}.joblib"
        if name in pipelines:
            import joblib

            joblib.dump(pipelines[name], target, compress=3)
        elif source and (source / target.name).exists():
            import shutil

            shutil.copyfile(source / target.name, target)
    return {file.stem: digest(file.read_bytes()) for file in sorted(folder.glob("*.joblib"))}


def check_vacant(folder: Path) -> None:
    """Refuse a folder that holds anything but a model."""
    entries = (
        {entry.name for entry in folder.iterdir()}
        if folder.is_dir()
        else {folder.name}
        if folder.exists()
        else set()
    )
    ours = re.compile(
        r"SHA256SUMS|MODEL_CARD\.md|(?:facts|sides|words|.+\.features)\.json|.+\.(?:weights|scores)\.npy|.+\.joblib"
    )
    foreign = sorted(name for name in entries if not ours.fullmatch(name))
    if foreign or (entries and "SHA256SUMS" not in entries):
        what = foreign[0] if foreign else "something else"
        raise ModelError(
            f"{folder} must be a new folder, or hold a model and nothing else; it holds {what}. Choose another path."
        )
