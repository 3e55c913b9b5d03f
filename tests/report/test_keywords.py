"""The words that tell one label's paragraphs from the others."""

from stance.report.keywords import WordCounts
from stance.text.tokens import Gazetteer


def counted(*paragraphs: tuple[str, str]) -> WordCounts:
    words = WordCounts(Gazetteer(["Norland"]))
    for text, label in paragraphs:
        words.add(words.read(text), label)
    return words


def test_telling_words_are_those_of_one_label() -> None:
    words = counted(
        *[
            (f"Norland will fight on in week {n}; no truce, said the keeper", "opposed")
            for n in range(20)
        ],
        *[(f"The boats are out in week {n}, said the keeper", "neutral") for n in range(20)],
    )
    telling = [word.text for word in words.telling("opposed", ["neutral"])]
    assert any("fight" in word for word in telling)
    assert not any(
        part in word.split()
        for word in telling
        for part in ("norland", "‹side›", "said", "keeper", "week", "7")
    )
    assert words.telling("opposed", ["neutral"])[0].inside == 20
    assert words.telling("opposed", ["neutral"])[0].outside == 0


def test_a_pair_and_its_words_are_listed_once() -> None:
    shared = "keeper, lamp, oil, harbour, pilot, council, guild"
    words = counted(
        *[(f"lasting truce; {shared}", "a")] * 30, *[(f"boats sail; {shared}", "b")] * 30
    )
    assert len([word for word in words.telling("a", ["b"]) if "truce" in word.text]) == 1


def test_pairs_do_not_reach_over_a_masked_name() -> None:
    assert WordCounts(Gazetteer(["Norland"])).read("near Lamport, Norland tonight, 1948") == {
        "lamport",
        "tonight",
    }


def test_function_words_tell_nothing_alone_or_in_a_pair() -> None:
    assert counted(("They will not stop the fighting, don’t you see", "a")).counts["a"].keys() == {
        "stop",
        "fighting",
        "see",
    }


def test_a_label_without_paragraphs_has_no_words() -> None:
    assert counted(("a truce", "a")).telling("b", ["a"]) == []
