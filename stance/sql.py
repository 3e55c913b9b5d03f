"""Label a table where it lives, in SQLite or PostgreSQL, resumably.

Rows are read, labelled and written batch by batch, each in one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from stance.columns import Columns
from stance.errors import InputError, TableError
from stance.model import Model, as_model
from stance.options import MAX_CELL_CHARACTERS, Reading, carried_names, check_columns
from stance.tables.addresses import Address, read_address
from stance.tables.database_output import (
    DatabaseOutput,
    carried_type,
    digest_keys,
    result_types,
)
from stance.tables.databases import Database, DatabaseTable, find_table, open_database
from stance.tables.summary import Summary

_BATCH: Final = 1000  # rows: a transaction of half a second or so


def label_sql(
    source: str,
    output: str,
    *,
    text: str | None = None,
    model: Model | str | Path | None = None,
    unit: str = "paragraph",
    keep: str | Sequence[str] = (),
    level: float = 0.9,
    target_column: str | None = None,
    longest: int = MAX_CELL_CHARACTERS,
    resume: bool = False,
    force: bool = False,
    batch: int = _BATCH,
    progress: Callable[[int], Any] | None = None,
) -> Summary:
    """Label a column of texts of a database table into another table.

    Parameters
    ----------
    source : str
        ``sqlite:///news.db?table=articles&text=body`` or
        ``postgresql://user@host/news?table=press.articles&text=body``: a table or view whose
        primary key is one column, or for which ``&key=`` names a column that is unique and never
        null.
    output : str
        ``sqlite:///news.db?table=labels``, in the same database or another one.
    text : str, optional
        The column of texts, unless the source's address names it; by default "text".
    model : Model, str or Path, optional
        A model, or what `stance.load` takes; by default the shipped model.
    unit, keep, level, target_column
        As in `stance.Model.label_frame`. The key is always carried along, first, and takes the
        place of column ``row``.
    longest : int, default=1,000,000
        A cell of more characters gets the status "too long" and no label.
    resume : bool, default=False
        Go on where a run of the same model and options ended. Rows that were added after the last
        key are labelled too.
    force : bool, default=False
        Replace an output that an earlier run of this function made; no other table is ever
        replaced.
    batch : int, default=1000
        Input rows that are read, labelled and written at a time.
    progress : callable, optional
        Called after each batch with its number of rows (the ``update`` of a tqdm).

    Returns
    -------
    Summary
        What this run did; the rows of a run that it resumed do not count.

    Raises
    ------
    InputError
        If an address, a column or an option is invalid.
    TableError
        If a table cannot be read or written; if the output exists already, or belongs to a run of
        another model or other options; or if rows before the last key were added or deleted while
        they were labelled.

    Notes
    -----
    A second table, ``<output>_run``, records the run's options and the last key labelled. Labels
    and last key are written in one transaction, so that after a crash at any moment no row is
    written twice and none is missing.
    """
    if resume and force:
        raise InputError("`resume` goes on and `force` begins anew; got both. Pass one of them.")
    start = time.perf_counter()
    read_from, write_to = read_address(source, ("text", "key")), read_address(output)
    _check_apart(read_from, write_to)
    column = _one_text(read_from.options.get("text"), text)
    reading = Reading(column, target_column, unit, level, longest)
    model = as_model(model)
    summary = Summary()
    with (
        open_database(read_from, write=False) as readable,
        open_database(write_to, write=True) as writable,
    ):
        table = find_table(readable, read_from.options.get("key"))
        kept = check_columns(list(table.types), column, keep, target_column)
        kept = [table.key, *(name for name in kept if name != table.key)]
        names = _output_names(kept, model.columns(unit))
        options: dict[str, Any] = {"model": model.digest, "table": read_from.name, "key": table.key}
        options |= {"keep": kept[1:], **asdict(reading)}
        types = _output_types(names, table, writable, reading.empty(model))
        output_table = DatabaseOutput(writable, types, options)
        output_table.begin(resume=resume, force=force)
        for page in table.pages(reading.columns(kept), output_table.last, batch):
            cells = dict(zip(reading.columns(kept), zip(*page, strict=True), strict=True))
            labelled = reading.label(model, cells, cells[table.key])
            output_table.write(_records(labelled, cells, names), cells[table.key])
            summary.add(Summary.of(labelled, list(model.labels), rows=len(page), unreadable=0))
            if progress:
                progress(len(page))
        _check_keys(table, output_table)
    summary.seconds = time.perf_counter() - start
    return summary


def _check_apart(source: Address, output: Address) -> None:
    if (source.url, source.schema, source.table) == (output.url, output.schema, output.table):
        raise InputError(
            f"source and output must be two tables; both are {output}. Name another output."
        )


def _one_text(in_address: str | None, in_option: str | None) -> str:
    if in_address and in_option and in_address != in_option:
        raise InputError(
            f"the column of texts must be named once; got {in_address!r} and {in_option!r}. "
            "Leave one of them out."
        )
    return in_address or in_option or "text"


def _output_names(kept: Sequence[str], results: Sequence[str]) -> dict[str, str]:
    """Name the carried columns so that none clashes with a result.

    To a database, names that differ only in case are the same:

    >>> _output_names(["Tone", "id"], ["tone"])
    {'Tone': 'input_Tone', 'id': 'id'}
    """
    folded = {name.casefold() for name in results}
    return carried_names(kept, [*results, *(name for name in kept if name.casefold() in folded)])


def _output_types(
    names: Mapping[str, str], table: DatabaseTable, output: Database, empty: Columns
) -> dict[str, Any]:
    """Return the type of each output column: the carried ones, then those of the results."""
    carried = {name: carried_type(column, table, output) for column, name in names.items()}
    return carried | result_types(empty)


def _records(
    labelled: Columns, cells: Mapping[str, Sequence[Any]], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return result rows by the names of the output's columns, with the cells they carry along."""
    results = [column for column in labelled.arrays if column != "row"]
    columns = [*names.values(), *results]
    carried = list(zip(*(cells[column] for column in names), strict=True))
    return [
        dict(zip(columns, (*carried[row], *values), strict=True))
        for row, values in zip(labelled.arrays["row"].tolist(), labelled.rows(results), strict=True)
    ]


def _check_keys(table: DatabaseTable, output: DatabaseOutput) -> None:
    """Raise TableError if rows were added or deleted among those labelled.

    They would be missing from the labels, or left over in them. A count would not see that as many
    were added as deleted.
    """
    n_rows = 0

    def counted() -> Iterator[Any]:
        nonlocal n_rows
        for key in table.keys(output.last):
            n_rows += 1
            yield key

    if output.rows and digest_keys(counted()) != output.keys:
        raise TableError(
            f"{table.database.address} must stay as it is while it is labelled; it has {n_rows:,} "
            f"rows up to the last key, and {output.rows:,} were labelled. Rows were added or "
            "deleted: label it again (force, --force)."
        )
