"""Databases: every row is labelled once, whatever fails; no table is lost, no password shown."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest

from stance.cli.main import main
from stance.errors import InputError, TableError
from stance.model import Model
from stance.tables import databases

sa = pytest.importorskip("sqlalchemy", reason='needs SQLAlchemy: pip install "stance-tone[sql]"')

from stance.sql import label_sql  # noqa: E402
from stance.tables.addresses import read_address  # noqa: E402

TEXTS = [
    "Lamps Out\n\nThey urged a truce.",
    None,
    "",
    "The council voted against a truce.",
    "Two\n\nparagraphs.",
    "休戦",
]


class News:
    """A database that tests look into."""

    def __init__(self, url: str) -> None:
        self.base, self.engine = url, sa.create_engine(url)
        self.name = self.engine.dialect.name

    def address(self, table: str, **more: str) -> str:
        return f"{self.base}{'&' if '?' in self.base else '?'}{urlencode({'table': table, **more})}"

    def do(self, *statements: str) -> list[dict[str, Any]]:
        with self.engine.begin() as connection:
            for statement in statements:
                done = connection.exec_driver_sql(statement)
            return [dict(row._mapping) for row in done] if done.returns_rows else []

    def fill(self, texts: list[str | None], table: str = "articles", start: int = 1) -> None:
        shape = sa.table(table, sa.column("id"), sa.column("body"), sa.column("outlet"))
        with self.engine.begin() as connection:
            connection.exec_driver_sql(
                f"CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, body TEXT, outlet VARCHAR(20))"
            )
            rows = [
                {"id": 10 * number, "body": text, "outlet": f"Outlet {number % 3}"}
                for number, text in enumerate(texts, start)
            ]
            connection.execute(sa.insert(shape), rows)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A PostgreSQL of our own; its socket's folder."""
    pytest.importorskip("psycopg", reason='needs psycopg: pip install "stance-tone[sql]"')
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
        Path(path).parent for path in [shutil.which("initdb")] if path
    ]
    if not folders:
        pytest.skip("needs the binaries of a PostgreSQL server")
    folder, as_user = tempfile.mkdtemp(prefix="stance-pg-"), {}
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            shutil.chown(folder, "postgres")
        except LookupError:
            shutil.rmtree(folder)
            pytest.skip("needs a user postgres, as the server refuses to run as root")
        as_user = {"user": "postgres"}
    command = [
        folders[-1] / "initdb",
        "-D",
        f"{folder}/data",
        "-A",
        "trust",
        "-U",
        "desk",
        "-E",
        "UTF8",
        "--locale",
        "C.UTF-8",
        "--no-sync",
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, **as_user)  # type: ignore[call-overload]
    command = [
        folders[-1] / "postgres",
        "-D",
        f"{folder}/data",
        "-k",
        folder,
        "-c",
        "listen_addresses=",
        "-c",
        "fsync=off",
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=folder, **quiet, **as_user) as server:  # type: ignore[call-overload]
        while subprocess.run(
            [folders[-1] / "pg_isready", "-q", "-h", folder], check=False
        ).returncode:
            assert server.poll() is None
            time.sleep(0.05)
        yield folder
        server.send_signal(signal.SIGQUIT)  # at once
    shutil.rmtree(folder)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[News]:
    news = News(f"sqlite:///{tmp_path}/news.db")
    yield news
    news.engine.dispose()


@pytest.fixture
def postgresql(cluster: str) -> Iterator[News]:
    news = News(f"postgresql+psycopg://desk@/postgres?host={cluster}")
    news.do("DROP SCHEMA IF EXISTS public, press, desk CASCADE", "CREATE SCHEMA public")
    yield news
    news.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def news(request: pytest.FixtureRequest) -> News:
    database: News = request.getfixturevalue(request.param)
    return database


def expected(
    model: Model, news: News, table: str = "articles", **options: Any
) -> list[dict[str, Any]]:
    frame = pd.DataFrame(news.do(f"SELECT id, body, outlet FROM {table} ORDER BY id")).astype(
        {"body": object}
    )
    labelled = model.label_frame(frame, text="body", key="id", **options)
    labelled = labelled.drop(columns="row").astype(object)
    return labelled.where(labelled.notna(), None).to_dict("records")  # type: ignore[no-any-return]


