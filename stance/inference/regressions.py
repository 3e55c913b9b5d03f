"""Regressions on labels: predict, then debias with the paragraphs that were annotated.

The model is fitted three times: with predicted labels on all paragraphs, with predicted labels on
the annotated ones, and with readers' labels on these. The last is unbiased; the difference of the
first two, which share their bias, makes it more precise [1]_ [2]_.

References
----------
.. [1] Kluger, Lu, Zrnic, Wang and Bates (2025). Prediction-powered inference with imputed
   covariates and nonuniform sampling. arXiv:2501.18577.
.. [2] Chen and Chen (2000). A unified approach to regression analysis under double-sampling
   designs. Journal of the Royal Statistical Society B 62.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from scipy.stats import t

from stance.annotate.whole_tables import cells
from stance.dates.days import PERIODS
from stance.errors import InputError
from stance.inference.estimation import FEW_CLUSTERS
from stance.inference.learned import set_apart
from stance.inference.prints import (
    Print,
    as_numbers,
    leave_out_empty,
    read_print,
)
from stance.inference.samples import Annotations, read_annotations
from stance.options import check_confidence
from stance.show.figure_table import EMPTY

if TYPE_CHECKING:
    import pandas as pd

    from stance.model import Model

KINDS: Final = ("linear", "logistic")
_PER_COEFFICIENT: Final = 10
"""Annotated paragraphs that each coefficient needs at least; of the rarer outcome, if logistic.

In 200 simulated prints with six of the rarer outcome per coefficient, the interval of a logistic
one held 88 times in 100.
"""
_PER_VALUE: Final = 10
"""Annotated paragraphs of each category, or with and without a label: else its error looks small.

A category with one annotated paragraph fits it wholly, and leaves no error at all.
"""
_POWER: Final = 2.8  # standard errors of an effect that a test at 5% finds 80 times in 100
_STEPS: Final = 50


class _Design(NamedTuple):
    """Outcome and regressors of all paragraphs; with readers' labels where there are some."""

    terms: list[str]
    predicted_x: np.ndarray
    predicted_y: np.ndarray
    true_x: np.ndarray
    true_y: np.ndarray


class _Fitted(NamedTuple):
    """Coefficients, and what each paragraph adds to their error."""

    coefficients: np.ndarray
    influence: np.ndarray


