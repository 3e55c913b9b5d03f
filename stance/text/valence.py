"""How good or bad words are: VADER's lexicon, from the optional package `vaderSentiment`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from stance.errors import TrainingError


@lru_cache(maxsize=1)
def load_lexicon() -> Mapping[str, int]:
    """Read the valence of words, from -4 to 4, never 0, from the package `vaderSentiment`.

    Raises
    ------
    TrainingError
        If the package is not installed. Only training needs it: a model carries the lexicon.

    References
    ----------
    Hutto and Gilbert (2014). VADER: a parsimonious rule-based model for sentiment analysis of
    social media text. ICWSM.
    """
    lexicon: dict[str, int] = {}
    for line in _read_lines():
        word, _, rest = line.partition("\t")
        if rest:
            lexicon.setdefault(word.lower(), _round_away(float(rest.partition("\t")[0])))
    return lexicon


def _read_lines() -> list[str]:
    """Return the lines of the lexicon: a word, its mean valence, and more, separated by tabs."""
    try:
        path = resources.files("vaderSentiment").joinpath("vader_lexicon.txt")
    except ModuleNotFoundError as error:
        raise TrainingError(
            "`valence` needs the package vaderSentiment; it is not installed. "
            'pip install "stance-tone[valence]"'
        ) from error
    return path.read_text(encoding="utf-8").splitlines()


def _round_away(mean: float) -> int:
    """Round a mean valence to a whole strength that is never 0.

    >>> [_round_away(mean) for mean in (1.9, 0.3, -0.3, -2.6)]
    [2, 1, -1, -3]
    """
    strength = max(1, round(abs(mean)))
    return strength if mean > 0 else -strength
