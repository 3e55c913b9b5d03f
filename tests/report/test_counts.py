"""What is counted of a labelled table, in one pass."""

import pytest
from reported import Paragraph, as_rows

from stance.report.counts import TableCounts

LABELS = {"stance": ("neutral", "opposed")}


def row(
    number: int, p: float, outlet: str = "Bell", day: str = "2024-03-01", text: str = ""
) -> Paragraph:
    label = "opposed" if p >= 0.5 else "neutral"
    cells = {"outlet": outlet, "date": day}
    text = text or f"paragraph {number} {p}"
    return Paragraph(number, label, (1 - p, p), 0.4 < p < 0.6, cells, text)


def counted(rows: list[Paragraph], sample: int = 100, batch: int = 7) -> TableCounts:
    counts = TableCounts(LABELS, ["outlet"], date="date", sample=sample)
    for start in range(0, len(rows), batch):
        counts.add(as_rows(LABELS, rows[start : start + batch]))
    counts.end()
    return counts


def test_documents_labels_groups_and_days_are_counted() -> None:
    counts = counted(
        [
            row(0, 0.9),
            row(0, 0.55, "Bell"),
            row(2, 0.1, "Gull", "2024-03-02"),
            row(3, 0.2, "Gull", "soon"),
            row(4, 0.2, "Gull", " "),
        ]
    )
    head = counts.heads["stance"]
    assert (counts.documents, counts.labelled, counts.any_uncertain, head.uncertain) == (4, 5, 1, 1)
    assert head.counts.tolist() == [3, 2]
    assert {value: array.tolist() for value, array in head.by["outlet"].items()} == {
        "Bell": [0, 2],
        "Gull": [3, 0],
    }
    assert [(str(day), array.tolist()) for day, array in head.days.items()] == [
        ("2024-03-01", [0, 2]),
        ("2024-03-02", [1, 0]),
    ]
    assert (counts.undated, counts.bad_dates, counts.without_date) == (1, ["soon"], 1)
    assert head.design_effect.documents == 4


def test_rows_of_one_number_in_several_files_are_several_documents() -> None:
    counts = counted(
        [
            row(0, p)._replace(file=file)
            for file, p in (("a.csv", 0.9), ("b.csv", 0.1), ("b.csv", 0.2), ("c.csv", 0.8))
        ]
    )
    assert (counts.documents, counts.heads["stance"].design_effect.documents) == (3, 3)


def test_the_surest_and_least_sure_come_in_order_and_each_text_once() -> None:
    counts = counted(
        [row(number, number / 100) for number in range(100)]
        + [row(100, 0.99, text="paragraph 99 0.99")]
    )
    head = counts.heads["stance"]
    assert [each.row for each in head.surest("opposed", 3)] == [99, 98, 97]
    assert [each.row for each in head.surest("neutral", 2)] == [0, 1]
    assert [each.row for each in head.least_sure(3)] == [50, 49, 51]


@pytest.mark.parametrize("batch", [1, 3, 1_000])
def test_counts_do_not_depend_on_what_is_read_together(batch: int) -> None:
    rows = [
        row(
            number // 3,
            (number // 3 * 37 % 100 + number % 3) / 102,
            f"Outlet {number % 4}",
            f"2024-03-{number % 5}9",
        )
        for number in range(300)
    ]
    one, other = counted(rows, 20), counted(rows, 20, batch)
    assert one.documents == other.documents == 100
    assert [each.row for each in one.sample] == [each.row for each in other.sample]
    head, again = one.heads["stance"], other.heads["stance"]
    for kept, expected in (
        (again.surest("opposed", 9), head.surest("opposed", 9)),
        (again.least_sure(9), head.least_sure(9)),
    ):
        assert [each.block for each in kept] == [each.block for each in expected]
    assert str((head.by, head.days, head.any, head.mostly)) == str(
        (again.by, again.days, again.any, again.mostly)
    )
    assert head.design_effect.measure() == again.design_effect.measure() > 1


@pytest.mark.parametrize("size", [0, 1, 10, 1_000])
def test_a_sample_is_the_same_each_time_in_order_and_even(size: int) -> None:
    rows = [row(number, 0.9) for number in range(1_000)]
    one, other = ([each.row for each in counted(rows, size).sample] for _ in range(2))
    assert one == other == sorted(set(one))
    assert len(one) == size
    assert not 1 < size < 1_000 or 300 < sum(one) / size < 700
