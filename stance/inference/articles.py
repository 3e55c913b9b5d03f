"""Shares of articles: with any, and with mostly, paragraphs of a label.

An article is what a sample is drawn of, and what counts: whether it has any opposed paragraph is
known only once all of its paragraphs were read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from stance.annotate.readings import Annotated
from stance.errors import InputError
from stance.inference.estimation import Estimate, Population, Sample, estimate
from stance.inference.groups import cell_table
from stance.inference.prints import Print
from stance.inference.samples import Annotations, read_annotations

MEASURES: Final = ("any", "mostly")
"""Whether an article has at least one paragraph of a label, or more than half of them."""


@dataclass(frozen=True)
class _Articles:
    """The articles of one group.

    `rows` are its paragraphs, `codes` the article of each, numbered from 0; `first` is the first
    paragraph of each article, as an index of `rows`.
    """

    rows: np.ndarray
    codes: np.ndarray
    first: np.ndarray

    def __len__(self) -> int:
        return len(self.first)

    def any_of(self, values: np.ndarray) -> np.ndarray:
        """Return the largest value of each article's paragraphs."""
        largest = np.zeros(len(self))
        np.maximum.at(largest, self.codes, values)
        return largest

    def mean_of(self, values: np.ndarray) -> np.ndarray:
        """Return the mean of each article's paragraphs."""
        return np.bincount(self.codes, values) / np.bincount(self.codes)


@dataclass(frozen=True)
class ArticleShare:
    """The share of one group's articles that have any, or mostly, paragraphs of a label.

    `estimate` is None where too few articles were read, or none: then `counted` is what there is.
    """

    values: tuple[Any, ...]
    label: str
    measure: str
    n: int
    counted: float
    estimate: Estimate | None


def article_shares(
    print_: Print,
    annotated: Annotated | None,
    head: str,
    by: Sequence[str],
    *,
    design: str | None,
    population: str,
    level: float,
    minimum: int,
) -> tuple[list[ArticleShare], list[str]]:
    """Estimate shares of articles, group by group, and say what they rest on.

    Parameters
    ----------
    print_, annotated, head, by, design, population, level
        As in `stance.estimate_shares`.
    minimum : int
        With fewer articles that were read whole, there is no estimate.

    Raises
    ------
    InputError
        If paragraphs rather than articles were drawn, or an article is in two groups.
    """
    annotations = None
    notes: list[str] = []
    if annotated is not None:
        annotations = read_annotations(print_, annotated, head, design)
        notes += annotations.notes
        if not annotations.by_article:
            raise InputError(
                "shares of articles must rest on articles that were read whole; single paragraphs "
                "were drawn. Draw articles with `stance draw --unit article`, or, if whole "
                "articles had the same chance, pass design='articles' (--design articles)."
            )
    groups = print_.groups(by)
    _check_groups(print_, groups, by)
    labels = print_.heads[head] if annotations is None else annotations.labels
    shares: list[ArticleShare] = []
    n_incomplete = 0
    for values, rows in groups:
        articles = _number(print_, rows)
        sample = None if annotations is None else _read_whole(annotations, articles)
        n_incomplete += 0 if sample is None else sample.n_incomplete
        shares += _group_shares(
            print_, head, labels, values, articles, sample, population == "the outlets", level,
            minimum,
        )  # fmt: skip
    if n_incomplete:
        notes.append(
            f"{n_incomplete:,} articles of which only some paragraphs are annotated are left out."
        )
    return shares, notes


def _check_groups(
    print_: Print, groups: Sequence[tuple[tuple[Any, ...], np.ndarray]], by: Sequence[str]
) -> None:
    n_pairs = sum(len(np.unique(print_.articles[rows])) for _, rows in groups)
    if n_pairs != len(np.unique(print_.articles)):
        raise InputError(
            f"`by` must be the same for all paragraphs of an article; {list(by)!r} differs within "
            "some. Leave it out, or take shares of paragraphs."
        )


def _number(print_: Print, rows: np.ndarray) -> _Articles:
    _, first, codes = np.unique(print_.articles[rows], return_index=True, return_inverse=True)
    return _Articles(rows, codes, first)


