"""Read and write frozen models, every byte under a digest.

A frozen model is a folder (or a zip of one)::

    SHA256SUMS             the digest of every other file, except for the pipelines
    facts.json             format, labels, recipe, versions, measured figures, a self-test,
                           digests of the pipelines, and what steers: `social_media`, and
                           `familiar`, the familiarity below which a paragraph gets no label
    sides.json             the names that are masked
    words.json             the stems of the training paragraphs
    <head>.features.json   the features in the order of the arrays
    <head>.weights.npy     float64 of shape (n_classes + 1, n_features + 1): the idf, then one row
                           per class; the last column holds the intercepts. A model with targets
                           has n_classes more rows per target
    <head>.scores.npy      float64 of shape (n_rows, 2): label number and nonconformity of held-out
                           rows, sorted; or of shape (n_rows,), with one limit for all labels

Nothing in it is code: only JSON and plain arrays are read, as with ``allow_pickle=False``.
"""

from __future__ import annotations

import io
import json
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from stance.data.shapes import check_shape
from stance.errors import ModelError
from stance.scoring.checks import (
    check_facts,
    check_gazetteer,
    check_head,
    check_sides,
    check_weights,
)
from stance.scoring.frozen import FrozenModel
from stance.scoring.heads import FeatureBlock, Head
from stance.scoring.sums import SUMS, Source, make_sums, read_listed
from stance.text.tokens import Gazetteer

FORMAT: Final = 1
TOLERANCE: Final = 1e-9
"""How far the probabilities of the self-test may differ from those when the model was saved."""
MAX_FILE_NGRAM: Final = 16
"""The longest n-gram that a file may ask for; beyond a handful of words none is of use."""


def frozen_files(model: FrozenModel) -> dict[str, bytes]:
    """Return the content of each of a model's files, the sums among them."""
    files = dict(_files(model))
    return {**files, SUMS: make_sums(files)}


def write_frozen(model: FrozenModel, folder: Path) -> None:
    """Write a model's files, except for `SUMS`, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _files(model):
        (folder / name).write_bytes(content)


def _files(model: FrozenModel) -> Iterator[tuple[str, bytes]]:
    # Both keys stand in the facts of a trained model already: their order there is kept.
    steering = {"social_media": model.social_media, "familiar": model.familiarity_threshold}
    yield "facts.json", _json({**model.facts, **steering})
    sides = model.gazetteer and {"names": model.gazetteer.names, "exact": model.gazetteer.exact}
    yield "sides.json", _json(sides)
    yield "words.json", _json(sorted(model.words))
    for head in model.heads.values():
        yield f"{head.name}.features.json", _json(_describe_features(head))
        yield f"{head.name}.weights.npy", _npy(_stack_weights(head))
        yield f"{head.name}.scores.npy", _npy(head.nonconformity)


def _describe_features(head: Head) -> dict[str, Any]:
    targets = {"targets": list(head.copies)} if head.copies else {}
    blocks = [block.description() for block in head.blocks]
    return {"classes": head.classes, "blocks": blocks, **targets}


def _stack_weights(head: Head) -> np.ndarray:
    """Return the idf, then the weights of each class; the last column holds the intercepts.

    Two features and two labels give ::

        idf of 0         idf of 1         0
        weight of 0      weight of 1      intercept      (first label)
        weight of 0      weight of 1      intercept      (second label)
    """
    copies = [(head.weights, head.intercept), *head.copies.values()]
    rows = [np.hstack([weights.T, intercept[:, None]]) for weights, intercept in copies]
    return np.vstack([np.append(head.idf, 0.0), *rows])


def write_sums(folder: Path) -> None:
    """Write the digests of all files of a model folder, which is the last step of saving one."""
    (folder / SUMS).write_bytes(make_sums(_folder_files(folder)))


def _folder_files(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder except the pipelines, whose digests are in the facts."""
    return {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if file.is_file() and file.suffix != ".joblib"
    }


def read_frozen(source: Source) -> FrozenModel:
    """Read a frozen model from a folder or a zip, checking every byte of its facts and arrays.

    Raises
    ------
    ModelError
        If a file is missing, changed, too large, not plain data or of another format, or if the
        self-test fails: whatever is wrong, no other error is raised.
    """
    path = source if isinstance(source, Path) else Path("the model")
    files = read_listed(source, str(path))
    facts = _parse(files, "facts.json", path)
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        got = facts.get("format") if isinstance(facts, dict) else type(facts).__name__
        raise ModelError(
            f"{path} must be a model of format {FORMAT}; got {got!r:.40}. "
            "Train it again, or install the stance that made it."
        )
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            model = _make_model(files, facts, path)
            _self_test(model, path)
    except ModelError:
        raise
    except Exception as error:  # whatever a damaged or crafted model may raise
        raise ModelError(
            f"{path} does not hold a whole model ({_first_line(error)}). Copy or train it again."
        ) from error
    return model


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error!s:.200}".splitlines()[0]