def labels(news: News, table: str = "labels") -> list[dict[str, Any]]:
    return news.do(f"SELECT * FROM {table} ORDER BY id, paragraph")


@pytest.mark.parametrize("unit", ["paragraph", "row", "document"])
def test_rows_come_out_as_label_frame_gives_them(small: Model, news: News, unit: str) -> None:
    news.fill(TEXTS * 3)
    summary = label_sql(
        news.address("articles", text="body"),
        news.address("labels"),
        model=small,
        unit=unit,
        keep=["outlet"],
        batch=4,
    )
    records = news.do(
        "SELECT * FROM labels ORDER BY id" + (", paragraph" if unit == "paragraph" else "")
    )
    assert records == expected(small, news, unit=unit, keep=["id", "outlet"])
    assert (summary.rows, summary.written, summary.statuses["missing"]) == (18, len(records), 3)
    types = {
        column["name"]: str(column["type"])
        for column in sa.inspect(news.engine).get_columns("labels")
    }
    assert (types["id"], types["outlet"], types["status"]) == ("INTEGER", "VARCHAR(20)", "TEXT")
    if unit != "document":
        assert (types["start"], types["stance_uncertain"], types["familiarity"][:6]) == (
            "INTEGER",
            "BOOLEAN",
            "DOUBLE",
        )


def test_cells_that_hold_no_text_say_so(small: Model, sqlite: News) -> None:
    sqlite.do(
        "CREATE TABLE articles (id INTEGER PRIMARY KEY, body)",
        "INSERT INTO articles VALUES (1, 7), (2, x'00ff'), (3, CAST(x'e9' AS TEXT)), (4, 'A truce.')",
    )
    label_sql(
        sqlite.address("articles", text="body"),
        sqlite.address("labels"),
        model=small,
        keep=["body"],
    )
    assert [row["status"] for row in labels(sqlite)] == [
        "not text",
        "not text",
        "not text",
        "labelled",
    ]
    assert [row["body"] for row in sqlite.do("SELECT body FROM labels ORDER BY id")] == [
        7,
        b"\x00\xff",
        b"\xe9",
        "A truce.",
    ]