def regress(
    formula: str,
    labelled: pd.DataFrame | str | Path,
    annotated: pd.DataFrame | str | Path,
    *,
    kind: str = "linear",
    head: str = "stance",
    design: str | None = None,
    article: str | None = None,
    without_copies: bool = False,
    without_empty: bool = False,
    model: Model | str | Path | None = None,
    text: str = "text",
    level: float = 0.95,
) -> pd.DataFrame:
    """Fit a regression in which a label is the outcome or a regressor.

    Parameters
    ----------
    formula : str
        Such as ``"opposed ~ outlet + month"``. A name is a label of `head` (1 for paragraphs of
        that label) or a column of `labelled`: numbers count as they are, anything else by category,
        beside the first. A name with other signs than letters, digits and ``_`` goes in backquotes:
        ``"`pro-ceasefire` ~ outlet"``.
    labelled, annotated, design, article, without_copies, model, text
        As in `estimate_shares`; design "elsewhere" is not for regressions.
    kind : {"linear", "logistic"}, default="linear"
        Coefficients are differences of shares, or of log odds.
    head : str, default="stance"
        The label column.
    without_empty : bool, default=False
        Leave out the paragraphs with an empty cell in a column of the formula, which else make a
        category of their own, "(empty)".
    level : float, default=0.95
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row per coefficient: ``term``, ``coefficient``, ``low``, ``high``, ``p_value``,
        ``detectable`` (the effect that this sample finds 80 times in 100), ``n`` (annotated
        paragraphs) and ``estimator``. Errors are clustered by article. ``attrs["notes"]`` says what
        they rest on.

    Raises
    ------
    InputError
        If the formula cannot be read, names no label, or has too many coefficients for the
        annotated paragraphs.
    TableError
        If a table cannot be read, or does not belong to the other.
    """
    import pandas as pd

    if kind not in KINDS:
        raise InputError(f"`kind` must be one of {list(KINDS)!r}; got {kind!r}.")
    if design == "elsewhere":
        raise InputError(
            "regressions must rest on annotated paragraphs of the same print; design 'elsewhere' "
            "has none. Draw some with `stance draw`."
        )
    check_confidence(level)
    periods = [name for name in read_formula(formula)[1] if name in PERIODS]
    print_ = read_print(
        labelled, heads=head, by=periods, article=article, without_copies=without_copies
    )
    print_, notes = set_apart(print_, annotated, model, text)
    if without_empty:
        print_, empty_notes = leave_out_empty(print_, _columns_of(formula, print_.heads[head]))
        notes += empty_notes
    annotations = read_annotations(print_, annotated, head, design)
    variables = _make_design(print_, annotations, head, formula)
    n = len(annotations.rows)
    _check_size(variables, kind, formula)
    _check_terms(variables, annotations.labels, formula)
    coefficients, errors, degrees = _predict_then_debias(print_, annotations, variables, kind)
    quantile = t.ppf((1 + level) / 2, degrees)
    frame = pd.DataFrame({"term": variables.terms, "coefficient": coefficients})
    frame["low"], frame["high"] = coefficients - quantile * errors, coefficients + quantile * errors
    frame["p_value"] = 2 * t.sf(abs(coefficients) / errors, degrees)
    frame["detectable"], frame["n"] = _POWER * errors, n
    frame["estimator"] = f"{kind}, predict-then-debias"
    frame.attrs["notes"] = [*notes, *annotations.notes, _print_note(print_)]
    return frame


def _columns_of(formula: str, labels: Sequence[str]) -> list[str]:
    """Return the names in a formula that are not labels."""
    outcome, regressors = read_formula(formula)
    return [name for name in (outcome, *regressors) if name not in labels]


def _print_note(print_: Print) -> str:
    n_articles = len(np.unique(print_.articles))
    copies = f" ({print_.n_copies:,} copies are left out)" if print_.n_copies else ""
    return (
        f"{len(print_):,} paragraphs of {n_articles:,} articles{copies}; errors are clustered by "
        "article."
    )


def _check_size(variables: _Design, kind: str, formula: str) -> None:
    """Raise InputError if too few paragraphs are annotated for the coefficients.

    In a logistic regression those with the rarer outcome count.
    """
    needed, what = _PER_COEFFICIENT * len(variables.terms), "annotated paragraphs"
    n = float(len(variables.true_y))
    if kind == "logistic":
        if not ((variables.true_y >= 0) & (variables.true_y <= 1)).all():
            raise InputError(f"the outcome of {formula!r} must be from 0 to 1 for kind 'logistic'.")
        n = min(variables.true_y.sum(), n - variables.true_y.sum())
        what = "annotated paragraphs of the rarer outcome"
    if n < needed:
        raise InputError(
            f"{formula!r} has {len(variables.terms)} coefficients, for which {needed:,} {what} are "
            f"needed; got {n:,.0f}. Annotate more, or leave out terms."
        )


def _check_terms(variables: _Design, labels: Sequence[str], formula: str) -> None:
    """Raise InputError if the annotated paragraphs cannot tell the terms apart."""
    names = [read_formula(formula)[0], *variables.terms]
    columns = [variables.true_y, *variables.true_x.T]
    for name, values in zip(names, columns, strict=True):
        count = float(values.sum())
        if name in labels and min(count, len(values) - count) < _PER_VALUE:
            raise InputError(
                f"{name!r} must be the label of at least {_PER_VALUE} annotated paragraphs, and "
                f"not of at least {_PER_VALUE}; it is that of {count:.0f} of {len(values)}. "
                "Annotate more."
            )
    scaled = variables.true_x / np.maximum(abs(variables.true_x).max(axis=0), 1e-300)
    for number, name in enumerate(variables.terms):
        if name == names[0] or np.linalg.matrix_rank(scaled[:, : number + 1]) <= number:
            raise InputError(
                f"each term of {formula!r} must say something that the others do not; among the "
                f"annotated paragraphs {name!r} does not. Leave it out."
            )


