"""Measure how much of its texts a counts file gives away, by attacking it.

Two attacks read runs of neighbouring words out of a paragraph's stems and pairs. The *certain*
reading follows a pair only where the counts leave no other way on, as in a de Bruijn graph (Gallé
2015). The *best guess* orders all stems by a beam search with a trigram model of other articles,
and counts as a success only what stands in the paragraph indeed.

References
----------
Gallé and Tealdi (2015). Reconstructing textual documents from n-grams. KDD.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

RUN: Final = 8
"""Words in a row; that many are more than a common phrase."""
SAMPLE: Final = 300
"""Paragraphs, and articles, to guess at: their share is then known to 3 points or better."""
BEAM: Final = 10
MAX_GUESSED_WORDS: Final = 400
"""Longer joined articles count as not read: each guess at one would take a second and fail."""
_SMOOTHING: Final = (0.6, 0.3, 0.1)  # weights of trigram, bigram and word in the language model


@dataclass(frozen=True)
class Disclosure:
    """Shares of paragraphs, and of joined articles, in which a run of `RUN` words can be read.

    Attributes
    ----------
    certain, certain_joined : float
        With certainty; of all paragraphs and articles.
    guessed, guessed_joined : float
        By the best guess; of a random sample of `n_guessed` paragraphs, and of as many articles at
        most.
    longest : int
        Words of the longest run that is read with certainty.
    n_guessed : int
        Paragraphs that were guessed at.
    """

    certain: float
    certain_joined: float
    guessed: float
    guessed_joined: float
    longest: int
    n_guessed: int


@dataclass(frozen=True)
class Bag:
    """What is published of a paragraph: its kept stems and pairs, each with its count."""

    stems: Counter[str]
    pairs: Counter[tuple[str, str]]

    @classmethod
    def of(cls, counted: Iterable[tuple[str, int]]) -> Bag:
        """Separate pairs from stems.

        >>> Bag.of([("call", 2), ("call for", 1), ("for", 1)])
        Bag(stems=Counter({'call': 2, 'for': 1}), pairs=Counter({('call', 'for'): 1}))
        """
        stems: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for feature, count in counted:
            first, _, second = feature.partition(" ")
            if second:
                pairs[first, second] = count
            else:
                stems[first] = count
        return cls(stems, pairs)

    def __add__(self, other: Bag) -> Bag:
        return Bag(self.stems + other.stems, self.pairs + other.pairs)


def longest_certain_run(bag: Bag) -> tuple[str, ...]:
    """Return the longest run of stems that must stand in the text.

    A stem is certainly followed by another if every one of its occurrences is: their pair is
    counted as often as the stem.

    >>> longest_certain_run(Bag.of([("a", 1), ("b", 1), ("c", 1), ("a b", 1), ("b c", 1)]))
    ('a', 'b', 'c')
    >>> longest_certain_run(Bag.of([("a", 2), ("b", 2), ("c", 2), ("a b", 1), ("b c", 1)]))
    ('a', 'b')
    """
    following = {a: b for (a, b), count in bag.pairs.items() if count == bag.stems[a]}
    preceding = {b: a for (a, b), count in bag.pairs.items() if count == bag.stems[b]}
    limit = sum(bag.stems.values())
    runs = (_extend(pair, following, preceding, limit) for pair in bag.pairs)
    return max(runs, key=len, default=())


def _extend(
    pair: tuple[str, str], following: dict[str, str], preceding: dict[str, str], limit: int
) -> tuple[str, ...]:
    run = deque(pair)
    while run[-1] in following and len(run) < limit:
        run.append(following[run[-1]])
    while run[0] in preceding and len(run) < limit:
        run.appendleft(preceding[run[0]])
    return tuple(run)


class LanguageModel:
    """Trigrams of stems, smoothed by pairs and single stems.

    Parameters
    ----------
    paragraphs : iterable of sequence of str
        Stems in the order of the text.
    """

    def __init__(self, paragraphs: Iterable[Sequence[str]]) -> None:
        self._counts: Counter[tuple[str, ...]] = Counter()
        for stems in paragraphs:
            padded = ["", "", *stems]
            for end in range(2, len(padded)):
                for length in (1, 2, 3):
                    self._counts[tuple(padded[end - length + 1 : end + 1])] += 1
                self._counts["<", *padded[end - 2 : end]] += 1  # contexts of trigrams
            self._counts["",] += 1
        self._total = sum(count for gram, count in self._counts.items() if len(gram) == 1) or 1
        self._known: dict[tuple[str, str, str], float] = {}

    def probability(self, before: tuple[str, str], stem: str) -> float:
        """Return the probability of a stem after two others."""
        known = self._known.get((*before, stem))
        if known is not None:
            return known
        counts = self._counts
        trigram = counts[(*before, stem)] / (counts["<", *before] or 1)
        pair = counts[before[1], stem] / (counts[before[1],] or 1)
        single = (counts[stem,] + 0.1) / self._total
        total = _SMOOTHING[0] * trigram + _SMOOTHING[1] * pair + _SMOOTHING[2] * single
        self._known[*before, stem] = total
        return total


@dataclass(order=True)
class _Guess:
    """A partial order of a bag's stems; `None` in `stems` marks words that were left out."""

    score: float
    stems: list[str | None] = field(compare=False)
    left: Counter[str] = field(compare=False)
    pairs_left: Counter[tuple[str, str]] = field(compare=False)

    @property
    def before(self) -> tuple[str, str]:
        first, second = [None, None, *self.stems][-2:]
        return first or "", second or ""


