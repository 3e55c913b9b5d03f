"""Tables in SQLite and PostgreSQL: open a database, and read a table in the order of its key."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stance.errors import InputError, TableError
from stance.optional import load_extra
from stance.tables.addresses import Address

if TYPE_CHECKING:
    import sqlalchemy as sa

_ADVICE: Final = (
    "Check the database and its address; what a run has written is whole, and resume (--resume) "
    "goes on with it."
)
_KEYS: Final = 10_000  # keys in memory at a time
_PATIENCE: Final = 30.0  # seconds to wait for another writer of an SQLite file


@dataclass(frozen=True)
class Database:
    """An open database, and the address of a table in it.

    Attributes
    ----------
    engine : sqlalchemy.Engine
        The connection to it.
    address : Address
        The table to read or write.
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
        # A name with half of a surrogate pair, or a number too large, fails in the driver.
        except (sa.exc.SQLAlchemyError, UnicodeError, OverflowError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise TableError(f"{self.address}: {reason.rstrip('.')}. {_ADVICE}") from error

    def clause(self, table: str, types: Mapping[str, Any]) -> sa.TableClause:
        """Describe a table and its columns to SQLAlchemy.

        In SQLite a value has a type of its own, whatever type its column declares. So it is read
        and written as it is.
        """
        import sqlalchemy as sa

        columns = [
            sa.column(name, None if self.is_sqlite else type_) for name, type_ in types.items()
        ]
        return sa.table(table, *columns, schema=self.address.schema)


@contextlib.contextmanager
def open_database(address: Address, *, write: bool) -> Iterator[Database]:
    """Open a database.

    Raises
    ------
    InputError
        If its driver is not installed.
    TableError
        If an SQLite file to read does not exist.
    """
    is_sqlite = address.url.get_backend_name() == "sqlite"
    engine = _open_sqlite(address, write) if is_sqlite else _open_postgresql(address)
    try:
        yield Database(engine, address)
    finally:
        engine.dispose()


def _open_postgresql(address: Address) -> sa.Engine:
    import sqlalchemy as sa

    load_extra("psycopg", "sql", "PostgreSQL")
    return sa.create_engine(address.url)


def _open_sqlite(address: Address, write: bool) -> sa.Engine:
    import sqlalchemy as sa

    path = str(address.url.database)
    if not write and not path.startswith("file:") and not Path(path).is_file():
        raise TableError(
            f"{path} must be an SQLite file; there is none. "
            "Check the path (an absolute one takes four slashes)."
        )
    engine = sa.create_engine(address.url, connect_args={"timeout": _PATIENCE})
    # Left to itself, the driver opens no transaction before CREATE or DROP TABLE. A writer locks
    # the file at once, and so waits for its turn.
    begin = "BEGIN IMMEDIATE" if write else "BEGIN"
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    connection.text_factory = _decode


def _decode(content: bytes) -> str | bytes:
    """Leave text that is not UTF-8 as bytes: one such cell must not end a run."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


@dataclass(frozen=True)
class DatabaseTable:
    """A table or view to read, in the order of its key.

    Attributes
    ----------
    database : Database
        The database.
    types : dict of str to TypeEngine
        The type of each column, as the database declares it.
    key : str
        A column that is unique and never null.
    """

    database: Database
    types: Mapping[str, Any]
    key: str

    def pages(
        self, columns: Sequence[str], last: Any, size: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield rows in the order of the key, `size` at a time; nothing is locked in between.

        Parameters
        ----------
        columns : sequence of str
            The columns to read, the key among them.
        last : object
            The key after which to begin; None for the first row.
        size : int
            The number of rows of a page.

        Raises
        ------
        TableError
            If the database compares keys with more digits than it returns, as PostgreSQL does for
            REAL: the last row of a page would come again.
        """
        import sqlalchemy as sa

        table, key_index = self._clause(), columns.index(self.key)
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
            if rows[0][key_index] == last:
                raise TableError(
                    f"{self.database.address} must have a key that can be compared exactly; "
                    f"{self.key!r} cannot. Name another."
                )
            yield list(map(tuple, rows))
            last = rows[-1][key_index]

    def keys(self, last: Any) -> Iterator[Any]:
        """Yield the keys up to and including one, in order, from one state of the table."""
        import sqlalchemy as sa

        key = self._clause().c[self.key]
        keys = sa.select(key).where(key <= last).order_by(key)
        with self.database.transaction() as connection:
            yield from connection.execution_options(yield_per=_KEYS).execute(keys).scalars()

    def check_key(self) -> None:
        """Check that the key is unique and never null: paging would leave out other rows.

        Raises
        ------
        TableError
            If it is not.
        """
        import sqlalchemy as sa

        key = self._clause().c[self.key]
        counts = sa.select(sa.func.count(), sa.func.count(key), sa.func.count(key.distinct()))
        with self.database.transaction() as connection:
            n_rows, n_keys, n_distinct = connection.execute(counts).one()
        if not n_rows == n_keys == n_distinct:
            raise TableError(
                f"{self.database.address} must have a key that is unique and never null; "
                f"{self.key!r} is null in {n_rows - n_keys:,} rows and repeats another in "
                f"{n_keys - n_distinct:,}. Name another column (&key=...)."
            )

    def _clause(self) -> sa.TableClause:
        return self.database.clause(self.database.address.table, self.types)


def find_table(database: Database, key: str | None) -> DatabaseTable:
    """Find a table or view, its columns and its key.

    Parameters
    ----------
    database : Database
        The database, with the address of the table.
    key : str, optional
        By default the column of the primary key.

    Raises
    ------
    TableError
        If the table does not exist, if `key` is not given and the primary key is not one column, or
        if the key is not unique or is null somewhere.
    InputError
        If there is no column `key`.
    """
    types, primary_key = _inspect(database)
    if key is None and len(primary_key) != 1:
        hint = " (&key=rowid for SQLite's own)" if database.is_sqlite else ""
        raise TableError(
            f"{database.address} must have a primary key of one column, so that a run can be "
            f"resumed; it has {primary_key or 'none'}. "
            f"Name a column that is unique and never null: &key=...{hint}."
        )
    if key == "rowid" and database.is_sqlite:
        import sqlalchemy as sa

        types.setdefault(key, sa.Integer())
    if key is not None and key not in types:
        raise InputError(f"there is no column {key!r}; the columns are {list(types)!r}.")
    table = DatabaseTable(database, types, key or primary_key[0])
    is_primary = primary_key == [table.key]
    if database.is_sqlite or not is_primary:  # SQLite allows null in a primary key
        table.check_key()
    return table


def _inspect(database: Database) -> tuple[dict[str, Any], list[str]]:
    """Return the type of each column of the table, and the columns of its primary key."""
    import sqlalchemy as sa

    table, schema = database.address.table, database.address.schema
    with database.transaction() as connection:
        inspector = sa.inspect(connection)
        if not inspector.has_table(table, schema=schema):
            tables, views = inspector.get_table_names(schema), inspector.get_view_names(schema)
            names = sorted([*tables, *views])
            raise TableError(f"there is no {database.address}; the tables are {names!r}.")
        with warnings.catch_warnings():
            # Of types that SQLAlchemy does not know; carrying such a column raises an error.
            warnings.simplefilter("ignore", sa.exc.SAWarning)
            columns = inspector.get_columns(table, schema=schema)
        primary_key = inspector.get_pk_constraint(table, schema=schema)["constrained_columns"]
    return {column["name"]: column["type"] for column in columns}, list(primary_key)
