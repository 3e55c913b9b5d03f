"""The names of sides, collected from a library of countries and from stance's own list."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources

from stance.tokens import Gazetteer


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
    names = _country_names()
    exact: set[str] = set()
    dropped: set[str] = set()
    with resources.files("stance").joinpath("data/sides.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            {"any case": names, "exact case": exact, "not a side": dropped}[row["match"]].add(row["name"])
    return Gazetteer(names - exact - dropped, exact)


def _country_names() -> set[str]:
    from countryinfo import all_countries

    found: set[str] = set()
    for country in all_countries():
        facts = country.info()
        demonyms = (facts.get("demonym") or "").replace("/", ",").split(",")
        capital = facts.get("capital") or ()
        for name in (facts["name"], *([capital] if isinstance(capital, str) else capital), *demonyms):
            # A comma turns a name round ("Palestine, State of").
            if name.strip() and "," not in name:
                found |= _inflections(name.strip())
    return found


def _inflections(name: str) -> set[str]:
    """List a name with its plural: an Israeli, Israelis.

    >>> sorted(_inflections("Israeli"))
    ['Israeli', 'Israelis']
    """
    return {name} if name.endswith(("s", "ese", "ish", "ch")) else {name, name + "s"}
