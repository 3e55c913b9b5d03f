"""Plots of shares show what the labels are."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import stance
from stance import plots
from stance.inference.shares import measure_shares
from stance.model import Model
from stance.show.styles import STYLES

mpl = pytest.importorskip("matplotlib", reason="needs matplotlib, of the extra plot")
mpl.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402  # after the backend is chosen
from matplotlib.colors import to_hex  # noqa: E402
from plotted import texts_of, ticks_of  # noqa: E402


def test_shares_are_drawn_as_they_are(labelled: pd.DataFrame) -> None:
    axes = plots.plot_shares(labelled)
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(
        [100 * 6 / 9, 100 * 2 / 9, 100 / 9]
    )
    assert ticks_of(axes.yaxis) == ["neutral", "opposed", "pro-ceasefire"]
    assert axes.get_title() == "Positions conveyed, 9 labelled paragraphs"
    assert texts_of(axes) == ["67%", "22%", "11%"]
    for bar, name in zip(axes.patches, ticks_of(axes.yaxis), strict=True):
        assert to_hex(bar.get_facecolor()).upper() == STYLES[name].colour
        assert bar.get_hatch() == STYLES[name].hatch


def test_shares_of_counts_and_with_intervals_of_ones_own() -> None:
    axes = plots.plot_shares(
        {"no": 3, "yes": 1}, {"no": (0.5, 0.9), "yes": (0.1, 0.5)}, head="charged"
    )
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([75, 25])
    assert [line.get_xdata() for line in axes.lines] == [
        pytest.approx([50, 90]),
        pytest.approx([10, 50]),
    ]
    assert axes.get_title() == "Labels of charged, 4 labelled paragraphs"


def test_shares_by_a_column_have_bars_for_each_value_and_its_count(labelled: pd.DataFrame) -> None:
    axes = plots.plot_shares(labelled, by="paper")
    assert len(axes.patches) == 6
    assert ticks_of(axes.yaxis) == ["Tern\nn = 5", "Gull\nn = 4"]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([80, 20, 0, 50, 25, 25])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "neutral",
        "opposed",
        "pro-ceasefire",
    ]
    gaps = plots.plot_shares(labelled.assign(paper=["Gull"] * 5 + [None] * 5), by="paper")
    assert ticks_of(gaps.yaxis) == ["(none)\nn = 5", "Gull\nn = 4"]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda frame: plots.plot_shares(frame, by="outlet"),
            "there is no column 'outlet'; the columns are ['row', 'stance', 'paper', 'date'].",
        ),
        (
            lambda frame: plots.plot_shares(frame, documents="id"),
            "there is no column 'id'; the columns are ['row', 'stance', 'paper', 'date'].",
        ),
        (
            lambda frame: plots.plot_shares(frame[frame["stance"].isna()]),
            "column 'stance' must hold a label; all 1 rows have none. See their `status`.",
        ),
        (
            lambda _: plots.plot_shares({"a": 0}),
            "`counts` must count at least one paragraph; got none. Leave out what is empty.",
        ),
        (
            lambda _: plots.plot_shares({"a": 1}, {"b": (0, 1)}),
            "`intervals` must hold one per label ['a']; got ['b'].",
        ),
        (
            lambda _: plots.plot_shares({"a": 1}, by="paper"),
            "`by` must come with a frame and without `intervals`; got 'paper' with counts or `intervals`. Leave one out.",
        ),
        (
            lambda frame: plots.plot_timeline(frame, date="paper"),
            "column 'paper' must hold dates; got 'Gull' in row 1. Write it as 2024-04-30, or leave it empty.",
        ),
        (
            lambda frame: plots.plot_timeline(frame, period="month"),
            "`period` must be one of ['D', 'W', 'M', 'Q', 'Y']; got 'month'.",
        ),
        (
            lambda frame: plots.plot_timeline(frame.assign(date=None)),
            "some paragraph must have both a label and a date; none has. Name the column of dates; got 'date'.",
        ),
    ],
)
def test_what_cannot_be_drawn_says_why(draw, message: str, labelled: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(stance.InputError) as error:
        draw(labelled)
    assert str(error.value) == message


def test_intervals_reflect_that_paragraphs_of_one_document_are_alike() -> None:
    frame = pd.DataFrame(
        {"stance": ["opposed"] * 20 + ["neutral"] * 20, "row": np.arange(40) // 10}
    )
    whole, apart = (
        plots.plot_shares(frame, documents=documents).lines[0].get_xdata()
        for documents in ("row", None)
    )
    assert whole[0] < apart[0] < 50 < apart[1] < whole[1]
    shares = measure_shares(
        frame["stance"].tolist(), ["neutral", "opposed"], documents=frame["row"].tolist()
    )
    assert list(whole) == pytest.approx([100 * shares.low[0], 100 * shares.high[0]])


def test_a_timeline_has_a_point_a_period_and_a_gap_where_there_is_nothing(
    labelled: pd.DataFrame,
) -> None:
    axes = plots.plot_timeline(labelled)
    neutral, opposed, _ = (np.asarray(line.get_ydata()) for line in axes.lines)
    np.testing.assert_allclose(neutral, [50, np.nan, np.nan, 75])
    np.testing.assert_allclose(opposed, [25, np.nan, np.nan, 25])
    (strip,) = axes.child_axes
    assert [bar.get_height() for bar in strip.patches] == [4, 0, 0, 4]
    assert ticks_of(strip.xaxis) == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert (
        axes.get_title()
        == "Positions conveyed over time, 8 labelled paragraphs; 1 more have no date"
    )


def test_plots_draw_into_the_axes_given_and_leave_settings_alone(
    labelled: pd.DataFrame, small: Model
) -> None:
    before = dict(mpl.rcParams)
    axes = plt.subplots(1, 3)[1]
    assert plots.plot_shares(labelled, ax=axes[0]) is axes[0]
    assert plots.plot_timeline(labelled, ax=axes[1]) is axes[1]
    assert plots.plot_features(small, ax=axes[2]) is axes[2]
    assert dict(mpl.rcParams) == before
    assert len(plt.get_fignums()) == 1


def test_without_matplotlib_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from stance import errors, plots\n"
        "try: plots.plot_shares({'a': 1})\n"
        "except errors.StanceError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (
        done.stdout.strip()
        == 'a plot needs the package matplotlib; it is not installed. pip install "stance-tone[plot]"'
    )
