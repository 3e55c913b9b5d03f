"""Choose what scores the paragraphs of a model: the compiled backend, or NumPy."""

from __future__ import annotations

import os
from typing import Final

from stance.errors import ModelError
from stance.scoring.arrays import Backend, ModelArrays

CHOICE: Final = "STANCE_SCORER"
"""The environment variable that may ask for "compiled" or "numpy"."""


def choose_backend(arrays: ModelArrays) -> Backend:
    """Make the fastest backend that can score a model, unless the environment asks for one.

    Raises
    ------
    ModelError
        If the environment asks for an unknown backend, or for one that cannot score this model.
    """
    asked = os.environ.get(CHOICE, "")
    if asked not in ("", "compiled", "numpy"):
        raise ModelError(
            f"{CHOICE} must be 'compiled' or 'numpy'; got {asked!r}. "
            "Unset it to use the fastest one available."
        )
    obstacle = _why_not_compiled(arrays)
    if asked == "compiled" and obstacle:
        raise ModelError(
            f"{CHOICE} asks for the compiled scorer; {obstacle}. Unset it to score with NumPy."
        )
    if asked == "numpy" or obstacle:
        from stance.scoring.vectorized import NumpyBackend

        return NumpyBackend(arrays, why=obstacle or f"{CHOICE} asks for it")
    from stance.scoring.compiled import CompiledBackend

    why = "the extension is built, and knows all features of this model"
    return CompiledBackend(arrays, why=why)


def _why_not_compiled(arrays: ModelArrays) -> str:
    """Return what keeps the compiled backend from scoring a model, or an empty string."""
    try:
        from stance.scoring._scorer import MAX_BLOCKS, MAX_NGRAM, MAX_OUTPUTS
    except ImportError as error:
        return (
            "the extension is missing: "
            f"it was not built where stance was installed, or not for this Python ({error})"
        )
    if arrays.social_media or any(block.name == "valence" for block in arrays.blocks):
        return "it does not know the marks of posts or the valence of words that this model uses"
    if (
        len(arrays.blocks) > MAX_BLOCKS
        or arrays.intercepts.shape[1] > MAX_OUTPUTS
        or max(block.ngram_range[1] for block in arrays.blocks) > MAX_NGRAM
    ):
        return (
            f"it takes at most {MAX_BLOCKS} feature blocks, {MAX_OUTPUTS} labels "
            f"and n-grams of {MAX_NGRAM}, and this model needs more"
        )
    return ""
