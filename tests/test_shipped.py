"""The shipped model in one line."""

import inspect

import pandas as pd

import stance
from stance.model import Model
from stance.shipped import load_shipped

TEXT = "Aid workers pleaded for the fighting to stop.\n\nThe talks resume on Tuesday."


def test_one_line_labels_as_the_shipped_model_does(shipped: Model) -> None:
    document = stance.label(TEXT, level=0.8)
    assert list(document.rows()) == list(shipped.label(TEXT, level=0.8).rows())
    assert document[0].evidence == shipped.label(TEXT, level=0.8)[0].evidence
    assert len(stance.label(TEXT, unit="row", evidence=False)) == 1


def test_a_frame_is_labelled_in_one_line(shipped: Model) -> None:
    frame = pd.DataFrame({"body": [TEXT, None], "id": [7, 8]}, index=["a", "b"])
    labelled = stance.label_frame(frame, "body", keep=["id"], unit="document")
    expected = shipped.label_frame(frame, "body", keep=["id"], unit="document")
    pd.testing.assert_frame_equal(labelled, expected)
    assert labelled["labelled"].tolist() == [2, pd.NA]


def test_the_model_is_loaded_once() -> None:
    assert load_shipped() is load_shipped()


def test_options_and_defaults_are_those_of_the_methods() -> None:
    """Except for what the shipped model has no use for: it was trained on one stance target."""
    for function, method in ((stance.label, Model.label), (stance.label_frame, Model.label_frame)):
        options = dict(inspect.signature(method).parameters)
        for name in ("self", "target", "target_column"):
            options.pop(name, None)
        assert inspect.signature(function).parameters == options
