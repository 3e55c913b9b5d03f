"""Fingerprints of texts, by which copies and near-copies are found without the texts.

A text is the sequence of its words, in lower case. Its exact fingerprint is a hash of that; its
signature, of 60 small numbers, is made from the pairs of neighbouring words by MinHash [1]_: of two
texts, the share of equal numbers estimates which share of their pairs they have in common. All
texts of a batch are hashed at once, in NumPy.

References
----------
.. [1] Broder (1997). On the resemblance and containment of documents. SEQUENCES.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

N_HASHES: Final = 60
_BASE: Final = 0x9E3779B97F4A7C15
"""Odd, so that multiplying by it can be undone modulo 2**64."""
_INVERSE: Final = pow(_BASE, -1, 2**64)
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)
_PAIR: Final = np.uint64(0x94D049BB133111EB)


class Fingerprints(NamedTuple):
    """What is kept of texts: 132 bytes each.

    Attributes
    ----------
    exact : ndarray of uint64, of shape (n_texts,)
        Equal for texts of the same words in the same order.
    signatures : ndarray of uint16, of shape (n_texts, N_HASHES)
        Alike for texts that share pairs of words.
    sizes : ndarray of int32, of shape (n_texts,)
        How many words each has.
    """

    exact: np.ndarray
    signatures: np.ndarray
    sizes: np.ndarray


def make_fingerprints(texts: Sequence[str]) -> Fingerprints:
    """Make the fingerprints of a batch of texts.

    Time and memory grow with the characters of the batch, whatever they are.

    Examples
    --------
    >>> texts = ["Both lamps were lit.", "BOTH lamps — were lit!", "Neither lamp was lit."]
    >>> exact, signatures, sizes = make_fingerprints(texts)
    >>> bool(exact[0] == exact[1]), bool(exact[0] == exact[2]), sizes.tolist()
    (True, False, [4, 4, 4])
    """
    words, sizes = _hash_words([text.lower() for text in texts])
    exact = np.zeros(len(texts), dtype=np.uint64)
    signatures = np.zeros((len(texts), N_HASHES), dtype=np.uint16)
    has_words = np.flatnonzero(sizes)
    if len(has_words):
        starts = np.cumsum(sizes[has_words]) - sizes[has_words]
        position = np.arange(len(words)) - np.repeat(starts, sizes[has_words])
        exact[has_words] = np.add.reduceat(
            words * _powers(_BASE, int(position.max()) + 1)[position], starts
        )
        signatures[has_words] = _sign(words, starts)
    return Fingerprints(exact, signatures, sizes.astype(np.int32))


def join_fingerprints(batches: Sequence[Fingerprints]) -> Fingerprints:
    """Return the fingerprints of several batches as one."""
    return Fingerprints(*map(np.concatenate, zip(*batches, strict=True)))


def _hash_words(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the hash of each word of all texts, and how many words each text has.

    With ``S[i]`` the sum of ``code * base**position`` before position i, the word from i to j has
    the hash ``(S[j] - S[i]) * base**-i``, modulo 2**64: the same wherever it stands.
    """
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    bounds = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    in_word = np.concatenate([_word_characters()[codes], [False]])
    begins = in_word.copy()
    begins[1:] &= ~in_word[:-1]
    begins[bounds] |= in_word[bounds]  # a word does not go on in the next text
    starts = np.flatnonzero(begins)
    breaks = ~in_word | begins  # each word ends where the next character is not of it
    stops = np.flatnonzero(breaks)
    ends = stops[np.searchsorted(stops, starts, side="right")] if len(starts) else starts
    terms = (codes.astype(np.uint64) + np.uint64(1)) * _powers(_BASE, len(codes))
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(terms, dtype=np.uint64)])
    hashes = (sums[ends] - sums[starts]) * _powers(_INVERSE, len(codes) + 1)[starts]
    sizes = np.bincount(np.searchsorted(bounds, starts, side="right") - 1, minlength=len(texts))
    return _mixed(hashes), sizes[: len(texts)]


def _sign(words: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the signatures of texts whose words begin at `starts`.

    The last word of each text is paired with nothing, so that one word alone is signed too.
    """
    following = np.append(words[1:], np.uint64(0))
    following[starts[1:] - 1] = 0
    pairs = _mixed(words * _PAIR + following)
    lasts = np.append(starts[1:], len(words)) - 1
    lengths = lasts - starts
    pairs[lasts[lengths > 0]] = pairs[lasts[lengths > 0] - 1]  # of more words, only pairs count
    signatures = np.empty((len(starts), N_HASHES), dtype=np.uint16)
    for number, factor in enumerate(_factors()):
        least = np.minimum.reduceat(pairs * factor, starts)
        signatures[:, number] = _mixed(least) >> np.uint64(48)
    return signatures


def _mixed(values: np.ndarray) -> np.ndarray:
    """Spread the bits of hashes, so that any part of them is a hash."""
    values = (values ^ (values >> np.uint64(31))) * _MIX
    return np.asarray(values ^ (values >> np.uint64(29)))


def _powers(base: int, count: int) -> np.ndarray:
    """Return the powers of a number from 0 on, modulo 2**64."""
    factors = np.full(max(count, 1), base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


@lru_cache(maxsize=1)
def _word_characters() -> np.ndarray:
    """Return for each code point whether it is part of a word."""
    return np.fromiter(
        (chr(code).isalnum() for code in range(sys.maxunicode + 1)), dtype=bool, count=0x110000
    )


@lru_cache(maxsize=1)
def _factors() -> list[np.uint64]:
    """Return odd factors, each of which orders hashes in its own way."""
    random = np.random.default_rng(0)
    return [np.uint64(factor) for factor in random.integers(0, 2**63, N_HASHES) * 2 + 1]
