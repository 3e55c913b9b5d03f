"""What plots take from a labelled frame, and how they name it."""

import pandas as pd
import pytest

from stance.errors import InputError
from stance.show.plot_parts import Group, draw_counts, groups_of, labels_of, make_axes, periods_of

FRAME = pd.DataFrame(
    {
        "stance": ["opposed", None, "neutral", "neutral", "opposed"],
        "paper": ["Gull", "Gull", "Tern", None, "Tern"],
        "date": ["2024-04-08", "2024-04-14T10:00:00Z", "2024-04-15", None, " "],
    }
)


def test_labels_are_the_categories_or_else_the_values() -> None:
    assert labels_of(FRAME, "stance") == ["neutral", "opposed"]
    categories = ["opposed", "torn", "neutral"]
    coded = FRAME.assign(stance=pd.Categorical(FRAME["stance"], categories=categories))
    assert labels_of(coded, "stance") == categories


def test_groups_come_largest_first_and_rows_without_a_value_are_one() -> None:
    assert groups_of(FRAME, "stance", "paper") == [
        Group("Tern", ["neutral", "opposed"]),
        Group("Gull", ["opposed"]),
        Group("(none)", ["neutral"]),
    ]
    assert groups_of(FRAME, "stance", None) == [
        Group("", ["opposed", "neutral", "neutral", "opposed"])
    ]


def test_periods_are_numbered_without_gaps_and_empty_cells_have_none() -> None:
    weeks = periods_of(FRAME, "date", "W")
    assert weeks.isna().tolist() == [False, False, False, True, True]
    assert (weeks[:3] - weeks[0]).tolist() == [0, 0, 1]


def test_a_date_that_may_be_either_of_two_days_is_refused() -> None:
    with pytest.raises(InputError) as error:
        periods_of(FRAME.assign(date="03/04/2024"), "date", "M")
    assert str(error.value) == (
        "column 'date' must hold dates; got '03/04/2024' in row 1. Write it as 2024-04-30, or leave it empty."
    )


def test_a_long_timeline_names_few_periods() -> None:
    mpl = pytest.importorskip("matplotlib", reason="needs matplotlib, of the extra plot")
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    axes = make_axes(None, (4, 3))
    times = pd.Series(range(600, 630)).to_numpy()
    draw_counts(axes, times, [1] * 30, "date", "M")
    (strip,) = axes.child_axes
    names = [label.get_text() for label in strip.get_xticklabels()]
    assert names == [
        "2020-01",
        "2020-05",
        "2020-09",
        "2021-01",
        "2021-05",
        "2021-09",
        "2022-01",
        "2022-05",
    ]
    plt.close("all")
