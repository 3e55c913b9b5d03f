"""What a run did, in numbers and in words."""

import json
from collections import Counter

import pandas as pd

from stance.model import Model
from stance.tables.summary import Summary

SUMMARY = Summary(
    rows=1200,
    written=4,
    unreadable=1,
    labels={"stance": Counter({"opposed": 2, "neutral": 1})},
    uncertain=Counter({"stance": 1}),
    statuses=Counter({"labelled": 3, "empty": 1}),
    seconds=2.04,
)


def test_it_reads_as_a_few_lines() -> None:
    assert str(SUMMARY).splitlines() == [
        "1,200 rows read, 4 written, in 2.0 s",
        "status: labelled 3, empty 1",
        "stance: opposed 67%, neutral 33% (1 of 3 uncertain, 33%)",
    ]
    assert str(Summary()) == "0 rows read, 0 written, in 0.0 s"


def test_parts_of_a_run_add_up_and_its_state_survives_json() -> None:
    total = Summary.restored(json.loads(json.dumps(SUMMARY.state())))
    total.seconds = SUMMARY.seconds
    assert total == SUMMARY
    total.add(SUMMARY)
    assert (total.rows, total.written, total.unreadable) == (2400, 8, 2)
    assert total.labels["stance"] == {"opposed": 4, "neutral": 2}
    assert (total.uncertain["stance"], total.statuses["labelled"]) == (2, 6)
    assert Summary.restored({}) == Summary()


def test_counts_are_those_of_the_labelled_rows(small: Model, lighthouse: pd.DataFrame) -> None:
    cells = [*lighthouse["text"], None, "Lamps Out\n\nThey urged a truce."]
    labelled = small.label_cells(cells, unit="paragraph", level=0.9)
    summary = Summary.of(labelled, list(small.labels), rows=len(cells), unreadable=2)
    frame = labelled.frame(small.labels)
    assert (summary.rows, summary.written, summary.unreadable) == (38, 39, 2)
    assert summary.statuses == Counter(frame["status"])
    for head in small.labels:
        assert summary.labels[head] == Counter(frame[head].dropna())
        assert summary.uncertain[head] == frame[f"{head}_uncertain"].sum()
