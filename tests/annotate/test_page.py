"""The page of `write_annotation_page`: what it holds, what it hides, what it refuses."""

import base64
import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pandas as pd
import pytest
from conftest import ROOT
from html_tree import by_id, read_html, text_of

import stance
from stance.annotate.readings import read_readings, settle
from stance.cli.main import main
from stance.errors import InputError, StanceWarning, TableError
from stance.model import Model

SPOIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
TEXTS = ["Forty boats were counted.", "The guild begged both keepers to stop.", f"A lamp. {SPOIL}"]


def write(folder: Path, **options: Any) -> Element:
    table = pd.DataFrame({"text": TEXTS, "outlet": ["Bell", "Gull", SPOIL]})
    options = {"labels": ["call", "none"]} | options
    stance.write_annotation_page(options.pop("table", table), folder / "page.html", **options)
    return read_html((folder / "page.html").read_text(encoding="utf-8"))


def label(model: Model) -> pd.DataFrame:
    frame = pd.DataFrame({"text": TEXTS})
    labelled: pd.DataFrame = model.label_frame(frame, unit="row", keep=["text"], html="keep")
    return labelled


def data_of(page: Element) -> dict[str, Any]:
    return dict(json.loads(by_id(page, "a-data").text or ""))


def test_the_page_holds_every_paragraph_and_its_other_columns(tmp_path: Path) -> None:
    data = data_of(write(tmp_path))
    assert data["texts"] == TEXTS
    assert data["ids"] == ["0:", "1:", "2:"]
    assert data["carried"] == {"names": ["outlet"], "cells": [["Bell"], ["Gull"], [SPOIL]]}
    assert [label["name"] for label in data["heads"][0]["labels"]] == ["call", "none"]


def test_nothing_of_a_table_becomes_markup(tmp_path: Path) -> None:
    page = write(tmp_path, title=SPOIL)
    assert len(page.findall(".//script")) == 2
    assert page.find(".//img") is None
    assert text_of(page.find(".//h1")) == SPOIL
    assert SPOIL in data_of(page)["texts"][2]