@dataclass(frozen=True)
class _Whole:
    """The articles of a group of which every paragraph was annotated.

    `outcomes` has a row per paragraph of the group, of which those of `articles` are annotated.
    """

    articles: np.ndarray
    outcomes: np.ndarray
    probabilities: np.ndarray
    strata: np.ndarray
    n_incomplete: int


def _read_whole(annotations: Annotations, articles: _Articles) -> _Whole:
    """Return the articles that were read whole, and with which probability each was."""
    sampled = np.isin(annotations.rows, articles.rows)
    positions = np.searchsorted(articles.rows, annotations.rows[sampled])
    outcomes = np.zeros((len(articles.rows), len(annotations.labels)))
    outcomes[positions] = annotations.outcomes[sampled]
    owners = articles.codes[positions]
    n_read = np.bincount(owners, minlength=len(articles))
    is_whole = n_read == np.bincount(articles.codes)
    begun, first = np.unique(owners, return_index=True)
    probabilities = annotations.probabilities[sampled][first]
    strata = annotations.strata[sampled][first]
    whole = is_whole[begun]
    if np.isnan(probabilities).any():  # each article had the same chance
        probabilities = np.full(len(begun), whole.sum() / len(articles))
    else:  # the others of their stratum stand for those that were left out
        for stratum in np.unique(strata):
            probabilities[strata == stratum] *= whole[strata == stratum].mean()
    return _Whole(begun[whole], outcomes, probabilities[whole], strata[whole], int((~whole).sum()))


def _group_shares(
    print_: Print,
    head: str,
    labels: Sequence[str],
    values: tuple[Any, ...],
    articles: _Articles,
    sample: _Whole | None,
    superpopulation: bool,
    level: float,
    minimum: int,
) -> Iterator[ArticleShare]:
    given = print_.given(head).fillna("").to_numpy(dtype=str)[articles.rows]
    probabilities = print_.probabilities(head, labels)
    weights = print_.weights[articles.rows][articles.first]
    n = 0 if sample is None else int((weights[sample.articles] > 0).sum())
    for code, label in enumerate(labels):
        is_given = (given == label).astype(float)
        chances = None if probabilities is None else probabilities[articles.rows, code]
        for measure in MEASURES:
            has = _measure(articles, is_given, measure)
            counted = float(np.average(has, weights=weights)) if weights.any() else float("nan")
            result = None
            if sample is not None and n >= minimum:
                predictors = _predictors(articles, measure, has, chances, sample.articles)
                truth = _measure(articles, sample.outcomes[:, code], measure)[sample.articles]
                result = estimate(
                    Population(predictors, weights, np.arange(len(articles))),
                    Sample(
                        sample.articles,
                        np.column_stack([1 - truth, truth]),
                        sample.probabilities,
                        np.unique(sample.strata, return_inverse=True)[1],
                    ),
                    superpopulation=superpopulation,
                    level=level,
                )
            yield ArticleShare(values, label, measure, n, counted, result)


def _measure(articles: _Articles, values: np.ndarray, measure: str) -> np.ndarray:
    """Return for each article whether it has any, or mostly, paragraphs of a label."""
    if measure == "any":
        return articles.any_of(values)
    return (articles.mean_of(values) > 0.5).astype(float)


def _predictors(
    articles: _Articles,
    measure: str,
    has: np.ndarray,
    chances: np.ndarray | None,
    sampled: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return what the readers' verdict on an article may be predicted from."""
    tables = {"calibrated": cell_table(has.astype(str), sampled)}
    if chances is not None:
        known = np.clip(np.nan_to_num(chances), 0, 1 - 1e-9)
        expected = articles.mean_of(known)
        if measure == "any":  # one minus the chance that no paragraph has the label
            expected = 1 - np.exp(np.bincount(articles.codes, np.log1p(-known)))
        tables["PPI++"] = np.column_stack([np.ones(len(articles)), expected])
    return {name: table for name, table in tables.items() if table.shape[1] > 1}
