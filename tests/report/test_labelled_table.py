"""Labelled tables are read one row at a time, with their texts cut from the table that was scored."""

import csv
from pathlib import Path

import pytest

import stance
from stance.errors import TableError
from stance.model import Model
from stance.report.counts import TableCounts
from stance.report.labelled_table import LabelledTable, read_labelled

BODIES = [
    "Lamps Out\n\nThe council voted against a truce.",
    "",
    "A truce was signed; the coast rang its bells.",
]


@pytest.fixture
def paths(tmp_path: Path, small: Model) -> tuple[Path, Path]:
    articles, labelled = tmp_path / "articles.csv", tmp_path / "labelled.csv"
    articles.write_text(
        "outlet,body\n"
        + "".join(f'Bell {number},"{body}"\n' for number, body in enumerate(BODIES)),
        encoding="utf-8",
    )
    stance.label_file(articles, labelled, text="body", model=small)
    return articles, labelled


def texts_of(table: LabelledTable) -> list[str]:
    return [text for rows in table.batches() for text in rows.texts]


def test_rows_come_back_as_they_were_labelled(paths: tuple[Path, Path], small: Model) -> None:
    articles, labelled = paths
    with read_labelled(labelled, small.labels, source=articles, text="body") as table:
        (rows,) = table.batches(["outlet"])
    assert list(rows.numbers) == [0, 1, 2, 3]
    assert list(zip(rows.rows, rows.statuses, rows.cells["outlet"], strict=True)) == [
        (0, "skipped", "Bell 0"), (0, "labelled", "Bell 0"), (1, "empty", "Bell 1"), (2, "labelled", "Bell 2"),
    ]  # fmt: skip
    assert rows.texts == ["Lamps Out", "The council voted against a truce.", "", BODIES[2]]
    assert rows.labelled == [1, 3]
    row, again = rows.row(0), small.label(BODIES[0])[1]
    assert (row.number, row.row, row.cells) == (1, 0, {"outlet": "Bell 0"})
    assert (row.block.text, row.block.start, row.block.end) == (again.text, again.start, again.end)
    assert row.block.stance == again.stance
    assert row.block.probability["stance"] == pytest.approx(again.probability["stance"], abs=1e-6)
    assert row.block.uncertain == again.uncertain
    assert rows.row(1).block.text == BODIES[2]


def test_of_a_long_text_the_beginning_is_kept(tmp_path: Path, small: Model) -> None:
    texts = ["A truce was signed by the harbour master at nine. " * 200]
    texts.append(f"{texts[0]}Nobody came.")
    table, labelled = tmp_path / "texts.csv", tmp_path / "labelled.csv"
    table.write_text("text\n" + "".join(f"{text}\n" for text in texts), encoding="utf-8")
    stance.label_file(table, labelled, unit="row", model=small)
    counts = TableCounts(small.labels, sample=9)
    with read_labelled(labelled, small.labels, source=table) as opened:
        for rows in opened.batches():
            counts.add(rows)
    assert [row.block.text for row in counts.sample] == [texts[0], texts[1][:2_000]]
    assert counts.first_long is not None
    assert counts.first_long.block.text == texts[1]


def test_a_part_of_a_labelled_table_finds_its_texts(paths: tuple[Path, Path], small: Model) -> None:
    articles, labelled = paths
    lines = labelled.read_text(encoding="utf-8").splitlines(keepends=True)
    labelled.write_text(lines[0] + lines[-1], encoding="utf-8")
    with read_labelled(labelled, small.labels, source=articles, text="body") as table:
        assert texts_of(table) == [BODIES[2]]


def test_without_texts_blocks_are_empty(paths: tuple[Path, Path], small: Model) -> None:
    with read_labelled(paths[1], small.labels) as table:
        assert not table.has_texts
        assert set(texts_of(table)) == {""}


