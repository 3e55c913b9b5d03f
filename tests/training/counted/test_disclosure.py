"""The attacks on counts files find what can be read, and nothing that is not there."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.training.counted.disclosure import (
    Bag,
    LanguageModel,
    guess_order,
    longest_certain_run,
    longest_true_run,
    measure_disclosure,
)

PLANTED = [
    "gull",
    "carri",
    "seven",
    "brass",
    "key",
    "past",
    "sleep",
    "harbour",
    "master",
    "each",
    "friday",
    "even",
]


def bag_of(stems: list[str], kept_pairs: set[tuple[str, str]] | None = None) -> Bag:
    pairs = Counter(itertools.pairwise(stems))
    return Bag(
        Counter(stems),
        Counter({pair: n for pair, n in pairs.items() if kept_pairs is None or pair in kept_pairs}),
    )


@given(
    st.lists(st.sampled_from("abcdefg"), max_size=20),
    st.sets(st.tuples(*[st.sampled_from("abcdefg")] * 2)),
)
def test_a_certain_run_stands_in_the_text(
    stems: list[str], kept_pairs: set[tuple[str, str]]
) -> None:
    run = longest_certain_run(bag_of(stems, kept_pairs))
    windows = [tuple(stems[start : start + len(run)]) for start in range(len(stems))]
    assert not run or run in windows


def test_words_that_occur_once_are_read_to_the_end() -> None:
    assert longest_certain_run(bag_of(PLANTED)) == tuple(PLANTED)


def test_a_word_that_occurs_twice_breaks_a_certain_run() -> None:
    assert len(longest_certain_run(bag_of(["a", "b", "c", "x", "d", "e", "f", "x", "g", "h"]))) == 5


def test_a_guess_uses_every_word_once() -> None:
    model = LanguageModel([PLANTED])
    guessed = guess_order(bag_of(PLANTED), frozenset(), model)
    assert Counter(stem for stem in guessed if stem) == Counter(PLANTED)


def test_a_guess_reads_what_a_language_model_knows_without_any_pair() -> None:
    model = LanguageModel([PLANTED] * 20)
    guessed = guess_order(bag_of(PLANTED, set()), frozenset(), model)
    assert longest_true_run(guessed, PLANTED) >= 8


def test_pairs_that_the_file_keeps_but_a_paragraph_lacks_are_not_guessed() -> None:
    model = LanguageModel([["a", "b"]] * 9)
    assert guess_order(bag_of(["b", "a"], set()), frozenset({"a b"}), model) != ["a", "b"]


@pytest.mark.parametrize(("all_pairs", "expected"), [(True, 1.0), (False, 0.0)])
def test_planted_sentences_are_found_where_all_their_pairs_are_kept(
    all_pairs: bool, expected: float
) -> None:
    texts = [[*PLANTED[n:], *PLANTED[:n]] for n in range(4)]
    bags = [bag_of(stems, None if all_pairs else set()) for stems in texts]
    figures = measure_disclosure(bags, texts, [0, 1, 2, 3], n_guessed=2)
    assert figures.certain == expected
    assert figures.longest == (len(PLANTED) if all_pairs else 0)
    assert figures.guessed == 1.0 or not all_pairs
    assert figures.n_guessed == 2


def test_paragraphs_of_one_article_are_also_read_together() -> None:
    halves = [PLANTED[:6], PLANTED[6:]]
    figures = measure_disclosure([bag_of(half) for half in halves], halves, [7, 7])
    assert (figures.certain, figures.certain_joined) == (0.0, 0.0)
    assert figures.longest == 6
