"""Plots of labels and figures: each draws into an Axes and returns it.

They need matplotlib (``pip install "stance-tone[plot]"``), show nothing by themselves, and leave its settings alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stance.errors import InputError
from stance.model import Model
from stance.show.plot_parts import (
    INK,
    Part,
    bare,
    check_there,
    draw_bars,
    draw_counts,
    fill_of,
    labels_of,
    make_axes,
    parts_of,
    periods_of,
)
from stance.show.styles import SPARE, head_title, label_styles
from stance.training.metrics import (
    bin_probabilities,
    measure_calibration_error,
    measure_shares,
    wilson_interval,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from stance.training.classifier import ParagraphClassifier
    from stance.training.evaluation import Evaluation

_FLAT = "#0072B2"  # of lines that stand for no label


def plot_confusion(
    evaluation: Evaluation | np.ndarray | Sequence[Sequence[int]],
    labels: Sequence[str] | None = None,
    *,
    head: str = "stance",
    ax: Axes | None = None,
) -> Axes:
    """Draw a confusion matrix: what the paragraphs of each annotated label were labelled as.

    Parameters
    ----------
    evaluation : Evaluation, or array-like of shape (n_classes, n_classes)
        What `stance.evaluate` gave for one head; or counts, rows annotated, columns predicted.
    labels : sequence of str, optional
        The names of rows and columns, where `evaluation` is an array.
    head : str, default="stance"
        Named in the title.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Each cell holds its count and its share of the row; the darker, the larger the share.

    Raises
    ------
    InputError
        If the labels do not fit the matrix.
    StanceError
        If matplotlib is not installed.
    """
    matrix = np.asarray(getattr(evaluation, "confusion", evaluation))
    names = list(labels if labels is not None else getattr(evaluation, "labels", ()))
    if matrix.shape != (len(names), len(names)):
        raise InputError(
            f"`labels` must name each row and column of the matrix; got {names!r} for shape {matrix.shape}."
        )
    axes = make_axes(ax, (1.6 + 1.05 * len(names), 1.3 + 0.75 * len(names)))
    totals = matrix.sum(axis=1, keepdims=True)
    parts = np.divide(matrix, totals, out=np.zeros(matrix.shape), where=totals > 0)
    axes.imshow(parts, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), part in np.ndenumerate(parts):
        said = f"{matrix[row, column]:,}\n{part:.0%}"
        axes.text(
            column, row, said, ha="center", va="center", color="white" if part > 0.55 else "black"
        )
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(
        range(len(names)),
        [f"{name}\nn = {total:,}" for name, total in zip(names, totals.ravel(), strict=True)],
    )
    axes.set(
        xlabel="predicted",
        ylabel="annotated",
        title=f"{head_title(head)}: annotated, predicted\n(paragraphs; share of the row)",
    )
    return axes


def plot_reliability(
    annotations: Sequence[str],
    probabilities: np.ndarray,
    labels: Sequence[str],
    *,
    n_bins: int = 10,
    head: str = "stance",
    ax: Axes | None = None,
) -> Axes:
    """Draw how often the label given is right, by its probability.

    Parameters
    ----------
    annotations, probabilities, labels, n_bins
        As in `stance.training.metrics.measure_calibration_error`.
    head, ax
        As in `plot_confusion`.

    Returns
    -------
    matplotlib.axes.Axes
        One point a bin, with Wilson's 95% interval and, at the foot, its number of paragraphs. On the diagonal, what is said to
        be 80% sure is right 8 times in 10.
    """
    table = np.asarray(probabilities)
    bins, top, right = bin_probabilities(annotations, table, labels, n_bins=n_bins)
    error = measure_calibration_error(annotations, table, labels, n_bins=n_bins)
    axes = make_axes(ax, (5.4, 4.4))
    axes.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle="--", label="as often as said")
    points = []
    for at in np.unique(bins):
        count, hits = int((bins == at).sum()), int(right[bins == at].sum())
        low, high = wilson_interval(hits, count)
        points.append(
            (float(top[bins == at].mean()), hits / count, hits / count - low, high - hits / count)
        )
        axes.text((at + 0.5) / n_bins, 0.02, f"{count:,}", ha="center", fontsize="small", color=INK)
    x, y, below, above = np.transpose(points)
    said = f"found, with 95% intervals\n(calibration error {error:.3f})"
    axes.errorbar(
        x, y, yerr=[below, above], fmt="o-", color=_FLAT, ecolor=INK, capsize=3, label=said
    )
    axes.set(xlim=(bins.min() / n_bins, 1), ylim=(0, 1.03), ylabel="share of them that are right")
    axes.set(
        xlabel="probability of the label given (at the foot: paragraphs)",
        title=f"{head_title(head)}: how far to trust a probability",
    )
    axes.legend(loc="upper left", frameon=False)
    return bare(axes)


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
        Labelled paragraphs, as `Model.label_frame` gives them; or how many there are of each label.
    intervals : dict of str to tuple of float, optional
        Low and high share of each label, from 0 to 1, where you have better ones; by default those of
        `stance.training.metrics.measure_shares`, which carry the draw of documents and not the errors of the model.
    head : str, default="stance"
        The label column.
    by : str, optional
        A column of the frame: bars for each of its values, that with the most paragraphs first.
    documents : str or None, default="row"
        The column of the frame that tells which document a paragraph is from; None takes each for itself.
    ax
        As in `plot_confusion`.

    Returns
    -------
    matplotlib.axes.Axes
        One bar a label (and value of `by`).

    Raises
    ------
    InputError
        If a column is not there, no paragraph has a label, or `by` or `intervals` do not go with the rest.
    """
    if isinstance(table, Mapping):
        labels, parts = (
            list(table),
            [Part("", [name for name, count in table.items() for _ in range(count)])],
        )
    else:
        labels = labels_of(table, head)
        parts = parts_of(table, head, by, documents)
    if by is not None and (isinstance(table, Mapping) or intervals is not None):
        raise InputError(
            f"`by` must go with a frame alone; got {by!r} with counts or `intervals`. Leave one out."
        )
    if intervals is not None and set(intervals) != set(labels):
        raise InputError(
            f"`intervals` must hold one of each label {labels!r}; got {list(intervals)!r}."
        )
    axes = make_axes(ax, (6.8, 1.2 + (0.3 * len(labels) + 0.2) * len(parts)))
    for place, part in enumerate(parts):
        shares, lows, highs = measure_shares(part.labels, labels, groups=part.documents)
        if intervals is not None:
            lows, highs = np.transpose([intervals[name] for name in labels])
        draw_bars(axes, place, labels, 100 * np.stack([shares, lows, highs]), alone=by is None)
    count = f"{sum(len(part.labels) for part in parts):,} labelled paragraphs"
    axes.set(
        xlim=(0, 108),
        xlabel=f"share of the labelled paragraphs{f' of each {by}' if by else ''} (%), with 95% intervals",
    )
    axes.set_title(f"{head_title(head)}{f' by {by}' if by else ''}, {count}")
    axes.set_ylim(len(parts) - 0.5, -0.5)
    if by is not None:
        axes.set_yticks(
            range(len(parts)), [f"{part.name}\nn = {len(part.labels):,}" for part in parts]
        )
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return bare(axes)


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
        Labelled paragraphs, as `Model.label_frame` gives them, with a column of dates (``keep=["date"]``).
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
        A line a label, with its 95% interval; broken where a period has no paragraph. Labelled paragraphs without a date are
        counted in the title.

    Raises
    ------
    InputError
        If a column is not there or holds something that is no date, `period` is another letter, or no paragraph has both label and
        date.
    """
    labels = labels_of(frame, head)
    numbers = periods_of(frame, date, period)
    dated = frame[numbers.notna().to_numpy()].assign(
        **{"period number": numbers.dropna().astype(int).to_numpy()}
    )
    undated = int((frame[head].notna() & numbers.isna()).sum())
    parts = {int(part.name): part for part in parts_of(dated, head, "period number", documents)}
    if not parts:
        raise InputError(
            f"some paragraph must have both a label and a date; none has. Name the column of dates; got {date!r}."
        )
    times = np.arange(min(parts), max(parts) + 1)
    figures = np.full((3, len(times), len(labels)), np.nan)
    for at, part in parts.items():
        figures[:, at - times[0]] = measure_shares(part.labels, labels, groups=part.documents)
    axes = make_axes(ax, (8.4, 4.8))
    styles = label_styles(labels)
    for at, (name, (shares, lows, highs)) in enumerate(
        zip(labels, 100 * figures.transpose(2, 0, 1), strict=True)
    ):
        places = (
            times + (at - (len(labels) - 1) / 2) * 0.09
        )  # side by side, so that no interval hides another
        axes.vlines(places, lows, highs, color=styles[name].colour, linewidth=1)
        axes.plot(
            places,
            shares,
            color=styles[name].colour,
            marker=styles[name].marker,
            markersize=5,
            label=name,
        )
    draw_counts(
        axes,
        times,
        [len(parts[at].labels) if at in parts else 0 for at in times.tolist()],
        date,
        period,
    )
    left_out = f"; {undated:,} more have no date" if undated else ""
    count = sum(len(part.labels) for part in parts.values())
    axes.set_title(f"{head_title(head)} over time, {count:,} labelled paragraphs{left_out}")
    axes.set(ylim=(-3, 103), ylabel="share (%), with 95% intervals")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return bare(axes)


def plot_learning_curve(
    curve: pd.DataFrame,
    *,
    size: str = "labels",
    score: str = "macro_f1",
    by: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a score by the number of annotated paragraphs.

    Parameters
    ----------
    curve : pandas.DataFrame
        One row a measurement.
    size, score : str, default="labels" and "macro_f1"
        The columns of both.
    by : str, optional
        A column: a line for each of its values.
    ax
        As in `plot_confusion`.

    Returns
    -------
    matplotlib.axes.Axes
        The mean at each size; where there are several measurements of one size, a band from the lowest to the highest.

    Raises
    ------
    InputError
        If a column is not there.
    """
    for column in (size, score, *([by] if by else [])):
        check_there(curve, column)
    axes = make_axes(ax, (6.4, 4.2))
    lines = curve.groupby(by, sort=False) if by else [("", curve)]
    for style, (name, line) in zip(itertools.cycle(SPARE), lines, strict=False):
        found = line.groupby(size)[score].agg(["mean", "min", "max"])
        axes.plot(
            found.index,
            found["mean"],
            color=style.colour,
            marker=style.marker,
            markersize=5,
            label=str(name),
        )
        axes.fill_between(
            found.index, found["min"], found["max"], color=style.colour, alpha=0.15, linewidth=0
        )
    axes.set(
        xlabel="annotated paragraphs",
        ylabel=score.replace("_", "-").replace("macro-f1", "macro-F1"),
        title="Learning curve",
    )
    axes.grid(alpha=0.3)
    if by:
        axes.legend(loc="lower right", frameon=False)
    return bare(axes)


