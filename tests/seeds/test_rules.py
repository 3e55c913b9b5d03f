"""The seeds keep their own rules, and the shipped model was made from them."""

import csv

import pandas as pd
import pytest
from conftest import ROOT

from stance.model import Model
from stance.scoring.files import digest
from stance.seeds.commands import SEEDS, read_seeds
from stance.seeds.rules import find_faults, find_imbalances

pytestmark = pytest.mark.skipif(
    not SEEDS.exists(), reason="needs the seeds, which come with a checkout only"
)


def test_the_seeds_have_no_faults() -> None:
    assert list(find_faults(read_seeds())) == []


def test_the_seeds_are_the_corpus_they_should_be() -> None:
    assert list(find_imbalances(read_seeds())) == []


def test_the_shipped_model_was_trained_on_these_seeds(shipped: Model) -> None:
    seeds = read_seeds()
    used = seeds[seeds["split"] != "test"]
    rows = (
        used["text"].tolist(),
        {head: used[head].tolist() for head in ("stance", "tone")},
        used["voice"].tolist(),
    )
    assert shipped.facts["rows_sha256"] == digest(repr(rows).encode())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda s: s.assign(stance=["Opposed", *s["stance"][1:]]), "stance must be one of"),
        (lambda s: pd.concat([s, s.head(1)], ignore_index=True), "id occurs twice"),
        (lambda s: s.assign(text=["Too short.", *s["text"][1:]]), "2 words; must be 8 to 130"),
        (lambda s: s.assign(text=[s["text"][1] + " And so it went on.", *s["text"][1:]]), "share"),
        (
            lambda s: s.assign(split=["train", "test", *s["split"][2:]]),
            "stands in more than one split",
        ),
    ],
)
def test_a_fault_is_found(change, fault: str) -> None:  # type: ignore[no-untyped-def]
    seeds = read_seeds().sort_values(["voice", "id"], ignore_index=True).head(60)
    assert any(fault in found for found in find_faults(change(seeds)))


def test_the_articles_are_twelve_with_outlet_and_date() -> None:
    with (ROOT / "seeds" / "articles.csv").open(newline="", encoding="utf-8") as lines:
        articles = list(csv.DictReader(lines))
    assert len(articles) == 12
    assert all(
        article["outlet"] and article["date"] and article["body"].count("\n\n") >= 3
        for article in articles
    )