def guess_order(
    bag: Bag, vocabulary: frozenset[str], model: LanguageModel, *, gap: float = 0.15
) -> list[str | None]:
    """Return the most plausible order of a bag's stems.

    Parameters
    ----------
    bag : Bag
        What is published of a paragraph.
    vocabulary : frozenset of str
        All pairs that the file keeps: two stems whose pair is kept, but not in this bag, are no
        neighbours.
    model : LanguageModel
        Of other texts.
    gap : float, default=0.15
        The share of words that were left out.

    Returns
    -------
    list of str or None
        Stems, with None where words were left out between two of them.
    """
    beam = [_Guess(0.0, [], bag.stems.copy(), bag.pairs.copy())]
    for _ in range(sum(bag.stems.values())):
        candidates = (step for guess in beam for step in _steps(guess, bag, vocabulary, model, gap))
        best = heapq.nlargest(BEAM, candidates, key=lambda step: step[0])
        beam = [_follow(guess, score, stem, adjacent) for score, guess, stem, adjacent in best]
    return max(beam).stems


def _steps(
    guess: _Guess, bag: Bag, vocabulary: frozenset[str], model: LanguageModel, gap: float
) -> Iterable[tuple[float, _Guess, str, bool]]:
    before = guess.before
    last = before[1]
    total = sum(guess.left.values())
    known = sum(count for (first, _), count in bag.pairs.items() if first == last)
    unknown = max(1 - known / bag.stems[last], 0.01) if last else 1.0
    for stem, count in guess.left.items():
        pair = (last, stem)
        if guess.pairs_left[pair] > 0:
            yield guess.score + math.log(bag.pairs[pair] / bag.stems[last]), guess, stem, True
        elif f"{last} {stem}" not in vocabulary:
            likely = (1 - gap) * model.probability(before, stem)
            yield guess.score + math.log(unknown * likely), guess, stem, True
        yield guess.score + math.log(unknown * gap * count / total), guess, stem, False


def _follow(guess: _Guess, score: float, stem: str, adjacent: bool) -> _Guess:
    left, pairs_left = guess.left.copy(), guess.pairs_left.copy()
    left[stem] -= 1
    if not left[stem]:
        del left[stem]
    last = guess.before[1]
    if adjacent and pairs_left[last, stem] > 0:
        pairs_left[last, stem] -= 1
    gap: list[str | None] = [] if adjacent or not guess.stems else [None]
    return _Guess(score, [*guess.stems, *gap, stem], left, pairs_left)


