"""A fitted model as plain values: its heads, and what turns a paragraph into their features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from stance.scoring.arrays import Backend, arrange_model, number_copies, number_outputs
from stance.scoring.heads import Head
from stance.scoring.scorer import choose_backend
from stance.text.languages import home_language
from stance.text.tokens import Gazetteer, Token, make_tokens


class Scores(NamedTuple):
    """What a model computes for paragraphs.

    Attributes
    ----------
    probabilities : dict of str to ndarray of shape (n_paragraphs, n_classes)
        Calibrated, by head.
    familiarity : ndarray of shape (n_paragraphs,)
        As in `measure_familiarity`.
    n_tokens : ndarray of int, of shape (n_paragraphs,)
        How many tokens each paragraph has.
    """

    probabilities: dict[str, np.ndarray]
    familiarity: np.ndarray
    n_tokens: np.ndarray


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
    familiarity_threshold : float
        A paragraph with a lower familiarity gets no label.
    social_media : bool
        As in `make_tokens`.
    facts : dict
        What ``facts.json`` records.
    """

    heads: Mapping[str, Head]
    gazetteer: Gazetteer | None
    words: frozenset[str]
    familiarity_threshold: float
    social_media: bool
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the cached properties, which are made again where they are needed."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """The labels of each head, in sorted order."""
        return {name: head.classes for name, head in self.heads.items()}

    @cached_property
    def language(self) -> str | None:
        """The language of the training paragraphs, or None if it cannot be said."""
        return home_language(self.words)

    @cached_property
    def scorer(self) -> Backend:
        """What scores paragraphs: the compiled backend, or NumPy where that cannot be used."""
        arrays = arrange_model(
            self.heads, self.gazetteer, self.words, social_media=self.social_media
        )
        return choose_backend(arrays)

    @cached_property
    def _outputs(self) -> dict[str, slice]:
        return number_outputs(self.heads)

    @cached_property
    def _copy_numbers(self) -> dict[str, int]:
        return number_copies(self.heads)

    def tokens(self, text: str) -> list[Token]:
        """Split one paragraph into tokens as in training."""
        return make_tokens(text, self.gazetteer, social_media=self.social_media)

    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Scores:
        """Score paragraphs.

        Parameters
        ----------
        texts : sequence of str, of length n_paragraphs
            Paragraphs.
        targets : sequence of str or None, of length n_paragraphs, optional
            What each is about; None, or a target that the model has not seen, uses what all
            targets share.

        Returns
        -------
        Scores
        """
        copies = np.zeros(len(texts), dtype=np.int32)  # 0: what all targets share
        if targets is not None and self._copy_numbers:
            copies[:] = [
                0 if target is None else self._copy_numbers.get(target, 0) for target in targets
            ]
        probabilities, familiarity, n_tokens = self.scorer.score(list(texts), copies)
        by_head = {head: probabilities[:, columns] for head, columns in self._outputs.items()}
        return Scores(by_head, familiarity, n_tokens)

    def probabilities(
        self, texts: Sequence[str], target: str | None = None
    ) -> dict[str, np.ndarray]:
        """Return calibrated probabilities by head, each of shape (n_paragraphs, n_classes)."""
        return self.score(texts, [target] * len(texts)).probabilities
