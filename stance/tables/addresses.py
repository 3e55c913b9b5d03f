"""The address of a table in a database: a SQLAlchemy URL that also names the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from stance.errors import InputError
from stance.optional import load_extra

if TYPE_CHECKING:
    import sqlalchemy as sa

_DRIVERS: Final = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
# What an address may tell the driver. Any other parameter is refused: SQLAlchemy has one, "plugin",
# that loads code, and SQLite's can open other files.
_DRIVER_PARAMETERS: Final = {
    "sqlite": (),
    "postgresql+psycopg": (
        "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword",
        "passfile", "connect_timeout", "application_name",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """The address of a table.

    Attributes
    ----------
    url : sqlalchemy.URL
        The address of the database.
    schema : str or None
        None for the default schema of the database.
    table : str
        The name of the table, as the database has it.
    options : dict of str to str
        Other parameters of stance that the address has.
    """

    url: sa.URL
    schema: str | None
    table: str
    options: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        database = self.url.set(query={}).render_as_string(hide_password=True)
        return f"table {self.name!r} of {database}"

    @property
    def name(self) -> str:
        """The name of the table, after its schema if it has one."""
        return f"{self.schema}.{self.table}" if self.schema else self.table


def read_address(text: str, options: Sequence[str] = ()) -> Address:
    """Read the address of a table: a SQLAlchemy URL with the parameter ``table``.

    A dot separates schema and table, unless the parameter ``schema`` names the schema.

    Parameters
    ----------
    text : str
        Such as ``sqlite:///news.db?table=articles`` or
        ``postgresql://desk@host/news?table=press.articles``.
    options : sequence of str, default=()
        Other parameters of stance that the address may have. Of the driver's, those of a secured
        connection to PostgreSQL are taken (``sslmode`` and the like), and no others.

    Raises
    ------
    InputError
        If it is no address of a table, or of another kind of database. The message shows no
        password.
    """
    url = _read_url(text)
    parameters = _own_parameters(url, ("table", "schema", *options))
    if "schema" in parameters:
        schema, table = parameters.pop("schema"), parameters.pop("table")
    else:
        schema, _, table = parameters.pop("table").rpartition(".")
    database = url.difference_update_query([*parameters, "table", "schema"])
    driver = _DRIVERS[url.drivername]
    _check_parameters(database.query, _DRIVER_PARAMETERS[driver])
    return Address(database.set(drivername=driver), schema or None, table, parameters)


def _read_url(text: str) -> sa.URL:
    sqlalchemy = load_extra("sqlalchemy", "sql", "a database")
    try:
        url: sa.URL = sqlalchemy.make_url(text)
    except (sqlalchemy.exc.ArgumentError, ValueError) as error:
        raise InputError(
            "an address must be a URL such as 'sqlite:///news.db?table=articles'; this one cannot "
            "be read as a URL. Check it."
        ) from error
    kind = url.drivername
    if kind not in _DRIVERS:
        raise InputError(
            f"a database must be sqlite or postgresql; got {kind!r}. "
            "Export the table to CSV, Parquet or JSONL first."
        )
    if "@" in (url.host or ""):
        raise InputError(
            "an address must have one '@', before the host; got more. "
            "Write %40 for each in a user name or password."
        )
    if kind == "sqlite" and (url.database in (None, "", ":memory:") or "\0" in str(url.database)):
        raise InputError(
            "an SQLite database must be a file, as in 'sqlite:///news.db?table=articles'; got none."
        )
    return url


def _check_parameters(given: Iterable[str], known: Sequence[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InputError(
            f"an address must have parameters of stance, or {list(known)!r}; got {unknown[0]!r}. "
            "Leave it out."
        )


def _own_parameters(url: sa.URL, names: Sequence[str]) -> dict[str, str]:
    """Return those parameters of a URL that are stance's own, and check that each occurs once."""
    parameters = {name: value for name, value in url.query.items() if name in names}
    repeated = [name for name, value in parameters.items() if not isinstance(value, str)]
    if repeated or not parameters.get("table"):
        name, count = (repeated[0], "more") if repeated else ("table", "none")
        raise InputError(f"an address must name one {name}, as in '?table=articles'; got {count}.")
    return {name: str(value) for name, value in parameters.items()}
