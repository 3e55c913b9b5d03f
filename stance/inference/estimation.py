"""Estimate shares of labels in a print of which some paragraphs were annotated.

The model's labels, or its probabilities, predict the readers' labels by a linear fit; what the fit
gets wrong among the annotated paragraphs is added back, each weighted by the inverse of its
probability of being drawn [1]_. With the predicted labels as predictors this is the calibration
estimator [2]_, with the probabilities PPI++ [3]_. Each residual is measured by a fit that has not
seen its paragraph.

References
----------
.. [1] Särndal, Swensson and Wretman (1992). Model Assisted Survey Sampling. Springer.
.. [2] Meertens, Diks, van den Herik and Takes (2022). Improving the output quality of official
   statistics based on machine learning algorithms. Journal of Official Statistics 38.
.. [3] Angelopoulos, Duchi and Zrnic (2023). PPI++: efficient prediction-powered inference.
   arXiv:2311.01453.
.. [4] Dean and Pagano (2015). Evaluating confidence interval methods for binomial proportions in
   clustered surveys. Journal of Survey Statistics and Methodology 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import t

from stance.inference.simplex import project

FEW_CLUSTERS: Final = 40
"""Below so many articles, intervals take their quantile from Student's t."""
_MIN_GAIN: Final = 0.98
"""A model's help must leave at most this share of the variance of a count by hand.

Smaller gains are as often noise, and a choice among noise makes intervals too narrow.
"""
# Squared residuals to shrink by: a rare label that happened to be predicted right both times it
# was annotated would else seem to be predicted right always.
_SHRINKAGE: Final = 1.0
_NOTHING: Final = 1e-12


@dataclass(frozen=True)
class Population:
    """The paragraphs that shares are of, in one group of the print.

    Attributes
    ----------
    predictors : dict of str to ndarray of shape (n_paragraphs, n_predictors)
        By estimator, what the readers' labels may be predicted from; the first column is all ones.
    weights : ndarray of shape (n_paragraphs,)
        What each paragraph counts.
    articles : ndarray of int, of shape (n_paragraphs,)
        The article of each paragraph.
    """

    predictors: Mapping[str, np.ndarray]
    weights: np.ndarray
    articles: np.ndarray


@dataclass(frozen=True)
class Sample:
    """The paragraphs that were annotated.

    Attributes
    ----------
    rows : ndarray of int, of shape (n_annotated,)
        Which paragraphs of the population they are.
    outcomes : ndarray of shape (n_annotated, n_labels)
        1 for the label given, and 0 for the others; or the mean of several readings.
    probabilities : ndarray of shape (n_annotated,)
        With which each was drawn.
    strata : ndarray of int, of shape (n_annotated,)
        Within which each was drawn.
    by_article : bool
        Whether whole articles were drawn.
    """

    rows: np.ndarray
    outcomes: np.ndarray
    probabilities: np.ndarray
    strata: np.ndarray
    by_article: bool = False

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Estimate:
    """Shares of labels in one group, and what their intervals are made of.

    Attributes
    ----------
    shares, low, high : ndarray of shape (n_labels,)
        The estimate, and its interval.
    scores : ndarray of shape (n_units, n_labels)
        What each drawn unit adds to the error; the sum of their outer products is the covariance.
    worth : ndarray of shape (n_labels,)
        How many paragraphs, drawn one by one and counted by hand, would say as much of each label.
    degrees : float
        Degrees of freedom of the covariance.
    estimator : str
        What helped: a key of `Population.predictors`.
    effective_n : float
        How many paragraphs that weigh the same the sample is worth.
    weighting : str
        Why paragraphs weigh differently; empty if they do not.
    """

    shares: np.ndarray
    low: np.ndarray
    high: np.ndarray
    scores: np.ndarray
    worth: np.ndarray
    degrees: float
    estimator: str
    effective_n: float
    weighting: str


@dataclass(frozen=True)
class _Fit:
    """A linear fit of the outcomes: each residual is of a fit without that paragraph."""

    residuals: np.ndarray
    mean_coefficients: np.ndarray

    def variance(self, weights: np.ndarray) -> float:
        """Return the variance of the residuals, summed over labels."""
        centred = self.residuals - weights @ self.residuals
        return float((weights[:, None] * centred**2).sum())


