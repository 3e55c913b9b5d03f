"""The names of months in many languages, as babel knows them."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from typing import Final

_LOCALES: Final = (
    *("es", "fr", "de", "it", "pt", "ca", "nl", "sv", "da", "nb", "fi", "pl", "cs", "hr", "ro"),
    *("hu", "tr", "id", "vi", "sw", "ru", "uk", "bg", "sr", "ar", "ar_LB", "fa", "ur", "el"),
    *("he", "hi"),
)


def month_of(name: str) -> int | None:
    """Return the number of a month by its name, long or short, in one of thirty languages.

    None for other words, for a name of two months (*listopad* is October in Croatian and November
    in Polish), and where babel is not installed.
    """
    return _load_months().get(name.casefold())


@lru_cache(maxsize=1)
def _load_months() -> dict[str, int]:
    if importlib.util.find_spec("babel") is None:
        return {}
    from babel.dates import get_month_names

    months: dict[str, set[int]] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    months.setdefault(name.casefold().rstrip("."), set()).add(number)
    return {name: numbers.pop() for name, numbers in months.items() if len(numbers) == 1}
