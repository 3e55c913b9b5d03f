"""How labels look: each label of a head in its own way, the same way everywhere."""

import itertools
import re

import numpy as np
import pytest

from stance.labels import STANCES, TONES
from stance.show.styles import LETTERS, SPARE, STYLES, label_styles, style_sheet

# How red, green and blue light look to readers without one kind of cone.
# Machado, Oliveira and Fernandes (2009), severity 1.
CONES = {
    "red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE, DARK_PAPER = "#FFFFFF", "#16191D"
TABLE = [STYLES["neutral"], *SPARE]


def light_of(colour: str) -> np.ndarray:
    """Return the linear red, green and blue of #RRGGBB."""
    parts = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""
    lights = sorted(float(TO_XYZ[1] @ light_of(colour)) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def lab(light: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b*, in which 2 is a difference that can just be seen."""
    ratios = TO_XYZ @ np.clip(light, 0, 1) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(ratios > 0.008856, np.cbrt(ratios), 7.787 * ratios + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize(
    "labels",
    [
        STANCES,
        TONES,
        ("neutral", "against", "favor", "pro-ceasefire"),
        ("no", "yes", "perhaps"),
        [*STYLES, "new"],
        [f"topic {number}" for number in range(40)],
    ],
    ids=["stances", "tones", "known and new", "new", "all of the table", "forty"],
)
def test_no_two_labels_of_a_head_look_the_same(labels: tuple[str, ...]) -> None:
    styles = label_styles(labels).values()
    assert len({(style.shape, style.number) for style in styles}) == len(labels)
    assert len({(style.colour, style.hatch, style.marker) for style in styles}) == len(labels)


def test_labels_of_a_head_differ_in_grey_and_in_ascii_too() -> None:
    for field in ("shape", "letter", "hatch", "marker", "number", "colour", "terminal"):
        assert len({getattr(style, field) for style in TABLE}) == len(TABLE), field
    assert all(letter.isascii() for letter in LETTERS.values())


def test_a_label_keeps_its_style_beside_others() -> None:
    assert label_styles(["opposed", "new"])["opposed"] == label_styles(STANCES)["opposed"]


@pytest.mark.parametrize("style", TABLE, ids=lambda style: style.shape)
def test_colours_stand_out_from_their_background(style) -> None:  # type: ignore[no-untyped-def]
    assert contrast(style.colour, WHITE) >= 3
    assert contrast(style.dark_colour, DARK_PAPER) >= 3


@pytest.mark.parametrize("field", ["colour", "dark_colour"])
@pytest.mark.parametrize("cone", CONES)
def test_grey_is_no_colour_to_the_colour_blind_either(cone: str, field: str) -> None:
    seen = [lab(CONES[cone] @ light_of(getattr(style, field))) for style in TABLE]
    assert min(np.linalg.norm(seen[0] - other) for other in seen[1:]) > 15


def test_the_style_sheet_has_the_colours_of_the_table() -> None:
    rules = dict(re.findall(r"\.(s-c\d) \{ --c: light-dark\((.*?)\); \}", style_sheet()))
    assert rules == {style.css_class: f"{style.colour}, {style.dark_colour}" for style in TABLE}


def test_terminal_colours_can_be_read_on_black_and_on_white() -> None:
    steps = ["00", "5F", "87", "AF", "D7", "FF"]  # of the 216 colours from 16 on
    cube = ["#" + "".join(parts) for parts in itertools.product(steps, repeat=3)]
    for style in SPARE:
        assert style.terminal is not None
        colour = cube[style.terminal - 16]
        assert min(contrast(colour, WHITE), contrast(colour, "#000000")) > 2.8
