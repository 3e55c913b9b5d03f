"""The address of a table in a database; no message shows its password."""

import re

import pytest

from stance.errors import InputError
from stance.tables.addresses import read_address

pytest.importorskip("sqlalchemy", reason='needs SQLAlchemy: pip install "stance-tone[sql]"')


@pytest.mark.parametrize(
    ("text", "schema", "table"),
    [
        ("sqlite:///news.db?table=articles", None, "articles"),
        ("postgresql://desk@host/news?table=press.articles", "press", "articles"),
        ("postgresql://desk@host/news?schema=press&table=a.b", "press", "a.b"),
    ],
)
def test_a_dot_separates_schema_and_table_unless_the_schema_is_named(
    text: str, schema: str | None, table: str
) -> None:
    address = read_address(text)
    assert (address.schema, address.table) == (schema, table)


def test_parameters_are_stances_own_or_the_drivers() -> None:
    address = read_address(
        "postgres://desk:s3cret@host/news?table=a&text=body&sslmode=require", ["text", "key"]
    )
    assert address.options == {"text": "body"}
    assert dict(address.url.query) == {"sslmode": "require"}
    assert str(address) == "table 'a' of postgresql+psycopg://desk:***@host/news"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sqlite:///news.db", "an address must name one table, as in '?table=articles'; got none."),
        ("sqlite:///news.db?table=a&table=b", "an address must name one table, as in '?table=articles'; got more."),
        ("sqlite://?table=a", "an SQLite database must be a file, as in 'sqlite:///news.db?table=articles'; got none."),
        ("mysql://u:s3cret@host/db?table=a", "a database must be sqlite or postgresql; got 'mysql'. Export the table to CSV, Parquet or JSONL first."),
        ("postgresql://u:s3cret@host:port/db?table=a", "an address must be a URL such as 'sqlite:///news.db?table=articles'; this one cannot be read as a URL. Check it."),
        ("postgresql://u:s3c@ret@host/db?table=a", "an address must have one '@', before the host; got more. Write %40 for each in a user name or password."),
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_address(address)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("address", "unknown"),
    [
        ("sqlite:///news.db?table=a&plugin=evil", "plugin"),
        ("sqlite:///file:news.db?table=a&uri=true", "uri"),
        ("postgresql://host/news?table=a&plugin=evil", "plugin"),
        ("postgresql://host/news?table=a&options=-c", "options"),
    ],
)
def test_only_known_parameters_reach_the_driver(address: str, unknown: str) -> None:
    with pytest.raises(InputError, match=f"got {unknown!r}. Leave it out.$"):
        read_address(address)


@pytest.mark.parametrize("driver", ["sqlite+evil", "postgresql+pg8000", "mysql"])
def test_only_known_drivers_are_taken(driver: str) -> None:
    with pytest.raises(
        InputError, match=rf"must be sqlite or postgresql; got '{re.escape(driver)}'"
    ):
        read_address(f"{driver}:///news?table=a")


def test_a_null_character_is_no_part_of_a_file() -> None:
    with pytest.raises(InputError, match=r"^an SQLite database must be a file, as in "):
        read_address("sqlite:///news%00.db?table=articles")
