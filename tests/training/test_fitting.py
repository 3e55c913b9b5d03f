"""Training: the same rows give the same model, and its facts say how it was made."""

from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.model import Model
from stance.text.words import stem


def test_training_again_gives_the_same_files(
    lighthouse: pd.DataFrame, small: Model, tmp_path: Path
) -> None:
    first = small.save(tmp_path / "first")
    second = stance.train(lighthouse, name="lighthouse").save(tmp_path / "second")
    names = {path.name for path in first.iterdir() if path.suffix in (".npy", ".json")}
    assert len(names) == 9
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_a_csv_does_as_well_as_a_frame(
    lighthouse: pd.DataFrame, small: Model, tmp_path: Path
) -> None:
    lighthouse.to_csv(tmp_path / "mine.csv", index=False)
    model = stance.train(str(tmp_path / "mine.csv"), name="lighthouse")
    assert model.digest == small.digest


def test_facts_say_how_it_was_made(lighthouse: pd.DataFrame) -> None:
    facts = stance.train(lighthouse, groups="voice", name="coast").facts
    assert (facts["name"], facts["rows"], facts["heads"]) == ("coast", 36, ["stance", "tone"])
    assert facts["recipe"]["stance"]["mask_sides"] is True
    assert 0 <= facts["cross_validation"]["stance"]["macro_f1"] <= 1
    assert "scikit-learn" in facts["versions"]


def test_any_label_columns_do(lighthouse: pd.DataFrame) -> None:
    calm = lighthouse["tone"].isin(["neutral", "hopeful"])
    mood = lighthouse.assign(mood=calm.map({True: "calm", False: "moved"}))
    model = stance.train(mood, labels="mood")
    assert model.labels == {"mood": ("calm", "moved")}
    paragraph = model.label("She buried her brother on the shingle.")[0]
    assert (paragraph.stance, paragraph.tone, paragraph.sentiment) == (None, None, None)
    assert "sentiment" not in model.label("A truce.").to_frame()


@pytest.mark.parametrize("mask_sides", [True, False])
def test_names_of_sides_are_no_features_unless_asked_for(
    mask_sides: bool, lighthouse: pd.DataFrame
) -> None:
    texts = lighthouse["text"].str.replace("lighthouses", "Israeli lighthouses")
    model = stance.train(lighthouse.assign(text=texts), labels="stance", mask_sides=mask_sides)
    features = model.frozen.heads["stance"].blocks[0].features
    assert (stem("israeli") in features) is not mask_sides


def test_recipes_name_label_columns(lighthouse: pd.DataFrame) -> None:
    with pytest.raises(
        stance.InputError, match=r"^`recipes` must name label columns \['stance'\]; got 'mood'\.$"
    ):
        stance.train(lighthouse, labels="stance", recipes={"mood": {}})


@pytest.mark.parametrize("recipe", [{"ngram_range": (2, 2)}, {"min_df": 3}])
def test_a_small_model_labels_texts_like_those_it_was_trained_on(
    recipe: dict[str, object], lighthouse: pd.DataFrame
) -> None:
    model = stance.train(lighthouse.head(24), labels="stance", recipes={"stance": recipe})
    text = "The guild urged the lighthouses to stop the fighting."
    assert model.label(text)[0].status == "labelled"


def test_what_cannot_be_learned_from_is_said(lighthouse: pd.DataFrame) -> None:
    with pytest.raises(
        stance.InputError, match=r"^`labels` must name at least one column; got none\.$"
    ):
        stance.train(lighthouse, labels=[])
    with pytest.raises(
        stance.TrainingError,
        match=r"^the table, column 'stance' must have at least two labels; got 'opposed' only\. Add rows of another label\.$",
    ):
        stance.train(lighthouse.assign(stance="opposed"), labels="stance")
