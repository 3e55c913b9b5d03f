"""A fitted model as plain values: heads that share one tokenizer, and the facts about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from stance.scoring.heads import Head, measure_familiarity
from stance.scoring.scorer import Scorer, Scores, make_scorer
from stance.text.tokens import Gazetteer, Token, make_tokens


@dataclass(frozen=True)
class FrozenModel:
    """Heads that share one tokenizer, and the facts about them.

    Attributes
    ----------
    heads : dict of str to Head
        By label column.
    gazetteer : Gazetteer or None
        The names that are masked.
    words : frozenset of str
        The stems of the training paragraphs.
    facts : dict
        What ``facts.json`` holds.
    """

    heads: Mapping[str, Head]
    gazetteer: Gazetteer | None
    words: frozenset[str]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.__dict__.items() if name != "scorer"
        }  # it is made again where it is needed

    def tokens(self, text: str) -> list[Token]:
        """Split one paragraph as the model was trained."""
        return make_tokens(text, self.gazetteer, social_media=self.facts["social_media"])

    @cached_property
    def scorer(self) -> Scorer:
        """What scores paragraphs: the compiled routine, or NumPy where it cannot be had."""
        return make_scorer(
            self.heads, self.gazetteer, self.words, social_media=self.facts["social_media"]
        )

    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Scores:
        """Score paragraphs.

        Parameters
        ----------
        texts : sequence of str, of length n_paragraphs
            Paragraphs.
        targets : sequence of str or None, of length n_paragraphs, optional
            What each is about; None, or one that the model has not seen, uses what all targets share.

        Returns
        -------
        Scores
        """
        return self.scorer.score(texts, targets)

    def probabilities(
        self, texts: Sequence[str], target: str | None = None
    ) -> dict[str, np.ndarray]:
        """Return calibrated probabilities by head, each of shape (n_paragraphs, n_classes), with the copies of one target."""
        return self.score(texts, [target] * len(texts)).probabilities

    def familiarity(self, tokens: Sequence[Token]) -> float:
        """Return the share of the paragraph's words that the training paragraphs held; masked names, numbers and marks aside."""
        return measure_familiarity(tokens, self.words)
