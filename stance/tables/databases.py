"""Tables in SQLite and PostgreSQL, by address: which one, its key, its columns, and its rows in order."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stance.errors import InputError, TableError
from stance.optional import load_extra

if TYPE_CHECKING:
    import sqlalchemy as sa

_DRIVERS: Final = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
_ADVICE: Final = "Check the database and its address; what a run has written is whole, and resume (--resume) goes on with it."
_PATIENCE: Final = 30.0  # seconds to wait for who else writes to an SQLite file


@dataclass(frozen=True)
class Address:
    """A table's place, and what its address says besides.

    Attributes
    ----------
    url : sqlalchemy.URL
        Of the database.
    schema : str or None
        None for the database's own default.
    table : str
        The name as the database has it.
    options : dict of str to str
        Other parameters of stance.
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
        """The name, with its schema if it has one."""
        return f"{self.schema}.{self.table}" if self.schema else self.table


def read_address(text: str, options: Sequence[str] = ()) -> Address:
    """Read the address of a table: a SQLAlchemy URL with the parameter ``table``.

    A dot parts schema and table, unless the parameter ``schema`` names the schema.

    Parameters
    ----------
    text : str
        Such as ``sqlite:///news.db?table=articles`` or ``postgresql://desk@host/news?table=press.articles``.
    options : sequence of str, default=()
        Other parameters of stance that may stand there; the rest are the driver's.

    Raises
    ------
    InputError
        If it is none, or of another kind of database. The message shows no password.
    """
    sa = load_extra("sqlalchemy", "sql", "a database")
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise InputError(
            "an address must be a URL such as 'sqlite:///news.db?table=articles'; this one cannot be read as one."
        ) from error
    kind = url.get_backend_name()
    if kind not in _DRIVERS:
        raise InputError(
            f"a database must be sqlite or postgresql; got {kind!r}. Export the table to CSV, Parquet or JSONL first."
        )
    if "@" in (url.host or ""):
        raise InputError(
            "an address must hold one '@', before the host; got more. Write %40 for each in a user name or password."
        )
    if kind == "sqlite" and url.database in (None, "", ":memory:"):
        raise InputError(
            "an SQLite database must be a file, as in 'sqlite:///news.db?table=articles'; got none."
        )
    own = {
        name: value for name, value in url.query.items() if name in ("table", "schema", *options)
    }
    twice = [name for name, value in own.items() if not isinstance(value, str)]
    if twice or not own.get("table"):
        raise InputError(
            f"an address must name one {twice[0] if twice else 'table'}, as in '?table=articles'; got {'more' if twice else 'none'}."
        )
    schema, _, table = (
        own.pop("table").rpartition(".")
        if "schema" not in own
        else (own.pop("schema"), ".", own.pop("table"))
    )
    return Address(
        url.difference_update_query([*own, "table", "schema"]).set(drivername=_DRIVERS[kind]),
        schema or None,
        table,
        own,
    )


@dataclass(frozen=True)
class Database:
    """An open database, and the table in it that is meant.

    Attributes
    ----------
    engine : sqlalchemy.Engine
        The way to it.
    address : Address
        Of the table.
    """

    engine: sa.Engine
    address: Address

    @property
    def is_sqlite(self) -> bool:
        """Whether it is an SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Do what is inside as a whole or not at all.

        Raises
        ------
        TableError
            In place of any error of SQLAlchemy.
        """
        import sqlalchemy as sa

        try:
            with self.engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise TableError(f"{self.address}: {reason.rstrip('.')}. {_ADVICE}") from error

    def clause(self, table: str, types: Mapping[str, Any]) -> sa.TableClause:
        """Name a table and its columns to SQLAlchemy.

        In SQLite a value has a type of its own, whatever its column declares: it is read and written as it is.
        """
        import sqlalchemy as sa

        columns = [
            sa.column(name, None if self.is_sqlite else type_) for name, type_ in types.items()
        ]
        return sa.table(table, *columns, schema=self.address.schema)


@contextlib.contextmanager
def opened(address: Address, *, write: bool) -> Iterator[Database]:
    """Open a database.

    Raises
    ------
    InputError
        If its driver is not installed.
    TableError
        If an SQLite file that should be read is not there.
    """
    import sqlalchemy as sa

    if address.url.get_backend_name() != "sqlite":
        load_extra("psycopg", "sql", "PostgreSQL")
        engine = sa.create_engine(address.url)
    else:
        file = str(address.url.database)
        if not write and not file.startswith("file:") and not Path(file).is_file():
            raise TableError(
                f"{file} must be an SQLite file; there is none. Check the path (an absolute one takes four slashes)."
            )
        engine = sa.create_engine(address.url, connect_args={"timeout": _PATIENCE})
        # The driver opens no transaction before a CREATE or DROP TABLE unless told when to; a writer waits for its turn.
        begin = "BEGIN IMMEDIATE" if write else "BEGIN"
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    try:
        yield Database(engine, address)
    finally:
        engine.dispose()


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    connection.text_factory = _decode


