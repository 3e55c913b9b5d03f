"""Plan how many paragraphs to annotate, from a pilot of 30 to 50."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.stats import chi2, norm

from stance.errors import InputError
from stance.inference.drawing import FLOOR, uncertainty
from stance.inference.estimation import Estimate, wilson_interval
from stance.inference.groups import estimate_group
from stance.inference.prints import Print, read_print
from stance.inference.samples import read_annotations

if TYPE_CHECKING:
    import pandas as pd

ASSURANCE: Final = 0.8
"""How often a sample of the planned size reaches the width."""
MIN_PILOT: Final = 30
_MIN_SAVING: Final = 0.05
"""A model that saves less of the width is not worth its assumptions: count by hand."""
_Z: Final = 1.96


def plan(
    labelled: pd.DataFrame | str | Path,
    pilot: pd.DataFrame | str | Path,
    width: float,
    *,
    head: str = "stance",
    design: str | None = None,
) -> pd.DataFrame:
    """Plan how many paragraphs to annotate for intervals of a given width.

    Parameters
    ----------
    labelled, design
        As in `estimate_shares`.
    pilot : pandas.DataFrame, str or Path
        30 to 50 paragraphs that were drawn and annotated, as `annotated` there. They count toward
        the number.
    width : float
        Of the 95% interval, from its low to its high end: 0.1 for 10 points.
    head : str, default="stance"
        The label column.

    Returns
    -------
    pandas.DataFrame
        One row per label: ``head``, ``label``, ``share`` (of the pilot), ``n`` (to annotate in
        all), ``by_hand`` (the same for a plain count) and ``advice``. ``attrs["notes"]`` says how
        to spread them.

    Raises
    ------
    InputError
        If `width` is not between 0 and 1, or fewer than 30 paragraphs are annotated.

    Notes
    -----
    The number is such that four in five samples reach the width, given how little the pilot says
    of share and spread.
    """
    import pandas as pd

    if not 0 < width < 1:
        raise InputError(f"`width` must be above 0 and below 1; got {width!r}. 0.1 is 10 points.")
    print_ = read_print(labelled, heads=head)
    annotations = read_annotations(print_, pilot, head, design)
    n, estimate = estimate_group(
        print_, head, annotations, np.arange(len(print_)), "this print", minimum=MIN_PILOT
    )
    if estimate is None:
        raise InputError(
            f"the pilot must have at least {MIN_PILOT} annotated paragraphs; got {n}. "
            "Annotate more of what you drew."
        )
    records = [
        {"head": head, "label": label} | _plan_label(estimate, code, n, len(print_), width)
        for code, label in enumerate(annotations.labels)
    ]
    frame = pd.DataFrame(records)
    frame.attrs["notes"] = [*annotations.notes, _spread_note(print_)]
    return frame


def _plan_label(
    estimate: Estimate, code: int, n_pilot: int, n_print: int, width: float
) -> dict[str, Any]:
    share = float(estimate.shares[code])
    left = n_pilot / (float(estimate.worth[code]) * (1 - n_pilot / n_print))  # by the model, of 1
    left = min(left, 1.0)
    # The pilot's share may be too far from a half, and what the model leaves too small, by chance.
    reach = float(norm.ppf(ASSURANCE)) * np.sqrt(share * (1 - share) / estimate.worth[code])
    likely = min(share + reach, 0.5) if share < 0.5 else max(share - reach, 0.5)
    spread = (n_pilot - 1) / float(chi2.ppf(1 - ASSURANCE, n_pilot - 1))
    by_hand = _smallest(likely, 1.0, n_print, width)
    n = _smallest(likely, min(left * spread, 1.0), n_print, width)
    saved = 1 - np.sqrt(left)
    advice = f"the model saves {saved:.0%} of the width"
    if saved < _MIN_SAVING:
        n, advice = by_hand, "counting by hand does as well"
    return {"share": share, "n": n, "by_hand": by_hand, "advice": advice}


def _smallest(share: float, left: float, n_print: int, width: float) -> int:
    """Return the smallest sample whose interval is no wider; all of the print, if none is.

    >>> _smallest(0.5, 1.0, 100_000, 0.1)
    379
    """
    sizes = np.arange(2, n_print)
    worth = sizes / (left * (1 - sizes / n_print))
    low, high = wilson_interval(np.full(len(sizes), share), worth, _Z)
    narrow = np.flatnonzero(high - low <= width)
    return int(sizes[narrow[0]]) if len(narrow) else n_print


def _spread_note(print_: Print) -> str:
    """Say what drawing by uncertainty would save, if the model's probabilities are honest.

    A paragraph whose label has the variance ``s`` and that is drawn with a chance in proportion to
    ``q`` adds ``s / q`` to the variance of the share; evenly drawn, each has ``q = 1 / N``.
    """
    if any(f"{head}_probability" not in print_.frame for head in print_.heads):
        return "Draw evenly: the table has no probabilities to draw by uncertainty."
    spreads = np.maximum(uncertainty(print_), 1e-9)
    chances = FLOOR / len(spreads) + (1 - FLOOR) * spreads / spreads.sum()
    even = len(spreads) * (spreads**2).sum()
    saving = 1 - float((spreads**2 / chances).sum() / even)
    if saving < _MIN_SAVING:
        return "Draw evenly: drawing by uncertainty would save less than 5% of the paragraphs."
    return (
        f"Drawn by uncertainty, some {saving:.0%} fewer paragraphs would do for shares of the "
        "whole print, if the model's probabilities are honest. For differences, draw by group."
    )
