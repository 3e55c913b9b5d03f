"""What was scored, shares, groups, and how far to trust them."""

import re
from pathlib import Path

import numpy as np
import pytest
from html_tree import by_class, by_id, read_html, text_of
from reported import STORIES, Tables, section_of, shown

import stance
from stance.inference.corrections import Correction
from stance.inference.shares import measure_shares
from stance.model import Model
from stance.report.counts import TableCounts
from stance.report.figure_sections import groups_section, shares_section, trust_section
from stance.report.labelled_table import LabelledRow
from stance.results import HeadResult, LabelledParagraph

RAW = Correction(None, "Shares are raw.")


def count(labels: list[str], documents: list[int], outlets: list[str] | None = None) -> TableCounts:
    """Count paragraphs by their labels, "for" or "against"."""
    counts = TableCounts({"charged": ("against", "for")}, ["outlet"], sample=0)
    for number, (label, document) in enumerate(zip(labels, documents, strict=True)):
        result = HeadResult(label, {"against": 0.5, "for": 0.5}, True)
        block = LabelledParagraph("", 0, 0, "paragraph", "labelled", {"charged": result}, 1.0)
        outlet = outlets[number] if outlets else ""
        counts.add(LabelledRow(number, document, block, {"outlet": outlet}))
    counts.end()
    return counts


def test_the_overview_counts_rows_blocks_and_statuses(tables: Tables) -> None:
    rows = tables.rows()
    labelled = [row for row in rows if row["status"] == "labelled"]
    unsure = sum(row["stance_uncertain"] == "true" for row in labelled) / len(labelled)
    overview = section_of(tables.full(), "scored")
    cards = [text_of(card) for card in by_class(overview, "s-card")]
    assert cards[:2] == [
        "5 rows scored",
        f"{len(labelled)} paragraphs labelled, of {len(rows)} blocks",
    ]
    assert cards[2] == f"{unsure:.0%} uncertain in stance"
    statuses = [[text_of(cell) for cell in row] for row in overview.iter("tr")]
    assert [row[:2] for row in statuses] == [
        ["labelled", str(len(labelled))], ["skipped", "1"], ["unfamiliar", "1"],
    ]  # fmt: skip


@pytest.mark.parametrize("head", ["stance", "tone"])
def test_each_label_has_the_count_of_the_table(head: str, tables: Tables) -> None:
    labels = [row[head] for row in tables.rows() if row["status"] == "labelled"]
    section = section_of(tables.full(), f"shares-{head}")
    counts = {}
    for row in section.findall(".//tbody/tr"):
        (name,) = by_class(row, "s-label")
        (paragraphs,) = [cell for cell in row if cell.get("data-name") == "paragraphs"]
        counts[text_of(name).split()[1]] = int(text_of(paragraphs))
    assert counts == {label: labels.count(label) for label in tables.model.labels[head]}
    assert list(counts.values()) == sorted(counts.values(), reverse=True)


