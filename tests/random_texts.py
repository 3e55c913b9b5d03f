"""Random texts of all of Unicode, on which one scorer is compared with another."""

import random

WORDS = [
    "truce", "Israel’s", "the", "GAMBIA", "U.S.", "Ben-Gvir", "South", "Sudan's", "İSTANBUL", "ΣΑΣ",
    "don't", "no", "3rd", "Gaza", "al-Assad", "St.", "Petersburg", "ﬁre", "_x", "’s",
]  # fmt: skip
JOINTS = [" ", "  ", "-", "‑", "’ ", "'", ". ", ".", "\u2028", "\x00", "/", "…", "\n", "' ’"]
CODE_POINTS = (0x80, 0x3000, 0x110000)
"""Ends of the ranges that characters are drawn from: ASCII, most alphabets, all of Unicode."""


def random_texts(n_texts: int, random_state: int) -> list[str]:
    """Make texts of up to eleven words, names or odd characters, joined by spaces or marks."""
    rng = random.Random(random_state)
    return ["".join(_random_piece(rng) for _ in range(rng.randrange(12))) for _ in range(n_texts)]


def _random_piece(rng: random.Random) -> str:
    code_point = rng.choice([rng.randrange(end) for end in CODE_POINTS])
    characters = [
        rng.choice(WORDS),
        chr(code_point) * rng.randrange(3),
        chr(rng.randrange(0x250)),
    ]
    return rng.choice(characters) + rng.choice(JOINTS)
