"""A fitted model as plain arrays: its probabilities, its evidence, its file.

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
import zipfile
import zlib
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from stance.errors import InputError, ModelError
from stance.features import UNSCALED, block_features
from stance.tokens import SIDE, Gazetteer, Token, make_tokens

FORMAT: Final = 1
SUMS: Final = "SHA256SUMS"
TOLERANCE: Final = 1e-9
LEVELS: Final = (0.5, 0.99)
"""The lowest and highest level that `uncertain` may be asked at."""


@dataclass(frozen=True)
class Block:
    """One TF-IDF block of a head: its n-gram lengths, the column of each of its features, and the lexicon of the block "valence"."""

    name: str
    ngram_range: tuple[int, int]
    columns: Mapping[str, int]
    lexicon: Mapping[str, int] | None = None

    def places(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int, int]]:
        """Yield column, first and last token of each known feature."""
        for occurrence in block_features(self.name, tokens, self.ngram_range, self.lexicon):
            column = self.columns.get(occurrence.feature)
            if column is not None:
                yield column, occurrence.first, occurrence.last

    def layout(self) -> dict[str, Any]:
        """Return what ``<head>.features.json`` holds."""
        lexicon = {"lexicon": self.lexicon} if self.lexicon else {}
        return {"name": self.name, "ngram_range": self.ngram_range, "features": list(self.columns), **lexicon}


@dataclass(frozen=True)
class Head:
    """One label column: features, weights and temperature.

    Attributes
    ----------
    name : str
        The label column ("stance").
    classes : tuple of str
        Labels in sorted order.
    blocks : tuple of Block
        Features, each block scaled to length 1 by itself, except for those in `UNSCALED`.
    idf : ndarray of shape (n_features,)
        Inverse document frequencies.
    weights : ndarray of shape (n_features, n_classes)
        Coefficients, already divided by the temperature.
    intercept : ndarray of shape (n_classes,)
        Intercepts, already divided by the temperature.
    scores : ndarray of shape (n_rows,)
        Sorted ``1 - p(true label)`` of rows that the fit did not see (split conformal prediction).
    copies : dict of str to tuple of ndarray
        By target, the weights and intercept that hold for it instead: those shared by all targets, plus its own.
    """

    name: str
    classes: tuple[str, ...]
    blocks: tuple[Block, ...]
    idf: np.ndarray
    weights: np.ndarray
    intercept: np.ndarray
    scores: np.ndarray
    copies: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def aim(self, target: str | None) -> Head:
        """Return the head as it holds for a target; for None or an unknown one, the shared part, which is the head itself."""
        if target is None or target not in self.copies:
            return self
        weights, intercept = self.copies[target]
        return replace(self, weights=weights, intercept=intercept)

    def logits(self, paragraphs: Sequence[Sequence[Token]]) -> np.ndarray:
        """Return the logits, of shape (n_paragraphs, n_classes)."""
        out = np.tile(self.intercept, (len(paragraphs), 1))
        for row, tokens in enumerate(paragraphs):
            columns, values = self.features(tokens)
            if columns:
                out[row] += np.asarray(values) @ self.weights[columns]
        return out

    def features(self, tokens: Sequence[Token]) -> tuple[list[int], list[float]]:
        """Return the columns and TF-IDF values of the known features of a paragraph."""
        columns: list[int] = []
        values: list[float] = []
        for block in self.blocks:
            counts: dict[int, int] = {}
            for column, _, _ in block.places(tokens):
                counts[column] = counts.get(column, 0) + 1
            raw = [(1.0 + math.log(count)) * self.idf[column] for column, count in counts.items()]
            norm = 1.0 if block.name in UNSCALED else math.sqrt(sum(value * value for value in raw)) or 1.0
            columns.extend(counts)
            values.extend(value / norm for value in raw)
        return columns, values

    def contributions(self, tokens: Sequence[Token]) -> np.ndarray:
        """Share each logit out over the tokens that gave it.

        Returns
        -------
        ndarray of shape (n_tokens, n_classes)
            A feature's part of the logit is shared equally by its occurrences, and by the tokens of each. The sum over
            tokens, plus the intercept, is the logit.
        """
        values = dict(zip(*self.features(tokens), strict=True))
        places: dict[int, list[tuple[int, int]]] = {}
        for block in self.blocks:
            for column, first, last in block.places(tokens):
                places.setdefault(column, []).append((first, last))
        out = np.zeros((len(tokens), len(self.classes)))
        for column, spans in places.items():
            part = values[column] * self.weights[column] / len(spans)
            for first, last in spans:
                out[first : last + 1] += part / (last + 1 - first)
        return out

    def is_uncertain(self, probabilities: np.ndarray, level: float) -> np.ndarray:
        """Tell for each row whether the labels that cannot be ruled out at `level` are other than one.

        Parameters
        ----------
        probabilities : ndarray of shape (n_paragraphs, n_classes)
            What `softmax` gave.
        level : float
            Share of paragraphs, like those trained on, whose set of labels must hold the true one.

        Returns
        -------
        ndarray of bool, of shape (n_paragraphs,)

        References
        ----------
        Vovk, Gammerman and Shafer (2005). Algorithmic Learning in a Random World. Springer.
        """
        return np.asarray((self.kept(probabilities, level)).sum(axis=1) != 1)

    def kept(self, probabilities: np.ndarray, level: float) -> np.ndarray:
        """Return the conformal sets, as a bool ndarray of shape (n_paragraphs, n_classes)."""
        check_level(level)
        rank = math.ceil((len(self.scores) + 1) * level)
        limit = self.scores[rank - 1] if rank <= len(self.scores) else 1.0
        return np.asarray(1.0 - probabilities <= limit)


def check_level(level: float) -> None:
    """Refuse a level at which prediction sets mean nothing."""
    if not LEVELS[0] <= level <= LEVELS[1]:
        raise InputError(f"`level` must be from {LEVELS[0]} to {LEVELS[1]}; got {level!r}. The usual choice is 0.9.")


def measure_familiarity(tokens: Sequence[Token], words: Container[str]) -> float:
    """Return the share of a paragraph's words that are in `words`; names of sides, numbers and marks do not count, 0 without others."""
    plain = (token for token in tokens if token.stem != SIDE and not token.word[0].isdigit())
    known = [token.stem in words for token in plain if any(character.isalnum() for character in token.word)]
    return sum(known) / len(known) if known else 0.0


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities, row by row, without overflow."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


