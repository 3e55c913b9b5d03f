"""What was read from JSON has the types that its readers expect."""

import re
from typing import Any

import pytest

from stance.data.shapes import check_shape

SHAPE = {"name": (str,), "rows": int, "shares": [float], "labels": {str: [str]}}
WHOLE = {"name": None, "rows": 3, "shares": [1, 0.5], "labels": {"tone": ["angry"]}, "other": {}}


def test_what_has_the_shape_passes() -> None:
    check_shape(WHOLE, SHAPE, "it", whole=True)
    check_shape({"rows": 0}, SHAPE, "it")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": 1}, "it.name is int"),
        ({"rows": True}, "it.rows is bool"),
        ({"rows": -1}, "it.rows is no count"),
        ({"rows": 10**400}, "it.rows is no count"),
        ({"shares": [float("nan")]}, "it.shares[0] is no finite number"),
        ({"shares": None}, "it.shares is NoneType"),
        ({"labels": {"tone": [None]}}, "it.labels.tone[0] is NoneType"),
    ],
)
def test_another_type_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_shape(WHOLE | change, SHAPE, "it", whole=True)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match=r"^it lacks 'rows'$"):
        check_shape({"name": "a"}, SHAPE, "it", whole=True)
