"""Which paragraphs get a label, and that one text and many cells agree on it."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import HOSTILE

import stance
from stance.model import Model

TEXTS = [
    "They urged a truce.",
    "Lamps Out\n\nThe council voted against a truce by nine to two.\n\n• The guild urged a halt.",
    "zzz qqq xxx",
    "…",
    "",
    "12 — 34",
]


@pytest.mark.parametrize("unit", ["paragraph", "row"])
def test_one_text_and_many_cells_get_the_same_labels(unit: str, small: Model) -> None:
    texts = [text for text in TEXTS + HOSTILE if list(small.label(text, unit=unit))]
    one_by_one = [row for text in texts for row in small.label(text, unit=unit).rows()]
    labelled = small.label_cells(texts, unit=unit)
    # The score is summed differently, and a text by itself is always document 0.
    columns = [name for name in small.columns() if name not in ("sentiment_score", "paragraph_id")]
    together = labelled.rows(columns)
    assert labelled.values("status") == [row["status"] for row in one_by_one]
    for cell_row, row in zip(together, one_by_one, strict=True):
        if row["status"] != "empty":  # a cell without a word gets no offsets
            assert cell_row == tuple(row[column] for column in columns)


def test_a_paragraph_is_named_by_its_document_and_its_span(small: Model) -> None:
    cells = ["They urged a truce.\n\nNo truce.", None]
    assert small.label_cells(cells).values("paragraph_id") == ["0:0-19", "0:21-30", "1:"]
    named = small.label_cells(cells, unit="row", keys=["uk-7", "uk-9"])
    assert named.values("paragraph_id") == ["uk-7:0-30", "uk-9:"]
    frame = small.label(cells[0] or "").to_frame()
    assert frame["paragraph_id"].tolist() == ["0:0-19", "0:21-30"]


@pytest.mark.parametrize(
    ("threshold", "status"), [(0.0, "labelled"), (0.8, "unfamiliar"), (1.1, "unfamiliar")]
)
def test_the_familiarity_threshold_decides_for_one_text_and_for_many(
    threshold: float, status: str, small: Model
) -> None:
    text = "They urged a xylophone."
    model = Model(replace(small.frozen, familiarity_threshold=threshold))
    block = model.label(text)[0]
    assert block.status == status
    assert (block.stance is None) == (status == "unfamiliar")
    labelled = model.label_cells([text])
    assert labelled.values("status") == [status]
    assert labelled.values("familiarity") == [block.familiarity] == [0.5]


def test_a_document_without_labels_says_why(small: Model) -> None:
    cells = [
        "# Lamps Out\n\nSource: Harbour Office",
        "# Lamps Out\n\nzzz qqq xxx yyy vvv zzz.\n\n…",
        "They urged a truce.\n\nzzz qqq xxx yyy vvv zzz.",
        None,
    ]
    labelled = small.label_cells(cells, unit="document")
    assert labelled.values("status") == ["skipped", "unfamiliar", "labelled", "missing"]
    assert labelled.values("labelled") == [0, 0, 1, None]
    assert np.isnan(labelled.arrays["stance_share_neutral"]).tolist() == [True, True, False, True]


def test_shares_are_those_of_the_labelled_paragraphs(shipped: Model) -> None:
    text = "They urged a truce.\n\nThe talks resume on Tuesday.\n\nzzz qqq xxx yyy vvv zzz."
    paragraphs = shipped.label_cells([text])
    labels = [label for label in paragraphs.values("stance") if label]
    shares = shipped.label_cells([text], unit="document")
    for label in shipped.labels["stance"]:
        share = shares.values(f"stance_share_{label.replace('-', '_')}")[0]
        assert share == labels.count(label) / len(labels)


def test_a_target_that_is_no_text_counts_as_unknown(small: Model) -> None:
    labelled = small.label_cells(["A truce."] * 3, targets=[None, 7, "lamp"], unit="row")
    assert len(set(labelled.values("stance_probability"))) == 1


@pytest.mark.parametrize("unit", ["paragraph", "row", "document"])
def test_no_cells_give_no_rows(unit: str, small: Model) -> None:
    labelled = small.label_cells([], unit=unit)
    assert len(labelled) == 0
    assert list(labelled.arrays) == ["row", *small.columns(unit)]


def test_an_unknown_unit_is_refused(small: Model) -> None:
    with pytest.raises(
        stance.InputError,
        match=r"^`unit` must be one of \['paragraph', 'row', 'document'\]; got 'sentence'\.$",
    ):
        small.label_cells(["A truce."], unit="sentence")
