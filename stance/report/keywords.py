"""The words that set the paragraphs of one label apart from the others.

References
----------
.. [1] Monroe, B., Colaresi, M. and Quinn, K. (2008). Fightin' words: lexical feature selection and
   evaluation for identifying the content of political conflict. Political Analysis 16.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import log, sqrt
from typing import Final, NamedTuple

from stance.data import read_data
from stance.text.tokens import SIDE, Gazetteer, mask_words
from stance.text.words import fold

# Paragraphs of the label with the word; among fewer, a single name or misprint decides.
_FEWEST: Final = 3
_LEAST_Z: Final = 1.96  # 95% of words that are no likelier under the label stay below it
_PRIOR: Final = 200.0  # how many words the prior is worth, function words left out


@lru_cache(maxsize=1)
def function_words() -> frozenset[str]:
    """Return the words that every text has, whatever it is about."""
    return frozenset(read_data("function_words.txt").split())


class TellingWord(NamedTuple):
    """A word, or two in a row.

    ``inside`` and ``outside`` are the numbers of paragraphs with it, of the label and of the
    others; ``z`` is its z-score.
    """

    text: str
    inside: int
    outside: int
    z: float


class WordCounts:
    """Counts, label by label, the paragraphs with each word and each pair of neighbours.

    Names of sides are left out, so that no people appears as a "word of opposition"; so are
    numbers and function words (``stance/data/function_words.txt``), which tell nothing.

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
        left_out = function_words()
        for written, _, _ in mask_words(text, self.gazetteer):
            word = fold(written)
            if word in left_out or written is SIDE or word[0].isdigit():
                before = None
                continue
            words.add(word)
            if before:
                words.add(f"{before} {word}")
            before = word
        return words

    def add(self, words: Iterable[str], label: str) -> None:
        """Count the words of a paragraph, once each, under its label.

        Of a Counter, each word counts as often as the Counter says.
        """
        self.counts.setdefault(label, Counter()).update(words)

    def telling(self, label: str, others: Sequence[str], limit: int = 12) -> list[TellingWord]:
        """Return the words that set a label apart from others, the surest first.

        Parameters
        ----------
        label : str
            A label; without counted paragraphs it has no words.
        others : sequence of str
            The labels it is compared with.
        limit : int, default=12
            How many at most.

        Returns
        -------
        list of TellingWord
            Those with z above 1.96, in at least three of the label's paragraphs. Of a pair and a
            word in it, the surer.

        Notes
        -----
        The z-score of the log-odds ratio with an informative Dirichlet prior [1]_: the prior is the
        share of each word in all paragraphs, worth 200 words.
        """
        own = self.counts.get(label, Counter())
        rest: Counter[str] = Counter()
        for other in others:
            rest.update(self.counts.get(other, {}))
        n_own, n_rest = own.total(), rest.total()
        telling = []
        for word, inside in own.items():
            if inside >= _FEWEST:
                prior = _PRIOR * (inside + rest[word]) / (n_own + n_rest)
                z = _z(inside + prior, n_own + _PRIOR, rest[word] + prior, n_rest + _PRIOR)
                if z > _LEAST_Z:
                    telling.append(TellingWord(word, inside, rest[word], z))
        return _distinct(sorted(telling, key=lambda word: (-word.z, word.text)), limit)


def _z(inside: float, n_inside: float, outside: float, n_outside: float) -> float:
    ratio = log(inside / (n_inside - inside)) - log(outside / (n_outside - outside))
    return ratio / sqrt(1 / inside + 1 / outside)


def _distinct(ordered: Sequence[TellingWord], limit: int) -> list[TellingWord]:
    """Keep the surer of a pair and the words in it."""
    chosen: list[TellingWord] = []
    seen: set[str] = set()
    for word in ordered:
        parts = {*word.text.split(), word.text}
        if len(chosen) < limit and not parts & seen:
            chosen.append(word)
            seen |= parts
    return chosen
