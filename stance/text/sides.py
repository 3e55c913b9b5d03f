"""The names of sides, collected from a library of countries and from stance's own list.

- The package `countryinfo` gives countries, demonyms with their plurals, and capitals. They match
  in any casing, except for names that begin with a direction: "northern Cyprus" may be the north of
  a country, Northern Cyprus is not.
- ``stance/data/sides.csv`` gives peoples, armed groups, parties, leaders, and cities and regions at
  war. Its column `match` is "any case"; "exact case" for names that are also words, which wins over
  "any case"; or "not a side" for a name that `countryinfo` gives and that is not to be masked.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from stance.data import read_data
from stance.text.tokens import Gazetteer

_DIRECTION: Final = re.compile(r"(?:north|south|east|west)(?:ern)? ", re.IGNORECASE)
_NO_PLURAL: Final = ("s", "ese", "ish", "ch")  # the Swiss, Chinese, British, French


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """Collect the names that are masked before any feature is made.

    Returns
    -------
    Gazetteer
        Names that are also English words match in their own casing only.
    """
    names = {*_country_names(), *_capitals()}
    exact = {name for name in names if _DIRECTION.match(name)}
    dropped: set[str] = set()
    by_match = {"any case": names, "exact case": exact, "not a side": dropped}
    for row in _own_list():
        by_match[row["match"]].add(row["name"])
    return Gazetteer(names - exact - dropped, exact)


def load_places() -> frozenset[str]:
    """Collect the masked names that are cities and regions, in lower case: places, not sides."""
    own = (row["name"] for row in _own_list() if row["group"] == "place at war")
    return frozenset(name.casefold() for name in (*own, *_capitals()))


def _own_list() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_data("sides.csv"))))


def _country_names() -> Iterator[str]:
    from countryinfo import all_countries

    for country in all_countries():
        facts = country.info()
        demonyms = (facts.get("demonym") or "").replace("/", ",").split(",")
        for name in (facts["name"], *demonyms):
            # A comma stands in an inverted name ("Palestine, State of").
            if name.strip() and "," not in name:
                yield from _inflections(name.strip())


def _capitals() -> Iterator[str]:
    from countryinfo import all_countries

    for country in all_countries():
        capital = country.info().get("capital") or ()
        yield from [capital] if isinstance(capital, str) else capital


def _inflections(name: str) -> set[str]:
    """List a name with its plural: an Israeli, Israelis.

    >>> sorted(_inflections("Israeli")), sorted(_inflections("Swiss"))
    (['Israeli', 'Israelis'], ['Swiss'])
    """
    return {name} if name.endswith(_NO_PLURAL) else {name, name + "s"}
