"""Plots of the shares of labels: as bars, and over time.

Labelled paragraphs alone give raw shares, without intervals. With annotated ones the shares and
their intervals are those of `stance.estimate_shares`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stance.errors import InputError
from stance.show.plot_parts import (
    Group,
    check_column,
    draw_bars,
    draw_counts,
    groups_of,
    hide_frame,
    labels_of,
    make_axes,
    periods_of,
)
from stance.show.styles import head_title, label_styles

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Of a period, between the points of two labels, so that no interval hides another.
_SIDE_STEP: Final = 0.09
_ESTIMATES: Final = ("head", "label", "share", "low", "high", "n")
_ROOM: Final = 1.1  # the axis ends this much behind the largest value, for its figure
_PERIOD: Final = "period number"
_WITH_INTERVALS: Final = "with 95% intervals"
_RAW: Final = "raw: as counted"


class _Bars(NamedTuple):
    """One group of bars; `figures` has shares, low and high ends in percent, (3, n_labels)."""

    name: str
    figures: np.ndarray


def plot_shares(
    table: pd.DataFrame | Mapping[str, int],
    intervals: Mapping[str, tuple[float, float]] | None = None,
    *,
    head: str = "stance",
    by: str | None = None,
    annotated: pd.DataFrame | str | Path | None = None,
    design: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of each label.

    Parameters
    ----------
    table : pandas.DataFrame or dict of str to int
        Labelled paragraphs, as `Model.label_frame` gives them; shares, as `stance.estimate_shares`
        gives them; or the number of paragraphs per label.
    intervals : dict of str to tuple of float, optional
        Low and high share of each label, from 0 to 1, where you have them from elsewhere.
    head : str, default="stance"
        The label column.
    by : str, optional
        A column of the frame: bars for each of its values. Of labelled paragraphs, the value with
        the most comes first.
    annotated, design
        As in `stance.estimate_shares`, which then gives the shares and their intervals. Without
        them the shares of labelled paragraphs are raw and have no interval.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per label (and value of `by`).

    Raises
    ------
    InputError
        If a column is not there, no paragraph has a label, `by` or `intervals` do not fit the
        rest, or it is not known how the annotated paragraphs were drawn.
    StanceError
        If matplotlib is not installed.
    """
    if by is not None and (isinstance(table, Mapping) or intervals is not None):
        raise InputError(
            f"`by` must come with a frame and without `intervals`; got {by!r} with counts or "
            "`intervals`. Leave one out."
        )
    labels, groups, counted = _read_groups(table, head, by, annotated, design)
    if intervals is not None:
        if set(intervals) != set(labels):
            raise InputError(
                f"`intervals` must hold one per label {labels!r}; got {list(intervals)!r}."
            )
        groups[0].figures[1:] = 100 * np.transpose([intervals[name] for name in labels])
    axes = make_axes(ax, (6.8, 1.2 + (0.3 * len(labels) + 0.2) * len(groups)))
    for position, group in enumerate(groups):
        draw_bars(axes, position, labels, group.figures, alone=by is None)
    _name_shares(axes, groups, head, by, counted)
    return hide_frame(axes)


def _read_groups(
    table: pd.DataFrame | Mapping[str, int],
    head: str,
    by: str | None,
    annotated: pd.DataFrame | str | Path | None,
    design: str | None,
) -> tuple[list[str], list[_Bars], str]:
    """Return the labels, the groups of bars, and how many paragraphs they are of, in words."""
    if isinstance(table, Mapping):
        given = [name for name, count in table.items() for _ in range(count)]
        group = Group("", given)
        return list(table), [_count(group, list(table))], f"{len(given):,} labelled paragraphs"
    if annotated is not None:
        from stance.inference.figures import estimate_shares

        table = estimate_shares(table, annotated, by, head=head, design=design)
    if set(_ESTIMATES) <= set(table.columns):
        return _read_estimates(table, head, by)
    labels = labels_of(table, head)
    counted = groups_of(table, head, by)
    total = sum(len(group.labels) for group in counted)
    bars = [_count(group, labels, named=by is not None) for group in counted]
    return labels, bars, f"{total:,} labelled paragraphs"


def _read_estimates(
    shares: pd.DataFrame, head: str, by: str | None
) -> tuple[list[str], list[_Bars], str]:
    """Read what `estimate_shares` returned."""
    of_head = shares[shares["head"] == head]
    if of_head.empty:
        raise InputError(
            f"`head` must be among {sorted(set(shares['head']))!r}, whose shares these are; got "
            f"{head!r}."
        )
    if by is not None:
        check_column(of_head, by)
    labels = list(dict.fromkeys(of_head["label"]))
    bars = []
    for name, rows in [("", of_head)] if by is None else of_head.groupby(by, sort=False):
        if len(rows) != len(labels):
            raise InputError(
                f"there must be one share per label; got {len(rows)} rows for {len(labels)} labels."
                " Pass `by`, the column of their groups."
            )
        figures = 100 * rows[["share", "low", "high"]].to_numpy(dtype=float).T
        bars.append(_Bars(f"{name}\nn = {int(rows['n'].iloc[0]):,}", figures))
    annotated = int(of_head["n"].sum()) // len(labels)
    return labels, bars, f"{annotated:,} annotated paragraphs"


