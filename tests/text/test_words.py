"""Words: where they begin and end, and the forms in which they are compared."""

import pytest
from conftest import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from nltk.stem.snowball import SnowballStemmer

from stance.text.words import MAX_WORD_CHARACTERS, fold, list_words, split_words, stem, stem_all

POSTS = ["#TruceNow!! :)", "#not_a_good2day", "# #! <3", "#ÉtéÀParis", "##x#y", ":-( sad 🕊️"]


@pytest.mark.parametrize("social_media", [False, True], ids=["print", "posts"])
@given(text=st.text() | st.sampled_from(HOSTILE + POSTS))
def test_words_are_in_order_and_where_they_say(text: str, social_media: bool) -> None:
    words = list(split_words(text, social_media=social_media))
    assert [word for word, _, _ in words] == list_words(text, social_media=social_media)
    last_end = 0
    for word, start, end in words:
        assert last_end <= start < end
        assert text[start:end] == word or text[start:end] == word * (end - start)  # "!!!"
        last_end = end


@given(st.text() | st.sampled_from(HOSTILE + POSTS))
def test_every_letter_and_digit_of_a_text_is_in_a_word(text: str) -> None:
    def join(texts: list[str]) -> str:
        return "".join(character for text in texts for character in text if character.isalnum())

    assert join(list_words(text)) == join([text])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#TruceNow!! :)", ["Truce", "Now", "!", ":)"]),
        ("#NATOWins2day", ["NATO", "Wins", "2", "day"]),
        ("don’t #stop ?!", ["don’t", "stop", "?", "!"]),
        ("a:) 3:1", ["a", "3", "1"]),
        ("# 🕊", ["🕊"]),
    ],
)
def test_the_words_of_a_post(text: str, words: list[str]) -> None:
    assert list_words(text, social_media=True) == words


@pytest.mark.parametrize(
    "word",
    [
        "ceasefires",
        "rejected",
        "negotiations",
        "calling",
        "hostilities",
        "agreed",
        "victory",
        "dying",
        "refuses",
        "wounded",
    ],
)
def test_stems_are_snowballs(word: str) -> None:
    assert stem(word) == SnowballStemmer("english").stem(word)


@given(st.lists(st.text(min_size=1).map(fold) | st.sampled_from(["lamps", "x" * 70 + "s"])))
def test_words_stemmed_together_have_the_stems_they_have_alone(words: list[str]) -> None:
    assert stem_all(words) == [stem(word) for word in words]


def test_a_run_of_letters_too_long_for_a_word_is_not_stemmed() -> None:
    longest = "lamps".rjust(MAX_WORD_CHARACTERS, "x")
    assert stem(longest) == longest.removesuffix("s")
    assert stem("x" + longest) == "x" + longest


def test_the_compiled_scorer_has_the_same_longest_word() -> None:
    compiled = pytest.importorskip("stance.scoring._scorer")
    assert compiled.MAX_WORD_CHARACTERS == MAX_WORD_CHARACTERS
