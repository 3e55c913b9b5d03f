"""Tables in SQLite, page by page in the order of a key. PostgreSQL is covered in test_sql.py."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from stance.errors import InputError, TableError
from stance.tables.addresses import read_address
from stance.tables.databases import Database, find_table, open_database

pytest.importorskip("sqlalchemy", reason='needs SQLAlchemy: pip install "stance-tone[sql]"')


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with sqlite3.connect(tmp_path / "news.db") as connection:
        connection.executescript(
            """
            CREATE TABLE articles (id INTEGER PRIMARY KEY, body TEXT, outlet TEXT);
            INSERT INTO articles VALUES (30, 'c', 'Bell'), (10, 'a', 'Guild'), (20, NULL, 'Bell');
            """
        )
    connection.close()
    with open_database(
        read_address(f"sqlite:///{tmp_path}/news.db?table=articles"), write=True
    ) as opened:
        yield opened


def change(database: Database, *statements: str) -> None:
    with database.transaction() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_rows_come_in_the_order_of_the_key_from_any_key_on(database: Database) -> None:
    table = find_table(database, None)
    assert (table.key, list(table.types)) == ("id", ["id", "body", "outlet"])
    assert list(table.pages(["body", "id"], None, 2)) == [[("a", 10), (None, 20)], [("c", 30)]]
    assert list(table.pages(["id"], 10, 2)) == [[(20,), (30,)]]
    assert [len(list(table.keys(key))) for key in (5, 20, 99)] == [0, 2, 3]


def test_text_that_is_not_utf8_is_bytes(database: Database) -> None:
    change(database, "UPDATE articles SET body = CAST(x'e9' AS TEXT) WHERE id = 20")
    (page,) = find_table(database, None).pages(["id", "body"], None, 9)
    assert page[1] == (20, b"\xe9")


def test_a_key_must_be_unique_and_never_null(database: Database) -> None:
    change(database, "INSERT INTO articles VALUES (40, 'd', NULL)")
    with pytest.raises(TableError) as error:
        find_table(database, "outlet")
    assert str(error.value) == (
        f"{database.address} must have a key that is unique and never null; 'outlet' is null in 1 rows and repeats another in 1. "
        "Name another column (&key=...)."
    )
    with pytest.raises(InputError) as missing:
        find_table(database, "nr")
    assert str(missing.value) == (
        "there is no column 'nr'; the columns are ['id', 'body', 'outlet']."
    )


def test_without_a_primary_key_one_must_be_named(database: Database) -> None:
    change(
        database, "ALTER TABLE articles RENAME TO old", "CREATE TABLE articles AS SELECT * FROM old"
    )
    with pytest.raises(TableError) as error:
        find_table(database, None)
    assert str(error.value) == (
        f"{database.address} must have a primary key of one column, so that a run can be resumed; it has none. "
        "Name a column that is unique and never null: &key=... (&key=rowid for SQLite's own)."
    )
    assert list(find_table(database, "rowid").keys(2)) == [1, 2]


def test_a_table_that_is_not_there_is_named_with_those_that_are(database: Database) -> None:
    change(
        database,
        "CREATE VIEW recent AS SELECT * FROM articles",
        "ALTER TABLE articles RENAME TO old",
    )
    with pytest.raises(TableError) as error:
        find_table(database, None)
    assert str(error.value) == f"there is no {database.address}; the tables are ['old', 'recent']."


def test_a_transaction_that_fails_changes_nothing_and_names_the_table(database: Database) -> None:
    with pytest.raises(TableError) as error:
        change(database, "DELETE FROM articles", "DELETE FROM nowhere")
    assert str(error.value) == (
        f"{database.address}: no such table: nowhere. Check the database and its address; what a run has written is whole, and "
        "resume (--resume) goes on with it."
    )
    assert len(list(find_table(database, None).keys(99))) == 3


def test_a_file_to_read_must_exist(tmp_path: Path) -> None:
    address = read_address(f"sqlite:///{tmp_path}/nowhere.db?table=a")
    with pytest.raises(TableError) as error, open_database(address, write=False):
        pass
    assert str(error.value) == (
        f"{tmp_path}/nowhere.db must be an SQLite file; there is none. Check the path (an absolute one takes four slashes)."
    )
    assert list(tmp_path.iterdir()) == []
