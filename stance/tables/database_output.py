"""The table of labels in a database, and the record of the run that writes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stance.errors import TableError
from stance.tables.databases import Database, DatabaseTable

if TYPE_CHECKING:
    import sqlalchemy as sa

    from stance.columns import Columns


def result_types(results: Columns) -> dict[str, Any]:
    """Return the database type of each result column; the key takes the place of ``row``."""
    import sqlalchemy as sa

    types = {str: sa.Text(), int: sa.Integer(), float: sa.Double(), bool: sa.Boolean()}
    return {column: types[results.type_of(column)] for column in results.arrays if column != "row"}


def carried_type(column: str, source: DatabaseTable, output: Database) -> Any:
    """Return the type with which a column is carried to another table.

    Between databases of one kind it is the type that the source declares; otherwise the plain
    type that both kinds have.

    Raises
    ------
    TableError
        If there is no such type.
    """
    import sqlalchemy as sa

    declared = source.types[column]
    unknown = isinstance(declared, sa.types.NullType)
    if source.database.is_sqlite and output.is_sqlite:
        return sa.BLOB() if unknown else declared  # SQLite's BLOB takes any value as it is
    if source.database.is_sqlite == output.is_sqlite and not unknown:
        return declared
    plain = {
        sa.String: sa.Text(),
        sa.Integer: sa.BigInteger(),
        sa.Float: sa.Double(),
        sa.Boolean: sa.Boolean(),
    }
    for kind, type_ in plain.items():
        if isinstance(declared, kind) and not isinstance(declared, sa.Enum):
            return type_
    raise TableError(
        f"column {column!r} of {source.database.address} must be text, a number or a boolean to "
        f"be carried to {output.address}; it is {declared!r}. Leave it out of `keep`, or cast it "
        "in a view."
    )


def digest_keys(keys: Iterable[Any], before: str = "") -> str:
    """Return a digest of keys in their order, from that of the keys before them.

    >>> digest_keys([1, 2, 3]) == digest_keys([3], before=digest_keys([1, 2]))
    True
    """
    for key in keys:
        before = hashlib.sha256(f"{before}{key!r}".encode("utf-8", "surrogatepass")).hexdigest()
    return before


class DatabaseOutput:
    """A table of labels that one run at a time writes, and a second one with the run's state.

    Parameters
    ----------
    database : Database
        Where the table is, or is to be made.
    types : dict of str to sqlalchemy.TypeEngine
        Its columns, the key first.
    options : dict
        What the labels depend on, as JSON values; a run is resumed with the same options only.

    Attributes
    ----------
    last : object
        The last key labelled; None before the first.
    rows : int
        How many input rows are labelled.
    keys : str
        The digest of their keys.

    Raises
    ------
    TableError
        If a name is too long for the database.
    """

    def __init__(
        self, database: Database, types: Mapping[str, Any], options: Mapping[str, Any]
    ) -> None:
        self.last: Any = None
        self.rows = 0
        self.keys = ""
        self._database = database
        self._options = json.dumps(options)
        self._labels = database.address.table
        self._run = f"{self._labels}_run"
        self._types = {self._labels: types, self._run: _run_types(next(iter(types.values())))}
        self._check_lengths()

    def begin(self, *, resume: bool, force: bool) -> None:
        """Make the tables, or take up the state of the run that made them.

        Raises
        ------
        TableError
            If they exist already and may neither be resumed nor replaced.
        """
        import sqlalchemy as sa

        address = self._database.address
        with self._database.transaction() as connection:
            inspector = sa.inspect(connection)
            existing = {
                table for table in self._types if inspector.has_table(table, schema=address.schema)
            }
            run_columns = (
                [column["name"] for column in inspector.get_columns(self._run, address.schema)]
                if self._run in existing
                else []
            )
            ours = run_columns == list(self._types[self._run])
            if resume and existing:
                self._resume(connection, ours and self._labels in existing)
                return
            self._check_replaceable(existing, ours, force)
            self._make(connection, existing)

    def write(self, records: Sequence[Mapping[str, Any]], keys: Sequence[Any]) -> None:
        """Write labels, and that the input rows with these keys have theirs: both or neither.

        Raises
        ------
        TableError
            If another run has written since.
        """
        import sqlalchemy as sa

        run = self._clause(self._run)
        # The state must still be what this run left: another run would have counted more rows.
        unchanged = sa.and_(run.c.rows == self.rows, run.c.options == self._options)
        state = {
            "last": keys[-1],
            "rows": self.rows + len(keys),
            "keys": digest_keys(keys, self.keys),
        }
        advance = sa.update(run).where(unchanged).values(state)
        with self._database.transaction() as connection:
            if connection.execute(advance).rowcount != 1:
                raise TableError(
                    f"{self._database.address} must have one run at a time; another one writes to "
                    "it. Wait for its end."
                )
            connection.execute(sa.insert(self._clause(self._labels)), records)
        self.last, self.rows, self.keys = state["last"], state["rows"], state["keys"]

    def _clause(self, table: str) -> sa.TableClause:
        return self._database.clause(table, self._types[table])

    def _make(self, connection: sa.Connection, existing: Collection[str]) -> None:
        """Make both tables anew, in the place of those of an earlier run."""
        import sqlalchemy as sa

        schema, metadata = self._database.address.schema, sa.MetaData()
        for name, types in self._types.items():
            columns = [sa.Column(column, type_) for column, type_ in types.items()]
            table = sa.Table(name, metadata, *columns, schema=schema)
            if name in existing:
                connection.execute(sa.schema.DropTable(table))
            connection.execute(sa.schema.CreateTable(table))
        state = {"options": self._options, "last": None, "rows": 0, "keys": ""}
        connection.execute(sa.insert(self._clause(self._run)).values(state))

    def _resume(self, connection: sa.Connection, complete: bool) -> None:
        """Take up the state of an earlier run, if its options are the same."""
        import sqlalchemy as sa

        address = self._database.address
        if not complete:
            raise TableError(
                f"{address} must be of an earlier run to be resumed; it is not. Name another table."
            )
        state = connection.execute(sa.select(*self._clause(self._run).c)).one()
        before, now = json.loads(state.options), json.loads(self._options)
        changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
        if changed:
            raise TableError(
                f"{address} can be resumed only with the options it was begun with; "
                f"{', '.join(changed)} changed. Pass the same again, or replace it "
                "(force, --force)."
            )
        self._options, self.last = state.options, state.last
        self.rows, self.keys = state.rows, state.keys

    def _check_replaceable(self, existing: Collection[str], ours: bool, force: bool) -> None:
        """Raise TableError if a table exists that may not be replaced."""
        address = self._database.address
        if self._labels in existing and not force:
            raise TableError(
                f"{address} must not exist yet; it does. Name another table, resume its run "
                "(resume, --resume) or replace it (force, --force)."
            )
        if existing and not ours:
            raise TableError(
                f"{address} must be of an earlier run to be replaced; {self._run!r} does not say "
                "so. Name another table."
            )

    def _check_lengths(self) -> None:
        """Raise TableError for names that the database would cut off."""
        longest = self._database.engine.dialect.max_identifier_length
        for table, types in self._types.items():
            for name in (table, *types):
                if len(name.encode()) > longest:
                    raise TableError(
                        f"a name in {self._database.address} must be of at most {longest} bytes; "
                        f"{name!r} is longer. Shorten it."
                    )


def _run_types(key: Any) -> dict[str, Any]:
    """Return the columns of the table that records a run, and their types."""
    import sqlalchemy as sa

    return {"options": sa.Text(), "last": key, "rows": sa.BigInteger(), "keys": sa.Text()}
