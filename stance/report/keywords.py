"""The words that tell the paragraphs of one label from the others.

References
----------
.. [1] Monroe, B., Colaresi, M. and Quinn, K. (2008). Fightin' words: lexical feature selection and evaluation for
   identifying the content of political conflict. Political Analysis 16.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log, sqrt
from typing import Final, NamedTuple

from stance.text.tokens import SIDE, Gazetteer, make_tokens

_FEWEST: Final = (
    3  # paragraphs with the word under the label; below it a name or a misprint decides
)
_SURE: Final = 1.96
_PRIOR: Final = 500.0  # words that the prior is worth


class TellingWord(NamedTuple):
    """A word, or two in a row; in how many of the label's paragraphs and of the others it stands; and its z-score."""

    text: str
    inside: int
    outside: int
    z: float


class WordCounts:
    """Counts, label by label, in how many paragraphs each word and each pair of neighbours stands.

    Names of sides are left out, so that no people comes out as a "word of opposition"; so are numbers.

    Parameters
    ----------
    gazetteer : Gazetteer or None
        The names to leave out.
    """

    def __init__(self, gazetteer: Gazetteer | None) -> None:
        self.gazetteer = gazetteer
        self.counts: dict[str, Counter[str]] = {}

    def read(self, text: str) -> set[str]:
        """Return the words of a paragraph and the pairs of neighbours."""
        words, before = set(), None
        for token in make_tokens(text, self.gazetteer):
            word = token.word if token.word != SIDE and not token.word[0].isdigit() else None
            if word:
                words.add(word)
                if before:
                    words.add(f"{before} {word}")
            before = word
        return words

    def add(self, words: Iterable[str], label: str) -> None:
        """Count the words of a paragraph, once each, under its label."""
        self.counts.setdefault(label, Counter()).update(words)

    def telling(self, label: str, others: Sequence[str], limit: int = 12) -> list[TellingWord]:
        """Return the words most telling of a label against others, the surest first.

        Parameters
        ----------
        label : str
            A label that was counted, or not.
        others : sequence of str
            What it is compared with.
        limit : int, default=12
            How many at most.

        Returns
        -------
        list of TellingWord
            Those with z above 1.96, in at least three of the label's paragraphs. Of a pair and a word in it, the surer.

        Notes
        -----
        The z-score of the log-odds ratio with an informative Dirichlet prior [1]_: the prior is the share of each word in
        all paragraphs, worth 500 words.
        """
        mine = self.counts.get(label, Counter())
        rest: Counter[str] = Counter()
        for other in others:
            rest.update(self.counts.get(other, {}))
        n_mine, n_rest = mine.total(), rest.total()
        found = []
        for word, inside in mine.items():
            if inside >= _FEWEST:
                prior = _PRIOR * (inside + rest[word]) / (n_mine + n_rest)
                z = _z(inside + prior, n_mine + _PRIOR, rest[word] + prior, n_rest + _PRIOR)
                if z > _SURE:
                    found.append(TellingWord(word, inside, rest[word], z))
        return _distinct(sorted(found, key=lambda word: (-word.z, word.text)), limit)


def _z(inside: float, n_inside: float, outside: float, n_outside: float) -> float:
    ratio = log(inside / (n_inside - inside)) - log(outside / (n_outside - outside))
    return ratio / sqrt(1 / inside + 1 / outside)


def _distinct(ordered: Sequence[TellingWord], limit: int) -> list[TellingWord]:
    """Keep the surer of a pair and the words in it."""
    kept: list[TellingWord] = []
    seen: set[str] = set()
    for word in ordered:
        parts = {*word.text.split(), word.text}
        if len(kept) < limit and not parts & seen:
            kept.append(word)
            seen |= parts
    return kept
