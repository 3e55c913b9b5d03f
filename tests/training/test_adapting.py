"""Adapting a model to print: what changes, what is recorded, and when it is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import LIGHTHOUSE

import stance
from stance.cli.main import main
from stance.errors import StanceWarning, TrainingError
from stance.model import Model
from stance.training.learned_rows import count_learned
from stance.training.recalibration import Refit

WORDS = ("ashore", "again", "at noon", "in March", "by night", "offshore", "at low tide", "in fog")


@pytest.fixture(scope="module")
def drawn(small: Model) -> pd.DataFrame:
    """Paragraphs of a print that the model is far too sure of: three in ten labels are chance.

    They are the lighthouse rows with other words, so that the model did not learn from any.
    """
    random = np.random.default_rng(0)
    texts = [
        f"{text} {word.capitalize()}, the {number} boats waited."
        for text, *_ in LIGHTHOUSE * 3
        for number, word in enumerate(WORDS)
    ]
    given = small.frozen.probabilities(texts)["stance"].argmax(axis=1)
    codes = np.where(random.random(len(texts)) < 0.3, random.integers(0, 3, len(texts)), given)
    labels = [small.labels["stance"][code] for code in codes]
    return pd.DataFrame({"text": texts, "stance": labels, "article": np.arange(len(texts)) // 3})


@pytest.fixture(scope="module")
def adapted(small: Model, drawn: pd.DataFrame) -> Model:
    return stance.adapt(small, drawn, article="article")


def test_probabilities_change_as_the_facts_say_and_nothing_else(
    small: Model, adapted: Model, drawn: pd.DataFrame
) -> None:
    texts = drawn["text"].tolist()
    record = adapted.facts["adapted"]["heads"]["stance"]
    fitted = Refit(record["scale"], np.array(list(record["offsets"].values())))
    before, after = small.frozen.score(texts), adapted.frozen.score(texts)
    expected = fitted.probabilities(before.probabilities["stance"])
    np.testing.assert_allclose(after.probabilities["stance"], expected, atol=1e-9)
    np.testing.assert_array_equal(after.probabilities["tone"], before.probabilities["tone"])
    np.testing.assert_array_equal(after.familiarity, before.familiarity)
    assert adapted.frozen.heads["stance"].blocks == small.frozen.heads["stance"].blocks


def test_facts_record_the_figures_before_and_after(adapted: Model, small: Model) -> None:
    facts = adapted.facts
    record = facts["adapted"]["heads"]["stance"]
    assert facts["name"] == "lighthouse-adapted"
    assert facts["adapted"]["base"] == {"name": "lighthouse", "digest": small.digest}
    assert record["after"]["log_loss"] < record["before"]["log_loss"]
    assert record["gain"] == pytest.approx(
        record["before"]["log_loss"] - record["after"]["log_loss"]
    )
    assert np.sum(facts["cross_validation"]["stance"]["confusion"]) == record["rows"]
    assert facts["cross_validation"]["tone"] == small.facts["cross_validation"]["tone"]


def test_rows_that_it_learned_from_are_known_again(adapted: Model, drawn: pd.DataFrame) -> None:
    assert count_learned(adapted.facts, drawn["text"].tolist()) == len(drawn)
    assert count_learned(adapted.facts, ["A boat left at dawn."]) == 0


def test_it_is_saved_with_a_card_of_its_own(adapted: Model, tmp_path: Path) -> None:
    loaded = stance.load(adapted.save(tmp_path / "mine"))
    assert loaded.digest == adapted.digest
    assert loaded.card == adapted.card
    assert loaded.card is not None
    assert "# Model card: lighthouse-adapted" in loaded.card
    record = adapted.facts["adapted"]["heads"]["stance"]
    row = f"| log loss | {record['before']['log_loss']:.3f} | {record['after']['log_loss']:.3f} |"
    assert row in loaded.card
    assert "seeds/" not in loaded.card


def test_labels_of_another_print_do_not_make_it_worse(small: Model, drawn: pd.DataFrame) -> None:
    """Annotations that follow the model's own probabilities leave nothing to gain."""
    random = np.random.default_rng(1)
    probabilities = small.frozen.probabilities(drawn["text"].tolist())["stance"]
    codes = (probabilities.cumsum(axis=1) > random.random((len(drawn), 1))).argmax(axis=1)
    labels = [small.labels["stance"][code] for code in codes]
    with pytest.raises(stance.TrainingError) as error:
        stance.adapt(small, drawn.assign(stance=labels), article="article")
    message = str(error.value)
    assert message.startswith(
        "adapting must make probabilities better on paragraphs that it did not see, by more than "
        f"chance explains; it does not. stance ({len(drawn)} paragraphs), before to after: log loss "
    )
    assert message.endswith("Keep 'lighthouse' as it is, or annotate more.")


def test_rows_without_a_label_do_not_count_and_a_draw_is_weighted(
    small: Model, drawn: pd.DataFrame, adapted: Model
) -> None:
    half = drawn.assign(probability=0.01, stratum="all", drawn_from="draw")
    half.loc[half.index[200:], "stance"] = ""
    with pytest.warns(StanceWarning, match="88 of 288 paragraphs have no label yet"):
        half_adapted = stance.adapt(small, half, article="article")
    assert half_adapted.facts["adapted"]["heads"]["stance"]["rows"] == 200
    uneven = drawn.assign(probability=np.where(drawn["stance"] == "opposed", 0.9, 0.3))
    offsets = stance.adapt(small, uneven).facts["adapted"]["heads"]["stance"]["offsets"]
    even = adapted.facts["adapted"]["heads"]["stance"]["offsets"]
    assert offsets["opposed"] < even["opposed"] - 0.3


