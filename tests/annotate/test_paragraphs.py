"""Which paragraphs a page holds: of one table, or those on which readers differ."""

import re
from pathlib import Path

import pandas as pd
import pytest

from stance.annotate.paragraphs import Item, carried_columns, read_disputes, read_items, read_rows
from stance.annotate.questions import Question
from stance.errors import InputError, TableError

STANCE = [Question("stance", ("for", "against"))]
BOATS = "Forty boats were counted in the harbour."


def reading(key: str, reader: str, label: str, **more: str) -> dict[str, str]:
    return {"paragraph_id": key, "text": BOATS, "reader": reader, "stance": label} | more


def disputes(*rows: dict[str, str]) -> list[Item]:
    return read_disputes(rows, "text", STANCE, "the table")


def test_a_frame_and_a_file_give_the_same_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": [BOATS, None], "probability": [0.1, 1 / 3], "n": [1, 2]})
    frame.to_json(tmp_path / "table.jsonl", orient="records", lines=True, double_precision=15)
    columns, rows, name = read_rows(frame, None)
    assert (columns, name) == (["text", "probability", "n"], "the table")
    assert rows[0] == {"text": BOATS, "probability": "0.1", "n": "1"}
    assert rows[1]["text"] == ""
    assert read_rows(tmp_path / "table.jsonl", None)[1] == [
        row | {"probability": row["probability"][:17]} for row in rows
    ]


def test_a_table_that_cannot_be_read_whole_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("text,outlet\na,b\nc\n", encoding="utf-8")
    message = f"{path} must be a whole table; 1 of its rows could not be read. Mend them."
    with pytest.raises(TableError, match=f"^{re.escape(message)}$"):
        read_rows(path, None)


def test_rows_without_an_id_are_named_by_their_number() -> None:
    rows = [{"text": "One."}, {"text": " "}, {"text": "Three."}]
    assert [item.key for item in read_items(rows, "text", "the table")] == ["0:", "2:"]
    rows[0]["paragraph_id"] = "uk-7:0-4"
    assert read_items(rows, "text", "the table")[0].key == "uk-7:0-4"


def test_a_table_without_texts_is_refused() -> None:
    message = "the table must hold texts in column 'text'; it holds none."
    with pytest.raises(TableError, match=f"^{re.escape(message)}$"):
        read_items([{"text": ""}], "text", "the table")


def test_a_paragraph_stands_on_a_page_once() -> None:
    message = (
        "the table must hold each paragraph once; paragraph_id 'a' occurs more than once. "
        "For the readings of several people pass settle=True (--settle)."
    )
    with pytest.raises(TableError, match=f"^{re.escape(message)}$"):
        read_items([reading("a", "ana", ""), reading("a", "ben", "")], "text", "the table")


def test_disputes_are_where_two_readers_gave_different_labels() -> None:
    items = disputes(
        reading("same", "ana", "for"),
        reading("same", "ben", "for"),
        reading("differ", "ana", "for", note="A call?"),
        reading("differ", "ben", "against"),
        reading("half", "ana", "for"),
        reading("half", "ben", ""),
        reading("differ", "ben", ""),  # of a file that was saved before it was read
        reading("same", "cleo", "against", settles="yes"),
    )
    assert [item.key for item in items] == ["differ"]
    assert [(r.reader, r.labels["stance"], r.note) for r in items[0].readings] == [
        ("ana", "for", "A call?"),
        ("ben", "against", ""),
    ]


def test_readers_who_agree_leave_nothing_to_settle() -> None:
    message = (
        "there must be something to settle; on the 1 paragraphs of the table no two readers "
        "differ. Give the tables of all readers together."
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        disputes(reading("a", "ana", "for"), reading("a", "ben", "for"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [reading("a", "ana", "for"), reading("a", "ben", "for") | {"text": "Others."}],
            "the table must hold one text for paragraph 'a'; its rows have several. "
            "Give readings of one page.",
        ),
        (
            [reading("a", "ana", "for"), reading("a", "ana", "against")],
            "the table must hold one row of each reader for paragraph 'a'; one reader has several. "
            "Leave one of them.",
        ),
        (
            [reading("a", "ana", "maybe")],
            "the table, column 'stance' must hold the labels ['for', 'against']; got 'maybe'. Name "
            "all labels with labels= (--labels), or the model that has them (--model).",
        ),
    ],
    ids=["two texts", "one reader twice", "unknown label"],
)
def test_readings_that_do_not_belong_together_are_refused(
    rows: list[dict[str, str]], message: str
) -> None:
    with pytest.raises((TableError, InputError), match=f"^{re.escape(message)}$"):
        disputes(*rows)


def test_no_column_that_tells_a_label_is_carried() -> None:
    columns = [
        "paragraph_id", "outlet", "text", "stance", "stance_probability", "stance_p_for",
        "stance_uncertain", "sentiment", "stratum", "date",
    ]  # fmt: skip
    assert carried_columns(columns, "text", STANCE) == ["outlet", "date"]
