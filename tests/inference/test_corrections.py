"""Which confusion matrix shares are corrected with, and what is said about it."""

from pathlib import Path

import numpy as np
import pandas as pd

from stance.inference.corrections import find_corrections
from stance.model import Model


def test_by_default_the_matrix_is_the_models_own(small: Model) -> None:
    correction = find_corrections(small, None)["stance"]
    measured = small.facts["cross_validation"]["stance"]["confusion"]
    assert correction.confusion is not None
    assert correction.confusion.tolist() == measured
    assert correction.origin.startswith(
        f"What the model confuses was measured on {np.sum(measured):,} paragraphs that it had not been trained on "
        "(cross-validation). The correction assumes that this print is confused in the same way"
    )


def test_a_model_without_one_leaves_shares_as_counted(small: Model) -> None:
    bare = Model(small.frozen, source=None)
    bare.facts = {**small.facts, "cross_validation": {}}
    for correction in find_corrections(bare, None).values():
        assert correction.confusion is None
        assert correction.origin == (
            "No held-out confusion matrix comes with this model: shares are raw, as they were counted."
        )


def test_annotations_of_the_same_print_are_measured(
    small: Model, lighthouse: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    lighthouse.to_csv(path, index=False)
    correction = find_corrections(small, path)["stance"]
    frame = small.label_frame(lighthouse, text="text", unit="row")
    labels = small.labels["stance"]
    assert correction.confusion is not None
    assert correction.confusion.tolist() == [
        [
            int(((lighthouse["stance"] == given) & (frame["stance"].to_numpy() == label)).sum())
            for label in labels
        ]
        for given in labels
    ]
    assert correction.origin == (
        "What the model confuses was measured on 36 paragraphs annotated in mine.csv. "
        "The correction assumes that they are a fair sample of the print scored."
    )


def test_annotations_that_the_model_does_not_label_are_left_out_and_counted(
    small: Model, lighthouse: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    strange = lighthouse.head(2).assign(text=["Никто не пришёл на переговоры вчера.", "…"])
    pd.concat([lighthouse, strange]).to_csv(path, index=False)
    correction = find_corrections(small, path)["stance"]
    assert correction.confusion is not None
    assert correction.confusion.sum() == 36
    assert (
        "36 paragraphs annotated in mine.csv; 2 more were left out, because the model knows too few of their words to label them."
        in correction.origin
    )


def test_too_few_annotations_of_some_label_correct_nothing(
    small: Model, lighthouse: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "few.csv"
    lighthouse[lighthouse["stance"] == "opposed"].to_csv(path, index=False)
    correction = find_corrections(small, path)["stance"]
    assert correction.confusion is None
    assert correction.origin.endswith(
        "They are too few of some label to correct with: shares are raw, as they were counted."
    )
