"""The text of each paragraph as a column: on request, and by default where a person reads."""

import errno
import gc
import hashlib
import io
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import stance
from stance import InputError
from stance.cli.main import main
from stance.convert import convert_file
from stance.model import Model

TEXT = "The guild urged a truce.\n\n=The council voted against it."
PARAGRAPHS = ["The guild urged a truce.", "=The council voted against it."]


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"text": [TEXT, None]})


def test_a_frame_has_the_text_on_request_only(frame: pd.DataFrame, small: Model) -> None:
    labelled = small.label_frame(frame, columns="+text")
    assert labelled["text"].tolist()[:2] == PARAGRAPHS
    assert labelled["text"].isna().tolist() == [False, False, True]
    without = small.label_frame(frame)
    assert "text" not in without.columns
    pd.testing.assert_frame_equal(labelled.drop(columns="text"), without)


def test_columns_of_a_frame_come_in_the_order_asked_for(frame: pd.DataFrame, small: Model) -> None:
    labelled = small.label_frame(frame, columns=["stance", "text"], keep="text")
    assert list(labelled.columns) == ["input_text", "stance", "text"]


def test_a_row_that_is_one_paragraph_has_its_whole_text(frame: pd.DataFrame, small: Model) -> None:
    assert small.label_frame(frame, unit="row", columns="+text")["text"].iloc[0] == TEXT


def test_a_document_has_no_text_of_a_paragraph(frame: pd.DataFrame, small: Model) -> None:
    with pytest.raises(InputError, match=r"^`columns` must be some .* got \['text'\]\."):
        small.label_frame(frame, unit="document", columns="+text")


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "parquet", "feather", "xlsx"])
def test_every_format_has_the_text_on_request(
    name: str, frame: pd.DataFrame, tmp_path: Path, small: Model
) -> None:
    for module in {
        "parquet": ["pyarrow"],
        "feather": ["pyarrow"],
        "xlsx": ["xlsxwriter", "python_calamine"],
    }.get(name, []):
        pytest.importorskip(module)
    frame.to_json(tmp_path / "in.jsonl", orient="records", lines=True)
    stance.label_file(
        tmp_path / "in.jsonl", tmp_path / f"out.{name}", model=small, columns=["text", "tone"]
    )
    convert_file(tmp_path / f"out.{name}", tmp_path / "read.csv")
    assert pd.read_csv(tmp_path / "read.csv")["text"].tolist()[:2] == PARAGRAPHS


def test_a_formula_in_the_text_is_guarded_against(
    frame: pd.DataFrame, tmp_path: Path, small: Model
) -> None:
    frame.to_json(tmp_path / "in.jsonl", orient="records", lines=True)
    output = io.BytesIO()
    stance.label_file(
        tmp_path / "in.jsonl",
        output,
        model=small,
        columns="text",
        output_format="csv",
        excel=",",
    )
    assert output.getvalue().decode().splitlines()[1:3] == [PARAGRAPHS[0], f"'{PARAGRAPHS[1]}"]


def test_a_workbook_has_text_dates_and_an_explanation(tmp_path: Path, small: Model) -> None:
    pytest.importorskip("xlsxwriter")
    pa = pytest.importorskip("pyarrow")
    feather = pytest.importorskip("pyarrow.feather")
    calamine = pytest.importorskip("python_calamine")
    day = pd.Timestamp("2024-05-01")
    feather.write_feather(
        pa.table({"text": [TEXT], "day": [day], "n": [7]}), str(tmp_path / "in.feather")
    )
    stance.label_file(tmp_path / "in.feather", tmp_path / "o.xlsx", model=small, keep=["day", "n"])
    book = calamine.CalamineWorkbook.from_path(str(tmp_path / "o.xlsx"))
    assert book.sheet_names == ["labels", "columns"]
    header, first, second = book.get_sheet_by_name("labels").to_python()
    assert header[:4] == ["day", "n", "row", "text"]
    assert first[:4] == [day.date(), 7, 0, PARAGRAPHS[0]]
    assert second[3] == PARAGRAPHS[1]  # as text, not as a formula
    explained = {row[0]: row[1] for row in book.get_sheet_by_name("columns").to_python()[1:]}
    assert list(explained) == header
    assert explained["stance_p_opposed"] == "calibrated probability that the stance is opposed"


def test_without_text_there_are_digests(tmp_path: Path, small: Model) -> None:
    paragraphs = pd.DataFrame({"text": [TEXT, None], "id": ["a", "b"]})
    paragraphs.to_csv(tmp_path / "in.csv", index=False)
    model, output = str(small.save(tmp_path / "model")), tmp_path / "out.csv"
    options = ["--no-text", "--keep", "id", "--model", model, "-o", str(output), "--quiet"]
    assert main(["score", str(tmp_path / "in.csv"), *options]) == 0
    rows = pd.read_csv(output)
    assert list(rows.columns[:3]) == ["id", "row", "digest"]
    digests = [hashlib.sha256(paragraph.encode()).hexdigest() for paragraph in PARAGRAPHS]
    assert rows["digest"].tolist()[:2] == digests
    assert rows["digest"].isna().tolist()[-1]
    assert not any(paragraph in output.read_text() for paragraph in PARAGRAPHS)


@pytest.mark.parametrize("asked", [["--keep", "all"], ["--keep", "body"], ["--columns", "+text"]])
def test_no_text_and_text_is_refused(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "in.csv", "--text", "body", "--no-text", *asked]) == 2
    assert capsys.readouterr().err == (
        "stance: error: --no-text must be left out where --columns or --keep asks for the text; "
        "name the columns to keep one by one.\n"
    )


def test_a_full_disk_under_a_workbook_is_named(tmp_path: Path, small: Model) -> None:
    """The zip that was cut off was written to again, when it was freed: with a traceback."""

    class Full(io.BytesIO):
        def write(self, content: Any, /) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "in.csv").write_text("text\nA truce.\n")
    with pytest.raises(OSError, match="No space left on device"):
        stance.label_file(tmp_path / "in.csv", Full(), model=small, output_format="xlsx")
    gc.collect()
