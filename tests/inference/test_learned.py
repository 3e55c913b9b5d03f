"""Annotated paragraphs that the model learned from."""

import numpy as np
import pandas as pd
import pytest
from conftest import LIGHTHOUSE

import stance
from stance.inference.learned import set_apart
from stance.inference.prints import read_print
from stance.model import Model
from stance.training.learned_rows import salt_and_digest_rows

BOATS = [f"{text} Beside it lay {n} boats." for n in range(20) for text, *_ in LIGHTHOUSE]


def label(model: Model) -> pd.DataFrame:
    return model.label_frame(pd.DataFrame({"text": BOATS}), unit="row")


@pytest.fixture(scope="module")
def labelled(small: Model) -> pd.DataFrame:
    return label(small)


@pytest.fixture(scope="module")
def drawn(labelled: pd.DataFrame) -> pd.DataFrame:
    """120 drawn paragraphs; a quarter of the labels that a reader gave them are chance."""
    frame = stance.draw(labelled, 120, head="stance")
    frame["text"] = frame["paragraph_id"].map(
        dict(zip(labelled["paragraph_id"], BOATS, strict=True))
    )
    given = frame["paragraph_id"].map(
        dict(zip(labelled["paragraph_id"], labelled["stance"], strict=True))
    )
    random = np.random.default_rng(0)
    chance = random.choice(["neutral", "opposed"], 120)
    return frame.assign(stance=np.where(random.random(120) < 0.25, chance, given.astype(object)))


@pytest.fixture(scope="module")
def adapted(small: Model, drawn: pd.DataFrame) -> Model:
    return stance.adapt(small, drawn)


def trained_on(model: Model, texts: list[str]) -> Model:
    other = Model(model.frozen)
    other.facts = {**model.facts, "learned_rows": salt_and_digest_rows(texts)}
    return other


def test_without_a_model_nothing_changes(labelled: pd.DataFrame, drawn: pd.DataFrame) -> None:
    print_ = read_print(labelled)
    assert set_apart(print_, drawn, None) == (print_, [])


def test_labels_and_probabilities_are_those_from_before_the_model_was_adapted(
    adapted: Model, labelled: pd.DataFrame, drawn: pd.DataFrame
) -> None:
    relabelled = label(adapted)
    columns = [name for name in labelled if name.startswith("stance_p_")]
    assert abs(relabelled[columns] - labelled[columns]).to_numpy().max() > 0.1
    print_, notes = set_apart(read_print(relabelled), drawn, adapted)
    np.testing.assert_allclose(print_.frame[columns], labelled[columns], atol=1e-4)
    assert print_.frame["stance"].tolist() == labelled["stance"].tolist()
    assert notes == [
        "The model was adapted to 120 of the annotated rows: figures rest on its labels as they were before."
    ]


def test_figures_with_an_adapted_model_are_those_without(
    adapted: Model, labelled: pd.DataFrame, drawn: pd.DataFrame
) -> None:
    before = stance.estimate_shares(labelled, drawn, head="stance")
    after = stance.estimate_shares(label(adapted), drawn, head="stance", model=adapted)
    np.testing.assert_allclose(after["share"], before["share"], atol=1e-4)
    np.testing.assert_allclose(after["low"], before["low"], atol=1e-4)


def test_paragraphs_that_were_not_adapted_to_leave_the_labels_as_they_are(
    adapted: Model, drawn: pd.DataFrame
) -> None:
    print_ = read_print(label(adapted))
    others = drawn.assign(text="Another paragraph of the same print.")
    assert set_apart(print_, others, adapted) == (print_, [])


def test_paragraphs_that_the_model_was_trained_on_are_refused(
    small: Model, labelled: pd.DataFrame, drawn: pd.DataFrame
) -> None:
    known = trained_on(small, drawn["text"].tolist()[:7])
    message = r"^the table must hold paragraphs that the model was not trained on; it was trained on 7 of 120\. Draw others\.$"
    with pytest.raises(stance.InputError, match=message):
        stance.estimate_shares(labelled, drawn, head="stance", model=known)
    half = labelled.assign(half=np.arange(len(labelled)) % 2)
    with pytest.raises(stance.InputError, match=message):
        stance.compare(half, drawn, "half", head="stance", model=known)
    with pytest.raises(stance.InputError, match=message):
        stance.regress("opposed ~ half", half, drawn, model=known)
    with pytest.raises(
        stance.InputError,
        match=r"^the table must hold paragraphs that the model did not learn from; it learned from 7 of 120\. Annotate others\.$",
    ):
        stance.estimate_shares(
            labelled, drawn[["text", "stance"]], head="stance", design="elsewhere", model=known
        )


def test_what_cannot_be_known_is_said(
    small: Model, labelled: pd.DataFrame, drawn: pd.DataFrame
) -> None:
    bare = Model(small.frozen)
    bare.facts = {name: fact for name, fact in small.facts.items() if name != "learned_rows"}
    assert set_apart(read_print(labelled), drawn, bare)[1] == [
        "It is not known which paragraphs the model learned from."
    ]
    with pytest.raises(
        stance.InputError,
        match=r"^the table must have the column 'text', to find out whether the model learned from its paragraphs; its columns are \['paragraph_id', 'stance'\]\. Name it, or leave the model out\.$",
    ):
        set_apart(
            read_print(labelled), drawn[["paragraph_id", "stance"]], trained_on(small, ["A truce."])
        )


def test_probabilities_are_needed_to_go_back(adapted: Model, drawn: pd.DataFrame) -> None:
    relabelled = label(adapted)
    few = relabelled.drop(columns=[name for name in relabelled if name.startswith("stance_p_")])
    with pytest.raises(
        stance.InputError,
        match=r"^the table must have the columns \['stance_p_neutral', 'stance_p_opposed', 'stance_p_pro_ceasefire'\], as the model was adapted to some of the annotated paragraphs\. Score again with all columns\.$",
    ):
        set_apart(read_print(few), drawn, adapted)
