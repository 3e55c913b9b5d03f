"""Fingerprints of texts: equal for equal words, alike for texts that share pairs of words."""

import itertools
import re

import numpy as np
import pytest
from conftest import HOSTILE

from stance.inference.copies.fingerprints import join_fingerprints, make_fingerprints

WORDS = [f"word{number}" for number in range(400)]


def pairs(text: str) -> set[tuple[str, str]]:
    words = re.findall(r"[^\W_]+", text.lower())
    return set(itertools.pairwise(words))


@pytest.mark.parametrize(
    ("other", "is_equal"),
    [
        ("both LAMPS—were “lit”, at noon!", True),
        ("Both lamps were\n\nlit at noon", True),
        ("Both lamps were lit at nine.", False),
        ("Both lamps lit were at noon.", False),
        ("Both lampswere lit at noon.", False),
        ("Both lamps were lit at noon at noon.", False),
    ],
)
def test_case_and_punctuation_do_not_count(other: str, is_equal: bool) -> None:
    exact, signatures, _ = make_fingerprints(["Both lamps were lit at noon.", other])
    assert (exact[0] == exact[1]) == is_equal
    assert (signatures[0] == signatures[1]).all() == is_equal


def test_signatures_estimate_the_share_of_pairs_in_common() -> None:
    random = np.random.default_rng(0)
    errors = []
    for _ in range(60):
        words = random.choice(WORDS, 80).tolist()
        changed = [w if random.random() < 0.9 else random.choice(WORDS) for w in words]
        a, b = " ".join(words), " ".join(changed)
        signatures = make_fingerprints([a, b]).signatures
        true = len(pairs(a) & pairs(b)) / len(pairs(a) | pairs(b))
        errors.append((signatures[0] == signatures[1]).mean() - true)
    assert abs(np.mean(errors)) < 0.03
    assert np.std(errors) < 0.09  # of 60 draws, 0.065


def test_a_text_has_the_fingerprint_that_it_has_alone() -> None:
    texts = [text for text in HOSTILE if len(text) < 500]
    together = make_fingerprints(texts)
    alone = join_fingerprints([make_fingerprints([text]) for text in texts])
    for a, b in zip(together, alone, strict=True):
        np.testing.assert_array_equal(a, b)


def test_texts_without_words_have_none() -> None:
    exact, signatures, sizes = make_fingerprints(["", " — ", "Lamps", ""])
    assert sizes.tolist() == [0, 0, 1, 0]
    assert exact[[0, 1, 3]].tolist() == [0, 0, 0]
    assert signatures[2].any()
    assert len(make_fingerprints([]).exact) == 0


def test_sizes_count_words() -> None:
    assert make_fingerprints(["Three keepers came.", "ÉTÉ №7"]).sizes.tolist() == [3, 2]
