"""Texts of other shapes than news, for the benchmark of speed.

Each is made from the paragraphs of the corpus, so that lengths and repetitions are those of news.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from itertools import count
from random import Random
from string import ascii_lowercase

WORDS_PER_ARTICLE = 5_000
CYRILLIC = str.maketrans(ascii_lowercase, "абцдефгхийклмнопярстувшщыз")
ARABIC = str.maketrans(ascii_lowercase, "ابتدهفجحيكخلمنوصقرستعضثظزغ")
# Common words, one or two per letter; no space is left between them.
CHINESE = str.maketrans(
    dict(zip(ascii_lowercase, "的一是在不了有和人这中大为上个国我以要他时来用们生到", strict=True))
    | {" ": ""}
)
WORD = re.compile(r"[A-Za-z]+")


def make_shape(name: str, paragraphs: list[str]) -> list[str]:
    """Make the texts of a shape; the same paragraphs give the same texts."""
    return SHAPES[name](paragraphs)


def random_letters(paragraphs: list[str]) -> list[str]:
    """Put random letters in place of those of each word."""
    rng = Random(0)
    return [
        WORD.sub(lambda word: "".join(rng.choices(ascii_lowercase, k=len(word[0]))), text)
        for text in paragraphs
    ]


def new_words(paragraphs: list[str]) -> list[str]:
    """Put a word that occurs once in place of each; it ends in a number, written in letters."""
    numbers = count(1)

    def new_word(word: re.Match[str]) -> str:
        digits = str(next(numbers))
        return word[0] + "".join(ascii_lowercase[int(digit)] for digit in digits)

    return [WORD.sub(new_word, text) for text in paragraphs]


def join_articles(paragraphs: list[str]) -> list[str]:
    """Join paragraphs into texts of some 5,000 words."""
    words = " ".join(paragraphs).split(" ")
    firsts = range(0, len(words), WORDS_PER_ARTICLE)
    return [" ".join(words[first : first + WORDS_PER_ARTICLE]) for first in firsts]


def as_html(paragraphs: list[str]) -> list[str]:
    """Write each paragraph as a piece of a page, with a link and an entity."""
    return [
        f'<p class="text">{html.escape(text)} <a href="/more">More</a>&nbsp;<br></p>'
        for text in paragraphs
    ]


SHAPES: dict[str, Callable[[list[str]], list[str]]] = {
    "news": lambda paragraphs: paragraphs,
    "capitals": lambda paragraphs: [text.upper() for text in paragraphs],
    "Cyrillic": lambda paragraphs: [text.lower().translate(CYRILLIC) for text in paragraphs],
    "Arabic": lambda paragraphs: [text.lower().translate(ARABIC) for text in paragraphs],
    "Chinese": lambda paragraphs: [text.lower().translate(CHINESE) for text in paragraphs],
    "random letters": random_letters,
    "all-new words": new_words,
    "one-word cells": lambda paragraphs: " ".join(paragraphs).split(),
    "5,000-word articles": join_articles,
    "HTML": as_html,
}
"""How each shape is made; the others are compared with the first."""
