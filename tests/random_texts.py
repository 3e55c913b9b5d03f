"""Texts of all of Unicode, for holding one scorer to another."""

import random


def random_texts(n: int, random_state: int) -> list[str]:
    """Words of the seeds' kind, names, and characters of all of Unicode, joined by whatever there is."""
    draw = random.Random(random_state)
    known = [
        "truce",
        "Israel’s",
        "the",
        "GAMBIA",
        "U.S.",
        "Ben-Gvir",
        "South",
        "Sudan's",
        "İSTANBUL",
        "ΣΑΣ",
        "don't",
        "no",
        "3rd",
        "Gaza",
        "al-Assad",
        "St.",
        "Petersburg",
        "ﬁre",
        "_x",
        "’s",
    ]
    joints = [" ", "  ", "-", "‑", "’ ", "'", ". ", ".", "\u2028", "\x00", "/", "…", "\n", "' ’"]
    out = []
    for _ in range(n):
        parts = []
        for _ in range(draw.randrange(12)):
            point = draw.choice(
                [draw.randrange(0x80), draw.randrange(0x3000), draw.randrange(0x110000)]
            )
            parts += [
                draw.choice(
                    [draw.choice(known), chr(point) * draw.randrange(3), chr(draw.randrange(0x250))]
                ),
                draw.choice(joints),
            ]
        out.append("".join(parts))
    return out