def _decode(content: bytes) -> str | bytes:
    """Keep text that is not UTF-8 as its bytes: one such cell must not end a run."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


@dataclass(frozen=True)
class Source:
    """A table or view to read, in the order of its key.

    Attributes
    ----------
    database : Database
        Where it is.
    types : dict of str to TypeEngine
        The type of each column, as the database declares it.
    key : str
        The column that tells rows apart.
    """

    database: Database
    types: Mapping[str, Any]
    key: str

    def pages(
        self, columns: Sequence[str], last: Any, size: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows after a key (None: all), `size` at a time, with the columns named; no lock is held between."""
        import sqlalchemy as sa

        table, at = self._clause(), columns.index(self.key)
        page = (
            sa.select(*(table.c[column] for column in columns))
            .order_by(table.c[self.key])
            .limit(size)
        )
        while True:
            where = [] if last is None else [table.c[self.key] > last]
            with self.database.transaction() as connection:
                rows = connection.execute(page.where(*where)).all()
            if not rows:
                return
            if (
                rows[0][at] == last
            ):  # as with REAL, which PostgreSQL compares with more digits than it has
                raise TableError(
                    f"{self.database.address} must have a key that can be compared exactly; {self.key!r} cannot. Name another."
                )
            yield list(map(tuple, rows))
            last = rows[-1][at]

    def count(self, last: Any) -> int:
        """Count the rows up to a key."""
        import sqlalchemy as sa

        table = self._clause()
        with self.database.transaction() as connection:
            return int(
                connection.execute(
                    sa.select(sa.func.count()).where(table.c[self.key] <= last)
                ).scalar_one()
            )

    def check_key(self) -> None:
        """Refuse a key that is null or the same in several rows: reading in its order would pass them over.

        Raises
        ------
        TableError
            If there is such a row.
        """
        import sqlalchemy as sa

        key = self._clause().c[self.key]
        with self.database.transaction() as connection:
            rows, held, different = connection.execute(
                sa.select(sa.func.count(), sa.func.count(key), sa.func.count(key.distinct()))
            ).one()
        if not rows == held == different:
            raise TableError(
                f"{self.database.address} must have a key that is unique and never null; {self.key!r} is null in {rows - held:,} rows "
                f"and repeats another in {held - different:,}. Name another column (&key=...)."
            )

    def _clause(self) -> sa.TableClause:
        return self.database.clause(self.database.address.table, self.types)


def find_source(database: Database, key: str | None) -> Source:
    """Find a table or view, its columns and its key.

    Parameters
    ----------
    database : Database
        Where it is.
    key : str, optional
        By default the column of the primary key.

    Raises
    ------
    TableError
        If it is not there, or has no primary key of one column and `key` names none, or the key does not tell rows apart.
    InputError
        If `key` is not among its columns.
    """
    import sqlalchemy as sa

    table, schema = database.address.table, database.address.schema
    with database.transaction() as connection:
        inspector = sa.inspect(connection)
        if not inspector.has_table(table, schema=schema):
            there = sorted(
                [
                    *inspector.get_table_names(schema=schema),
                    *inspector.get_view_names(schema=schema),
                ]
            )
            raise TableError(f"there is no {database.address}; the tables are {there!r}.")
        with warnings.catch_warnings(
            category=sa.exc.SAWarning, action="ignore"
        ):  # of types unknown to it, which are told if carried
            types = {
                column["name"]: column["type"]
                for column in inspector.get_columns(table, schema=schema)
            }
        primary = inspector.get_pk_constraint(table, schema=schema)["constrained_columns"]
    if key is None and len(primary) != 1:
        own = " (&key=rowid for SQLite's own)" if database.is_sqlite else ""
        raise TableError(
            f"{database.address} must have a primary key of one column, so that a run can be resumed; it has {primary or 'none'}. "
            f"Name a column that is unique and never null: &key=...{own}."
        )
    if key == "rowid" and database.is_sqlite:
        types.setdefault(key, sa.Integer())
    if key is not None and key not in types:
        raise InputError(f"there is no column {key!r}; the columns are {list(types)!r}.")
    source = Source(database, types, key or primary[0])
    if (
        database.is_sqlite or source.key not in primary or len(primary) > 1
    ):  # SQLite takes null in a primary key
        source.check_key()
    return source
