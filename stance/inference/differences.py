"""Differences between groups of a print, with intervals that hold together."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stance.annotate.readings import read_readings
from stance.errors import InputError
from stance.inference.estimation import Estimate, wilson_interval
from stance.inference.figures import POPULATIONS, describe, heads_to_estimate
from stance.inference.groups import estimate_group
from stance.inference.learned import set_apart
from stance.inference.notes import difference_notes, drift_notes
from stance.inference.prints import Print, group_name, leave_out_empty, read_print
from stance.inference.samples import Annotations, read_annotations
from stance.inference.shares import check_confusion, draw_inverted
from stance.options import check_confidence, check_random_state

if TYPE_CHECKING:
    import pandas as pd

    from stance.model import Model

MIN_GROUP: Final = 30
"""A group with fewer annotated paragraphs gets no difference of its own."""
EQUAL_ERRORS: Final = "inverted: takes the model's error rates to be equal in all groups"
_MOST_GROUPS: Final = 40
"""Of more, those without an estimate are left out: 1,000 groups are half a million pairs."""
DRAWS: Final = 4_000
"""Of which the quantile of simultaneous intervals is taken."""
_COLUMNS: Final = (
    "head", "label", "group", "other", "difference", "low", "high", "p_value", "n", "n_other",
    "estimator",
)  # fmt: skip


class _Group(NamedTuple):
    """A group of the print, and what its annotated paragraphs say; None if they are too few."""

    name: str
    rows: np.ndarray
    n: int
    estimate: Estimate | None


def compare(
    labelled: pd.DataFrame | str | Path,
    annotated: pd.DataFrame | str | Path,
    by: str | Sequence[str],
    population: str = "this print",
    *,
    head: str | Sequence[str] | None = None,
    label: str | Sequence[str] | None = None,
    design: str | None = None,
    article: str | None = None,
    weights: str | None = None,
    without_copies: bool = False,
    without_empty: bool = False,
    model: Model | str | Path | None = None,
    text: str = "text",
    assume_equal_errors: bool = False,
    level: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """Estimate the differences of shares between all pairs of groups.

    Parameters
    ----------
    labelled, annotated, population, head, design, article, weights, without_copies, model, text
        As in `estimate_shares`; design "elsewhere" is not for differences.
    by : str or sequence of str
        Columns of `labelled`: outlet, month. Columns month and year are made from its dates.
    label : str or sequence of str, optional
        The labels to compare; by default all. Fewer, chosen before looking, have narrower
        intervals.
    without_empty : bool, default=False
        Leave out the paragraphs with an empty cell in a column of `by`: they are no group.
    assume_equal_errors : bool, default=False
        Take the model to confuse labels alike in all groups, so that few annotated paragraphs do.
        It is seldom quite true, and the estimator says that it was assumed.
    level : float, default=0.95
        With which all intervals of one head hold at once.
    random_state : int, default=0
        Draws the quantile of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row per head, label and pair of groups: ``difference`` is the share in ``group`` minus
        that in ``other``; ``low`` and ``high`` hold for all rows of a head at once; ``p_value`` is
        Holm's, over the same rows. A pair with a group of fewer than 30 annotated paragraphs has
        no figure; of more than 40 groups, such groups are left out. ``attrs["notes"]`` says in
        sentences what the differences are, if they are few, and what they rest on.

    Raises
    ------
    InputError, TableError
        As `estimate_shares`, and if there are fewer than two groups, or more than 40 and all have
        fewer than 30 annotated paragraphs.

    Notes
    -----
    Each group is estimated from its own annotated paragraphs: a calibration pooled over groups
    moves them toward each other. The quantile is that of the largest of all studentized
    differences (max-t), and the limits come from Wilson's of both groups [1]_.

    References
    ----------
    .. [1] Zou and Donner (2008). Construction of confidence limits about effect measures: a general
       approach. Statistics in Medicine 27.
    """
    import pandas as pd

    _check_options(population, design, weights, assume_equal_errors)
    check_confidence(level)
    check_random_state(random_state)
    columns = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    print_ = read_print(
        labelled,
        heads=head,
        by=columns,
        article=article,
        weights=weights,
        without_copies=without_copies,
    )
    print_, empty_notes = leave_out_empty(print_, columns) if without_empty else (print_, [])
    members = print_.groups(columns)
    if len(members) < 2:
        raise InputError(
            f"`by` must give at least two groups to compare; {columns!r} gives {len(members)}."
        )
    given = read_readings(annotated)
    print_, notes = set_apart(print_, given, model, text)
    notes = [*empty_notes, *notes, *drift_notes(print_, columns)]
    records: list[dict[str, Any]] = []
    for name in heads_to_estimate(print_, given, head):
        annotations = read_annotations(print_, given, name, design)
        groups = _groups(print_, name, annotations, members, population, level)
        codes = _codes(annotations.labels, label)
        if assume_equal_errors:
            _check_number(groups, columns)
            rows = _inverted_rows(print_, name, annotations, groups, codes, level, random_state)
        else:
            groups, group_notes = _without_small(groups, columns)
            notes += group_notes
            rows = _rows(annotations.labels, groups, codes, level, random_state)
        head_records = [{"head": name} | row for row in rows]
        records += head_records
        notes += [*annotations.notes, *difference_notes(name, head_records, level)]
    frame = pd.DataFrame(records, columns=list(_COLUMNS))
    frame.attrs["notes"] = notes
    return frame


def _check_options(
    population: str, design: str | None, weights: str | None, assume_equal_errors: bool
) -> None:
    if population not in POPULATIONS:
        raise InputError(f"`population` must be one of {list(POPULATIONS)!r}; got {population!r}.")
    if design == "elsewhere":
        raise InputError(
            "differences must rest on annotated paragraphs of the same print; design 'elsewhere' "
            "has none. Draw some with `stance draw --by`."
        )
    if assume_equal_errors and weights is not None:
        raise InputError("`weights` must be left out beside `assume_equal_errors`.")


def _codes(labels: Sequence[str], wanted: str | Sequence[str] | None) -> list[int]:
    """Return the codes of the labels to compare."""
    names = labels if wanted is None else [wanted] if isinstance(wanted, str) else list(wanted)
    for name in names:
        if name not in labels:
            raise InputError(f"`label` must be one of {list(labels)!r}; got {name!r}.")
    return [labels.index(name) for name in dict.fromkeys(names)]


def _check_number(groups: Sequence[_Group], by: Sequence[str]) -> None:
    if len(groups) > _MOST_GROUPS:
        raise InputError(
            f"`by` must give at most {_MOST_GROUPS} groups where errors are assumed to be equal; "
            f"{list(by)!r} gives {len(groups):,}. Name a column with fewer values."
        )


def _without_small(groups: list[_Group], by: Sequence[str]) -> tuple[list[_Group], list[str]]:
    """Leave out groups without an estimate if there are many: their pairs would be a million."""
    if len(groups) <= _MOST_GROUPS:
        return groups, []
    kept = [group for group in groups if group.estimate]
    if len(kept) < 2:
        raise InputError(
            f"at least two groups must have {MIN_GROUP} annotated paragraphs; {list(by)!r} gives "
            f"{len(groups):,}, and {len(kept)} of them have as many. Name a column with fewer "
            "values, or draw more of each with `stance draw --by`."
        )
    n_small = len(groups) - len(kept)
    few = f"{n_small:,} groups with fewer than {MIN_GROUP} annotated paragraphs are left out."
    return kept, [few] if n_small else []


def _groups(
    print_: Print,
    head: str,
    annotations: Annotations,
    members: Sequence[tuple[tuple[Any, ...], np.ndarray]],
    population: str,
    level: float,
) -> list[_Group]:
    groups = []
    for values, rows in members:
        n, estimate = estimate_group(
            print_, head, annotations, rows, population, level, minimum=MIN_GROUP
        )
        groups.append(_Group(group_name(values), rows, n, estimate))
    return groups


def _rows(
    labels: Sequence[str],
    groups: Sequence[_Group],
    codes: Sequence[int],
    level: float,
    random_state: int,
) -> list[dict[str, Any]]:
    """Return one record per pair and label, each group estimated by itself."""
    estimates = [group.estimate for group in groups if group.estimate]
    quantile = _max_t(estimates, codes, level, random_state) if len(estimates) > 1 else np.nan
    records = []
    for group, other in itertools.combinations(groups, 2):
        for code in codes:
            record: dict[str, Any] = _pair(labels[code], group, other)
            if group.estimate and other.estimate:
                record |= _difference(group.estimate, other.estimate, code, quantile)
                names = (describe(group.estimate, group.n), describe(other.estimate, other.n))
                record["estimator"] = " and ".join(dict.fromkeys(names))
            else:
                few = " and ".join(each.name for each in (group, other) if not each.estimate)
                record["estimator"] = f"none: fewer than {MIN_GROUP} annotated in {few}"
            records.append(record)
    return _holm(records)


def _pair(label: str, group: _Group, other: _Group) -> dict[str, Any]:
    record: dict[str, Any] = dict.fromkeys(("difference", "low", "high", "p_value"), np.nan)
    record |= {"label": label, "group": group.name, "other": other.name}
    return record | {"n": group.n, "n_other": other.n}


def _difference(a: Estimate, b: Estimate, code: int, quantile: float) -> dict[str, float]:
    """Return a difference, its limits from both groups' own, and its p-value (Welch)."""
    from scipy.stats import t

    share_a, share_b = float(a.shares[code]), float(b.shares[code])
    low_a, high_a, low_b, high_b = (
        float(limit[code])
        for each in (a, b)
        for limit in wilson_interval(each.shares, each.worth, quantile)
    )
    difference = share_a - share_b
    variances = [_variance(each, code) for each in (a, b)]
    weights = [v**2 / each.degrees for v, each in zip(variances, (a, b), strict=True)]
    degrees = sum(variances) ** 2 / sum(weights) if sum(weights) else np.inf
    return {
        "difference": difference,
        "low": difference - float(np.hypot(share_a - low_a, high_b - share_b)),
        "high": difference + float(np.hypot(high_a - share_a, share_b - low_b)),
        "p_value": float(2 * t.sf(abs(difference) / np.sqrt(sum(variances)), degrees)),
    }


