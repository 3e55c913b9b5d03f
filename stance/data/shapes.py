"""Check the types of what was read from JSON: models, counts and records may come from anyone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_MAX_COUNT: Final = 2**53  # a larger whole number is none that somebody counted


def check_shape(value: Any, shape: Any, name: str, *, whole: bool = False) -> None:
    """Raise ValueError unless a JSON value has a shape.

    Parameters
    ----------
    value : object
        What `json.loads` returned.
    shape : type, list, tuple or dict
        ``float`` takes finite whole numbers too; ``[str]`` is a list of str; ``(str,)`` a str or
        None; ``{str: int}`` a dict whose values are all int; ``{"text": str}`` a dict in which
        "text", if it is there, is a str. Keys that the shape does not have may hold anything.
    name : str
        What messages call the value.
    whole : bool, default=False
        Whether all keys of the shape must be there.

    Examples
    --------
    >>> check_shape({"a": [1, 2]}, {str: [float]}, "figures")
    >>> check_shape({"a": [1, None]}, {str: [float]}, "figures")
    Traceback (most recent call last):
    ValueError: figures.a[1] is no finite number
    """
    if isinstance(shape, tuple):
        if value is not None:
            check_shape(value, shape[0], name, whole=whole)
    elif isinstance(shape, list):
        _check_type(value, list, name)
        is_plain = shape[0] is str and {*map(type, value)} <= {str}  # thousands, at every start
        for index, item in enumerate(() if is_plain else value):
            check_shape(item, shape[0], f"{name}[{index}]", whole=whole)
    elif isinstance(shape, Mapping):
        _check_type(value, dict, name)
        missing = [key for key in shape if key is not str and key not in value] if whole else []
        if missing:
            raise ValueError(f"{name} lacks {missing[0]!r}")
        for key, item in value.items():
            if key in shape or str in shape:
                inner = shape.get(key, shape.get(str))
                check_shape(item, inner, f"{name}.{key:.40}", whole=whole)
    elif shape is float:
        if type(value) not in (int, float) or not abs(value) <= _MAX_COUNT:
            raise ValueError(f"{name} is no finite number")
    else:
        _check_type(value, shape, name)
        if shape is int and not 0 <= value <= _MAX_COUNT:
            raise ValueError(f"{name} is no count")


def _check_type(value: Any, wanted: type, name: str) -> None:
    if type(value) is not wanted:
        raise ValueError(f"{name} is {type(value).__name__}")
