"""Turn tokens into TF-IDF features.

A feature is a run of stems ("reject ani truce") or a run of characters inside a word ("rejec"); both keep the place they
came from. `Analyzer` gives scikit-learn's `TfidfVectorizer` the very strings that a frozen model looks up, so the two
cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from stance.errors import InputError
from stance.text.tokens import SIDE, Gazetteer, Token, make_tokens

if TYPE_CHECKING:
    from sklearn.pipeline import FeatureUnion

BLOCKS: Final = ("words", "characters", "valence")
NEGATOR: Final = re.compile(
    r"no|not|never|none|nobody|nothing|neither|nor|nowhere|without|hardly|barely|rarely|seldom|cannot|despite|lacks?"
    r"|cant|wont|dont|doesnt|didnt|isnt|arent|wasnt|werent|aint|.*n't"
)
UNSCALED: Final = ("valence",)
"""The blocks that are not scaled to length 1."""
VALENCES: Final = (
    "negator",
    *(f"{n}{s}{step}" for n in ("", "not ") for s in "+-" for step in ("", 1, 2, 3, 4)),
)
"""Every feature of the block "valence"."""
REACH: Final = 3
"""How many tokens after a negator it negates."""


class Occurrence(NamedTuple):
    """One feature at one place: the tokens `first` to `last` (inclusive) gave it."""

    feature: str
    first: int
    last: int


def word_features(tokens: Sequence[Token], ngram_range: tuple[int, int]) -> Iterator[Occurrence]:
    """Yield the runs of stems of each length in `ngram_range`.

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
    """Yield the runs of characters of each word, padded by one space a side; the names of sides give none.

    >>> [occurrence.feature for occurrence in character_features(make_tokens("now"), (3, 4))]
    [' no', 'now', 'ow ', ' now', 'now ']
    """
    for at, token in enumerate(tokens):
        if token.word != SIDE:
            yield from (
                Occurrence(run, at, at) for run in runs_of_characters(token.word, ngram_range)
            )


def runs_of_characters(word: str, ngram_range: tuple[int, int]) -> list[str]:
    """List the runs of one word, which gives its first 64 characters, the shorter first."""
    padded = f" {word[:64]} "
    lengths = range(ngram_range[0], ngram_range[1] + 1)
    return [
        padded[first : first + length]
        for length in lengths
        for first in range(len(padded) - length + 1)
    ]


def valence_features(tokens: Sequence[Token], lexicon: Mapping[str, int]) -> Iterator[Occurrence]:
    """Yield what a lexicon says of each word: its sign, and each step of its strength; marked where a negator stands before it.

    >>> tokens = make_tokens("a good truce is not bad")
    >>> [occurrence.feature for occurrence in valence_features(tokens, {"good": 2, "bad": -1})]
    ['+', '+1', '+2', 'negator', 'not -', 'not -1']
    """
    negated = find_negated(tokens)
    for at, token in enumerate(tokens):
        strength = lexicon.get(token.word, 0)
        if is_negator(token.word):
            yield Occurrence("negator", at, at)
        elif strength:
            sign = ("not " if negated[at] else "") + ("+" if strength > 0 else "-")
            yield Occurrence(sign, at, at)
            yield from (Occurrence(f"{sign}{step}", at, at) for step in range(1, abs(strength) + 1))


def is_negator(word: str) -> bool:
    """Tell whether a folded word negates what follows."""
    return NEGATOR.fullmatch(word) is not None


def find_negated(tokens: Sequence[Token]) -> list[bool]:
    """Tell for each token whether a negator stands at most `REACH` tokens before it.

    >>> find_negated(make_tokens("we do not want this war again"))
    [False, False, False, True, True, True, False]
    """
    negators = [is_negator(token.word) for token in tokens]
    return [any(negators[max(0, at - REACH) : at]) for at in range(len(tokens))]


def block_features(
    block: str,
    tokens: Sequence[Token],
    ngram_range: tuple[int, int],
    lexicon: Mapping[str, int] | None = None,
) -> Iterator[Occurrence]:
    """Yield the features of one block; "valence" needs a lexicon."""
    if block == "valence":
        return valence_features(tokens, lexicon or {})
    make = word_features if block == "words" else character_features
    return make(tokens, ngram_range)