class Scores(NamedTuple):
    """What a model finds in paragraphs.

    Attributes
    ----------
    probabilities : dict of str to ndarray of shape (n_paragraphs, n_classes)
        Calibrated, by head.
    familiarity : ndarray of shape (n_paragraphs,)
        As in `measure_familiarity`.
    words : ndarray of int, of shape (n_paragraphs,)
        How many tokens each has.
    """

    probabilities: dict[str, np.ndarray]
    familiarity: np.ndarray
    words: np.ndarray


@dataclass(frozen=True)
class FrozenModel:
    """Heads that share one tokenizer, and the facts about them.

    Attributes
    ----------
    heads : dict of str to Head
        By label column.
    gazetteer : Gazetteer or None
        The names that are masked.
    words : frozenset of str
        The stems of the training paragraphs.
    facts : dict
        What ``facts.json`` holds.
    """

    heads: Mapping[str, Head]
    gazetteer: Gazetteer | None
    words: frozenset[str]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def tokens(self, text: str) -> list[Token]:
        """Split one paragraph as the model was trained."""
        return make_tokens(text, self.gazetteer, social_media=self.facts["social_media"])

    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Scores:
        """Score paragraphs.

        Parameters
        ----------
        texts : sequence of str, of length n_paragraphs
            Paragraphs.
        targets : sequence of str or None, of length n_paragraphs, optional
            What each is about; None, or one that the model has not seen, uses what all targets share.

        Returns
        -------
        Scores
        """
        paragraphs = [self.tokens(text) for text in texts]
        aims = [None] * len(texts) if targets is None else targets
        tables = {}
        for name, head in self.heads.items():
            logits = [head.aim(aim).logits([tokens]) for tokens, aim in zip(paragraphs, aims, strict=True)]
            tables[name] = softmax(np.vstack([np.empty((0, len(head.classes))), *logits]))
        familiarity = np.asarray([self.familiarity(tokens) for tokens in paragraphs], dtype=float)
        return Scores(tables, familiarity, np.asarray([len(tokens) for tokens in paragraphs], dtype=int))

    def probabilities(self, texts: Sequence[str], target: str | None = None) -> dict[str, np.ndarray]:
        """Return calibrated probabilities by head, each of shape (n_paragraphs, n_classes), with the copies of one target."""
        return self.score(texts, [target] * len(texts)).probabilities

    def familiarity(self, tokens: Sequence[Token]) -> float:
        """Return the share of the paragraph's words that the training paragraphs held; masked names, numbers and marks aside."""
        return measure_familiarity(tokens, self.words)

    def write(self, folder: Path) -> None:
        """Write the model's files, except for `SUMS`, into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self._files():
            (folder / name).write_bytes(content)

    def _files(self) -> Iterator[tuple[str, bytes]]:
        yield "facts.json", _json(self.facts)
        sides = self.gazetteer and {"names": self.gazetteer.names, "exact": self.gazetteer.exact}
        yield "sides.json", _json(sides)
        yield "words.json", _json(sorted(self.words))
        for head in self.heads.values():
            blocks = [block.layout() for block in head.blocks]
            targets = {"targets": list(head.copies)} if head.copies else {}
            yield f"{head.name}.features.json", _json({"classes": head.classes, "blocks": blocks, **targets})
            parts = [(head.weights, head.intercept), *head.copies.values()]
            rows = [np.hstack([weights.T, intercept[:, None]]) for weights, intercept in parts]
            yield f"{head.name}.weights.npy", _npy(np.vstack([np.append(head.idf, 0.0), *rows]))
            yield f"{head.name}.scores.npy", _npy(head.scores)


def write_sums(folder: Path) -> None:
    """Write the digest of every file of a model folder; the last step of saving one."""
    (folder / SUMS).write_bytes(_sums(_folder_files(folder)))


def _sums(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{digest(files[name])}  {name}\n" for name in sorted(files) if name != SUMS).encode()


def _folder_files(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder but the pipelines, whose digests stand in the facts."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.suffix != ".joblib"}


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
        raise ModelError(f"{path} must be a model of format {FORMAT}; got {got!r}. Train it again, or install the stance it was made by.")
    try:
        sides = _parse(files, "sides.json", path)
        gazetteer = Gazetteer(sides["names"], sides["exact"]) if sides else None
        heads = {name: _read_head(files, name, path) for name in facts["heads"]}
        model = FrozenModel(heads, gazetteer, frozenset(_parse(files, "words.json", path)), facts)
        _self_test(model, path)
    except ModelError:
        raise
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ModelError(f"{path} does not hold a whole model ({error!r}). Copy or train it again.") from error
    return model


def _read_files(path: Path) -> dict[str, bytes]:
    """Read the files that the sums list, each held to its digest."""
    if not path.exists():
        raise ModelError(f"{path} must be a model folder or zip; there is none. Check the path, or train a model first.")
    files = _folder_files(path) if path.is_dir() else _zip_files(path)
    if SUMS not in files:
        raise ModelError(f"{path} must be a model folder or zip; it holds no {SUMS}. Check the path.")
    listed = [line.decode("ascii", "replace")[66:] for line in files[SUMS].split(b"\n")[:-1]]
    held = {name: files[name] for name in listed if name in files}
    if len(held) < len(listed) or "facts.json" not in held or _sums(held) != files[SUMS]:
        noted = set(files[SUMS].splitlines())
        wrong = sorted({line.decode("utf-8", "replace")[66:] for line in noted ^ set(_sums(held).splitlines())})
        raise ModelError(f"{path} was changed after it was saved ({', '.join(wrong) or SUMS}). Do not trust it; copy or train it again.")
    return held


def _zip_files(path: Path) -> dict[str, bytes]:
    """Read the files of a zip; they may lie in one folder of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith(("/", ".joblib"))]
            return {name.rsplit("/", 1)[-1]: archive.read(name) for name in names}
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise ModelError(f"{path} must be a model folder or zip; it cannot be read as one. Check the path.") from error


