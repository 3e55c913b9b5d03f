"""Plots of how good a model is, and of what it has learned."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stance.errors import InputError
from stance.model import Model
from stance.show.plot_parts import INK, LINE, check_column, fill_of, hide_frame, make_axes
from stance.show.styles import SPARE, head_title, label_styles
from stance.training.metrics import (
    bin_probabilities,
    measure_calibration_error,
    wilson_interval,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from stance.training.classifier import ParagraphClassifier
    from stance.training.evaluation import Evaluation


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
        Each cell shows its count and its share of the row; the darker, the larger the share.

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
            f"`labels` must name each row and column of the matrix; got {names!r} for shape "
            f"{matrix.shape}."
        )
    axes = make_axes(ax, (1.6 + 1.05 * len(names), 1.3 + 0.75 * len(names)))
    totals = matrix.sum(axis=1)
    _draw_cells(axes, matrix, totals)
    axes.set_xticks(range(len(names)), names)
    counted = [f"{name}\nn = {total:,}" for name, total in zip(names, totals, strict=True)]
    axes.set_yticks(range(len(names)), counted)
    axes.set(
        xlabel="predicted",
        ylabel="annotated",
        title=f"{head_title(head)}: annotated, predicted\n(paragraphs; share of the row)",
    )
    return axes


def _draw_cells(axes: Axes, matrix: np.ndarray, totals: np.ndarray) -> None:
    shares = np.divide(matrix, totals[:, None], out=np.zeros(matrix.shape), where=matrix > 0)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        text = f"{matrix[row, column]:,}\n{share:.0%}"
        colour = "white" if share > 0.55 else "black"
        axes.text(column, row, text, ha="center", va="center", color=colour)


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
        One point per bin, with Wilson's 95% interval and, at the foot, its number of paragraphs. On
        the diagonal, labels with a probability of 80% are right 8 times in 10.

    Raises
    ------
    StanceError
        If matplotlib is not installed.
    """
    table = np.asarray(probabilities)
    bins, top, right = bin_probabilities(annotations, table, labels, n_bins=n_bins)
    error = measure_calibration_error(annotations, table, labels, n_bins=n_bins)
    axes = make_axes(ax, (5.4, 4.4))
    axes.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle="--", label="as often as said")
    points = []
    for number in np.unique(bins):
        inside = bins == number
        count, hits = int(inside.sum()), int(right[inside].sum())
        low, high = wilson_interval(hits, count)
        accuracy = hits / count
        points.append((float(top[inside].mean()), accuracy, accuracy - low, high - accuracy))
        middle = (number + 0.5) / n_bins
        axes.text(middle, 0.02, f"{count:,}", ha="center", fontsize="small", color=INK)
    x, y, below, above = np.transpose(points)
    label = f"found, with 95% intervals\n(calibration error {error:.3f})"
    axes.errorbar(
        x, y, yerr=[below, above], fmt="o-", color=LINE, ecolor=INK, capsize=3, label=label
    )
    axes.set(xlim=(bins.min() / n_bins, 1), ylim=(0, 1.03), ylabel="share of them that are right")
    axes.set(
        xlabel="probability of the label given (at the foot: paragraphs)",
        title=f"{head_title(head)}: how far to trust a probability",
    )
    axes.legend(loc="upper left", frameon=False)
    return hide_frame(axes)


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
        One row per measurement.
    size, score : str, default="labels" and "macro_f1"
        The columns of the number of paragraphs and of the score.
    by : str, optional
        A column: one line for each of its values.
    ax
        As in `plot_confusion`.

    Returns
    -------
    matplotlib.axes.Axes
        The mean at each size; where one size was measured several times, a band from the lowest to
        the highest score.

    Raises
    ------
    InputError
        If a column is not there.
    StanceError
        If matplotlib is not installed.
    """
    for column in (size, score, *([by] if by else [])):
        check_column(curve, column)
    axes = make_axes(ax, (6.4, 4.2))
    lines = curve.groupby(by, sort=False) if by else [("", curve)]
    for style, (name, line) in zip(itertools.cycle(SPARE), lines, strict=False):
        scores = line.groupby(size)[score].agg(["mean", "min", "max"])
        colour, marker = style.colour, style.marker
        axes.plot(
            scores.index, scores["mean"], color=colour, marker=marker, markersize=5, label=str(name)
        )
        axes.fill_between(
            scores.index, scores["min"], scores["max"], color=colour, alpha=0.15, linewidth=0
        )
    axes.set(
        xlabel="annotated paragraphs",
        ylabel=score.replace("_", "-").replace("macro-f1", "macro-F1"),
        title="Learning curve",
    )
    axes.grid(alpha=0.3)
    if by:
        axes.legend(loc="lower right", frameon=False)
    return hide_frame(axes)


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
        One bar per feature: what it adds to the label's logit per unit of its TF-IDF value. Words
        are stems, runs of characters stand between dots, and ``‹side›`` is any masked name.

    Raises
    ------
    InputError
        If there is no such head or label.
    StanceError
        If matplotlib is not installed.
    """
    names, weights, label = _weights(model, head, label)
    order = np.argsort(weights, kind="stable")
    n_side = min(n, len(order) // 2)
    chosen = np.concatenate([order[:n_side], order[len(order) - n_side :]])
    axes = make_axes(ax, (6.4, 1.2 + 0.22 * len(chosen)))
    style = label_styles([label])[label]
    filled = fill_of(style) | {"hatch": ""}
    hatched = {"facecolor": "white", "edgecolor": style.colour, "hatch": "////", "linewidth": 1}
    for position, feature in enumerate(chosen):
        fill = filled if weights[feature] > 0 else hatched
        axes.barh(position, weights[feature], 0.8, **fill)
    axes.set_yticks(range(len(chosen)), [names[feature] for feature in chosen])
    axes.axvline(0, color=INK, linewidth=1)
    axes.set(
        xlabel="weight in the logit (filled: for; hatched: against)",
        title=f"{head_title(head)}: what speaks for {label!r}, and against",
    )
    return hide_frame(axes)


def _weights(
    model: Model | ParagraphClassifier, head: str, label: str | None
) -> tuple[list[str], np.ndarray, str]:
    """Return the names of a head's features, their weights for one label, and that label."""
    if not isinstance(model, Model):
        from stance.training.freezing import freeze

        frozen_head = freeze(head, model, np.empty(0))
    elif head in model.labels:
        frozen_head = model.frozen.heads[head]
    else:
        raise InputError(f"`head` must be one of {list(model.labels)!r}; got {head!r}.")
    labels = frozen_head.classes
    chosen = labels[0] if label is None else label
    if chosen not in labels:
        raise InputError(f"`label` must be one of {list(labels)!r}; got {label!r}.")
    names = [
        f"·{name}·" if block.name == "characters" else name
        for block in frozen_head.blocks
        for name in block.columns
    ]
    return names, frozen_head.weights[:, labels.index(chosen)], chosen
