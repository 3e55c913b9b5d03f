"""The cells of a user's table as text: nothing is rounded, and everything is valid JSON."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from stance.tables.writers.values import carried_text, encode_json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.30000000000000004"),
        (2**63, "9223372036854775808"),
        (Decimal("1E+3"), "1000"),
        (datetime(2020, 5, 1, 7, 30, tzinfo=timezone(timedelta(hours=2))), "2020-05-01T07:30:00+02:00"),
        (b"caf\xe9", "caf\\xe9"),
        ({"a": [None, float("nan")]}, '{"a": [null, null]}'),
        (float("nan"), ""),
    ],
)  # fmt: skip
def test_a_cell_is_written_in_full(value: object, text: str) -> None:
    assert carried_text(value) == text


def test_what_json_does_not_know_is_text() -> None:
    values = [float("inf"), Decimal("0.10"), datetime(2020, 5, 1), b"a", "休戦"]
    assert json.loads(encode_json(values)) == ["inf", "0.10", "2020-05-01T00:00:00", "a", "休戦"]
