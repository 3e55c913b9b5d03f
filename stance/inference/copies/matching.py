"""Find which texts are copies of earlier ones, from their fingerprints alone."""

from __future__ import annotations

from typing import Final

import numpy as np

from stance.inference.copies.fingerprints import N_HASHES, Fingerprints

SHARED: Final = 0.5
"""A near-copy shares this share of the pairs of words that it and the other text have together."""
MIN_WORDS: Final = 6
"""Texts of fewer words are copies only of the very same words: short phrases recur by chance."""
_BAND: Final = 3
"""Texts of which three numbers in a row are equal are compared: one of 20 such bands is enough.

Texts that share half of their pairs meet in at least one band 93 times in 100, texts that share
seven tenths always, and texts that share a tenth once in 50.
"""
_BATCH: Final = 50_000  # pairs of texts that are compared at a time


def find_copies(prints: Fingerprints) -> np.ndarray:
    """Return for each text the first one that it is a copy of, or -1.

    Parameters
    ----------
    prints : Fingerprints
        Of texts in their order: the first of several copies is the original.

    Returns
    -------
    ndarray of int64, of shape (n_texts,)
        A copy of a copy is a copy of the original. Texts without words are copies of nothing.

    Notes
    -----
    Time grows as n log n with the number of texts, memory by less than 200 bytes for each, beside
    the fingerprints and some 20 MB, however many are copies of each other.
    """
    n_texts = len(prints.exact)
    original = np.arange(n_texts)
    has_words = np.flatnonzero(prints.sizes > 0)
    first_of = np.unique(prints.exact[has_words], return_index=True, return_inverse=True)
    firsts, codes = has_words[first_of[1]], first_of[2]
    original[has_words] = firsts[codes]
    firsts = np.sort(firsts)  # one of each exact text
    firsts = firsts[prints.sizes[firsts] >= MIN_WORDS]
    original = _group_near(prints.signatures, firsts)[original]
    original[original == np.arange(n_texts)] = -1
    return original


def _group_near(signatures: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return for each text the first of its group: those of `rows` that near-copies join.

    Rows of which a band is equal are compared with the first of them and with the one before,
    unless an earlier band has joined them: the pairs of all bands together could be forty for each
    text.
    """
    group = np.arange(len(signatures))
    for start in range(0, N_HASHES, _BAND):
        keys = np.zeros(len(rows), dtype=np.uint64)
        for number in range(start, start + _BAND):
            keys = (keys << np.uint64(16)) | signatures[rows, number]
        order = np.argsort(keys, kind="stable")
        same = np.concatenate([[False], keys[order][1:] == keys[order][:-1]])
        heads = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
        members = np.flatnonzero(same)
        for others in (heads[members], members - 1):
            pairs = rows[order[np.stack([members, others], axis=1)]]
            pairs = pairs[group[pairs[:, 0]] != group[pairs[:, 1]]]
            group = _join(group, _keep_alike(signatures, pairs))
    return group


def _keep_alike(signatures: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    alike = np.zeros(len(pairs), dtype=bool)
    for start in range(0, len(pairs), _BATCH):
        a, b = pairs[start : start + _BATCH].T
        equal = (signatures[a] == signatures[b]).mean(axis=1)
        alike[start : start + _BATCH] = equal >= SHARED
    return pairs[alike]


def _join(group: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the first text of each text's group, once edges have joined groups."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(edges):
        return group
    n_texts = len(group)
    ones = np.ones(len(edges), dtype=bool)
    graph = coo_array((ones, (group[edges[:, 0]], group[edges[:, 1]])), shape=(n_texts, n_texts))
    n_groups, codes = connected_components(graph, directed=False)
    first = np.empty(n_groups, dtype=np.int64)
    first[codes[::-1]] = np.arange(n_texts)[::-1]  # of several, the last that is written stays
    return np.asarray(first[codes][group], dtype=np.int64)


def find_copied_articles(original: np.ndarray, articles: np.ndarray) -> np.ndarray:
    """Return for each paragraph the article that its own is a copy of, or -1.

    Parameters
    ----------
    original : ndarray of int64, of shape (n_texts,)
        What `find_copies` returned for paragraphs.
    articles : ndarray of int, of shape (n_texts,)
        The article of each, numbered from 0 in the order in which they begin.

    Returns
    -------
    ndarray of int64, of shape (n_texts,)
        An article is a copy of an earlier one if at least half of its paragraphs are copies of
        paragraphs of that one; of several, the one that has most of them.

    Examples
    --------
    >>> find_copied_articles(np.array([-1, -1, 0, 1, -1]), np.array([0, 0, 1, 1, 1])).tolist()
    [-1, -1, 0, 0, 0]
    """
    if not len(articles):
        return np.empty(0, dtype=np.int64)
    n_articles = int(articles.max()) + 1
    copied = np.flatnonzero(original >= 0)
    copied = copied[articles[original[copied]] < articles[copied]]
    pairs = articles[copied].astype(np.int64) * n_articles + articles[original[copied]]
    pairs, counts = np.unique(pairs, return_counts=True)
    owners, sources = np.divmod(pairs, n_articles)
    order = np.lexsort((-sources, counts))  # the best comes last, and of equal ones the earliest
    best_count, best_source = np.zeros(n_articles), np.full(n_articles, -1, dtype=np.int64)
    best_count[owners[order]], best_source[owners[order]] = counts[order], sources[order]
    is_copy = best_count >= SHARED * np.bincount(articles, minlength=n_articles)
    return np.asarray(np.where(is_copy & (best_count > 0), best_source, -1)[articles])
