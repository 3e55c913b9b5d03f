"""The words that count for or against a label."""

import pytest

import stance
from stance.model import Model

DOCUMENT = "Lamps Out\n\nThe council voted against a truce by nine to two."


def test_evidence_is_in_the_users_own_words_weightiest_first(small: Model) -> None:
    document = small.label(DOCUMENT)
    words = document[1].evidence["stance"]
    assert all(document.text[word.start : word.end] == word.text for word in words)
    weights = [abs(word.contribution) for word in words]
    assert weights == sorted(weights, reverse=True)


def test_explain_adds_up_to_the_logit_and_can_ask_for_another_label(small: Model) -> None:
    text = "The council voted against a truce."
    table = small.frozen.heads["stance"].logits([small.frozen.tokens(text)])
    logits = dict(zip(small.labels["stance"], table[0], strict=True))
    for label, logit in logits.items():
        intercept, evidence = small.explain(text, label=label)
        total = intercept + sum(word.contribution for word in evidence)
        assert total == pytest.approx(logit, abs=1e-9)
    intercept, evidence = small.explain(text, label="opposed", contrast="neutral")
    total = intercept + sum(word.contribution for word in evidence)
    assert total == pytest.approx(logits["opposed"] - logits["neutral"], abs=1e-9)
    with pytest.raises(
        stance.InputError, match=r"`head` must be one of \['stance', 'tone'\]; got 'mood'\.$"
    ):
        small.explain(text, head="mood")
    with pytest.raises(
        stance.InputError,
        match=r"`label` must be one of \['neutral', 'opposed', 'pro-ceasefire'\]; got 'no'\.$",
    ):
        small.explain(text, label="no")


def test_evidence_can_be_left_out(small: Model) -> None:
    with_evidence, without = small.label(DOCUMENT), small.label(DOCUMENT, evidence=False)
    assert without[1].evidence == {"stance": (), "tone": ()}
    assert list(without.rows()) == list(with_evidence.rows())
