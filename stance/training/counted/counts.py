"""Counts files: what a model can learn from annotated paragraphs, without their text.

A counts file is a folder::

    counts.json          format, labels, thresholds, disclosure, notice, digests of the tokenizer
                         and of the masked names
    <block>.json         the features of a block, in the order of its columns
    <block>.ends.npy     int64 of shape (n_rows + 1,): where each row's entries begin and end
    <block>.columns.npy  unsigned, of shape (n_entries,): which features a row has
    <block>.counts.npy   unsigned, of shape (n_entries,): how often
    <head>.labels.npy    float64 of shape (n_rows, n_labels): the share of readings that gave each
    folds.npy            uint8 of shape (n_rows,): rows of one outlet (or article) share a fold
    lengths.npy          uint16 of shape (n_rows,): words before anything was left out, in fives
    NOTICE.txt           what whoever shares it must know
    SHA256SUMS           the digest of every other file

Block "words" holds stems and pairs of neighbouring stems; "frames" the order of cue words;
"spellings", where a head needs
characters, whole words in lower case. Rows are shuffled. Nothing in the folder is code, and every
array is checked before it is used.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.data.shapes import check_shape
from stance.errors import TableError
from stance.scoring.checks import check_distinct
from stance.scoring.sums import SUMS, digest, make_sums
from stance.text.cues import load_cues, number_frame
from stance.text.features import frame_features
from stance.text.sides import load_gazetteer
from stance.text.tokens import SIDE, Gazetteer, make_tokens
from stance.text.words import is_plain

if TYPE_CHECKING:
    from scipy import sparse

FORMAT: Final = 1
NOTICE_FILE: Final = "NOTICE.txt"
NOTICE: Final = (
    "This is not anonymous. Whoever holds an article can recognise its paragraphs and read their "
    "labels; phrases can be guessed. Names printed in 5 articles stay. Your licence may forbid "
    "sharing it. No threshold is known that a court or publisher has called safe."
)
MAX_FILE_BYTES: Final = 2**30  # of one file; the largest published so far has 5 MB
MAX_ROWS: Final = 10_000_000
FAMILIAR_ROWS: Final = 10
BLOCKS: Final = ("words", "frames", "spellings")
_FACTS: Final[Mapping[str, Any]] = {
    "rows": int,
    "labels": {str: [str]},
    "blocks": [str],
    "thresholds": {str: int},
    "near_copies": int,
    "too_rare": int,
    "notice": str,
    "disclosure": {str: float},
}

# What the digest of the tokenizer is taken over: one of each thing that its rules decide.
_PROBE: Final = (
    "“Don’t stop,” she said; the cease-fire's 3rd day. İSTANBUL ΣΊΣΥΦΟΣ ﬁre e\u0301tude __ 1,200.5 "
    "U.S.-backed calls were rejected, and callers’ rejections ignored. "
    "Ben-Gvir O'Brien South  Sudan’s envoys"
)


@dataclass(frozen=True)
class CountBlock:
    """Counts of one kind of feature.

    Attributes
    ----------
    features : tuple of str
        In the order of the columns.
    matrix : scipy.sparse.csr_array of shape (n_rows, n_features)
        How often each row has each feature, as float64.
    """

    features: tuple[str, ...]
    matrix: sparse.csr_array


@dataclass(frozen=True)
class Counts:
    """Annotated paragraphs as counts of frequent words and pairs.

    Made by `read_counts` and `write_counts`, not by hand.

    Attributes
    ----------
    blocks : dict of str to CountBlock
        "words", "frames", and "spellings" where characters can be learned.
    classes : dict of str to tuple of str
        The labels of each label column, sorted.
    readings : dict of str to ndarray of shape (n_rows, n_labels)
        The share of a row's readings that gave each label; a row sums to 1, or to 0 if that column
        is not annotated.
    folds : ndarray of int, of shape (n_rows,)
        Rows that must stay together in cross-validation share a number.
    lengths : ndarray of int, of shape (n_rows,)
        Words before anything was left out, rounded to fives, at least 5.
    facts : dict
        Thresholds, losses, disclosure: what ``counts.json`` holds besides.
    """

    blocks: Mapping[str, CountBlock]
    classes: Mapping[str, tuple[str, ...]]
    readings: Mapping[str, np.ndarray]
    folds: np.ndarray
    lengths: np.ndarray
    facts: Mapping[str, Any]

    @property
    def n_rows(self) -> int:
        """The number of paragraphs."""
        return len(self.folds)

    def annotated(self, head: str) -> Counts:
        """Return the rows that are annotated in one label column, with that column only."""
        rows = np.flatnonzero(self.readings[head].sum(axis=1))
        blocks = {
            name: CountBlock(block.features, block.matrix[rows])
            for name, block in self.blocks.items()
        }
        return Counts(
            blocks,
            {head: self.classes[head]},
            {head: self.readings[head][rows]},
            self.folds[rows],
            self.lengths[rows],
            self.facts,
        )

    def stems(self) -> set[str]:
        """Return the stems that are words a model may call familiar.

        No pairs, masked names or numbers, and none of fewer than `FAMILIAR_ROWS` rows: names bring
        words of other languages ("la").
        """
        block = self.blocks["words"]
        n_rows = np.bincount(block.matrix.indices, minlength=len(block.features))
        return {
            feature
            for feature, count in zip(block.features, n_rows.tolist(), strict=True)
            if count >= FAMILIAR_ROWS
            and " " not in feature
            and feature != SIDE
            and is_plain(feature)
        }


def digest_tokenizer() -> str:
    """Return a SHA-256 of the cues, and of what becomes of a text that meets each rule."""
    tokens = make_tokens(_PROBE)
    forms = [(token.word, token.stem) for token in tokens]
    return digest(repr((forms, sorted(load_cues().items()), *frame_features(tokens))).encode())


def digest_sides(gazetteer: Gazetteer) -> str:
    """Return a SHA-256 of the names that are masked."""
    return digest(repr((gazetteer.names, gazetteer.exact)).encode())


def save_counts(counts: Counts, folder: Path) -> None:
    """Write a counts file into a folder that does not exist yet or is empty.

    Raises
    ------
    TableError
        If the folder holds anything.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TableError(f"{folder} must be a new or empty folder; it is not. Choose another.")
    folder.mkdir(parents=True, exist_ok=True)
    files = dict(_files(counts))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / SUMS).write_bytes(make_sums(files))


