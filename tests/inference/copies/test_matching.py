"""Planted copies are found, and nothing else is."""

import tracemalloc

import numpy as np
import pytest

from stance.inference.copies.fingerprints import N_HASHES, Fingerprints, make_fingerprints
from stance.inference.copies.matching import find_copied_articles, find_copies

WORDS = np.array([f"word{number}" for number in range(3000)])


def cut_tail(words: list[str], random: np.random.Generator) -> list[str]:
    return words[: int(len(words) * random.uniform(0.65, 0.95))]


def change_numbers(words: list[str], random: np.random.Generator) -> list[str]:
    changed = list(words)
    for position in random.integers(0, len(words), 2):
        changed[position] = str(random.integers(1000))
    return changed


def edit_head(words: list[str], random: np.random.Generator) -> list[str]:
    return [*random.choice(WORDS, 4).tolist(), *words[3:]]


def leave(words: list[str], random: np.random.Generator) -> list[str]:
    return [word.upper() for word in words]


@pytest.mark.parametrize("edit", [leave, cut_tail, change_numbers, edit_head])
def test_planted_copies_are_found(edit: object) -> None:
    random = np.random.default_rng(0)
    originals = [random.choice(WORDS, random.integers(25, 90)).tolist() for _ in range(600)]
    copied = random.choice(600, 150, replace=False)
    copies = [edit(originals[number], random) for number in copied]  # type: ignore[operator]
    texts = [" ".join(words) for words in [*originals, *copies]]
    original = find_copies(make_fingerprints(texts))
    assert (original[:600] == -1).all()  # nothing was found that is none
    assert (original[600:] == copied).mean() >= 0.97


def test_a_copy_of_a_copy_is_a_copy_of_the_original() -> None:
    random = np.random.default_rng(1)
    versions = [random.choice(WORDS, 60).tolist()]
    for _ in range(4):
        versions.append(change_numbers(versions[-1], random))
    texts = [" ".join(words) for words in versions]
    assert find_copies(make_fingerprints(texts)).tolist() == [-1, 0, 0, 0, 0]


def test_short_texts_are_copies_only_of_the_same_words() -> None:
    texts = [
        "Reuters in Harbour Town",
        "reuters, in Harbour Town",
        "Reuters in Harbour City",
        "",
        "",
    ]
    assert find_copies(make_fingerprints(texts)).tolist() == [-1, 0, -1, -1, -1]


def test_an_article_is_a_copy_if_half_of_its_paragraphs_are() -> None:
    original = np.array([-1, -1, -1, -1, 0, 1, -1, 0, -1, -1])
    articles = np.array([0, 0, 1, 1, 2, 2, 2, 3, 3, 3])
    assert find_copied_articles(original, articles).tolist() == [-1] * 4 + [0] * 3 + [-1] * 3


def test_an_article_is_no_copy_of_itself_or_of_a_later_one() -> None:
    assert find_copied_articles(np.array([-1, 0, 0]), np.array([0, 0, 0])).tolist() == [-1] * 3
    interleaved = find_copied_articles(np.array([-1, -1, 1]), np.array([0, 1, 0]))
    assert interleaved.tolist() == [-1] * 3
    assert len(find_copied_articles(np.empty(0, dtype=int), np.empty(0, dtype=int))) == 0


def test_many_copies_of_one_text_take_little_memory() -> None:
    """They meet in all twenty bands: that is forty pairs for each, of 32 bytes."""
    n_texts = 50_000
    random = np.random.default_rng(0)
    signatures = np.tile(random.integers(0, 2**16, N_HASHES).astype(np.uint16), (n_texts, 1))
    changed = random.integers(0, N_HASHES, n_texts)
    signatures[np.arange(n_texts), changed] = random.integers(0, 2**16, n_texts)
    prints = Fingerprints(
        np.arange(n_texts).astype(np.uint64), signatures, np.full(n_texts, 20, dtype=np.int32)
    )
    tracemalloc.start()
    try:
        original = find_copies(prints)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert original.tolist() == [-1] + [0] * (n_texts - 1)
    assert peak < 20 * 2**20 + 250 * n_texts