def _count(group: Group, labels: Sequence[str], *, named: bool = False) -> _Bars:
    """Return the shares of a group as counted; it has no interval."""
    counts = np.asarray([group.labels.count(name) for name in labels], dtype=float)
    if not counts.sum():
        raise InputError(
            "`counts` must count at least one paragraph; got none. Leave out what is empty."
        )
    shares = 100 * counts / counts.sum()
    figures = np.stack([shares, np.full_like(shares, np.nan), np.full_like(shares, np.nan)])
    return _Bars(f"{group.name}\nn = {len(group.labels):,}" if named else group.name, figures)


def _name_shares(
    axes: Axes, groups: Sequence[_Bars], head: str, by: str | None, counted: str
) -> None:
    """Set title, axes and legend of `plot_shares`."""
    figures = np.stack([group.figures for group in groups])
    axes.set_title(f"{head_title(head)}{f' by {by}' if by else ''}, {counted}")
    axes.set(
        xlim=(0, _ROOM * np.nanmax(figures)),
        xlabel=f"share of the paragraphs{f' of each {by}' if by else ''} (%), {_kind(figures)}",
        ylim=(len(groups) - 0.5, -0.5),
    )
    if by is not None:
        axes.set_yticks(range(len(groups)), [group.name for group in groups])
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def _kind(figures: np.ndarray) -> str:
    """Say whether any share has an interval; `figures` has low ends second from the third axis."""
    return _RAW if np.isnan(figures[..., 1, :]).all() else _WITH_INTERVALS


def plot_timeline(
    frame: pd.DataFrame,
    *,
    date: str = "date",
    head: str = "stance",
    period: str = "M",
    annotated: pd.DataFrame | str | Path | None = None,
    design: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of each label over time, with the number of paragraphs underneath.

    Parameters
    ----------
    frame : pandas.DataFrame
        Labelled paragraphs, as `Model.label_frame` gives them, with a column of dates
        (``keep=["date"]``).
    date : str, default="date"
        The column of dates, as 2024-04-30 or with a time (ISO 8601).
    head : str, default="stance"
        The label column.
    period : str, default="M"
        Length of a period: "D" (day), "W" (week), "M", "Q" or "Y".
    annotated, design, ax
        As in `plot_shares`.

    Returns
    -------
    matplotlib.axes.Axes
        One line per label, broken at periods without a paragraph (with `annotated`: with fewer
        than ten annotated ones). The title counts the labelled paragraphs without a date.

    Raises
    ------
    InputError
        If a column is not there or holds something other than dates, `period` is another letter,
        no paragraph has both label and date, or it is not known how the annotated ones were drawn.
    StanceError
        If matplotlib is not installed.
    """
    labels = labels_of(frame, head)
    numbers = periods_of(frame, date, period)
    dated = frame[numbers.notna().to_numpy()].assign(
        **{_PERIOD: numbers.dropna().astype(int).to_numpy()}
    )
    groups = {int(group.name): group for group in groups_of(dated, head, _PERIOD)}
    if not groups:
        raise InputError(
            "some paragraph must have both a label and a date; none has. "
            f"Name the column of dates; got {date!r}."
        )
    figures = {time: _count(group, labels).figures for time, group in groups.items()}
    if annotated is not None:
        labels, figures = _estimate_periods(frame, numbers, head, annotated, design)
    times = np.arange(min(groups), max(groups) + 1)
    axes = make_axes(ax, (8.4, 4.8))
    drawn = _draw_lines(axes, times, figures, labels)
    counts = [len(groups[time].labels) if time in groups else 0 for time in times.tolist()]
    draw_counts(axes, times, counts, date, period)
    undated = int((frame[head].notna() & numbers.isna()).sum())
    left_out = f"; {undated:,} more have no date" if undated else ""
    axes.set_title(f"{head_title(head)} over time, {sum(counts):,} labelled paragraphs{left_out}")
    top = np.nanmax(drawn, initial=1)
    axes.set(ylim=(-0.03 * top, 1.03 * top), ylabel=f"share (%), {_kind(drawn)}")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return hide_frame(axes)


def _estimate_periods(
    frame: pd.DataFrame,
    numbers: pd.Series[Any],
    head: str,
    annotated: pd.DataFrame | str | Path,
    design: str | None,
) -> tuple[list[str], dict[int, np.ndarray]]:
    """Return the labels, and shares and intervals by period, as `estimate_shares` gives them."""
    from stance.inference.figures import estimate_shares

    numbered = frame.assign(**{_PERIOD: numbers.to_numpy(dtype=float, na_value=np.nan)})
    shares = estimate_shares(numbered, annotated, _PERIOD, head=head, design=design)
    of_period: Any = shares.dropna(subset=[_PERIOD]).groupby(_PERIOD)
    figures = {
        int(time): 100 * rows[["share", "low", "high"]].to_numpy(dtype=float).T
        for time, rows in of_period
    }
    return list(dict.fromkeys(shares["label"])), figures


def _draw_lines(
    axes: Axes, times: np.ndarray, figures: Mapping[int, np.ndarray], labels: Sequence[str]
) -> np.ndarray:
    """Draw one line per label, NaN (a gap) at times without a group; return what is drawn."""
    drawn = np.full((len(times), 3, len(labels)), np.nan)
    for time, of_time in figures.items():
        drawn[time - times[0]] = of_time
    middle = (len(labels) - 1) / 2
    for number, (name, style) in enumerate(label_styles(labels).items()):
        shares, lows, highs = drawn[:, :, number].T
        xs = times + (number - middle) * _SIDE_STEP
        axes.vlines(xs, lows, highs, color=style.colour, linewidth=1)
        axes.plot(xs, shares, color=style.colour, marker=style.marker, markersize=5, label=name)
    return drawn
