"""Plots of labels and figures: each draws into an Axes and returns it.

They need matplotlib (``pip install "stance-tone[plot]"``), show nothing by themselves, and leave
its settings alone.
"""

from stance.plots.quality import (
    plot_confusion,
    plot_features,
    plot_learning_curve,
    plot_reliability,
)
from stance.plots.shares import plot_shares, plot_timeline

__all__ = [
    "plot_confusion",
    "plot_features",
    "plot_learning_curve",
    "plot_reliability",
    "plot_shares",
    "plot_timeline",
]