def _files(counts: Counts) -> Iterator[tuple[str, bytes]]:
    facts = {
        "format": FORMAT,
        "rows": counts.n_rows,
        "labels": {head: list(classes) for head, classes in counts.classes.items()},
        "blocks": list(counts.blocks),
        **counts.facts,
    }
    yield "counts.json", _json(facts)
    yield NOTICE_FILE, f"{counts.facts.get('notice', NOTICE)}\n".encode()
    for name, block in counts.blocks.items():
        yield f"{name}.json", _json(block.features)
        yield f"{name}.ends.npy", _npy(block.matrix.indptr.astype(np.int64))
        yield f"{name}.columns.npy", _npy(_narrow(block.matrix.indices))
        yield f"{name}.counts.npy", _npy(_narrow(block.matrix.data))
    for head, readings in counts.readings.items():
        yield f"{head}.labels.npy", _npy(readings.astype(np.float64))
    yield "folds.npy", _npy(counts.folds.astype(np.uint8))
    yield "lengths.npy", _npy(counts.lengths.astype(np.uint16))


def _narrow(values: np.ndarray) -> np.ndarray:
    """Return whole numbers in the smallest unsigned type that holds them all."""
    return values.astype(np.min_scalar_type(int(values.max(initial=0))))


def read_counts(path: str | Path) -> Counts:
    """Read a counts file, checking every byte of it.

    Parameters
    ----------
    path : str or Path
        The folder that `write_counts` made.

    Returns
    -------
    Counts

    Raises
    ------
    TableError
        If a file is missing, was changed or is not what it must be, or was made under other rules
        of the tokenizer or with other masked names than this version of stance has.
    """
    folder = Path(path)
    files = _read_files(folder)
    try:
        facts = json.loads(files["counts.json"])
        _check_facts(facts, folder)
        n_rows = int(facts["rows"])
        blocks = {name: _read_block(files, name, n_rows) for name in facts["blocks"]}
        classes = {head: tuple(labels) for head, labels in facts["labels"].items()}
        readings = {head: _read_labels(files, head, n_rows, len(classes[head])) for head in classes}
        folds = _array(files, "folds.npy", (n_rows,), "u").astype(np.int64)
        lengths = _array(files, "lengths.npy", (n_rows,), "u").astype(np.int64)
    except TableError:
        raise
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise TableError(
            f"{folder} must hold a whole counts file; it does not ({error}). Copy or make it again."
        ) from error
    kept = ("format", "rows", "labels", "blocks")
    others = {name: fact for name, fact in facts.items() if name not in kept}
    return Counts(blocks, classes, readings, folds, lengths, others)


