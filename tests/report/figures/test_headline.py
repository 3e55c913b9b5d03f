"""The shares in words."""

import numpy as np
import pytest
from html_tree import read_html, text_of

from stance.report.charts import Point
from stance.report.figures.estimates import WHOLE, Estimated, ShareSource
from stance.report.figures.headline import headline

LABELS = ("neutral", "opposed", "pro-ceasefire")


def said(points: list[Point], source: ShareSource, unit: str = "paragraph") -> str:
    return text_of(read_html(headline("stance", LABELS, points, source, unit)))


def test_counted_shares_are_called_raw_and_have_no_interval() -> None:
    assert said([Point(0.2), Point(0.5), Point(0.3)], ShareSource()) == (
        "Positions conveyed: as counted, 50% of the paragraphs are opposed, 30% pro-ceasefire and "
        "20% neutral. Raw: no reader has checked them, so there is no interval."
    )


def test_estimates_come_with_their_interval() -> None:
    source = ShareSource(
        kind="estimated", estimates={WHOLE: Estimated(np.zeros((3, 3)), 120, "calibrated")}
    )
    points = [Point(0.2, 0.6, 0.5, 0.7), Point(0.5, 0.3, 0.2, 0.4), Point(0.3, 0.1, 0.05, 0.15)]
    assert said(points, source) == (
        "Positions conveyed: an estimated 60% of the paragraphs are neutral (95% interval 50% to "
        "70%), 30% opposed (20% to 40%) and 10% pro-ceasefire (5% to 15%). "
        "From 120 paragraphs drawn and read."
    )


def test_articles_are_named_as_the_unit() -> None:
    words = said([Point(1.0), Point(0.0), Point(0.0)], ShareSource(), "article")
    assert "100% of the articles, each counted as one, are neutral" in words


@pytest.mark.parametrize("label", ["<b>", "a & b"])
def test_labels_stay_text(label: str) -> None:
    html = headline("topic", [label], [Point(1.0)], ShareSource(), "paragraph")
    assert text_of(read_html(html)).startswith(
        f"Labels of topic: as counted, 100% of the paragraphs are {label}."
    )
