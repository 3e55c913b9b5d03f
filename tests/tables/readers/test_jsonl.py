"""Reading JSONL: every line a row, or put aside with the reason."""

import io

import pytest

from stance import TableError
from stance.tables.readers.json import JsonTable
from stance.tables.readers.jsonl import JsonlTable
from stance.tables.rows import ReadOptions
from stance.tables.streams import open_source


def read(
    content: bytes, columns: list[str] | None = None
) -> tuple[list[str], list[tuple[int, list[object]]], list[str]]:
    with open_source(io.BytesIO(content), "") as source:
        table = JsonlTable(source, ReadOptions())
        rows, faults = [], []
        for chunk in table.chunks(columns or table.columns):
            rows += zip(
                chunk.numbers, map(list, zip(*chunk.columns.values(), strict=True)), strict=True
            )
            faults += [fault.message() for fault in chunk.faults]
        return table.columns, rows, faults


def test_cells_are_kept_as_they_are() -> None:
    content = '{"id": 7, "text": "a\\nb ’\\u2028"}\r\n\n{"text": null, "id": "007", "more": [1, {"a": true}]}'.encode()
    assert read(content) == (
        ["id", "text", "more"],
        [(0, [7, "a\nb ’\u2028", None]), (1, ["007", None, [1, {"a": True}]])],
        [],
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"text": "a"', "line 2 is not JSON (Expecting ',' delimiter)."),
        (b'["a"]', "line 2 must hold a JSON object; it holds list."),
        (b'{"text": "a", "text": "b"}', "line 2 is not JSON (a key occurs twice)."),
        (b'{"text": NaN}', "line 2 is not JSON (NaN is no JSON)."),
        (b'{"text": 1e999}', "line 2 is not JSON (1e999 is too large)."),
        (b'{"text": "\\ud800"}', "line 2 is not UTF-8, or names half of a surrogate pair."),
        (b'{"text": "\xe9"}', "line 2 is not UTF-8, or names half of a surrogate pair."),
    ],
    ids=["cut off", "a list", "twice", "NaN", "too large", "half a pair", "another encoding"],
)
def test_a_line_that_is_no_row_is_put_aside(line: bytes, message: str) -> None:
    content = '{"text": "é"}\n'.encode() + line + b'\n{"text": "c"}\n'
    assert read(content) == (["text"], [(0, ["é"]), (2, ["c"])], [message])


def test_brackets_without_end_are_put_aside() -> None:
    assert (
        "line 2 is not JSON"
        in read(b'{"text": "a"}\n' + b'{"text": ' + b"[" * 200_000 + b"\n")[2][0]
    )


def test_a_late_key_is_a_fault_only_where_all_columns_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("stance.tables.readers.jsonl.ROWS", 2)
    content = b'{"text": "a", "id": 1}\n{"text": "b", "id": 2}\n{"text": "c", "id": 3, "late": 1}\n{"text": "d", "id": 4}\n'
    assert read(content)[1:] == (
        [(0, ["a", 1]), (1, ["b", 2]), (3, ["d", 4])],
        ["line 3 has keys that no earlier row has: ['late']."],
    )
    assert read(content, ["text"])[1:] == ([(0, ["a"]), (1, ["b"]), (2, ["c"]), (3, ["d"])], [])


@pytest.mark.parametrize(
    ("table", "content"),
    [(JsonlTable, b"%s\n%s\n%s\n"), (JsonTable, b"[%s, %s, %s]")],
    ids=["jsonl", "json"],
)
def test_keys_of_their_own_in_each_row_are_refused_before_room_is_made(
    table: type[JsonlTable | JsonTable], content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stance.tables.readers.batches.MAX_CELLS", 11)
    content %= (b'{"text": "a", "id": 1}', b'{"text": "b", "a": 1}', b'{"text": "c", "b": 1}')
    with open_source(io.BytesIO(content), "") as source:
        opened = table(source, ReadOptions())
        with pytest.raises(TableError) as error:
            next(iter(opened.chunks(opened.columns)))
        assert str(error.value) == (
            "standard input must have room for at most 11 cells in 3 rows; their objects have 4 different keys. "
            "Name the columns to keep (--keep), or give the objects the same keys."
        )
    with open_source(io.BytesIO(content), "") as source:
        (chunk,) = table(source, ReadOptions()).chunks(["text", "id"])
        assert chunk.columns == {"text": ["a", "b", "c"], "id": [1, None, None]}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it holds none."),
        (b"id,text\n", "line 1 is not JSON (Expecting value)."),
        (b"{}\n", "it holds none."),
    ],
    ids=["empty", "CSV", "no key"],
)
def test_what_is_no_jsonl_is_named(content: bytes, problem: str) -> None:
    with pytest.raises(TableError) as error:
        read(content)
    assert (
        str(error.value)
        == f"standard input must hold one JSON object per line, with keys; {problem} Mend it, or name its format."
    )
