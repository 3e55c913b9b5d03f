"""HTML in texts, cells and files: labelled without tags, at offsets into what the user gave."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest

import stance
from stance import InputError, StanceWarning
from stance.model import Model

CELL = "<p>The council <b>voted against</b> a truce.</p><p>The guild urged a truce &amp; rest.</p>"
PLAIN = "The council voted against a truce.\n\nThe guild urged a truce & rest."


def test_a_document_of_html_has_the_labels_of_its_text(small: Model) -> None:
    document, plain = small.label(CELL), small.label(PLAIN)
    assert document.text == CELL
    assert [block.text for block in document] == [block.text for block in plain]
    assert [block.probability for block in document] == [block.probability for block in plain]
    assert CELL[document[0].start : document[0].end] == "The council <b>voted against</b> a truce."
    for word in document[1].evidence["stance"]:
        assert CELL[word.start : word.end] == word.text
    assert "voted" in document._repr_html_()


def test_html_can_be_kept(small: Model) -> None:
    assert [block.text for block in small.label(CELL, html="keep")] == [CELL]
    with pytest.raises(
        InputError, match=r"^`html` must be one of \['detect', 'strip', 'keep'\]; got 'drop'\.$"
    ):
        small.label(CELL, html="drop")


def test_an_explanation_is_that_of_the_label(small: Model) -> None:
    intercept, words = small.explain("No <b>tru</b>ce &amp; no talks.")
    assert (intercept, [word.contribution for word in words]) == (
        (plain := small.explain("No truce & no talks."))[0],
        [word.contribution for word in plain[1]],
    )


@pytest.mark.parametrize("unit", ["paragraph", "row", "document"])
def test_cells_of_html_are_labelled_without_tags_and_a_notice_says_so(
    unit: str, small: Model
) -> None:
    frame = pd.DataFrame({"text": [CELL, "A truce.", "<p></p>", None]})
    with pytest.warns(StanceWarning, match=r"^2 cells have HTML and are read without tags\."):
        labelled = small.label_frame(frame, unit=unit)
    plain = small.label_frame(frame.replace(CELL, PLAIN).replace("<p></p>", " "), unit=unit)
    positions = [column for column in ("paragraph_id", "start", "end") if column in labelled]
    pd.testing.assert_frame_equal(labelled.drop(columns=positions), plain.drop(columns=positions))


def test_a_run_counts_the_cells_of_html(tmp_path: Path, small: Model) -> None:
    pd.DataFrame({"text": [CELL, "A truce."]}).to_csv(tmp_path / "in.csv")
    output = io.BytesIO()
    summary = stance.label_file(
        tmp_path / "in.csv", output, model=small, output_format="jsonl", columns="+text"
    )
    rows = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [row["text"] for row in rows] == [*PLAIN.split("\n\n"), "A truce."]
    assert [CELL[row["start"] : row["end"]] for row in rows[:2]] == [
        "The council <b>voted against</b> a truce.",
        "The guild urged a truce &amp; rest.",
    ]
    assert "html: 1 cells read without tags (--html keep leaves them)" in str(summary)


def test_a_report_finds_the_labels_of_html_again(tmp_path: Path, small: Model) -> None:
    pd.DataFrame({"text": [CELL, PLAIN]}).to_csv(tmp_path / "in.csv")
    for html in ("detect", "keep"):
        stance.label_file(
            tmp_path / "in.csv", tmp_path / "out.csv", model=small, html=html, force=True
        )
        stance.write_report(
            tmp_path / "out.csv",
            tmp_path / "o.html",
            source=tmp_path / "in.csv",
            model=small,
            force=True,
        )


def test_a_report_takes_the_text_of_html_from_its_column(tmp_path: Path, small: Model) -> None:
    pd.DataFrame({"text": [CELL]}).to_csv(tmp_path / "in.csv")
    stance.label_file(tmp_path / "in.csv", tmp_path / "out.csv", model=small, columns="+text")
    stance.write_report(tmp_path / "out.csv", tmp_path / "o.html", model=small)
    page = (tmp_path / "o.html").read_text(encoding="utf-8")
    assert "The council voted against a truce." in page


def test_a_page_is_a_text_alone_and_a_row_in_a_folder(tmp_path: Path, small: Model) -> None:
    page = f"<html><head><title>T</title></head><body><nav>Home</nav><article>{CELL}</article></body></html>"
    for name in ("a.html", "b.htm"):
        (tmp_path / name).write_text(page, encoding="utf-8")
    output = io.BytesIO()
    stance.label_file(tmp_path, output, model=small, output_format="jsonl")
    rows = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [page[row["start"] : row["end"]] for row in rows] == [
        "The council <b>voted against</b> a truce.",
        "The guild urged a truce &amp; rest.",
    ] * 2
