"""Check what a model's files say, before anything is made of it.

Whoever forges a model can make its digests fit. So types, sizes and ranges are checked here, once:
what a model holds can then neither fill the memory nor take for ever, and every fact has the type
that those who show it expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from stance.data.shapes import check_shape
from stance.scoring.heads import Head
from stance.text.tokens import Gazetteer

MAX_HEADS: Final = 16
MAX_WEIGHTS: Final = 2**24
"""Of all heads, labels and targets: 128 MB, thirty times the shipped model."""
MAX_NUMBER: Final = 1e6
"""The largest weight or idf: none that is fitted comes near, and a sum of them is still finite."""
MAX_VALENCE: Final = 4
"""Of a word of a lexicon, for or against; VADER's scale."""
MAX_NAMES: Final = 50_000
MAX_NAMES_OF_A_WORD: Final = 500
"""That begin with one word: all of them are compared wherever the word stands."""
MAX_WORDS_OF_A_NAME: Final = 20
MAX_SELF_TESTS: Final = 100
MAX_SELF_TEST_CHARACTERS: Final = 100_000

_FIGURES: Final = {"macro_f1": float, "calibration_error": float, "macro_f1_interval": [float]}
_LEARNED: Final = {"salt": str, "digests": [str]}
_ADAPTED: Final = {
    "base": {"name": str, "digest": str},
    "rows": int,
    "heads": {str: {"adapted": bool, "rows": int}},
    "learned_rows": _LEARNED,
}
_SELF_TEST: Final = {"text": str, "probabilities": {str: [float]}}
FACTS: Final[Mapping[str, Any]] = {
    "name": str,
    "heads": [str],
    "familiar": float,
    "social_media": bool,
    "self_test": [_SELF_TEST],
    "rows": int,
    "print": {"rows": int},
    "versions": {str: str},
    "pipelines": {str: str},
    "learned_rows": _LEARNED,
    "adapted": _ADAPTED,
    "cross_validation": {str: {**_FIGURES, "confusion": [[int]]}},
}
"""The types of the facts that something reads; a list or dict of one type holds only that type."""
_NEEDED: Final = ("heads", "familiar", "social_media", "self_test")


def check_facts(facts: Mapping[str, Any]) -> None:
    """Raise ValueError unless the facts have the types of `FACTS`."""
    missing = [name for name in _NEEDED if name not in facts]
    if missing:
        raise ValueError(f"facts lack {missing[0]!r}")
    check_shape(facts, FACTS, "facts")
    check_distinct(facts["heads"], "heads", MAX_HEADS)
    if not 0 <= facts["familiar"] <= 1:
        raise ValueError(f"familiar is {facts['familiar']!r}")
    tests = facts["self_test"]
    if len(tests) > MAX_SELF_TESTS or any(
        len(test["text"]) > MAX_SELF_TEST_CHARACTERS for test in tests
    ):
        raise ValueError("self_test is too long")
    for figures in facts.get("cross_validation", {}).values():
        _check_figures(figures)


def _check_figures(figures: Mapping[str, Any]) -> None:
    missing = [name for name in _FIGURES if name not in figures]
    if missing:
        raise ValueError(f"cross_validation lacks {missing[0]!r}")
    confusion = figures.get("confusion", [])
    if any(len(row) != len(confusion) for row in confusion):
        raise ValueError("confusion is not square")
    if figures and len(figures.get("macro_f1_interval", ())) != 2:
        raise ValueError("macro_f1_interval is no pair")


def check_distinct(values: Any, name: str, most: int) -> None:
    """Raise ValueError unless a JSON value is a list of distinct, non-empty str."""
    check_shape(values, [str], name)
    "".join(values).encode()  # ValueError for half of a surrogate pair, which no table can hold
    if not all(values) or len(set(values)) < len(values) or len(values) > most:
        raise ValueError(f"{name} are not distinct, or too many")


def check_sides(sides: Any) -> None:
    """Raise ValueError unless a JSON value is null or two lists of names."""
    if sides is None:
        return
    check_shape(sides, {"names": [str], "exact": [str]}, "sides")
    if len(sides["names"]) + len(sides["exact"]) > MAX_NAMES:
        raise ValueError("sides has too many names")


def check_gazetteer(gazetteer: Gazetteer | None) -> None:
    """Raise ValueError if too many names begin with one word, or a name is too long."""
    for by_first_word in gazetteer.phrases if gazetteer else ():
        for word, names in by_first_word.items():
            if len(names) > MAX_NAMES_OF_A_WORD:
                raise ValueError(f"sides has too many names that begin with {word:.40}")
            if max(map(len, names)) > MAX_WORDS_OF_A_NAME:
                raise ValueError("a name of sides is too long")


def check_weights(n_weights: int) -> None:
    """Raise ValueError if a model has too many weights."""
    if n_weights > MAX_WEIGHTS:
        raise ValueError(
            f"heads, labels, targets and features give {n_weights:,} weights, "
            f"which is more than {MAX_WEIGHTS:,}"
        )


def check_head(head: Head) -> None:
    """Raise ValueError unless the values of a head could have been fitted."""
    check_distinct(list(head.classes), f"classes of {head.name:.40}", MAX_WEIGHTS)
    check_distinct(list(head.copies), f"targets of {head.name:.40}", MAX_WEIGHTS)
    copies = [(head.weights, head.intercept), *head.copies.values()]
    for array in (head.idf, *(array for copy in copies for array in copy)):
        if array.size and not np.abs(array).max() <= MAX_NUMBER:
            raise ValueError(f"{head.name:.40} has a weight beyond {MAX_NUMBER:,.0f}")
    _check_scores(head.nonconformity, head.name)
    for block in head.blocks:
        if not {*map(type, block.features)} <= {str}:
            raise ValueError("a feature is no text")
        if len({*block.features}) < len(block.features):  # which the extension need not see
            raise ValueError("a feature occurs twice")
        if block.lexicon is not None:
            _check_lexicon(block.lexicon)


def _check_scores(scores: np.ndarray, name: str) -> None:
    in_range = not scores.size or (scores.min() >= 0 and scores.max() <= 1)
    if scores.ndim == 1 and not (in_range and (np.diff(scores) >= 0).all()):
        raise ValueError(f"the scores of {name:.40} do not rise from 0 to 1")


def _check_lexicon(lexicon: Any) -> None:
    check_shape(lexicon, {}, "lexicon")
    if any(
        type(strength) is not int or abs(strength) > MAX_VALENCE for strength in lexicon.values()
    ):
        raise ValueError(f"a strength of the lexicon is not from -{MAX_VALENCE} to {MAX_VALENCE}")
