"""Read what a plot says."""

from matplotlib.axes import Axes
from matplotlib.axis import Axis


def texts_of(axes: Axes) -> list[str]:
    """List the texts drawn inside the axes."""
    return [text.get_text() for text in axes.texts]


def ticks_of(axis: Axis) -> list[str]:
    """List the names at the ticks of an axis."""
    return [label.get_text() for label in axis.get_ticklabels()]
