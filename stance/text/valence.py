"""How good or bad words are: the lexicon of VADER, for who has installed it."""

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
        If it is not installed. A trained model holds the lexicon and needs the package no more.

    References
    ----------
    Hutto and Gilbert (2014). VADER: a parsimonious rule-based model for sentiment analysis of social media text. ICWSM.
    """
    try:
        text = (
            resources.files("vaderSentiment")
            .joinpath("vader_lexicon.txt")
            .read_text(encoding="utf-8")
        )
    except ModuleNotFoundError as error:
        raise TrainingError(
            '`valence` needs the package vaderSentiment; it is not installed. pip install "stance-tone[valence]"'
        ) from error
    lexicon: dict[str, int] = {}
    for line in text.splitlines():
        word, _, rest = line.partition("\t")
        if rest:
            mean = float(rest.partition("\t")[0])
            lexicon.setdefault(word.lower(), max(1, round(abs(mean))) * (1 if mean > 0 else -1))
    return lexicon
