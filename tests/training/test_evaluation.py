"""Measuring a model."""

from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.cli.main import main
from stance.model import Model


def test_a_model_is_measured_on_annotated_rows(small: Model, lighthouse: pd.DataFrame) -> None:
    measured = stance.evaluate(small, lighthouse, documents="voice")["stance"]
    assert measured.n_paragraphs == len(lighthouse)
    assert measured.confusion.sum() == len(lighthouse)
    assert measured.macro_f1 == pytest.approx(sum(measured.f1.values()) / 3)
    low, high = measured.macro_f1_interval
    assert low <= measured.macro_f1 <= high
    assert measured.kept[1.0] == pytest.approx(
        measured.confusion.diagonal().sum() / len(lighthouse)
    )


def test_recall_is_given_by_label(small: Model, lighthouse: pd.DataFrame) -> None:
    # annotated all the other way round, what was right is wrong
    swap = {"opposed": "pro-ceasefire", "pro-ceasefire": "opposed", "neutral": "neutral"}
    swapped = lighthouse.assign(stance=lighthouse["stance"].map(swap))
    measured = stance.evaluate(small, swapped)["stance"]
    assert measured.recall["opposed"] < 0.2
    assert measured.recall["neutral"] > 0.8


def test_labels_that_nobody_gave_are_named_beside_macro_f1(
    small: Model, lighthouse: pd.DataFrame
) -> None:
    opposed = stance.evaluate(small, lighthouse[lighthouse["stance"] == "opposed"])["stance"]
    assert str(opposed).splitlines()[1] == (
        "labels that no paragraph is annotated with, neutral, pro-ceasefire, count as an F1 of 0 in macro-F1"
    )
    assert str(stance.evaluate(small, lighthouse)["stance"]).splitlines()[1] == ""


def test_half_a_table_with_one_of_two_heads_is_enough(
    small: Model, lighthouse: pd.DataFrame
) -> None:
    table = lighthouse.drop(columns="tone")
    table.loc[20:, "stance"] = ""
    with pytest.warns(stance.StanceWarning, match=r"^the table: 16 of 36 paragraphs have no label"):
        measured = stance.evaluate(small, table)
    assert list(measured) == ["stance"]
    assert measured["stance"].n_paragraphs == 20


def test_a_head_on_which_readers_differ_everywhere_is_left_out(
    small: Model, lighthouse: pd.DataFrame
) -> None:
    """As in what `stance agree -o` writes: it holds what readers differ on."""
    other = lighthouse["stance"].map(
        {"neutral": "opposed", "opposed": "pro-ceasefire", "pro-ceasefire": "neutral"}
    )
    numbered = lighthouse.assign(paragraph_id=range(len(lighthouse)))
    table = pd.concat([numbered.assign(reader="ann"), numbered.assign(reader="bob", stance=other)])
    with pytest.warns(stance.StanceWarning, match=r"readers differ on 36 labels"):
        measured = stance.evaluate(small, table)
    assert list(measured) == ["tone"]
    with (
        pytest.warns(stance.StanceWarning, match="readers differ"),
        pytest.raises(stance.TableError) as error,
    ):
        stance.train(table, labels=["stance", "tone"])
    assert str(error.value) == (
        "the table must hold annotations in column 'stance' on which readers agree; it holds none. "
        "Annotate first, settle them, or leave the column out."
    )


def test_readings_with_the_label_in_view_are_warned_of(
    small: Model, lighthouse: pd.DataFrame
) -> None:
    with pytest.warns(
        stance.StanceWarning,
        match=r"^36 rows of the table were read with the model's label in view, ",
    ):
        stance.evaluate(small, lighthouse.assign(model_shown="yes"))


def test_each_head_is_measured_on_its_own_paragraphs(
    small: Model, lighthouse: pd.DataFrame
) -> None:
    table = lighthouse.copy()
    table.loc[:9, "tone"] = None
    measured = stance.evaluate(small, table, documents="voice")
    assert [one.n_paragraphs for one in measured.values()] == [36, 26]
    alone = stance.evaluate(small, table.drop(columns="stance").loc[10:], documents="voice")
    assert alone["tone"].macro_f1_interval == measured["tone"].macro_f1_interval


def test_paragraphs_that_the_model_was_trained_on_are_warned_of(
    small: Model, lighthouse: pd.DataFrame, shipped: Model
) -> None:
    table = lighthouse.head(6).copy()
    table.loc[:3, "text"] += " The bells rang twice."
    with pytest.warns(stance.StanceWarning) as caught:
        measured = stance.evaluate(small, table)
    assert [str(warning.message) for warning in caught] == [
        "the model was trained on 2 of the 6 paragraphs of the table: the figures are too good. "
        "Measure it on others."
    ]
    assert measured["stance"].learned == 2
    assert "\ntrained on 2 of these paragraphs" in str(measured["stance"])
    assert stance.evaluate(small, table.head(4))["stance"].learned == 0
    unknown = stance.evaluate(shipped, table)["stance"]  # it learned from counts, too
    assert unknown.learned is None
    assert str(unknown).endswith(
        "\nwhether it was trained on these paragraphs is unknown: "
        "the model keeps no digests of all it learned from"
    )


def test_a_label_that_the_model_does_not_know_is_named(
    small: Model, lighthouse: pd.DataFrame
) -> None:
    with pytest.raises(
        stance.TableError,
        match=r"^the table, row 1, column 'stance' must be one of the model's labels \[.*\]; got 'torn'\. Rename or drop it\.$",
    ):
        stance.evaluate(small, lighthouse.assign(stance=["torn", *lighthouse["stance"][1:]]))


def test_the_command_takes_the_tables_of_several_readers(
    lighthouse: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbered = lighthouse.assign(paragraph_id=range(len(lighthouse)))
    paths = [tmp_path / "page-Ann.csv", tmp_path / "page-Bob.csv"]
    for path in paths:
        numbered.to_csv(path, index=False)
    assert main(["evaluate", *map(str, paths)]) == 0
    assert "\n36 paragraphs; macro-F1" in capsys.readouterr().out


def test_a_table_where_the_model_must_stand_is_named(small: Model, tmp_path: Path) -> None:
    with pytest.raises(stance.ModelError, match=r"mine\.csv must be a model folder or zip"):
        stance.evaluate(tmp_path / "mine.csv", small)  # type: ignore[arg-type]


def test_the_command_prints_every_figure(
    small: Model,
    lighthouse: pd.DataFrame,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lighthouse.to_csv(tmp_path / "test.csv", index=False)
    model = str(small.save(tmp_path / "m"))
    arguments = [str(tmp_path / "test.csv"), "--model", model, "--documents", "voice"]
    assert main(["evaluate", *arguments]) == 0
    shown = capsys.readouterr().out
    for word in (
        "macro-F1",
        "precision",
        "rows: annotated",
        "expected calibration error",
        "sets at level 0.9",
        "accuracy on the surest",
    ):
        assert shown.count(word) == 2
