"""Plots of shares show what the labels are."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import stance
from stance import plots
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


def test_counted_shares_have_no_interval_and_are_called_raw(labelled: pd.DataFrame) -> None:
    axes = plots.plot_shares(labelled)
    assert axes.get_xlabel() == "share of the paragraphs (%), raw: as counted"
    assert all(np.isnan(line.get_xdata()).all() for line in axes.lines)
    timeline = plots.plot_timeline(labelled)
    assert timeline.get_ylabel() == "share (%), raw: as counted"


@pytest.fixture
def print_() -> pd.DataFrame:
    """400 labelled paragraphs of two papers and two months."""
    rows = np.arange(400)
    return pd.DataFrame(
        {
            "paragraph_id": [f"{row}:0-9" for row in rows],
            "stance": np.where(rows % 4 == 0, "opposed", "neutral"),
            "paper": np.where(rows % 2, "Gull", "Tern"),
            "date": np.where(rows < 200, "2024-01-03", "2024-02-03"),
            "status": "labelled",
        }
    )


def test_with_annotated_paragraphs_shares_and_intervals_are_the_estimated_ones(
    print_: pd.DataFrame,
) -> None:
    read = print_.sample(120, random_state=0)
    read["stance"] = np.where(read.index % 5 == 0, "opposed", "neutral")
    shares = stance.estimate_shares(print_, read, head="stance", design="random")
    axes = plots.plot_shares(print_, annotated=read, design="random")
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(100 * shares["share"])
    ends = [list(line.get_xdata()) for line in axes.lines]
    assert np.ravel(ends) == pytest.approx(100 * shares[["low", "high"]].to_numpy().ravel())
    assert axes.get_xlabel() == "share of the paragraphs (%), with 95% intervals"
    assert axes.get_title() == "Positions conveyed, 120 annotated paragraphs"
    same = plots.plot_shares(shares)
    assert [bar.get_width() for bar in same.patches] == pytest.approx(100 * shares["share"])
    by = plots.plot_shares(print_, annotated=read, design="random", by="paper")
    assert [name.split("\n")[0] for name in ticks_of(by.yaxis)] == ["Gull", "Tern"]
    timeline = plots.plot_timeline(print_, annotated=read, design="random")
    assert timeline.get_ylabel() == "share (%), with 95% intervals"
    by_month = stance.estimate_shares(
        print_.assign(month=print_["date"].str[:7]), read, "month", head="stance", design="random"
    )
    neutral = by_month[by_month["label"] == "neutral"]
    np.testing.assert_allclose(timeline.lines[0].get_ydata(), 100 * neutral["share"])


def test_the_axis_ends_at_the_data() -> None:
    axes = plots.plot_shares({"a": 1, "b": 1, "c": 1, "d": 1})
    assert axes.get_xlim() == pytest.approx((0, 27.5))


def test_shares_of_several_groups_need_their_column(print_: pd.DataFrame) -> None:
    shares = stance.estimate_shares(print_, by="paper", head="stance")
    with pytest.raises(stance.InputError) as error:
        plots.plot_shares(shares)
    assert str(error.value) == (
        "there must be one share per label; got 4 rows for 2 labels. "
        "Pass `by`, the column of their groups."
    )
    with pytest.raises(stance.InputError) as error:
        plots.plot_shares(shares, head="tone")
    assert str(error.value) == (
        "`head` must be among ['stance'], whose shares these are; got 'tone'."
    )


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
