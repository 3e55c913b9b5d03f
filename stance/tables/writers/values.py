"""How a cell of the user's table is written as text or as JSON."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from math import isfinite, isnan
from typing import Any, Final


class _JsonEncoder(json.JSONEncoder):
    def default(self, o: Any) -> str:
        """Write what JSON does not know as text."""
        return carried_text(o)


_JSON: Final = _JsonEncoder(ensure_ascii=False, allow_nan=False)


def carried_text(value: Any) -> str:
    """Write a cell of the user's table as text: None and NaN as nothing, lists and dicts as JSON.

    >>> values = "007", None, 0.1, True, date(2020, 5, 1), [1, "a"]
    >>> [carried_text(value) for value in values]
    ['007', '', '0.1', 'true', '2020-05-01', '[1, "a"]']
    """
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (bool, list, dict)):
        return encode_json(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def encode_json(value: Any) -> str:
    """Write a value as JSON; what JSON does not know, as text.

    >>> encode_json(["é", date(2020, 5, 1), float("nan")])
    '["é", "2020-05-01", null]'
    """
    try:
        return _JSON.encode(value)
    except ValueError:  # a number that JSON does not have
        return _JSON.encode(_finite(value))


def _finite(value: Any) -> Any:
    """Replace NaN by None, and infinity by its name, at any depth.

    >>> _finite({"a": [float("nan"), float("inf"), 1.0]})
    {'a': [None, 'inf', 1.0]}
    """
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return None if isnan(value) else str(value)
    return value
