"""The compiled backend: has the extension learn new words, and runs it on several threads."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.scoring._scorer import MAX_CLASSES, Scorer
from stance.scoring.arrays import BlockArrays, ModelArrays
from stance.text.cues import (
    DOUBLED,
    JOINS,
    LINKS,
    MENTIONS,
    NEGATION,
    NUMBERS,
    PARTS,
    REVERSING,
    VERDICTS,
    number_cues,
    number_frame,
)
from stance.text.features import NEGATORS, number_cue_classes
from stance.text.tokens import SIDE
from stance.text.words import stem_all

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

MAX_BYTES: Final = 128 * 2**20
"""Rare words are forgotten when all take up more memory; a year of news needs a tenth of it."""
CHUNK: Final = 1024
"""Paragraphs scored at a time, per processor; the words that were new to them are then learned."""
CHUNK_CHARACTERS: Final = 8_000_000
"""Characters scored at a time, or one paragraph: they bound the words that are learned at once."""
PER_THREAD: Final = 256
"""A second thread is not worth its start for fewer paragraphs."""
_TRAITS: Final = (PARTS, MENTIONS, REVERSING, VERDICTS, DOUBLED)  # by bit, as in model.h
_KINDS: Final = {"words": 0, "characters": 1, "frames": 2}
"""The numbers that the extension has for kinds of feature blocks."""
_BACKENDS: weakref.WeakSet[CompiledBackend] = weakref.WeakSet()


class CompiledBackend:
    """Scores with the extension `_scorer`: any model of words, characters and frames.

    The extension splits texts, stems their words and scores them. A word is stemmed once: `score`
    returns the words that were new to it, for `learn` to take in while no thread scores.

    Parameters
    ----------
    arrays : ModelArrays
        What to score with.
    why : str
        Why this backend is in use.
    """

    def __init__(self, arrays: ModelArrays, *, why: str) -> None:
        self.name = "compiled"
        self.why = why
        phrases: Any = arrays.gazetteer.phrases if arrays.gazetteer else ({}, {})
        any_case, exact_case = (_number_names(table) for table in phrases)
        n_copies, self._n_outputs = arrays.intercepts.shape
        edges = [0, *(columns.stop for columns in arrays.outputs.values())]
        self._scorer = Scorer(
            np.asarray(edges, dtype=np.int32),
            n_copies,
            np.ascontiguousarray(arrays.intercepts),
            [_describe_block(block) for block in arrays.blocks],
            list(arrays.words),
            any_case,
            exact_case,
            SIDE,
            _describe_cues(arrays.blocks),
        )
        self._lock = threading.Lock()  # a word must not be learned while another thread scores
        _BACKENDS.add(self)

    def score(
        self, texts: list[str], copies: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Score paragraphs, as `Backend.score` describes."""
        results = (
            np.empty((len(texts), self._n_outputs)),
            np.empty(len(texts)),
            np.zeros(len(texts), dtype=np.int64),
        )
        with self._lock:
            for first, last in _list_chunks(texts):
                self._forget()
                self._score_chunk(texts, first, last, copies, *results)
        return results

    def reset_after_fork(self) -> None:
        """Make new locks in a forked process: the threads that held the old ones are not in it."""
        self._lock = threading.Lock()
        self._scorer.reset_after_fork()

    def _score_chunk(self, texts: list[str], first: int, last: int, *buffers: np.ndarray) -> None:
        n_threads = max(1, min(count_processors(), (last - first) // PER_THREAD))
        edges = np.linspace(first, last, n_threads + 1).astype(int).tolist()
        shares = _run_in_threads(
            lambda share: self._scorer.score(texts, edges[share], edges[share + 1], *buffers),
            range(n_threads),
        )
        for new_words in filter(None, shares):
            self._scorer.learn(new_words)

    def _forget(self) -> None:
        """Forget rare words if all take up much memory, and all if that does not help."""
        if self._scorer.size > MAX_BYTES:
            self._scorer.forget()
            if self._scorer.size > MAX_BYTES // 2:
                self._scorer.forget()


def count_processors() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _list_chunks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where each chunk of texts begins and ends.

    >>> list(_list_chunks(["a truce", "b" * CHUNK_CHARACTERS, "a truce", "a war"]))
    [(0, 1), (1, 2), (2, 4)]
    """
    most = CHUNK * count_processors()
    first = n_characters = 0
    for number, text in enumerate(texts):
        n_characters += len(text or "")  # the extension says what is wrong with None
        if number > first and (number == first + most or n_characters > CHUNK_CHARACTERS):
            yield first, number
            first, n_characters = number, len(text or "")
    if texts:
        yield first, len(texts)


def _run_in_threads(function: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """Call a function for each value, the first here, the others in threads.

    All calls have ended when this returns or raises.
    """
    if len(values) == 1:
        return [function(values[0])]
    from concurrent.futures import wait

    others: list[Future[Any]] = []
    try:
        # Python starts no thread after the main one has ended: make the remaining calls here.
        with contextlib.suppress(RuntimeError):
            others += (_threads().submit(function, value) for value in values[1:])
        results = [function(value) for value in (values[0], *values[1 + len(others) :])]
        return [results[0], *(other.result() for other in others), *results[1:]]
    finally:
        for other in others:
            other.cancel()
        wait(others)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(count_processors(), thread_name_prefix="stance")


def _after_fork() -> None:
    """Start again in a forked process, which has no other threads: their locks stay locked."""
    _threads.cache_clear()
    for backend in list(_BACKENDS):
        backend.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _describe_cues(blocks: Sequence[BlockArrays]) -> tuple[Any, ...]:
    """Return what `stance.text.cues` says of words and classes, as the extension takes it."""
    if not any(block.name == "frames" for block in blocks):
        return 0, [], [], b"", bytes(MAX_CLASSES), bytes(MAX_CLASSES), bytes(2 * MAX_CLASSES**2)
    words, cues = sorted(NEGATORS), number_cues()
    negation = NUMBERS[NEGATION]
    classes = number_cue_classes(words, stem_all(words))
    negators = [word for word, number in zip(words, classes, strict=True) if number == negation]
    links, traits = bytearray(MAX_CLASSES), bytearray(MAX_CLASSES)
    for name, number in NUMBERS.items():
        links[number] = NUMBERS.get(LINKS.get(name, ""), 0)
        traits[number] = sum((name in having) << bit for bit, having in enumerate(_TRAITS))
    joins = np.zeros((MAX_CLASSES, MAX_CLASSES, 2), dtype=np.uint8)
    for (first, second), (both, reach) in JOINS.items():
        joins[NUMBERS[first], NUMBERS[second]] = NUMBERS[both], reach
    classes = bytes(cues.values())
    return negation, negators, list(cues), classes, bytes(links), bytes(traits), joins


def _describe_block(block: BlockArrays) -> tuple[Any, ...]:
    """Return a feature block as the extension takes it: with each frame as its number."""
    features: list[Any] = block.features
    if block.name == "frames":
        features = [number_frame(frame) for frame in block.features]
    rows = np.ascontiguousarray(block.rows)
    return _KINDS[block.name], *block.ngram_range, features, block.outputs, rows


def _number_names(
    table: dict[str, set[tuple[str, ...]]],
) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Turn names into numbers for the extension.

    Returns
    -------
    words : list of str
        Every word of the names; those that may begin one come first.
    first : ndarray of int32, of shape (n_words + 1,)
        The names that word w begins are those from first[w] to first[w + 1], exclusive.
    start : ndarray of int32, of shape (n_names + 1,)
        The words of name n are those from items[start[n]] to items[start[n + 1]], exclusive.
    items : ndarray of int32
        The numbers of the words of all names, one name after another.

    Examples
    --------
    >>> names = {"south": {("south", "sudan")}, "sudan": {("sudan",)}}
    >>> words, first, start, items = _number_names(names)
    >>> words, first.tolist(), start.tolist(), items.tolist()
    (['south', 'sudan'], [0, 1, 2], [0, 2, 3], [0, 1, 1])
    """
    numbers = {leader: number for number, leader in enumerate(table)}
    first, start, items = [0], [0], list[int]()
    for names in table.values():
        for name in sorted(names):
            items += [numbers.setdefault(word, len(numbers)) for word in name]
            start.append(len(items))
        first.append(len(start) - 1)
    first += [first[-1]] * (len(numbers) - len(table))  # the other words begin no name
    first_array, start_array, items_array = (
        np.asarray(values, dtype=np.int32) for values in (first, start, items)
    )
    return list(numbers), first_array, start_array, items_array
