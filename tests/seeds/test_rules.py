"""A breach of the rules that the seeds must keep is said; `test_commands.py` checks the seeds."""

from collections.abc import Callable

import pandas as pd
import pytest

from stance.seeds.commands import SEEDS, read_seeds
from stance.seeds.rules import find_faults, find_imbalances

pytestmark = pytest.mark.skipif(
    not SEEDS.exists(), reason="needs the seeds, which come with a checkout only"
)


@pytest.fixture(scope="module")
def seeds() -> pd.DataFrame:
    """All seeds, voice by voice."""
    return read_seeds().sort_values(["voice", "id"], ignore_index=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.assign(stance=["Opposed", *s["stance"][1:]]), "stance must be one of"),
        (lambda s: s.assign(stance_1="opposed", stance_2="opposed"), "stance must follow from the readings"),
        (lambda s: pd.concat([s, s.head(1)], ignore_index=True), "id occurs twice"),
        (lambda s: s.assign(text=[" ", *s["text"][1:]]), "0 words; must be 1 to 130"),
        (lambda s: s.assign(text=[s["text"][1] + " And so it went on.", *s["text"][1:]]), "repeats a sentence of"),
        (lambda s: s.assign(text=[s["text"][1][:-1], *s["text"][1:]]), "runs of 5 words"),
        (lambda s: s.assign(text="On the quay " + s["text"]), "60 seeds open with 'on the quay'"),
        (lambda s: s.assign(split=["train", "test", *s["split"][2:]]), "stands in more than one split"),
    ],
)  # fmt: skip
def test_a_fault_is_said(
    change: Callable[[pd.DataFrame], pd.DataFrame], message: str, seeds: pd.DataFrame
) -> None:
    some = seeds.head(60)
    assert list(find_faults(some)) == []
    assert any(message in fault for fault in find_faults(change(some)))


def test_a_corpus_out_of_balance_is_said(seeds: pd.DataFrame) -> None:
    some = seeds[seeds["split"] == "test"].groupby("voice").head(9).assign(about="yes")
    imbalances = list(find_imbalances(some))
    assert f"{len(some)} seeds; must be 6000 at least" in imbalances
    assert "share of split train is 0.000; must be 0.68 to 0.72" in imbalances
    assert "share of not about any ceasefire is 0.000; must be 0.04 to 0.08" in imbalances
    assert any("opposed meets mournful in" in imbalance for imbalance in imbalances)
