"""Quoted, attributed or the text's own voice."""

import csv
import io

import pytest

from stance.data import read_data
from stance.text.voices import VOICES, find_voice


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("“The lamp must be lit again before the herring come,” said the north keeper.", "quoted"),
        ('"The lamp must be lit again before the herring come," said the north keeper.', "quoted"),
        ("'The keeper's lamp must be lit before the herring come,' said the pilot.", "quoted"),
        (
            "''The lamp must be lit again before the herring come,'' said the north keeper.",
            "quoted",
        ),
        (
            "“The lamp must be lit again. The guns can wait, as they have waited before",
            "quoted",
        ),  # goes on in the next paragraph
        ("The north keeper said that the “paper truce” would not hold until spring.", "attributed"),
        ("According to the harbour office, forty boats were counted.", "attributed"),
        (
            "The guild urged the two lighthouses to stop. It has three hundred members.",
            "attributed",
        ),
        ("The council rejected a truce by nine to two.", "attributed"),
        ("The pilots, warning of mines, stayed ashore.", "attributed"),
        (
            "The truce began at noon. Both keepers had signed, and the guns fell silent.",
            "own voice",
        ),
        (
            "A motion calling for a truce lies before the council, which meets on Tuesday.",
            "own voice",
        ),
        ("I have argued for a truce since the spring, and so did my brother.", "own voice"),
        ("We urged the keepers to stop.", "own voice"),
        (
            "The keepers’ lamps and the pilots’ boats are all that is left of Mr. Vane’s harbour.",
            "own voice",
        ),
        (
            "The truce holds. The boats are out. The market is open again on both shores. One pilot said so.",
            "own voice",
        ),
        ("", "own voice"),
        ("“", "own voice"),
    ],
)
def test_voices(text: str, voice: str) -> None:
    assert find_voice(text) == voice


def test_an_abbreviation_ends_no_sentence() -> None:
    assert (
        find_voice(
            "Dr. Vane of the U.S. Lighthouse Board and Gen. Orme said on Oct. 3 that it would hold. It did."
        )
        == "attributed"
    )


def test_any_text_has_a_voice() -> None:
    for text in ("'a " * 5_000, "“" * 5_000, "said " * 5_000, "U.S. " * 5_000, "\x00\ud800‘’'\""):
        assert find_voice(text) in VOICES


def test_every_reporting_word_has_a_reason_and_works() -> None:
    rows = list(csv.DictReader(io.StringIO(read_data("reporting.csv"))))
    assert {row["kind"] for row in rows} == {"says", "asks", "judges", "frames"}
    assert all(row["reason"] for row in rows)
    for row in rows:
        assert find_voice(f"The keeper, {row['words']} the lamp.") == "attributed"
