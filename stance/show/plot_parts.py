"""What plots share: axes, fills, and the columns of a labelled frame that they draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stance.errors import InputError, StanceError
from stance.show.styles import STYLES, Style, label_styles

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

INK: Final = "#333333"
LINE: Final = "#0072B2"
"""The colour of lines that stand for no label."""
PERIODS: Final = ("D", "W", "M", "Q", "Y")
_SHOWN_PERIODS: Final = 8  # more names than that overlap under a timeline


class Group(NamedTuple):
    """The labels of the paragraphs that share one value of a column."""

    name: str
    labels: list[str]


def make_axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Return `ax`, or the axes of a new figure of `size` inches.

    Raises
    ------
    StanceError
        If matplotlib is not installed.
    """
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot as plt
    except ModuleNotFoundError as error:
        raise StanceError(
            "a plot needs the package matplotlib; it is not installed. "
            'pip install "stance-tone[plot]"'
        ) from error
    return plt.subplots(figsize=size, layout="constrained")[1]


def fill_of(style: Style) -> dict[str, Any]:
    """Return the keywords that fill a bar with a label's colour and hatch."""
    return {"facecolor": style.colour, "hatch": style.hatch, "edgecolor": "white", "linewidth": 0}


def hide_frame(axes: Axes) -> Axes:
    """Hide the upper and the right side of the frame."""
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def check_column(frame: pd.DataFrame, column: Any) -> None:
    """Raise InputError for a column that the frame does not have."""
    if column not in frame.columns:
        raise InputError(f"there is no column {column!r}; the columns are {list(frame.columns)!r}.")


def labels_of(frame: pd.DataFrame, head: str) -> list[str]:
    """List the labels of a head: the categories of its column, or else its values, sorted.

    Raises
    ------
    InputError
        If there is no such column, or no label in it.
    """
    import pandas as pd

    check_column(frame, head)
    column = frame[head]
    if column.isna().all():
        raise InputError(
            f"column {head!r} must hold a label; all {len(column)} rows have none. "
            "See their `status`."
        )
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    return sorted(column.dropna().unique())


def groups_of(frame: pd.DataFrame, head: str, by: Any | None) -> list[Group]:
    """Group the labelled rows of a frame by a column, the largest group first.

    Rows without a value of the column form a group of their own.

    Raises
    ------
    InputError
        If the column is not there.
    """
    import pandas as pd

    labelled = frame[frame[head].notna()]
    if by is None:
        return [Group("", labelled[head].astype(str).tolist())]
    check_column(frame, by)
    groups = [
        Group("(none)" if pd.isna(value) else str(value), rows[head].astype(str).tolist())
        for value, rows in labelled.groupby(by, observed=True, dropna=False, sort=True)
    ]
    return sorted(groups, key=lambda group: -len(group.labels))


def periods_of(frame: pd.DataFrame, date: Any, period: str) -> pd.Series[Any]:
    """Return the number of each row's period, as pandas counts them; NA for a row without a date.

    Raises
    ------
    InputError
        If the column is not there or holds something other than dates, or for an unknown period.
    """
    import pandas as pd

    if period not in PERIODS:
        raise InputError(f"`period` must be one of {list(PERIODS)!r}; got {period!r}.")
    check_column(frame, date)
    column = frame[date]
    # ISO 8601 only, as 03/04 may be either of two days.
    times = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True)
    bad = (times.isna() & column.notna() & (column.astype(str).str.strip() != "")).to_numpy()
    if bad.any():
        row = int(bad.argmax())
        raise InputError(
            f"column {date!r} must hold dates; got {column.iloc[row]!r} in row {row + 1}. "
            "Write it as 2024-04-30, or leave it empty."
        )
    numbers: pd.Series[Any] = (
        times.dt.tz_localize(None)
        .dt.to_period(period)
        .map(lambda time: time.ordinal, na_action="ignore")
    )
    return numbers


def name_period(number: int, period: str) -> str:
    """Name a period as people write it, a week by its first day.

    >>> name_period(217, "Q"), name_period(651, "M"), name_period(2834, "W")
    ('2024Q2', '2024-04', '2024-04-15')
    """
    import pandas as pd

    return str(pd.Period(ordinal=int(number), freq=period)).split("/")[0]


def draw_bars(
    axes: Axes, position: int, labels: Sequence[str], figures: np.ndarray, *, alone: bool
) -> None:
    """Draw one group of bars around `position`, with their intervals.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    position : int
        The middle of the group; the first group, 0, names its bars for the legend.
    labels : sequence of str
        One bar each.
    figures : ndarray of shape (3, n_labels)
        Shares, low and high ends, in percent; NaN ends for a share without an interval.
    alone : bool
        Whether it is the only group: its bars are then named at the axis.
    """
    height = 0.8 / len(labels)
    ys = position + (np.arange(len(labels)) - (len(labels) - 1) / 2) * height
    for (name, style), y, (share, low, high) in zip(
        label_styles(labels).items(), ys, figures.T, strict=True
    ):
        label = "_" if position else name
        axes.barh(y, share, 0.92 * height, label=label, **fill_of(style))
        axes.plot([low, high], [y, y], color="black", linewidth=1.4, marker="|", markersize=6)
        if np.isfinite(share):
            end = np.nanmax([high, share])
            axes.annotate(
                f"{share:.0f}%", (end, y), (4, 0), textcoords="offset points", va="center",
                fontsize="small",
            )  # fmt: skip
    if alone:
        axes.set_yticks(ys, labels)


def draw_counts(
    axes: Axes, times: np.ndarray, counts: Sequence[int], date: str, period: str
) -> None:
    """Put a strip under a timeline that names the periods and counts their paragraphs."""
    strip = axes.inset_axes((0.0, -0.3, 1.0, 0.22), sharex=axes)
    strip.bar(times, counts, width=0.8, color=STYLES["neutral"].colour)
    step = -(-len(times) // _SHOWN_PERIODS)  # rounded up
    named = times[::step]
    strip.set_xticks(named, [name_period(number, period) for number in named])
    strip.set(ylim=(0, 1.15 * max(counts)), ylabel="paragraphs", xlabel=date)
    axes.tick_params(labelbottom=False)
    hide_frame(strip)