def _parse(files: Mapping[str, bytes], name: str, path: Path) -> Any:
    if name not in files:
        raise ModelError(f"{path} must hold {name}; there is none. Copy or train the model again.")
    try:
        return json.loads(files[name])
    except ValueError as error:
        raise ModelError(f"{path}/{name} must be JSON ({error}). Copy or train the model again.") from error


def _read_head(files: Mapping[str, bytes], name: str, path: Path) -> Head:
    layout = _parse(files, f"{name}.features.json", path)
    blocks = []
    first = 0
    for block in layout["blocks"]:
        columns = {feature: first + at for at, feature in enumerate(block["features"])}
        blocks.append(Block(block["name"], tuple(block["ngram_range"]), columns, block.get("lexicon")))
        first += len(block["features"])
    table = _read_npy(files, f"{name}.weights.npy", path)
    scores = _read_npy(files, f"{name}.scores.npy", path)
    targets = layout.get("targets", [])
    height = len(layout["classes"]) * (1 + len(targets))
    if table.shape != (height + 1, first + 1) or scores.ndim != 1 or sum(len(b.columns) for b in blocks) != first:
        raise ModelError(f"{path}: the arrays of head {name!r} do not fit its features. Copy or train the model again.")
    parts = [(np.ascontiguousarray(rows[:, :-1].T), rows[:, -1]) for rows in np.split(table[1:], 1 + len(targets))]
    copies = dict(zip(targets, parts[1:], strict=True))
    return Head(name, tuple(layout["classes"]), tuple(blocks), table[0, :-1], *parts[0], scores, copies)


def _read_npy(files: Mapping[str, bytes], name: str, path: Path) -> np.ndarray:
    try:
        array = np.load(io.BytesIO(files[name]), allow_pickle=False)
    except (KeyError, ValueError, EOFError, OSError) as error:
        raise ModelError(f"{path}/{name} must be a plain array of numbers; got none. Copy or train the model again.") from error
    if not isinstance(array, np.ndarray) or array.dtype != np.float64 or not np.isfinite(array).all():
        raise ModelError(f"{path}/{name} must hold finite float64. Copy or train the model again.")
    return array


def _self_test(model: FrozenModel, path: Path) -> None:
    if not model.heads or not model.facts["self_test"]:
        raise ModelError(f"{path} must hold a head and a self-test; it does not. Copy or train the model again.")
    for case in model.facts["self_test"]:
        found = model.probabilities([case["text"]], case.get("target"))
        for name, expected in case["probabilities"].items():
            if len(expected) != len(found[name][0]) or not np.allclose(found[name][0], expected, rtol=0, atol=TOLERANCE):
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
