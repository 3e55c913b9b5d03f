"""Which paragraphs repeat an earlier one."""

from stance.training.counted.near_copies import find_near_copies

REPORT = (
    "The harbour council voted on Monday to keep the northern lamp unlit until both keepers "
    "return to the customs house."
)


def test_a_copy_with_a_changed_end_is_found_and_points_to_the_first() -> None:
    copies = [REPORT, REPORT.replace("customs house", "town hall, a clerk said"), REPORT.upper()]
    assert find_near_copies(copies) == [None, 0, 0]


def test_a_shared_phrase_is_no_copy() -> None:
    other = (
        "Nobody knows why the harbour council voted on Monday, and the pilots have stopped asking."
    )
    assert find_near_copies([REPORT, other]) == [None, None]


def test_short_paragraphs_are_copies_only_if_they_are_the_same() -> None:
    assert find_near_copies(["No truce.", "No truce now.", "no truce"]) == [None, None, 0]


def test_a_long_text_that_holds_a_short_one_is_its_copy() -> None:
    assert find_near_copies([REPORT, f"{REPORT} " + "Then the fog came in. " * 20]) == [None, 0]
