"""The words that count for or against a label."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from conftest import HOSTILE, ROOT
from random_texts import random_texts

import stance
from stance.model import Model
from stance.results import Evidence
from stance.scoring.heads import Head
from stance.text.features import PAIRED, UNSCALED, block_features
from stance.text.tokens import Token

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


def contributions_by_definition(head: Head, tokens: Sequence[Token]) -> np.ndarray:
    """Split the logits one occurrence at a time, as `Head.contributions` describes."""
    contributions = np.zeros((len(tokens), len(head.classes)))
    for block in head.blocks:
        occurrences = [
            (block.columns[feature], first, last)
            for feature, first, last in block_features(
                block.name, tokens, block.ngram_range, block.lexicon
            )
            if feature in block.columns
        ]
        counts = Counter(column for column, _, _ in occurrences)
        values = {column: (1 + np.log(counts[column])) * head.idf[column] for column in counts}
        length = 0.0
        for column in sorted(values):
            length += values[column] * values[column]
        scale = 1.0 if block.name in UNSCALED else np.sqrt(length)
        shares = []
        for column, first, last in occurrences:
            positions = [first, last] if block.name in PAIRED else [*range(first, last + 1)]
            added = values[column] / scale / counts[column] * head.weights[column]
            shares.append((positions, added / len(positions)))
        # first what an occurrence adds to its first token, then to the second, ...
        for step in range(max((len(positions) for positions, _ in shares), default=0)):
            for positions, share in shares:
                if step < len(positions):
                    contributions[positions[step]] += share
    return contributions


def evidence_by_definition(
    head: Head, tokens: Sequence[Token], text: str, label: str
) -> list[Evidence]:
    column = contributions_by_definition(head, tokens)[:, head.classes.index(label)].tolist()
    return [
        Evidence(text[token.start : token.end], token.start, token.end, contribution)
        for token, contribution in zip(tokens, column, strict=True)
        if contribution
    ]


def assert_evidence_is_by_definition(model: Model, texts: Sequence[str]) -> None:
    """Compare to the last digit, and in order."""
    for text in texts:
        (block,) = model.label(text, unit="row", html="keep")
        tokens = model.frozen.tokens(text)
        for name, result in block.results.items():
            head = model.frozen.heads[name]
            expected = evidence_by_definition(head, tokens, text, result.label)
            assert list(result.evidence) == expected, text
            assert model.explain(text, head=name)[1] == result.evidence, text


def test_evidence_of_hostile_texts_is_by_definition(small: Model) -> None:
    assert_evidence_is_by_definition(small, [*HOSTILE, *random_texts(300, random_state=3)])


def test_evidence_of_the_seeds_is_by_definition(shipped: Model) -> None:
    texts = pd.read_csv(ROOT / "seeds" / "paragraphs.csv")["text"]
    assert_evidence_is_by_definition(shipped, texts.sample(200, random_state=0).tolist())
