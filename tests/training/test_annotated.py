"""Training: the same rows give the same model, and bad rows are named."""

from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.model import Model
from stance.text.tokens import stem


def test_training_again_gives_the_same_files(
    lighthouse: pd.DataFrame, small: Model, tmp_path: Path
) -> None:
    one = small.save(tmp_path / "one")
    two = stance.train(lighthouse, name="lighthouse").save(tmp_path / "two")
    for file in one.glob("*.npy"):
        assert file.read_bytes() == (two / file.name).read_bytes()
    assert (one / "facts.json").read_bytes() == (two / "facts.json").read_bytes()


def test_a_csv_does_as_well_as_a_frame(
    lighthouse: pd.DataFrame, small: Model, tmp_path: Path
) -> None:
    lighthouse.to_csv(tmp_path / "mine.csv", index=False)
    model = stance.train(str(tmp_path / "mine.csv"), name="lighthouse")
    assert model.facts["rows_sha256"] == small.facts["rows_sha256"]


def test_facts_say_how_it_was_made(lighthouse: pd.DataFrame) -> None:
    facts = stance.train(lighthouse, groups="voice", name="coast").facts
    assert facts["rows"] == 36
    assert facts["recipe"]["stance"]["mask_sides"] is True
    assert 0 <= facts["cross_validation"]["stance"]["macro_f1"] <= 1
    assert "scikit-learn" in facts["versions"]


def test_any_label_columns_do(lighthouse: pd.DataFrame) -> None:
    mood = lighthouse.assign(
        mood=lighthouse["tone"].map(
            lambda tone: "calm" if tone in ("neutral", "hopeful") else "moved"
        )
    )
    model = stance.train(mood, labels="mood")
    assert model.labels == {"mood": ("calm", "moved")}
    block = model.label("She buried her brother on the shingle.")[0]
    assert (block.stance, block.tone, block.sentiment) == (None, None, None)
    assert "sentiment" not in model.label("A truce.").to_frame()


def test_unmasked_sides_count(lighthouse: pd.DataFrame) -> None:
    rows = lighthouse.assign(
        text=lighthouse["text"].str.replace("lighthouses", "Israeli lighthouses")
    )
    assert (
        stem("israeli")
        in stance.train(rows, labels="stance", mask_sides=False)
        .frozen.heads["stance"]
        .blocks[0]
        .columns
    )
    assert (
        stem("israeli")
        not in stance.train(rows, labels="stance").frozen.heads["stance"].blocks[0].columns
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="tone"), r"the table must hold column 'tone'; its columns are \['text', 'stance', 'voice'\]\.$"),
        (lambda t: t.head(0), r"the table must hold annotated rows; it holds none\. Add some\.$"),
        (lambda t: t.assign(tone=[None, *t["tone"][1:]]), r"the table, row 1, column 'tone' must hold text; got (None|nan)\. Fill it in, or drop the row\.$"),
        (lambda t: t.assign(text=["  ", *t["text"][1:]]), r"the table, row 1, column 'text' must hold text; got '  '\."),
        (lambda t: t.assign(stance=["Pro-ceasefire", *t["stance"][1:]]), r"column 'stance', row 2 must name a label as the other rows do; got 'pro-ceasefire' beside 'Pro-ceasefire'\. Use one\.$"),
        (lambda t: t.assign(voice=[None, *t["voice"][1:]]), r"row 1, column 'voice' must name a group; it is missing\. Fill it in, or drop the row\.$"),
        (lambda t: t.assign(stance=t["stance"].replace("neutral", "pro ceasefire")), r"the labels of 'stance' must differ in more than signs; got 'pro ceasefire' and 'pro-ceasefire'\. Rename one\.$"),
    ],
    ids=["no column", "no rows", "no label", "no text", "another case", "no group", "same sign"],
)  # fmt: skip
def test_bad_rows_are_named(change, message: str, lighthouse: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(stance.TableError, match=message):
        stance.train(change(lighthouse), groups="voice")


@pytest.mark.parametrize("name", ["status", "kind", "a/b", "row"])
def test_a_label_column_may_not_have_the_name_of_a_result(
    name: str, lighthouse: pd.DataFrame
) -> None:
    with pytest.raises(
        stance.TableError,
        match=r"a label column must have a plain name that no result has; got .*\. Rename it\.$",
    ):
        stance.train(lighthouse.rename(columns={"stance": name}), labels=name)


def test_recipes_name_label_columns(lighthouse: pd.DataFrame) -> None:
    with pytest.raises(
        stance.InputError, match=r"`recipes` must name label columns \['stance'\]; got 'mood'\.$"
    ):
        stance.train(lighthouse, labels="stance", recipes={"mood": {}})


@pytest.mark.parametrize("recipe", [{"ngram_range": (2, 2)}, {"min_df": 3}])
def test_a_small_model_knows_the_words_it_was_trained_on(
    recipe: dict[str, object], lighthouse: pd.DataFrame
) -> None:
    model = stance.train(lighthouse.head(24), labels="stance", recipes={"stance": recipe})
    assert (
        model.label("The guild urged the lighthouses to stop the fighting.")[0].status == "labelled"
    )
    assert model.facts["familiar"] <= 0.5


def test_one_label_only_cannot_be_learned(lighthouse: pd.DataFrame) -> None:
    with pytest.raises(
        stance.TrainingError,
        match=r"^the table, column 'stance' must hold at least two labels; got 'opposed' only\. Add rows of another label\.$",
    ):
        stance.train(lighthouse.assign(stance="opposed"), labels="stance")
