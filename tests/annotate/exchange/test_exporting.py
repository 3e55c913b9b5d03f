"""Paragraphs are written for other tools, and known again when they come back."""

import json
import re
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from conftest import ROOT

import stance
from stance.annotate.exchange.exporting import FORMATS
from stance.annotate.readings import read_readings
from stance.annotate.whole_tables import read_table
from stance.cli.main import main
from stance.errors import InputError, TableError

FILES = ROOT / "tests" / "files" / "annotate"


@pytest.fixture
def drawn() -> pd.DataFrame:
    return pd.read_csv(FILES / "drawn.csv", dtype=str, keep_default_na=False)


def test_files_are_those_that_label_studio_and_doccano_took(
    drawn: pd.DataFrame, tmp_path: Path
) -> None:
    files = stance.export_annotations(
        drawn, tmp_path / "label_studio_tasks.json", format="label-studio"
    )
    files += stance.export_annotations(
        drawn.drop(columns="tone"), tmp_path / "doccano_rows.jsonl", format="doccano"
    )
    assert len(files) == 4
    for file in files:
        assert file.read_bytes() == (FILES / file.name).read_bytes()


@pytest.mark.parametrize("kind", FORMATS)
def test_every_tool_gets_texts_and_what_figures_need_but_no_labels(
    kind: str, drawn: pd.DataFrame, tmp_path: Path
) -> None:
    table = drawn.drop(columns="tone").assign(stance="opposed", outlet="Bell", reader="ann")
    suffix = {"label-studio": "json", "argilla": "json", "xlsx": "xlsx"}.get(kind, "jsonl")
    path, *_ = stance.export_annotations(table, tmp_path / f"out.{suffix}", format=kind)
    if kind == "xlsx":
        pytest.importorskip("python_calamine")
        assert read_readings(path)[0]["stance"].tolist() == ["opposed"] * 4
        return
    content = path.read_text(encoding="utf-8")
    for known in ("a:0-44", "Forty boats were counted", "0.25", "Bell"):
        assert known in content
    assert '"ann"' not in content
    tasks = (
        json.loads(content)
        if suffix == "json"
        else [json.loads(line) for line in content.splitlines()]
    )
    assert len(tasks) == 4
    assert not any(
        "stance" in {**task, **task.get("data", {}), **task.get("metadata", {})} for task in tasks
    )


def test_a_workbook_has_a_drop_down_of_labels_and_comes_back(
    drawn: pd.DataFrame, tmp_path: Path
) -> None:
    calamine = pytest.importorskip("python_calamine")
    path = tmp_path / "read.xlsx"
    stance.export_annotations(drawn.assign(stance="opposed"), path, format="xlsx")
    with ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r'sqref="([DE]\S*)"><formula1>(.*?)<', sheet) == [
        ("D2:D5", "columns!$A$2:$A$4"), ("E2:E5", "columns!$B$2:$B$6"),
    ]  # fmt: skip
    lists = calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name("columns").to_python()
    assert [row[0] for row in lists[:4]] == ["stance", "pro-ceasefire", "opposed", "neutral"]
    frame, _ = read_readings(path)  # without a question about the second sheet
    assert frame.loc[0, ["paragraph_id", "stance", "drawn_from"]].tolist() == [
        "a:0-44",
        "opposed",
        "draw",
    ]


def test_potato_gets_a_configuration_that_names_its_data(
    drawn: pd.DataFrame, tmp_path: Path
) -> None:
    paths = stance.export_annotations(drawn, tmp_path / "coast.jsonl", format="potato")
    configuration = json.loads(paths[1].read_text(encoding="utf-8"))  # JSON is YAML too
    assert configuration["data_files"] == ["coast.jsonl"]
    assert [scheme["name"] for scheme in configuration["annotation_schemes"]] == ["stance", "tone"]


def test_labels_of_ones_own_are_asked_for(drawn: pd.DataFrame, tmp_path: Path) -> None:
    posts = pd.DataFrame({"body": ["A truce.", "A gun."]})
    path, _ = stance.export_annotations(
        posts, tmp_path / "a.json", format="label-studio", labels=["for", "against"], text="body"
    )
    assert json.loads(path.read_text(encoding="utf-8"))[1]["data"] == {
        "paragraph_id": "row 1",
        "text": "A gun.",
        "heads": "label",
    }
    assert '<Choice value="against"/>' in (tmp_path / "a.xml").read_text(encoding="utf-8")


def test_what_cannot_be_written_is_said(drawn: pd.DataFrame, tmp_path: Path) -> None:
    def refuse(table: pd.DataFrame, name: str, kind: str, **options: str) -> str:
        with pytest.raises((InputError, TableError)) as error:
            stance.export_annotations(table, tmp_path / name, format=kind, **options)
        return str(error.value)

    assert refuse(drawn, "a.json", "brat") == (
        "`format` must be one of ['label-studio', 'doccano', 'prodigy', 'argilla', 'potato', 'xlsx']; got 'brat'."
    )
    assert refuse(drawn, "a.jsonl", "doccano") == (
        "doccano asks one question at a time; there are ['stance', 'tone']. Name one with head (--head)."
    )
    assert refuse(drawn, "b.jsonl", "doccano", head="mood") == (
        "`head` must be among ['stance', 'tone']; got 'mood'."
    )
    assert (
        refuse(drawn, "a.csv", "argilla") == "`output` must end in .json; got 'a.csv'. Rename it."
    )
    assert refuse(drawn.rename(columns={"stance": "side", "tone": "hue"}), "a.json", "argilla") == (
        "the labels to choose from must be known; the table does not show those of ['side', 'hue']. Name them with labels (--labels)."
    )
    assert refuse(drawn[["paragraph_id", "stance"]], "a.json", "argilla") == (
        "the table must have the column 'text'; its columns are ['paragraph_id', 'stance']. "
        "Name the column of texts with text= (--text); `stance draw --source` adds texts."
    )


def test_one_of_two_heads_is_exported(drawn: pd.DataFrame, tmp_path: Path) -> None:
    drawn.to_csv(tmp_path / "drawn.csv", index=False)
    command = ["annotate", str(tmp_path / "drawn.csv"), "--export", "doccano", "--head", "tone"]
    assert main([*command, "-o", str(tmp_path / "a.jsonl")]) == 0
    types = json.loads((tmp_path / "a.labels.json").read_text(encoding="utf-8"))
    assert [one["text"] for one in types] == ["hopeful", "neutral", "alarmed", "angry", "mournful"]


@pytest.mark.parametrize("kind", FORMATS)
def test_half_of_a_surrogate_pair_is_written_as_a_question_mark(kind: str, tmp_path: Path) -> None:
    """A table of JSON may hold it; no file in UTF-8 can."""
    table = pd.DataFrame(
        [["a:0-9", "A \ud800 truce."]], columns=["paragraph_id", "text"], dtype=object
    )
    suffix = {"doccano": "jsonl", "prodigy": "jsonl", "potato": "jsonl", "xlsx": "xlsx"}.get(
        kind, "json"
    )
    path = tmp_path / f"a.{suffix}"
    stance.export_annotations(table, path, format=kind, labels=["call", "none"])
    if kind != "xlsx":
        assert "A ? truce." in path.read_text(encoding="utf-8")
    else:
        assert read_table(path)[0]["text"].tolist() == ["A ? truce."]