def _make_model(files: Mapping[str, bytes], facts: Mapping[str, Any], path: Path) -> FrozenModel:
    check_facts(facts)
    sides = _parse(files, "sides.json", path)
    check_sides(sides)
    words = _parse(files, "words.json", path)
    check_shape(words, [str], "words")
    gazetteer = Gazetteer(sides["names"], sides["exact"]) if sides else None
    check_gazetteer(gazetteer)
    check_weights(sum(len(files.get(f"{name}.weights.npy", "")) for name in facts["heads"]) // 8)
    heads: dict[str, Head] = {}
    for name in facts["heads"]:
        known = [block for head in heads.values() for block in head.blocks]
        heads[name] = _read_head(files, name, path, known)
    return FrozenModel(
        heads=heads,
        gazetteer=gazetteer,
        words=frozenset(words),
        familiarity_threshold=facts["familiar"],
        social_media=facts["social_media"],
        facts=facts,
    )


def _parse(files: Mapping[str, bytes], name: str, path: Path) -> Any:
    if name not in files:
        raise ModelError(f"{path} must hold {name}; there is none. Copy or train the model again.")
    try:
        return json.loads(files[name])
    except (ValueError, RecursionError) as error:
        raise ModelError(
            f"{path}/{name} must be JSON ({error}). Copy or train the model again."
        ) from error


def _read_head(
    files: Mapping[str, bytes], name: str, path: Path, known: Sequence[FeatureBlock]
) -> Head:
    """Read a head; it shares the blocks that are known from others."""
    description = _parse(files, f"{name}.features.json", path)
    blocks = _make_blocks(description["blocks"], known)
    n_features = sum(len(block.features) for block in blocks)
    table = _read_npy(files, f"{name}.weights.npy", path)
    nonconformity = _read_npy(files, f"{name}.scores.npy", path)
    classes, targets = tuple(description["classes"]), description.get("targets", [])
    n_copies = 1 + len(targets)
    fits = table.shape == (1 + n_copies * len(classes), n_features + 1)
    if not fits or not _are_limits(nonconformity, len(classes)):
        raise ModelError(
            f"{path}: the arrays of head {name!r} do not fit its features. "
            "Copy or train the model again."
        )
    # As `_stack_weights` wrote them: the idf, then the rows of each copy.
    shared, *own = [(rows[:, :-1].T, rows[:, -1]) for rows in np.split(table[1:], n_copies)]
    copies = dict(zip(targets, own, strict=True))
    head = Head(name, classes, blocks, table[0, :-1], *shared, nonconformity, copies)
    check_head(head)
    return head


def _make_blocks(
    descriptions: Sequence[Mapping[str, Any]], known: Sequence[FeatureBlock]
) -> tuple[FeatureBlock, ...]:
    blocks: list[FeatureBlock] = []
    first = 0
    for block in descriptions:
        features = tuple(block["features"])
        low, high = block["ngram_range"]
        if type(low) is not int or type(high) is not int or not 1 <= low <= high <= MAX_FILE_NGRAM:
            raise ValueError(f"ngram_range {block['ngram_range']!r}")
        made = FeatureBlock(block["name"], (low, high), features, first, block.get("lexicon"))
        blocks.append(next((other for other in known if other == made), made))
        first += len(features)
    return tuple(blocks)


def _are_limits(nonconformity: np.ndarray, n_classes: int) -> bool:
    if nonconformity.ndim == 1:
        return True
    if nonconformity.ndim != 2 or nonconformity.shape[1] != 2:
        return False
    return bool(np.isin(nonconformity[:, 0], range(n_classes)).all())


def _read_npy(files: Mapping[str, bytes], name: str, path: Path) -> np.ndarray:
    try:
        array = _view_npy(files[name])
    except Exception as error:  # NumPy tokenizes the header as Python, and lets errors through
        raise ModelError(
            f"{path}/{name} must be a plain array of numbers; got something else. "
            "Copy or train the model again."
        ) from error
    if array.dtype != np.float64 or not np.isfinite(array).all():
        raise ModelError(f"{path}/{name} must hold finite float64. Copy or train the model again.")
    return array


def _view_npy(content: bytes) -> np.ndarray:
    """Do what `numpy.load` does without a copy: these are megabytes, read at every start."""
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
        tables = model.probabilities([case["text"]], case.get("target"))
        for name, expected in case["probabilities"].items():
            probabilities = tables[name][0]
            if len(expected) != len(probabilities) or not np.allclose(
                probabilities, expected, rtol=0, atol=TOLERANCE
            ):
                raise ModelError(
                    f"{path} gives other probabilities here than where it was saved "
                    f"(head {name!r}). Install the versions in its facts.json, or train it again."
                )


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=0) + "\n").encode("ascii")


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array, dtype=np.float64), allow_pickle=False)
    return buffer.getvalue()