class Analyzer:
    """What scikit-learn's vectorizer calls: a paragraph in, the strings of its features out.

    Parameters
    ----------
    block : {"words", "characters", "valence"}
        Which features to make.
    ngram_range : tuple of int
        Shortest and longest run, both included.
    gazetteer : Gazetteer or None
        The names of sides to mask.
    social_media : bool, default=False
        As in `make_tokens`.
    lexicon : dict of str to int, optional
        What the block "valence" looks words up in.
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
        return [
            occurrence.feature
            for occurrence in block_features(self.block, tokens, self.ngram_range, self.lexicon)
        ]


def make_vectorizer(
    ngram_range: tuple[int, int],
    char_ngram_range: tuple[int, int] | None,
    *,
    min_df: int,
    gazetteer: Gazetteer | None,
    social_media: bool = False,
    lexicon: Mapping[str, int] | None = None,
) -> FeatureUnion:
    """Make the unfitted TF-IDF step: one `TfidfVectorizer` a block, each with sublinear counts and (not "valence") its L2 norm.

    Parameters
    ----------
    ngram_range, char_ngram_range, min_df
        As in `ParagraphClassifier`.
    gazetteer : Gazetteer or None
        The names of sides to mask.
    social_media : bool, default=False
        As in `ParagraphClassifier`.
    lexicon : dict of str to int, optional
        The valence of words; None makes no block "valence".

    Raises
    ------
    InputError
        If an n-gram range is none.

    Notes
    -----
    A feature that occurs n times in a paragraph weighs ``(1 + ln n) * idf``, with
    ``idf = 1 + ln((1 + n_paragraphs) / (1 + df))``; each block is then scaled to length 1 (Salton and Buckley 1988), except for
    "valence", whose size says how much valence there is.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    ranges = {
        "words": ngram_range,
        "characters": char_ngram_range,
        "valence": (1, 1) if lexicon else None,
    }
    for span in ranges.values():
        if span is not None and not 1 <= span[0] <= span[1]:
            raise InputError(
                f"an n-gram range must be two numbers from 1 on, the first no larger; got {span!r}."
            )
    analyzers = {
        block: Analyzer(
            block,
            span,
            gazetteer,
            social_media=social_media,
            lexicon=lexicon if block == "valence" else None,
        )
        for block, span in ranges.items()
        if span is not None
    }
    fixed = {"valence": VALENCES}  # all of them, or a table without such a word could not be fitted
    return FeatureUnion(
        [
            (
                block,
                TfidfVectorizer(
                    analyzer=analyzer,
                    sublinear_tf=True,
                    min_df=min_df,
                    norm=None if block in UNSCALED else "l2",
                    vocabulary=fixed.get(block),
                ),
            )
            for block, analyzer in analyzers.items()
        ]
    )


def copy_features(matrix: Any, targets: Sequence[str | None], known: Sequence[str]) -> Any:
    """Put beside the features of each row one copy a target, which is zero but in the rows of that target.

    Parameters
    ----------
    matrix : sparse matrix of shape (n_paragraphs, n_features)
        The features that all targets share.
    targets : sequence of str or None, of length n_paragraphs
        What each paragraph is about; a row of None or of an unknown target gets zeros only.
    known : sequence of str
        The targets that have a copy.

    Returns
    -------
    sparse matrix of shape (n_paragraphs, n_features + n_known * (n_features + 1))
        The last column of each copy is 1: the target's own intercept.

    References
    ----------
    Daumé (2007). Frustratingly easy domain adaptation. ACL.
    """
    import numpy as np
    from scipy import sparse

    wide = sparse.hstack([matrix, np.ones((matrix.shape[0], 1))], format="csr")
    masks = [sparse.diags_array([float(target == name) for target in targets]) for name in known]
    return sparse.hstack([matrix, *(mask @ wide for mask in masks)], format="csr")