def _read_files(folder: Path) -> dict[str, bytes]:
    if not (folder / SUMS).is_file():
        raise TableError(
            f"{folder} must be a counts file, a folder with {SUMS}; it is not. Check the path."
        )
    sums = (folder / SUMS).read_bytes()
    names = [line[66:] for line in sums.decode("ascii", "replace").splitlines()]
    paths = {name: folder / name for name in names if Path(name).name == name}
    for name, file in paths.items():
        if not file.is_file() or file.stat().st_size > MAX_FILE_BYTES:
            raise TableError(
                f"{folder} must hold {name}, of 1 GB at most; it does not. Copy it again."
            )
    files = {name: file.read_bytes() for name, file in paths.items()}
    if make_sums(files) != sums:
        raise TableError(f"{folder} was changed after it was made. Do not trust it; copy it again.")
    return files


def _check_facts(facts: Mapping[str, Any], folder: Path) -> None:
    if facts.get("format") != FORMAT:
        raise TableError(
            f"{folder} must be a counts file of format {FORMAT}; got {facts.get('format')!r}. "
            "Make it again, or install the stance it was made by."
        )
    check_shape(facts, _FACTS, "counts.json")
    for head, labels in facts["labels"].items():
        check_distinct(labels, f"labels of {head:.40}", MAX_ROWS)
    if "words" not in facts["blocks"] or not set(facts["blocks"]) <= set(BLOCKS):
        raise ValueError(f"blocks {facts['blocks']!r}")
    if not 0 < facts["rows"] <= MAX_ROWS:
        raise ValueError(f"rows {facts['rows']!r}")
    for name in (*facts["blocks"], *facts["labels"]):
        if not isinstance(name, str) or Path(name).name != name:
            raise ValueError(f"name {name!r}")
    for what, made, here in (
        ("rules of the tokenizer", facts["tokenizer"], digest_tokenizer()),
        ("masked names", facts["sides"], digest_sides(load_gazetteer())),
    ):
        if made != here:
            raise TableError(
                f"{folder} must be made under the {what} of this version of stance; it was made "
                "under others. Make it again from the texts, or install the version it was made by."
            )


def _read_block(files: Mapping[str, bytes], name: str, n_rows: int) -> CountBlock:
    from scipy import sparse

    features = json.loads(files[f"{name}.json"])
    if len(set(features)) < len(features) or not all(isinstance(one, str) for one in features):
        raise ValueError(f"{name}.json holds a feature twice, or something that is not a str")
    if name == "frames":
        for feature in features:
            number_frame(feature)  # which raises ValueError unless it is one
    ends = _array(files, f"{name}.ends.npy", (n_rows + 1,), "i").astype(np.int64)
    n_entries = int(ends[-1])
    columns = _array(files, f"{name}.columns.npy", (n_entries,), "u").astype(np.int64)
    counted = _array(files, f"{name}.counts.npy", (n_entries,), "u").astype(np.float64)
    if ends[0] != 0 or (np.diff(ends) < 0).any():
        raise ValueError(f"{name}.ends.npy must rise from 0")
    if n_entries and (columns.max() >= len(features) or counted.min() < 1):
        raise ValueError(f"{name} holds a column or count out of range")
    matrix = sparse.csr_array((counted, columns, ends), shape=(n_rows, len(features)))
    matrix.sort_indices()
    if not matrix.has_canonical_format:
        raise ValueError(f"{name} holds a feature twice in one row")
    return CountBlock(tuple(features), matrix)


def _read_labels(files: Mapping[str, bytes], head: str, n_rows: int, n_labels: int) -> np.ndarray:
    readings = _array(files, f"{head}.labels.npy", (n_rows, n_labels), "f").astype(np.float64)
    sums = readings.sum(axis=1)
    if readings.min() < 0 or not (np.isclose(sums, 1) | (sums == 0)).all():
        raise ValueError(f"the readings of {head!r} must be shares that sum to 1 or 0")
    return readings


def _array(files: Mapping[str, bytes], name: str, shape: tuple[int, ...], kind: str) -> np.ndarray:
    try:
        array = np.load(io.BytesIO(files[name]), allow_pickle=False)
    except Exception as error:  # NumPy tokenizes the header as Python, and lets errors through
        raise ValueError(f"{name} must be a plain array of numbers") from error
    if array.shape != shape or array.dtype.kind != kind or not np.isfinite(array).all():
        raise ValueError(f"{name} must be of shape {shape} and kind {kind!r}")
    return np.asarray(array)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=0) + "\n").encode("ascii")


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()
