"""Labelled documents: values and frames."""

import dataclasses

import pytest

from stance.model import Model


def test_results_are_values(small: Model) -> None:
    block = small.label("The council voted against a truce.")[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        block.text = "another"  # type: ignore[misc]


def test_probabilities_add_up_and_sentiment_follows_from_tone(small: Model) -> None:
    block = small.label(
        "We will fight until their lamp is out, and cowards may keep their paper truce!"
    )[0]
    for head, result in block.results.items():
        assert sum(result.probabilities.values()) == pytest.approx(1)
        assert block.probability[head] == max(result.probabilities.values())
    assert (block.tone, block.sentiment) == ("angry", "negative")
    tones = block.results["tone"].probabilities
    assert block.sentiment_score == pytest.approx(
        tones["hopeful"] - tones["alarmed"] - tones["angry"] - tones["mournful"]
    )


def test_a_document_is_a_sequence(small: Model) -> None:
    document = small.label("Lamps Out\n\nA truce was signed.")
    assert len(document) == 2
    assert document[-1].text == "A truce was signed."
    assert [block.kind for block in document[0:2]] == ["heading", "paragraph"]


def test_plain_text_shows_every_block(small: Model) -> None:
    shown = repr(small.label("Lamps Out\n\nThe council voted against a truce by nine to two."))
    assert shown.splitlines()[0] == "<Document: 2 blocks, 1 labelled>"
    assert "heading, skipped: Lamps Out" in shown
    assert "stance=opposed (" in shown


def test_a_frame_has_the_text_and_its_place(small: Model) -> None:
    frame = small.label("Lamps Out\n\nA truce was signed.").to_frame()
    assert frame["text"].tolist() == ["Lamps Out", "A truce was signed."]
    assert frame["start"].tolist() == [0, 11]
    assert frame["stance"].isna().tolist() == [True, False]


def test_a_paragraph_is_shown_on_one_line(small: Model) -> None:
    heading, paragraph = small.label(
        "Lamps Out\n\nThe council voted against\na truce by nine to two, the guild said."
    )
    assert repr(heading) == "<LabelledParagraph heading, skipped: 'Lamps Out'>"
    results = paragraph.results.items()
    labels = " ".join(
        f"{head}={result.label} ({result.probabilities[result.label]:.2f}{', uncertain' if result.uncertain else ''})"
        for head, result in results
    )
    assert (
        repr(paragraph)
        == f"<LabelledParagraph {labels}: 'The council voted against a truce by nin…'>"
    )
