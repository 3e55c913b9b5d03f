"""What a reader sees in a plot is what the data say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import stance
from stance import plots
from stance.model import Model
from stance.show.styles import STYLES
from stance.training.metrics import measure_shares

mpl = pytest.importorskip("matplotlib", reason="needs matplotlib, of the extra plot")
mpl.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402  # after the backend is chosen
from matplotlib.colors import to_hex  # noqa: E402


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def labelled() -> pd.DataFrame:
    """Ten paragraphs of four documents, one paragraph without a label and one without a date."""
    stances = [
        "opposed",
        "neutral",
        "neutral",
        None,
        "pro-ceasefire",
        "neutral",
        "opposed",
        "neutral",
        "neutral",
        "neutral",
    ]
    return pd.DataFrame(
        {
            "row": [0, 0, 0, 1, 1, 2, 2, 3, 3, 3],
            "stance": pd.Categorical(stances, categories=["neutral", "opposed", "pro-ceasefire"]),
            "paper": ["Gull"] * 5 + ["Tern"] * 5,
            "date": ["2024-01-03"] * 3 + ["2024-01-30"] * 2 + ["2024-04-01"] * 4 + [None],
        },
        index=[7] * 10,
    )


def texts_of(axes) -> list[str]:  # type: ignore[no-untyped-def]
    return [text.get_text() for text in axes.texts]


def ticks_of(axis) -> list[str]:  # type: ignore[no-untyped-def]
    return [label.get_text() for label in axis.get_ticklabels()]


def test_a_confusion_matrix_shows_its_counts_and_row_shares(
    small: Model, lighthouse: pd.DataFrame
) -> None:
    axes = plots.plot_confusion([[3, 1], [0, 0]], ["no", "yes"])
    assert texts_of(axes) == ["3\n75%", "1\n25%", "0\n0%", "0\n0%"]
    assert ticks_of(axes.yaxis) == ["no\nn = 4", "yes\nn = 0"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "annotated")
    found = stance.evaluate(small, lighthouse)["tone"]
    axes = plots.plot_confusion(found, head="tone")
    assert ticks_of(axes.xaxis) == list(found.labels)
    assert len(axes.texts) == 25
    assert axes.get_title().startswith("Tones conveyed")


def test_labels_must_fit_the_matrix() -> None:
    with pytest.raises(
        stance.InputError,
        match=r"^`labels` must name each row and column of the matrix; got \['no'\] for shape \(2, 2\)\.$",
    ):
        plots.plot_confusion(np.eye(2), ["no"])


def test_a_reliability_diagram_draws_each_bin_where_it_was_found() -> None:
    probabilities = np.asarray([[0.95, 0.05]] * 4 + [[0.65, 0.35]] * 2)
    axes = plots.plot_reliability(
        ["no", "no", "no", "yes", "no", "yes"], probabilities, ["no", "yes"]
    )
    x, y = axes.lines[1].get_data()
    assert np.asarray(x).tolist() == pytest.approx([0.65, 0.95])
    assert np.asarray(y).tolist() == pytest.approx([0.5, 0.75])
    assert texts_of(axes) == ["2", "4"]
    assert (
        "calibration error 0.183" in axes.get_legend_handles_labels()[1][1]
    )  # 2/6 * 0.15 + 4/6 * 0.20


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


def test_what_cannot_be_drawn_says_why(labelled: pd.DataFrame) -> None:
    with pytest.raises(
        stance.InputError,
        match=r"^there is no column 'outlet'; the columns are \['row', 'stance', 'paper', 'date'\]\.$",
    ):
        plots.plot_shares(labelled, by="outlet")
    with pytest.raises(
        stance.InputError,
        match=r"^column 'stance' must hold a label; all 1 rows have none\. See their `status`\.$",
    ):
        plots.plot_shares(labelled[labelled["stance"].isna()])
    with pytest.raises(
        stance.InputError, match=r"^`intervals` must hold one of each label \['a'\]; got \['b'\]\.$"
    ):
        plots.plot_shares({"a": 1}, {"b": (0, 1)})
    with pytest.raises(
        stance.InputError,
        match=r"^`by` must go with a frame alone; got 'paper' with counts or `intervals`\. Leave one out\.$",
    ):
        plots.plot_shares({"a": 1}, by="paper")
    with pytest.raises(
        stance.InputError,
        match=r"^column 'paper' must hold dates; got 'Gull' in row 1\. Write it as 2024-04-30, or leave it empty\.$",
    ):
        plots.plot_timeline(labelled, date="paper")
    with pytest.raises(
        stance.InputError,
        match=r"^`period` must be one of \['D', 'W', 'M', 'Q', 'Y'\]; got 'month'\.$",
    ):
        plots.plot_timeline(labelled, period="month")
    with pytest.raises(
        stance.InputError,
        match=r"^some paragraph must have both a label and a date; none has\. Name the column of dates; got 'date'\.$",
    ):
        plots.plot_timeline(labelled.assign(date=None))


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


def test_a_learning_curve_draws_means_and_the_range_of_repeats() -> None:
    curve = pd.DataFrame(
        {
            "labels": [100, 100, 200, 200],
            "macro_f1": [0.5, 0.7, 0.8, 0.8],
            "way": ["a", "a", "a", "b"],
        }
    )
    axes = plots.plot_learning_curve(curve, by="way")
    assert [np.asarray(line.get_ydata()).tolist() for line in axes.lines] == [
        pytest.approx([0.6, 0.8]),
        [0.8],
    ]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("annotated paragraphs", "macro-F1")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    assert axes.collections[0].get_paths()[0].get_extents().ymin == pytest.approx(0.5)


def test_features_are_those_of_largest_weight(small: Model) -> None:
    axes = plots.plot_features(small, label="opposed", n=5)
    head = small.frozen.heads["stance"]
    weights = np.sort(head.weights[:, head.classes.index("opposed")])
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([*weights[:5], *weights[-5:]])
    assert "opposed" in axes.get_title()
    assert "vote against" in ticks_of(axes.yaxis)


def test_features_of_a_pipeline_are_those_of_its_model(lighthouse: pd.DataFrame) -> None:
    classifier = stance.ParagraphClassifier().fit(lighthouse["text"], lighthouse["stance"])
    weights = classifier.pipeline_["classifier"].calibrated_classifiers_[0].estimator.coef_[0]
    shown = plots.plot_features(classifier, n=1).patches
    assert shown[0].get_width() / shown[1].get_width() == pytest.approx(
        weights.min() / weights.max()
    )


def test_heads_and_labels_that_are_not_there_are_named(small: Model) -> None:
    with pytest.raises(
        stance.InputError, match=r"^`head` must be one of \['stance', 'tone'\]; got 'mood'\.$"
    ):
        plots.plot_features(small, head="mood")
    with pytest.raises(
        stance.InputError,
        match=r"^`label` must be one of \['neutral', 'opposed', 'pro-ceasefire'\]; got 'torn'\.$",
    ):
        plots.plot_features(small, label="torn")


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


def test_intervals_of_documents_that_are_of_one_mind_are_wider_than_of_as_many_paragraphs() -> None:
    given = ["opposed"] * 20 + ["neutral"] * 20
    whole = measure_shares(given, ["neutral", "opposed"], groups=[at // 10 for at in range(40)])
    apart = measure_shares(given, ["neutral", "opposed"])
    assert whole[0].tolist() == apart[0].tolist() == [0.5, 0.5]
    assert whole[1][0] < apart[1][0] < 0.5 < apart[2][0] < whole[2][0]


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