def test_a_changed_label_is_named(paths: tuple[Path, Path], small: Model) -> None:
    label = small.label(BODIES[0])[1].stance
    changed = (
        paths[1].read_text(encoding="utf-8").replace(f"paragraph,{label},", "paragraph,against,", 1)
    )
    paths[1].write_text(changed, encoding="utf-8")
    with read_labelled(paths[1], small.labels) as table, pytest.raises(TableError) as error:
        list(table.batches())
    assert str(error.value) == (
        f"{paths[1]}, row 2 must hold what stance score wrote; stance 'against' is not one of ['neutral', 'opposed', 'pro-ceasefire']. "
        "Score it again, or pass the model that made it (--model)."
    )


@pytest.mark.parametrize("cell", ["-2", "nan", "inf"])
def test_a_familiarity_that_is_no_share_is_named(
    cell: str, paths: tuple[Path, Path], small: Model
) -> None:
    with paths[1].open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    rows[3][head.index("familiarity")] = cell
    with paths[1].open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, *rows])
    with read_labelled(paths[1], small.labels) as table, pytest.raises(TableError) as error:
        list(table.batches())
    assert str(error.value) == (
        f"{paths[1]}, row 4 must hold what stance score wrote; familiarity {cell!r} is not from 0 to 1. "
        "Score it again, or pass the model that made it (--model)."
    )


@pytest.fixture
def several(tmp_path: Path, small: Model) -> Path:
    """A labelled table of two tables, of one and of two rows."""
    for name, bodies in (("a.csv", BODIES[:1]), ("b.csv", BODIES[1:])):
        (tmp_path / name).write_text(
            "file,body\n" + "".join(f'Bell,"{body}"\n' for body in bodies), encoding="utf-8"
        )
    labelled = tmp_path / "labelled.csv"
    stance.label_file(
        [tmp_path / "a.csv", tmp_path / "b.csv"], labelled, text="body", keep="all", model=small
    )
    return labelled


def test_rows_of_several_tables_keep_their_file_and_texts(several: Path, small: Model) -> None:
    with read_labelled(several, small.labels, text="body") as table:
        (rows,) = table.batches()
    files = [Path(file).name for file in rows.files]
    assert list(zip(files, rows.rows, rows.texts, strict=True)) == [
        ("a.csv", 0, "Lamps Out"), ("a.csv", 0, "The council voted against a truce."), ("b.csv", 0, ""), ("b.csv", 1, BODIES[2]),
    ]  # fmt: skip


def test_a_row_that_was_left_before_is_refused(several: Path, small: Model) -> None:
    with several.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    with several.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, *rows, rows[0]])
    with read_labelled(several, small.labels) as table, pytest.raises(TableError) as error:
        list(table.batches())
    assert str(error.value) == (
        f"{several} must keep the order of its column 'row' within each 'file'; 0 comes after 0. Sort it by 'file' and 'row', and report on "
        "tables of several runs one by one."
    )


def test_one_source_of_several_tables_is_refused(several: Path, small: Model) -> None:
    one, two = several.with_name("a.csv"), several.with_name("b.csv")
    with (
        read_labelled(several, small.labels, source=one, text="body") as table,
        pytest.raises(TableError) as error,
    ):
        list(table.batches())
    assert str(error.value) == (
        f"{several} must come from one scored table to be read with it; its column 'file' holds {str(one)!r} and {str(two)!r}. Report on one "
        "file at a time, or score with --keep all and leave out --source."
    )


def test_a_column_file_of_the_source_itself_may_change(tmp_path: Path, small: Model) -> None:
    articles, labelled = tmp_path / "articles.csv", tmp_path / "labelled.csv"
    articles.write_text(
        "file,body\n"
        + "".join(f'{number % 2}.txt,"{body}"\n' for number, body in enumerate(BODIES)),
        encoding="utf-8",
    )
    stance.label_file(articles, labelled, text="body", keep="file", model=small)
    with read_labelled(labelled, small.labels, source=articles, text="body") as table:
        assert texts_of(table) == [
            "Lamps Out",
            "The council voted against a truce.",
            "",
            BODIES[2],
        ]