def test_shares_have_the_interval_that_plots_have() -> None:
    labels, documents = ["against"] * 20 + ["for"] * 30, [number // 10 for number in range(50)]
    counts = count(labels, documents)
    shares = measure_shares(labels, ["against", "for"], documents=documents)
    section = read_html(shares_section("charged", counts.heads["charged"], RAW))
    ends = f"{100 * shares.low[0]:.0f}–{100 * shares.high[0]:.0f}%"
    assert ends in text_of(section)
    assert "Labels of charged" in text_of(section)
    assert (
        "as wide as if 4 paragraphs had been drawn one by one (design effect 12.5, from 5 rows)"
        in text_of(section)
    )


def test_paragraphs_of_one_row_tell_no_design_effect() -> None:
    section = shares_section("charged", count(["for"] * 3, [0] * 3).heads["charged"], RAW)
    assert "All paragraphs are from one row: how far rows differ cannot be told" in section
    mixed = count(["for", "against"] * 9, [number // 2 for number in range(18)])
    section = shares_section("charged", mixed.heads["charged"], RAW)
    assert "resemble each other no more than others (design effect 1.0, from 9 rows)" in section


def test_shares_are_shown_beside_corrected_ones_with_their_assumption(tables: Tables) -> None:
    page = shown(tables.full())
    assert "counted corrected 95% of corrected" in page
    assert (
        "was measured on 36 paragraphs that it had not been trained on (cross-validation). The correction assumes"
        in page
    )
    assert page.count("The correction assumes") == 1
    assert "Corrected in the same way, and to be doubted in the same way." in page


def test_without_a_matrix_shares_are_called_raw(tables: Tables, small: Model) -> None:
    bare = Model(small.frozen, source=None)
    bare.facts = {**small.facts, "cross_validation": {}}
    tables.model = bare
    page = shown(tables.full())
    assert (
        "No held-out confusion matrix comes with this model: shares are raw, as they were counted."
        in page
    )
    assert "corrected" not in page.replace("the share, corrected where it can be", "")
    assert (
        "The model has no card that says what it may be used for: ask whoever trained it." in page
    )


def test_a_figure_lies_in_the_interval_beside_it() -> None:
    """A matrix that moves 71% counted to about 80% must not leave 71% above 79–82%."""
    counts = count(["for"] * 710 + ["against"] * 290, [*range(1000)], ["Bell"] * 1000)
    correction = Correction(np.array([[950, 50], [150, 850]]), "")
    pages = (
        shares_section("charged", counts.heads["charged"], correction),
        groups_section("charged", counts.heads["charged"], "outlet", correction),
    )
    for page in pages:
        cells = [text_of(cell) for cell in read_html(page).iter("td")]
        figures = re.findall(r"(\d+)%[ ]+(\d+)–(\d+)%", " ".join(cells))
        assert len(figures) == 2
        for figure, low, high in figures:
            assert int(low) <= int(figure) <= int(high)


def test_groups_beyond_the_first_dozen_are_added_up() -> None:
    outlets = [f"Outlet {number:02}" for number in range(15)] + ["Outlet 00", ""]
    counts = count(["for"] * 17, [*range(17)], outlets)
    section = read_html(groups_section("charged", counts.heads["charged"], "outlet", RAW))
    (first, *_) = by_class(section, "s-groups")
    names = [text_of(row[0]) for row in first.findall(".//tbody/tr")]
    assert names[:2] == ["Outlet 00 2 paragraphs", "(empty) 1 paragraphs"]
    assert names[-1] == "4 others 4 paragraphs"
    assert len(names) == 13


def test_what_the_model_confuses_is_a_table(tables: Tables) -> None:
    trust = section_of(tables.full(), "trust")
    (stance_table, _) = by_class(trust, "s-confusion")
    rows = [[text_of(cell) for cell in row] for row in stance_table.iter("tr")]
    assert rows[0] == ["annotated ↓ found →", "neutral", "opposed", "pro-ceasefire"]
    confusion = tables.model.facts["cross_validation"]["stance"]["confusion"]
    assert rows[1][0] == "neutral"
    assert [int(cell.split()[1]) for cell in rows[1][1:]] == confusion[0]


def test_card_and_limits_are_shown(tmp_path: Path) -> None:
    tables = Tables(tmp_path, stance.load(), STORIES)
    trust = text_of(section_of(tables.full(), "trust"))
    assert (
        "Do not say that an outlet, author or speaker holds a position because paragraphs convey one"
        in trust
    )
    assert "English only. One paragraph at a time" in trust


def test_a_card_becomes_plain_text() -> None:
    card = "# Mine\n\n## Limits\n\n`<b>` in *one*\nline.\n\nTwo.\n\n## More\n\nNot shown.\n"
    section = by_id(read_html(trust_section("mine", card, {}, {})), "trust")
    assert [text_of(paragraph) for paragraph in section.findall("p")[1:]] == [
        "<b> in one line.",
        "Two.",
    ]
