"""Features made of a counts file are those made of the texts that it was counted from."""

import sys

import numpy as np
import pytest
from conftest import ROOT

from stance.seeds.commands import SEEDS
from stance.training.blended import BlendedClassifier
from stance.training.counted.counting import Thresholds, count_paragraphs

pytestmark = pytest.mark.skipif(
    not SEEDS.exists(), reason="needs benchmarks/, which come with a checkout only"
)
sys.path.insert(0, str(ROOT / "benchmarks"))

TEXTS = [
    "The miners of the valley urged both camps to stop the shelling at once.",
    "The captain of the island refused every call to halt the advance on the port.",
    "The clerk said that the envoys would meet again in the town hall on Monday.",
    "Nobody in the harbour wants the shelling of the port to go on until winter.",
]
LABELS = ["pro-ceasefire", "opposed", "neutral", "pro-ceasefire"]


@pytest.mark.parametrize("characters", [None, (3, 4)], ids=["words and frames", "characters"])
def test_counts_give_the_features_of_their_texts(characters: tuple[int, int] | None) -> None:
    from print_rows import transform_counts

    counts, rows = count_paragraphs(
        TEXTS, {"stance": [[label] for label in LABELS]}, thresholds=Thresholds(1, 1, 1, 1)
    )
    classifier = BlendedClassifier(char_ngram_range=characters, min_df=1, calibrate=False)
    classifier.fit(counts=counts)
    of_texts = classifier.pipeline_["features"].transform([TEXTS[row] for row in rows])
    np.testing.assert_allclose(
        transform_counts(classifier, counts).toarray(), of_texts.toarray(), atol=1e-12
    )


def test_a_difference_of_the_same_predictions_is_nothing() -> None:
    from print_rows import measure_difference

    labels = np.array(["a", "b", "a", "b"])
    groups = np.array(["x", "x", "y", "y"])
    assert measure_difference(labels, labels, labels, groups) == (0.0, 0.0)
    assert measure_difference(labels, labels, labels[::-1], groups)[0] == 1.0
