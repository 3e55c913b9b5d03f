"""Plots of how good a model is show what was measured."""

import numpy as np
import pandas as pd
import pytest

import stance
from stance import plots
from stance.model import Model

mpl = pytest.importorskip("matplotlib", reason="needs matplotlib, of the extra plot")
mpl.use("Agg")
from plotted import texts_of, ticks_of  # noqa: E402  # imports matplotlib


def test_a_confusion_matrix_shows_its_counts_and_row_shares(
    small: Model, lighthouse: pd.DataFrame
) -> None:
    axes = plots.plot_confusion([[3, 1], [0, 0]], ["no", "yes"])
    assert texts_of(axes) == ["3\n75%", "1\n25%", "0\n0%", "0\n0%"]
    assert ticks_of(axes.yaxis) == ["no\nn = 4", "yes\nn = 0"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "annotated")
    evaluation = stance.evaluate(small, lighthouse)["tone"]
    axes = plots.plot_confusion(evaluation, head="tone")
    assert ticks_of(axes.xaxis) == list(evaluation.labels)
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
