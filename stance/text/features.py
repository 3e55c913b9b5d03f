"""Turn tokens into TF-IDF features.

Features come in four *feature blocks*, each with its own way to make them:

"words"
    Every n-gram of stems ("reject ani truce").
"characters"
    Every n-gram of the characters of a word ("rejec") with one space before and after it.
"valence"
    What a lexicon says of each word: whether it is good or bad, how much so, and whether a negator
    stands before it.
"frames"
    In which order the cue words of a sentence ask, refuse, stop and judge ("REFUSE>STOP").

Every feature keeps which tokens it came from (`Occurrence`). `Analyzer` gives scikit-learn the very
strings that a frozen model looks up, so that the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from stance.text.cues import (
    NEGATION,
    NUMBERS,
    find_frames,
    join_cues,
    load_cues,
    number_cues,
)
from stance.text.tokens import SIDE, Gazetteer, Token, make_tokens
from stance.text.words import MAX_WORD_CHARACTERS, REMEMBERED_WORDS

UNSCALED: Final = ("valence",)
"""Feature blocks that are not scaled to length 1: the length of "valence" is how much there is."""
VALENCES: Final = (
    "negator",
    *(
        f"{negation}{sign}{step}"
        for negation in ("", "not ")
        for sign in "+-"
        for step in ("", 1, 2, 3, 4)
    ),
)
"""Every feature of the feature block "valence"."""
NEGATORS: Final = frozenset(
    {
        "no", "not", "never", "none", "nobody", "nothing", "neither", "nor", "nowhere", "without",
        "hardly", "barely", "rarely", "seldom", "cannot", "despite", "lack", "lacks", "cant",
        "wont", "dont", "doesnt", "didnt", "isnt", "arent", "wasnt", "werent", "aint",
    }
)  # fmt: skip
"""Folded words that negate what follows, also as posts spell them, without an apostrophe."""
PAIRED: Final = ("frames",)
"""Feature blocks whose occurrences are of two tokens, `first` and `last`, but none in between."""
REACH: Final = 3
"""How many tokens after a negator it negates."""


class Occurrence(NamedTuple):
    """A feature, and the tokens `first` to `last` (inclusive) that it was made of.

    In the feature blocks in `PAIRED` it was made of these two only.
    """

    feature: str
    first: int
    last: int


def word_features(tokens: Sequence[Token], ngram_range: tuple[int, int]) -> Iterator[Occurrence]:
    """Yield the n-grams of stems, the shorter first.

    >>> tokens = make_tokens("no truce now")
    >>> [occurrence.feature for occurrence in word_features(tokens, (1, 2))]
    ['no', 'truce', 'now', 'no truce', 'truce now']
    """
    stems = [token.stem for token in tokens]
    for length in range(ngram_range[0], ngram_range[1] + 1):
        for first in range(len(stems) - length + 1):
            yield Occurrence(" ".join(stems[first : first + length]), first, first + length - 1)


def character_features(
    tokens: Sequence[Token], ngram_range: tuple[int, int]
) -> Iterator[Occurrence]:
    """Yield the n-grams of characters of each word; the names of sides give none.

    >>> [occurrence.feature for occurrence in character_features(make_tokens("now"), (3, 4))]
    [' no', 'now', 'ow ', ' now', 'now ']
    """
    for index, token in enumerate(tokens):
        if token.word != SIDE:
            for ngram in runs_of_characters(token.word, ngram_range):
                yield Occurrence(ngram, index, index)


def runs_of_characters(word: str, ngram_range: tuple[int, int]) -> list[str]:
    """List the n-grams of a word and the spaces around it, the shorter first.

    Only the first `MAX_WORD_CHARACTERS` of a longer word count.

    >>> runs_of_characters("now", (3, 4))
    [' no', 'now', 'ow ', ' now', 'now ']
    """
    padded = f" {word[:MAX_WORD_CHARACTERS]} "
    return [
        padded[start : start + length]
        for length in range(ngram_range[0], ngram_range[1] + 1)
        for start in range(len(padded) - length + 1)
    ]


def valence_features(tokens: Sequence[Token], lexicon: Mapping[str, int]) -> Iterator[Occurrence]:
    """Yield the valence of each word: a sign, and one feature per step up to its strength.

    A word of strength -2 gives "-", "-1" and "-2", so that what is learned of weak words holds for
    strong ones too; after a negator it gives "not -", "not -1" and "not -2". A negator itself gives
    "negator" only.

    >>> tokens = make_tokens("a good truce is not bad")
    >>> [occurrence.feature for occurrence in valence_features(tokens, {"good": 2, "bad": -1})]
    ['+', '+1', '+2', 'negator', 'not -', 'not -1']
    """
    negated = find_negated(tokens)
    for index, token in enumerate(tokens):
        strength = lexicon.get(token.word, 0)
        if is_negator(token.word):
            yield Occurrence("negator", index, index)
        elif strength:
            sign = ("not " if negated[index] else "") + ("+" if strength > 0 else "-")
            yield Occurrence(sign, index, index)
            for step in range(1, abs(strength) + 1):
                yield Occurrence(f"{sign}{step}", index, index)


def is_negator(word: str) -> bool:
    """Return whether a folded word negates what follows.

    >>> [is_negator(word) for word in ("never", "needn't", "knot")]
    [True, True, False]
    """
    return word in NEGATORS or word.endswith("n't")


def find_negated(tokens: Sequence[Token]) -> list[bool]:
    """Return for each token whether a negator stands at most `REACH` tokens before it.

    >>> find_negated(make_tokens("we do not want this war again"))
    [False, False, False, True, True, True, False]
    """
    negators = [is_negator(token.word) for token in tokens]
    return [any(negators[max(0, index - REACH) : index]) for index in range(len(tokens))]


@lru_cache(maxsize=REMEMBERED_WORDS)
def find_cue_class(word: str, stem: str) -> str | None:
    """Return the class of a word, given folded and stemmed; None if it is no cue. Remember it.

    A negator is NEG, but those in the table ("despite") have the class that it gives them.

    >>> [find_cue_class(*words) for words in (("never", "never"), ("despite", "despit"))]
    ['NEG', 'DESPITE']
    """
    return load_cues().get(stem) or (NEGATION if is_negator(word) else None)


def number_cue_classes(words: Sequence[str], stems: Sequence[str]) -> bytes:
    """Return the number of each word's class, as `CUE_CLASSES` says; 0 if it is no cue.

    >>> list(number_cue_classes(["never", "lamp"], ["never", "lamp"]))
    [1, 0]
    """
    numbers, negation = number_cues(), NUMBERS[NEGATION]
    return bytes(
        numbers.get(stem) or (negation if is_negator(word) else 0)
        for word, stem in zip(words, stems, strict=True)
    )


def frame_features(tokens: Sequence[Token]) -> Iterator[Occurrence]:
    """Yield the frames of each sentence (`stance.text.cues`).

    >>> tokens = make_tokens("They urge and demand a truce. Nobody refused.")
    >>> list(frame_features(tokens))[0]
    Occurrence(feature='ASK>STOP', first=1, last=5)
    >>> [occurrence.feature for occurrence in frame_features(tokens)]
    ['ASK>STOP', 'ASK STOP', 'for STOP', 'NEG>REFUSE', 'NEG REFUSE']
    """
    sentence: list[tuple[int, str]] = []
    for index, token in enumerate(tokens):
        if token.begins_sentence:
            yield from _sentence_frames(sentence)
            sentence = []
        cue_class = find_cue_class(token.word, token.stem)
        if cue_class is not None:
            sentence.append((index, cue_class))
    yield from _sentence_frames(sentence)


def _sentence_frames(cues: Sequence[tuple[int, str]]) -> Iterator[Occurrence]:
    joined = join_cues(cues)
    for name, first, last in find_frames(tuple(cue_class for _, cue_class in joined)):
        yield Occurrence(name, joined[first][0], joined[last][0])


def block_features(
    block: str,
    tokens: Sequence[Token],
    ngram_range: tuple[int, int],
    lexicon: Mapping[str, int] | None = None,
) -> Iterator[Occurrence]:
    """Yield the features of one feature block; "valence" needs a lexicon."""
    if block == "valence":
        return valence_features(tokens, lexicon or {})
    if block == "words":
        return word_features(tokens, ngram_range)
    if block == "frames":
        return frame_features(tokens)
    return character_features(tokens, ngram_range)


def list_features(
    block: str,
    tokens: Sequence[Token],
    ngram_range: tuple[int, int],
    lexicon: Mapping[str, int] | None = None,
) -> list[str]:
    """List the features that `block_features` yields, without their tokens, in half of the time."""
    if block == "words":
        stems = [token.stem for token in tokens]
        return [
            " ".join(stems[first : first + length])
            for length in range(ngram_range[0], ngram_range[1] + 1)
            for first in range(len(stems) - length + 1)
        ]
    if block == "characters":
        words = [token.word for token in tokens if token.word != SIDE]
        return [run for word in words for run in runs_of_characters(word, ngram_range)]
    return [feature for feature, _, _ in block_features(block, tokens, ngram_range, lexicon)]


class Analyzer:
    """The analyzer of a scikit-learn vectorizer: a paragraph in, its features as strings out.

    Saved pipelines name this class and its attributes.

    Parameters
    ----------
    block : {"words", "characters", "valence", "frames"}
        The feature block.
    ngram_range : tuple of int
        Shortest and longest n-gram, both included; (2, 2) for "frames".
    gazetteer : Gazetteer or None
        The names of sides to mask.
    social_media : bool, default=False
        As in `make_tokens`.
    lexicon : dict of str to int, optional
        The strength of words, from -4 to 4, for the feature block "valence".

    Examples
    --------
    >>> Analyzer("words", (1, 2), Gazetteer(["Norland"]))("Norland agreed")
    ['‹side›', 'agre', '‹side› agre']
    """

    def __init__(
        self,
        block: str,
        ngram_range: tuple[int, int],
        gazetteer: Gazetteer | None,
        *,
        social_media: bool = False,
        lexicon: Mapping[str, int] | None = None,
    ) -> None:
        self.block = block
        self.ngram_range = ngram_range
        self.gazetteer = gazetteer
        self.social_media = social_media
        self.lexicon = lexicon

    def __call__(self, text: str) -> list[str]:
        tokens = make_tokens(text, self.gazetteer, social_media=self.social_media)
        return list_features(self.block, tokens, self.ngram_range, self.lexicon)
