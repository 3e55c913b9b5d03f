"""Which labels a page asks for, in which order, and which it refuses."""

import re
from collections.abc import Mapping, Sequence

import pytest

from stance.annotate.questions import ask_labels, ask_model
from stance.errors import InputError
from stance.model import Model


def test_the_shipped_labels_come_in_their_order_with_their_meanings(shipped: Model) -> None:
    stance, tone = ask_model(shipped, [], ["text"])
    assert stance.labels == ("pro-ceasefire", "opposed", "neutral")
    assert tone.labels == ("hopeful", "neutral", "alarmed", "angry", "mournful")
    assert stance.meanings["opposed"].startswith("conveys that the fighting should not stop")
    assert stance.wording == "Which position on a ceasefire does it convey, whoever voices it?"


def test_only_the_heads_are_asked_for_that_the_table_leaves_empty(shipped: Model) -> None:
    assert [q.head for q in ask_model(shipped, [], ["text", "tone"])] == ["tone"]
    assert [q.head for q in ask_model(shipped, ["stance"], ["text", "tone"])] == ["stance"]


def test_labels_of_ones_own_keep_their_order() -> None:
    (question,) = ask_labels(["for", "against", "none"], [])
    assert (question.head, question.labels) == ("label", ("for", "against", "none"))
    assert question.meanings == {}
    side, tone = ask_labels({"side": ["b", "a"], "tone": ["angry", "hopeful"]}, [])
    assert side.labels == ("b", "a")
    assert tone.labels == ("hopeful", "angry")  # known labels: as everywhere


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            ["for"],
            "the labels of 'label' must be at least two, all different; got ['for']. "
            "Name them as in labels=['for', 'against', 'none'] (--labels for,against,none).",
        ),
        (
            ["for", "for"],
            "the labels of 'label' must be at least two, all different; got ['for', 'for']. "
            "Name them as in labels=['for', 'against', 'none'] (--labels for,against,none).",
        ),
        (
            {"side": "for,against"},
            "the labels of 'side' must be at least two, all different; got ['for,against']. "
            "Name them as in labels=['for', 'against', 'none'] (--labels for,against,none).",
        ),
        (
            {"note": ["a", "b"]},
            "a label column must have a plain name that no other column of the page has; "
            "got 'note'. Rename it.",
        ),
    ],
    ids=["one", "twice", "one text", "reserved"],
)
def test_labels_that_cannot_be_chosen_from_are_refused(
    labels: Sequence[str] | Mapping[str, Sequence[str]], message: str
) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        ask_labels(labels, [])


def test_a_head_that_is_not_there_is_refused(shipped: Model) -> None:
    message = "`head` must be among ['stance', 'tone']; got 'side'."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        ask_model(shipped, ["side"], [])


def test_a_column_left_empty_for_labels_that_are_not_known_is_refused(shipped: Model) -> None:
    message = (
        "the labels of ['side'] must be known; the model has ['stance', 'tone']. Name them with "
        "labels= (--labels), or name the model that has them (--model)."
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        ask_model(shipped, [], ["paragraph_id", "text", "reader", "side", "note"])