def estimate(
    population: Population, sample: Sample, *, superpopulation: bool = False, level: float = 0.95
) -> Estimate:
    """Estimate the share of each label among the paragraphs of a population.

    Parameters
    ----------
    population : Population
        The paragraphs that the shares are of.
    sample : Sample
        At least two annotated paragraphs of it.
    superpopulation : bool, default=False
        Whether the articles at hand stand for more of their kind, rather than for themselves.
    level : float, default=0.95
        Of the intervals.

    Returns
    -------
    Estimate
        By the predictors that leave the least variance, or by hand if none of them helps.

    Notes
    -----
    Intervals are Wilson's, with the number of paragraphs that would give the estimated variance
    [4]_: they stay within 0 and 1, and do not collapse where a label was never annotated. What was
    read is certain: no share of a finite population leaves less for a label, or for the others.
    """
    units = _units(population, sample, superpopulation)
    weights = population.weights[sample.rows] / sample.probabilities
    weights = weights / weights.sum()
    fits = {
        name: _fit_without_own(table[sample.rows], sample.outcomes, weights, units)
        for name, table in population.predictors.items()
    }
    by_hand = _fit_without_own(np.ones((len(sample), 1)), sample.outcomes, weights, units)
    variances = {name: fit.variance(weights) for name, fit in fits.items()}
    best = min(variances, key=lambda name: variances[name], default="")
    if not best or variances[best] > _MIN_GAIN * by_hand.variance(weights):
        best, fit, table = "counted by hand", by_hand, np.ones((len(population.weights), 1))
    else:
        fit, table = fits[best], population.predictors[best]
    own_weights = population.weights / population.weights.sum()
    model_part = own_weights @ table @ fit.mean_coefficients
    scores = _drawn_scores(sample, weights, fit.residuals, units)
    degrees = _degrees(sample, units, superpopulation)
    if superpopulation:
        fitted = table @ fit.mean_coefficients
        scores = _article_scores(population, sample, own_weights, fitted, weights, fit.residuals)
        n_articles = len(scores)
        degrees = n_articles - 1.0 if n_articles < FEW_CLUSTERS else np.inf
    worth = _worth(sample, weights, fit.residuals, by_hand.residuals, scores)
    read = own_weights[sample.rows] @ sample.outcomes * (not superpopulation)
    unread = 1 - read.sum()
    rest = model_part + weights @ fit.residuals - read
    shares = read + unread * project((rest / max(unread, _NOTHING))[None])[0]
    low, high = wilson_interval(shares, worth, float(t.ppf((1 + level) / 2, degrees)))
    low, high = np.clip(low, read, shares), np.clip(high, shares, read + unread)
    effective_n = float(1 / (weights**2).sum())
    weighting = _weighting(population, sample)
    return Estimate(shares, low, high, scores, worth, degrees, best, effective_n, weighting)


def _weighting(population: Population, sample: Sample) -> str:
    """Say why the annotated paragraphs weigh differently."""
    by_chance, by_column = (
        values.max() > values.min() * (1 + 1e-9)
        for values in (sample.probabilities, population.weights[sample.rows])
    )
    if by_chance and by_column:
        return "weighted by inverse probability and what each counts"
    if by_column:
        return "weighted by what each counts"
    return "inverse-probability weighted" if by_chance else ""