def _predict_then_debias(
    print_: Print, annotations: Annotations, variables: _Design, kind: str
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return coefficients, their standard errors, and degrees of freedom."""
    rows = annotations.rows
    ones = np.ones(len(print_))
    inverse = np.ones(len(rows))
    if not np.isnan(annotations.probabilities).any():
        inverse = 1 / annotations.probabilities
    overall = _fit(variables.predicted_x, variables.predicted_y, ones, kind)
    predicted = _fit(variables.predicted_x[rows], variables.predicted_y[rows], inverse, kind)
    true = _fit(variables.true_x, variables.true_y, inverse, kind)
    codes = np.unique(print_.articles, return_inverse=True)[1]
    sums = [
        _sum_by(influence, codes[of_rows])
        for influence, of_rows in (
            (overall.influence, slice(None)),
            (predicted.influence, rows),
            (true.influence, rows),
        )
    ]
    n_articles = len(sums[0])
    sums[1:] = [_padded(each, n_articles) for each in sums[1:]]
    change = sums[1] - sums[0]
    # How much of each coefficient's error the predictions share; all of it would be 1.
    shared = (sums[2] * change).sum(axis=0) / np.maximum((change**2).sum(axis=0), 1e-12)
    shared = np.clip(shared, 0, 1)
    coefficients = true.coefficients + shared * (overall.coefficients - predicted.coefficients)
    scores = sums[2] - shared * change
    n_units = len(np.unique(codes[rows]))
    n_terms = len(coefficients)
    factor = n_units / max(n_units - n_terms, 1)
    errors = np.sqrt(factor * (scores**2).sum(axis=0))
    degrees = float(max(n_units - n_terms, 1)) if n_units >= FEW_CLUSTERS else n_units - 1.0
    return coefficients, np.maximum(errors, 1e-12), max(degrees, 1.0)


def _sum_by(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    sums = np.zeros((int(codes.max()) + 1, values.shape[1]))
    np.add.at(sums, codes, values)
    return sums


def _padded(sums: np.ndarray, n_rows: int) -> np.ndarray:
    return np.vstack([sums, np.zeros((n_rows - len(sums), sums.shape[1]))])


def _fit(x: np.ndarray, y: np.ndarray, weights: np.ndarray, kind: str) -> _Fitted:
    """Fit by weighted least squares, or by Newton's steps to the largest weighted likelihood."""
    weights = weights / weights.sum()
    coefficients = np.zeros(x.shape[1])
    for _ in range(_STEPS if kind == "logistic" else 1):
        mean, spread = _mean(x @ coefficients, kind)
        hessian = x.T @ (x * (weights * spread)[:, None])
        step = np.linalg.pinv(hessian, hermitian=True) @ (x.T @ (weights * (y - mean)))
        if kind == "logistic":
            step = np.clip(step, -5, 5)  # a longer one may overshoot for good
        coefficients = coefficients + step
        if abs(step).max() < 1e-10:
            break
    mean, spread = _mean(x @ coefficients, kind)
    hessian = x.T @ (x * (weights * spread)[:, None])
    influence = (x * (weights * (y - mean))[:, None]) @ np.linalg.pinv(hessian, hermitian=True)
    return _Fitted(coefficients, influence)


def _mean(linear: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    if kind == "linear":
        return linear, np.ones(len(linear))
    mean = 1 / (1 + np.exp(-np.clip(linear, -30, 30)))
    return mean, np.maximum(mean * (1 - mean), 1e-9)


def read_formula(formula: str) -> tuple[str, list[str]]:
    """Return the outcome and the regressors of a formula.

    >>> read_formula("`pro-ceasefire` ~ outlet + month")
    ('pro-ceasefire', ['outlet', 'month'])
    """
    name = r"(?:\w+|`[^`]+`)"
    matched = re.fullmatch(rf"\s*({name})\s*~\s*({name}(?:\s*\+\s*{name})*)\s*", formula)
    if not matched:
        raise InputError(
            f"`formula` must be such as 'opposed ~ outlet + month'; got {formula!r}. Put names "
            "with other signs in backquotes."
        )
    regressors = [term.strip("`") for term in re.findall(name, matched[2])]
    return matched[1].strip("`"), regressors


def _make_design(print_: Print, annotations: Annotations, head: str, formula: str) -> _Design:
    outcome, regressors = read_formula(formula)
    if not {outcome, *regressors} & set(annotations.labels):
        raise InputError(
            f"`formula` must name a label of {head!r}; got {formula!r}. "
            f"The labels are {annotations.labels!r}."
        )
    names, predicted, true = ["intercept"], [np.ones(len(print_))], [np.ones(len(annotations.rows))]
    for regressor in regressors:
        for name, of_all, of_annotated in _columns(print_, annotations, head, regressor):
            names.append(name)
            predicted.append(of_all)
            true.append(of_annotated)
    ((_, predicted_y, true_y),) = _columns(print_, annotations, head, outcome, outcome=True)
    return _Design(names, np.column_stack(predicted), predicted_y, np.column_stack(true), true_y)


def _columns(
    print_: Print, annotations: Annotations, head: str, name: str, *, outcome: bool = False
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return the variables that a name stands for, of all and of the annotated paragraphs."""
    rows = annotations.rows
    if name in annotations.labels:
        predicted = _predicted(print_, head, annotations.labels, name)
        return [(name, predicted, annotations.outcomes[:, annotations.labels.index(name)])]
    if name not in print_.frame:
        raise InputError(
            f"{name!r} must be a label of {head!r} or a column; the labels are "
            f"{annotations.labels!r} and the columns {list(print_.frame.columns)!r}."
        )
    column = print_.frame[name]
    values = as_numbers(column).to_numpy(dtype=float)
    if not np.isnan(values).any() and column.dtype != bool:
        return [(name, values, values[rows])]
    if column.dtype.kind in "fiu" and np.isnan(values[column.notna()]).any():
        raise InputError(f"column {name!r} must hold finite numbers; some are not. Mend them.")
    if outcome:
        raise InputError(f"the outcome {name!r} must be a label or a column of numbers.")
    texts = cells(column).fillna(EMPTY)
    categories: Sequence[Any] = sorted(set(texts))
    _check_categories(name, categories, texts.iloc[rows].value_counts())
    indicators = [(value, (texts == value).to_numpy(dtype=float)) for value in categories[1:]]
    return [(f"{name}[{value}]", values, values[rows]) for value, values in indicators]


def _check_categories(name: str, categories: Sequence[Any], counts: pd.Series[Any]) -> None:
    """Raise InputError if a value has so few annotated paragraphs that its error is not known."""
    few = [value for value in categories if counts.get(value, 0) < _PER_VALUE]
    if few:
        advice = "or the rows of rare values"
        if EMPTY in few:
            advice = "or the paragraphs without a value (without_empty, --without-empty)"
        raise InputError(
            f"each value of {name!r} must have at least {_PER_VALUE} annotated paragraphs; "
            f"{len(few):,} of {len(categories):,} have fewer, such as {few[0]!r} with "
            f"{counts.get(few[0], 0)}. Draw with `stance draw --by {name}`, or leave out "
            f"the term, {advice}."
        )


def _predicted(print_: Print, head: str, labels: Sequence[str], name: str) -> np.ndarray:
    """Return what the model says of a label: its probability, or whether it was given."""
    probabilities = print_.probabilities(head, labels)
    given = print_.given(head)
    if probabilities is not None:
        values = probabilities[:, list(labels).index(name)].copy()
    else:
        values = (given == name).to_numpy(dtype=float)
        values[given.isna().to_numpy()] = np.nan
    known = ~np.isnan(values)
    values[~known] = values[known].mean() if known.any() else 0  # where its label was withheld
    return np.asarray(values)
