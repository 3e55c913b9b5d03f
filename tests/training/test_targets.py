"""One model for several targets: shared features, one copy of them per target, and the shared part alone for a target that it has not seen."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import HOSTILE
from scipy import sparse

import stance
from stance.cli.main import main
from stance.model import Model
from stance.text.vectorizer import copy_features

TARGETS = ("the lamp oil", "the herring")


@pytest.fixture(scope="module")
def aimed_rows(lighthouse: pd.DataFrame) -> pd.DataFrame:
    """Every paragraph about the lamp oil, and about the herring with the two sides changed."""
    turned = lighthouse["stance"].map(
        {"pro-ceasefire": "opposed", "opposed": "pro-ceasefire", "neutral": "neutral"}
    )
    frames = [
        lighthouse.assign(about=TARGETS[0]),
        lighthouse.assign(about=TARGETS[1], stance=turned),
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def aimed(aimed_rows: pd.DataFrame) -> Model:
    return stance.train(aimed_rows, labels="stance", groups="voice", target_column="about")


def test_copies_stand_beside_the_shared_features() -> None:
    matrix = copy_features(sparse.csr_array([[1.0, 2.0], [3.0, 4.0]]), ["b", None], ["a", "b"])
    assert matrix.toarray().tolist() == [[1, 2, 0, 0, 0, 1, 2, 1], [3, 4, 0, 0, 0, 0, 0, 0]]


@pytest.mark.parametrize("target", [*TARGETS, "the fog", None])
def test_probabilities_are_scikit_learns(
    target: str | None, aimed: Model, aimed_rows: pd.DataFrame
) -> None:
    texts = [*aimed_rows["text"], *HOSTILE]
    expected = aimed._pipelines["stance"].predict_proba(texts, [target] * len(texts))
    np.testing.assert_allclose(
        aimed.frozen.probabilities(texts, target)["stance"], expected, rtol=0, atol=1e-9
    )


def test_without_a_target_the_shared_part_decides(aimed: Model, aimed_rows: pd.DataFrame) -> None:
    pipeline = aimed._pipelines["stance"]
    texts = aimed_rows["text"]
    np.testing.assert_array_equal(
        pipeline.predict_proba(texts), pipeline.predict_proba(texts, ["the fog"] * len(texts))
    )


@pytest.mark.parametrize("target", TARGETS)
def test_evidence_adds_up_for_the_target(target: str, aimed: Model) -> None:
    text = "No truce, the council voted, before the herring season."
    result = aimed.label(text, target=target)[0].results["stance"]
    intercept, evidence = aimed.explain(text, label=result.label, target=target)
    head = aimed.frozen.heads["stance"].aim(target)
    logit = head.logits([aimed.frozen.tokens(text)])[0][head.classes.index(result.label)]
    assert intercept + sum(word.contribution for word in evidence) == pytest.approx(logit, abs=1e-9)
    assert sum(word.contribution for word in result.evidence) == pytest.approx(
        logit - intercept, abs=1e-9
    )
    assert intercept != aimed.explain(text, label=result.label)[0]


def test_the_target_decides_the_label(aimed: Model) -> None:
    text = "The council voted against a truce by nine to two."
    assert [aimed.label(text, target=target)[0].stance for target in TARGETS] == [
        "opposed",
        "pro-ceasefire",
    ]


def test_a_saved_model_comes_back_equal(aimed: Model, tmp_path: Path) -> None:
    back = stance.load(aimed.save(tmp_path / "aimed"))
    for target in (*TARGETS, None):
        expected = aimed.frozen.probabilities(HOSTILE, target)["stance"]
        np.testing.assert_array_equal(
            back.frozen.probabilities(HOSTILE, target)["stance"], expected
        )
    assert {case.get("target") for case in back.facts["self_test"]} == {*TARGETS, None}


def test_a_frame_takes_the_target_of_each_row(aimed: Model) -> None:
    text = "The council voted against a truce by nine to two."
    frame = pd.DataFrame({"text": [text] * 4, "about": [*TARGETS, "the fog", float("nan")]})
    labelled = aimed.label_frame(frame, unit="row", target_column="about")
    expected = [
        aimed.label(text, target=target)[0].probability["stance"]
        for target in (*TARGETS, None, None)
    ]
    assert labelled["stance_probability"].tolist() == expected
    with pytest.raises(
        stance.InputError,
        match=r"there is no column 'target'; the columns are \['text', 'about'\]\.$",
    ):
        aimed.label_frame(frame, target_column="target")


def test_a_model_without_targets_takes_any(small: Model) -> None:
    assert list(small.label("A truce.", target="the herring").rows()) == list(
        small.label("A truce.").rows()
    )


def test_the_command_trains_and_scores_with_targets(
    aimed_rows: pd.DataFrame, tmp_path: Path
) -> None:
    table, out, model = tmp_path / "rows.csv", tmp_path / "out.csv", str(tmp_path / "model")
    aimed_rows.to_csv(table, index=False)
    assert (
        main(
            [
                "train",
                str(table),
                "-o",
                model,
                "--labels",
                "stance",
                "--groups",
                "voice",
                "--target-column",
                "about",
            ]
        )
        == 0
    )
    score = [
        "score",
        str(table),
        "-o",
        str(out),
        "--unit",
        "row",
        "--target-column",
        "about",
        "--model",
        model,
        "-q",
    ]
    assert main(score) == 0
    expected = stance.load(model).label_frame(aimed_rows, unit="row", target_column="about")
    assert pd.read_csv(out)["stance"].tolist() == expected["stance"].tolist()
    assert main(["explain", "The council voted.", "--model", model, "--target", TARGETS[0]]) == 0


def test_bad_targets_are_named(aimed_rows: pd.DataFrame) -> None:
    with pytest.raises(
        stance.TableError,
        match=r"the table, row 1, column 'about' must be text; got (None|nan)\. Fill it in, or drop the row\.$",
    ):
        stance.train(
            aimed_rows.assign(about=[None, *aimed_rows["about"][1:]]),
            labels="stance",
            target_column="about",
        )
    with pytest.raises(
        stance.InputError,
        match=r"`targets` must have one target per paragraph; got 1 for 72 paragraphs\.$",
    ):
        stance.ParagraphClassifier().fit(
            aimed_rows["text"], aimed_rows["stance"], targets=["the fog"]
        )
