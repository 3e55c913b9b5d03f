"""What was scored, shares, groups, and how far to trust them."""

import re

import numpy as np
import pandas as pd
import pytest
from html_tree import by_class, read_html, text_of
from reported import Paragraph, Tables, as_rows, section_of, shown

from stance.inference.corrections import Correction
from stance.inference.shares import count_labels, invert_confusion, measure_design_effect
from stance.model import Model
from stance.report.counts import TableCounts
from stance.report.figure_sections import groups_section, shares_section
from stance.report.figures.estimates import RAW, ShareSource

MATRIX = np.array([[950, 50], [150, 850]])


def count(
    labels: list[str],
    documents: list[int],
    outlets: list[str] | None = None,
    unit: str = "paragraph",
) -> TableCounts:
    """Count paragraphs by their labels, "for" or "against"."""
    names = {"charged": ("against", "for")}
    counts = TableCounts(names, ["outlet"], sample=0, unit=unit)
    rows = zip(labels, documents, outlets or [""] * len(labels), strict=True)
    paragraphs = [
        Paragraph(document, label, (0.5, 0.5), True, {"outlet": outlet})
        for label, document, outlet in rows
    ]
    counts.add(as_rows(names, paragraphs))
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
    (table,) = by_class(section, "s-shares")
    counts = {}
    for row in table.findall("tbody/tr"):
        (name,) = by_class(row, "s-label")
        (paragraphs,) = [cell for cell in row if cell.get("data-name") == "paragraphs"]
        counts[text_of(name).split()[1]] = int(text_of(paragraphs))
    assert counts == {label: labels.count(label) for label in tables.model.labels[head]}
    assert list(counts.values()) == sorted(counts.values(), reverse=True)


def inverted(counts: TableCounts) -> ShareSource:
    """Return a source that corrects by the matrix."""
    effect = counts.heads["charged"].design_effect.measure()
    correction = Correction(MATRIX, "Measured elsewhere.")
    return ShareSource(kind="inverted", correction=correction, design_effect=effect)


def test_corrected_shares_reflect_that_paragraphs_of_one_article_are_alike() -> None:
    labels, documents = ["against"] * 20 + ["for"] * 30, [number // 10 for number in range(50)]
    counts = count(labels, documents)
    effect = measure_design_effect(labels, ["against", "for"], documents)
    shares = invert_confusion(
        count_labels(labels, ["against", "for"]), MATRIX, design_effect=effect
    )
    section = read_html(shares_section("charged", counts.heads["charged"], inverted(counts)))
    assert f"{100 * shares.low[0]:.0f}–{100 * shares.high[0]:.0f}%" in text_of(section)
    assert "Labels of charged" in text_of(section)
    assert (
        "as wide as if 4 paragraphs had been drawn one by one (design effect 12.5, from 5 articles)"
        in text_of(section)
    )


def test_paragraphs_of_one_row_tell_no_design_effect() -> None:
    alone = count(["for"] * 3, [0] * 3)
    section = shares_section("charged", alone.heads["charged"], inverted(alone))
    assert "All paragraphs are from one article: how far articles differ cannot be told" in section
    mixed = count(["for", "against"] * 9, [number // 2 for number in range(18)])
    section = shares_section("charged", mixed.heads["charged"], inverted(mixed))
    assert "resemble each other no more than others (design effect 1.0, from 9 articles)" in section


def test_without_annotated_paragraphs_shares_are_raw_and_the_correction_is_marked(
    tables: Tables,
) -> None:
    section = section_of(tables.full(), "shares-stance")
    table = section.find("table")
    assert table is not None
    assert "%–" not in text_of(table) and "–" not in text_of(table)
    assert "s-dot s-raw" in {each.get("class") for each in table.iter("circle")}
    assert RAW in text_of(section)
    (offered,) = section.findall("details")
    assert text_of(offered).startswith(
        "corrected by the model's own error rates Marked: this takes the error rates that were "
        "measured on other paragraphs to hold here, which nobody has checked. What the model "
        "confuses was measured on 36 paragraphs"
    )


def test_a_model_without_a_matrix_offers_no_correction(tables: Tables, small: Model) -> None:
    bare = Model(small.frozen, source=None)
    bare.facts = {**small.facts, "cross_validation": {}}
    tables.model = bare
    page = shown(tables.full())
    assert "corrected" not in page
    assert (
        "The model has no card that says what it may be used for: ask whoever trained it." in page
    )


def test_annotated_texts_correct_and_are_marked(tables: Tables, lighthouse: pd.DataFrame) -> None:
    lighthouse.to_csv(tables.folder / "mine.csv", index=False)
    page = shown(tables.full(annotated=tables.folder / "mine.csv"))
    assert "counted corrected 95% interval" in page
    assert "Marked: this takes the error rates" in page
    assert "was measured on 36 paragraphs annotated in mine.csv." in page
    assert "Marked: rests on error rates that were measured elsewhere." in page


def test_a_figure_lies_in_the_interval_beside_it() -> None:
    """A matrix that moves 71% counted to about 80% must not leave 71% above 79–82%."""
    counts = count(["for"] * 710 + ["against"] * 290, [*range(1000)], ["Bell"] * 1000)
    source = inverted(counts)
    pages = (
        shares_section("charged", counts.heads["charged"], source),
        groups_section("charged", counts.heads["charged"], "outlet", source),
    )
    for page in pages:
        cells = [text_of(cell) for cell in read_html(page).iter("td")]
        figures = re.findall(r"(\d+)%[ ]+(\d+)–(\d+)%", " ".join(cells))
        assert len(figures) == 2
        for figure, low, high in figures:
            assert int(low) <= int(figure) <= int(high)


def test_articles_count_as_one_each_whatever_their_length() -> None:
    """Nine paragraphs for in one article, one against in each of three others."""
    counts = count(["for"] * 9 + ["against"] * 3, [0] * 9 + [1, 2, 3], unit="article")
    head = counts.heads["charged"]
    assert head.weights.tolist() == [3, 1]
    section = read_html(shares_section("charged", head, ShareSource()))
    rows = [[text_of(cell) for cell in row] for row in section.findall(".//tbody/tr")]
    assert [row[2:] for row in rows] == [["3", "75%", "75%", "75%"], ["9", "25%", "25%", "25%"]]
    groups = text_of(read_html(groups_section("charged", head, "outlet", ShareSource())))
    assert "(empty) 4 articles" in groups


def test_groups_beyond_the_first_dozen_are_added_up() -> None:
    outlets = [f"Outlet {number:02}" for number in range(15)] + ["Outlet 00", ""]
    counts = count(["for"] * 17, [*range(17)], outlets)
    section = read_html(groups_section("charged", counts.heads["charged"], "outlet", ShareSource()))
    (first, *_) = by_class(section, "s-groups")
    names = [text_of(row[0]) for row in first.findall(".//tbody/tr")]
    assert names[:2] == ["Outlet 00 2 paragraphs", "(empty) 1 paragraph"]
    assert names[-1] == "4 others 4 paragraphs"
    assert len(names) == 13