def _variance(estimate: Estimate, code: int) -> float:
    """Return the variance of a share; that of a label never seen is as if it had been seen once."""
    worth = float(estimate.worth[code])
    share = (float(estimate.shares[code]) * worth + 1) / (worth + 2)
    return share * (1 - share) / worth


def _max_t(
    estimates: Sequence[Estimate], codes: Sequence[int], level: float, random_state: int
) -> float:
    """Return the quantile of the largest studentized difference over all pairs and labels."""
    random = np.random.default_rng(random_state)
    draws, variances = [], []
    for each in estimates:
        scores = each.scores[:, codes]
        covariance = scores.T @ scores
        # A label that was never annotated, or always, is in doubt too.
        unseen = np.diag(covariance) < 1e-12
        covariance += np.diag([_variance(each, code) for code in codes] * unseen)
        draws.append(
            random.multivariate_normal(np.zeros(len(covariance)), covariance, DRAWS, method="eigh")
        )
        degrees = each.degrees
        spread = np.ones(DRAWS) if np.isinf(degrees) else random.chisquare(degrees, DRAWS) / degrees
        variances.append(spread[:, None] * np.diag(covariance))
    largest = np.zeros(DRAWS)
    for a, b in itertools.combinations(range(len(draws)), 2):
        error = np.sqrt(variances[a] + variances[b])
        studentized = np.divide(
            abs(draws[a] - draws[b]), error, out=np.zeros_like(error), where=error > 1e-9
        )
        largest = np.maximum(largest, studentized.max(axis=1))
    return float(np.quantile(largest, level))


