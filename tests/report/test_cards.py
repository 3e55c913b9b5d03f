"""What a card says of its article."""

import csv
from pathlib import Path

import pytest
from html_tree import by_class, text_of
from reported import Tables, data_of, section_of

import stance
from stance.model import Model
from stance.report import write_report
from stance.report.cards import CardColumns, card_head
from stance.report.labelled_rows import LabelledRow
from stance.results import LabelledParagraph

BLOCK = LabelledParagraph("", 0, 0, "paragraph", "labelled", {}, 1.0)
ALL = CardColumns("title", "outlet", "date", "url")


def test_a_headline_is_a_link_and_nothing_becomes_markup() -> None:
    cells = {"title": "Lamps <out>", "outlet": "Bell", "date": "2024-03-01"}
    row = LabelledRow(0, 0, BLOCK, {**cells, "url": "https://example.org/?a=1&b='2'"})
    assert card_head(row, ALL) == (
        '<p class="s-card-head"><b><a href="https://example.org/?a=1&amp;b=&#x27;2&#x27;" '
        'rel="noopener noreferrer">Lamps &lt;out&gt;</a></b> · Bell · 2024-03-01</p>'
    )


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "", "www.example.org"])
def test_only_an_address_of_the_web_becomes_a_link(link: str) -> None:
    row = LabelledRow(0, 0, BLOCK, {"title": "Lamps", "outlet": "", "date": "", "url": link})
    assert card_head(row, ALL) == '<p class="s-card-head"><b>Lamps</b></p>'


def test_a_table_without_such_columns_has_cards_without_a_head() -> None:
    assert card_head(LabelledRow(0, 0, BLOCK), CardColumns()) == ""


def test_cards_show_what_the_table_has(tmp_path: Path, small: Model) -> None:
    articles, labelled, page = (tmp_path / name for name in ("in.csv", "out.csv", "page.html"))
    with articles.open("w", encoding="utf-8", newline="") as out:
        rows = [("headline", "outlet", "url", "body")]
        rows.append(
            ("Lamps out", "Bell", "https://example.org/1", "The council voted for a truce.")
        )
        csv.writer(out).writerows(rows)
    stance.label_file(articles, labelled, text="body", model=small)
    write_report(labelled, page, source=articles, text="body", model=small)
    html = page.read_text(encoding="utf-8")
    data = data_of(html)
    assert data["headline"] == {"values": ["Lamps out"], "cells": [0]}
    assert data["link"] == {"values": ["https://example.org/1"], "cells": [0]}
    assert [column["name"] for column in data["columns"]] == ["outlet"]
    heads = by_class(section_of(html, "examples"), "s-card-head")
    assert {text_of(head) for head in heads} == {"Lamps out · Bell"}


def test_without_headline_and_link_the_list_has_none(tables: Tables) -> None:
    data = data_of(tables.full())
    assert data["headline"] is None and data["link"] is None
