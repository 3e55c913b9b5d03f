"""Know again the rows that a model learned from, without keeping their text.

A model's facts hold a keyed digest of each. Whoever has a paragraph can ask whether the model
learned from it; nobody can read a paragraph from a digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

FACT: Final = "learned_rows"
"""Where a model's facts, and those of its adaptation, have what `salt_and_digest_rows` returns."""
_SALT_BYTES: Final = 16
_DIGEST_BYTES: Final = 8
"""A million paragraphs beside ten thousand digests are mistaken once in a billion times."""


def salt_and_digest_rows(texts: Iterable[str]) -> dict[str, Any]:
    """Return what a model's facts record of the rows that it learned from.

    Parameters
    ----------
    texts : iterable of str
        Paragraphs. Two that differ in case or white space only are taken for one.

    Returns
    -------
    dict
        ``salt``, the key in hexadecimal, and ``digests``, sorted. The salt follows from the rows,
        so that training twice on the same rows gives the same model; no list of digests that was
        made for another model is of use against it.

    Examples
    --------
    >>> record = salt_and_digest_rows(["A boat left at dawn.", "a boat  left at dawn."])
    >>> len(record["digests"])
    1
    """
    rows = sorted({_normalize(text) for text in texts})
    salt = hashlib.blake2b(b"\0".join(rows), digest_size=_SALT_BYTES).hexdigest()
    return {"salt": salt, "digests": sorted(_digest(row, salt) for row in rows)}


def find_learned(facts: Mapping[str, Any], texts: Sequence[str]) -> np.ndarray:
    """Return whether a model learned from each of some texts.

    Parameters
    ----------
    facts : mapping
        The facts of a model: what it was trained on and what it was adapted on both count. One
        without digests learned from none, as far as can be known.
    texts : sequence of str
        Paragraphs.

    Returns
    -------
    ndarray of bool, of shape (n_texts,)
    """
    learned = np.zeros(len(texts), dtype=bool)
    for record in (facts.get(FACT), facts.get("adapted", {}).get(FACT)):
        if record:
            known = frozenset(record["digests"])
            digests = [_digest(_normalize(text), record["salt"]) for text in texts]
            learned |= np.array([digest in known for digest in digests], dtype=bool)
    return learned


def count_learned(facts: Mapping[str, Any], texts: Sequence[str]) -> int:
    """Return how many of some texts a model learned from.

    >>> facts = {"learned_rows": salt_and_digest_rows(["A boat left at dawn."])}
    >>> count_learned(facts, ["A boat left at  dawn.", "Another came back."])
    1
    """
    return int(find_learned(facts, texts).sum())


def _normalize(text: str) -> bytes:
    return " ".join(text.split()).casefold().encode("utf-8", "surrogatepass")


def _digest(row: bytes, salt: str) -> str:
    key = salt.encode()[: hashlib.blake2b.MAX_KEY_SIZE]  # a forged model may have a longer one
    return hashlib.blake2b(row, key=key, digest_size=_DIGEST_BYTES).hexdigest()
