"""Figures on a terminal are aligned and rounded."""

import numpy as np
import pandas as pd

from stance.show.figure_table import figure_lines


def test_shares_are_percentages_with_one_decimal() -> None:
    frame = pd.DataFrame(
        {
            "outlet": ["Bell", "", None],
            "head": "stance",
            "label": ["opposed", "pro-ceasefire", "neutral"],
            "share": [0.0512, 0.5, np.nan],
            "low": [0.01, 0.4449, np.nan],
            "high": [0.1, 0.6, np.nan],
            "n": [40, 1040, 3],
            "estimator": ["PPI++", "calibrated", "none: fewer than 10 annotated"],
        }
    )
    assert "\n".join(figure_lines(frame)) == (
        "outlet   label          share    95% interval      n  estimator\n"
        "Bell     opposed         5.1%   1.0% to 10.0%     40  PPI++\n"
        "(empty)  pro-ceasefire  50.0%  44.5% to 60.0%  1,040  calibrated\n"
        "(empty)  neutral            -               -      3  none: fewer than 10 annotated\n"
        "head: stance"
    )


def test_differences_are_in_points() -> None:
    frame = pd.DataFrame(
        {
            "head": "stance",
            "label": "opposed",
            "group": ["Bell", "Bell"],
            "other": ["Lamp", "Gull"],
            "difference": [0.0731, -0.25],
            "low": [-0.016, -0.4],
            "high": [0.16, -0.1],
            "p_value": [0.0449, 0.00001],
            "n": 40,
            "n_other": 41,
            "estimator": "PPI++",
        }
    )
    assert "\n".join(figure_lines(frame)) == (
        "label    group  other    difference    95% interval  p_value   n  n_other\n"
        "opposed  Bell   Lamp    +7.3 points   -1.6 to +16.0    0.045  40       41\n"
        "opposed  Bell   Gull   -25.0 points  -40.0 to -10.0   <0.001  40       41\n"
        "head: stance\n"
        "estimator: PPI++"
    )


def test_coefficients_have_three_decimals() -> None:
    frame = pd.DataFrame(
        {
            "term": ["intercept", "outlet[Lamp]"],
            "coefficient": [0.25, -0.03112],
            "low": [0.2, -0.1],
            "high": [0.3, 0.04],
            "p_value": [0.0, 0.4],
            "detectable": [0.07, 0.1],
            "n": 80,
            "estimator": "linear, predict-then-debias",
        }
    )
    assert "\n".join(figure_lines(frame)) == (
        "term          coefficient      95% interval  p_value  detectable   n\n"
        "intercept          +0.250  +0.200 to +0.300   <0.001       0.070  80\n"
        "outlet[Lamp]       -0.031  -0.100 to +0.040    0.400       0.100  80\n"
        "estimator: linear, predict-then-debias"
    )