def test_the_policy_allows_its_own_script_and_style_and_nothing_else(tmp_path: Path) -> None:
    page = write(tmp_path)
    policy = page.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    script, style = page.findall(".//script")[1].text, page.find(".//style").text
    assert policy == (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    whole = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert not re.search(r"""\b(?:src|href)=["'](?!#)|url\(|@import|https?://""", whole)


def digest(content: str | None) -> str:
    return (
        f"'sha256-{base64.b64encode(hashlib.sha256((content or '').encode()).digest()).decode()}'"
    )


def test_the_models_labels_are_nowhere_unless_they_are_asked_for(
    small: Model, tmp_path: Path
) -> None:
    labelled = label(small)
    with pytest.warns(StanceWarning, match=r"^the table has labels in stance, tone; the page "):
        data = data_of(write(tmp_path, table=labelled, labels=None, model=small))
    assert data["model"] is None
    carried = set(data["carried"]["names"])
    assert not {name for name in carried if name.startswith(("stance", "tone", "sentiment"))}
    with pytest.warns(StanceWarning):
        shown = data_of(
            write(tmp_path, table=labelled, labels=None, model=small, show_model=True, force=True)
        )
    names = [label["name"] for label in shown["heads"][0]["labels"]]
    assert [names[code] for code, _ in shown["model"][0][:2]] == list(labelled["stance"][:2])
    assert shown["digest"] != data["digest"]


def test_only_the_models_labels_can_be_shown_beside(small: Model, tmp_path: Path) -> None:
    message = (
        "`show_model` must have the labels of the model; of 'label' they are []. "
        "Leave out `labels` (--labels)."
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        write(tmp_path, model=small, show_model=True)
    assert not list(tmp_path.iterdir())


def test_a_page_written_again_goes_on_with_the_same_work(tmp_path: Path) -> None:
    first = data_of(write(tmp_path))["digest"]
    assert data_of(write(tmp_path, title="Others", force=True))["digest"] == first
    assert data_of(write(tmp_path, labels=["none", "call"], force=True))["digest"] != first


def test_a_table_of_stance_draw_keeps_its_design(small: Model, tmp_path: Path) -> None:
    labelled = label(small)
    drawn = stance.draw(labelled, 2, head="stance")
    data = data_of(write(tmp_path, table=drawn, labels=None, model=small))
    assert [head["name"] for head in data["heads"]] == ["stance"]
    assert data["ids"] == list(drawn["paragraph_id"])
    assert data["probability"] == [repr(2 / 3)] * 2
    assert data["drawn_from"] == ["draw"] * 2


def test_a_page_that_settles_asks_only_what_readers_differ_on(tmp_path: Path) -> None:
    rows = [
        ("0:", "ana", "pro-ceasefire", "angry"), ("0:", "ben", "neutral", "angry"),
        ("1:", "ana", "neutral", "neutral"), ("1:", "ben", "neutral", "neutral"),
    ]  # fmt: skip
    for reader in ("ana", "ben"):
        with (tmp_path / f"{reader}.csv").open("w", encoding="utf-8", newline="") as out:
            mine = [[key, TEXTS[0], *more] for key, *more in rows if more[0] == reader]
            header = ["paragraph_id", "text", "reader", "stance", "tone"]
            csv.writer(out).writerows([header, *mine])
    tables = [tmp_path / "ana.csv", tmp_path / "ben.csv"]
    data = data_of(write(tmp_path, table=tables, labels=None, settle=True))
    assert data["ids"] == ["0:"]
    assert data["asked"] == [[0]]
    assert data["readers"] == ["ana", "ben"]
    assert data["readings"] == [[["ana", [0, 3], ""], ["ben", [2, 3], ""]]]


FILES = ROOT / "tests" / "files" / "annotate"


@pytest.mark.parametrize("name", ["doccano.zip", "doccano_csv.zip"])
def test_what_another_tool_exported_is_settled(name: str, tmp_path: Path) -> None:
    data = data_of(write(tmp_path, table=FILES / name, labels=None, settle=True))
    assert data["ids"] == ["a:46-91"]
    assert data["readings"] == [[["ann", [2], ""], ["bob", [1], ""]]]


@pytest.mark.parametrize("known", [["paragraph_id", "text"], ["text"]])
def test_what_agree_wrote_is_settled(known: list[str], tmp_path: Path) -> None:
    ann = pd.DataFrame({"paragraph_id": ["0:", "1:"], "text": TEXTS[:2]})[known]
    ann.assign(stance=["neutral", "neutral"]).to_csv(tmp_path / "ann.csv", index=False)
    ann.assign(stance=["neutral", "opposed"]).to_csv(tmp_path / "bob.csv", index=False)
    tables, differ = [str(tmp_path / "ann.csv"), str(tmp_path / "bob.csv")], tmp_path / "differ.csv"
    assert main(["agree", *tables, "-o", str(differ)]) == 0
    data = data_of(write(tmp_path, table=differ, labels=None, settle=True))
    assert data["texts"] == [TEXTS[1]]
    assert data["readings"] == [[["ann", [2], ""], ["bob", [1], ""]]]
    again = data_of(write(tmp_path, table=tables, labels=None, settle=True, force=True))
    assert again == data


def test_a_paragraph_without_id_is_settled_by_its_text() -> None:
    readings = pd.DataFrame(
        {"text": [TEXTS[1]] * 2, "reader": ["ann", "bob"], "stance": ["neutral", "opposed"]}
    )
    settled = pd.DataFrame(
        {
            "paragraph_id": [TEXTS[1].casefold()],
            "text": [TEXTS[1]],
            "reader": ["cleo"],
            "stance": ["opposed"],
            "settles": ["yes"],
        }
    )
    frame, name = read_readings([readings, settled])
    assert settle(frame, ["stance"], name)["stance"].tolist() == ["opposed"]


def test_only_tables_of_readers_can_be_settled(tmp_path: Path) -> None:
    message = (
        "the table must have the column 'reader'; its columns are ['text', 'outlet']. "
        "Give what the pages of the readers saved."
    )
    with pytest.raises(TableError, match=f"^{re.escape(message)}$"):
        write(tmp_path, settle=True)


def test_guidelines_of_ones_own_are_shown_as_text(tmp_path: Path) -> None:
    rules = tmp_path / "rules.txt"
    rules.write_text(f"Call: asks for something. {SPOIL}", encoding="utf-8")
    assert data_of(write(tmp_path, guidelines=rules))["guidelines"] == rules.read_text("utf-8")
    rules.write_bytes(b"\xff\xfe\x00")
    message = f"{rules} must be a text in UTF-8; it is not. Save it as plain text in UTF-8."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        write(tmp_path, guidelines=rules, force=True)


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    table = pd.DataFrame({"text": [TEXTS[0], "", None]})
    with pytest.warns(
        StanceWarning, match=r"^2 rows have no text, and are left out of the page\.$"
    ):
        assert data_of(write(tmp_path, table=table))["texts"] == TEXTS[:1]


def test_whole_articles_are_noticed(tmp_path: Path) -> None:
    table = pd.DataFrame({"text": ["Lamps out.\r\n\r\nForty boats were counted.\n"]})
    with pytest.warns(
        StanceWarning, match=r"^1 texts have several paragraphs, and are read as one"
    ):
        write(tmp_path, table=table)


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    message = (
        "the table must have the column 'body'; its columns are ['text', 'outlet']. Name the "
        "column of texts with text= (--text); `stance draw --source` adds texts."
    )
    with pytest.raises(TableError, match=f"^{re.escape(message)}$"):
        write(tmp_path, text="body")


def test_a_page_under_another_suffix_is_refused(tmp_path: Path) -> None:
    message = r"^the page must end in \.html; got 'page\.csv'\. Rename it\.$"
    with pytest.raises(InputError, match=message):
        stance.write_annotation_page(pd.DataFrame({"text": TEXTS}), tmp_path / "page.csv")
    with pytest.raises(InputError, match=message):
        stance.write_report(tmp_path / "labelled.csv", tmp_path / "page.csv")


def test_a_page_is_not_replaced_unless_asked(tmp_path: Path) -> None:
    write(tmp_path)
    before = (tmp_path / "page.html").read_bytes()
    with pytest.raises(TableError):
        write(tmp_path, labels=["a", "b"])
    assert (tmp_path / "page.html").read_bytes() == before


def test_a_reader_without_scripts_is_told(tmp_path: Path) -> None:
    assert text_of(write(tmp_path).find(".//noscript")) == (
        "This page needs JavaScript. It loads nothing from elsewhere: allow scripts for this file, and "
        "open it again."
    )


def test_guidelines_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path / "none.txt", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(InputError) as error:
            write(tmp_path, guidelines=path)
        assert str(error.value) == f"{path} must be a text file; {reason}. Check the path."


def test_labels_may_be_numbers(tmp_path: Path) -> None:
    stance.write_annotation_page(
        pd.DataFrame({"text": TEXTS}),
        tmp_path / "numbers.html",
        labels=[1, 2],  # type: ignore[list-item]
    )
    assert '"name":"2"' in (tmp_path / "numbers.html").read_text(encoding="utf-8")
