"""The table of labels in a database: types, and the record of its run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stance.columns import Columns
from stance.errors import TableError
from stance.tables.addresses import read_address
from stance.tables.databases import open_database

sa = pytest.importorskip("sqlalchemy", reason='needs SQLAlchemy: pip install "stance-tone[sql]"')

from stance.tables.database_output import DatabaseOutput, result_types  # noqa: E402


def test_result_columns_have_the_type_of_their_values() -> None:
    results = Columns(
        {
            "row": np.array([0]),
            "start": np.array([3]),
            "share": np.array([0.5]),
            "tone": np.array([0]),
            "sure": np.array([1]),
        },
        {"tone": ("angry",), "sure": (False, True)},
    )
    assert {name: str(type_) for name, type_ in result_types(results).items()} == {
        "start": "INTEGER",
        "share": "DOUBLE",
        "tone": "TEXT",
        "sure": "BOOLEAN",
    }


def test_a_run_is_resumed_where_it_was_and_with_its_options_only(tmp_path: Path) -> None:
    address = read_address(f"sqlite:///{tmp_path}/news.db?table=labels")
    types = {"id": sa.Integer(), "tone": sa.Text()}

    def output(**options: Any) -> DatabaseOutput:
        return DatabaseOutput(database, types, options)

    with open_database(address, write=True) as database:
        first = output(level=0.9, unit="row")
        first.begin(resume=False, force=False)
        first.write([{"id": 7, "tone": "angry"}], [7])
        again = output(unit="row", level=0.9)  # in another order: the same options
        again.begin(resume=True, force=False)
        assert (again.last, again.rows) == (7, 1)
        again.write([{"id": 8, "tone": None}], [8])
        with pytest.raises(TableError, match=r" must have one run at a time; another one writes"):
            first.write([{"id": 8, "tone": None}], [8])
        with pytest.raises(TableError, match=r" begun with; level changed\. Pass the same again, "):
            output(unit="row", level=0.8).begin(resume=True, force=False)
        with database.transaction() as connection:
            rows = connection.exec_driver_sql("SELECT id, tone FROM labels").all()
        assert rows == [(7, "angry"), (8, None)]
