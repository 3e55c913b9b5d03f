"""What is said beside figures: unfamiliar print, and what each reader's labels give."""

import numpy as np
import pandas as pd
import pytest

import stance
from stance.inference.notes import drift_notes
from stance.inference.prints import read_print


def labelled(random: np.random.Generator, unfamiliar: float = 0.03) -> pd.DataFrame:
    """1,200 paragraphs of 300 articles in three months, of which the last may be unfamiliar."""
    n = np.arange(1200)
    month = np.array(["2024-01", "2024-02", "2024-03"])[n // 400]
    rate = np.where(month == "2024-03", unfamiliar, 0.03)
    withheld = random.random(1200) < rate
    frame = pd.DataFrame({"paragraph_id": [f"{k // 4}:{k % 4}-{k % 4 + 1}" for k in n]})
    frame["month"] = month
    frame["stance"] = np.where(withheld, None, random.choice(["neutral", "opposed"], 1200))
    frame["stance_probability"] = np.where(withheld, np.nan, 0.8)
    frame["familiarity"] = random.normal(0.9, 0.05, 1200) - 0.3 * withheld
    return frame.assign(status=np.where(withheld, "unfamiliar", "labelled"))


def test_a_month_that_the_model_is_not_familiar_with_is_named() -> None:
    frame = labelled(np.random.default_rng(0), unfamiliar=0.2)
    shares = stance.estimate_shares(frame, by="month")
    notes = [note for note in shares.attrs["notes"] if note.startswith("Print leaves")]
    assert len(notes) == 1
    assert notes[0].startswith("Print leaves the familiar in 2024-03: ")
    assert "of its paragraphs are unfamiliar, 3% elsewhere" in notes[0]
    assert notes[0].endswith(
        "The model's labels are worth less there; figures that are not corrected by annotated paragraphs of it may be wrong."
    )


def test_familiar_words_alone_can_tell() -> None:
    frame = labelled(np.random.default_rng(1))
    frame.loc[frame["month"] == "2024-03", "familiarity"] -= 0.06
    notes = drift_notes(read_print(frame), ["month"])
    assert len(notes) == 1
    assert "of the words of a paragraph are familiar, 90% elsewhere" in notes[0]


def test_print_that_stays_as_it_is_gives_no_note() -> None:
    for seed in range(20):
        print_ = read_print(labelled(np.random.default_rng(seed)))
        assert drift_notes(print_, ["month"]) == []
        assert drift_notes(print_, []) == []


def test_differences_come_with_the_note_too() -> None:
    frame = labelled(np.random.default_rng(2), unfamiliar=0.2)
    drawn = stance.draw(frame, 150, by="month").assign(stance="neutral")
    notes = " ".join(stance.compare(frame, drawn, "month").attrs["notes"])
    assert "Print leaves the familiar in 2024-03" in notes


def test_few_articles_do_not_tell() -> None:
    frame = labelled(np.random.default_rng(3), unfamiliar=0.5)
    few = pd.concat([frame[frame["month"] != "2024-03"], frame[frame["month"] == "2024-03"][:36]])
    assert drift_notes(read_print(few), ["month"]) == []


def test_with_two_readers_the_share_under_each_is_said() -> None:
    frame = labelled(np.random.default_rng(4))
    first = stance.draw(frame, 100).assign(stance="neutral", reader="ada")
    second = first.assign(stance="opposed", reader="ben")
    notes = stance.estimate_shares(frame, pd.concat([first, second])).attrs["notes"]
    assert "stance as ada reads it (100 paragraphs): neutral 100.0%" in " ".join(notes)
    assert "stance as ben reads it (100 paragraphs): neutral 0.0%" in " ".join(notes)
    alone = stance.estimate_shares(frame, first).attrs["notes"]
    assert "as ada reads it" not in " ".join(alone)


@pytest.mark.parametrize("name", [None, "article"])
def test_the_column_article_names_the_clusters(name: str | None) -> None:
    frame = labelled(np.random.default_rng(5)).assign(article=np.arange(1200) // 12)
    assert (
        "1,200 paragraphs of 100 articles"
        in stance.estimate_shares(frame, article=name).attrs["notes"][0]
    )
