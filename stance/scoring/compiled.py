"""Drive the compiled scorer: teach it the words it meets, and share paragraphs out over threads."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.scoring._scorer import Scorer
from stance.scoring.arrays import Layout
from stance.text.tokens import SIDE, bare, fold, fold_all, is_plain, stem_all

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

MOST_BYTES: Final = 128 * 2**20
"""What the learned words may take up before they are dropped; news of a year needs a tenth of it."""
CHUNK: Final = 4096
"""Paragraphs that are scored at a time; those that wait for words to be learned are held in memory."""
PER_THREAD: Final = 256
"""Paragraphs below which a second thread is not worth its start."""


class Compiled:
    """The engine behind a model of words and characters."""

    def __init__(self, layout: Layout) -> None:
        blocks = [
            (
                block.name == "words",
                *block.ngram_range,
                block.features,
                block.outputs,
                np.ascontiguousarray(block.rows),
            )
            for block in layout.blocks
        ]
        tables: Any = layout.gazetteer.phrases if layout.gazetteer else ({}, {})
        any_case, exact_case = (_number_names(table) for table in tables)
        n_parts, self._n_outputs = layout.intercepts.shape
        edges = np.asarray([0, *(here.stop for here in layout.outputs.values())], dtype=np.int32)
        intercepts = np.ascontiguousarray(layout.intercepts)
        self._scorer = Scorer(
            edges, n_parts, intercepts, blocks, list(layout.words), any_case, exact_case, SIDE
        )
        self._lock = threading.Lock()  # a word may not be learned while another thread scores
        _ENGINES.add(self)

    def score(
        self, texts: list[str], parts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return probabilities of shape (n_paragraphs, n_outputs), familiarity, and numbers of tokens."""
        found = (
            np.empty((len(texts), self._n_outputs)),
            np.empty(len(texts)),
            np.zeros(len(texts), dtype=np.int64),
        )
        with self._lock:
            for first in range(0, len(texts), CHUNK):
                if self._scorer.size > MOST_BYTES:
                    self._scorer.forget()
                self._score(texts, first, min(first + CHUNK, len(texts)), parts, *found)
        return found

    def forked(self) -> None:
        """Work on in the child of a fork, whatever other threads were at."""
        self._lock = threading.Lock()
        self._scorer.forked()

    def _score(self, texts: list[str], first: int, last: int, *buffers: np.ndarray) -> None:
        n_threads = max(1, min(count_processors(), (last - first) // PER_THREAD))
        edges = np.linspace(first, last, n_threads + 1).astype(int).tolist()
        runs = _spread(
            lambda at: self._scorer.run(texts, edges[at], edges[at + 1], *buffers), range(n_threads)
        )
        if unknown := dict.fromkeys(word for words, _ in runs for word in words):
            self._learn(list(unknown))
            _spread(
                lambda waiting: self._scorer.finish(waiting, *buffers),
                [waiting for _, waiting in runs if waiting],
            )

    def _learn(self, words: list[str]) -> None:
        folded = fold_all(words)
        bares = [bare(word) for word in words]
        folded_bares = [
            lower if name is word else fold(name)
            for word, lower, name in zip(words, folded, bares, strict=True)
        ]
        self._scorer.learn(
            words, folded, stem_all(folded), bares, folded_bares, bytes(map(is_plain, folded))
        )


def count_processors() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _spread(function: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """Call a function for each value, the first in this thread, the others beside it; all have ended when it returns or raises."""
    if len(values) == 1:
        return [function(values[0])]
    from concurrent.futures import wait

    others: list[Future[Any]] = []
    try:
        with contextlib.suppress(
            RuntimeError
        ):  # the main thread has ended, and Python starts no more: go on in this one
            others += (_threads().submit(function, value) for value in values[1:])
        here = [function(value) for value in (values[0], *values[1 + len(others) :])]
        return [here[0], *(other.result() for other in others), *here[1:]]
    finally:
        for other in others:
            other.cancel()
        wait(others)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(count_processors(), thread_name_prefix="stance")


_ENGINES: weakref.WeakSet[Compiled] = weakref.WeakSet()


def _after_fork() -> None:
    """Threads do not live on in a forked process, and what they held is held for ever."""
    _threads.cache_clear()
    for engine in list(_ENGINES):
        engine.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _number_names(
    table: dict[str, set[tuple[str, ...]]],
) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Turn names into numbers: their words, the first name of each word that may lead one, where each begins, its words."""
    numbers: dict[str, int] = {lead: number for number, lead in enumerate(table)}
    first, start, items = [0], [0], list[int]()
    for phrases in table.values():
        for phrase in sorted(phrases):
            for word in phrase:
                items.append(numbers.setdefault(word, len(numbers)))
            start.append(len(items))
        first.append(len(start) - 1)
    first += [first[-1]] * (len(numbers) - len(table))
    arrays: Sequence[np.ndarray] = [
        np.asarray(numbers_, dtype=np.int32) for numbers_ in (first, start, items)
    ]
    return list(numbers), arrays[0], arrays[1], arrays[2]
