"""Read and write frozen models, every byte under a digest.

A frozen model is a folder (or a zip of one)::

    SHA256SUMS             the digest of every other file, except for the pipelines
    facts.json             format, labels, recipe, versions, measured figures, a self-test, digests of the pipelines
    sides.json             the names that are masked
    words.json             the stems of the training paragraphs
    <head>.features.json   the features in the order of the arrays
    <head>.weights.npy     float64 of shape (n_classes + 1, n_features + 1): idf, then one row a class; last column the intercepts.
                           A model with targets has n_classes rows more for each target
    <head>.scores.npy      float64 of shape (n_rows,): sorted nonconformity scores of held-out rows

Nothing in it is code: JSON and ``.npy`` are read with ``allow_pickle=False``.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from stance.errors import ModelError
from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import Block, Head
from stance.text.tokens import Gazetteer

FORMAT: Final = 1
SUMS: Final = "SHA256SUMS"
TOLERANCE: Final = 1e-9
LONGEST: Final = 1000  # n-grams that a file may ask for; none is of use beyond a handful


def write_frozen(model: FrozenModel, folder: Path) -> None:
    """Write a model's files, except for `SUMS`, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _files(model):
        (folder / name).write_bytes(content)


def _files(model: FrozenModel) -> Iterator[tuple[str, bytes]]:
    yield "facts.json", _json(model.facts)
    sides = model.gazetteer and {"names": model.gazetteer.names, "exact": model.gazetteer.exact}
    yield "sides.json", _json(sides)
    yield "words.json", _json(sorted(model.words))
    for head in model.heads.values():
        blocks = [block.layout() for block in head.blocks]
        targets = {"targets": list(head.copies)} if head.copies else {}
        yield (
            f"{head.name}.features.json",
            _json({"classes": head.classes, "blocks": blocks, **targets}),
        )
        parts = [(head.weights, head.intercept), *head.copies.values()]
        rows = [np.hstack([weights.T, intercept[:, None]]) for weights, intercept in parts]
        yield f"{head.name}.weights.npy", _npy(np.vstack([np.append(head.idf, 0.0), *rows]))
        yield f"{head.name}.scores.npy", _npy(head.scores)


def write_sums(folder: Path) -> None:
    """Write the digest of every file of a model folder; the last step of saving one."""
    (folder / SUMS).write_bytes(_sums(_folder_files(folder)))


def _sums(files: Mapping[str, bytes]) -> bytes:
    return "".join(
        f"{digest(files[name])}  {name}\n" for name in sorted(files) if name != SUMS
    ).encode()


