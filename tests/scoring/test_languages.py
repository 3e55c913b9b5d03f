"""The extension finds the language that the rules of stance.text.languages find."""

import random
from collections.abc import Iterable
from itertools import chain

import pytest
from random_texts import random_texts

import stance
from stance.text import languages
from stance.text.languages import NO_LANGUAGE, describe_rules, find_language

compiled = pytest.importorskip(
    "stance.scoring._scorer", reason="needs the compiled scorer, which was not built here"
)
TABLE = languages._load_languages()
RULES = describe_rules()
FINDER = compiled.LanguageTable(*RULES)
ENGLISH = stance.LANGUAGES.index("English")
ODD_WORDS = [
    "zxqv", "ΣΑΣ", "Ὀδυσσεύς", "İSTANBUL", "ısı", "ﬁre", "x", "б", "中", "ア", "𝐀b", "a1b", "_x_", "½", "٣", "é",
]  # fmt: skip


def find_all(texts: Iterable[str], home: int = ENGLISH) -> set[int]:
    """Compare what both find of each text, and return the languages."""
    found = set()
    for text in texts:
        expected = find_language(text, home)
        assert FINDER.find(text, home) == expected, ascii(text)
        found.add(expected)
    return found


def mixed_texts(n_texts: int, random_state: int) -> list[str]:
    """Make texts of words of two or three lists, words with an ending, and odd ones."""
    rng = random.Random(random_state)
    lists = [
        [word for word, numbers in TABLE.words.items() if number in numbers]
        for number in range(len(TABLE.names))
    ]
    lists = list(filter(None, lists))  # some languages are known by their script
    marked = ["zxqv" + ending for ending in TABLE.endings] + [f"q{mark}v" for mark in TABLE.letters]
    texts = []
    for _ in range(n_texts):
        pools = [*rng.sample(lists, rng.choice((1, 2))), marked, ODD_WORDS]
        weights = [rng.random() ** 2 for _ in pools]
        words = (
            rng.choice(pool) for pool in rng.choices(pools, weights, k=rng.choice((3, 9, 60, 200)))
        )
        texts.append(" ".join(word.upper() if rng.random() < 0.1 else word for word in words))
    return [*texts, "ξξξ ψψψ", "שלום", "सस", "停火", "ひら", "휴전", "যুদ্ধ", "สงค", "ომი", "Պատ"]


def test_of_mixed_and_random_texts() -> None:
    assert len(find_all(mixed_texts(4000, random_state=1))) > 30
    assert len(find_all(random_texts(2000, random_state=2))) > 5


@pytest.mark.parametrize("home", range(len(stance.LANGUAGES)), ids=stance.LANGUAGES)
def test_whatever_the_home_language(home: int) -> None:
    assert len(find_all(mixed_texts(300, random_state=home), home)) > 10


@pytest.mark.slow
def test_of_many_mixed_texts() -> None:
    assert len(find_all(mixed_texts(20_000, random_state=3))) == len(stance.LANGUAGES)
    assert NO_LANGUAGE in find_all(random_texts(20_000, random_state=4))


def test_of_every_character_that_may_be_in_a_word() -> None:
    points = [point for point in range(0x110000) if chr(point).isalnum() or point < 0x3000]
    assert len(find_all(f"{chr(point)} la{chr(point)}no de" for point in points)) > 9


def test_a_long_text_is_judged_by_its_beginning() -> None:
    for before in ("zxqv ", "İ ", "é "):
        n = 600 // len(before)
        texts = [before * times + "la guerra de los İ" for times in range(n - 20, n + 2)]
        assert find_all(texts) >= {NO_LANGUAGE, stance.LANGUAGES.index("Spanish")}
    assert find_all(["İ" * 700, "Σ" * 700, "", " ", "\ud800 la", "de la \x00los"]) >= {NO_LANGUAGE}


def test_scripts_share_no_letter_and_the_table_fits() -> None:
    scripts, ranges, words, endings, letters, _ = RULES
    points = [*chain.from_iterable(range(first, last + 1) for first, last, _ in ranges)]
    assert len(set(points)) == len(points)
    assert len(scripts) == len(stance.LANGUAGES)
    assert all(sets and all(sets.values()) for sets in (words, endings, letters))
    assert {len(ending) for ending in endings} == {*languages._ENDINGS}
    assert all(len(letter) == 1 for letter in letters)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({0: bytes(65)}, "`scripts` must hold at most 64 languages."),
        ({0: b"\x40"}, "a script must be less than 64."),
        ({1: [None]}, "`ranges` must hold tuples."),
        ({1: [(0, 65536, 0)]}, "`ranges` must hold code points below 65536 and scripts."),
        ({1: [(0, 1, 64)]}, "`ranges` must hold code points below 65536 and scripts."),
        ({4: {"ab": 1}}, "`letters` must hold at most 255 letters below 65536."),
        ({4: {"𝐀": 1}}, "`letters` must hold at most 255 letters below 65536."),
    ],
)
def test_a_table_out_of_range_is_refused(changed: dict[int, object], message: str) -> None:
    rules = [changed.get(number, rule) for number, rule in enumerate(RULES)]
    with pytest.raises(ValueError, match=f"^{message}$"):
        compiled.LanguageTable(*rules)
    with pytest.raises(ValueError, match=r"^`home` must be at least 0 and less than 38; got 38\.$"):
        FINDER.find("la", 38)


def test_tables_of_something_else_are_refused() -> None:
    for place, value in ((2, {"a": "b"}), (3, {1: 1}), (4, {"é": 2**64})):
        with pytest.raises((TypeError, OverflowError)):
            compiled.LanguageTable(*RULES[:place], value, *RULES[place + 1 :])
    with pytest.raises(TypeError):
        FINDER.find(b"la", 0)
