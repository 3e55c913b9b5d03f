"""Score many paragraphs with a model's arrays: by the compiled routine, or by NumPy where it cannot be had."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from stance.errors import ModelError
from stance.scoring.arrays import Engine, Layout, make_layout
from stance.scoring.heads import Head
from stance.text.tokens import Gazetteer

CHOICE: Final = "STANCE_SCORER"
"""Names the environment variable that asks for "compiled" or "numpy"."""
MOST_BLOCKS: Final = 64
MOST_OUTPUTS: Final = 4096
LONGEST: Final = 64
"""What _scorer.c has room for."""


class Scores(NamedTuple):
    """What a model finds in paragraphs.

    Attributes
    ----------
    probabilities : dict of str to ndarray of shape (n_paragraphs, n_classes)
        Calibrated, by head.
    familiarity : ndarray of shape (n_paragraphs,)
        As in `measure_familiarity`.
    words : ndarray of int, of shape (n_paragraphs,)
        How many tokens each has.
    """

    probabilities: dict[str, np.ndarray]
    familiarity: np.ndarray
    words: np.ndarray


class Scorer:
    """An engine, and whose probabilities are which.

    Attributes
    ----------
    name : str
        "compiled" or "numpy".
    why : str
        Why this one is in use.
    """

    def __init__(self, engine: Engine, layout: Layout, name: str, why: str) -> None:
        self.name = name
        self.why = why
        self._engine = engine
        self._outputs = layout.outputs
        self._part = {target: part for part, target in enumerate(layout.targets, start=1)}

    def score(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Scores:
        """Score paragraphs; `FrozenModel.score` says how."""
        parts = np.zeros(len(texts), dtype=np.int32)
        if targets is not None and self._part:
            parts[:] = [0 if target is None else self._part.get(target, 0) for target in targets]
        probabilities, familiarity, words = self._engine.score(list(texts), parts)
        return Scores(
            {head: probabilities[:, here] for head, here in self._outputs.items()},
            familiarity,
            words,
        )


def make_scorer(
    heads: Mapping[str, Head],
    gazetteer: Gazetteer | None,
    words: Collection[str],
    *,
    social_media: bool,
) -> Scorer:
    """Choose the engine of a model.

    Raises
    ------
    ModelError
        If the environment asks for one that cannot be had.
    """
    layout = make_layout(heads, gazetteer, words, social_media=social_media)
    asked = os.environ.get(CHOICE, "")
    if asked not in ("", "compiled", "numpy"):
        raise ModelError(
            f"{CHOICE} must be 'compiled' or 'numpy'; got {asked!r}. Unset it to have the faster of those there are."
        )
    missing = _why_not_compiled(layout)
    if asked == "compiled" and missing:
        raise ModelError(
            f"{CHOICE} asks for the compiled scorer; {missing}. Unset it to score by NumPy."
        )
    if asked == "numpy" or missing:
        from stance.scoring.vectorized import Vectorized

        return Scorer(Vectorized(layout), layout, "numpy", missing or f"{CHOICE} asks for it")
    from stance.scoring.compiled import Compiled

    return Scorer(
        Compiled(layout),
        layout,
        "compiled",
        "the extension is built, and the model is of words and characters",
    )


def _why_not_compiled(layout: Layout) -> str:
    try:
        import stance.scoring._scorer  # noqa: F401
    except ImportError as error:
        return f"the extension is not there: it was not built where stance was installed, or not for this Python ({error})"
    if layout.social_media or any(block.name == "valence" for block in layout.blocks):
        return "it does not know the marks of posts nor the valence of words, which this model uses"
    longest = max(block.ngram_range[1] for block in layout.blocks)
    if (
        len(layout.blocks) > MOST_BLOCKS
        or layout.intercepts.shape[1] > MOST_OUTPUTS
        or longest > LONGEST
    ):
        return f"it has room for {MOST_BLOCKS} blocks, {MOST_OUTPUTS} labels and n-grams of {LONGEST}, and this model needs more"
    return ""
