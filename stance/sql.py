"""Label a table where it lives, in SQLite or PostgreSQL: batch by batch, each in one transaction, resumably."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stance.batch import LONGEST
from stance.errors import InputError, TableError
from stance.model import Model, load
from stance.options import TOO_LONG, carried_names, check_columns
from stance.tables.databases import Database, Source, find_source, opened, read_address
from stance.tables.summary import Summary

if TYPE_CHECKING:
    import sqlalchemy as sa

_BATCH: Final = 1000  # rows: a transaction of half a second or so
_WHOLE: Final = "What was written is whole: go on with resume (--resume)."


def label_sql(
    source: str,
    target: str,
    *,
    text: str | None = None,
    model: Model | str | Path | None = None,
    unit: str = "paragraph",
    keep: str | Sequence[str] = (),
    level: float = 0.9,
    target_column: str | None = None,
    longest: int = LONGEST,
    resume: bool = False,
    force: bool = False,
    batch: int = _BATCH,
    progress: Callable[[int], Any] | None = None,
) -> Summary:
    """Label a column of texts of a database table into another table.

    Parameters
    ----------
    source : str
        ``sqlite:///news.db?table=articles&text=body`` or ``postgresql://user@host/news?table=press.articles&text=body``: a
        table or view that has a primary key of one column, or ``&key=`` names a column that is unique and never null.
    target : str
        ``sqlite:///news.db?table=labels``, in the same database or another one.
    text : str, optional
        The column of texts, unless the source's address names it; by default "text".
    model : Model, str or Path, optional
        A model, or where one lies; by default the shipped one.
    unit, keep, level, target_column
        As in `stance.Model.label_frame`; the key is always carried along, first, and stands for column ``row``.
    longest : int, default=1000000
        A cell of more characters gets the status "too long" and no label.
    resume : bool, default=False
        Go on where a run of the same model and options ended; also takes in rows whose keys come after those labelled.
    force : bool, default=False
        Replace a target that a run of this function made; no other table is ever replaced.
    batch : int, default=1000
        Input rows that are read, labelled and written at a time.
    progress : callable, optional
        Called after each batch with the number of its rows (the ``update`` of a tqdm).

    Returns
    -------
    Summary
        What this run did; rows of a run that it went on with do not count.

    Raises
    ------
    InputError
        If an address, a column or an option is none.
    TableError
        If a table cannot be read or written, the target stands already, or belongs to a run of another model or other
        options; or if rows were added before the last key, or deleted, while they were labelled.

    Notes
    -----
    A second table, ``<target>_run``, holds the run's options and the last key labelled. Labels and last key are written in one
    transaction, so that after a crash at any moment no row is there twice and none is missing.
    """
    if resume and force:
        raise InputError("`resume` goes on and `force` begins anew; got both. Pass one of them.")
    start = time.perf_counter()
    origin, goal = read_address(source, ("text", "key")), read_address(target)
    if (origin.url, origin.schema, origin.table) == (goal.url, goal.schema, goal.table):
        raise InputError(
            f"source and target must be two tables; both are {goal}. Name another target."
        )
    column = _one_text(origin.options.get("text"), text)
    held = model if isinstance(model, Model) else load(model)
    summary = Summary()
    with opened(origin, write=False) as reading, opened(goal, write=True) as writing:
        table = find_source(reading, origin.options.get("key"))
        kept = [
            table.key,
            *(
                name
                for name in check_columns(list(table.types), column, keep, target_column)
                if name != table.key
            ),
        ]
        options = {
            "model": held.digest,
            "table": origin.name,
            "key": table.key,
            "text": column,
            "unit": unit,
            "level": level,
        }
        options |= {"keep": kept[1:], "target_column": target_column, "longest": longest}
        task = _Task(held, column, kept, unit, level, target_column, longest)
        out = _Output(writing, task, _target_types(task, table, writing), json.dumps(options))
        out.begin(resume=resume, force=force)
        for page in table.pages(task.columns, out.last, batch):
            records, counts = task.label(page)
            out.write(records, page[-1][0], len(page))
            summary.add(counts)
            if progress:
                progress(len(page))
        _check_count(table, out)
    summary.seconds = time.perf_counter() - start
    return summary


def _check_count(source: Source, out: _Output) -> None:
    """Refuse to call a run whole if rows came or went behind its back."""
    there = source.count(out.last) if out.rows else 0
    if there != out.rows:
        raise TableError(
            f"{source.database.address} must stay as it is while it is labelled; of {there:,} rows up to the last key {out.rows:,} were "
            "labelled. Rows came or went: label it again (force, --force)."
        )


def _one_text(of_address: str | None, of_option: str | None) -> str:
    if of_address and of_option and of_address != of_option:
        raise InputError(
            f"the column of texts must be named once; got {of_address!r} and {of_option!r}."
        )
    return of_address or of_option or "text"


@dataclass(frozen=True)
class _Task:
    """What is read, and how it is labelled."""

    model: Model
    text: str
    kept: Sequence[str]
    unit: str
    level: float
    target_column: str | None
    longest: int

    @property
    def columns(self) -> list[str]:
        """The columns to read; the key first."""
        return list(
            dict.fromkeys(
                [
                    *self.kept,
                    self.text,
                    *([] if self.target_column is None else [self.target_column]),
                ]
            )
        )

    def names(self) -> dict[str, str]:
        """Name the carried columns so that none clashes with a result, for databases also where only the case differs."""
        results = self.model.columns(self.unit)
        folded = {name.casefold() for name in results}
        return carried_names(
            self.kept, [*results, *(name for name in self.kept if name.casefold() in folded)]
        )

    def label(self, rows: Sequence[tuple[Any, ...]]) -> tuple[list[dict[str, Any]], Summary]:
        """Label rows, as records by the names of the target's columns, and count what was given."""
        columns = dict(zip(self.columns, zip(*rows, strict=True), strict=True))
        targets = None if self.target_column is None else columns[self.target_column]
        cells = [
            TOO_LONG if isinstance(cell, str) and len(cell) > self.longest else cell
            for cell in columns[self.text]
        ]
        labelled = self.model.label_cells(cells, unit=self.unit, level=self.level, targets=targets)
        results = self.model.columns(self.unit)
        names = [*self.names().values(), *results]
        carried = list(zip(*(columns[column] for column in self.kept), strict=True))
        at = labelled.arrays["row"].tolist()
        records = [
            dict(zip(names, (*carried[row], *values), strict=True))
            for row, values in zip(at, labelled.rows(results), strict=True)
        ]
        return records, Summary.of(labelled, list(self.model.labels), rows=len(rows), unreadable=0)


