"""The folder of a model: save it whole, read its card, find the shipped one, zip one.

`tempfile`, `zipfile` and `shutil` are imported where they are used: every start looks for the
shipped model, which needs none of them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from stance.errors import ModelError
from stance.scoring.files import frozen_files, write_frozen, write_sums
from stance.scoring.frozen import FrozenModel
from stance.scoring.pipelines import write_pipelines
from stance.scoring.sums import SUMS, digest, read_listed

SHIPPED: Final = "ceasefire"
CARD: Final = "MODEL_CARD.md"
_MAX_CARD: Final = 2**20  # bytes of it that are read: one from a stranger may be endless
_MODEL_FILE: Final = re.compile(
    rf"{SUMS}|{re.escape(CARD)}|README\.md|LICENSE"
    r"|(?:facts|sides|words|.+\.features)\.json|.+\.(?:weights|scores)\.npy|.+\.joblib"
)


def shipped_path() -> Path:
    """Return the folder of the shipped model: inside the installed package, or a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "models", package.parent / "models"):
        if (folder / SHIPPED / "facts.json").exists():
            return folder / SHIPPED
    raise ModelError(
        f"the shipped model {SHIPPED!r} must be in {package / 'models'}; it is missing. "
        "Install stance-tone again."
    )


def read_card(source: Path) -> str | None:
    """Read the model card in a model's folder or zip; None if it has none."""
    import zipfile

    top = source if source.is_dir() else zipfile.Path(source)
    folders = [top, *(entry for entry in top.iterdir() if entry.is_dir())]  # a zip may hold one
    cards = (folder / CARD for folder in folders)
    card = next((card for card in cards if card.is_file()), None)
    if card is None:
        return None
    with card.open("rb") as file:
        return file.read(_MAX_CARD).decode("utf-8", "replace").replace("\r\n", "\n")


def digest_model(model: FrozenModel) -> str:
    """Return the SHA-256 of the sums that `pack_model` zips; zipping takes much longer."""
    return digest(_files_without_pipelines(model)[SUMS])


def pack_model(model: FrozenModel) -> bytes:
    """Zip the files of a model without its pipelines; equal models give equal bytes."""
    import zipfile

    files = _files_without_pipelines(model)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)  # without a time
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _files_without_pipelines(model: FrozenModel) -> dict[str, bytes]:
    facts = {name: fact for name, fact in model.facts.items() if name != "pipelines"}
    return frozen_files(replace(model, facts=facts))


def save_model(
    model: FrozenModel,
    folder: Path,
    *,
    pipelines: Mapping[str, Any],
    source: Path | None,
    card: str | None = None,
    force: bool,
) -> None:
    """Write a model and its pipelines, as `Model.save` describes.

    Parameters
    ----------
    model : FrozenModel
        What scores.
    folder : Path
        A new or empty folder, or, with `force`, one that holds a model.
    pipelines : dict of str to ParagraphClassifier
        By head, those fitted in this process.
    source : Path or None
        The folder that the model was loaded from, whose pipelines are copied.
    card : str or None
        The model card to write beside it.
    force : bool
        Replace a model.
    """
    try:
        _save_model(model, folder, pipelines=pipelines, source=source, card=card, force=force)
    except ModelError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(
            f"{str(folder)!r:.80} must be a folder that can be written; {reason}. "
            "Choose another path."
        ) from error


def _save_model(
    model: FrozenModel,
    folder: Path,
    *,
    pipelines: Mapping[str, Any],
    source: Path | None,
    card: str | None = None,
    force: bool,
) -> None:
    import tempfile

    check_vacant(folder, force=force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fresh, old = Path(scratch) / "model", Path(scratch) / "old"
        fresh.mkdir()
        digests = write_pipelines(model.heads, fresh, pipelines, source)
        write_frozen(replace(model, facts={**model.facts, "pipelines": digests}), fresh)
        if card is not None:
            (fresh / CARD).write_text(card, encoding="utf-8")
        write_sums(fresh)
        read_listed(fresh, str(folder))  # a model that is too large to be loaded is not saved
        try:
            if folder.exists():
                folder.rename(old)
            fresh.rename(folder)
        except BaseException:  # an interrupt, too: put the old model back before `scratch` goes
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise


def check_vacant(folder: Path, *, force: bool) -> None:
    """Raise ModelError where a model must not be written.

    Nothing but a model is ever replaced, and a model only with `force`.
    """
    entries: set[str] = set()
    if folder.is_dir():
        entries = {entry.name for entry in folder.iterdir()}
    elif folder.exists():
        entries = {folder.name}
    foreign = sorted(name for name in entries if not _MODEL_FILE.fullmatch(name))
    if foreign or (entries and SUMS not in entries):
        raise ModelError(
            f"{folder} must be a new folder, or hold a model and nothing else; "
            f"it holds {foreign[0] if foreign else 'something else'}. Choose another path."
        )
    if entries and not force:
        raise ModelError(
            f"{folder} must be a new folder; it holds a model. "
            "Choose another path, or pass `force=True` (--force) to replace it."
        )
