"""Plots of the shares of labels: as bars, and over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from stance.errors import InputError
from stance.inference.shares import count_labels, invert_confusion, measure_design_effect
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


def plot_shares(
    table: pd.DataFrame | Mapping[str, int],
    intervals: Mapping[str, tuple[float, float]] | None = None,
    *,
    head: str = "stance",
    by: str | None = None,
    documents: str | None = "row",
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of each label among the labelled paragraphs, with 95% intervals.

    Parameters
    ----------
    table : pandas.DataFrame or dict of str to int
        Labelled paragraphs, as `Model.label_frame` gives them; or the number of paragraphs per
        label.
    intervals : dict of str to tuple of float, optional
        Low and high share of each label, from 0 to 1, where you have better ones. By default those
        of `stance.inference.shares.invert_confusion`, as in a report: they reflect that paragraphs
        of one document are alike, and not the errors of the model.
    head : str, default="stance"
        The label column.
    by : str, optional
        A column of the frame: bars for each of its values, the one with the most paragraphs first.
    documents : str or None, default="row"
        The column of the frame that says which document a paragraph is from; None takes each
        paragraph by itself.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per label (and value of `by`).

    Raises
    ------
    InputError
        If a column is not there, no paragraph has a label, or `by` or `intervals` do not fit the
        rest.
    StanceError
        If matplotlib is not installed.
    """
    if by is not None and (isinstance(table, Mapping) or intervals is not None):
        raise InputError(
            f"`by` must come with a frame and without `intervals`; got {by!r} with counts or "
            "`intervals`. Leave one out."
        )
    labels, groups, effect = _count_groups(table, head, by, documents)
    if intervals is not None and set(intervals) != set(labels):
        raise InputError(
            f"`intervals` must hold one per label {labels!r}; got {list(intervals)!r}."
        )
    axes = make_axes(ax, (6.8, 1.2 + (0.3 * len(labels) + 0.2) * len(groups)))
    for position, group in enumerate(groups):
        figures = _figures(group, labels, effect)
        if intervals is not None:
            figures[1:] = 100 * np.transpose([intervals[name] for name in labels])
        draw_bars(axes, position, labels, figures, alone=by is None)
    _name_shares(axes, groups, head, by)
    return hide_frame(axes)


def _count_groups(
    table: pd.DataFrame | Mapping[str, int], head: str, by: str | None, documents: str | None
) -> tuple[list[str], list[Group], float]:
    """Return the labels, the groups of paragraphs, and the design effect of the whole table."""
    if isinstance(table, Mapping):
        given = [name for name, count in table.items() for _ in range(count)]
        return list(table), [Group("", given)], 1.0
    labels = labels_of(table, head)
    return labels, groups_of(table, head, by), _design_effect(table, head, labels, documents)


def _design_effect(
    frame: pd.DataFrame, head: str, labels: Sequence[str], documents: str | None
) -> float:
    """Measure the design effect on the whole frame, as a report does: groups have too few rows."""
    if documents is None:
        return 1.0
    check_column(frame, documents)
    labelled = frame[frame[head].notna()]
    return measure_design_effect(
        labelled[head].astype(str).tolist(), labels, labelled[documents].tolist()
    )


def _figures(group: Group, labels: Sequence[str], effect: float) -> np.ndarray:
    """Return shares, low and high ends in percent, shape (3, n_labels)."""
    shares = invert_confusion(count_labels(group.labels, labels), design_effect=effect)
    return 100 * np.stack([shares.raw, shares.low, shares.high])


def _name_shares(axes: Axes, groups: Sequence[Group], head: str, by: str | None) -> None:
    """Set title, axes and legend of `plot_shares`."""
    total = sum(len(group.labels) for group in groups)
    of_each = f" of each {by}" if by else ""
    axes.set_title(f"{head_title(head)}{f' by {by}' if by else ''}, {total:,} labelled paragraphs")
    axes.set(
        xlim=(0, 108),
        xlabel=f"share of the labelled paragraphs{of_each} (%), with 95% intervals",
        ylim=(len(groups) - 0.5, -0.5),
    )
    if by is not None:
        names = [f"{group.name}\nn = {len(group.labels):,}" for group in groups]
        axes.set_yticks(range(len(groups)), names)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def plot_timeline(
    frame: pd.DataFrame,
    *,
    date: str = "date",
    head: str = "stance",
    period: str = "M",
    documents: str | None = "row",
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
    documents, ax
        As in `plot_shares`.

    Returns
    -------
    matplotlib.axes.Axes
        One line per label, with its 95% interval, broken at periods without a paragraph. The title
        counts the labelled paragraphs without a date.

    Raises
    ------
    InputError
        If a column is not there or holds something other than dates, `period` is another letter, or
        no paragraph has both label and date.
    StanceError
        If matplotlib is not installed.
    """
    labels = labels_of(frame, head)
    effect = _design_effect(frame, head, labels, documents)
    numbers = periods_of(frame, date, period)
    dated = frame[numbers.notna().to_numpy()].assign(
        **{"period number": numbers.dropna().astype(int).to_numpy()}
    )
    groups = {int(group.name): group for group in groups_of(dated, head, "period number")}
    if not groups:
        raise InputError(
            "some paragraph must have both a label and a date; none has. "
            f"Name the column of dates; got {date!r}."
        )
    times = np.arange(min(groups), max(groups) + 1)
    axes = make_axes(ax, (8.4, 4.8))
    _draw_lines(axes, times, groups, labels, effect)
    counts = [len(groups[time].labels) if time in groups else 0 for time in times.tolist()]
    draw_counts(axes, times, counts, date, period)
    undated = int((frame[head].notna() & numbers.isna()).sum())
    left_out = f"; {undated:,} more have no date" if undated else ""
    axes.set_title(f"{head_title(head)} over time, {sum(counts):,} labelled paragraphs{left_out}")
    axes.set(ylim=(-3, 103), ylabel="share (%), with 95% intervals")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return hide_frame(axes)


def _draw_lines(
    axes: Axes, times: np.ndarray, groups: Mapping[int, Group], labels: Sequence[str], effect: float
) -> None:
    """Draw one line per label, NaN (a gap) at times without a group."""
    figures = np.full((3, len(times), len(labels)), np.nan)
    for time, group in groups.items():
        figures[:, time - times[0]] = _figures(group, labels, effect)
    middle = (len(labels) - 1) / 2
    for number, (name, style) in enumerate(label_styles(labels).items()):
        shares, lows, highs = figures[:, :, number]
        xs = times + (number - middle) * _SIDE_STEP
        axes.vlines(xs, lows, highs, color=style.colour, linewidth=1)
        axes.plot(xs, shares, color=style.colour, marker=style.marker, markersize=5, label=name)
