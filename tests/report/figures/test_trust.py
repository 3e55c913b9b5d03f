"""How far to trust the model: figures, limits, confusions."""

from pathlib import Path

import pytest
from html_tree import by_class, by_id, read_html, text_of
from reported import STORIES, Tables, section_of, shown

import stance
from stance.model import Model
from stance.report.figures.trust import trust_section


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


def test_figures_on_print_come_first() -> None:
    trust = read_html(trust_section("ceasefire", stance.load()))
    (table,) = by_class(trust, "s-measured")
    rows = [[text_of(cell) for cell in row] for row in table.findall(".//tbody/tr")]
    assert [row[:2] for row in rows] == [
        ["stance", "published paragraphs of outlets that it had not learned from"],
        ["tone", "published paragraphs of outlets that it had not learned from"],
        ["stance", "composed paragraphs that it had not learned from"],
        ["tone", "composed paragraphs that it had not learned from"],
    ]
    facts = stance.load().facts
    assert rows[0][3] == f"{facts['cross_validation']['stance']['macro_f1']:.2f}"


def test_a_model_that_learned_no_print_says_what_it_was_measured_on(small: Model) -> None:
    (table,) = by_class(read_html(trust_section("lighthouse", small)), "s-measured")
    rows = [[text_of(cell) for cell in row] for row in table.findall(".//tbody/tr")]
    assert [row[1] for row in rows] == ["annotated paragraphs that it had not learned from"] * 2


def test_the_report_of_another_model_says_nothing_of_the_shipped_one(tables: Tables) -> None:
    page = shown(tables.full())
    assert "conveys that the fighting should" not in page
    assert "published paragraphs" not in page
    assert "ceasefire" not in page.replace("pro-ceasefire", "")


def test_a_card_becomes_plain_text(small: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = "# Mine\n\n## Limits\n\n`<b>` in *one*\nline.\n\nTwo.\n\n## More\n\nNot shown.\n"
    monkeypatch.setattr(Model, "card", card)
    section = by_id(read_html(trust_section("mine", small)), "trust")
    assert [text_of(paragraph) for paragraph in section.findall("p")[1:]] == [
        "<b> in one line.",
        "Two.",
    ]
