"""The names of sides, collected from a library of countries and from stance's own list."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Final

from stance.text.tokens import Gazetteer

# "northern Cyprus" may be the north of a country, Northern Cyprus is not.
_COMPASS: Final = re.compile(r"(?:north|south|east|west)(?:ern)? ", re.IGNORECASE)


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """Collect the names that are masked before any feature is made.

    Countries, their other names, demonyms and capitals come from the `countryinfo` package; peoples, armed groups,
    parties, leaders, cities and regions at war from ``stance/data/sides.csv``.

    Returns
    -------
    Gazetteer
        Names that are also English words match in their own casing only.
    """
    names = {*_country_names(), *_capitals()}
    exact: set[str] = set()
    dropped: set[str] = set()
    exact |= {name for name in names if _COMPASS.match(name)}
    for row in _own_list():
        {"any case": names, "exact case": exact, "not a side": dropped}[row["match"]].add(
            row["name"]
        )
    return Gazetteer(names - exact - dropped, exact)


def load_places() -> frozenset[str]:
    """Collect the masked names that are cities and regions, in lower case: places, not sides."""
    own = (row["name"] for row in _own_list() if row["group"] == "place at war")
    return frozenset(name.casefold() for name in (*own, *_capitals()))


def _own_list() -> list[dict[str, str]]:
    with resources.files("stance").joinpath("data/sides.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _country_names() -> Iterator[str]:
    from countryinfo import all_countries

    for country in all_countries():
        facts = country.info()
        demonyms = (facts.get("demonym") or "").replace("/", ",").split(",")
        for name in (facts["name"], *demonyms):
            # A comma turns a name round ("Palestine, State of").
            if name.strip() and "," not in name:
                yield from _inflections(name.strip())


def _capitals() -> Iterator[str]:
    from countryinfo import all_countries

    for country in all_countries():
        capital = country.info().get("capital") or ()
        yield from [capital] if isinstance(capital, str) else capital


def _inflections(name: str) -> set[str]:
    """List a name with its plural: an Israeli, Israelis.

    >>> sorted(_inflections("Israeli"))
    ['Israeli', 'Israelis']
    """
    return {name} if name.endswith(("s", "ese", "ish", "ch")) else {name, name + "s"}