def plot_features(
    model: Model | ParagraphClassifier,
    *,
    head: str = "stance",
    label: str | None = None,
    n: int = 12,
    ax: Axes | None = None,
) -> Axes:
    """Draw the features that weigh most for a label, and those that weigh most against it.

    Parameters
    ----------
    model : Model or ParagraphClassifier
        A model, or one fitted pipeline.
    head : str, default="stance"
        The label column; of a pipeline, named in the title only.
    label : str, optional
        The label; by default the first.
    n : int, default=12
        Features on each side.
    ax
        As in `plot_confusion`.

    Returns
    -------
    matplotlib.axes.Axes
        One bar a feature: what it adds to the label's logit per unit of its TF-IDF value. Words are stems, runs of characters stand
        between dots, and ``‹side›`` is any masked name.

    Raises
    ------
    InputError
        If there is no such head or label.
    """
    names, weights, label = _weights(model, head, label)
    order = np.argsort(weights, kind="stable")
    chosen = np.concatenate(
        [order[: min(n, len(order) // 2)], order[::-1][: min(n, len(order) // 2)][::-1]]
    )
    axes = make_axes(ax, (6.4, 1.2 + 0.22 * len(chosen)))
    style = label_styles([label])[label]
    against = {"facecolor": "white", "edgecolor": style.colour, "hatch": "////", "linewidth": 1}
    for place, at in enumerate(chosen):
        axes.barh(
            place,
            weights[at],
            0.8,
            **(fill_of(style) | {"hatch": ""} if weights[at] > 0 else against),
        )
    axes.set_yticks(range(len(chosen)), [names[at] for at in chosen])
    axes.axvline(0, color=INK, linewidth=1)
    axes.set(
        xlabel="weight in the logit (filled: for; hatched: against)",
        title=f"{head_title(head)}: what speaks for {label!r}, and against",
    )
    return bare(axes)


def _weights(
    model: Model | ParagraphClassifier, head: str, label: str | None
) -> tuple[list[str], np.ndarray, str]:
    """Return the names of a head's features, their weights for one label, and that label."""
    if not isinstance(model, Model):
        from stance.training.freezing import freeze

        found = freeze(head, model, np.empty(0))
    elif head in model.labels:
        found = model.frozen.heads[head]
    else:
        raise InputError(f"`head` must be one of {list(model.labels)!r}; got {head!r}.")
    chosen = found.classes[0] if label is None else label
    if chosen not in found.classes:
        raise InputError(f"`label` must be one of {list(found.classes)!r}; got {label!r}.")
    names = [
        f"·{name}·" if block.name == "characters" else name
        for block in found.blocks
        for name in block.columns
    ]
    return names, found.weights[:, found.classes.index(chosen)], chosen
