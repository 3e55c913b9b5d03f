"""Batch labelling: every row in, every row out."""

import csv
import io
from pathlib import Path

import pytest

import stance
from stance.model import Model


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_rows_come_out_as_label_frame_gives_them(small: Model, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text('id,body\n7,"Lamps Out\n\nThey urged a truce."\n8,\n9,NA\n', encoding="utf-8")
    summary = stance.label_file(source, tmp_path / "out.csv", text="body", model=small, keep="id")
    found = rows_of(tmp_path / "out.csv")
    assert [(row["id"], row["row"], row["kind"], row["status"]) for row in found] == [
        ("7", "0", "heading", "skipped"),
        ("7", "0", "paragraph", "labelled"),
        ("8", "1", "", "empty"),
        ("9", "2", "paragraph", "unfamiliar"),
    ]
    assert (summary.rows, summary.written, summary.statuses["labelled"]) == (3, 4, 1)
    expected = small.label("They urged a truce.")[0]
    assert found[1]["stance"] == expected.stance
    assert float(found[1]["stance_probability"]) == pytest.approx(expected.probability["stance"], abs=1e-6)


def test_rows_that_cannot_be_read_are_kept_and_counted(small: Model, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    (tmp_path / "out.csv.errors.csv").write_text("of an earlier run")
    source.write_text("id,text\n1,a truce\n2,b,c\n3,a lamp\n", encoding="utf-8")
    summary = stance.label_file(source, tmp_path / "out.csv", model=small, unit="row", keep="all")
    assert [(row["id"], row["row"]) for row in rows_of(tmp_path / "out.csv")] == [("1", "0"), ("3", "2")]
    assert rows_of(tmp_path / "out.csv.errors.csv") == [
        {"row": "1", "line": "3", "reason": "has 3 fields where the header has 2", "raw": "2,b,c\n"}
    ]
    assert summary.errors == tmp_path / "out.csv.errors.csv"
    source.write_text("id,text\n1,a truce\n", encoding="utf-8")
    assert stance.label_file(source, tmp_path / "out.csv", model=small, force=True).errors is None
    assert not (tmp_path / "out.csv.errors.csv").exists()


def test_an_unknown_column_leaves_no_file(small: Model, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,a truce\n", encoding="utf-8")
    with pytest.raises(stance.InputError, match=r"there is no column 'body'; the columns are \['id', 'text'\]\.$"):
        stance.label_file(source, tmp_path / "out.csv", text="body", model=small)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_streams_do_as_well_as_paths(small: Model) -> None:
    out = io.StringIO(newline="")
    stance.label_file(io.BytesIO(b"text\nThey urged a truce.\n"), out, model=small, unit="document")
    assert len(out.getvalue().splitlines()) == 2


def test_memory_is_that_of_a_row(small: Model, tmp_path: Path) -> None:
    """Each row is written before the next is read."""
    seen = 0
    sizes = []

    def counted(rows):  # type: ignore[no-untyped-def]
        nonlocal seen
        for row in rows:
            seen += 1
            sizes.append(written.tell())
            yield row

    written = io.StringIO(newline="")
    stance.label_file(io.BytesIO(b"text\n" + b"They urged a truce.\n" * 50), written, model=small, progress=counted)
    assert seen == 50
    assert sizes == sorted(set(sizes))