def wilson_interval(
    shares: np.ndarray, worth: np.ndarray, quantile: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's interval of shares that are worth some number of paragraphs each.

    >>> low, high = wilson_interval(np.array([0.0]), np.array([100.0]), 1.96)
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.0, 0.037)
    """
    z2 = quantile**2
    centre = (shares + z2 / (2 * worth)) / (1 + z2 / worth)
    inside = shares * (1 - shares) / worth + z2 / (4 * worth**2)
    half = np.sqrt(z2 * inside) / (1 + z2 / worth)
    return np.clip(centre - half, 0, shares), np.clip(centre + half, shares, 1)


def _units(population: Population, sample: Sample, superpopulation: bool) -> np.ndarray:
    """Number the units that were drawn, or that the population consists of."""
    if sample.by_article or superpopulation:
        articles = population.articles[sample.rows]
        return np.asarray(np.unique(articles, return_inverse=True)[1])
    return np.arange(len(sample))


def _fit_without_own(
    predictors: np.ndarray, outcomes: np.ndarray, weights: np.ndarray, units: np.ndarray
) -> _Fit:
    """Fit the outcomes by weighted least squares, once without each unit.

    With ``A = X' W X`` and ``B = X' W Y``, the fit without unit u solves ``(A - A_u) b = B - B_u``.
    """
    n_units = int(units.max()) + 1
    weighted = predictors * weights[:, None]
    own_a = weighted[:, :, None] * predictors[:, None, :]
    own_b = weighted[:, :, None] * outcomes[:, None, :]
    if n_units < len(units):
        own_a, own_b = _sums(own_a, units, n_units), _sums(own_b, units, n_units)
    remaining_a, remaining_b = own_a.sum(axis=0) - own_a, own_b.sum(axis=0) - own_b
    coefficients = np.linalg.pinv(remaining_a, rcond=1e-10, hermitian=True) @ remaining_b
    residuals = outcomes - np.einsum("ip,ipk->ik", predictors, coefficients[units])
    unit_weights = np.bincount(units, weights)
    return _Fit(residuals, np.einsum("u,upk->pk", unit_weights, coefficients))


def _sums(values: np.ndarray, units: np.ndarray, n_units: int) -> np.ndarray:
    """Add up the rows of each unit, or stratum."""
    sums = np.zeros((n_units, *values.shape[1:]))
    np.add.at(sums, units, values)
    return sums


def _drawn_scores(
    sample: Sample, weights: np.ndarray, residuals: np.ndarray, units: np.ndarray
) -> np.ndarray:
    """Return what each drawn unit adds to the error, scaled so that squares add up to variances.

    Within each stratum of n units the factor is ``n / (n - 1)``; ``1 - p`` corrects for a
    population that is finite.
    """
    centred = weights[:, None] * (residuals - weights @ residuals)
    n_units = int(units.max()) + 1
    sums = _sums(centred, units, n_units)
    stratum_of_unit = np.zeros(n_units, dtype=np.int64)
    stratum_of_unit[units] = sample.strata
    missed = np.ones(n_units)
    missed[units] = np.maximum(1 - sample.probabilities, 0)
    counts = np.bincount(stratum_of_unit)
    means = _sums(sums, stratum_of_unit, len(counts)) / np.maximum(counts, 1)[:, None]
    means[counts == 1] = 0  # one unit says nothing of its stratum's spread: count all of its error
    factor = counts / np.maximum(counts - 1, 1)
    scale = np.sqrt(factor[stratum_of_unit] * missed)
    return np.asarray((sums - means[stratum_of_unit]) * scale[:, None])


def _article_scores(
    population: Population,
    sample: Sample,
    own_weights: np.ndarray,
    fitted: np.ndarray,
    weights: np.ndarray,
    residuals: np.ndarray,
) -> np.ndarray:
    """Return what each article adds to the error if articles stand for more of their kind."""
    articles = np.unique(population.articles, return_inverse=True)[1]
    n_articles = int(articles.max()) + 1
    scores = _sums(own_weights[:, None] * (fitted - own_weights @ fitted), articles, n_articles)
    centred = weights[:, None] * (residuals - weights @ residuals)
    np.add.at(scores, articles[sample.rows], centred)
    return np.asarray(scores * np.sqrt(n_articles / max(n_articles - 1, 1)))


def _degrees(sample: Sample, units: np.ndarray, superpopulation: bool) -> float:
    n_units, n_strata = int(units.max()) + 1, len(np.unique(sample.strata))
    if (sample.by_article or superpopulation) and n_units >= FEW_CLUSTERS:
        return float("inf")
    return float(max(n_units - n_strata, 1))


def _worth(
    sample: Sample,
    weights: np.ndarray,
    residuals: np.ndarray,
    by_hand: np.ndarray,
    scores: np.ndarray,
) -> np.ndarray:
    """Return how many paragraphs, drawn one by one and counted by hand, would say as much."""
    missed = np.maximum(1 - sample.probabilities, 1e-9)
    alone = float((weights**2 * missed).sum())  # variance of a share, over p (1 - p)
    means = weights @ sample.outcomes
    spread = means * (1 - means)
    n = len(sample)
    ratio = [
        (n * (weights[:, None] * (table - weights @ table) ** 2).sum(axis=0) + _SHRINKAGE)
        for table in (residuals, by_hand)
    ]
    shrunk = ratio[0] / ratio[1]
    plain = (ratio[0] - _SHRINKAGE) / np.maximum(ratio[1] - _SHRINKAGE, 1e-9)
    variance = (scores**2).sum(axis=0)
    variance = variance * np.where(plain > 1e-9, np.maximum(shrunk / np.maximum(plain, 1e-9), 1), 1)
    seen = (spread > 1e-9) & (variance > 1e-12)
    worth = np.where(seen, spread / np.where(seen, variance, 1), 1 / alone)
    return np.asarray(np.clip(worth, 1.0, None))
