"""The paragraphs as the page's script reads them."""

from stance.report.labelled_rows import LabelledRow
from stance.report.paragraph_data import list_paragraphs
from stance.results import Evidence, HeadResult, LabelledParagraph

LABELS = {"stance": ("neutral", "opposed")}


def row(number: int, text: str, outlet: str, *words: Evidence) -> LabelledRow:
    result = HeadResult(
        "opposed", {"neutral": 0.1234, "opposed": 0.8766}, number == 1, evidence=words
    )
    block = LabelledParagraph(
        text, 5, 5 + len(text), "paragraph", "labelled", {"stance": result}, 1.0
    )
    return LabelledRow(number, 10 + number, block, {"outlet": outlet, "date": f"2024-03-0{number}"})


def listed(*rows: LabelledRow, explained: dict[int, LabelledParagraph] | None = None):  # type: ignore[no-untyped-def]
    voices = ["quoted"] * len(rows)
    return list_paragraphs(rows, LABELS, ["outlet", "date"], ["outlet"], voices, explained or {})


def test_labels_are_codes_and_probabilities_thousandths() -> None:
    (head,) = listed(row(1, "One.", "Bell"), row(2, "Two.", "Gull"))["heads"]
    assert (head["name"], head["label"], head["unsure"]) == ("stance", [1, 1], [1, 0])
    assert head["p"] == [[123, 877]] * 2
    assert head["labels"][1] == {"name": "opposed", "shape": "■", "colour": 2}


def test_columns_can_be_filtered_by_their_most_frequent_values_first() -> None:
    outlet, date = listed(row(1, "One.", "Bell"), row(2, "Two.", "Gull"), row(3, "Three.", "Gull"))[
        "columns"
    ]
    assert outlet == {
        "name": "outlet",
        "values": ["Bell", "Gull"],
        "cells": [0, 1, 1],
        "choose": [1, 0],
    }
    assert (date["name"], date["choose"]) == ("date", [])


def test_long_texts_and_cells_are_cut() -> None:
    data = listed(row(1, "x" * 2_345, "y" * 300))
    assert (len(data["text"][0]), data["cut"]) == (2_000, [345])
    assert data["spans"] == [[11, 5, 2_350]]
    assert len(data["columns"][0]["values"][0]) == 200


def test_evidence_comes_by_row_and_only_for_what_is_listed() -> None:
    words = (Evidence("early", 0, 5, 0.456), Evidence("late", 2_100, 2_104, -0.9))
    rows = [row(1, "early", "Bell"), row(2, "early", "Bell")]
    explained = {2: row(2, "early", "Bell", *words).block}
    assert listed(*rows, explained=explained)["evidence"] == [None, [[[0, 5, 46]]]]
