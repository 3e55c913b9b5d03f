"""A random part of a table is scored again, and its bytes are compared."""

import json
from pathlib import Path

import pytest

import stance
from stance.cli.main import main
from stance.errors import InputError, TableError


def verify(labelled: Path, *options: str) -> int:
    folder = labelled.parent
    command = ["verify", str(labelled), "--input", str(folder / "articles.csv")]
    return main([*command, "--model", str(folder / "model"), *options])


def test_a_table_as_it_was_written_is_the_same(
    scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(scored, "-n", "7") == 0
    assert capsys.readouterr().out == "7 of 20 rows were scored again: the bytes are the same.\n"
    result = stance.verify(
        scored, scored.parent / "articles.csv", model=scored.parent / "model", random_state=1
    )
    assert (result.checked, result.rows, result.difference) == (20, 20, None)


@pytest.mark.parametrize("name", ["labelled.jsonl", "labelled.tsv.gz"])
def test_other_formats_by_lines_are_compared_too(name: str, scored: Path) -> None:
    folder = scored.parent
    stance.label_file(
        folder / "articles.csv", folder / name, text="body", model=folder / "model", record=True
    )
    assert (
        stance.verify(folder / name, folder / "articles.csv", model=folder / "model").difference
        is None
    )


def test_a_label_that_was_changed_is_found_and_shown(
    scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = scored.read_text(encoding="utf-8").splitlines()
    label = lines[3].split(",")[7]
    changed = lines[3].replace(f",{label},", ",neither,", 1)
    scored.write_text("\n".join([*lines[:3], changed, *lines[4:], ""]), encoding="utf-8")
    assert verify(scored) == 1
    assert capsys.readouterr().err == (
        f"stance: error: {scored}, row 1 ({lines[3].split(',')[2]}) differs: column 'stance' holds "
        f"'neither', and scoring again gives '{label}'.\n"
    )


def test_a_row_that_was_left_out_is_found(scored: Path) -> None:
    lines = scored.read_text(encoding="utf-8").splitlines(keepends=True)
    scored.write_text("".join([*lines[:2], *lines[3:]]), encoding="utf-8")
    result = stance.verify(scored, scored.parent / "articles.csv", model=scored.parent / "model")
    assert result.difference == (
        f"{scored}, row 0 differs: the table has 1 rows of it, and scoring again gives 2."
    )


def test_another_input_or_model_is_refused(scored: Path) -> None:
    articles = scored.parent / "articles.csv"
    with pytest.raises(
        InputError, match=r"^the model must be the one that labelled the table, 'lig"
    ):
        stance.verify(scored, articles)
    articles.write_text(articles.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(TableError) as error:
        stance.verify(scored, articles, model=scored.parent / "model")
    assert str(error.value) == (
        "the input must be what was scored, articles.csv, byte for byte; its digest differs. "
        "Pass the table as it was."
    )


def test_the_files_of_a_run_are_no_input_of_the_next(scored: Path) -> None:
    folder = scored.parent
    (folder / "in").mkdir()
    (folder / "articles.csv").rename(folder / "in" / "articles.csv")
    options = {"text": "body", "model": folder / "model", "record": True}
    stance.label_file(folder / "in", folder / "in" / "out.csv", **options)  # type: ignore[arg-type]
    stance.label_file(folder / "in", folder / "in" / "out.csv", force=True, **options)  # type: ignore[arg-type]
    result = stance.verify(folder / "in" / "out.csv", folder / "in", model=folder / "model")
    assert result.difference is None


def test_a_record_replaces_a_record_and_nothing_else(scored: Path) -> None:
    folder = scored.parent
    record = folder / "labelled.csv.run.json"
    assert json.loads(record.read_text(encoding="utf-8"))["counts"]["rows"] == 20
    scored.unlink()
    options = {"text": "body", "model": folder / "model", "record": True}
    stance.label_file(folder / "articles.csv", scored, **options)  # type: ignore[arg-type]
    scored.unlink()
    record.write_text("[]", encoding="utf-8")
    with pytest.raises(TableError) as error:
        stance.label_file(folder / "articles.csv", scored, **options)  # type: ignore[arg-type]
    assert str(error.value) == (
        f"{record} must be the record of a run, to be replaced by another; it is something else. "
        "Move it, or leave the record out (--no-record)."
    )
    assert not scored.exists()


def test_a_record_that_counts_other_rows_is_refused(scored: Path) -> None:
    """One that counts none would have none compared, and all would seem well."""
    path = scored.parent / "labelled.csv.run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["counts"]["rows"] = 0
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(TableError) as error:
        stance.verify(scored, scored.parent / "articles.csv", model=scored.parent / "model")
    assert str(error.value) == (
        "the input must have the 0 rows that the record counts; it has 20. Score again."
    )
