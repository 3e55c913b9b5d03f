"""Tables of other libraries than pandas, lists, and first calls that need another function."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import stance
from stance import InputError
from stance.model import Model

TEXTS = [
    "The guild urged a truce.\n\nThe council voted against it.",
    None,
    "Forty boats were counted.",
]
ROWS = {"id": [7, 8, 9], "body": TEXTS}


def polars(**columns: Any) -> Any:
    return pytest.importorskip("polars").DataFrame(columns)


def arrow(**columns: Any) -> Any:
    return pytest.importorskip("pyarrow").table(columns)


@pytest.mark.parametrize("make", [polars, arrow])
@pytest.mark.parametrize("unit", ["paragraph", "row", "document"])
def test_the_same_kind_of_table_comes_out_with_the_labels_of_pandas(
    make: Any, unit: str, small: Model
) -> None:
    frame = make(**ROWS)
    labelled = small.label_frame(frame, "body", unit=unit, keep=["id", "body"])
    assert type(labelled) is type(frame)
    expected = small.label_frame(pd.DataFrame(ROWS), "body", unit=unit, keep=["id", "body"])
    expected = expected.astype(object).where(expected.notna(), None)
    rows = labelled.to_pylist() if hasattr(labelled, "to_pylist") else labelled.to_dicts()
    assert rows == expected.to_dict("records")


@pytest.mark.parametrize("make", [polars, arrow])
def test_the_types_of_an_empty_table_are_those_of_any(make: Any, small: Model) -> None:
    frame = make(**ROWS)
    empty = frame[:0] if make is polars else frame.slice(0, 0)
    full, none = (
        small.label_frame(table, "body", keep="id", columns="+text") for table in (frame, empty)
    )
    assert len(none) == 0
    assert full.schema == none.schema


@pytest.mark.parametrize(
    "texts",
    [
        lambda: TEXTS,
        lambda: tuple(TEXTS),
        lambda: (text for text in TEXTS),
        lambda: pd.Series(TEXTS),
    ],
    ids=["list", "tuple", "generator", "Series"],
)
def test_texts_without_a_table_are_one_paragraph_each(texts: Any, small: Model) -> None:
    expected = small.label_frame(pd.DataFrame({"text": TEXTS}), unit="row")
    pd.testing.assert_frame_equal(small.label_frame(texts()), expected)
    assert len(small.label_frame(texts(), unit="paragraph")) == 4


def test_a_series_keeps_its_index_and_its_name_does_not_matter(small: Model) -> None:
    series = pd.Series(TEXTS, index=["a", "b", "c"], name="body")
    assert small.label_frame(series).index.tolist() == ["a", "b", "c"]


def test_a_series_of_polars_gives_a_frame_of_polars(small: Model) -> None:
    pl = pytest.importorskip("polars")
    labelled = small.label_frame(pl.Series("body", TEXTS))
    assert isinstance(labelled, pl.DataFrame)
    assert labelled["status"].to_list() == ["labelled", "missing", "labelled"]


def test_rows_and_columns_as_dicts_are_tables(small: Model) -> None:
    expected = small.label_frame(pd.DataFrame(ROWS), "body", keep="id")
    rows = [dict(zip(ROWS, row, strict=True)) for row in zip(*ROWS.values(), strict=True)]
    pd.testing.assert_frame_equal(small.label_frame(rows, "body", keep="id"), expected)
    pd.testing.assert_frame_equal(small.label_frame(ROWS, "body", keep="id"), expected)


def test_no_texts_give_no_rows(small: Model) -> None:
    assert list(small.label_frame([]).columns) == ["row", *small.columns()]


@pytest.mark.parametrize(
    ("frame", "got", "hint"),
    [
        ("articles.csv", "str", "Call label_file for a file, or label for one text."),
        (Path("articles.csv"), "PosixPath", "Call label_file for a file, or label for one text."),
        (7, "int", "Call label for one text."),
    ],
)
def test_what_is_no_table_is_refused_with_the_call_for_it(
    frame: Any, got: str, hint: str, small: Model
) -> None:
    with pytest.raises(InputError) as error:
        small.label_frame(frame)
    assert str(error.value) == f"`frame` must be a table or a list of texts; got {got}. {hint}"


def test_a_lazy_frame_is_told_what_to_call(small: Model) -> None:
    frame = pytest.importorskip("polars").LazyFrame(ROWS)
    with pytest.raises(
        InputError,
        match=r"^`frame` must be in memory; got polars\.LazyFrame\. Call its \.collect\(\) first\.$",
    ):
        small.label_frame(frame, "body")


def test_a_relation_of_duckdb_is_told_what_to_call(small: Model) -> None:
    relation = pytest.importorskip("duckdb").sql("select 'A truce.' as text")
    with pytest.raises(
        InputError, match=r"must be in memory; got _?duckdb\.DuckDBPyRelation\. Call its \.pl\(\), "
    ):
        small.label_frame(relation)


def test_a_missing_column_is_named_with_those_there_are(small: Model) -> None:
    with pytest.raises(
        InputError,
        match=r"^there is no column 'text'; the columns are \['id', 'body'\]\. "
        r"Name the column of texts with text= \(--text\)\.$",
    ):
        small.label_frame(polars(**ROWS))


@pytest.mark.parametrize(
    "source",
    [pd.DataFrame(ROWS), 7, [pd.DataFrame(ROWS)]],
    ids=["a frame", "a number", "a list of frames"],
)
def test_a_frame_is_no_file(source: Any, tmp_path: Path, small: Model) -> None:
    with pytest.raises(
        InputError,
        match=r"^`source` must be a file, a pattern, a folder or several of them; got (pandas\.)?(DataFrame|int)\. Call label_frame for a table in memory\.$",
    ):
        stance.label_file(source, tmp_path / "out.csv", model=small)
