"""The extension folds, stems and bares every word as stance.text.words says."""

import csv
import json

import pytest
from random_words import BEGINNINGS, ENDINGS, find_differences, random_words

from stance.seeds.commands import SEEDS
from stance.text.words import list_words

pytest.importorskip(
    "stance.scoring._scorer", reason="needs the compiled scorer, which was not built here"
)

needs_seeds = pytest.mark.skipif(not SEEDS.exists(), reason="needs the seeds")
CODE_POINTS = [*range(0xD800), *range(0xE000, 0x110000)]


@needs_seeds
def test_of_the_words_of_the_seeds() -> None:
    with SEEDS.open(encoding="utf-8", newline="") as file:
        words = {word for row in csv.DictReader(file) for word in list_words(row["text"])}
    assert len(words) > 10_000
    assert find_differences([*words, *map(str.upper, words)]) == []


@needs_seeds
@pytest.mark.parametrize("block", ["spellings", "words"])
def test_of_the_words_of_print(block: str) -> None:
    features = json.loads((SEEDS.parent / "print" / f"{block}.json").read_text(encoding="utf-8"))
    words = {word for feature in features for word in list_words(feature)}
    assert len(words) > 5_000
    assert find_differences([word + ending for word in words for ending in ("", "s", "’s")]) == []


def test_of_every_ending_after_every_beginning() -> None:
    words = [start + end for start in ["", *BEGINNINGS] for end in ["", *ENDINGS]]
    words += [word + end for word in words for end in ("s", "ed", "ly", "'s", "e")]
    assert find_differences([word for word in words if word]) == []


@pytest.mark.parametrize(
    "points",
    [
        pytest.param([point for point in CODE_POINTS if chr(point).isalnum()], id="in words"),
        pytest.param(CODE_POINTS, id="in words and between them", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("word", ["{}", "lA{}bing", "{}yied’S"])
def test_of_every_character_alone_and_in_a_word(word: str, points: list[int]) -> None:
    assert find_differences([word.format(chr(point)) for point in points]) == []


@pytest.mark.parametrize("letter", "xéΣİ中𝐀")
def test_of_words_of_any_length(letter: str) -> None:
    words = [letter * number + end for number in range(1, 140) for end in ("", "s", "ing", "’s")]
    assert find_differences(words) == []


def test_of_random_words() -> None:
    """`python tests/random_words.py 10000000` compares more."""
    assert find_differences(list(random_words(200_000, random_state=0))) == []


@pytest.mark.parametrize("word", ["truce", "ΟΔΟΣ", "İ"])
def test_what_is_no_str_or_has_half_a_surrogate_pair_is_refused(word: str) -> None:
    from stance.scoring._scorer import word_forms

    with pytest.raises(UnicodeEncodeError):
        word_forms(word + "\ud800")
    with pytest.raises(TypeError):
        word_forms(word.encode())  # type: ignore[arg-type]