def _target_types(task: _Task, source: Source, target: Database) -> dict[str, Any]:
    """Give the type of each column of the target: the carried ones first, as they are declared in the source."""
    import sqlalchemy as sa

    types = {name: _carried_type(column, source, target) for column, name in task.names().items()}
    results = task.model.label_cells([], unit=task.unit, level=task.level)
    own = {str: sa.Text(), int: sa.Integer(), float: sa.Double(), bool: sa.Boolean()}
    return types | {
        column: own[results.type_of(column)] for column in task.model.columns(task.unit)
    }


def _carried_type(column: str, source: Source, target: Database) -> Any:
    import sqlalchemy as sa

    declared = source.types[column]
    if source.database.is_sqlite and target.is_sqlite:
        return (
            sa.BLOB() if isinstance(declared, sa.types.NullType) else declared
        )  # SQLite's BLOB takes any value as it is
    if source.database.is_sqlite == target.is_sqlite and not isinstance(
        declared, sa.types.NullType
    ):
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
        f"column {column!r} of {source.database.address} must be text, a number or a boolean to be carried to {target.address}; "
        f"it is {declared!r}. Leave it out of `keep`, or cast it in a view."
    )


class _Output:
    """The target and the state of its run.

    Attributes
    ----------
    last : object
        The last key labelled, None before the first.
    rows : int
        How many input rows are labelled.
    """

    def __init__(
        self, database: Database, task: _Task, types: Mapping[str, Any], options: str
    ) -> None:
        self.database = database
        self.options = options
        self.last: Any = None
        self.rows = 0
        name = database.address.table
        key = next(iter(types.values()))
        self.layouts = {name: types, f"{name}_run": _run_types(key)}
        self._check_lengths()
        self.labels, self.run = (
            database.clause(table, columns) for table, columns in self.layouts.items()
        )

    def begin(self, *, resume: bool, force: bool) -> None:
        """Make the tables, or take up the state of the run that made them."""
        import sqlalchemy as sa

        with self.database.transaction() as connection:
            inspector = sa.inspect(connection)
            there = {
                table
                for table in self.layouts
                if inspector.has_table(table, schema=self.database.address.schema)
            }
            ours = self._is_ours(inspector, there)
            if resume and there:
                self._go_on(connection, len(there) == 2 and ours)
                return
            self._clear(connection, there, ours, force)
            for table in self._tables():
                connection.execute(sa.schema.CreateTable(table))
            connection.execute(sa.insert(self.run).values(options=self.options, last=None, rows=0))

    def write(self, records: Sequence[Mapping[str, Any]], last: Any, rows: int) -> None:
        """Write the labels of some input rows, and that they are done: both or neither."""
        import sqlalchemy as sa

        done = sa.update(self.run).where(
            self.run.c.rows == self.rows, self.run.c.options == self.options
        )
        with self.database.transaction() as connection:
            if connection.execute(done.values(last=last, rows=self.rows + rows)).rowcount != 1:
                raise TableError(
                    f"{self.database.address} must have one run at a time; another one writes to it. Wait for its end."
                )
            connection.execute(sa.insert(self.labels), records)
        self.last, self.rows = last, self.rows + rows

    def _tables(self) -> list[sa.Table]:
        import sqlalchemy as sa

        schema, metadata = self.database.address.schema, sa.MetaData()
        layouts = self.layouts.items()
        return [
            sa.Table(
                name, metadata, *(sa.Column(*column) for column in types.items()), schema=schema
            )
            for name, types in layouts
        ]

    def _is_ours(self, inspector: Any, there: Container[str]) -> bool:
        name, types = list(self.layouts.items())[1]
        schema = self.database.address.schema
        return name in there and [
            column["name"] for column in inspector.get_columns(name, schema=schema)
        ] == list(types)

    def _go_on(self, connection: sa.Connection, whole: bool) -> None:
        import sqlalchemy as sa

        if not whole:
            raise TableError(
                f"{self.database.address} must be of a run that was cut off; it is not. Name another table."
            )
        state = connection.execute(sa.select(*self.run.c)).one()
        before, now = json.loads(state.options), json.loads(self.options)
        changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
        if changed:
            raise TableError(
                f"{self.database.address} must be gone on with as it was begun; {', '.join(changed)} changed. "
                "Pass the same again, or replace it (force, --force)."
            )
        self.last, self.rows = state.last, state.rows

    def _clear(
        self, connection: sa.Connection, there: Collection[str], ours: bool, force: bool
    ) -> None:
        """Drop the tables of an earlier run if that is asked for; never any other table."""
        import sqlalchemy as sa

        labels, run = self.layouts
        if labels in there and not force:
            raise TableError(
                f"{self.database.address} must not exist yet; it does. "
                "Name another table, go on with its run (resume, --resume) or replace it (force, --force)."
            )
        if there and not ours:
            raise TableError(
                f"{self.database.address} must be of an earlier run to be replaced; {run!r} does not say so. Name another table."
            )
        for table in self._tables():
            if table.name in there:
                connection.execute(sa.schema.DropTable(table))

    def _check_lengths(self) -> None:
        """Refuse names that the database would cut off."""
        longest = self.database.engine.dialect.max_identifier_length
        for name in (name for table, types in self.layouts.items() for name in (table, *types)):
            if len(name.encode()) > longest:
                raise TableError(
                    f"a name in {self.database.address} must be of at most {longest} bytes; {name!r} is longer. Shorten it."
                )


def _run_types(key: Any) -> dict[str, Any]:
    import sqlalchemy as sa

    return {"options": sa.Text(), "last": key, "rows": sa.BigInteger()}