def test_rows_that_the_model_knows_or_cannot_label_are_left_out(
    small: Model, adapted: Model, drawn: pd.DataFrame
) -> None:
    strange = pd.DataFrame({"text": ["Zwölf Boxkämpfer jagen Viktor."] * 2, "stance": "neutral"})
    both = pd.concat([drawn, strange], ignore_index=True)
    assert stance.adapt(small, both).facts["adapted"]["left_out"] == {
        "that the model learned from": 0,
        "too unfamiliar to be labelled": 2,
    }
    with pytest.raises(
        stance.TrainingError,
        match=rf"^there must be at least 50 annotated paragraphs of 'stance', better 300; got 0 \(left out: {len(drawn)} that the model learned from, 0 too unfamiliar to be labelled\)\. Annotate more\.$",
    ):
        stance.adapt(adapted, drawn)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"stance": "torn"},
            stance.TableError,
            r"^the table, row 1, column 'stance' must be one of the model's labels \['neutral', 'opposed', 'pro-ceasefire'\]; got 'torn'\. Rename or empty it\.$",
        ),
        (
            {"drawn_from": "suggest"},
            stance.InputError,
            r"^the table must be drawn, not chosen; it holds paragraphs of `stance suggest`, which are unlike the others on purpose\. Draw a sample with `stance draw`\.$",
        ),
        (
            {"probability": 0.0},
            stance.TableError,
            r"^the table, column 'probability' must be above 0 and at most 1 in each row; some are not\. Leave out the rows that were not drawn\.$",
        ),
    ],
)
def test_tables_that_cannot_be_adapted_to_are_refused(
    changes: dict[str, object],
    error: type[Exception],
    message: str,
    small: Model,
    drawn: pd.DataFrame,
) -> None:
    with pytest.raises(error, match=message):
        stance.adapt(small, drawn.assign(**changes))


def test_columns_are_asked_for(small: Model, drawn: pd.DataFrame) -> None:
    with pytest.raises(
        stance.TableError,
        match=r"^the table must have the column 'outlet'; its columns are \['text', 'stance', 'article'\]\.$",
    ):
        stance.adapt(small, drawn, article="outlet")
    with pytest.raises(
        stance.TableError,
        match=r"^the table must have a column of annotations for one of \['stance', 'tone'\]; its columns are \['text', 'article'\]\.$",
    ):
        stance.adapt(small, drawn.drop(columns="stance"))


def test_the_command_shows_before_and_after_and_refuses_without_a_gain(
    small: Model, drawn: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(small.save(tmp_path / "model"))
    drawn.to_csv(tmp_path / "read.csv", index=False)
    arguments = ["adapt", model, str(tmp_path / "read.csv"), "--article", "article", "-o"]
    assert main([*arguments, str(tmp_path / "mine")]) == 0
    shown = capsys.readouterr().err
    assert "before to after: log loss" in shown
    assert "stance is adapted." in shown
    assert main(["info", str(tmp_path / "mine")]) == 0
    assert f"adapted to {len(drawn)} paragraphs" in capsys.readouterr().out
    assert main([*arguments, str(tmp_path / "mine")]) == 1
    assert "it holds a model" in capsys.readouterr().err


def test_a_model_with_targets_is_adapted_for_each(lighthouse: pd.DataFrame) -> None:
    topics = lighthouse.assign(topic=["truce", "oil"] * 18)
    model = stance.train(topics, labels="stance", target_column="topic")
    texts = [f"{text} {word}" for text in lighthouse["text"] for word in WORDS]
    frame = pd.DataFrame({"text": texts, "topic": ["truce", "oil"] * (len(texts) // 2)})
    before = model.frozen.score(texts, frame["topic"].tolist()).probabilities["stance"]
    frame["stance"] = ["opposed"] * len(texts)  # whatever it says
    adapted = stance.adapt(model, frame, target_column="topic")
    record = adapted.facts["adapted"]["heads"]["stance"]
    fitted = Refit(record["scale"], np.array(list(record["offsets"].values())))
    after = adapted.frozen.score(texts, frame["topic"].tolist()).probabilities["stance"]
    np.testing.assert_allclose(after, fitted.probabilities(before), atol=1e-9)


def test_paragraphs_of_one_article_are_too_few(small: Model, drawn: pd.DataFrame) -> None:
    with pytest.raises(TrainingError) as error:
        stance.adapt(small, drawn.assign(article="the same"), article="article")
    assert str(error.value) == (
        "the annotated paragraphs of 'stance' must be of at least 3 articles, better 100, to be "
        "measured on others; they are of 1. Annotate others."
    )


def test_a_table_without_rows_is_too_few(small: Model, drawn: pd.DataFrame) -> None:
    with pytest.raises(TrainingError, match=r"^there must be at least 50 annotated paragraphs "):
        stance.adapt(small, drawn[:0], article="article")
