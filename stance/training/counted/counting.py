"""Count what may be kept of annotated paragraphs: frequent words, pairs and spellings."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stance.errors import TrainingError
from stance.text.features import frame_features
from stance.text.sides import load_gazetteer
from stance.text.tokens import SIDE, Token, make_tokens
from stance.training.counted.counts import (
    NOTICE,
    CountBlock,
    Counts,
    digest_sides,
    digest_tokenizer,
)
from stance.training.counted.near_copies import find_near_copies

if TYPE_CHECKING:
    from scipy import sparse

N_FOLDS: Final = 10
"""Numbers for grouping; more would single articles out, fewer would coarsen cross-validation."""
OUTLET_AT_LEAST: Final = 5
"""Articles; smaller outlets are merged, since a fold of their own would name them."""
FUNCTION_STEMS: Final = frozenset([
    "the", "a", "an", "of", "in", "to", "and", "that", "on", "for", "as", "with", "by", "at",
    "from", "is", "was", "are", "were", "be", "been", "it", "it'", "its", "his", "her", "their",
    "this", "he", "she", "they", "which", "who", "would", "said", "have", "has", "had", "will",
    "but", "or",
    SIDE,
])  # fmt: skip
"""A pair that ends in one of these is left out. They are the joints by which sentences could be put
together again, and say little about labels: with all pairs of ten articles, a best guess read eight
words in a row in 20 to 30% of news paragraphs, and macro-F1 was the same without
(benchmarks/RECIPES.md)."""


@dataclass(frozen=True)
class Thresholds:
    """How common a feature must be to be kept, and how many of them a paragraph needs.

    Attributes
    ----------
    stems, pairs, spellings : int
        Articles with that stem, that pair of neighbouring stems or frame, that word as spelled.
    features : int
        Distinct stems and pairs of a paragraph.
    """

    stems: int = 5
    pairs: int = 25
    spellings: int = 5
    features: int = 8


@dataclass(frozen=True)
class _Table:
    """Occurrences before anything is left out: a row per paragraph, a column per feature."""

    features: list[str]
    matrix: sparse.csr_array
    threshold: np.ndarray  # articles that each feature must occur in


def count_paragraphs(
    texts: Sequence[str],
    readings: Mapping[str, Sequence[Sequence[str]]],
    *,
    articles: Sequence[Any] | None = None,
    outlets: Sequence[Any] | None = None,
    thresholds: Thresholds | None = None,
    spellings: bool = True,
    random_state: int = 0,
) -> tuple[Counts, np.ndarray]:
    """Count what may be kept of annotated paragraphs.

    Parameters
    ----------
    texts : sequence of str, of length n_paragraphs
        Paragraphs.
    readings : dict of str to sequence of sequence of str
        By label column, the labels that each paragraph's readers gave; none for a paragraph that is
        not annotated.
    articles, outlets : sequence of length n_paragraphs, optional
        The article and the outlet of each paragraph; by default each paragraph is an article, and
        each article an outlet.
    thresholds : Thresholds, optional
        What is frequent enough.
    spellings : bool, default=True
        Keep whole words too, which a head with character features learns from.
    random_state : int, default=0
        Shuffles the rows.

    Returns
    -------
    counts : Counts
        In random order, without disclosure figures.
    rows : ndarray of int, of shape (n_rows,)
        Which paragraph each row was.

    Raises
    ------
    TrainingError
        If no paragraph is left.

    Notes
    -----
    Near-copies go first. Then articles are counted, features below their threshold and paragraphs
    of too few kept features go, and so on until nothing more goes: every kept feature meets its
    threshold among the rows that are published.
    """
    thresholds = thresholds or Thresholds()
    tokens = [make_tokens(text, load_gazetteer()) for text in texts]
    copies = np.array([original is not None for original in find_near_copies(texts)], dtype=bool)
    groups = number_groups(articles, len(texts))
    tables = {
        "words": _word_table(tokens, thresholds),
        "frames": _table(
            [[frame.feature for frame in frame_features(one)] for one in tokens], thresholds.pairs
        ),
    }
    if spellings:
        words = [[token.word for token in one if token.word != SIDE] for one in tokens]
        tables["spellings"] = _table(words, thresholds.spellings)
    rows = np.flatnonzero(~copies)
    rows, columns = _settle(tables, groups, rows, thresholds.features)
    if not len(rows):
        raise TrainingError(
            f"a counts file must hold paragraphs of at least {thresholds.features} words or pairs "
            "that other articles share; none is left. Add articles, or lower the thresholds."
        )
    rows = np.random.default_rng(random_state).permutation(rows)
    blocks = {name: _block(table, rows, columns[name]) for name, table in tables.items()}
    classes = {
        head: tuple(sorted({label for labels in given for label in labels}))
        for head, given in readings.items()
    }
    shares = {head: _shares(given, classes[head]) for head, given in readings.items()}
    lengths = np.array([max(5, 5 * round(len(one) / 5)) for one in tokens])[rows]
    facts = {
        "thresholds": vars(thresholds),
        "tokenizer": digest_tokenizer(),
        "sides": digest_sides(load_gazetteer()),
        "near_copies": int(copies.sum()),
        "too_rare": int(len(texts) - copies.sum() - len(rows)),
        "lost": {head: _count_lost(shares[head], classes[head], rows) for head in readings},
        "notice": NOTICE,
    }
    folds = _make_folds(groups, number_groups(outlets, len(texts), groups))[rows]
    row_shares = {head: table[rows] for head, table in shares.items()}
    return Counts(blocks, classes, row_shares, folds, lengths, facts), rows


def number_groups(
    values: Sequence[Any] | None, length: int, default: np.ndarray | None = None
) -> np.ndarray:
    """Return a number for each value, equal for equal values."""
    if values is None:
        return np.arange(length) if default is None else default
    names = np.asarray([str(value) for value in values], dtype=object)
    return np.unique(names.astype(str), return_inverse=True)[1]


def _word_table(tokens: Sequence[Sequence[Token]], thresholds: Thresholds) -> _Table:
    stems = [[token.stem for token in one] for one in tokens]
    lists = [
        [*one, *(f"{a} {b}" for a, b in itertools.pairwise(one) if b not in FUNCTION_STEMS)]
        for one in stems
    ]
    features, matrix = tabulate(lists)
    pairs = np.array([" " in feature for feature in features], dtype=bool)
    return _Table(features, matrix, np.where(pairs, thresholds.pairs, thresholds.stems))


def _table(lists: Sequence[Sequence[str]], threshold: int) -> _Table:
    features, matrix = tabulate(lists)
    return _Table(features, matrix, np.full(len(features), threshold))


def tabulate(
    lists: Sequence[Sequence[str]], features: Sequence[str] | None = None
) -> tuple[list[str], sparse.csr_array]:
    """Count strings row by row.

    The columns are those of `features`, which leaves other strings out; by default all strings, in
    sorted order.
    """
    from scipy import sparse

    names = sorted({one for row in lists for one in row}) if features is None else list(features)
    numbers = {name: number for number, name in enumerate(names)}
    columns_of_rows = [[numbers[one] for one in row if one in numbers] for row in lists]
    ends = np.cumsum([0, *map(len, columns_of_rows)])
    columns = np.array([column for row in columns_of_rows for column in row], dtype=np.int64)
    shape = (len(lists), len(names))
    matrix = sparse.csr_array((np.ones(len(columns)), columns, ends), shape=shape)
    matrix.sum_duplicates()
    return names, matrix


def _settle(
    tables: Mapping[str, _Table], groups: np.ndarray, rows: np.ndarray, least: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Leave out rare features and poor rows in turn, until every threshold is met."""
    while True:
        columns = {name: _frequent(table, groups, rows) for name, table in tables.items()}
        distinct = (tables["words"].matrix[rows][:, columns["words"]] > 0).sum(axis=1)
        enough = np.asarray(distinct).ravel() >= least
        if enough.all():
            return rows, columns
        rows = rows[enough]