NAMES = [
    'order by "x"; DROP TABLE kept; --',
    "sélect",
    "per%cent %(x)s :y ? a.b",
    "tab\tle",
    "o'clock",
    "Group",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_names_whatever_they_contain(small: Model, news: News, name: str) -> None:
    quoted = (
        '"' + name.replace('"', '""').replace("%", "%%" if news.name == "postgresql" else "%") + '"'
    )
    news.do(
        "CREATE TABLE kept (id INTEGER)",
        f'CREATE TABLE {quoted} ({quoted} INTEGER PRIMARY KEY, "te xt" TEXT)',
    )
    news.do(f"INSERT INTO {quoted} VALUES (2, 'They urged a truce.'), (1, NULL)")
    own = "main" if news.name == "sqlite" else "public"
    label_sql(
        news.address(name, text="te xt", schema=own),
        news.address(name + "!", schema=own),
        model=small,
        batch=1,
    )
    output = quoted[:-1] + '!"'
    assert [
        (row[name], row["status"]) for row in news.do(f"SELECT * FROM {output} ORDER BY 1")
    ] == [(1, "missing"), (2, "labelled")]
    assert sa.inspect(news.engine).has_table("kept")


def test_a_dot_separates_schema_and_table(small: Model, postgresql: News) -> None:
    postgresql.do("CREATE SCHEMA press", "CREATE SCHEMA desk")
    postgresql.fill(TEXTS, "press.articles".replace(".", "_"))
    postgresql.do(
        "ALTER TABLE press_articles SET SCHEMA press",
        "ALTER TABLE press.press_articles RENAME TO articles",
    )
    label_sql(
        postgresql.address("press.articles", text="body"),
        postgresql.address("desk.labels"),
        model=small,
    )
    assert len(labels(postgresql, "desk.labels")) == len(
        expected(small, postgresql, "press.articles")
    )
    label_sql(
        postgresql.address("articles", schema="press", text="body"),
        postgresql.address("desk.labels", schema="public"),
        model=small,
    )
    assert len(labels(postgresql, '"desk.labels"')) == len(labels(postgresql, "desk.labels"))


def test_columns_that_a_result_needs_are_renamed_whatever_their_case(
    small: Model, news: News
) -> None:
    news.do(
        'CREATE TABLE articles ("Status" INTEGER PRIMARY KEY, text TEXT, tone TEXT, "row" INTEGER)',
        "INSERT INTO articles VALUES (1, 'A truce.', 'flat', 4)",
    )
    label_sql(news.address("articles"), news.address("labels"), model=small, keep="all")
    row = news.do("SELECT * FROM labels")[0]
    assert (row["input_Status"], row["input_tone"], row["row"], row["text"], row["status"]) == (
        1,
        "flat",
        4,
        "A truce.",
        "labelled",
    )


def test_carried_columns_come_out_as_they_went_in(small: Model, postgresql: News) -> None:
    postgresql.do(
        "CREATE TYPE mood AS ENUM ('low', 'high')",
        "CREATE TABLE articles (id UUID PRIMARY KEY, text TEXT, at TIMESTAMPTZ, price NUMERIC(9,3), tags TEXT[], about JSONB, mood mood, size BIGINT)",
        "INSERT INTO articles SELECT gen_random_uuid(), 'A truce.', now(), 1.100, '{a,NULL}', '{\"a\": [1]}', 'high', 9007199254740993 FROM generate_series(1, 7)",
    )
    label_sql(
        postgresql.address("articles"),
        postgresql.address("labels"),
        model=small,
        keep="all",
        batch=2,
    )
    columns = "id, text, at, price, tags, about, mood, size"
    assert postgresql.do(f"SELECT {columns} FROM labels ORDER BY id") == postgresql.do(
        f"SELECT {columns} FROM articles ORDER BY id"
    )
    label_sql(
        postgresql.address("articles"),
        postgresql.address("labels"),
        model=small,
        keep=["mood"],
        force=True,
    )  # the type mood stays
    assert len(postgresql.do("SELECT mood FROM labels")) == 7


def test_from_one_kind_of_database_to_the_other(
    small: Model, sqlite: News, postgresql: News
) -> None:
    sqlite.fill(TEXTS)
    label_sql(
        sqlite.address("articles", text="body"),
        postgresql.address("labels"),
        model=small,
        keep=["outlet"],
    )
    assert labels(postgresql) == expected(small, sqlite, keep=["id", "outlet"])
    postgresql.do(
        "CREATE TABLE wires (id BIGINT PRIMARY KEY, text VARCHAR(99), share REAL, seen BOOLEAN)",
        "INSERT INTO wires VALUES (9007199254740993, 'A truce.', 0.5, TRUE)",
    )
    label_sql(
        postgresql.address("wires"),
        sqlite.address("wire labels"),
        model=small,
        keep=["share", "seen"],
    )
    assert [tuple(row.values())[:3] for row in sqlite.do('SELECT * FROM "wire labels"')] == [
        (9007199254740993, 0.5, 1)
    ]
    postgresql.do("CREATE TABLE days (day DATE PRIMARY KEY, text TEXT)")
    with pytest.raises(TableError) as caught:
        label_sql(postgresql.address("days"), sqlite.address("back"), model=small)
    assert str(caught.value).startswith("column 'day' of table 'days' of postgresql+psycopg://")
    assert str(caught.value).endswith(
        "; it is DATE(). Leave it out of `keep`, or cast it in a view."
    )


def test_another_file_and_another_place(small: Model, sqlite: News, tmp_path: Path) -> None:
    sqlite.fill(TEXTS)
    other = f"sqlite:///{tmp_path}/other.db"
    label_sql(
        sqlite.address("articles", text="body"), f"{other}?table=labels", model=small, batch=2
    )
    news = News(other)
    assert labels(news) == expected(small, sqlite, keep=["id"])
    news.engine.dispose()


@pytest.mark.parametrize(
    ("kind", "key", "values"),
    [
        ("TEXT PRIMARY KEY", "", ["'a'", "'B'", "'ä'", "'10'", "'9'", "''"]),
        ("BIGINT PRIMARY KEY", "", ["-9007199254740993", "0", "9007199254740993", "7"]),
        ("TIMESTAMP PRIMARY KEY", "", ["'2024-01-01 00:00:00'", "'2024-01-01 00:00:00.5'", "'2023-12-31 23:59:59'"]),
        ("DOUBLE PRECISION", "code", ["0.1", "0.30000000000000004", "0.3", "1e300"]),
    ],
    ids=["text", "big", "time", "float"],
)  # fmt: skip
def test_keys_of_any_type(small: Model, news: News, kind: str, key: str, values: list[str]) -> None:
    news.do(
        f"CREATE TABLE articles (code {kind}, text TEXT)",
        *(f"INSERT INTO articles VALUES ({value}, 'A truce.')" for value in values),
    )
    more = {"key": key} if key else {}
    label_sql(news.address("articles", **more), news.address("labels"), model=small, batch=1)
    assert news.do("SELECT code FROM labels ORDER BY code") == news.do(
        "SELECT code FROM articles ORDER BY code"
    )


def test_a_table_without_a_key_says_what_to_do(small: Model, news: News) -> None:
    news.do(
        "CREATE TABLE articles (id INTEGER, text TEXT)",
        "INSERT INTO articles VALUES (1, 'A truce.'), (1, 'b'), (NULL, 'c')",
    )
    with pytest.raises(TableError) as caught:
        label_sql(news.address("articles"), news.address("labels"), model=small)
    own = " (&key=rowid for SQLite's own)" if news.name == "sqlite" else ""
    assert str(caught.value).startswith("table 'articles' of ")
    assert str(caught.value).endswith(
        " must have a primary key of one column, so that a run can be resumed; it has none. "
        f"Name a column that is unique and never null: &key=...{own}."
    )
    with pytest.raises(
        TableError,
        match=r"'id' is null in 1 rows and repeats another in 1\. Name another column \(&key=\.\.\.\)\.$",
    ):
        label_sql(news.address("articles", key="id"), news.address("labels"), model=small)
    with pytest.raises(
        InputError, match=r"^there is no column 'nr'; the columns are \['id', 'text'\]\.$"
    ):
        label_sql(news.address("articles", key="nr"), news.address("labels"), model=small)
    news.do(
        "DROP TABLE articles",
        "CREATE TABLE articles (a INTEGER, b INTEGER, text TEXT, PRIMARY KEY (a, b))",
    )
    with pytest.raises(TableError, match=r"it has \['a', 'b'\]\. Name a column"):
        label_sql(news.address("articles"), news.address("labels"), model=small)
    assert not sa.inspect(news.engine).has_table("labels")


def test_rowid_will_do(small: Model, sqlite: News) -> None:
    sqlite.do(
        "CREATE TABLE articles (id INTEGER, text TEXT)",
        "INSERT INTO articles VALUES (7, 'A truce.'), (7, 'b'), (8, 'c')",
    )
    label_sql(
        sqlite.address("articles", key="rowid"), sqlite.address("labels"), model=small, keep=["id"]
    )
    assert [(row["rowid"], row["id"]) for row in sqlite.do("SELECT * FROM labels ORDER BY 1")] == [
        (1, 7),
        (2, 7),
        (3, 8),
    ]


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_a_view_will_do(small: Model, news: News, kind: str) -> None:
    news.fill(TEXTS)
    news.do(
        f"CREATE {kind if news.name == 'postgresql' else 'VIEW'} recent AS SELECT * FROM articles WHERE id > 20"
    )
    label_sql(news.address("recent", key="id", text="body"), news.address("labels"), model=small)
    assert labels(news) == expected(small, news, "recent", keep=["id"])


def test_a_key_that_cannot_be_compared_exactly_is_refused(small: Model, postgresql: News) -> None:
    postgresql.do(
        "CREATE TABLE articles (id REAL PRIMARY KEY, text TEXT)",
        "INSERT INTO articles VALUES (0.1, 'A truce.'), (0.2, 'b')",
    )
    with pytest.raises(
        TableError,
        match=r" must have a key that can be compared exactly; 'id' cannot\. Name another\.$",
    ):
        label_sql(
            postgresql.address("articles"), postgresql.address("labels"), model=small, batch=1
        )


def test_a_type_that_is_not_known_can_stay_behind(small: Model, postgresql: News) -> None:
    postgresql.do(
        "CREATE TABLE articles (id INTEGER PRIMARY KEY, text TEXT, place POINT)",
        "INSERT INTO articles VALUES (1, 'A truce.', '(1,2)')",
    )
    label_sql(postgresql.address("articles"), postgresql.address("labels"), model=small)
    with pytest.raises(
        TableError,
        match=r"^column 'place' of table 'articles' of .*; it is NullType\(\)\. Leave it out of `keep`, or cast it in a view\.$",
    ):
        label_sql(
            postgresql.address("articles"), postgresql.address("more"), model=small, keep="all"
        )


def test_null_in_a_primary_key_is_no_key(small: Model, sqlite: News) -> None:
    sqlite.do(
        "CREATE TABLE articles (id TEXT PRIMARY KEY, text TEXT)",
        "INSERT INTO articles VALUES ('a', 'A truce.'), (NULL, 'b')",
    )
    with pytest.raises(TableError, match="'id' is null in 1 rows"):
        label_sql(sqlite.address("articles"), sqlite.address("labels"), model=small)


CHILD = "import sys; from stance.sql import label_sql; label_sql(*sys.argv[1:3], model=sys.argv[3], batch=3, resume=True)"


def test_kill_9_midway_and_resume_give_an_equal_table(
    small: Model, news: News, tmp_path: Path
) -> None:
    news.fill(
        [
            f"Lamp {number}\n\nThey urged a truce, {number} said."
            if number % 5
            else TEXTS[number % 6]
            for number in range(900)
        ]
    )
    model = small.save(tmp_path / "model")
    source, output = news.address("articles", text="body"), news.address("labels")
    for rows in (30, 90):
        with subprocess.Popen([sys.executable, "-c", CHILD, source, output, str(model)]) as child:
            while child.poll() is None:
                if (
                    sa.inspect(news.engine).has_table("labels_run")
                    and news.do('SELECT "rows" FROM labels_run')[0]["rows"] >= rows
                ):
                    break
                time.sleep(0.002)
            child.kill()
        assert child.returncode == -signal.SIGKILL
        assert rows <= news.do('SELECT "rows" FROM labels_run')[0]["rows"] < 900
    summary = label_sql(source, output, model=str(model), resume=True)
    assert 0 < summary.rows < 900
    assert labels(news) == expected(small, news, keep=["id"])


def test_a_connection_that_breaks_ends_with_an_error_and_resume_completes(
    small: Model, postgresql: News
) -> None:
    postgresql.fill(TEXTS * 5)
    postgresql.engine.dispose()

    done: list[int] = []

    def breaking(rows: int) -> None:
        done.append(rows)
        if len(done) == 2:
            postgresql.do(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )

    source, output = postgresql.address("articles", text="body"), postgresql.address("labels")
    with pytest.raises(TableError) as caught:
        label_sql(source, output, model=small, batch=4, progress=breaking)
    assert str(caught.value).endswith(
        ": terminating connection due to administrator command. "
        "Check the database and its address; what a run has written is whole, and resume (--resume) goes on with it."
    )
    assert postgresql.do('SELECT "rows" FROM labels_run') == [{"rows": 8}]
    label_sql(source, output, model=small, resume=True)
    assert labels(postgresql) == expected(small, postgresql, keep=["id"])


def test_a_locked_file_ends_with_an_error(
    small: Model, sqlite: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite.fill(TEXTS)
    monkeypatch.setattr(databases, "_PATIENCE", 0.05)
    with sqlite.engine.connect() as other:
        other.exec_driver_sql("UPDATE articles SET outlet = outlet")
        with pytest.raises(
            TableError, match=r": database is locked\. Check the database and its address; "
        ):
            label_sql(
                sqlite.address("articles", text="body"), sqlite.address("labels"), model=small
            )
    label_sql(sqlite.address("articles", text="body"), sqlite.address("labels"), model=small)


def test_two_runs_on_one_output_write_no_row_twice(small: Model, news: News) -> None:
    news.fill(TEXTS * 3)
    source, output = news.address("articles", text="body"), news.address("labels")

    def overtaken(_: int) -> None:
        if not overtakers:
            overtakers.append(label_sql(source, output, model=small, resume=True))

    overtakers: list[Any] = []

    with pytest.raises(
        TableError,
        match=r"must have one run at a time; another one writes to it\. Wait for its end\.$",
    ):
        label_sql(source, output, model=small, batch=4, progress=overtaken)
    assert labels(news) == expected(small, news, keep=["id"])


def test_an_output_is_replaced_on_request_only_and_only_if_it_is_ours(
    small: Model, news: News
) -> None:
    news.fill(TEXTS)
    source, output = news.address("articles", text="body"), news.address("labels")
    label_sql(source, output, model=small, unit="row")
    with pytest.raises(TableError) as caught:
        label_sql(source, output, model=small)
    assert str(caught.value) == (
        f"{read_address(output)} must not exist yet; it does. "
        "Name another table, resume its run (resume, --resume) or replace it (force, --force)."
    )
    label_sql(source, output, model=small, force=True)
    assert labels(news) == expected(small, news, keep=["id"])
    news.do(
        "CREATE TABLE theirs (id INTEGER)",
        "CREATE TABLE beside (id INTEGER)",
        "CREATE TABLE beside_run (id INTEGER)",
    )
    for name in ("theirs", "beside"):
        with pytest.raises(
            TableError,
            match=rf"must be of an earlier run to be replaced; '{name}_run' does not say so\. Name another table\.$",
        ):
            label_sql(source, news.address(name), model=small, force=True)
        with pytest.raises(
            TableError,
            match=r"must be of an earlier run to be resumed; it is not\. Name another table\.$",
        ):
            label_sql(source, news.address(name), model=small, resume=True)
    with pytest.raises(
        InputError, match=r"^source and output must be two tables; both are table 'articles' of "
    ):
        label_sql(source, news.address("articles"), model=small, force=True)
    assert len(news.do("SELECT * FROM articles")) == len(TEXTS)


def test_a_failed_replacement_leaves_the_old_table(
    small: Model, news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    news.fill(TEXTS)
    source, output = news.address("articles", text="body"), news.address("labels")
    label_sql(source, output, model=small)
    before = labels(news)

    def fail(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sa.schema, "CreateTable", fail)
    with pytest.raises(KeyboardInterrupt):
        label_sql(source, output, model=small, unit="row", force=True)
    assert labels(news) == before


def test_resume_refuses_another_model_and_other_options(
    small: Model, shipped: Model, news: News
) -> None:
    news.fill(TEXTS)
    source, output = news.address("articles", text="body"), news.address("labels")
    label_sql(source, output, model=small)
    for options, changed in [
        ({"model": shipped}, "model"),
        ({"model": small, "unit": "row", "level": 0.8}, "level, unit"),
        ({"model": small, "keep": "all"}, "keep"),
    ]:
        with pytest.raises(TableError) as caught:
            label_sql(source, output, resume=True, **options)  # type: ignore[arg-type]
        assert str(caught.value) == (
            f"{read_address(output)} can be resumed only with the options it was begun with; {changed} changed. Pass the same again, or replace it (force, --force)."
        )


def test_one_row_in_and_one_out_do_not_cancel(small: Model, news: News) -> None:
    news.fill(TEXTS)

    def swap(n_rows: int) -> None:
        news.do("DELETE FROM articles WHERE id = 10")
        news.do("INSERT INTO articles (id, body) VALUES (5, 'late')")

    source, output = news.address("articles", text="body"), news.address("labels")
    with pytest.raises(TableError) as caught:
        label_sql(source, output, model=small, progress=swap)
    n = len(TEXTS)
    assert str(caught.value) == (
        f"{read_address(source, ('text',))} must stay as it is while it is labelled; it has {n} rows up to the last key, and {n} were labelled. "
        "Rows were added or deleted: label it again (force, --force)."
    )


def test_resume_labels_later_rows_and_refuses_earlier_ones(small: Model, news: News) -> None:
    news.fill(TEXTS)
    source, output = news.address("articles", text="body"), news.address("labels")
    label_sql(source, output, model=small, resume=True)
    news.fill(["They urged a truce."], start=20)
    assert label_sql(source, output, model=small, resume=True).rows == 1
    assert labels(news) == expected(small, news, keep=["id"])
    news.do("INSERT INTO articles (id, body) VALUES (3, 'late')")
    with pytest.raises(TableError) as caught:
        label_sql(source, output, model=small, resume=True)
    assert str(caught.value) == (
        f"{read_address(source, ('text',))} must stay as it is while it is labelled; it has 8 rows up to the last key, and 7 were labelled. "
        "Rows were added or deleted: label it again (force, --force)."
    )


def test_an_empty_table_gives_an_empty_table(small: Model, news: News) -> None:
    news.do("CREATE TABLE articles (id INTEGER PRIMARY KEY, text TEXT)")
    assert label_sql(news.address("articles"), news.address("labels"), model=small).rows == 0
    assert labels(news) == []


def test_names_that_would_be_cut_off_are_refused(small: Model, postgresql: News) -> None:
    postgresql.fill(TEXTS)
    with pytest.raises(
        TableError, match=r"must be of at most 63 bytes; 'l{60}_run' is longer\. Shorten it\.$"
    ):
        label_sql(
            postgresql.address("articles", text="body"), postgresql.address("l" * 60), model=small
        )


@pytest.mark.parametrize(
    "where", ["s3cret@127.0.0.1:1/db?", "s3cret@127.0.0.1:1/db?sslpassword=s3cret&"]
)
def test_no_password_is_shown(
    small: Model, sqlite: News, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("psycopg", reason='needs psycopg: pip install "stance-tone[sql]"')
    sqlite.fill(TEXTS)
    address = f"postgresql://desk:{where}table=articles"
    assert (
        main(["--debug", "score", address, "-o", sqlite.address("labels"), "--text", "body"]) == 1
    )
    error = capsys.readouterr().err
    assert (
        "stance: error: table 'articles' of postgresql+psycopg://desk:***@127.0.0.1:1/db: " in error
    )
    assert "s3cret" not in error


def test_what_is_not_there_is_not_made(small: Model, sqlite: News, tmp_path: Path) -> None:
    with pytest.raises(TableError) as caught:
        label_sql(f"sqlite:///{tmp_path}/nowhere.db?table=a", sqlite.address("labels"), model=small)
    assert (
        str(caught.value)
        == f"{tmp_path}/nowhere.db must be an SQLite file; there is none. Check the path (an absolute one takes four slashes)."
    )
    assert not (tmp_path / "nowhere.db").exists()
    sqlite.fill(TEXTS)
    with pytest.raises(TableError) as caught:
        label_sql(sqlite.address("article"), sqlite.address("labels"), model=small)
    assert (
        str(caught.value)
        == f"there is no table 'article' of sqlite:///{tmp_path}/news.db; the tables are ['articles']."
    )
    (tmp_path / "no.db").write_text("no database " * 100)
    with pytest.raises(
        TableError, match=r": file is not a database\. Check the database and its address; "
    ):
        label_sql(f"sqlite:///{tmp_path}/no.db?table=a", sqlite.address("labels"), model=small)


def test_the_command_hands_addresses_over(
    small: Model,
    sqlite: News,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sqlite.fill(TEXTS)
    monkeypatch.chdir(tmp_path)
    model = str(small.save(tmp_path / "model"))
    command = [
        "score",
        "sqlite:///news.db?table=articles&text=body",
        "-o",
        "sqlite:///news.db?table=labels",
        "--model",
        model,
        "--keep",
        "outlet",
    ]
    assert main(command) == 0
    assert capsys.readouterr().err.startswith("6 rows read, 8 written, in ")
    assert labels(sqlite) == expected(small, sqlite, keep=["id", "outlet"])
    assert main(command) == 1
    assert main([*command, "--resume", "--quiet"]) == 0
    assert main([*command, "--force", "--quiet"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "news.db"]


def test_a_cell_that_is_too_long_says_so(small: Model, news: News) -> None:
    news.fill(["A truce.", "A truce. " * 10])
    label_sql(
        news.address("articles", text="body"), news.address("labels"), model=small, longest=20
    )
    assert [row["status"] for row in labels(news)] == ["labelled", "too long"]


def test_options_that_exclude_each_other(small: Model) -> None:
    address = "sqlite:///a.db?table=a"
    with pytest.raises(
        InputError,
        match=r"^`resume` goes on and `force` begins anew; got both\. Pass one of them\.$",
    ):
        label_sql(address, address, model=small, resume=True, force=True)
    with pytest.raises(
        InputError,
        match=r"^the column of texts must be named once; got 'body' and 'text'\. Leave one of them out\.$",
    ):
        label_sql(f"{address}&text=body", "sqlite:///a.db?table=b", text="text", model=small)


@pytest.mark.parametrize(
    ("module", "address"),
    [("sqlalchemy", "sqlite:///a.db?table=a"), ("psycopg", "postgresql:///a?table=a")],
)
def test_without_the_extra_it_says_what_to_install(
    small: Model, monkeypatch: pytest.MonkeyPatch, module: str, address: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        InputError,
        match=rf' needs the package {module}; it is not installed\. pip install "stance-tone\[sql\]"$',
    ):
        label_sql(address, address.replace("table=a", "table=b"), model=small)
