"""The scikit-learn pipelines beside a frozen model: pickles, for experiments only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from stance.errors import ModelError
from stance.scoring.files import read_frozen
from stance.scoring.sums import digest


def write_pipelines(
    heads: Iterable[str], folder: Path, pipelines: Mapping[str, Any], source: Path | None
) -> dict[str, str]:
    """Write the pipelines of a model as ``<head>.joblib``; return their digests by head.

    Parameters
    ----------
    heads : iterable of str
        The heads of the model.
    folder : Path
        Where to write.
    pipelines : dict of str to ParagraphClassifier
        By head, those fitted in this process.
    source : Path or None
        The folder to copy the others from.
    """
    for name in heads:
        path = folder / f"{name}.joblib"
        if name in pipelines:
            import joblib

            joblib.dump(pipelines[name], path, compress=3)
        elif source and (source / path.name).exists():
            import shutil

            shutil.copyfile(source / path.name, path)
    return {file.stem: digest(file.read_bytes()) for file in sorted(folder.glob("*.joblib"))}


def load_pipeline(path: str | Path, head: str) -> Any:
    """Load the scikit-learn pipeline of one head, for experiments.

    A pickle can run any code when it is loaded: load one only from a folder made by you or by
    someone you trust. The SHA-256 of the file is first compared with the one in the model's facts,
    which detects damage but not malice.

    Parameters
    ----------
    path : str or Path
        A model folder.
    head : str
        A label column of the model ("stance").

    Returns
    -------
    ParagraphClassifier

    Raises
    ------
    ModelError
        If the folder has no such pipeline, or the digest differs.
    """
    folder = Path(path)
    file = folder / f"{head}.joblib"
    if not file.exists():
        heads = sorted(file.stem for file in folder.glob("*.joblib"))
        raise ModelError(
            f"{folder} must hold {file.name}; it holds pipelines for {heads!r}. "
            "Save a model that was trained here."
        )
    if read_frozen(folder).facts.get("pipelines", {}).get(head) != digest(file.read_bytes()):
        raise ModelError(
            f"{file} was changed after it was saved. Do not load it; copy or train the model again."
        )
    import joblib

    return joblib.load(file)
