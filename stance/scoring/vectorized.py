"""The NumPy backend: as exact as the compiled one, for any model and any system."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain, islice
from typing import Final

import numpy as np

from stance.scoring.arrays import ModelArrays
from stance.scoring.feature_counts import COUNTS, WordArrays
from stance.scoring.heads import softmax
from stance.text.names import is_joined
from stance.text.tokens import SIDE, Gazetteer, Token
from stance.text.words import (
    find_sentence_starts,
    fold_all,
    is_plain,
    list_words,
    split_words,
    stem_all,
)

CHUNK: Final = 1024
"""Paragraphs scored at a time."""
MAX_WORDS: Final = 200_000
"""Words that were not met twice are forgotten when there are more; all, if that does not help."""

# Flags of a word.
PLAIN: Final = 1  # it counts for familiarity
KNOWN: Final = 2  # it is familiar
ALONE: Final = 4  # it is a name
LEADS: Final = 8  # it may begin a name of several words
SECOND: Final = 16  # it may be the second word of a name


class NumpyBackend:
    """Scores with NumPy and SciPy: any model.

    Parameters
    ----------
    arrays : ModelArrays
        What to score with.
    why : str
        Why this backend is in use.
    """

    def __init__(self, arrays: ModelArrays, *, why: str) -> None:
        self.name = "numpy"
        self.why = why
        self._arrays = arrays
        self._blocks = [COUNTS[block.name](block) for block in arrays.blocks]
        self._needs_sentences = any(block.name == "frames" for block in arrays.blocks)
        self._lock = threading.Lock()  # words are learned while paragraphs are scored
        self._learned = _LearnedWords(arrays.words, arrays.gazetteer)

    def score(
        self, texts: list[str], copies: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Score paragraphs, as `Backend.score` describes."""
        with self._lock:
            try:
                chunks = [
                    self._score_chunk(texts[first : first + CHUNK], copies[first : first + CHUNK])
                    for first in range(0, len(texts), CHUNK)
                ]
            except BaseException:  # an interrupt, too: no word may stay half learned
                self._forget()
                raise
        if not chunks:
            n_outputs = self._arrays.intercepts.shape[1]
            return np.empty((0, n_outputs)), np.empty(0), np.empty(0, dtype=np.int64)
        logits, familiarity, n_tokens = (
            np.concatenate(column) for column in zip(*chunks, strict=True)
        )
        by_head = [softmax(logits[:, columns]) for columns in self._arrays.outputs.values()]
        return np.hstack(by_head), familiarity, n_tokens

    def _score_chunk(
        self, texts: Sequence[str], copies: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return logits, familiarity and numbers of tokens; `feature_counts` shows the arrays."""
        if len(self._learned.tokens) > MAX_WORDS:
            self._forget_rare_words()
        words = [list_words(text, social_media=self._arrays.social_media) for text in texts]
        token = self._learned.number(chain.from_iterable(words))
        self._learned.note_meetings(token)
        row = np.repeat(np.arange(len(texts)), list(map(len, words)))
        starts = self._sentence_starts(texts) if self._needs_sentences else np.zeros_like(row, bool)
        masked = self._mask(texts, words, WordArrays(row, token, starts))
        flags = self._learned.flags_of(masked.token)
        n_plain, n_known = (
            np.bincount(masked.row, weights=flags & wanted == wanted, minlength=len(texts))
            for wanted in (PLAIN, PLAIN | KNOWN)
        )
        logits = self._arrays.intercepts[copies]
        for block in self._blocks:
            counts = block.count(masked, self._learned.tokens, len(texts))
            block.add(logits, counts, copies)
        familiarity = np.divide(n_known, n_plain, out=np.zeros(len(texts)), where=n_plain > 0)
        return logits, familiarity, np.bincount(masked.row, minlength=len(texts))

    def _sentence_starts(self, texts: Sequence[str]) -> np.ndarray:
        social_media = self._arrays.social_media
        starts = (find_sentence_starts(text, social_media=social_media) for text in texts)
        return np.fromiter(chain.from_iterable(starts), dtype=bool)

    def _mask(
        self, texts: Sequence[str], words: Sequence[list[str]], arrays: WordArrays
    ) -> WordArrays:
        """Replace names by `SIDE`, as `mask_words` does.

        Names of one word are masked by their flags. Only the paragraphs in which a name of several
        words may stand are searched word by word: in "South Sudan agreed", "South" may begin
        such a name, and "Sudan" be its second word. There the first word of a name becomes token
        0, which is `SIDE`, and its other words are removed: ``[7, 8, 9]`` turns into ``[0, 9]``.
        """
        gazetteer, social_media = self._arrays.gazetteer, self._arrays.social_media
        if gazetteer is None:
            return arrays
        row, token, _ = arrays
        flags = self._learned.flags_of(token)
        is_pair = (flags[:-1] & LEADS > 0) & (flags[1:] & SECOND > 0) & (row[:-1] == row[1:])
        searched = np.unique(row[np.flatnonzero(is_pair)])
        single_names = np.flatnonzero(flags & ALONE)
        token[single_names[~np.isin(row[single_names], searched)]] = 0
        keep = np.ones(len(row), dtype=bool)
        row_starts = np.searchsorted(row, searched)
        for number, row_start in zip(searched.tolist(), row_starts.tolist(), strict=True):
            joined = _make_joined(texts[number], social_media=social_media)
            for first, n_words in gazetteer.find(words[number], joined):
                name_start = row_start + first
                token[name_start] = 0
                keep[name_start + 1 : name_start + n_words] = False
        return WordArrays(*(values[keep] for values in arrays))

    def _forget_rare_words(self) -> None:
        words = self._learned.list_met_again()
        self._forget()
        if len(words) <= MAX_WORDS // 2:
            self._learned.number(words)

    def _forget(self) -> None:
        self._learned = _LearnedWords(self._arrays.words, self._arrays.gazetteer)
        for block in self._blocks:
            block.forget()


class _LearnedWords:
    """The words met so far, numbered in the order in which they came; number 0 is `SIDE`."""

    def __init__(self, familiar: Collection[str], gazetteer: Gazetteer | None) -> None:
        self.tokens = [Token(SIDE, SIDE, 0, 0)]
        self._familiar = familiar
        self._gazetteer = gazetteer
        self._flags = bytearray(1)
        self._meetings = np.zeros(1, dtype=np.int64)  # of each word, at most 2
        self._numbers: defaultdict[str, int] = defaultdict(None, {SIDE: 0})
        self._numbers.default_factory = self._numbers.__len__  # a new word takes the next number

    def number(self, words: Iterable[str]) -> np.ndarray:
        """Return the number of each word, and learn those that are new."""
        numbers = np.fromiter(map(self._numbers.__getitem__, words), dtype=np.int64)
        n_new = len(self._numbers) - len(self.tokens)
        self._learn(list(islice(reversed(self._numbers), n_new))[::-1])
        return numbers

    def note_meetings(self, numbers: np.ndarray) -> None:
        """Note that words of texts were met, each as often as its number occurs."""
        counts = np.bincount(numbers, minlength=len(self.tokens))
        counts[: len(self._meetings)] += self._meetings
        self._meetings = np.minimum(counts, 2)

    def list_met_again(self) -> list[str]:
        """List the words that were met twice or more."""
        met_again = self._meetings > 1
        return [word for word, number in self._numbers.items() if number and met_again[number]]

    def flags_of(self, numbers: np.ndarray) -> np.ndarray:
        """Return the flags of each numbered word."""
        return np.asarray(np.frombuffer(self._flags, dtype=np.uint8)[numbers])

    def _learn(self, words: list[str]) -> None:
        folded = fold_all(words)
        stems = stem_all(folded)
        self.tokens += [Token(*pair, 0, 0) for pair in zip(folded, stems, strict=True)]
        for word, folded_word, stem in zip(words, folded, stems, strict=True):
            flags = PLAIN * is_plain(folded_word) | KNOWN * (stem in self._familiar)
            if self._gazetteer is not None:
                alone, leads, second = self._gazetteer.roles(word)
                flags |= ALONE * alone | LEADS * leads | SECOND * second
            self._flags.append(flags)


def _make_joined(text: str, *, social_media: bool) -> Callable[[int], bool]:
    """Return a function: may word `index` and the one before it stand inside one name?

    The text is split only as far as the function has been asked about.
    """
    remaining_words = split_words(text, social_media=social_media)
    words: list[tuple[str, int, int]] = []

    def joined(index: int) -> bool:
        words.extend(islice(remaining_words, max(0, index + 1 - len(words))))
        return is_joined(text, words[index - 1], words[index])

    return joined
