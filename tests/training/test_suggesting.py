"""What to annotate next."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from csv_rows import rows_of
from scipy import sparse

import stance
from stance.cli.main import main
from stance.model import Model
from stance.training.suggesting import choose, measure_uncertainty

PLAIN = "The council voted against a truce by nine to two there."  # as trained on: nothing to learn
TORN = "The pilot begged them to fight until the guns fell silent."  # alarmed or hopeful
NEW = "The council voted on barley, turnips, marmalade, kites and bicycles."
NUMBERS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
FOREIGN = "Der Leuchtturm bleibt dunkel, sagten die Fischer gestern Abend."


def test_uncertain_paragraphs_come_before_plain_ones_and_unfamiliar_ones_too_if_asked(
    small: Model,
) -> None:
    torn, new = ([f"{text} {number}" for number in NUMBERS[:5]] for text in (TORN, NEW))
    plain = [f"{PLAIN} {number}" for number in NUMBERS]
    pool = pd.DataFrame({"text": [*plain, *torn, *new]})
    suggested = stance.suggest(small, pool, n=1, head="tone")
    assert suggested["text"].item() in torn
    assert suggested["uncertainty"].item() > 0.1
    suggested = stance.suggest(small, pool, n=2, head="tone", novelty=1)
    assert set(suggested["text"]) <= {*torn, *new}
    assert suggested["rank"].tolist() == [1, 2]
    assert suggested["familiarity"].min() < 0.7


def test_a_head_can_be_chosen(small: Model) -> None:
    pool = pd.DataFrame({"text": [TORN, PLAIN, NEW]})
    for head in small.labels:
        suggested = (
            stance.suggest(small, pool, n=3, head=head).set_index("row")["uncertainty"].sort_index()
        )
        labelled = small.label_frame(pool).filter(regex=f"^{head}_p_")
        assert suggested.tolist() == pytest.approx(
            measure_uncertainty(labelled.to_numpy()).tolist()
        )
    both = stance.suggest(small, pool, n=3).set_index("row")["uncertainty"].sort_index()
    each = [
        stance.suggest(small, pool, n=3, head=head).set_index("row")["uncertainty"].sort_index()
        for head in small.labels
    ]
    assert both.tolist() == pytest.approx(((each[0] + each[1]) / 2).tolist())


def test_the_choice_is_spread_over_what_there_is(shipped: Model, lighthouse: pd.DataFrame) -> None:
    # one matter told a dozen times with a word changed, and three others
    many = [
        f"On day {number} the envoys met again to discuss prisoners, aid and a text on the border."
        for number in NUMBERS
    ]
    pool = pd.DataFrame({"text": [*many, *lighthouse["text"][:3]]})
    suggested = stance.suggest(shipped, pool, n=4)
    assert sum(text in many for text in suggested["text"]) == 1
    assert suggested["similarity"].iloc[0] == 0
    assert suggested["similarity"].max() < 0.5


def test_copies_and_what_is_annotated_already_are_left_out(small: Model) -> None:
    pool = pd.DataFrame({"text": [TORN, TORN, TORN.upper().replace(" ", "  "), NEW, PLAIN]})
    assert len(stance.suggest(small, pool)) == 3
    suggested = stance.suggest(small, pool, labelled=[TORN.lower()])
    assert sorted(suggested["row"]) == [3, 4]


def test_what_cannot_be_labelled_is_not_chosen(shipped: Model) -> None:
    article = "Talks Resume\n\nThey urged a truce on Monday.\n\nThe council voted against it."
    pool = pd.DataFrame({"body": [None, "", "  ", 7, "...", article, FOREIGN]})
    suggested = stance.suggest(shipped, pool, text="body")
    assert sorted(suggested["text"]) == [
        "The council voted against it.",
        "They urged a truce on Monday.",
    ]
    assert [
        article[start:end] for start, end in zip(suggested["start"], suggested["end"], strict=True)
    ] == suggested["text"].tolist()
    asked = stance.suggest(shipped, pool, text="body", unfamiliar=True)
    assert asked.set_index("text").loc[FOREIGN, ["status", "uncertainty"]].tolist() == [
        "language",
        1.0,
    ]
    nothing = stance.suggest(shipped, pool.iloc[:5], text="body")
    assert len(nothing) == 0
    assert list(nothing.columns) == list(suggested.columns)


def test_index_and_kept_columns_come_along_and_the_labels_of_the_model_do_not(small: Model) -> None:
    pool = pd.DataFrame(
        {"text": [TORN, NEW], "rank": ["captain", "mate"], "id": [1, 2]}, index=["x", "y"]
    )
    suggested = stance.suggest(small, pool, keep=["rank", "id"])
    assert list(suggested.columns) == [
        "paragraph_id", "text", "reader", "stance", "tone", "note", "seconds", "stratum", "probability", "drawn_from", "model_shown",
        "row", "paragraph", "start", "end", "uncertainty", "familiarity", "similarity", "status", "rank", "input_rank", "id",
    ]  # fmt: skip
    assert dict(zip(suggested.index, suggested["input_rank"], strict=True)) == {
        "x": "captain",
        "y": "mate",
    }


def test_the_same_state_gives_the_same_choice(small: Model, lighthouse: pd.DataFrame) -> None:
    pool = pd.DataFrame({"text": [f"{text} {row}" for row, text in enumerate(lighthouse["text"])]})
    first, second = (stance.suggest(small, pool, n=9, random_state=3) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert len(first) == 9


def test_what_is_asked_wrongly_is_said(small: Model) -> None:
    pool = pd.DataFrame({"text": [TORN]})
    with pytest.raises(
        stance.InputError,
        match=r"^there is no column 'body'; the columns are \['text'\]\. Name the column of texts with text= \(--text\)\.$",
    ):
        stance.suggest(small, pool, text="body")
    with pytest.raises(
        stance.InputError, match=r"^`head` must be among \['stance', 'tone'\]; got 'mood'\.$"
    ):
        stance.suggest(small, pool, head="mood")
    with pytest.raises(stance.InputError, match=r"^`n` must be at least 1; got 0\.$"):
        stance.suggest(small, pool, n=0)
    with pytest.raises(
        stance.InputError, match=r"^`novelty` must be at least 0 and finite; got -1\.$"
    ):
        stance.suggest(small, pool, novelty=-1)
    with pytest.raises(
        stance.InputError, match=r"^`unit` must be one of \['paragraph', 'row'\]; got 'document'\.$"
    ):
        stance.suggest(small, pool, unit="document")
    with pytest.raises(
        stance.InputError,
        match=r"^`labelled` must be an iterable of str; got one DataFrame\. Give the column of texts\.$",
    ):
        stance.suggest(small, pool, labelled=pool)


def test_more_rows_than_a_batch_are_chosen_once_each() -> None:
    vectors = sparse.eye_array(450, format="csr")
    chosen, similarity = choose(np.linspace(0, 2, 450), 430, lambda rivals: vectors[rivals])
    assert len(set(chosen.tolist())) == 430
    assert 449 in chosen[:100].tolist()
    assert 0 not in chosen.tolist()
    assert similarity.max() == 0


def test_the_command_writes_what_to_annotate(
    small: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(small.save(tmp_path / "m"))
    pd.DataFrame({"text": [TORN, NEW, PLAIN], "id": ["a", "b", "c"]}).to_csv(
        tmp_path / "pool.csv", index=False
    )
    pd.DataFrame({"text": [TORN]}).to_csv(tmp_path / "done.csv", index=False)
    pool, done, output = (str(tmp_path / name) for name in ("pool.csv", "done.csv", "next.csv"))
    command = ["suggest", pool, "-o", output, "-n", "2", "--keep", "id"]
    command += ["--labelled", done, "--model", model]
    assert main(command) == 0
    rows = rows_of(tmp_path / "next.csv")
    assert sorted(row["id"] for row in rows) == ["b", "c"]
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert main(command) == 1
    assert (
        "next.csv must not exist yet; it does. Choose another path, or pass force (--force)."
        in capsys.readouterr().err
    )
