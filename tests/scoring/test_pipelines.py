"""The pipelines beside a model: opened only as they were saved."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import stance
from stance.model import Model


def test_a_pipeline_is_loaded_only_if_its_digest_is_the_one_that_was_saved(
    small: Model, lighthouse: pd.DataFrame, tmp_path: Path
) -> None:
    saved = small.save(tmp_path / "lighthouse")
    pipeline = stance.load_pipeline(saved, "tone")
    np.testing.assert_array_equal(
        pipeline.predict_proba(lighthouse["text"]),
        small._pipelines["tone"].predict_proba(lighthouse["text"]),
    )
    (saved / "tone.joblib").write_bytes(pickle.dumps("another"))
    with pytest.raises(
        stance.ModelError,
        match=r"tone\.joblib was changed after it was saved\. "
        r"Do not load it; copy or train the model again\.$",
    ):
        stance.load_pipeline(saved, "tone")
    with pytest.raises(
        stance.ModelError,
        match=r"must hold mood\.joblib; it holds pipelines for \['stance', 'tone'\]\. "
        r"Save a model that was trained here\.$",
    ):
        stance.load_pipeline(saved, "mood")