def _frequent(table: _Table, groups: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the columns whose features occur in enough articles of the rows."""
    from scipy import sparse

    membership = sparse.csr_array(
        (np.ones(len(rows)), (groups[rows], np.arange(len(rows)))),
        shape=(int(groups.max(initial=0)) + 1, len(rows)),
    )
    n_articles = np.asarray(((membership @ table.matrix[rows]) > 0).sum(axis=0)).ravel()
    return np.flatnonzero(n_articles >= table.threshold)


def _block(table: _Table, rows: np.ndarray, columns: np.ndarray) -> CountBlock:
    from scipy import sparse

    matrix = sparse.csr_array(table.matrix[rows][:, columns])
    matrix.sort_indices()
    return CountBlock(tuple(table.features[column] for column in columns), matrix)


def _shares(given: Sequence[Sequence[str]], classes: Sequence[str]) -> np.ndarray:
    out = np.zeros((len(given), len(classes)))
    for row, labels in enumerate(given):
        for label in labels:
            out[row, classes.index(label)] += 1 / len(labels)
    return out


def _count_lost(
    shares: np.ndarray, classes: Sequence[str], rows: np.ndarray
) -> dict[str, list[int]]:
    """Return by label how many annotated paragraphs are not among the rows, and how many were.

    A paragraph counts for the label that most of its readings gave.
    """
    annotated = np.asarray(shares.any(axis=1))
    total, left = (
        np.bincount(shares[some].argmax(axis=1), minlength=len(classes))
        for some in (np.flatnonzero(annotated), rows[annotated[rows]])
    )
    lost = zip((total - left).tolist(), total.tolist(), strict=True)
    return {label: list(pair) for label, pair in zip(classes, lost, strict=True)}


def _make_folds(articles: np.ndarray, outlets: np.ndarray) -> np.ndarray:
    """Number the folds: an outlet, and what shares an article with it, in one; all of like size."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    nodes = articles.max() + 1 + _merge_small(articles, outlets)[outlets]
    size = int(nodes.max()) + 1
    edges = sparse.coo_array((np.ones(len(articles)), (articles, nodes)), shape=(size, size))
    component = connected_components(edges, directed=False)[1][articles]
    sizes = np.bincount(component)
    totals = np.zeros(N_FOLDS)
    fold_of = np.zeros(len(sizes), dtype=np.int64)
    for number in np.argsort(-sizes, kind="stable"):
        fold_of[number] = int(totals.argmin())
        totals[fold_of[number]] += sizes[number]
    return np.asarray(fold_of[component])


def _merge_small(articles: np.ndarray, outlets: np.ndarray) -> np.ndarray:
    """Return the group of each outlet: its own, or one of small outlets with enough articles.

    >>> _merge_small(np.arange(12), np.array([0] * 5 + [1] * 3 + [2] * 2 + [3] * 2)).tolist()
    [0, 1, 1, 2]
    """
    pairs = np.unique(np.stack([outlets, articles]), axis=1)
    n_articles = np.bincount(pairs[0], minlength=int(outlets.max()) + 1)
    if (n_articles == 1).all():  # no outlets were named: each article stands for itself
        return np.arange(len(n_articles))
    group = np.zeros(len(n_articles), dtype=np.int64)
    number, gathered = 0, 0
    for outlet, count in enumerate(n_articles.tolist()):
        if gathered and count >= OUTLET_AT_LEAST:
            number, gathered = number + 1, 0
        group[outlet] = number
        gathered += count
        if gathered >= OUTLET_AT_LEAST:
            number, gathered = number + 1, 0
    return group
