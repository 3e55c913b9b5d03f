"""Charts as files of their own."""

import csv
import io
from xml.etree import ElementTree

from html_tree import by_class, read_html
from reported import Tables, section_of

from stance.report.charts import Point
from stance.report.figures.downloads import (
    Bar,
    parts_svg,
    save_buttons,
    share_svg,
    share_table,
    timeline_svg,
)
from stance.show.styles import STYLES

OPPOSED = STYLES["opposed"]
BARS = [
    Bar("Bell & <Co>", "opposed", OPPOSED, Point(0.2, 0.25, 0.1, 0.4)),
    Bar("Gull", "opposed", OPPOSED, Point(0.3)),
]


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter() if each.text]


def test_an_svg_stands_alone_and_says_what_it_shows() -> None:
    svg = share_svg("Positions & <tones>", BARS, "Raw: counted.")
    assert {"Positions & <tones>", "Bell & <Co>: opposed", "25% (10–40%)", "30%"} <= set(texts(svg))
    assert "Raw: counted." in texts(svg)
    assert "class=" not in svg and "style" not in svg


def test_the_axis_of_an_svg_ends_at_the_data() -> None:
    svg = ElementTree.fromstring(share_svg("", BARS, ""))
    dots = [float(each.attrib["cx"]) for each in svg.iter() if each.tag.endswith("circle")]
    assert dots[1] == 240 + 400 * 0.3 / 0.4  # the axis is 400 pixels long, up to 40%


def test_a_timeline_is_broken_where_there_is_nothing() -> None:
    point = Point(0.2, 0.2, 0.1, 0.3)
    whole, broken = (
        timeline_svg("", ["1 Apr", "2 Apr", "3 Apr"], [("opposed", OPPOSED, points)], "")
        for points in ([point, point, point], [point, None, point])
    )
    assert whole.count('stroke-width="1.5" stroke-opacity') == 2
    assert broken.count('stroke-width="1.5" stroke-opacity') == 0
    assert {"1 Apr", "3 Apr"} <= set(texts(broken))


def test_parts_of_nothing_are_drawn_too() -> None:
    svg = parts_svg("", ["own", "quoted", "other"], [("opposed", OPPOSED, [0, 0, 0])], "")
    assert "from left to right: own, quoted, other" in texts(svg)


def test_a_csv_has_what_the_chart_shows() -> None:
    rows = list(csv.DictReader(io.StringIO(share_table(BARS, "outlet"))))
    assert rows[0] == {
        "outlet": "Bell & <Co>", "label": "opposed", "counted": "0.2000", "share": "0.2500",
        "low": "0.1000", "high": "0.4000",
    }  # fmt: skip
    assert rows[1]["share"] == rows[1]["low"] == ""
    assert share_table(BARS, "").startswith("label,counted,")


def test_buttons_hold_their_files() -> None:
    tree = read_html(save_buttons("by-'x'", "<svg/>", 'a,b\n"<c>",d\n'))
    svg, table = tree.iter("button")
    assert (svg.get("data-file"), svg.get("data-content")) == ("by-'x'.svg", "<svg/>")
    assert (table.get("data-file"), table.get("data-content")) == ("by-'x'.csv", 'a,b\n"<c>",d\n')


def test_each_chart_of_a_page_can_be_saved(tables: Tables) -> None:
    page = tables.full()
    for anchor in ("shares-stance", "shares-tone", "by-0", "time", "voices"):
        assert by_class(section_of(page, anchor), "s-save"), anchor