def _inverted_rows(
    print_: Print,
    head: str,
    annotations: Annotations,
    groups: Sequence[_Group],
    codes: Sequence[int],
    level: float,
    random_state: int,
) -> list[dict[str, Any]]:
    """Return one record per pair and label, from one confusion matrix for all groups."""
    labels = annotations.labels
    given = print_.given(head).fillna("").to_numpy(dtype=str)
    predicted = (given[:, None] == np.asarray(labels)).astype(float)
    confusion = annotations.outcomes.T @ predicted[annotations.rows]
    check_confusion(confusion)
    counts = [predicted[group.rows].sum(axis=0) for group in groups]
    shares, draws = draw_inverted(counts, confusion, random_state)
    pairs = list(itertools.combinations(range(len(groups)), 2))
    differences = np.asarray([shares[a] - shares[b] for a, b in pairs])
    drawn = np.asarray([draws[a] - draws[b] for a, b in pairs])  # (n_pairs, n_draws, n_labels)
    errors = np.maximum(drawn.std(axis=1), 1e-9)
    studentized = abs(drawn - drawn.mean(axis=1, keepdims=True)) / errors[:, None]
    quantile = float(np.quantile(studentized[:, :, list(codes)].max(axis=(0, 2)), level))
    records = []
    for number, (a, b) in enumerate(pairs):
        for code in codes:
            value, error = float(differences[number, code]), float(errors[number, code])
            records.append(
                _pair(labels[code], groups[a], groups[b])
                | {"difference": value, "low": value - quantile * error}
                | {"high": value + quantile * error, "p_value": _normal_p(value / error)}
                | {"estimator": EQUAL_ERRORS}
            )
    return _holm(records)


def _normal_p(z: float) -> float:
    from scipy.stats import norm

    return float(2 * norm.sf(abs(z)))


def _holm(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Correct the p-values of one family by Holm's method."""
    tested = sorted(
        (record for record in records if not np.isnan(record["p_value"])),
        key=lambda record: record["p_value"],
    )
    largest = 0.0
    for rank, record in enumerate(tested):
        largest = max(largest, min(1.0, record["p_value"] * (len(tested) - rank)))
        record["p_value"] = largest
    return records
