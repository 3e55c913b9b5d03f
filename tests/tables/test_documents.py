"""A text document: read as its mark says, and written block by block."""

import csv
import io
import json
from pathlib import Path

import pytest

from stance import InputError, TableError
from stance.model import Model
from stance.tables.documents import read_document, write_document

TEXT = "Lamps Out\n\nThey urged a truce.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_the_mark_of_a_document_is_believed(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_bytes("A truce.\r\n".encode(encoding))
    assert read_document(tmp_path / "story.txt") == "A truce.\r\n"


def test_an_encoding_that_is_named_is_believed(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_bytes(b"caf\xe9")
    assert read_document(tmp_path / "story.txt", "cp1252") == "café"


def test_a_document_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_bytes(b"caf\xe9")
    with pytest.raises(TableError) as error:
        read_document(tmp_path / "story.txt")
    assert str(error.value) == (
        f"{tmp_path}/story.txt must be UTF-8; 'utf-8' codec can't decode byte 0xe9 in position 3: unexpected end of data. "
        "Name its encoding, or save it as UTF-8."
    )
    with pytest.raises(TableError) as error:
        read_document(tmp_path)
    assert (
        str(error.value)
        == f"{tmp_path} must be a file that can be read; Is a directory. Check the path."
    )


def test_every_block_is_a_row_with_its_text_and_results(small: Model, tmp_path: Path) -> None:
    document = small.label(TEXT)
    write_document(document, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["text"], row["kind"], row["status"], row["stance"]) for row in rows] == [
        ("Lamps Out", "heading", "skipped", ""),
        ("They urged a truce.", "paragraph", "labelled", document[1].stance),
    ]


def test_columns_and_format_can_be_chosen(small: Model, tmp_path: Path) -> None:
    document = small.label(TEXT)
    stream = io.BytesIO()
    write_document(document, stream, columns=["kind", "end"], output_format="jsonl")
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [
        {"text": "Lamps Out", "kind": "heading", "end": 9},
        {"text": "They urged a truce.", "kind": "paragraph", "end": 30},
    ]
    with pytest.raises(InputError, match=r"^`output_format` must be one of .*; got 'klingon'\.$"):
        write_document(document, tmp_path / "out.csv", output_format="klingon")
    assert list(tmp_path.iterdir()) == []


def test_a_document_is_written_as_parquet(small: Model, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    write_document(small.label(TEXT), tmp_path / "out.parquet", columns="kind")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [
        {"text": "Lamps Out", "kind": "heading"},
        {"text": "They urged a truce.", "kind": "paragraph"},
    ]
