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


def test_label_columns_are_those_that_the_table_has(lighthouse: pd.DataFrame) -> None:
    table = lighthouse.drop(columns="tone").assign(tone="")
    assert list(stance.train(table).labels) == ["stance"]
    with pytest.raises(stance.InputError) as error:
        stance.train(lighthouse.rename(columns={"stance": "side", "tone": "hue"}))
    assert str(error.value) == (
        "the table must have label columns; it is not clear which they are. They may be among "
        "['side', 'hue', 'voice']. Name them with labels (--labels)."
    )


def test_each_head_learns_from_the_rows_that_have_its_label(lighthouse: pd.DataFrame) -> None:
    table = lighthouse.copy()
    table.loc[24:, "tone"] = None
    model = stance.train(table)
    confusions = {head: each["confusion"] for head, each in model.facts["cross_validation"].items()}
    assert {head: sum(map(sum, rows)) for head, rows in confusions.items()} == {
        "stance": 36,
        "tone": 24,
    }
    alone = stance.train(lighthouse.head(24), labels="tone")
    assert model.facts["cross_validation"]["tone"] == alone.facts["cross_validation"]["tone"]


def test_what_makes_figures_too_good_is_warned_of_and_kept(lighthouse: pd.DataFrame) -> None:
    with pytest.warns(stance.StanceWarning) as caught:
        facts = stance.train(lighthouse, labels="stance").facts
    assert facts["cautions"] == [
        "24 of 36 texts nearly repeat one that cross-validation may learn from: the figures are "
        "optimistic. Check them, and name what they share with `groups` (--groups).",
        "stance: fewer than 20 rows have the label 'neutral' (9), 'opposed' (12), 'pro-ceasefire' "
        "(15); the figures say little of it. Annotate more.",
    ]
    assert [str(one.message) for one in caught] == [
        f"the table: {caution}" for caution in facts["cautions"]
    ]
    together = lighthouse.assign(voice=lighthouse["voice"].str.partition(" ")[0])
    facts = stance.train(together, labels="stance", groups="voice").facts
    assert [caution[:6] for caution in facts["cautions"]] == ["stance"]  # copies share a voice


def test_a_trained_model_has_a_card(lighthouse: pd.DataFrame, small: Model, tmp_path: Path) -> None:
    card = (small.save(tmp_path / "mine") / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert card == stance.load(tmp_path / "mine").card
    assert card.startswith("# Model card: lighthouse\n\nTrained on 36 annotated paragraphs.\n")
    assert "| stance | neutral | 9 |" in card
    assert small.facts["cautions"][0] in card
    assert "a keyed digest of each paragraph" in card


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
