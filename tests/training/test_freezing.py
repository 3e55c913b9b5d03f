"""A frozen head gives the probabilities of the classifier that it was made from."""

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression

from stance.errors import TrainingError
from stance.model import Model
from stance.scoring.heads import softmax
from stance.text.sides import load_gazetteer
from stance.text.tokens import make_tokens
from stance.training.classifier import ParagraphClassifier
from stance.training.freezing import SELF_TEST_TEXTS, freeze, measure_nonconformity


@pytest.mark.parametrize("calibrate", [True, False])
@pytest.mark.parametrize("n_labels", [2, 3])
def test_probabilities_are_the_classifiers(
    n_labels: int, calibrate: bool, lighthouse: pd.DataFrame
) -> None:
    labels = lighthouse["stance"]
    if n_labels == 2:
        labels = labels.replace("neutral", "opposed")
    classifier = ParagraphClassifier(calibrate=calibrate, char_ngram_range=(3, 4))
    classifier.fit(lighthouse["text"], labels)
    head = freeze("stance", classifier, np.empty(0))
    texts = [*lighthouse["text"], "No truce for Israel, they say.", "", "?"]
    tokens = [make_tokens(text, load_gazetteer()) for text in texts]
    expected = classifier.predict_proba(texts)
    np.testing.assert_allclose(softmax(head.logits(tokens)), expected, rtol=0, atol=1e-9)
    assert head.classes == tuple(classifier.classes_)


def test_a_weight_of_a_feature_block_is_part_of_the_heads_weights(
    lighthouse: pd.DataFrame,
) -> None:
    texts, about = lighthouse["text"], ["lamp", "boat"] * (len(lighthouse) // 2)
    classifier = ParagraphClassifier(char_ngram_range=(3, 4), calibrate=False)
    classifier.fit(texts, lighthouse["stance"], targets=about)
    classifier.pipeline_["features"].set_params(transformer_weights={"characters": 0.5})
    head = freeze("stance", classifier, np.empty(0))
    tokens = [make_tokens(text, load_gazetteer()) for text in texts]
    for target in (None, "lamp", "boat"):
        expected = classifier.predict_proba(texts, [target] * len(texts))
        actual = softmax(head.aim(target).logits(tokens))
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-9)


def test_a_classifier_of_several_temperatures_is_refused(lighthouse: pd.DataFrame) -> None:
    classifier = ParagraphClassifier().fit(lighthouse["text"], lighthouse["stance"])
    features = classifier.pipeline_["features"].transform(lighthouse["text"])
    ensemble = CalibratedClassifierCV(LogisticRegression(), method="temperature", cv=3)
    ensemble.fit(features, lighthouse["stance"])
    classifier.pipeline_.steps[-1] = ("classifier", ensemble)
    with pytest.raises(
        TrainingError,
        match=r"^a calibrated classifier must have one temperature to be frozen; got 3\. Calibrate with `ensemble=False`\.$",
    ):
        freeze("stance", classifier, np.empty(0))


def test_nonconformity_is_what_the_annotated_label_lacks_to_certainty() -> None:
    held_out = np.array([[0.75, 0.25], [0.5, 0.5], [1.0, 0.0]])
    nonconformity = measure_nonconformity(held_out, np.array(["a", "b"]), ["b", "a", "a"])
    assert nonconformity.tolist() == [0.0, 0.5, 0.75]


def test_the_self_test_is_of_sentences_of_the_project(small: Model) -> None:
    cases = small.facts["self_test"]
    assert [case["text"] for case in cases] == list(SELF_TEST_TEXTS)
    for case in cases:
        probabilities = small.frozen.probabilities([case["text"]])
        assert {name: table[0].tolist() for name, table in probabilities.items()} == case[
            "probabilities"
        ]
