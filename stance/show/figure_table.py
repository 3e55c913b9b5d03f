"""A table of figures as a terminal shows it: aligned, and rounded to what can be printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

# How a figure is written, and its interval; by the column that it stands in.
_FIGURES: Final[dict[str, Callable[[float], str]]] = {
    "share": "{:.1%}".format,
    "difference": lambda value: f"{100 * value:+.1f} points",
    "coefficient": "{:+.3f}".format,
}
_LIMITS: Final[dict[str, Callable[[float], str]]] = {
    **_FIGURES,
    "difference": lambda value: f"{100 * value:+.1f}",
}
_SAID_ONCE: Final = ("head", "estimator")  # below the table, where all rows have the same
_COUNTS: Final = ("n", "n_other", "by_hand")
_NUMBERS: Final = (*_FIGURES, *_COUNTS, "p_value", "detectable")
_NONE: Final = "-"
EMPTY: Final = "(empty)"
"""What a group without a value is called."""


def figure_lines(frame: pd.DataFrame, level: float = 0.95) -> Iterator[str]:
    """Yield the lines of a table of shares, differences or coefficients.

    Parameters
    ----------
    frame : pandas.DataFrame
        What `stance.estimate_shares`, `stance.compare`, `stance.regress` or `stance.plan` gave.
    level : float, default=0.95
        Of its intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> shares = pd.DataFrame({"label": ["neutral", "opposed"], "share": [0.9, 0.1]})
    >>> shares = shares.assign(low=[0.8123, float("nan")], high=0.95, n=1200, estimator="PPI++")
    >>> print(*figure_lines(shares), sep="\\n")
    label    share    95% interval      n
    neutral  90.0%  81.2% to 95.0%  1,200
    opposed  10.0%               -  1,200
    estimator: PPI++
    """
    figure = next(name for name in _FIGURES if name in frame)
    columns: dict[str, list[str]] = {}
    once = [name for name in _SAID_ONCE if name in frame and frame[name].nunique() == 1]
    for name in frame.columns:
        if name in once or name == "high":
            continue
        values = _values(frame[name])
        if name == "low":
            limits = zip(values, _values(frame["high"]), strict=True)
            columns[f"{level:.0%} interval"] = [_interval(*ends, figure) for ends in limits]
        else:
            columns[str(name)] = [_written(str(name), value, figure) for value in values]
    left = [name for name in columns if name in frame and frame[name].dtype.kind not in "fiu"]
    yield from _aligned(columns, left)
    for name in once:
        yield f"{name}: {frame[name].iloc[0]}"


def _values(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column, with None for what is missing."""
    return [None if gone else value for value, gone in zip(column, column.isna(), strict=True)]


def _interval(low: float | None, high: float | None, figure: str) -> str:
    if low is None or high is None:
        return _NONE
    return f"{_LIMITS[figure](low)} to {_LIMITS[figure](high)}"


def _written(name: str, value: Any, figure: str) -> str:
    if name not in _NUMBERS and value in (None, ""):
        return EMPTY
    if value is None:
        return _NONE
    if name == "p_value":
        return "<0.001" if value < 0.001 else f"{value:.3f}"
    if name == figure:
        return _FIGURES[figure](value)
    if name == "detectable":
        return f"{value:.3f}"
    return f"{value:,}" if name in _COUNTS else str(value)


def _aligned(columns: dict[str, list[str]], left: Sequence[str]) -> Iterator[str]:
    widths = {name: max(map(len, [name, *cells])) for name, cells in columns.items()}
    for row in (list(columns), *zip(*columns.values(), strict=True)):
        cells = [
            f"{cell:<{widths[name]}}" if name in left else f"{cell:>{widths[name]}}"
            for name, cell in zip(columns, row, strict=True)
        ]
        yield "  ".join(cells).rstrip()