def _folder_files(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder but the pipelines, whose digests stand in the facts."""
    return {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if file.is_file() and file.suffix != ".joblib"
    }


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_frozen(path: Path) -> FrozenModel:
    """Read a frozen model from a folder or a zip, checking every byte of its facts and arrays.

    Raises
    ------
    ModelError
        If a file is missing, changed, not plain data, or of another format; or if the self-test fails.
    """
    files = _read_files(path)
    facts = _parse(files, "facts.json", path)
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        got = facts.get("format") if isinstance(facts, dict) else type(facts).__name__
        raise ModelError(
            f"{path} must be a model of format {FORMAT}; got {got!r}. Train it again, or install the stance it was made by."
        )
    try:
        sides = _parse(files, "sides.json", path)
        gazetteer = Gazetteer(sides["names"], sides["exact"]) if sides else None
        heads = {name: _read_head(files, name, path) for name in facts["heads"]}
        model = FrozenModel(heads, gazetteer, frozenset(_parse(files, "words.json", path)), facts)
        _self_test(model, path)
    except ModelError:
        raise
    except (
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
        MemoryError,
    ) as error:
        raise ModelError(
            f"{path} does not hold a whole model ({error!r}). Copy or train it again."
        ) from error
    return model


def _read_files(path: Path) -> dict[str, bytes]:
    """Read the files that the sums list, each held to its digest."""
    if not path.exists():
        raise ModelError(
            f"{path} must be a model folder or zip; there is none. Check the path, or train a model first."
        )
    files = _folder_files(path) if path.is_dir() else _zip_files(path)
    if SUMS not in files:
        raise ModelError(
            f"{path} must be a model folder or zip; it holds no {SUMS}. Check the path."
        )
    listed = [line.decode("ascii", "replace")[66:] for line in files[SUMS].split(b"\n")[:-1]]
    held = {name: files[name] for name in listed if name in files}
    if len(held) < len(listed) or "facts.json" not in held or _sums(held) != files[SUMS]:
        noted = set(files[SUMS].splitlines())
        wrong = sorted(
            {line.decode("utf-8", "replace")[66:] for line in noted ^ set(_sums(held).splitlines())}
        )
        raise ModelError(
            f"{path} was changed after it was saved ({', '.join(wrong) or SUMS}). Do not trust it; copy or train it again."
        )
    return held


def _zip_files(path: Path) -> dict[str, bytes]:
    """Read the files of a zip; they may lie in one folder of it."""
    import zipfile  # here, as the model is mostly a folder, and these are slow to import
    import zlib

    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith(("/", ".joblib"))]
            return {name.rsplit("/", 1)[-1]: archive.read(name) for name in names}
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        ValueError,
    ) as error:
        raise ModelError(
            f"{path} must be a model folder or zip; it cannot be read as one. Check the path."
        ) from error


def _parse(files: Mapping[str, bytes], name: str, path: Path) -> Any:
    if name not in files:
        raise ModelError(f"{path} must hold {name}; there is none. Copy or train the model again.")
    try:
        return json.loads(files[name])
    except (ValueError, RecursionError) as error:
        raise ModelError(
            f"{path}/{name} must be JSON ({error}). Copy or train the model again."
        ) from error


def _read_head(files: Mapping[str, bytes], name: str, path: Path) -> Head:
    layout = _parse(files, f"{name}.features.json", path)
    blocks = []
    first = 0
    for block in layout["blocks"]:
        features = tuple(block["features"])
        low, high = block["ngram_range"]
        if type(low) is not int or type(high) is not int or not 1 <= low <= high <= LONGEST:
            raise ValueError(f"ngram_range {block['ngram_range']!r}")
        blocks.append(
            Block(block["name"], tuple(block["ngram_range"]), features, first, block.get("lexicon"))
        )
        first += len(features)
    table = _read_npy(files, f"{name}.weights.npy", path)
    scores = _read_npy(files, f"{name}.scores.npy", path)
    targets = layout.get("targets", [])
    height = len(layout["classes"]) * (1 + len(targets))
    if table.shape != (height + 1, first + 1) or scores.ndim != 1:
        raise ModelError(
            f"{path}: the arrays of head {name!r} do not fit its features. Copy or train the model again."
        )
    parts = [(rows[:, :-1].T, rows[:, -1]) for rows in np.split(table[1:], 1 + len(targets))]
    copies = dict(zip(targets, parts[1:], strict=True))
    return Head(
        name, tuple(layout["classes"]), tuple(blocks), table[0, :-1], *parts[0], scores, copies
    )


def _read_npy(files: Mapping[str, bytes], name: str, path: Path) -> np.ndarray:
    try:
        array = _view_npy(files[name])
    except (KeyError, ValueError, EOFError, OSError, MemoryError) as error:
        raise ModelError(
            f"{path}/{name} must be a plain array of numbers; got none. Copy or train the model again."
        ) from error
    if array.dtype != np.float64 or not np.isfinite(array).all():
        raise ModelError(f"{path}/{name} must hold finite float64. Copy or train the model again.")
    return array


def _view_npy(content: bytes) -> np.ndarray:
    """Do what `numpy.load` does, but leave the numbers where they are: they are megabytes, and every start reads them."""
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("not version 1.0, which `numpy.save` writes of numbers")
    shape, by_columns, kind = np.lib.format.read_array_header_1_0(stream)
    return np.frombuffer(content, kind, math.prod(shape), stream.tell()).reshape(
        shape, order="F" if by_columns else "C"
    )


def _self_test(model: FrozenModel, path: Path) -> None:
    if not model.heads or not model.facts["self_test"]:
        raise ModelError(
            f"{path} must hold a head and a self-test; it does not. Copy or train the model again."
        )
    for case in model.facts["self_test"]:
        found = model.probabilities([case["text"]], case.get("target"))
        for name, expected in case["probabilities"].items():
            if len(expected) != len(found[name][0]) or not np.allclose(
                found[name][0], expected, rtol=0, atol=TOLERANCE
            ):
                raise ModelError(
                    f"{path} gives other probabilities here than where it was saved (head {name!r}). "
                    "Install the versions in its facts.json, or train it again."
                )


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=0) + "\n").encode("ascii")


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array, dtype=np.float64), allow_pickle=False)
    return buffer.getvalue()