def longest_true_run(guessed: Sequence[str | None], stems: Sequence[str]) -> int:
    """Return the length of the longest run without a gap that stands in the true order.

    >>> longest_true_run(["a", "b", None, "c", "d", "e"], ["x", "a", "b", "c", "d", "y"])
    2
    """
    best = 0
    lengths = [0] * (len(stems) + 1)
    for stem in guessed:
        lengths = [
            0,
            *(
                lengths[end] + 1 if stem is not None and stem == stems[end] else 0
                for end in range(len(stems))
            ),
        ]
        best = max(best, *lengths)
    return best


def measure_disclosure(
    bags: Sequence[Bag],
    stems: Sequence[Sequence[str]],
    articles: Sequence[int],
    *,
    model: LanguageModel | None = None,
    random_state: int = 0,
    n_guessed: int = SAMPLE,
) -> Disclosure:
    """Attack a counts file, and return how often that succeeds.

    Parameters
    ----------
    bags : sequence of Bag, of length n_rows
        What is published of each paragraph.
    stems : sequence of sequence of str, of length n_rows
        All stems of each paragraph in order, which only its owner has: they prove guesses right or
        wrong.
    articles : sequence of int, of length n_rows
        Which article each paragraph is of.
    model : LanguageModel, optional
        What guesses by; by default of the articles that are not guessed at.
    random_state : int, default=0
        Draws the sample.
    n_guessed : int, default=SAMPLE
        How many paragraphs, and articles, to guess at.

    Returns
    -------
    Disclosure
    """
    members: defaultdict[int, list[int]] = defaultdict(list)
    for row, article in enumerate(articles):
        members[article].append(row)
    joined = [_join([bags[row] for row in rows]) for rows in members.values()]
    runs = [len(longest_certain_run(bag)) for bag in bags]
    joined_runs = [len(longest_certain_run(bag)) for bag in joined]
    draw = np.random.default_rng(random_state)
    chosen = draw.permutation(len(members))[:n_guessed]
    article_rows = [list(members.values())[number] for number in chosen]
    guessed_rows = [rows[int(draw.integers(len(rows)))] for rows in article_rows]
    if model is None:
        others = set(range(len(stems))) - {row for rows in article_rows for row in rows}
        model = LanguageModel(stems[row] for row in sorted(others))
    vocabulary = list_pairs(bags)
    single = [_is_read(bags[row], [stems[row]], vocabulary, model) for row in guessed_rows]
    whole = [
        _is_read(joined[number], [stems[row] for row in rows], vocabulary, model)
        for number, rows in zip(chosen, article_rows, strict=True)
    ]
    return Disclosure(
        certain=_share(run >= RUN for run in runs),
        certain_joined=_share(run >= RUN for run in joined_runs),
        guessed=_share(single),
        guessed_joined=_share(whole),
        longest=max(runs, default=0),
        n_guessed=len(single),
    )


def list_pairs(bags: Iterable[Bag]) -> frozenset[str]:
    """Return all pairs that a file keeps, as `guess_order` takes them."""
    return frozenset(" ".join(pair) for bag in bags for pair in bag.pairs)


def _join(bags: Sequence[Bag]) -> Bag:
    total = bags[0]
    for bag in bags[1:]:
        total = total + bag
    return total


def _is_read(
    bag: Bag, texts: Sequence[Sequence[str]], vocabulary: frozenset[str], model: LanguageModel
) -> bool:
    if sum(bag.stems.values()) > MAX_GUESSED_WORDS:
        return False
    guessed = guess_order(bag, vocabulary, model)
    return any(longest_true_run(guessed, stems) >= RUN for stems in texts)


def _share(successes: Iterable[bool]) -> float:
    values = list(successes)
    return sum(values) / len(values) if values else 0.0
