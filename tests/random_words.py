"""Words of every kind, and what stance.text.words and the compiled scorer make of them.

    python tests/random_words.py 10000000

compares both on this many words, and prints how many of them differ.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence

from stance.text.words import bare, fold_all, is_plain, stem_all

BEGINNINGS = [
    # of exceptions, of regions, and of words that some step spares
    "sk", "sky", "skis", "skies", "idl", "gentl", "ugl", "earl", "onl", "singl", "new", "how", "atla", "cosmo",
    "bias", "ande", "gener", "commun", "arsen", "past", "univers", "later", "emerg", "organ", "inter", "succ",
    "proc", "exc", "inn", "out", "cann", "herr", "earr", "even", "d", "l", "y", "t", "ad", "eg", "of", "hop", "hopp",
    # syllables and whole words
    "a", "e", "o", "u", "b", "st", "str", "ion", "ay", "oy", "yy", "ow", "ax", "Y", "é", "ab", "lu", "lux", "rap", "bead",
    "truce", "cease", "fire", "nation", "logic", "geo", "real", "hope", "use", "agre", "fe", "b'", "'", "x’",
]  # fmt: skip
ENDINGS = [
    "s", "es", "ies", "ied", "sses", "us", "ss", "eed", "eedly", "ed", "edly", "ing", "ingly", "y", "Y", "at", "bl", "iz",
    "bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt", "ll", "l", "e", "tional", "enci", "ency", "anci", "ancy",
    "abli", "ably", "entli", "ently", "izer", "ization", "ational", "ation", "ator", "alism", "aliti", "ality", "alli",
    "ally", "fulness", "ousli", "ously", "ousness", "iveness", "iviti", "ivity", "biliti", "bility", "bli", "bly",
    "ogist", "ogi", "ogy", "fulli", "fully", "lessli", "lessly", "li", "ly", "alize", "icate", "iciti", "icity", "ical",
    "ful", "ness", "ative", "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism",
    "ate", "iti", "ity", "ous", "ive", "ize", "ion", "sion", "tion", "ying", "paste", "ste",
]  # fmt: skip
POSSESSIVES = ["'s", "’s", "'S", "'", "s'", "'s'", "n't", "N’T"]
ALPHABETS = [
    "aeiouybdlnst",
    "aeiouyYAEbcdfghklmnprstvwxz'’",
    "Σσςİıi̇ẞßǅéÉŁａＡ²٣_中𐐀𝐀'’sS",
]


def random_words(n_words: int, random_state: int) -> Iterator[str]:
    """Yield words of endings after endings, of few letters in any order, and of any characters."""
    draw = random.Random(random_state)
    for _ in range(n_words):
        kind = draw.random()
        if kind < 0.6:
            parts = draw.choices(BEGINNINGS, k=draw.randrange(1, 4))
            parts += draw.choices(ENDINGS, k=draw.randrange(4))
            word = "".join(parts)
        elif kind < 0.9:
            word = "".join(draw.choices(draw.choice(ALPHABETS), k=draw.randrange(1, 10)))
        else:
            end = draw.choice((0x80, 0x600, 0x3000, 0xD800))
            word = "".join(chr(draw.randrange(1, end)) for _ in range(draw.randrange(1, 6)))
            word *= draw.choice((1, 1, 1, 12))  # up to 60 letters; then endings reach beyond 64
            word += draw.choice(ENDINGS) * draw.randrange(1, 3)
        if draw.random() < 0.2:
            word += draw.choice(POSSESSIVES)
        yield word.title() if draw.random() < 0.1 else word


def find_differences(words: Sequence[str]) -> list[str]:
    """Return the words of which the extension has other forms than `stance.text.words`."""
    from stance.scoring._scorer import word_forms

    folded = fold_all(words)
    expected = zip(folded, stem_all(folded), map(bare, words), map(is_plain, folded), strict=True)
    return [word for word, forms in zip(words, expected, strict=True) if word_forms(word) != forms]


def main(n_words: int, batch: int = 100_000) -> None:
    """Compare words in batches."""
    different: list[str] = []
    for number in range(n_words // batch):
        different += find_differences(list(random_words(batch, number)))
    print(f"{n_words // batch * batch:,} words, {len(different)} differ: {different[:20]}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
