"""Random texts of all of Unicode, on which two ways to the same result are compared."""

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


LINES = [
    # paragraphs, some of them near the limits for headings, credits and captions
    "The keepers of both lighthouses met at noon in the customs house and sat until dusk.",
    "Envoys, nurses and pilots asked both keepers to stop, and the whole coast rang its bells at noon on",
    "“We never wanted this war,” the harbour nurse said, and nobody in the customs house answered her.",
    "They said: the lamps stay lit until the spring, and no boat leaves the harbour before the guild meets.",
    "Photo: the keepers of both lighthouses met at noon in the customs house, and sat until dusk there.",
    "The guild met at noon and asked both keepers of the lighthouses to stop. Photo : Ann Lee",
    "The lamps of the north lighthouse burn all night above the harbour of the old town (Reuters / A. Keeper).",
    "word " * 82 + "end", "by Ann " + "A" * 390, "lamp " * 13 + "lamp", "lamp " * 14 + "lamp",
    # headings, credits, captions, marks, wrapped lines
    "Talks Resume", "What we know:", "By Ann Lee", "A lamp burns. [Getty Images]", "Source: Harbour Office",
    "• bells", "- bells", "1. bells", "12) bells", "a) bells", "(2) bells", "# Title", "> quoted", "7 boats", "2024",
    "The guild met at noon in the customs house and", "sat until dusk, when the lamps were put out.",
    # lines without a letter or digit, and next to nothing
    "", "---", "…", "_", "a", "٣", "é", "\ud800", "\u0301a", " : ", "“", ").", ":.",
]  # fmt: skip
LINE_ENDS = [
    "\n", "\n", "\n\n", "\n\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f",
    "\x85", "\u2028", "\u2029", "\t\n", "\n  ", "\u00a0", "\u3000\n", " ",
]  # fmt: skip


def random_documents(n_documents: int, random_state: int) -> list[str]:
    """Make documents of up to eight lines of many kinds, some with an odd character in them."""
    rng = random.Random(random_state)
    return ["".join(_random_line(rng) for _ in range(rng.randrange(9))) for _ in range(n_documents)]


def _random_line(rng: random.Random) -> str:
    line = rng.choice(LINES)
    if rng.random() < 0.2:
        offset = rng.choice([0, 1, rng.randrange(len(line) + 1), len(line) - 1, len(line)])
        line = line[:offset] + chr(rng.randrange(rng.choice(CODE_POINTS))) + line[offset:]
    return line + rng.choice(LINE_ENDS)
