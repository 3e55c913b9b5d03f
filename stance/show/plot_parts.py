"""What plots share: axes, fills, titles, and the columns of a labelled frame that they draw."""

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
PERIODS: Final = ("D", "W", "M", "Q", "Y")


class Part(NamedTuple):
    """The labels of some paragraphs, and the document of each where it is known."""

    name: str
    labels: list[str]
    documents: list[Any] | None = None


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
            'a plot needs the package matplotlib; it is not installed. pip install "stance-tone[plot]"'
        ) from error
    return plt.subplots(figsize=size, layout="constrained")[1]


def fill_of(style: Style) -> dict[str, Any]:
    """Return the keywords that fill a bar with a label's colour and hatch."""
    return {"facecolor": style.colour, "hatch": style.hatch, "edgecolor": "white", "linewidth": 0}


def bare(axes: Axes) -> Axes:
    """Take away the frame's upper and right side."""
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def labels_of(frame: pd.DataFrame, head: str) -> list[str]:
    """List the labels of a head: its categories, or what there is, sorted.

    Raises
    ------
    InputError
        If there is no such column, or no label in it.
    """
    import pandas as pd

    check_there(frame, head)
    column = frame[head]
    names = (
        list(column.cat.categories)
        if isinstance(column.dtype, pd.CategoricalDtype)
        else sorted(column.dropna().unique())
    )
    if column.isna().all():
        raise InputError(
            f"column {head!r} must hold a label; all {len(column)} rows have none. See their `status`."
        )
    return names


def check_there(frame: pd.DataFrame, column: Any) -> None:
    """Refuse a column that the frame has not."""
    if column not in frame.columns:
        raise InputError(f"there is no column {column!r}; the columns are {list(frame.columns)!r}.")


def parts_of(frame: pd.DataFrame, head: str, by: Any | None, documents: str | None) -> list[Part]:
    """Part the labelled rows of a frame by a column, the most rows first; rows without a value of it are a part of their own.

    Raises
    ------
    InputError
        If a column is not there.
    """
    import pandas as pd

    for column in (by, documents):
        if column is not None:
            check_there(frame, column)
    done = frame[frame[head].notna()]
    pieces: Sequence[tuple[Any, pd.DataFrame]] = [("", done)]
    if by is not None:
        pieces = sorted(
            done.groupby(by, observed=True, dropna=False, sort=True),
            key=lambda piece: -len(piece[1]),
        )
    return [
        Part(
            "" if by is None else "(none)" if pd.isna(value) else str(value),
            rows[head].astype(str).tolist(),
            None if documents is None else rows[documents].tolist(),
        )
        for value, rows in pieces
    ]


def periods_of(frame: pd.DataFrame, date: Any, period: str) -> pd.Series[Any]:
    """Return the number of the period of each row, counted as pandas does; NA where it has no date.

    Raises
    ------
    InputError
        If the column is not there or holds something that is no date, or there is no such period.
    """
    import pandas as pd

    if period not in PERIODS:
        raise InputError(f"`period` must be one of {list(PERIODS)!r}; got {period!r}.")
    check_there(frame, date)
    column = frame[date]
    times = pd.to_datetime(
        column, format="ISO8601", errors="coerce", utc=True
    )  # 03/04 means two days
    bad = (times.isna() & column.notna() & (column.astype(str).str.strip() != "")).to_numpy()
    if bad.any():
        at = int(bad.argmax())
        raise InputError(
            f"column {date!r} must hold dates; got {column.iloc[at]!r} in row {at + 1}. Write it as 2024-04-30, or leave it empty."
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
    axes: Axes, place: int, labels: Sequence[str], figures: np.ndarray, *, alone: bool
) -> None:
    """Draw one group of bars: `figures` of shape (3, n_labels) are shares, low and high ends in percent."""
    height = 0.8 / len(labels)
    ys = place + (np.arange(len(labels)) - (len(labels) - 1) / 2) * height
    for (name, style), y, (share, low, high) in zip(
        label_styles(labels).items(), ys, figures.T, strict=True
    ):
        axes.barh(y, share, 0.92 * height, label=name if place == 0 else "_", **fill_of(style))
        axes.plot([low, high], [y, y], color="black", linewidth=1.4, marker="|", markersize=6)
        axes.text(max(high, share) + 1, y, f"{share:.0f}%", va="center", fontsize="small")
    if alone:
        axes.set_yticks(ys, labels)


def draw_counts(
    axes: Axes, times: np.ndarray, counts: Sequence[int], date: str, period: str
) -> None:
    """Put a strip under a timeline: how many paragraphs there are in each period, and which period it is."""
    strip = axes.inset_axes((0.0, -0.3, 1.0, 0.22), sharex=axes)
    strip.bar(times, counts, width=0.8, color=STYLES["neutral"].colour)
    shown = times[:: -(-len(times) // 8)]  # eight names at most
    strip.set_xticks(shown, [name_period(number, period) for number in shown])
    strip.set(ylim=(0, 1.15 * max(counts)), ylabel="paragraphs", xlabel=date)
    axes.tick_params(labelbottom=False)
    bare(strip)
